"""The quiz of a training: in JupyterLab it can be played, in a report it is a sheet to fill in."""

from html import escape

import pandas as pd

from opsmodel.display.panels import live
from opsmodel.errors import TableError
from opsmodel.wording import _

QUIZ = ("number", "topic", "question", "options", "answer", "why")


class Quiz:
    """A quiz: live it can be played, elsewhere it is a sheet with a box before each option."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def rows(self) -> list[dict]:
        return self.table.to_dict("records")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if live():
            display(play(self))
        else:
            display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)

    def _repr_html_(self) -> str:
        return f'<div class="quiz">{"".join(_sheet(row) for row in self.rows())}</div>'

    def __repr__(self) -> str:
        lines = []
        for row in self.rows():
            lines.append(f"{row['number']}. {row['question']}")
            lines += [f"   {letter(place)}  {text}" for place, text in enumerate(row["options"])]
        return "\n".join(lines)


def quiz(table: pd.DataFrame) -> Quiz:
    """The quiz of a store, to play or to print; the key is a table of its own.

    table  number, topic, question, options, answer, why

    Raises TableError if a column is missing.

    >>> rows = {"number": [1], "topic": [""], "question": ["2 × 2 × 2?"], "options": [["6", "8"]]}
    >>> quiz(pd.DataFrame(rows | {"answer": ["B"], "why": [""]}))
    1. 2 × 2 × 2?
       A  6
       B  8
    """
    if missing := [name for name in QUIZ if name not in table.columns]:
        raise TableError(
            f"the quiz has no column {missing}.", found=list(table.columns), fix=f"give {list(QUIZ)}."
        )
    return Quiz(table)


def play(quiz: Quiz):
    """One block a question: its options, a button that checks them, and the reason; the score below."""
    import ipywidgets

    score = ipywidgets.HTML()
    right: dict[int, bool] = {}
    blocks = [_block(row, right, score, len(quiz.table)) for row in quiz.rows()]
    return ipywidgets.VBox([*blocks, score])


def _block(row: dict, right: dict[int, bool], score, all_of: int):
    import ipywidgets

    options = [(f"{letter(place)}  {text}", letter(place)) for place, text in enumerate(row["options"])]
    asked = ipywidgets.HTML(f"<b>{row['number']}.</b> {escape(row['question'])}")
    chosen = ipywidgets.RadioButtons(options=options, value=None, layout={"width": "auto"})
    check = ipywidgets.Button(description=_("Check"), icon="check", disabled=True)
    told = ipywidgets.HTML()

    def picked(_change) -> None:
        check.disabled = chosen.value is None

    def checked(_button) -> None:
        hit = chosen.value == row["answer"]
        right.setdefault(row["number"], hit)  # the first try counts
        verdict = _("Right.") if hit else _("Not quite: {answer}.", answer=row["answer"])
        told.value = f"<b>{escape(verdict)}</b> {escape(row['why'])}"
        score.value = escape(_("{right} of {n} right at the first try", right=sum(right.values()), n=all_of))

    chosen.observe(picked, names="value")
    check.on_click(checked)
    return ipywidgets.VBox([asked, chosen, check, told], layout={"margin": "0 0 16px 0"})


def letter(place: int) -> str:
    """A, B, C, …"""
    return chr(ord("A") + place)


def _sheet(row: dict) -> str:
    options = "".join(
        f'<div style="margin:0.15em 0 0.15em 1.2em">☐ {letter(place)}&ensp;{escape(str(text))}</div>'
        for place, text in enumerate(row["options"])
    )
    return (
        f'<div style="margin:0.9em 0;break-inside:avoid"><div><b>{row["number"]}.</b> '
        f'<span style="color:#7b8794">{escape(row["topic"])}</span> '
        f"{escape(row['question'])}</div>{options}</div>"
    )
