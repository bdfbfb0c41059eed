"""Charts of leads: what an order of calls finds, and whether its chances hold."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

COLORS = {"score": theme.BLUE, "recency": theme.GREY}


def lead_lift(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Close rate by tenth of the order as times the average: by score, and by recency beside it.

    table  of leads.backtest: order, decile, n_leads, n_bought, close_rate, lift and its interval (one group)

    The line at 1 is a list in no order. Raises TableError if a column is missing.
    """
    lift = ["lift", "lift_low", "lift_high"]
    drawn = marks.columns(table, ["order", "decile", "n_leads", "n_bought", *lift], "lead_lift")
    if marks.unseen(drawn, "lift"):
        return theme.silent(title, _("No past day has leads whose window is over."), as_of=as_of)
    base = _("leads of past days, in tenths of the order they had then; whiskers: 95% interval by customer")
    figure = theme.figure(title, base=base, as_of=as_of, height=330, legend=True)
    for order, rows in drawn.groupby("order", sort=False):
        hover = [
            _("tenth {decile}: {lift} times the average ({k} of {n} bought)", decile=f"{row.decile:g}",
              lift=numbers.number(row.lift), k=numbers.count(row.n_bought), n=numbers.count(row.n_leads))
            for row in rows.itertuples()
        ]  # fmt: skip
        figure.add_bar(
            name=_order(order), x=theme.rounded(rows["decile"]), y=theme.rounded(rows["lift"]),
            marker={"color": marks.colors(rows["n_leads"], COLORS.get(str(order), theme.ORANGE))},
            error_y=marks.whiskers(*(rows[name] for name in lift)), hovertext=hover, hoverinfo="text",
        )  # fmt: skip
    figure.add_hline(y=1, line={"color": theme.INK, "width": 1, "dash": "dot"})
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(title_text=_("Tenth of the order; 1 is called first"), dtick=1, showgrid=False)
    figure.update_yaxes(title_text=_("Times the average close rate"), rangemode="tozero")
    return figure


def lead_calibration(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Predicted chance against the share who bought, a point a group; on the line both agree.

    table  of leads.calibration: group, n_leads, predicted, n_bought, observed and its interval
    """
    seen = ["observed", "observed_low", "observed_high"]
    drawn = marks.columns(table, ["n_leads", "predicted", "n_bought", *seen], "lead_calibration")
    if marks.unseen(drawn, "observed"):
        return theme.silent(title, _("No past lead has a chance to compare."), as_of=as_of)
    base = _("leads of past days in groups of like chances; whiskers: 95% interval; line: as predicted")
    figure = theme.figure(title, base=base, as_of=as_of, height=340)
    top = float(drawn[["predicted", "observed_high"]].max().max()) * 1.05
    figure.add_scatter(
        x=[0, top], y=[0, top], mode="lines", line={"color": theme.FAINT, "width": 1.5}, hoverinfo="skip"
    )
    hover = [
        _("predicted {predicted}, seen {observed} ({k} of {n})", predicted=numbers.percent(row.predicted),
          observed=numbers.percent(row.observed), k=numbers.count(row.n_bought), n=numbers.count(row.n_leads))
        for row in drawn.itertuples()
    ]  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["predicted"]), y=theme.rounded(drawn["observed"]), mode="markers",
        marker={"size": 9, "color": marks.colors(drawn["n_leads"])}, hovertext=hover, hoverinfo="text",
        error_y=marks.whiskers(*(drawn[name] for name in seen)),
    )  # fmt: skip
    figure.update_xaxes(title_text=_("Predicted chance to buy"), tickformat=".0%", range=[0, top])
    figure.update_yaxes(title_text=_("Share who bought"), tickformat=".0%", rangemode="tozero")
    return figure


def lead_precision(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Of the leads called, the share who bought, by how many staff can call: score beside recency.

    table  of leads.precision: order, capacity, n_called, n_bought, close_rate and its interval, base_rate
    """
    rate = ["close_rate", "close_rate_low", "close_rate_high"]
    names = ["order", "capacity", "n_called", "n_bought", *rate, "base_rate"]
    drawn = marks.columns(table, names, "lead_precision")
    if marks.unseen(drawn, "close_rate"):
        return theme.silent(title, _("No past day has leads whose window is over."), as_of=as_of)
    base = _("first leads of each store on past days; dotted: all leads; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=330, legend=True)
    sizes = {size: place for place, size in enumerate(sorted(drawn["capacity"].unique()))}
    for order, rows in drawn.groupby("order", sort=False):
        hover = [
            _("{rate}: {k} of {n} called bought", rate=numbers.percent(row.close_rate),
              k=numbers.count(row.n_bought), n=numbers.count(row.n_called))
            for row in rows.itertuples()
        ]  # fmt: skip
        figure.add_bar(
            name=_order(order), x=[sizes[size] for size in rows["capacity"]],
            y=theme.rounded(rows["close_rate"]), hovertext=hover, hoverinfo="text",
            marker={"color": marks.colors(rows["n_called"], COLORS.get(str(order), theme.ORANGE))},
            error_y=marks.whiskers(*(rows[name] for name in rate)),
        )  # fmt: skip
    figure.add_hline(
        y=float(drawn["base_rate"].iloc[0]), line={"color": theme.INK, "width": 1, "dash": "dot"}
    )
    figure.update_layout(barmode="group", bargap=0.35)
    texts = [numbers.count(size) for size in sizes]
    figure.update_xaxes(
        tickvals=list(sizes.values()), ticktext=texts, title_text=_("Leads called a week"), showgrid=False
    )
    figure.update_yaxes(title_text=_("Share who bought"), tickformat=".0%", rangemode="tozero")
    return figure


def _order(order: object) -> str:
    return {"score": _("By score"), "recency": _("By the latest sign")}.get(str(order), str(order))
