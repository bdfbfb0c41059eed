"""What happened to a customer: the client's own events, and those its tables imply."""

import ibis
import ibis.expr.types as ir

from opsmodel.intake.stages import Condition, Stage

COLUMNS = {
    "customer_id": "string",
    "store_id": "string",
    "staff_id": "string",
    "event": "string",
    "happened_at": "timestamp",
    "source": "string",
    "home_store_id": "string",
}


def all_events(tables: dict[str, ir.Table], stages: tuple[Stage, ...]) -> ir.Table:
    """One row an event: the client's own, then joined, left, ordered, referred and the stages' conditions.

    tables  canonical tables by name, as intake stores them (home_store_id on every row of a customer)
    stages  stages and loops; one that is a condition on a table becomes an event named after it

    `ordered` is one per purchase occasion, at its first order's time; `referred` happens to the referrer
    when the referee joins. Columns: those of events, and home_store_id.
    """
    customers = tables["customers"].mutate(home_store_id=ibis._.store_id)
    parts = [tables["events"]] if "events" in tables else []
    parts += [
        _as_events(customers.filter(customers.joined_at.notnull()), "joined", "joined_at"),
        _as_events(customers.filter(customers.left_at.notnull()), "left", "left_at"),
        _ordered(tables["orders"]),
        _referred(customers),
    ]
    parts += [_conditional(tables, stage) for stage in stages if isinstance(stage.event, Condition)]
    return ibis.union(*[part.select(*COLUMNS) for part in parts if part is not None])


def _as_events(rows: ir.Table, event: str, time: str) -> ir.Table:
    """The rows as events at their own time; columns of events they lack are empty."""
    columns = {name: ibis.null(kind) for name, kind in COLUMNS.items() if name not in rows.columns}
    columns |= {"event": ibis.literal(event), "happened_at": rows[time], "source": ibis.null("string")}
    return rows.mutate(**columns).select(*COLUMNS)


def _ordered(orders: ir.Table) -> ir.Table:
    valid = orders.filter(orders.customer_id.notnull(), orders.amount > orders.refund_amount)
    valid = valid.mutate(day=valid.ordered_at.date())
    first = valid.group_by("customer_id", "day", "home_store_id").aggregate(
        happened_at=valid.ordered_at.min(), store_id=valid.store_id.argmin(valid.ordered_at)
    )
    return _as_events(first, "ordered", "happened_at")


def _referred(customers: ir.Table) -> ir.Table:
    referees = customers.filter(customers.referrer_id.notnull(), customers.joined_at.notnull())
    referees = referees.select(referrer=referees.referrer_id, happened_at=referees.joined_at)
    referrers = customers.select("customer_id", "store_id", "home_store_id")
    pairs = referees.join(referrers, referees.referrer == referrers.customer_id)
    return _as_events(pairs, "referred", "happened_at")


TIMES = {
    "orders": "ordered_at",
    "order_lines": "ordered_at",
    "events": "happened_at",
    "customers": "joined_at",
    "tasks": "done_at",
}


def _conditional(tables: dict[str, ir.Table], stage: Stage) -> ir.Table | None:
    """The rows of a table that meet the stage's condition, as events named after the stage."""
    condition = stage.event
    assert isinstance(condition, Condition)
    if condition.table not in tables:
        return None
    rows = tables[condition.table]
    for column, value in condition.where.items():
        allowed = value if isinstance(value, list) else [value]
        rows = rows.filter(rows[column].isin([ibis.literal(v).cast(rows[column].type()) for v in allowed]))
    if condition.table == "order_lines":
        orders = tables["orders"].select("order_id", "customer_id", "store_id", "ordered_at")
        rows = rows.select("order_id", "home_store_id").distinct().join(orders, "order_id")
    if condition.table == "customers":
        rows = rows.mutate(home_store_id=rows.store_id)
    time = TIMES[condition.table]
    rows = rows.filter(rows.customer_id.notnull(), rows[time].notnull())
    return _as_events(rows.mutate(happened_at=rows[time]), stage.name, "happened_at")
