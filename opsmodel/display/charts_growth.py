"""Charts of growth: what moved revenue from one period to the next, and where."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.cells import Writer, factor_writer
from opsmodel.display.headings import heading
from opsmodel.wording import _


def equation(
    table: pd.DataFrame, *, title: str, as_of=None, total: tuple[float, float] | None = None,
    names: tuple[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Steps from the revenue before to the revenue after, one a factor; the steps sum to the change.

    table  of growth.decompose: factor, before, after, contribution (currency)
    title  the message
    total  revenue before and after; without it the product of the factors is used
    names  what before and after are called ("last year", "this year"; "peers", "this store")

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["factor", "before", "after", "contribution"], "equation")
    if marks.unseen(drawn, "contribution"):
        sentence = _("The two sides cannot be compared: a factor could not be seen.")
        return theme.silent(title, sentence, as_of=as_of)
    sides = drawn[["before", "after"]].astype(float).fillna(0)  # the order value of no order
    start, end = total or (sides["before"].prod(), sides["after"].prod())
    first, last = names or (_("Before"), _("After"))
    base = _("net revenue; each step is what the factor's change is worth, together the whole change")
    figure = theme.figure(title, base=base, as_of=as_of, height=370)
    gains = drawn["contribution"].tolist()
    tops = [start, *(start + sum(gains[: place + 1]) for place in range(len(gains))), end]
    texts = [numbers.money(start), *(numbers.signed_money(gain) for gain in gains), numbers.money(end)]
    figure.add_waterfall(
        x=list(range(len(drawn) + 2)), y=theme.rounded([start, *gains, end]), text=texts,
        measure=["absolute", *["relative"] * len(drawn), "total"], textposition="outside", cliponaxis=False,
        increasing={"marker": {"color": theme.GREEN}}, decreasing={"marker": {"color": theme.ORANGE}},
        totals={"marker": {"color": theme.GREY}}, connector={"line": {"color": theme.GRID, "width": 1}},
        hovertext=[texts[0], *(_factor_hover(row) for row in drawn.itertuples()), texts[-1]],
        hoverinfo="text",
    )  # fmt: skip
    labels = [first, *(heading(str(factor)) for factor in drawn["factor"]), last]
    figure.update_xaxes(tickvals=list(range(len(labels))), ticktext=marks.labels(labels, 14), showgrid=False)
    ceiling = max(*tops, 0.0)
    floor = min(*tops, 0.0)
    room = 0.12 * ((ceiling - floor) or 1.0)
    figure.update_yaxes(
        **theme.money_axis(floor, ceiling), title_text=_("Net revenue"),
        range=theme.rounded([floor - room * (floor < 0), ceiling + room]),
    )  # fmt: skip
    return figure


def beside_peers(table: pd.DataFrame, *, store: str, title: str, as_of=None) -> go.Figure:
    """Steps from the revenue of the average peer to that of this store, one a factor.

    table  of growth.decompose(average(peers), this store)
    store  the store's name
    """
    return equation(table, title=title, as_of=as_of, names=(_("Average peer"), store))


def over_time(table: pd.DataFrame, *, periods: pd.DataFrame, title: str, as_of=None) -> go.Figure:
    """Steps from the revenue of one period to that of the next, one a factor.

    table    of growth.decompose(first row of periods, second row)
    periods  of growth.periods: start and end name the two bars
    """
    first, last = (f"{row.start:%Y-%m-%d} – {row.end:%Y-%m-%d}" for row in periods.itertuples())
    return equation(table, title=title, as_of=as_of, names=(first, last))


def _factor_hover(row) -> str:
    write = factor_writer(row.factor)
    change = f"{heading(str(row.factor))}: {write(row.before)} → {write(row.after)}"
    return f"{change}<br>{numbers.signed_money(row.contribution)}"


def mix(table: pd.DataFrame, *, title: str, as_of=None, write: Writer = numbers.money) -> go.Figure:
    """Bars of the change within stores and of the change because customers moved between stores.

    table  of growth.mix_split: store_id, within, mix
    write  how a part of the change is written: numbers.money, or numbers.percent for a mean of rates
    """
    drawn = marks.columns(table, ["within", "mix"], "mix")
    if marks.unseen(drawn, "within", "mix"):
        return theme.silent(title, _("The change cannot be split: one of the periods is empty."), as_of=as_of)
    names = next((name for name in ("store_name", "store_id") if name in drawn.columns), drawn.columns[0])
    base = _("each store's part in the change of the mean; within: its own change, mix: its new weight")
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 30 * len(drawn), legend=True)
    parts = (("within", _("Within the store"), theme.BLUE), ("mix", _("Mix"), theme.YELLOW))
    for name, label, color in parts:
        figure.add_bar(
            name=label, orientation="h", x=theme.rounded(drawn[name]), y=list(range(len(drawn))),
            marker={"color": color}, hovertext=[f"{label}: {write(value)}" for value in drawn[name]],
            hoverinfo="text",
        )  # fmt: skip
    figure.update_layout(barmode="relative")
    marks.rows_axis(figure, marks.labels(drawn[names]))
    low = drawn[["within", "mix"]].clip(upper=0).sum(axis=1).min()
    high = drawn[["within", "mix"]].clip(lower=0).sum(axis=1).max()
    axis = theme.money_axis(low, high) if write is numbers.money else {"tickformat": ".1%"}
    figure.update_xaxes(**axis, zeroline=True, zerolinecolor=theme.INK)
    return figure
