"""Where each customer begins: the first order day, what was true of it, and the days that follow.

There are two ways to the same rows. The plain one joins every order to its customer's first. On DuckDB
one aggregation per customer gives most of the answer, at half the cost, and the plain way is left for
the few customers whose first two orders fall on one day.
"""

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def starts(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """One row per customer: `unit`, `by` as it was on the first paid order, first_day. Lazy.

    paid  rows of `occasions.paid_orders`
    unit  columns that make a customer
    by    columns to take over; of first orders at the very same moment the lowest value counts, so
          that the order of the rows decides nothing

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30", columns=["store_id"])
    >>> first = starts(paid, unit=["customer_id"], by=["store_id"]).execute().set_index("customer_id")
    >>> first.loc["C5", "store_id"], str(first.loc["C5", "first_day"])[:10]
    ('S2', '2024-03-03')
    """
    extra = _extra(unit, by)
    if not extra:
        return paid.group_by(unit).agg(first_day=paid.day.min())
    if is_duckdb(paid):
        return returns(paid, unit=unit, by=by).drop("second_day")
    return _starts_by_join(paid, unit, extra)


def returns(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """One row per customer: `unit`, `by`, first_day, second_day (null if not back). Lazy.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30")
    >>> back = returns(paid, unit=["customer_id"]).execute().set_index("customer_id")
    >>> str(back.loc["C2", "second_day"])[:10]
    '2024-02-20'
    """
    extra = _extra(unit, by)
    if not is_duckdb(paid):
        return _returns_by_join(paid, unit, extra)
    return _returns_by_lowest(paid, unit, extra)


def day_lists(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """One row per customer: `unit`, `by`, first_day, days (array of order days, in any order). DuckDB only.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30", columns=["store_id"])
    >>> lists = day_lists(paid, unit=["customer_id"], by=["store_id"]).execute()
    >>> sorted(len(days) for days in lists["days"])
    [1, 2, 2, 2, 2, 3, 4]
    """
    extra = _extra(unit, by)
    if not extra:
        lists = paid.group_by(unit).agg(days=paid.day.collect())
        return lists.mutate(first_day=lists.days.mins())
    return _returns_by_lowest(paid, unit, extra, days=paid.day.collect())


def sequence(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = (), upto: int) -> ir.Table:
    """One row per customer and order day: `unit`, `by`, order_number, day, next_day (null if none). Lazy.

    upto  highest order_number kept

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30")
    >>> sorted(sequence(paid, unit=["customer_id"], upto=9).execute()["order_number"])[-3:]
    [2, 3, 4]
    """
    days = paid.select(*unit, "day").distinct()
    window = ibis.window(group_by=list(unit), order_by="day")
    steps = days.mutate(
        order_number=ibis.row_number().over(window) + 1, next_day=days.day.lead().over(window)
    )
    steps = steps.filter(steps.order_number <= upto)
    if not _extra(unit, by):
        return steps
    return with_start(steps, starts(paid, unit=unit, by=by), unit=unit)


def with_start(rows: ir.Table, first: ir.Table, *, unit: Sequence[str]) -> ir.Table:
    """`rows` with their customer's first_day and the other columns of `first` beside them. Lazy."""
    taken = [c for c in first.columns if c not in unit]
    joined = rows.join(first, [rows[c] == first[c] for c in unit])
    return joined.select(*[rows[c] for c in rows.columns if c not in taken], *[first[c] for c in taken])


def _starts_by_join(paid: ir.Table, unit: Sequence[str], extra: list[str]) -> ir.Table:
    first = paid.group_by(unit).agg(first_at=paid.ordered_at.min())
    at_first = paid.join(first, [*(paid[c] == first[c] for c in unit), paid.ordered_at == first.first_at])
    at_first = at_first.select(*unit, "day", *extra)
    order = [at_first[c].asc(nulls_first=False) for c in extra]
    ranked = at_first.mutate(rank=ibis.row_number().over(group_by=list(unit), order_by=order))
    return ranked.filter(ranked["rank"] == 0).select(*unit, *extra, first_day="day")


def _returns_by_lowest(paid: ir.Table, unit: Sequence[str], extra: list[str], **also: ir.Value) -> ir.Table:
    """The first two orders tell everything, unless they are of the same day."""
    found = paid.group_by(unit).agg(
        two=_lowest(paid.ordered_at, 2), **{c: _at_lowest(paid[c], paid.ordered_at) for c in extra}, **also
    )
    found = found.mutate(first_day=found.two[0].date(), second_day=found.two[1].date())
    same = (found.first_day == found.second_day).fill_null(False)
    apart = found.filter(~same).select(*unit, *extra, "first_day", "second_day", *also)
    few = found.filter(same).select(*unit, *also)
    same_day = _returns_by_join(paid.semi_join(few, list(unit)), unit, extra)
    if also:
        same_day = with_start(same_day, few, unit=unit)
    return ibis.union(apart, same_day)


def _returns_by_join(paid: ir.Table, unit: Sequence[str], extra: list[str]) -> ir.Table:
    first = paid.group_by(unit).agg(first_day=paid.day.min())
    days = with_start(paid, first, unit=unit)
    days = days.group_by([*unit, "first_day"]).agg(second_day=days.day.min(where=days.day > days.first_day))
    if extra:
        days = with_start(days.drop("first_day"), _starts_by_join(paid, unit, extra), unit=unit)
    return days.select(*unit, *extra, "first_day", "second_day")


def _extra(unit: Sequence[str], by: Sequence[str]) -> list[str]:
    return [column for column in by if column not in unit]


def is_duckdb(table: ir.Table) -> bool:
    """Whether the table lives in the embedded engine; a DataFrame does."""
    return table.get_backend().name == "duckdb"


@ibis.udf.agg.builtin(name="min")
def _lowest(value: datetime, n: int) -> dt.Array(dt.timestamp):  # type: ignore[valid-type]
    """The n lowest values, in order."""


def _at_lowest(value: ir.Value, key: ir.Value) -> ir.Value:
    @ibis.udf.agg.builtin(name="arg_min_null", signature=((value.type(), key.type()), value.type()))
    def arg_min_null(value, key): ...

    return arg_min_null(value, key)
