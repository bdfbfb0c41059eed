"""The share of customers who order again within so many days of the first order."""

from collections.abc import Sequence

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.metrics.counting import (
    days_between,
    round_down,
    round_up,
    tally,
    totals,
    window_lengths,
    with_rate,
)
from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.starts import returns, starts

WINDOWS = (30, 60, 90, 180, 360)


def curve(
    orders,
    *,
    as_of,
    within_days: Sequence[int] = WINDOWS,
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per window N: RR_N, the share of customers who order again in the N days after the first day.

    A customer counts in a window once all of it lies before the end of `as_of`: first day + N <= as_of.
    Longer windows therefore rest on older customers, and the curve may fall; `common_base` cannot.

    orders       one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive
    within_days  window lengths, in days after the first order day
    by           column or columns of orders, taken from the first paid order
    scope        any: back in any store; home: by home store; branch: a customer counts in each store alone

    Returns the columns of `by`, then within_days, n_customers (old enough for the window),
    n_repurchased, repurchase_rate (NaN if none is old enough), repurchase_rate_low,
    repurchase_rate_high (Wilson, 95 %).
    Raises TableError if a column is missing, ArgumentError for a window that is not a whole number of days.
    Source: By the Numbers, cohort repurchase rate. Orders of one day are one; a refunded one is none.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = curve(seven_customer_shop().orders, as_of="2024-06-30", within_days=(30, 60))
    >>> table[["n_customers", "n_repurchased"]].values.tolist()
    [[7, 3], [6, 3]]
    """
    windows = window_lengths(within_days)
    return _share(orders, as_of, {n: n for n in windows}, by, scope)


def common_base(
    orders,
    *,
    as_of,
    within_days: Sequence[int] = WINDOWS,
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per window: the repurchase rate of the same customers, those old enough for the longest.

    Rates of one row compare with those of the next, and never fall. Arguments, columns and errors are
    those of `curve`; n_customers is the same in every row.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = common_base(seven_customer_shop().orders, as_of="2024-06-30", within_days=(30, 60))
    >>> table[["n_customers", "n_repurchased"]].values.tolist()
    [[6, 2], [6, 3]]
    """
    windows = window_lengths(within_days)
    return _share(orders, as_of, dict.fromkeys(windows, max(windows)), by, scope)


def within_period(
    orders,
    *,
    since,
    as_of,
    count: str = "orders",
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row: 期内复购率, buyers with two orders or more in a period ÷ buyers in the period.

    Only to reconcile with a client's screen. It depends on how fast the store grows: late comers have
    had no time to return, and old customers need no first order in the period to count.

    since  first day of the period
    as_of  last day of the period, inclusive
    count  orders: two paid orders, same day or not, as most screens count; days: two order days
    by     column or columns of orders, taken from the first paid order in the period

    Returns the columns of `by`, then n_buyers, n_repeat_buyers, period_repeat_rate, …_low, …_high.
    Raises TableError if a column is missing, ArgumentError for another count.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> within_period(seven_customer_shop().orders, since="2024-01-01", as_of="2024-03-31")[
    ...     ["n_buyers", "n_repeat_buyers"]].values.tolist()
    [[6, 3]]
    """
    if count not in ("orders", "days"):
        raise ArgumentError("this count does not exist.", found=repr(count), fix="use orders or days.")
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    paid = paid._replace(rows=paid.rows.filter(paid.rows.day >= day(since)))
    rows = paid.rows
    number = rows.group_by(paid.unit).agg(n=rows.count() if count == "orders" else rows.day.nunique())
    buyers = starts(paid).join(number, paid.unit)
    counted = tally(buyers, paid.by, again=buyers.n >= 2)
    again = counted["again"].astype(bool)
    found = totals(counted, paid.by, n_buyers=again | ~again, n_repeat_buyers=again)
    return with_rate(found, "period_repeat_rate", "n_repeat_buyers", "n_buyers")


def _share(orders, as_of, bases: dict[int, int], by, scope) -> pd.DataFrame:
    """Counts for every window in one pass; `bases` says how old a customer must be for each."""
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    who = returns(paid)
    counted = tally(
        who,
        paid.by,
        age=round_down(days_between(who.first_day, ibis.literal(day(as_of))), list(bases.values())),
        wait=round_up(days_between(who.first_day, who.second_day), list(bases)),
    )
    parts = []
    for n, age in bases.items():
        old = counted["age"] >= age
        found = totals(counted, paid.by, n_customers=old, n_repurchased=old & (counted["wait"] <= n))
        parts.append(found.assign(within_days=n))
    columns = [*paid.by, "within_days", "n_customers", "n_repurchased"]
    table = pd.concat(parts)[columns].sort_values([*paid.by, "within_days"], ignore_index=True)
    return with_rate(table, "repurchase_rate", "n_repurchased", "n_customers")
