"""Repurchase that nobody asked for."""

from collections.abc import Sequence

import ibis
import pandas as pd

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
from opsmodel.metrics.quiet import repeats
from opsmodel.metrics.starts import starts


def touch_free(
    orders,
    events,
    *,
    as_of,
    touches: Sequence[str],
    quiet_days: int = 7,
    within_days: Sequence[int] = (30, 60, 90, 180, 360),
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per window: 主动复购, customers who order again without having been approached.

    A repeat order is touch-free if none of `touches` reached that person between the start of the day
    D days before and the order itself. One such order in the window is enough.

    orders       one row per order: customer_id, ordered_at, amount (refund_amount if there)
    events       one row per event: customer_id, event, happened_at
    touches      the events that count as an approach: staff message, coupon, group push
    quiet_days   D, in days before the repeat order
    within_days  window lengths, in days after the first order day
    by, scope    as in `curve`, whose base this shares

    Returns the columns of `by`, then within_days, n_customers (old enough for the window),
    n_repurchased, n_touch_free, touch_free_rate (n_touch_free ÷ n_customers), touch_free_rate_low, …_high.
    Raises TableError if a column is missing, ArgumentError if touches is empty
    or a length is not a whole number of days.
    Source: 主动复购, the field's own term; the base is that of `curve`, so the two rates compare.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> shop = seven_customer_shop()
    >>> touch_free(shop.orders, shop.events, as_of="2024-06-30", touches=["referred"], within_days=(30,))[
    ...     ["n_customers", "n_repurchased", "n_touch_free"]].values.tolist()
    [[7, 3, 2]]
    """
    windows = window_lengths(within_days)
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    unit, first = paid.unit, starts(paid)
    again = repeats(paid, first, events, touches=touches, quiet_days=quiet_days)
    back = again.group_by(unit).agg(second_day=again.day.min(), free_day=again.day.min(where=~again.touched))
    who = first.left_join(back, unit).select(*first.columns, "second_day", "free_day")
    counted = tally(
        who,
        paid.by,
        age=round_down(days_between(who.first_day, ibis.literal(day(as_of))), windows),
        wait=round_up(days_between(who.first_day, who.second_day), windows),
        free=round_up(days_between(who.first_day, who.free_day), windows),
    )
    parts = []
    for n in windows:
        old = counted["age"] >= n
        masks = {"n_repurchased": old & (counted["wait"] <= n), "n_touch_free": old & (counted["free"] <= n)}
        parts.append(totals(counted, paid.by, n_customers=old, **masks).assign(within_days=n))
    columns = [*paid.by, "within_days", "n_customers", "n_repurchased", "n_touch_free"]
    table = pd.concat(parts)[columns].sort_values([*paid.by, "within_days"], ignore_index=True)
    return with_rate(table, "touch_free_rate", "n_touch_free", "n_customers")
