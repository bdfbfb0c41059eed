"""Charts of the plan: the 90 days with the hazard behind them, and what a retained add leaves."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.wording import _

SYMBOLS = {"care": "circle", "content": "square", "next_product": "diamond", "offer": "star"}
COLORS = {"care": theme.GREEN, "content": theme.BLUE, "next_product": theme.PURPLE, "offer": theme.ORANGE}
FINE = 0.05  # below it an axis of whole percents repeats itself


def ninety_days(
    touches: pd.DataFrame, *, hazard: pd.DataFrame, rhythm: pd.DataFrame, title: str, as_of=None
) -> go.Figure:
    """Bars: the chance to come back in each week or fortnight; the touches above them, the stop day.

    touches  of plan.touches: after_days, kind, break_even_lift
    hazard   of repurchase.hazard, the one the plan goes by: from_day, to_day, n_at_risk, hazard
    rhythm   of plan.rhythm: peak_from_day, peak_to_day, stop_day, horizon

    Raises TableError if a column is missing.
    """
    marks.columns(touches, ["after_days", "kind", "break_even_lift"], "ninety_days")
    weeks = marks.columns(hazard, ["from_day", "to_day", "n_at_risk", "hazard"], "ninety_days")
    told = marks.columns(rhythm, ["peak_from_day", "peak_to_day", "stop_day", "horizon"], "ninety_days").iloc[
        0
    ]
    weeks = weeks[(weeks["from_day"] <= told["horizon"]) & (weeks["n_at_risk"] > 0)]
    if marks.unseen(weeks, "hazard"):
        return theme.silent(title, _("Nobody was watched through a whole period."), as_of=as_of)
    base = _("of the customers not back yet when the bar begins; shaded: the days of the peak")
    length = float((weeks["to_day"] - weeks["from_day"] + 1).max())
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=True)
    figure.add_bar(
        x=theme.rounded((weeks["from_day"] + weeks["to_day"]) / 2), y=theme.rounded(weeks["hazard"]),
        width=0.88 * length, marker={"color": marks.colors(weeks["n_at_risk"], theme.PALE)}, showlegend=False,
        hovertext=[_week(row) for row in weeks.itertuples()], hoverinfo="text", name=_("Returns"),
    )  # fmt: skip
    top = theme.rounded([weeks["hazard"].max()])[0] or 1.0
    if pd.notna(told["peak_from_day"]):
        figure.add_vrect(x0=told["peak_from_day"] - 0.5, x1=told["peak_to_day"] + 0.5, line_width=0,
                         fillcolor=theme.YELLOW, opacity=0.13, layer="below")  # fmt: skip
    sides = pd.Series(["top center", "bottom center"] * len(touches), dtype="str")[: len(touches)]
    sides.index = touches.index
    for kind, symbol in SYMBOLS.items():
        rows = touches[touches["kind"] == kind]
        if len(rows):
            figure.add_scatter(
                x=theme.rounded(rows["after_days"]), y=[1.12 * top] * len(rows), mode="markers+text",
                marker={"symbol": symbol, "size": 13, "color": COLORS[kind]}, name=heading(f"touch_{kind}"),
                text=[_("day {n}", n=numbers.count(when)) for when in rows["after_days"]],
                textposition=sides[rows.index].tolist(), textfont={"size": 11},
                hovertext=[_touch(row) for row in rows.itertuples()], hoverinfo="text",
            )  # fmt: skip
    if told["stop_day"] > 0:
        figure.add_vline(x=told["stop_day"] + 0.5, line={"color": theme.INK, "dash": "dot", "width": 1.4})
        figure.add_annotation(
            text=_("stop day {n}", n=numbers.count(told["stop_day"])), x=told["stop_day"] + 0.5, y=0.62,
            yref="paper", showarrow=False, xanchor="left", xshift=6, font={"size": 12, "color": theme.INK},
        )  # fmt: skip
    figure.update_xaxes(title_text=_("Days after the first purchase"), range=[-2, float(told["horizon"]) + 2])
    chance = _("Chance to return in {n} days", n=numbers.count(length))
    figure.update_yaxes(tickformat=".0%" if top >= FINE else ".1%", range=[0, 1.32 * top], title_text=chance)
    return figure


def _week(row) -> str:
    return _("days {first} to {last}: {rate}, n={n}", first=numbers.count(row.from_day),
             last=numbers.count(row.to_day), rate=numbers.percent(row.hazard),
             n=numbers.count(row.n_at_risk))  # fmt: skip


def _touch(row) -> str:
    return _("{kind}, day {day}: pays if it lifts the returns by {lift} or more",
             kind=heading(f"touch_{row.kind}"), day=numbers.count(row.after_days),
             lift=numbers.percent(row.break_even_lift, 0))  # fmt: skip


def unit_economics(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A waterfall of one retained add: its margin, what it costs, what is left with its interval.

    table  of plan.unit_economics: item, amount, amount_low, amount_high

    Costs of zero are left out. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["item", "amount", "amount_low", "amount_high"], "unit_economics")
    if drawn.empty or drawn["amount"].isna().any():
        return theme.silent(title, _("Cost, margin or losses are not recorded."), as_of=as_of)
    shown = drawn[drawn["item"].isin(["margin", "contribution"]) | (drawn["amount"] != 0)]
    base = _("per contact still one after 7 days; whisker: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=330)
    measures = ["relative"] * (len(shown) - 1) + ["total"]
    figure.add_waterfall(
        x=[heading(f"item_{item}") for item in shown["item"]], y=theme.rounded(shown["amount"]),
        measure=measures,
        text=[numbers.money(value) for value in shown["amount"]],
        textposition=["outside"] * (len(shown) - 1) + ["inside"], insidetextanchor="start",
        insidetextfont={"color": "#ffffff"},
        connector={"line": {"color": theme.FAINT}}, increasing={"marker": {"color": theme.BLUE}},
        decreasing={"marker": {"color": theme.ORANGE}}, totals={"marker": {"color": theme.GREEN}},
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    last = shown.iloc[[-1]]
    figure.add_scatter(
        x=[heading("item_contribution")], y=theme.rounded(last["amount"]), mode="markers",
        marker={"size": 1, "color": theme.INK}, hoverinfo="skip", showlegend=False,
        error_y=marks.whiskers(last["amount"], last["amount_low"], last["amount_high"]),
    )  # fmt: skip
    reached = [
        0.0,
        *shown["amount"].iloc[:-1].cumsum(),
        *last.iloc[0][["amount_low", "amount_high"]].fillna(0),
    ]
    low, high = min(reached), max(reached)
    figure.update_yaxes(**theme.money_axis(low, high), range=theme.rounded([low * 1.1, high * 1.18]),
                        title_text=_("Per retained add"))  # fmt: skip
    figure.update_xaxes(showgrid=False)
    return figure
