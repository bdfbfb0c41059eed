"""How often customers buy and what a purchase is worth: what a price is set by."""

from collections.abc import Sequence

import ibis
import pandas as pd

from opsmodel.intake.contract import day
from opsmodel.metrics.counting import days_between, tally
from opsmodel.metrics.occasions import occasions, paid_orders
from opsmodel.metrics.starts import sequence
from opsmodel.metrics.survival import at, kaplan_meier, quantiles

ORDERS = 60  # order numbers whose gaps count
YEAR = 365
ENOUGH = 10  # orders still waiting, for the curve to say anything


def buying(orders, *, as_of, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row: the gaps between purchases and the distribution of their value.

    Gaps are those from every order to the next, the ones still open included (Kaplan–Meier), so that a
    store of one-time buyers is not called frequent for the few who came back soon.

    orders  one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of   last day observed, inclusive
    by      column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then n_customers, n_orders (order days), orders_a_year (order days per year
    since the first order), median_gap_days, p80_gap_days (NaN where the curve does not get there),
    year_rate (share of orders followed by another within 365 days; NaN where fewer than 10 waited so long),
    seen_days (how long 10 orders or more have waited: as far as the curve can be read),
    p20_order_value, median_order_value, p80_order_value, first_order_value, next_order_value (medians of
    first and further order days, client currency).
    Raises TableError if a column is missing.
    Source: order-interval analysis with censored gaps; the usual mean of closed gaps is biased short.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = buying(seven_customer_shop().orders, as_of="2024-06-30")
    >>> table[["n_customers", "n_orders", "median_gap_days", "median_order_value"]].values.tolist()
    [[7.0, 15.0, 79.0, 60.0]]
    """
    paid = paid_orders(orders, as_of=as_of, by=by)
    steps = sequence(paid, upto=ORDERS)
    last = ibis.literal(day(as_of))
    counted = tally(
        steps,
        paid.by,
        days=days_between(steps.day, steps.next_day.fill_null(last)),
        over=steps.next_day.notnull(),
        first=steps.order_number == 1,
    )
    over = counted["over"].astype(bool)
    waits = counted.assign(events=counted["n"].where(over, 0), censored=counted["n"].where(~over, 0))
    curves = kaplan_meier(waits, by=paid.by or None)
    times = quantiles(curves, by=paid.by or None, median_gap_days=0.5, p80_gap_days=0.8)
    return _joined(
        _values(orders, as_of, paid.by), times, _years(counted, paid.by), _back(curves, paid.by), paid.by
    )


def chain_buying(client) -> pd.DataFrame:
    """`buying` of the whole chain of a client: what is usual for what is sold."""
    return buying(client.chain.orders, as_of=client.as_of)


def _values(orders, as_of, by: list[str]) -> pd.DataFrame:
    """Counts and quantiles of the value of an order day."""
    days = occasions(orders, as_of=as_of, carry=by)
    days = days.mutate(first=ibis.row_number().over(group_by="customer_id", order_by="day") == 0)
    net = days.net.cast("float64")
    figures = {
        "n_customers": days.customer_id.nunique(),
        "n_orders": days.count(),
        "p20_order_value": net.quantile(0.2),
        "median_order_value": net.quantile(0.5),
        "p80_order_value": net.quantile(0.8),
        "first_order_value": net.quantile(0.5, where=days["first"]),
        "next_order_value": net.quantile(0.5, where=~days["first"]),
    }
    return (days.group_by(by).agg(**figures) if by else days.agg(**figures)).execute()


def _years(counted: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Years since the first order, summed over customers: every gap, closed or open, is part of them."""
    years = (counted["days"] * counted["n"] / YEAR).rename("years")
    if not by:
        return pd.DataFrame({"years": [float(years.sum())]})
    return pd.concat([counted[by], years], axis=1).groupby(by, dropna=False)[["years"]].sum().reset_index()


def _back(curves: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    parts = curves.groupby(by, dropna=False) if by else [((), curves)]
    rows = [
        [*key, at(one, YEAR, min_at_risk=ENOUGH)["failed"], one.loc[one["at_risk"] >= ENOUGH, "days"].max()]
        for key, one in parts
    ]
    return pd.DataFrame(rows, columns=[*by, "year_rate", "seen_days"])


def _joined(values, times, years, back, by: list[str]) -> pd.DataFrame:
    table = values
    for more in (times, years, back):
        table = table.merge(more, on=by, how="left") if by else table.join(more)
    table["orders_a_year"] = table["n_orders"] / table["years"].where(table["years"] > 0)
    columns = [
        "n_customers",
        "n_orders",
        "orders_a_year",
        "median_gap_days",
        "p80_gap_days",
        "year_rate",
        "seen_days",
    ]
    columns += [
        "p20_order_value",
        "median_order_value",
        "p80_order_value",
        "first_order_value",
        "next_order_value",
    ]
    table = table[[*by, *columns]].astype(dict.fromkeys(columns, float))
    table = table.astype({"n_customers": "int64", "n_orders": "int64"})
    return table.sort_values(by, ignore_index=True) if by else table
