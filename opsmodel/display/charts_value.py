"""Charts of what customers are worth: LTV by window and origin, the Lorenz curve, the tracking plot."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

LTV = ["ltv", "ltv_low", "ltv_high"]
MOST = 12  # origins drawn


def ltv(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: what a customer brings within each window, over all who are old enough for it.

    table  of value.ltv (one group): within_days, n_customers, ltv and its interval

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["within_days", "n_customers", *LTV], "ltv")
    if marks.unseen(drawn, "ltv"):
        return theme.silent(title, _("No customer is old enough for any of the windows."), as_of=as_of)
    base = _("all customers old enough for each window, one-time buyers too; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    places = list(range(len(drawn)))
    figure.add_bar(
        x=places, y=theme.rounded(drawn["ltv"]), marker={"color": marks.colors(drawn["n_customers"])},
        error_y=marks.whiskers(*(drawn[name] for name in LTV)), hovertext=_hover(drawn), hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=theme.rounded(drawn["ltv_high"].fillna(drawn["ltv"])),
        text=[numbers.money(value) for value in drawn["ltv"]], **marks.beside("top center"),
    )  # fmt: skip
    texts = [f"{row.within_days:g}<br>n={numbers.count(row.n_customers)}" for row in drawn.itertuples()]
    figure.update_xaxes(tickvals=places, ticktext=texts, showgrid=False, title_text=_("Days from the start"))
    top = float(drawn["ltv_high"].fillna(drawn["ltv"]).max())
    figure.update_yaxes(**theme.money_axis(0, top), title_text=_("Value per customer"), rangemode="tozero")
    return figure


def ltv_by_origin(table: pd.DataFrame, *, title: str, origin: str, as_of=None) -> go.Figure:
    """A dot an origin with its interval: what its customers bring in one window, the highest on top.

    table   of value.by_origin or value.ltv with one window
    origin  its column of origins

    Origins without a customer old enough are left out; 12 are drawn, those with the most customers.
    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, [origin, "within_days", "n_customers", *LTV], "ltv_by_origin")
    drawn = drawn[drawn["ltv"].notna() & drawn[origin].notna()]
    if drawn.empty:
        return theme.silent(title, _("No customer is old enough for any of the windows."), as_of=as_of)
    drawn = drawn.nlargest(MOST, "n_customers").sort_values("ltv", ascending=False, ignore_index=True)
    days = numbers.count(drawn["within_days"].iloc[0])
    base = _("customers at least {days} days old; whiskers: 95% interval", days=days)
    figure = theme.figure(title, base=base, as_of=as_of, height=70 + 36 * len(drawn))
    figure.add_scatter(
        x=theme.rounded(drawn["ltv"]), y=list(range(len(drawn))), mode="markers+text",
        marker={"size": 10, "color": marks.colors(drawn["n_customers"])}, textposition="top center",
        text=[numbers.money(value) for value in drawn["ltv"]], cliponaxis=False,
        error_x=marks.whiskers(*(drawn[name] for name in LTV)), hovertext=_hover(drawn), hoverinfo="text",
    )  # fmt: skip
    texts = [f"{row[origin]} (n={numbers.count(row['n_customers'])})" for row in drawn.to_dict("records")]
    marks.rows_axis(figure, marks.labels(texts, 30))
    figure.update_xaxes(
        **theme.money_axis(0, float(drawn["ltv_high"].fillna(drawn["ltv"]).max())), rangemode="tozero",
        title_text=_("Value per customer within {days} days", days=days),
    )  # fmt: skip
    return figure


def _hover(drawn: pd.DataFrame) -> list[str]:
    return [
        f"{numbers.money(row.ltv)} ({marks.between(row.ltv_low, row.ltv_high, numbers.money)}), "
        f"n={numbers.count(row.n_customers)}"
        for row in drawn.itertuples()
    ]


def lorenz(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """The Lorenz curve: the share of revenue that the lowest share of customers brings, beside equality.

    table  of value.lorenz (one group): customer_share, revenue_share

    The mark stands where the best tenth begins. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["customer_share", "revenue_share"], "lorenz")
    if marks.unseen(drawn, "revenue_share"):
        return theme.silent(title, _("There is no customer with a purchase yet."), as_of=as_of)
    base = _("buyers with a purchase, from the lowest net spend to the highest")
    figure = theme.figure(title, base=base, as_of=as_of, height=360, legend=True)
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name=_("All alike"), hoverinfo="skip",
        line={"color": theme.FAINT, "width": 1.5, "dash": "dot"},
    )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["customer_share"]), y=theme.rounded(drawn["revenue_share"]), mode="lines",
        name=_("Seen"), line={"color": theme.BLUE, "width": 2.5},
        hovertemplate=_("the lowest {share} bring {revenue}", share="%{x:.0%}", revenue="%{y:.1%}")
        + "<extra></extra>",
    )  # fmt: skip
    at = drawn.iloc[(drawn["customer_share"] - 0.9).abs().argmin()]
    figure.add_annotation(
        x=theme.rounded([at["customer_share"]])[0], y=theme.rounded([at["revenue_share"]])[0], ax=-80, ay=-40,
        text=_("the best {top}: {share}", top=numbers.percent(1 - at["customer_share"], 0),
               share=numbers.percent(1 - at["revenue_share"])),
        arrowcolor=theme.MUTED, font={"size": 12, "color": theme.INK},
    )  # fmt: skip
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title_text=_("Share of buyers"))
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02], title_text=_("Share of revenue"))
    return figure


def tracking(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Repeat purchases so far, seen and foretold, week by week; behind the line the model knew nothing.

    table  of value.tracking: week_end, repeat_orders, repeat_orders_expected, in_holdout

    Raises TableError if a column is missing.
    """
    names = ["week_end", "repeat_orders", "repeat_orders_expected", "in_holdout"]
    drawn = marks.columns(table, names, "tracking")
    if marks.unseen(drawn, "repeat_orders_expected"):
        return theme.silent(title, _("The file is too short to test a model."), as_of=as_of)
    base = _("repeat purchases of all customers known before the hold-out, cumulative")
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=True)
    days = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(drawn["week_end"])]
    for name, column, style in (
        (_("Seen"), "repeat_orders", {"color": theme.INK, "width": 2}),
        (_("Foretold"), "repeat_orders_expected", {"color": theme.BLUE, "width": 2.5, "dash": "dash"}),
    ):
        figure.add_scatter(
            x=days, y=[float(f"{value:.4g}") for value in drawn[column]], name=name, mode="lines", line=style
        )
    unknown = drawn["in_holdout"].fillna(False).astype(bool)
    if unknown.any():
        figure.add_vline(x=days[int(unknown.argmax())], line={"color": theme.MUTED, "dash": "dot"})
        figure.add_annotation(
            x=days[int(unknown.argmax())], y=1, yref="paper", xanchor="left", yanchor="top", showarrow=False,
            text=_("not seen by the model"), font={"size": 12, "color": theme.MUTED}, xshift=4,
        )  # fmt: skip
    figure.update_xaxes(type="date", showgrid=False, title_text=_("Week ending"))
    figure.update_yaxes(rangemode="tozero", title_text=_("Repeat purchases so far"))
    return figure
