"""Charts of repurchase: how many return, how soon, and how often again."""

from math import log10

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

RATE = ["repurchase_rate", "repurchase_rate_low", "repurchase_rate_high"]


def repurchase_curve(table: pd.DataFrame, *, title: str, as_of=None, by: str | None = None) -> go.Figure:
    """Repurchase rate by window, each over the customers old enough for that window.

    table  of repurchase.curve: within_days, n_customers, n_repurchased, repurchase_rate and its interval
    title  the message
    by     the column whose groups are drawn as lines of their own

    A window nobody is old enough for has no point. Raises TableError if a column is missing.
    """
    names = ["within_days", "n_customers", *RATE] + ([by] if by else [])
    drawn = marks.columns(table, names, "repurchase_curve")
    if marks.unseen(drawn, "repurchase_rate"):
        return theme.silent(title, _("No customer is old enough for any of the windows."), as_of=as_of)
    base = _("customers old enough for each window; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=by is not None)
    groups = list(drawn.groupby(by, sort=True)) if by else [("", drawn)]
    for color, (group, rows) in zip(theme.PALETTE, groups[:6], strict=False):
        seen = rows[rows["repurchase_rate"].notna()]
        figure.add_scatter(
            name=marks.labels([group])[0], x=theme.rounded(seen["within_days"]),
            y=theme.rounded(seen["repurchase_rate"]), mode="lines+markers" if by else "lines+markers+text",
            line={"color": color, "width": 2.5}, textposition="bottom right",
            marker={"size": 9, "color": marks.colors(seen["n_customers"], color)},
            text=[numbers.percent(rate) for rate in seen["repurchase_rate"]],
            error_y=marks.whiskers(*(seen[name] for name in RATE)),
            hovertext=[_rate_hover(row, group) for row in seen.itertuples()], hoverinfo="text",
        )  # fmt: skip
    widths = sorted(drawn["within_days"].unique())
    texts = [_window(drawn, width, alone=by is None) for width in widths]
    figure.update_xaxes(
        tickvals=theme.rounded(widths), ticktext=texts, title_text=_("Days after the first purchase"),
        type="log", range=theme.rounded([log10(min(widths) * 0.75), log10(max(widths) * 1.35)]),
        showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text=_("Repurchase rate"))
    return figure


def _window(drawn: pd.DataFrame, width, *, alone: bool) -> str:
    rows = drawn[drawn["within_days"] == width]
    return f"{width:g}<br>n={numbers.count(rows['n_customers'].iloc[0])}" if alone else f"{width:g}"


def _rate_hover(row, group: object = "") -> str:
    head = f"{marks.labels([group])[0]}<br>" if group else ""
    inside = marks.between(row.repurchase_rate_low, row.repurchase_rate_high)
    return f"{head}{numbers.percent(row.repurchase_rate)} ({inside}), n={numbers.count(row.n_customers)}"


def survival(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """The share who have returned by each day (Kaplan–Meier), its band, and how many are still watched.

    table  of repurchase.survival: days, at_risk, events, repurchased, low, high

    The row under the days counts those still at risk. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["days", "at_risk", "repurchased", "low", "high"], "survival")
    if marks.unseen(drawn, "repurchased"):
        return theme.silent(title, _("Nobody has been watched for a whole day yet."), as_of=as_of)
    base = _("Kaplan–Meier: each customer counts for as long as watched; band: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=350)
    start = pd.DataFrame({"days": [0.0], "repurchased": [0.0], "low": [0.0], "high": [0.0]})
    curve = pd.concat([start, drawn]) if drawn["days"].iloc[0] > 0 else drawn
    days = theme.rounded(curve["days"])
    marks.band(figure, days, curve["low"], curve["high"], shape="hv")
    hover = _("day {day}: {rate} returned; still at risk: {n}",
              day="%{x}", rate="%{y:.1%}", n="%{customdata:,d}")  # fmt: skip
    figure.add_scatter(
        x=days, y=theme.rounded(curve["repurchased"]), mode="lines", name=_("Returned so far"),
        line={"shape": "hv", "color": theme.BLUE, "width": 2.5},
        customdata=theme.rounded(curve["at_risk"]), hovertemplate=f"{hover}<extra></extra>",
    )  # fmt: skip
    ticks = theme.nice_ticks(0, float(drawn["days"].max()), 6)
    texts = [f"{tick:g}<br>{numbers.count(_at_risk(drawn, tick))}" for tick in ticks]
    below = _("Days after the first purchase; below, customers still at risk")
    figure.update_xaxes(tickvals=ticks, ticktext=texts, showgrid=False, title_text=below,
                        range=[0, days[-1]])  # fmt: skip
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text=_("Share who returned"))
    return figure


def _at_risk(drawn: pd.DataFrame, day: float) -> float:
    """Customers still watched and not yet back just before that day."""
    later = drawn[drawn["days"] >= day]
    return later["at_risk"].iloc[0] if len(later) else 0


def gaps(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Days between purchases by order number: a dot at the median, a line on to the 80th percentile.

    table  of repurchase.gaps: order_number, n_customers, median_days, p80_days
    """
    drawn = marks.columns(table, ["order_number", "n_customers", "median_days", "p80_days"], "gaps")
    drawn = drawn[drawn["n_customers"] > 0].reset_index(drop=True)
    if marks.unseen(drawn, "median_days"):
        return theme.silent(title, _("Too few have returned to see a median gap."), as_of=as_of)
    base = _("customers who made the earlier purchase; dot: median, line: up to P80")
    figure = theme.figure(title, base=base, as_of=as_of, height=70 + 44 * len(drawn))
    hover = [
        _("median {median} days, P80 {p80} days, n={n}", median=numbers.days(row.median_days),
          p80=numbers.days(row.p80_days), n=numbers.count(row.n_customers))
        for row in drawn.itertuples()
    ]  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["median_days"]), y=list(range(len(drawn))), mode="markers+text",
        marker={"color": theme.BLUE, "size": 11}, textposition="top center",
        text=[numbers.days(value) for value in drawn["median_days"]], hovertext=hover, hoverinfo="text",
        error_x={"type": "data", "symmetric": False, "arrayminus": [0] * len(drawn), "width": 5,
                 "array": theme.rounded((drawn["p80_days"] - drawn["median_days"]).fillna(0)),
                 "color": theme.SKY, "thickness": 4},
    )  # fmt: skip
    texts = [
        _("{k} → {next} (n={n})", k=f"{k:g}", next=f"{k + 1:g}", n=numbers.count(n))
        for k, n in zip(drawn["order_number"], drawn["n_customers"], strict=True)
    ]
    marks.rows_axis(figure, texts)
    for place in drawn.index[drawn["median_days"].isna()]:
        figure.add_annotation(
            x=0, y=place, text=_("fewer than half have returned so far"), showarrow=False, xanchor="left",
            xshift=8, font={"size": 12, "color": theme.MUTED},
        )  # fmt: skip
    figure.update_xaxes(title_text=_("Days between purchases"), rangemode="tozero")
    return figure


def order_ladder(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: of those who made purchase k, the share who made the next one within the window.

    table  of repurchase.ladder: order_number, n_customers, next_rate and its interval

    Orders nobody has made yet are left out. Raises TableError if a column is missing.
    """
    rate = ["next_rate", "next_rate_low", "next_rate_high"]
    drawn = marks.columns(table, ["order_number", "n_customers", *rate], "order_ladder")
    drawn = drawn[drawn["n_customers"] > 0]
    if marks.unseen(drawn, "next_rate"):
        return theme.silent(title, _("No customer is old enough for any of the windows."), as_of=as_of)
    texts = [
        _("{k} → {next}", k=f"{k:g}", next=f"{k + 1:g}") + f"<br>n={numbers.count(n)}"
        for k, n in zip(drawn["order_number"], drawn["n_customers"], strict=True)
    ]
    base = _("of the customers who made purchase k early enough; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    _rate_bars(figure, drawn, rate, drawn["n_customers"], texts)
    figure.update_xaxes(title_text=_("From purchase to purchase"))
    figure.update_yaxes(title_text=_("Share who order again"))
    return figure


def hazard(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: of those not yet back at the start of a period, the share who return in it.

    table  of repurchase.hazard: period, n_at_risk, n_events, hazard, hazard_low, hazard_high
    """
    rate = ["hazard", "hazard_low", "hazard_high"]
    drawn = marks.columns(table, ["period", "n_at_risk", "n_events", *rate], "hazard")
    drawn = drawn[drawn["n_at_risk"] > 0]
    if marks.unseen(drawn, "hazard"):
        return theme.silent(title, _("Nobody was watched through a whole period."), as_of=as_of)
    texts = [f"{period:g}" for period in drawn["period"]]
    base = _("of the customers not back yet when the period starts; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    _rate_bars(figure, drawn, rate, drawn["n_at_risk"], texts)
    figure.update_xaxes(title_text=_("Period after the first purchase"))
    figure.update_yaxes(title_text=_("Chance to return now"))
    return figure


def _rate_bars(figure: go.Figure, drawn: pd.DataFrame, rate: list[str], base: pd.Series, texts: list) -> None:
    """Bars of a rate, its value written over the whiskers; grey where the base is too small."""
    values, low, high = (drawn[name] for name in rate)
    places, written = list(range(len(drawn))), [numbers.percent(value) for value in values]
    hover = [
        f"{value} ({marks.between(*bounds)}), n={numbers.count(n)}"
        for value, bounds, n in zip(written, zip(low, high, strict=True), base, strict=True)
    ]
    figure.add_bar(
        x=places, y=theme.rounded(values), marker={"color": marks.colors(base)},
        error_y=marks.whiskers(values, low, high), hovertext=hover, hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=theme.rounded(high.fillna(values)), text=written, **marks.beside("top center")
    )
    figure.update_xaxes(tickvals=places, ticktext=texts, showgrid=False)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
