"""Charts of the training: roles beside each other, beliefs beside data, and the room each factor has."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.cells import factor_writer
from opsmodel.display.headings import heading
from opsmodel.wording import _

COLORS = (theme.ORANGE, theme.BLUE, theme.GREEN, theme.PURPLE, theme.YELLOW)
SPREAD = 0.18  # of a row, between the dots of two roles


def maturity(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """One row an item, one dot a role, on the scale from 0 to 4.

    table  of maturity.scorecard by role, named: role, dimension, n, score, score_low, score_high

    Suppressed scores are not drawn. Raises TableError if a column is missing.
    """
    names = ["score", "score_low", "score_high"]
    drawn = marks.columns(table, ["role", "dimension", "n", *names], "maturity")
    if marks.unseen(drawn, "score"):
        return theme.silent(title, _("No role has five answers."), as_of=as_of)
    items = list(dict.fromkeys(drawn["dimension"]))
    figure = _rows(title, _("mean of what people scored, 0 to 4; whiskers: 95% interval"), as_of, len(items))
    for role, rows, shift in _by_role(drawn):
        rows = rows[rows["score"].notna()]
        figure.add_scatter(
            name=role, mode="markers", marker={"size": 10}, x=theme.rounded(rows["score"]),
            y=[round(items.index(item) + shift, 3) for item in rows["dimension"]],
            error_x=_thin(marks.whiskers(*(rows[name] for name in names))),
            hovertext=[
                _("{role}: {score} of 4 ({n} people)", role=role, score=numbers.number(row.score, 1),
                  n=numbers.count(row.n))
                for row in rows.itertuples()
            ],
            hoverinfo="text",
        )  # fmt: skip
    _colour(figure)
    marks.rows_axis(figure, marks.labels(items, 26))
    figure.update_xaxes(range=[-0.1, 4.1], dtick=1, title_text=_("Points"))
    return figure


def perception(
    table: pd.DataFrame, *, title: str, names: dict[str, str] | None = None, as_of=None
) -> go.Figure:
    """One row a number: what each role believes, and a bar where it was measured.

    table  of maturity.perception by role, named: role, question, n, guess, measured, gap, gap_low, gap_high
    names  question -> label

    Suppressed guesses are not drawn. Raises TableError if a column is missing.
    """
    columns = ["guess", "measured", "gap_low", "gap_high"]
    drawn = marks.columns(table, ["role", "question", "n", *columns], "perception")
    if marks.unseen(drawn, "guess"):
        return theme.silent(title, _("No role has five answers to a number that was measured."), as_of=as_of)
    questions = list(dict.fromkeys(drawn["question"]))
    base = _("mean guess by role, whiskers: 95% interval; the bar is the measured value of the same places")
    figure = _rows(title, base, as_of, len(questions), 56)
    for role, rows, shift in _by_role(drawn):
        rows = rows[rows["guess"].notna()]
        low, high = rows["measured"] + rows["gap_low"], rows["measured"] + rows["gap_high"]
        at = [questions.index(question) for question in rows["question"]]
        figure.add_scatter(
            name=role, mode="markers", marker={"size": 10}, x=theme.rounded(rows["guess"]),
            y=[round(place + shift, 3) for place in at],
            error_x=_thin(marks.whiskers(rows["guess"], low, high)),
            hovertext=[
                _("{role}: {guess} believed, {measured} measured ({n} people)", role=role,
                  guess=numbers.percent(row.guess), measured=numbers.percent(row.measured),
                  n=numbers.count(row.n))
                for row in rows.itertuples()
            ],
            hoverinfo="text",
        )  # fmt: skip
    _colour(figure)
    means = drawn.groupby("question")["measured"].mean()
    figure.add_scatter(
        name=_("Measured"), mode="markers", x=theme.rounded(means.reindex(questions)),
        y=list(range(len(questions))), hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 34, "line": {"width": 3, "color": theme.INK}},
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels([(names or {}).get(name, name) for name in questions], 24))
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02])
    return figure


def within_reach(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """One bar a factor: what a year loses at the store's own P10, and gains at the peers' P75.

    table  of growth.within_reach: factor, today, low, high, gain, loss

    Raises TableError if a column is missing.
    """
    names = ["factor", "today", "low", "high", "gain", "loss"]
    drawn = marks.columns(table, names, "within_reach")
    if marks.unseen(drawn, "gain"):
        return theme.silent(title, _("There is nothing to compare with yet."), as_of=as_of)
    base = _("net revenue of a year if one factor moves and the others stay")
    figure = _rows(title, base, as_of, len(drawn), 52)
    sides = (
        ("loss", "low", _("At the store's own P10"), theme.GREY),
        ("gain", "high", _("At the peers' P75"), theme.GREEN),
    )
    for column, bound, name, color in sides:
        texts = [
            f"{factor_writer(row['factor'])(row['today'])} → {factor_writer(row['factor'])(row[bound])}: "
            f"{numbers.signed_money(row[column])}"
            if row[column]
            else ""
            for row in drawn.to_dict("records")
        ]
        figure.add_bar(
            name=name, orientation="h", x=theme.rounded(drawn[column]), y=list(range(len(drawn))),
            marker={"color": color}, text=texts, textposition="outside", cliponaxis=False,
            hovertext=texts, hoverinfo="text",
        )  # fmt: skip
    marks.rows_axis(figure, marks.labels([heading(str(name)) for name in drawn["factor"]], 20))
    edge = float(max(drawn["gain"].max(), -drawn["loss"].min(), 1.0))
    low, high = float(drawn["loss"].min()), float(drawn["gain"].max())
    figure.update_xaxes(
        **theme.money_axis(low, high), range=theme.rounded([low - 1.1 * edge, high + 1.1 * edge]),
        title_text=_("Change of net revenue a year"),
    )  # fmt: skip
    figure.update_layout(barmode="overlay", bargap=0.4)
    return figure


def _rows(title: str, base: str, as_of, rows: int, each: int = 46) -> go.Figure:
    return theme.figure(title, base=base, as_of=as_of, height=80 + each * rows, legend=True)


def _by_role(drawn: pd.DataFrame):
    """Each role that has something to draw, its rows, and how far off the middle of a row its dots stand."""
    known = drawn.dropna(subset=["guess" if "guess" in drawn else "score"])
    roles = list(dict.fromkeys(known["role"]))
    for place, role in enumerate(roles):
        yield str(role), known[known["role"] == role], SPREAD * (place - (len(roles) - 1) / 2)


def _thin(whiskers: dict) -> dict:
    return {name: value for name, value in whiskers.items() if name != "color"} | {"thickness": 1, "width": 0}


def _colour(figure: go.Figure) -> None:
    for trace, color in zip(figure.data, COLORS * len(figure.data), strict=False):
        trace.marker.color = color
