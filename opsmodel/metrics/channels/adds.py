"""One row an add: a person who became a contact, or one bond between a contact and a member of staff."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.channels import source
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.scope import chain

LEVELS = ("person", "edge")
JOINED, LEFT = ("joined", "added"), ("left", "deleted")
DAY_SECONDS = 86_400


def adds(shop, *, as_of: date, by: Sequence[str], level: str = "person", since=None) -> ir.Table:
    """One row an add up to `as_of`: who, `by`, when, and on which day of being a contact it was lost. Lazy.

    shop    a client, or anything with the tables customers and, for edges, events
    by      columns of customers; home_store_id is another name of store_id
    level   person: lost once the last contact is gone (customers.left_at);
            edge: a contact and a member of staff (events joined and left, each with its staff)
    since   first day of joining that counts; None for all

    Returns customer_id, `by`, joined_at, joined_day, age_days (whole days seen since that day),
    lost_day (1: lost in the first 24 hours, 2: in the second; null if still a contact after age_days days).
    Raises ArgumentError for another level, TableError if a column is missing.
    """
    if level not in LEVELS:
        raise ArgumentError("this level does not exist.", found=repr(level), fix=f"use one of {LEVELS}.")
    rows = _persons(shop, by) if level == "person" else _edges(shop, by, _after(as_of))
    rows = rows.filter(rows.joined_at < _after(as_of))
    rows = rows.mutate(joined_day=rows.joined_at.date())
    if since is not None:
        rows = rows.filter(rows.joined_day >= ibis.literal(since))
    rows = rows.mutate(age_days=days_between(rows.joined_day, ibis.literal(as_of)))
    seconds = rows.left_at.delta(rows.joined_at, unit="second").cast("int64")
    lost = ibis.greatest(seconds, 0) // DAY_SECONDS + 1
    lost = ibis.ifelse((rows.left_at < _after(as_of)) & (lost <= rows.age_days), lost, ibis.null("int64"))
    return rows.mutate(lost_day=lost.cast("int64")).drop("left_at")


def losses_recorded(shop) -> bool:
    """Whether anybody of the whole chain is known to have left; if not, nobody recorded it."""
    customers = source.table(chain(shop), "customers")
    return "left_at" in customers.columns and bool(customers.left_at.count().to_pyarrow().as_py())


def _persons(shop, by: Sequence[str]) -> ir.Table:
    table = source.table(shop, "customers")
    if "home_store_id" in by:
        table = table.mutate(home_store_id=table.store_id)
    table = require(table, "customers", ["customer_id", "joined_at", *by])
    left = table.left_at if "left_at" in table.columns else ibis.null("timestamp")
    table = table.mutate(left_at=left.cast("timestamp")).filter(table.joined_at.notnull())
    return table.select(*dict.fromkeys(["customer_id", *by, "joined_at", "left_at"]))


def _edges(shop, by: Sequence[str], after: ir.Value) -> ir.Table:
    """First joined, and gone if the last thing heard of the bond is that it was cut."""
    events = require(
        source.table(shop, "events"), "events", ["customer_id", "staff_id", "event", "happened_at"]
    )
    events = events.filter(events.happened_at < after, events.staff_id.notnull())
    joined, left = events.event.isin(JOINED), events.event.isin(LEFT)
    bonds = events.group_by("customer_id", "staff_id").agg(
        joined_at=events.happened_at.min(where=joined),
        again_at=events.happened_at.max(where=joined),
        gone_at=events.happened_at.max(where=left),
    )
    bonds = bonds.filter(bonds.joined_at.notnull())
    gone = ibis.ifelse(bonds.gone_at >= bonds.again_at, bonds.gone_at, ibis.null("timestamp"))
    bonds = bonds.select("customer_id", "staff_id", "joined_at", left_at=gone)
    columns = [column for column in by if column not in ("staff_id", "customer_id")]
    if not columns:
        return bonds
    people = _persons(shop, columns).select("customer_id", *columns)
    kept = ["customer_id", *by, "joined_at", "left_at"]
    return bonds.join(people, "customer_id").select(*dict.fromkeys(kept))


def _after(as_of: date) -> ir.Value:
    """The midnight after the last day observed."""
    return ibis.timestamp((as_of + timedelta(days=1)).isoformat())
