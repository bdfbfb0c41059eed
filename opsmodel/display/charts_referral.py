"""Charts of sharing and referral: K, the depth of the trees, the forecast, and what incentives cost."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

K = ["k_ret", "k_ret_low", "k_ret_high"]
TICKS = 9  # labels that fit below a chart


def k_by_generation(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """One dot a generation of inviters: kept contacts each exposed person brings; below 1 sharing fades out.

    table  of referral.k_factor: generation, n_exposed, k_ret and its interval
    title  the message

    Generations nobody is old enough in are left out. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["generation", "n_exposed", *K], "k_by_generation")
    drawn = drawn[drawn["n_exposed"] > 0]
    if marks.unseen(drawn, "k_ret"):
        return theme.silent(title, _("Nobody has been exposed for a whole window yet."), as_of=as_of)
    base = _("kept contacts per person exposed; whiskers: 95% interval; dotted: carries itself")
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    told = drawn[drawn["n_exposed"] >= SMALLEST_BASE]
    shown = told if len(told) else drawn
    values, low, high = (shown[name] for name in K)
    hover = [
        _("K {k} ({between}), n={n}", k=numbers.number(row.k_ret), n=numbers.count(row.n_exposed),
          between=marks.between(row.k_ret_low, row.k_ret_high, numbers.number))
        for row in shown.itertuples()
    ]  # fmt: skip
    places = list(range(len(shown)))
    figure.add_scatter(
        x=places, y=theme.rounded(values), mode="markers", error_y=marks.whiskers(values, low, high),
        marker={"color": marks.colors(shown["n_exposed"]), "size": 11}, hovertext=hover, hoverinfo="text",
    )  # fmt: skip
    written = [numbers.number(value) for value in values]
    figure.add_scatter(x=places, y=theme.rounded(values), text=written, **marks.beside("middle right"))
    figure.add_hline(y=1, line={"color": theme.INK, "dash": "dot", "width": 1.2})
    texts = [
        f"{generation:g}<br>n={numbers.count(n)}"
        for generation, n in zip(shown["generation"], shown["n_exposed"], strict=True)
    ]
    below = _("Generation of the inviter (0: came without a known referrer)")
    figure.update_xaxes(tickvals=places, ticktext=texts, showgrid=False, title_text=below,
                        range=[-0.5, len(shown) - 0.5])  # fmt: skip
    top = max(1.1, 1.05 * float(high.max()))
    figure.update_yaxes(title_text=_("K (kept contacts brought)"), range=theme.rounded([0, top]))
    return figure


def referral_depth(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Two bars a generation of the referral trees: its share of people, and its share of revenue.

    table  of referral.generations: generation, n_customers, n_buyers, revenue, revenue_share, n_trees
    """
    names = ["generation", "n_customers", "n_buyers", "revenue", "revenue_share", "n_trees"]
    drawn = marks.columns(table, names, "referral_depth")
    if not drawn["n_customers"].sum() > 0:
        return theme.silent(title, _("There is nobody in any tree yet."), as_of=as_of)
    base = _("all known people by how many referrals lie between them and the start of their tree")
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 62 * len(drawn), legend=True)
    people = drawn["n_customers"] / drawn["n_customers"].sum()
    places = list(range(len(drawn)))
    sides = (
        (_("Share of people"), people, theme.PALE, [numbers.count(n) for n in drawn["n_customers"]]),
        (_("Share of revenue"), drawn["revenue_share"], theme.BLUE,
         [numbers.money(amount) for amount in drawn["revenue"]]),
    )  # fmt: skip
    for name, share, color, said in sides:
        texts = [f"{numbers.percent(s)} · {text}" for s, text in zip(share, said, strict=True)]
        figure.add_bar(
            name=name, orientation="h", x=theme.rounded(share), y=places, marker={"color": color},
            text=texts, textposition="outside", cliponaxis=False, hovertext=texts, hoverinfo="text",
        )  # fmt: skip
    labels = [_("Generation {g}", g=f"{g:g}") if g else _("Came by themselves") for g in drawn["generation"]]
    marks.rows_axis(figure, labels)
    top = float(max(people.max(), drawn["revenue_share"].fillna(0).max()))
    figure.update_xaxes(tickformat=".0%", range=theme.rounded([0, 1.25 * top]), title_text=_("Share"))
    figure.update_layout(bargap=0.25)
    return figure


def sharing_forecast(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Contacts reached, generation by generation, and the band that K leaves open.

    table  of referral.forecast: generation, n_new, reached and its bounds, days, known_share
    """
    reach = ["reached", "reached_low", "reached_high"]
    names = ["generation", "days", "n_new", *reach, "known_share"]
    drawn = marks.columns(table, names, "sharing_forecast")
    if marks.unseen(drawn, "reached"):
        return theme.silent(title, _("There is nothing to carry forward."), as_of=as_of)
    base = _("expected contacts if K stays as it is; band: K at the ends of its 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=330)
    places = theme.rounded(drawn["generation"])
    if drawn["reached_low"].notna().all() and drawn["reached_high"].notna().all():
        marks.band(figure, places, drawn["reached_low"], drawn["reached_high"])
    hover = [
        _("generation {g}: {new} new, {reached} in all", g=f"{row.generation:g}",
          new=numbers.count(row.n_new), reached=numbers.count(row.reached))
        for row in drawn.itertuples()
    ]  # fmt: skip
    figure.add_scatter(
        x=places, y=theme.rounded(drawn["reached"]), mode="lines+markers", name=_("Contacts reached"),
        line={"color": theme.BLUE, "width": 2.5}, marker={"size": 8}, hovertext=hover, hoverinfo="text",
    )  # fmt: skip
    timed = drawn["days"].notna().all()
    days = ["<br>" + _("day {day}", day=numbers.count(day)) if timed else "" for day in drawn["days"]]
    texts = [f"{g:g}{day}" for g, day in zip(drawn["generation"], days, strict=True)]
    every = -(-len(places) // TICKS)
    figure.update_xaxes(
        tickvals=places[::every], ticktext=texts[::every], showgrid=False, title_text=_("Generation")
    )
    figure.update_yaxes(title_text=_("Contacts reached"), tickformat=",.0f")
    return figure


def incentive_schemes(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars of a scheme's cost beside the margin of the buyers referred, and when it breaks even.

    table  of referral.incentives: scheme, n_referred, cost, open_cost, margin, break_even_rate
    """
    names = ["scheme", "n_referred", "cost", "open_cost", "margin", "break_even_rate"]
    drawn = marks.columns(table, names, "incentive_schemes")
    if marks.unseen(drawn, "cost"):
        return theme.silent(title, _("There is no scheme to compare."), as_of=as_of)
    base = _("history replayed: what the scheme would have cost for referrals that came anyway")
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 66 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    sides = (
        (_("Paid"), drawn["cost"], theme.ORANGE, 0.2),
        (_("Open vouchers"), drawn["open_cost"], theme.YELLOW, 0.2),
        (_("Margin of the buyers referred"), drawn["margin"], theme.GREEN, -0.2),
    )
    for name, money, color, aside in sides:
        texts = [f"{name}: {numbers.money(amount)}" for amount in money]
        figure.add_bar(
            name=name, orientation="h", x=theme.rounded(money), y=[place + aside for place in places],
            width=0.36, marker={"color": color}, hovertext=texts, hoverinfo="text",
        )  # fmt: skip
    whole = drawn["cost"] + drawn["open_cost"].fillna(0)
    notes = [_pays(rate) for rate in drawn["break_even_rate"]]
    figure.add_scatter(
        x=theme.rounded(whole),
        y=[place + 0.2 for place in places],
        text=notes,
        **marks.beside("middle right"),
    )
    marks.rows_axis(figure, marks.labels(drawn["scheme"], 20))
    figure.update_layout(barmode="stack")
    top = float(pd.concat([whole, drawn["margin"]]).max()) or 1.0
    figure.update_xaxes(**theme.money_axis(0, top), range=theme.rounded([0, 1.2 * top]))
    return figure


def _pays(rate: float) -> str:
    """When the scheme pays, in a few words."""
    if pd.isna(rate):
        return _("margin unknown")
    if rate == float("inf"):
        return _("never pays")
    return _("pays from {growth} more referrals", growth=numbers.percent(rate))
