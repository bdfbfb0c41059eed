"""Charts of the product ladder: rungs, payback of the front end, next products, members and others."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.metrics.rates import NOISE
from opsmodel.wording import _

RATE = ["reach_rate", "reach_rate_low", "reach_rate_high"]
MARGIN = ["margin", "margin_low", "margin_high"]
PAIRS = 10  # pairs drawn


def tier_ladder(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: of those on a rung, the share who take the next within the window; beside it the median days.

    table  of ladder.climb or ladder.transitions: from_tier, to_tier, within_days, n_customers, reach_rate and
           its interval, median_days; one group

    Rungs nobody stands on are left out. Raises TableError if a column is missing.
    """
    names = ["from_tier", "to_tier", "within_days", "n_customers", *RATE, "median_days"]
    drawn = marks.columns(table, names, "tier_ladder")
    drawn = drawn[drawn["n_customers"] > 0].reset_index(drop=True)
    if marks.unseen(drawn, "reach_rate"):
        return theme.silent(title, _("No customer is old enough for any of the windows."), as_of=as_of)
    days = numbers.count(drawn["within_days"].iloc[0])
    base = _(
        "of the customers on the lower tier for {days} days or longer; whiskers: 95% interval", days=days
    )
    figure = theme.figure(title, base=base, as_of=as_of, height=70 + 62 * len(drawn))
    places = list(range(len(drawn)))
    figure.add_bar(
        orientation="h", x=theme.rounded(drawn["reach_rate"]), y=places, width=0.5,
        marker={"color": marks.colors(drawn["n_customers"])},
        error_x=marks.whiskers(*(drawn[name] for name in RATE)),
        hovertext=[_rung_hover(row) for row in drawn.itertuples()], hoverinfo="text",
    )  # fmt: skip
    beside = [_rung_text(row) for row in drawn.itertuples()]
    high = drawn["reach_rate_high"].fillna(drawn["reach_rate"])
    figure.add_scatter(x=theme.rounded(high), y=places, text=beside, **marks.beside("middle right"))
    marks.rows_axis(figure, [_rung_label(row) for row in drawn.itertuples()])
    reach = min(1.0, 1.6 * float(high.max())) or 1.0
    figure.update_xaxes(title_text=_("Share who take the next rung"), tickformat=".0%",
                        range=[0, theme.rounded([reach])[0]])  # fmt: skip
    return figure


def _rung_label(row) -> str:
    steps = f"{heading(str(row.from_tier))} → {heading(str(row.to_tier))}"
    return marks.labels([steps])[0] + f"<br>n={numbers.count(row.n_customers)}"


def _rung_text(row) -> str:
    rate = numbers.percent(row.reach_rate)
    if pd.isna(row.median_days):
        return rate
    return _("{rate} · half by day {day}", rate=rate, day=numbers.count(row.median_days))


def _rung_hover(row) -> str:
    inside = marks.between(row.reach_rate_low, row.reach_rate_high)
    return f"{numbers.percent(row.reach_rate)} ({inside}), n={numbers.count(row.n_customers)}"


def front_end_payback(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """The margin an entrant has brought by each day, from the loss of the front end up through zero.

    table  of ladder.payback: days, n_customers, margin and its interval; entry_product, if there, is drawn
           as lines of its own, the six largest, without bands

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["days", "n_customers", *MARGIN], "front_end_payback")
    if marks.unseen(drawn, "margin"):
        return theme.silent(title, _("No entrant is old enough for the window."), as_of=as_of)
    apart = "entry_product" in drawn.columns
    n = drawn[drawn["days"] == 0]["n_customers"].sum()
    base = _("{n} entrants, followed for the whole window; margin less the giveaway", n=numbers.count(n))
    base = base if apart else base + _("; band: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=apart)
    if apart:
        sizes = (
            drawn.groupby("entry_product")["n_customers"].max().sort_values(ascending=False, kind="stable")
        )
        groups = [(name, drawn[drawn["entry_product"] == name]) for name in sizes.index[:6]]
    else:
        groups = [("", drawn)]
        marks.band(figure, theme.rounded(drawn["days"]), drawn["margin_low"], drawn["margin_high"])
    for color, (name, rows) in zip(theme.PALETTE, groups, strict=False):
        figure.add_scatter(
            name=marks.labels([name])[0], x=theme.rounded(rows["days"]), y=theme.rounded(rows["margin"]),
            mode="lines", line={"color": color, "width": 2.5}, hoverinfo="text",
            hovertext=[_payback_hover(row, name) for row in rows.itertuples()],
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    figure.update_xaxes(title_text=_("Days after the first purchase"), showgrid=False)
    bounds = drawn[MARGIN[:1] if apart else MARGIN]
    figure.update_yaxes(
        title_text=_("Margin per entrant so far"), **theme.money_axis(bounds.min().min(), bounds.max().max())
    )
    return figure


def _payback_hover(row, name: str) -> str:
    head = f"{marks.labels([name])[0]}<br>" if name else ""
    inside = marks.between(row.margin_low, row.margin_high, numbers.money)
    return (
        head
        + _("day {day}: {margin}", day=numbers.count(row.days), margin=numbers.money(row.margin))
        + (f" ({inside})")
    )


def next_products(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """The pairs with the smallest corrected probability: how many buy B next after A, and of the others.

    table  of ladder.next_products: first_item, next_item, within_days, n_customers, next_share and its
           interval, base_share, lift, q_value; one group

    A filled dot is more than chance (q up to 5 %), a hollow one is not. Raises TableError if a column is
    missing.
    """
    share = ["next_share", "next_share_low", "next_share_high"]
    names = ["first_item", "next_item", "within_days", "n_customers", *share, "base_share", "lift", "q_value"]
    drawn = marks.columns(table, names, "next_products")
    drawn = drawn[drawn["q_value"].notna()].head(PAIRS).reset_index(drop=True)
    if marks.unseen(drawn, "next_share"):
        return theme.silent(title, _("No pair of products has enough customers to be tested."), as_of=as_of)
    base = _(
        "who began with the first product, without the second; {days} days; whiskers: 95% interval",
        days=numbers.count(drawn["within_days"].iloc[0]),
    )
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 44 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    sure = drawn["q_value"] <= NOISE
    figure.add_scatter(
        name=_("Of those who began with it (hollow: may be chance)"), x=theme.rounded(drawn["next_share"]),
        y=places, mode="markers",
        marker={"size": 11, "color": theme.BLUE, "line": {"color": theme.BLUE, "width": 2},
                "symbol": ["circle" if yes else "circle-open" for yes in sure]},
        error_x=marks.whiskers(*(drawn[name] for name in share)),
        hovertext=[_pair_hover(row) for row in drawn.itertuples()], hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        name=_("Of the others"), x=theme.rounded(drawn["base_share"]), y=places, mode="markers",
        marker={"size": 12, "color": theme.ORANGE, "symbol": "line-ns-open", "line": {"width": 3}},
        hoverinfo="skip",
    )  # fmt: skip
    lifts = [_("lift {lift}", lift=numbers.number(lift)) for lift in drawn["lift"]]
    figure.add_scatter(
        x=theme.rounded(drawn["next_share_high"]), y=places, text=lifts, **marks.beside("middle right")
    )
    texts = [
        f"{row.first_item} → {row.next_item} (n={numbers.count(row.n_customers)})"
        for row in drawn.itertuples()
    ]
    marks.rows_axis(figure, marks.labels(texts, 34))
    reach = float(drawn["next_share_high"].max()) * 1.25
    figure.update_xaxes(title_text=_("Share who buy it next"), tickformat=".0%",
                        range=[0, theme.rounded([reach])[0]])  # fmt: skip
    return figure


def _pair_hover(row) -> str:
    inside = marks.between(row.next_share_low, row.next_share_high)
    chance = _("chance: {q} after correction", q=numbers.percent(row.q_value, 2))
    return f"{numbers.percent(row.next_share)} ({inside}), n={numbers.count(row.n_customers)}<br>{chance}"


def members(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Two bars: what matched members spend after joining, and what they would have spent without.

    table  one row of ladder.members: within_days, n_matched, n_members, n_others, members_spend, extra_spend
           and its interval

    The whiskers of the second bar are the interval of the difference. Raises TableError if a column is
    missing.
    """
    gap = ["extra_spend", "extra_spend_low", "extra_spend_high"]
    names = ["within_days", "n_members", "n_matched", "n_others", "members_spend", *gap]
    drawn = marks.columns(table, names, "members")
    if marks.unseen(drawn, "extra_spend"):
        return theme.silent(title, _("No member has anybody to be compared with."), as_of=as_of)
    row = drawn.iloc[0]
    base = _(
        "{k} of {n} members, matched with {others} customers; whiskers: 95% interval of the difference",
        k=numbers.count(row["n_matched"]), n=numbers.count(row["n_members"]),
        others=numbers.count(row["n_others"]),
    )  # fmt: skip
    figure = theme.figure(title, base=base, as_of=as_of, height=190)
    own, without = row["members_spend"], row["members_spend"] - row["extra_spend"]
    low, high = (row["members_spend"] - row[name] for name in ("extra_spend_high", "extra_spend_low"))
    right = high if pd.notna(high) else without
    for place, value, color in ((0, own, marks.colors(drawn["n_matched"])[0]), (1, without, theme.GREY)):
        figure.add_bar(orientation="h", x=theme.rounded([value]), y=[place], width=0.5,
                       marker={"color": color}, hoverinfo="skip")  # fmt: skip
    figure.data[1].error_x = marks.whiskers(*(pd.Series([value]) for value in (without, low, high)))
    figure.add_scatter(
        x=theme.rounded([own, right]), y=[0, 1], text=[numbers.money(own), numbers.money(without)],
        **marks.beside("middle right"),
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels([_("Members"), _("Alike, without membership")]))
    days = numbers.count(row["within_days"])
    top, bottom = 1.2 * max(own, right), min(0.0, without, low if pd.notna(low) else 0.0)
    figure.update_xaxes(
        title_text=_("Net spend in the {days} days after", days=days), **theme.money_axis(bottom, top),
        range=theme.rounded([bottom, top]),
    )  # fmt: skip
    return figure
