"""The quiz as widgets: choose, check, see why, count."""

from html import escape

import ipywidgets

from opsmodel.display.practice import Quiz, letter
from opsmodel.wording import _


def play(quiz: Quiz) -> ipywidgets.VBox:
    """One block a question: its options, a button that checks them, and the reason; the score below."""
    score = ipywidgets.HTML()
    right: dict[int, bool] = {}
    blocks = [_block(row, right, score, len(quiz.table)) for row in quiz.rows()]
    return ipywidgets.VBox([*blocks, score])


def _block(row: dict, right: dict[int, bool], score: ipywidgets.HTML, all_of: int) -> ipywidgets.VBox:
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
