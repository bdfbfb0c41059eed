"""One measure under any set of rules: ours where all are kept, a client's screen where some are broken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from opsmodel.errors import TableError
from opsmodel.intake.contract import as_table, require
from opsmodel.metrics.occasions import CUSTOMER, Paid, identified, paid_orders

KEPT_DAYS = 7


@dataclass(frozen=True)
class Question:
    """What is asked, apart from the rules.

    tables       orders (of the whole chain, with both stores), customers; screen_ids (order_id, customer_id
                 as the screen knows the buyer) and contacts (customer_id, joined_at; one row an add as the
                 screen counts them) where duplicates are to be seen
    stores       home stores in scope; None for the chain
    as_of        last day observed, inclusive
    since        first day of the calendar period of the screen
    within_days  length of our rolling window
    """

    tables: dict[str, Any]
    stores: Sequence[str] | None
    as_of: date
    since: date
    within_days: int

    def sees_duplicates(self, measure: str) -> bool:
        return self.tables.get("contacts" if measure == "retained_adds" else "screen_ids") is not None

    def first_day(self, calendar: bool) -> date:
        """First day counted: of the calendar period, or of the rolling window."""
        return self.since if calendar else self.as_of - timedelta(days=self.within_days - 1)


def figure(measure: str, asked: Question, broken: Collection[str]) -> tuple[float, float]:
    """k and n: the measure is k ÷ n for a rate, k with n = 1 for a sum. `broken` = rules not kept."""
    return _FIGURES[measure](asked, frozenset(broken))


def _repurchase_rate(asked: Question, broken: frozenset[str]) -> tuple[float, float]:
    paid = _paid(asked, broken)
    rows, unit = paid.rows, paid.unit
    if "calendar" in broken:
        rows = rows.filter(rows.day >= ibis.date(asked.since))
        number = rows.count() if "same_day" in broken else rows.day.nunique()
        buyers = rows.group_by(unit).agg(again=number >= 2)
    else:
        rows = rows.mutate(first_day=rows.day.min().over(ibis.window(group_by=unit)))
        age = rows.day.delta(rows.first_day, unit="day")
        later = (age <= asked.within_days) & (age > 0)
        if "same_day" in broken:  # every further order row, the first one set aside
            again = (age <= asked.within_days).cast("int64").sum() >= 2
        else:
            again = later.cast("int64").sum() >= 1
        buyers = rows.group_by([*unit, "first_day"]).agg(again=again)
        if "immature" not in broken:
            last = asked.as_of - timedelta(days=asked.within_days)
            buyers = buyers.filter(buyers.first_day <= ibis.date(last))
    return _counts(buyers.agg(k=buyers.again.cast("int64").sum(), n=buyers.count()))


def _buyers(asked: Question, broken: frozenset[str]) -> tuple[float, float]:
    paid = _paid(asked, broken)
    rows = paid.rows.filter(paid.rows.day >= ibis.date(asked.first_day("calendar" in broken)))
    units = rows.select(*paid.unit).distinct()
    return _counts(units.agg(k=units.count(), n=ibis.literal(1)))


def _revenue(asked: Question, broken: frozenset[str]) -> tuple[float, float]:
    orders = _orders(asked, broken)
    rows = identified(orders, as_of=asked.as_of)
    rows = rows.filter(rows.day >= ibis.date(asked.first_day("calendar" in broken)))
    return _counts(rows.agg(k=rows.net.sum(), n=ibis.literal(1)))


def _retained_adds(asked: Question, broken: frozenset[str]) -> tuple[float, float]:
    needed = ["customer_id", "store_id", "joined_at", "left_at"]
    people = require(asked.tables["customers"], "customers", needed).select(*needed)
    if asked.stores is not None:
        people = people.filter(people.store_id.isin(list(asked.stores)))
    if "duplicates" in broken:
        rows = require(asked.tables["contacts"], "customers", ["customer_id", "joined_at"])
        rows = rows.select("customer_id", "joined_at")
        people = people.drop("joined_at").join(rows, "customer_id")
    day = people.joined_at.date()
    end = ibis.timestamp((asked.as_of + timedelta(days=1)).isoformat())
    adds = people.filter(people.joined_at < end)
    adds = adds.filter(day >= ibis.date(asked.first_day("calendar" in broken)))
    week = ibis.interval(days=KEPT_DAYS)
    if "left" not in broken:
        adds = adds.filter(adds.left_at.isnull() | (adds.left_at >= adds.joined_at + week))
    if "immature" not in broken:
        adds = adds.filter(adds.joined_at + week <= end)
    return _counts(adds.agg(k=adds.count(), n=ibis.literal(1)))


_FIGURES = {
    "repurchase_rate": _repurchase_rate,
    "buyers": _buyers,
    "revenue": _revenue,
    "retained_adds": _retained_adds,
}


def _paid(asked: Question, broken: frozenset[str]) -> Paid:
    scope = "branch" if "cross_store" in broken else "any"
    return paid_orders(_orders(asked, broken), as_of=asked.as_of, scope=scope)


def _orders(asked: Question, broken: frozenset[str]) -> ir.Table:
    """The orders as the screen has them where rules are broken: the same rows, read another way."""
    needed = ["order_id", *CUSTOMER, "store_id", "home_store_id", "ordered_at", "amount"]
    orders = require(asked.tables["orders"], "orders", needed)
    kept = [c for c in ("refund_amount",) if c in orders.columns and "refunds" not in broken]
    orders = orders.select(*needed, *kept)
    if asked.stores is not None:
        place = orders["store_id" if "cross_store" in broken else "home_store_id"]
        orders = orders.filter(place.isin(list(asked.stores)))
    if "duplicates" in broken:
        orders = _renamed(orders, asked.tables["screen_ids"])
    if "anonymous" in broken:
        nobody = orders.customer_id.isnull() | (orders.customer_id == "")
        each = ibis.literal("anonymous ") + orders.order_id
        orders = orders.mutate(customer_id=nobody.ifelse(each, orders.customer_id))
    return orders


def _renamed(orders: ir.Table, screen_ids) -> ir.Table:
    """Every buyer under the id that the screen shows for this order."""
    ids = as_table(screen_ids)
    if missing := [c for c in ("order_id", "customer_id") if c not in ids.columns]:
        raise TableError(
            f"screen_ids has no column {missing}.",
            found=list(ids.columns),
            fix="give one row an order: order_id and customer_id as the screen has it.",
        )
    ids = ids.select(same_order="order_id", shown="customer_id")
    joined = orders.left_join(ids, orders.order_id == ids.same_order)
    joined = joined.mutate(customer_id=ibis.coalesce(joined.shown, joined.customer_id))
    return joined.select(*orders.columns)


def _counts(row: ir.Table) -> tuple[float, float]:
    found = row.to_pyarrow().to_pylist()[0]
    return float(found["k"] or 0), float(found["n"] or 0)
