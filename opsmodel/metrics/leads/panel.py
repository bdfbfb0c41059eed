"""Who was a lead on which day, and whether the first order followed: the rows that scores learn from."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.starts import starts

PERSON = ["cut", "customer_id"]


def past_days(client, *, as_of: date, within_days: int, n_cuts: int) -> list[date]:
    """Days to look back from, oldest first: every N days before `as_of`, as far as there were contacts.

    Windows of N days after them do not overlap, and the last one is over at `as_of`.
    """
    if within_days < 1:
        raise ArgumentError("within_days is below 1.", found=repr(within_days), fix="write within_days=30.")
    customers = require(client.customers, "customers", ["joined_at"])
    first = customers.joined_at.min().execute()
    days = [as_of - timedelta(days=within_days * back) for back in range(n_cuts, 0, -1)]
    return [] if pd.isna(first) else [cut for cut in days if cut >= pd.Timestamp(first).date()]


def leads(client, *, cuts: Sequence[date], as_of: date, within_days: int) -> ir.Table:
    """One row per day to look from and lead: a contact by the end of that day who had not bought. Lazy.

    Returns cut, customer_id, store_id, staff_id, channel, joined_day, bought (first order within N days
    after the cut; null where that window is not over at `as_of`).
    """
    customers = require(client.customers, "customers", ["customer_id", "store_id", "joined_at"])
    optional = {c: _text(customers, c) for c in ("staff_id", "channel")}
    people = customers.select(
        "customer_id",
        "store_id",
        **optional,
        joined_day=customers.joined_at.date(),
        left_day=_left(customers),
    )
    first = starts(paid_orders(client.orders, as_of=as_of)).select(buyer="customer_id", first_day="first_day")
    people = people.left_join(first, people.customer_id == first.buyer).drop("buyer")
    ends = [cut + timedelta(days=within_days) for cut in cuts]
    rows = [*zip(cuts, ends, [end <= as_of for end in ends], strict=True)] or [(as_of, as_of, False)]
    days = ibis.memtable(
        rows,
        schema={"cut": "date", "until": "date", "over": "boolean"},
    )
    rows = people.cross_join(days)
    rows = rows.filter(
        rows.joined_day <= rows.cut,
        rows.left_day.isnull() | (rows.left_day > rows.cut),
        rows.first_day.isnull() | (rows.first_day > rows.cut),
    )
    soon = (rows.first_day <= rows.until).fill_null(False)
    return rows.select(
        "cut", "customer_id", "store_id", "staff_id", "channel", "joined_day",
        bought=rows.over.ifelse(soon, ibis.null("boolean")),
    )  # fmt: skip


def monthly_leads(client, *, as_of: date, days: int = 90) -> float:
    """New contacts a 30-day month who did not buy on the day they came, over the last `days`."""
    customers = require(client.customers, "customers", ["customer_id", "joined_at"])
    first = starts(paid_orders(client.orders, as_of=as_of)).select(buyer="customer_id", first_day="first_day")
    people = customers.select("customer_id", joined_day=customers.joined_at.date())
    people = people.filter(people.joined_day <= as_of)
    people = people.left_join(first, people.customer_id == first.buyer)
    recent = people.filter(
        people.joined_day > as_of - timedelta(days=days),
        people.first_day.isnull() | (people.first_day > people.joined_day),
    )
    n, start = recent.count().execute(), people.joined_day.min().execute()
    if pd.isna(start):
        return 0.0
    return 30 * int(n) / min(days, (as_of - pd.Timestamp(start).date()).days + 1)


def age_days(rows: ir.Table, column: str) -> ir.IntegerValue:
    """Whole days from a day of the row to its cut."""
    return days_between(rows[column], rows.cut)


def _text(table: ir.Table, column: str) -> ir.Value:
    return table[column] if column in table.columns else ibis.null("string")


def _left(customers: ir.Table) -> ir.Value:
    return customers.left_at.date() if "left_at" in customers.columns else ibis.null("date")
