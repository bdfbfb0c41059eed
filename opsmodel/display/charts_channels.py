"""Charts of channels: what they return, who stays, when an add has paid back, who gets the credit."""

from math import log10

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.display.headings.channels import channel_name
from opsmodel.wording import _

ROI = ["roi", "roi_low", "roi_high"]
COST = ["cost_per_retained_add", "cost_per_retained_add_low", "cost_per_retained_add_high"]
KEPT = ["kept_rate", "kept_rate_low", "kept_rate_high"]
NET = ["net_margin", "net_margin_low", "net_margin_high"]
WATCHED_DAYS = 60  # of a contact's life that are drawn
LEAST = 0.01  # of a unit of cost brought back, where the axis begins
LINES = 6
SHOWN = ("first", "last", "linear", "time_decay", "position", "shapley", "markov")


def channel_returns(table: pd.DataFrame, *, title: str, as_of=None, by: str = "channel") -> go.Figure:
    """A dot a channel: the margin its adds brought back for each unit of cost, the line at break-even.

    table  of channels.performance: `by`, n_mature, cost, roi and its interval
    by     the column whose groups are the rows

    The axis is logarithmic: one channel may return a hundredfold of another. Channels without cost are
    left out. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, [by, "n_mature", "cost", *ROI], "channel_returns")
    drawn = drawn[drawn["roi"].notna()].sort_values("roi", ascending=False).reset_index(drop=True)
    if marks.unseen(drawn, "roi"):
        return theme.silent(title, _("No channel has a cost to set its margin against."), as_of=as_of)
    base = _("margin of the mature adds for each unit of cost; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 48 * len(drawn))
    back, low, high = ((1 + drawn[name]).clip(lower=LEAST) for name in ROI)
    figure.add_scatter(
        x=theme.rounded(back), y=list(range(len(drawn))), mode="markers+text", textposition="top center",
        marker={"size": 11, "color": marks.colors(drawn["n_mature"])}, cliponaxis=False,
        error_x=marks.whiskers(back, low, high), text=[_returned(row) for row in drawn.itertuples()],
        hovertext=[_return_hover(row) for row in drawn.itertuples()], hoverinfo="text",
    )  # fmt: skip
    figure.add_vline(x=1, line={"color": theme.INK, "width": 1, "dash": "dot"})
    marks.rows_axis(figure, [_row(row, by, row.n_mature) for row in drawn.itertuples()])
    least, most = min(0.5, back.min()) / 1.6, max(2.0, high.fillna(back).max()) * 1.6
    ticks = [tick for tick in (0.01, 0.1, 0.5, 1, 2, 5, 10, 50, 100, 1000) if least <= tick <= most]
    figure.update_xaxes(
        type="log", range=theme.rounded([log10(least), log10(most)]), tickvals=ticks,
        ticktext=[numbers.money(tick) for tick in ticks],
        title_text=_("Margin brought back for each {unit} spent", unit=numbers.money(1)),
    )  # fmt: skip
    return figure


def retained_add_costs(table: pd.DataFrame, *, title: str, as_of=None, by: str = "channel") -> go.Figure:
    """A bar a channel: what one add still there after 7 days costs.

    table  of channels.performance: `by`, n_retained, cost_per_retained_add and its interval
    by     the column whose groups are the rows

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, [by, "n_retained", *COST], "retained_add_costs")
    drawn = drawn[drawn[COST[0]].notna()].sort_values(COST[0]).reset_index(drop=True)
    if marks.unseen(drawn, COST[0]):
        return theme.silent(title, _("No channel has both a cost and retained adds."), as_of=as_of)
    base = _("cost ÷ adds still contacts after 7 days; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 44 * len(drawn))
    values, low, high = (drawn[name] for name in COST)
    places, written = list(range(len(drawn))), [numbers.money(value) for value in values]
    figure.add_bar(
        orientation="h", x=theme.rounded(values), y=places, width=0.5,
        marker={"color": marks.colors(drawn["n_retained"])}, error_x=marks.whiskers(values, low, high),
        hovertext=[f"{text} ({marks.between(*bounds, numbers.money)})"
                   for text, bounds in zip(written, zip(low, high, strict=True), strict=True)],
        hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(high.fillna(values)), y=places, text=written, **marks.beside("middle right")
    )
    marks.rows_axis(figure, [_row(row, by, row.n_retained) for row in drawn.itertuples()])
    figure.update_xaxes(**theme.money_axis(0, 1.25 * high.fillna(values).max()),
                        title_text=_("Cost per retained add"))  # fmt: skip
    return figure


def contacts_kept(
    table: pd.DataFrame, *, title: str, as_of=None, by: str = "channel", upto_days: int = WATCHED_DAYS
) -> go.Figure:
    """A line a channel: the share of its adds still contacts after each day, the 7th and 30th marked.

    table      of channels.loss: `by`, days, at_risk, kept_rate and its interval
    by         the column whose groups are the lines; the six with most adds are drawn
    upto_days  last day drawn

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, [by, "days", "at_risk", *KEPT], "contacts_kept")
    drawn = drawn[drawn["days"] <= upto_days]
    if marks.unseen(drawn, "kept_rate"):
        return theme.silent(
            title, _("Nobody is known to have left, or has been watched for a day."), as_of=as_of
        )
    base = _("Kaplan–Meier, each contact for as long as watched; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=True)
    for color, (name, rows) in zip(theme.PALETTE, _largest(drawn, by, "at_risk"), strict=False):
        seen = pd.concat([rows.iloc[:1].assign(days=0, kept_rate=1.0), rows])
        figure.add_scatter(
            name=marks.labels([channel_name(name)])[0], x=theme.rounded(seen["days"]),
            y=theme.rounded(seen["kept_rate"]), mode="lines",
            line={"shape": "hv", "color": color, "width": 2.5},
            hovertemplate=_("day {day}: {rate} still there", day="%{x}", rate="%{y:.1%}") + "<extra></extra>",
        )  # fmt: skip
        marked = pd.concat([rows[rows["days"] <= day].tail(1).assign(days=day) for day in (7, 30)])
        figure.add_scatter(
            x=theme.rounded(marked["days"]), y=theme.rounded(marked["kept_rate"]), mode="markers",
            marker={"color": color, "size": 7}, showlegend=False, hoverinfo="skip",
            error_y=marks.whiskers(*(marked[c] for c in KEPT)),
        )  # fmt: skip
    figure.update_xaxes(title_text=_("Days after joining"), showgrid=False, tickvals=[0, 7, 14, 30, 45, 60])
    figure.update_yaxes(tickformat=".0%", title_text=_("Share still a contact"))
    return figure


def channel_payback(table: pd.DataFrame, *, title: str, as_of=None, by: str = "channel") -> go.Figure:
    """A line a channel: margin per add less its cost by day since joining, with its band; 0 is paid back.

    table  of channels.payback: `by`, days, n_adds, net_margin and its interval
    by     the column whose groups are the lines; the six with most adds are drawn

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, [by, "days", "n_adds", *NET], "channel_payback")
    if marks.unseen(drawn, "net_margin"):
        return theme.silent(title, _("No channel has a cost to set its margin against."), as_of=as_of)
    base = _("adds at least so many days old on each day; band: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=360, legend=True)
    for color, (name, rows) in zip(theme.PALETTE, _largest(drawn, by, "n_adds"), strict=False):
        days = theme.rounded(rows["days"])
        marks.band(figure, days, rows[NET[1]], rows[NET[2]], color=_pale(color), showlegend=False)
        figure.add_scatter(
            name=marks.labels([channel_name(name)])[0], x=days, y=theme.rounded(rows["net_margin"]),
            mode="lines", line={"color": color, "width": 2.5},
            hovertemplate=_("day {day}: {margin} an add", day="%{x}", margin="%{y:,.1f}") + "<extra></extra>",
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    figure.update_xaxes(title_text=_("Days after joining"), showgrid=False)
    low, high = drawn[NET].min().min(), drawn[NET].max().max()
    figure.update_yaxes(**theme.money_axis(low, high), title_text=_("Margin less cost, per add"))
    return figure


def attribution(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A row a channel: its share of the first orders by each model; the longer the line, the less they agree.

    table  of channels.attribution_table: channel, <model>_share, lowest_share, highest_share, n_conversions

    A model that was refused has no marks. Raises TableError if a column is missing.
    """
    names = ["channel", "lowest_share", "highest_share", "spread_share", "n_conversions"]
    drawn = marks.columns(table, names, "attribution")
    drawn = drawn.sort_values("highest_share", ascending=False, ignore_index=True)
    if marks.unseen(drawn, "highest_share"):
        return theme.silent(title, _("Nobody has bought yet, so there is no credit to give."), as_of=as_of)
    n = numbers.count(drawn["n_conversions"].max())
    base = _("share of {n} first orders credited to each touch, by model", n=n)
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 40 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    for row, place in zip(drawn.itertuples(), places, strict=True):
        figure.add_scatter(
            x=theme.rounded([row.lowest_share, row.highest_share]), y=[place, place], mode="lines",
            line={"color": theme.FAINT, "width": 4}, showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    shown = [model for model in SHOWN if f"{model}_share" in drawn and drawn[f"{model}_share"].notna().any()]
    for color, model in zip(theme.PALETTE, shown, strict=False):
        figure.add_scatter(
            name=heading(model), x=theme.rounded(drawn[f"{model}_share"]), y=places, mode="markers",
            marker={"color": color, "size": 10, "opacity": 0.85}, cliponaxis=False,
            hovertemplate=f"{heading(model)}: %{{x:.1%}}<extra></extra>",
        )  # fmt: skip
    marks.rows_axis(figure, marks.labels([channel_name(name) for name in drawn["channel"]]))
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", title_text=_("Share of the first orders"))
    return figure


def _row(row, by: str, n) -> str:
    return f"{marks.labels([channel_name(getattr(row, by))])[0]}<br>n={numbers.count(n)}"


def _returned(row) -> str:
    return numbers.money(1 + row.roi)


def _return_hover(row) -> str:
    inside = marks.between(row.roi_low, row.roi_high)
    return _("ROI {roi} ({inside}), cost {cost}, n={n}", roi=numbers.percent(row.roi), inside=inside,
             cost=numbers.money(row.cost), n=numbers.count(row.n_mature))  # fmt: skip


def _largest(drawn: pd.DataFrame, by: str, size: str) -> list:
    """The groups with most adds, at most six, in the order of their size."""
    groups = [(name, rows) for name, rows in drawn.groupby(by, sort=True) if rows[size].max() > 0]
    return sorted(groups, key=lambda group: -group[1][size].max())[:LINES]


def _pale(color: str) -> str:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"
