"""Touches become paths: each customer's touches in order, up to the conversion."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from opsmodel.intake.contract import day, require
from opsmodel.metrics.occasions import occasions

UNTOUCHED = "(untouched)"
PERSON = ibis.window(group_by="customer_id")


def paths(
    touches, *, orders=None, as_of=None, lookback_days: int | None = None, by: Sequence[str] = ()
) -> ir.Table:
    """One row per touch that can have led to a conversion, and one for a conversion nothing led to. Lazy.

    A conversion is the customer's first: from `orders` the first purchase occasion, else converted_at
    and amount as the touches carry them (the earliest, if a customer's rows differ). Touches after it,
    or longer than `lookback_days` before it, are no part of the path. Touches at one moment are in the
    order of their channels' names, so that the order of rows decides nothing.

    Returns customer_id, `by` (of the customer: its lowest value), channel, touched_at, converted (0 or 1),
    converted_at, amount, place (1 = first), n_touches.
    Raises TableError if a column is missing.
    """
    rows = _known(touches, orders, None if as_of is None else day(as_of), by)
    rows = rows.mutate(
        converted_at=rows.converted_at.min().over(PERSON), paid_at=rows.converted_at,
        **{column: rows[column].min().over(PERSON) for column in by},
    )  # fmt: skip
    paid = ibis.ifelse(rows.paid_at == rows.converted_at, rows.amount, ibis.null("float64"))
    seen = rows.channel.notnull() & rows.touched_at.notnull()
    in_time = rows.touched_at <= rows.converted_at
    if lookback_days is not None:
        in_time &= rows.touched_at >= rows.converted_at - ibis.interval(days=lookback_days)
    rows = rows.mutate(amount=paid.max().over(PERSON), led=(seen & in_time.fill_null(True)).fill_null(False))
    order = ibis.window(group_by="customer_id", order_by=["touched_at", "channel"])
    rows = rows.mutate(alone=~rows.led.max().over(PERSON), number=ibis.row_number().over(order))
    rows = rows.filter(rows.led | (rows.alone & (rows.number == 0) & rows.converted_at.notnull()))
    rows = rows.mutate(channel=ibis.ifelse(rows.alone, UNTOUCHED, rows.channel))
    return rows.select(
        "customer_id", *by, "channel", "touched_at", "converted_at", "amount",
        converted=rows.converted_at.notnull().ifelse(1, 0),
        place=ibis.row_number().over(order) + 1,
        n_touches=rows.count().over(PERSON),
    )  # fmt: skip


def _known(touches, orders, as_of: date | None, by: Sequence[str]) -> ir.Table:
    """Touches up to `as_of` with the conversion beside them, and buyers whom no touch reached."""
    needed = ["customer_id", "channel", "touched_at", *by]
    table = require(touches, "touches", needed if orders is not None else [*needed, "converted_at"])
    table = table.filter(table.customer_id.notnull())
    amount = table.amount.cast("float64") if "amount" in table.columns else ibis.null("float64")
    rows = (
        table.select(*needed) if orders is not None else table.select(*needed, "converted_at", amount=amount)
    )
    if as_of is not None:
        after = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
        rows = rows.filter((rows.touched_at < after).fill_null(True))
        if orders is None:
            late = rows.converted_at >= after
            rows = rows.mutate(converted_at=ibis.ifelse(late, ibis.null("timestamp"), rows.converted_at))
    if orders is None:
        return rows
    days = occasions(orders, as_of=as_of or date.max - timedelta(days=1))
    number = ibis.row_number().over(ibis.window(group_by="customer_id", order_by="day"))
    first = days.mutate(number=number).filter(lambda t: t.number == 0)
    first = first.select(buyer="customer_id", converted_at="first_at", amount=first.net.cast("float64"))
    met = rows.outer_join(first, rows.customer_id == first.buyer)
    return met.mutate(customer_id=ibis.coalesce(met.customer_id, met.buyer)).drop("buyer")
