"""LTV_N: what a customer brings within N days, over everybody acquired long enough ago."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.counting import days_between, window_lengths
from opsmodel.metrics.occasions import identified, paid_orders
from opsmodel.metrics.starts import starts
from opsmodel.metrics.value.groups import parts
from opsmodel.metrics.value.means import mean
from opsmodel.metrics.value.summary import MEASURES, check

WINDOWS = (90, 180, 360)
COLUMNS = ["ltv", "ltv_low", "ltv_high", "ltv_winsorised", "ltv_winsorised_low", "ltv_winsorised_high"]


def ltv(
    orders,
    *,
    as_of,
    within_days: Sequence[int] = WINDOWS,
    customers=None,
    measure: str = "revenue",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per window N: LTV_N, what a customer brings in the N days after the start, on average.

    The start is the first order day; with `customers`, the day of joining. Everybody with start + N <= as_of
    counts: one-timers and, with `customers`, those who never bought. Nobody younger does, so that longer
    windows rest on older customers. The start itself belongs to the window. Purchases count wherever they
    are made; goods given back on a day of their own count against it.

    orders       one row per order: customer_id, ordered_at, amount (refund_amount, margin if there)
    as_of        last day observed, inclusive
    within_days  window lengths N, in days after the start
    customers    one row per customer: customer_id, joined_at; those without joined_at never joined, and are
                 left out
    measure      revenue (net of refunds) or margin (an order whose margin is empty brings none)
    by           column or columns: of the first paid order (store_id, staff_id, or what `value.with_origin`
                 and `value.with_product` add); with `customers`, of the customer (channel, code_id, …)

    Returns the columns of `by`, then within_days, n_customers (old enough), n_buyers (with a value in the
    window), ltv (client currency; NaN if none is old enough), ltv_low, ltv_high (95 %, by customer: see
    `means.mean`), ltv_winsorised and its interval (the top 1 % of customers cut back to the 99th percentile),
    ltv_se (standard error of ltv).
    Raises TableError if a column is missing, ArgumentError for a window or measure that cannot be.
    Source: standard cohort LTV; most tools divide by buyers only, or let unfinished windows in.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> shop = seven_customer_shop()
    >>> table = ltv(shop.orders, as_of="2024-06-30", within_days=(30,))
    >>> table[["n_customers", "ltv"]].round(2).values.tolist()
    [[7.0, 91.9]]
    >>> ltv(shop.orders, as_of="2024-06-30", within_days=(90,), customers=shop.customers, by="channel")[
    ...     ["channel", "n_customers", "ltv"]].round(2).values.tolist()
    [['advert', 2, 104.95], ['group', 1, 39.9], ['till', 3, 219.2]]
    """
    check(measure=(measure, MEASURES))
    windows = window_lengths(within_days)
    groups = column_names(by)
    who = _first_orders(orders, as_of, groups) if customers is None else _joined(customers, as_of, groups)
    found = _worth(orders, who, groups, as_of=as_of, windows=windows, measure=measure).execute()
    rows = []
    for key, one in parts(found, groups):
        for n in windows:
            values = one.loc[one["age"] >= n, f"within_{n}"]
            told = mean(values.fillna(0.0).to_numpy(float))
            if measure == "margin" and not values.notna().any():  # no margin known is not a margin of 0
                told = mean(values.to_numpy(float)[:0]) | {"n": len(values)}
            rows.append([*key, n, told["n"], int((values.fillna(0) != 0).sum()), *_figures(told)])
    columns = [*groups, "within_days", "n_customers", "n_buyers", *COLUMNS, "ltv_se"]
    counts = {"within_days": "int64", "n_customers": "int64", "n_buyers": "int64"}
    return pd.DataFrame(rows, columns=columns).astype(counts | dict.fromkeys(columns[-7:], "float64"))


def _figures(told: dict[str, float]) -> list[float]:
    names = [f"{twin}{end}" for twin in ("plain", "winsorised") for end in ("", "_low", "_high")]
    return [told[name] for name in [*names, "se"]]


def _worth(
    orders, who: ir.Table, groups: list[str], *, as_of, windows: Sequence[int], measure: str
) -> ir.Table:
    """One row per customer: `by`, age in days, and the value within each window (null if nothing). Lazy."""
    needed = ["margin"] if measure == "margin" else []
    rows = identified(orders, as_of=as_of, columns=needed)
    paid = rows.select("customer_id", "day", value=rows.net if measure == "revenue" else rows.margin)
    start = who.select(start_id=who.customer_id, start="start")
    near = paid.join(start, paid.customer_id == start.start_id)
    near = near.mutate(wait=days_between(near.start, near.day)).filter(lambda t: t.wait >= 0)
    sums = near.group_by(spent_id=near.customer_id).agg(
        **{f"within_{n}": near.value.sum(where=near.wait <= n) for n in windows}
    )
    both = who.left_join(sums, who.customer_id == sums.spent_id)
    return both.select(
        *groups,
        age=days_between(both.start, ibis.literal(day(as_of))),
        **{f"within_{n}": both[f"within_{n}"].cast("float64") for n in windows},
    )


def _first_orders(orders, as_of, groups: list[str]) -> ir.Table:
    """One row per customer: customer_id, `by` as of the first paid order, start."""
    first = starts(paid_orders(orders, as_of=as_of, by=groups))
    return first.select("customer_id", *groups, start=first.first_day)


def _joined(customers, as_of, groups: list[str]) -> ir.Table:
    """One row per customer who joined by `as_of`: customer_id, `by`, start."""
    table = require(customers, "customers", ["customer_id", "joined_at"])
    if "home_store_id" in groups and "home_store_id" not in table.columns:
        table = table.mutate(home_store_id=table.store_id)
    table = require(table, "customers", groups)
    known = table.mutate(start=table.joined_at.date())
    return known.filter(known.start <= ibis.literal(day(as_of))).select("customer_id", *groups, "start")
