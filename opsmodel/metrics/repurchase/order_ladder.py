"""From the first order to the second, the third and on: how many take each rung, and how soon."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.intake.contract import day
from opsmodel.metrics.counting import days_between, require_whole, tally, totals, with_rate
from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.starts import sequence
from opsmodel.metrics.survival import kaplan_meier, quantiles


def ladder(
    orders,
    *,
    as_of,
    within_days: int = 90,
    n_orders: int = 10,
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per order number k: the share of customers who place order k + 1 within N days of order k.

    A customer counts at k once N days have passed since order k. The first row is RR_N.

    orders       one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive
    within_days  N, in days after order k
    n_orders     order numbers shown: 1 to n_orders
    by           column or columns of orders, taken from the first paid order
    scope        any, home or branch; see `occasions.paid_orders`

    Returns the columns of `by`, then order_number (k; order days, not rows), n_customers (order k is N
    days old or more), n_next, next_rate (NaN if there is none), next_rate_low, next_rate_high.
    Raises TableError if a column is missing, ArgumentError for a window or number that is not whole.
    Source: p_k of order-frequency ladders; the window and the maturity rule are those of `curve`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> ladder(seven_customer_shop().orders, as_of="2024-06-30", within_days=40, n_orders=3)[
    ...     ["n_customers", "n_next"]].values.tolist()
    [[7, 3], [4, 1], [1, 0]]
    """
    require_whole(within_days=within_days, n_orders=n_orders)
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    steps = sequence(paid, upto=n_orders)
    counted = tally(
        steps,
        [*paid.by, "order_number"],
        old=steps.day <= day(as_of) - timedelta(days=within_days),
        soon=(days_between(steps.day, steps.next_day) <= within_days).fill_null(False),
    )
    old, soon = counted["old"].astype(bool), counted["soon"].astype(bool)
    found = totals(counted, [*paid.by, "order_number"], n_customers=old, n_next=old & soon)
    found = _every_rung(found, paid.by, n_orders)
    return with_rate(found, "next_rate", "n_next", "n_customers")


def gaps(
    orders, *, as_of, n_orders: int = 5, by: str | Sequence[str] | None = None, scope: str = "any"
) -> pd.DataFrame:
    """One row per order number k: the median and the P80 of the days from order k to order k + 1.

    By Kaplan–Meier over all customers with an order k, those still waiting included: the gaps of those
    already back alone are biased short. A quantile that the curve does not reach is NaN: fewer than half
    are seen to come back.

    orders    one row per order: customer_id, ordered_at, amount (refund_amount if there)
    n_orders  order numbers shown: 1 (the first gap) to n_orders

    Returns the columns of `by`, then order_number (k), n_customers (with an order k), n_next (order k + 1
    seen), median_days, p80_days.
    Raises TableError if a column is missing, ArgumentError for a number that is not whole.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> gaps(seven_customer_shop().orders, as_of="2024-06-30", n_orders=2)[
    ...     ["n_customers", "n_next", "median_days", "p80_days"]].values.tolist()
    [[7.0, 6.0, 41.0, 102.0], [6.0, 1.0, nan, nan]]
    """
    require_whole(n_orders=n_orders)
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    steps = sequence(paid, upto=n_orders)
    end = steps.next_day.fill_null(ibis.literal(day(as_of)))
    keys = [*paid.by, "order_number"]
    counted = tally(steps, keys, days=days_between(steps.day, end), over=steps.next_day.notnull())
    over = counted["over"].astype(bool)
    waits = counted.assign(events=counted["n"].where(over, 0), censored=counted["n"].where(~over, 0))
    sizes = totals(counted, keys, n_customers=over | ~over, n_next=over)
    times = quantiles(kaplan_meier(waits, by=keys), by=keys, median_days=0.5, p80_days=0.8)
    return _every_rung(sizes.merge(times, on=keys, how="left"), paid.by, n_orders)


def _every_rung(found: pd.DataFrame, groups: list[str], n_orders: int) -> pd.DataFrame:
    """All order numbers for each group, whether a customer got there or not."""
    rungs = pd.DataFrame({"order_number": range(1, n_orders + 1)})
    grid = found[groups].drop_duplicates().merge(rungs, how="cross") if groups else rungs
    full = grid.merge(found, on=[*groups, "order_number"], how="left")
    counts = ["n_customers", "n_next"]
    full[counts] = full[counts].fillna(0).astype("int64")
    return full.sort_values([*groups, "order_number"], ignore_index=True)
