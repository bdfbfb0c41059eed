"""Charts of the path from contact to repurchase, and of its side loops."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

RATE = ["entry_rate", "entry_rate_low", "entry_rate_high"]


def conversion(table: pd.DataFrame, *, title: str, as_of=None, by: str | None = None) -> go.Figure:
    """Bars of the customers who reached each stage, with intervals; who is still under way stands apart.

    table  of funnel.conversion: step, n, n_eligible, n_pending, step_rate, entry_rate and its interval
    title  the message
    by     the column whose groups are drawn beside each other, when the table has several funnels

    The whiskers are the 95 % interval of the rate, on the scale of customers.
    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["step", "n", "n_eligible", "n_pending", "step_rate", *RATE], "conversion")
    if marks.unseen(drawn, "entry_rate"):
        sentence = _("Nobody entered long enough ago for the window to be over.")
        return theme.silent(title, sentence, as_of=as_of)
    if by is not None:
        return _groups(marks.columns(drawn, [by], "conversion"), by, title, as_of)
    entered = numbers.count(drawn["n_eligible"].iloc[0])
    base = _("{n} customers whose window is over; whiskers: 95% interval", n=entered)
    figure = theme.figure(title, base=base, as_of=as_of, height=70 + 62 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    low, high = (drawn[name] * drawn["n_eligible"] for name in RATE[1:])
    figure.add_bar(
        name=_("Reached the stage"), orientation="h", x=theme.rounded(drawn["n"]), y=places,
        width=0.5, offset=-0.34, marker={"color": theme.BLUE},
        error_x=marks.whiskers(drawn["n"], low, high),
        hovertext=[_hover(row) for row in drawn.itertuples()], hoverinfo="text",
    )  # fmt: skip
    if drawn["n_pending"].fillna(0).any():
        figure.add_bar(
            name=_("Still inside the window, not counted"), orientation="h",
            x=theme.rounded(drawn["n_pending"]), y=places, width=0.16, offset=0.2,
            marker={"color": theme.PALE, "pattern": {"shape": "/", "fgcolor": theme.BLUE, "size": 5}},
            hovertext=[_("{n} still open", n=numbers.count(n)) for n in drawn["n_pending"]],
            hoverinfo="text",
        )  # fmt: skip
    _beside(figure, drawn, high)
    marks.rows_axis(figure, marks.labels(drawn["step"]))
    reach = max(high.max(), drawn["n"].max(), drawn["n_pending"].fillna(0).max())
    figure.update_xaxes(title_text=_("Customers"), range=[0, float(f"{reach * 1.45:.6g}")], tickformat=",d")
    return figure


def _beside(figure: go.Figure, drawn: pd.DataFrame, high: pd.Series) -> None:
    """The rates, written to the right of each bar."""
    for place, row in enumerate(drawn.itertuples()):
        parts = [numbers.count(row.n)]
        if place:
            parts.append(_("{rate} of entrants", rate=numbers.percent(row.entry_rate)))
            parts.append(_("{rate} of previous", rate=numbers.percent(row.step_rate)))
        right = max(row.n, high.fillna(0).iloc[place])
        figure.add_annotation(
            x=theme.rounded([right])[0], y=place - 0.09, text="  " + " · ".join(parts), showarrow=False,
            xanchor="left", font={"size": 12, "color": theme.INK},
        )  # fmt: skip


def _hover(row) -> str:
    rate, inside = numbers.percent(row.entry_rate), marks.between(row.entry_rate_low, row.entry_rate_high)
    count = f"{numbers.count(row.n)} / {numbers.count(row.n_eligible)}"
    return f"{marks.labels([row.step])[0]}<br>{count}<br>{rate} ({inside})"


def _groups(drawn: pd.DataFrame, by: str, title: str, as_of) -> go.Figure:
    """The rate of entrants at each stage, one colour a group; the six largest groups."""
    sizes = drawn.groupby(by, sort=True)["n_eligible"].max().sort_values(ascending=False, kind="stable")
    kept = list(sizes.index[:6])
    base = _("share of the entrants of each group whose window is over; whiskers: 95% interval")
    if len(sizes) > len(kept):
        base += " · " + _("{n} of {all} groups, the largest", n=len(kept), all=len(sizes))
    steps = list(dict.fromkeys(drawn["step"]))
    figure = theme.figure(title, base=base, as_of=as_of, height=400, legend=True)
    for color, group in zip(theme.PALETTE, kept, strict=False):
        rows = drawn[drawn[by] == group].reset_index(drop=True)
        name = f"{marks.labels([group])[0]} (n={numbers.count(sizes[group])})"
        figure.add_bar(
            name=name, x=[steps.index(step) for step in rows["step"]], y=theme.rounded(rows["entry_rate"]),
            error_y=marks.whiskers(*(rows[column] for column in RATE)), marker={"color": color},
            hovertext=[f"{name}<br>{_hover(row)}" for row in rows.itertuples()], hoverinfo="text",
        )  # fmt: skip
    figure.update_xaxes(tickvals=list(range(len(steps))), ticktext=marks.labels(steps), showgrid=False)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text=_("Of all who entered"))
    return figure


def loops(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Dots with intervals: the share of each side loop's own base that took part in it.

    table  rows of funnel.side_loop, and whose they are: loop, n, n_eligible, rate, low, high
    """
    drawn = marks.columns(table, ["loop", "n", "n_eligible", "rate", "low", "high"], "loops")
    if marks.unseen(drawn, "rate"):
        return theme.silent(title, _("Nobody could have taken part in a side loop yet."), as_of=as_of)
    base = _("each loop over its own base; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 52 * len(drawn))
    figure.add_scatter(
        mode="markers", x=theme.rounded(drawn["rate"]), y=list(range(len(drawn))),
        marker={"color": theme.BLUE, "size": 11},
        error_x=marks.whiskers(drawn["rate"], drawn["low"], drawn["high"]),
        hovertext=[
            f"{numbers.percent(row.rate)} ({marks.between(row.low, row.high)})"
            for row in drawn.itertuples()
        ],
        hoverinfo="text",
    )  # fmt: skip
    texts = [
        _("{loop}: {n} of {base}", loop=label, n=numbers.count(n), base=numbers.count(eligible))
        for label, n, eligible in zip(drawn["loop"], drawn["n"], drawn["n_eligible"], strict=True)
    ]
    marks.rows_axis(figure, marks.labels(texts, 30))
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", title_text=_("Share who took part"))
    return figure
