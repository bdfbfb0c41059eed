"""The touches of every customer before the first order: the channel that brought them, and what followed."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from opsmodel.intake.contract import require
from opsmodel.metrics.absent import holds
from opsmodel.metrics.channels import source
from opsmodel.metrics.channels.adds import JOINED, LEFT, adds
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.scope import last_day

NO_TOUCH = (*JOINED, *LEFT, "ordered", "referred")


def touches(client, *, as_of=None, events: Sequence[str] | Mapping[str, str] | None = None) -> ir.Table:
    """One row per touch: customer, channel, time, and the first order that it may have led to. Lazy.

    The first touch is becoming a contact, through the channel of customers; every event of `events` is
    one more. Customers who never ordered are in it too, for Markov chains need the paths that led nowhere;
    and a buyer nobody touched is one row without channel and time.

    client  a client or store, or anything with customers, events and orders
    as_of   last day observed, inclusive; default: the client's
    events  names of events that count as touches, or name -> channel to call it by; default: all that
            are not joined, left, ordered or referred, under their own names

    Returns customer_id, store_id (home store; null for one who is on no list), channel, touched_at,
    converted_at (first purchase occasion; null if none) and amount (its net amount, currency; null if none).
    Contacts whose channel is not known give no first touch.
    Raises TableError if a table or column is missing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> rows = touches(seven_customer_shop(), as_of="2024-06-30").execute()
    >>> sorted(rows.loc[rows["customer_id"] == "C1", "channel"])
    ['shared', 'till']
    """
    end = last_day(client, as_of)
    people = adds(client, as_of=end, by=["store_id", "channel"])
    first = people.filter(people.channel.notnull())
    parts = [first.select("customer_id", channel=first.channel.cast("string"), touched_at="joined_at")]
    if holds(client, "events"):
        parts.append(_touched(client, end, events))
    days = occasions(source.table(client, "orders"), as_of=end)
    order = ibis.window(group_by="customer_id", order_by="day")
    ranked = days.mutate(number=ibis.row_number().over(order))
    start = ranked.filter(ranked.number == 0)
    start = start.select(
        buyer=start.customer_id, converted_at=start.first_at, amount=start.net.cast("float64")
    )
    homes = require(source.table(client, "customers"), "customers", ["customer_id", "store_id"])
    homes = homes.select(person="customer_id", store_id="store_id")
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    rows = rows.outer_join(start, rows.customer_id == start.buyer)
    rows = rows.mutate(customer_id=ibis.coalesce(rows.customer_id, rows.buyer))
    rows = rows.left_join(homes, rows.customer_id == homes.person)
    return rows.select("customer_id", "store_id", "channel", "touched_at", "converted_at", "amount")


def _touched(client, end, events) -> ir.Table:
    table = require(source.table(client, "events"), "events", ["customer_id", "event", "happened_at"])
    table = table.filter(table.happened_at.date() <= ibis.literal(end), table.customer_id.notnull())
    if events is None:
        kept = table.filter(table.event.notin(NO_TOUCH))
    else:
        kept = table.filter(table.event.isin(list(events)))
    channel = (
        kept.event.cases(*events.items(), else_=kept.event) if isinstance(events, Mapping) else kept.event
    )
    return kept.select("customer_id", channel=channel.cast("string"), touched_at="happened_at")
