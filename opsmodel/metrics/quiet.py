"""Repeat orders, and which of them came without anybody having approached the customer."""

from collections.abc import Sequence

import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import Paid


def repeats(
    paid: Paid, first: ir.Table, events, *, touches: str | Sequence[str], quiet_days: int
) -> ir.Table:
    """One row per repeat occasion: the customer, day, touched (approached in the days before). Lazy.

    An approach counts from the start of the day `quiet_days` before the occasion up to its first paid order.

    paid        paid orders, as `occasions.paid_orders` gives them
    first       first_day of each customer, as `starts.starts` gives it
    events      one row per event: customer_id, event, happened_at
    touches     the events that count as an approach
    quiet_days  days before the occasion

    Raises TableError if a column is missing, ArgumentError if no event counts or quiet_days is below 0.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> from opsmodel.metrics.starts import starts
    >>> shop = seven_customer_shop()
    >>> paid = paid_orders(shop.orders, as_of="2024-06-30")
    >>> again = repeats(paid, starts(paid), shop.events, touches=["referred"], quiet_days=7)
    >>> again.count().execute(), again.touched.sum().execute()
    (8, 1)
    """
    kinds = [touches] if isinstance(touches, str) else list(touches)
    if not kinds:
        raise ArgumentError(
            "no event counts as an approach.", found="touches=[]", fix='write touches=["message", "coupon"].'
        )
    if quiet_days < 0:
        raise ArgumentError("quiet_days is below 0.", found=repr(quiet_days), fix="write quiet_days=7.")
    unit = paid.unit
    start = first.select(*unit, "first_day")
    days = paid.rows.select(*unit, "day", "ordered_at").join(start, unit)
    again = days.filter(days.day > days.first_day)
    again = again.group_by([*unit, "day"]).agg(happens=again.ordered_at.min())
    touch = require(events, "events", ["customer_id", "event", "happened_at"])
    touch = touch.filter(touch.event.isin(kinds)).select(person="customer_id", touched_at="happened_at")
    met = again.join(touch, [again.customer_id == touch.person, touch.touched_at <= again.happens])
    met = met.filter(days_between(met.touched_at.date(), met.day) <= quiet_days)
    asked = met.group_by([*unit, "day"]).agg(n_touches=met.count())
    again = again.left_join(asked, [*unit, "day"]).select(*unit, "day", "n_touches")
    return again.select(*unit, "day", touched=again.n_touches.notnull())
