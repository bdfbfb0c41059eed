"""Where each customer begins: the first order day, what was true of it, and the days that follow.

There are two ways to the same rows. The plain one joins every order to its customer's first. For a
million orders on DuckDB one aggregation per customer gives most of the answer at half the cost, and the
plain way is left for the few customers whose first two orders fall on one day.
"""

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from opsmodel.metrics.occasions import Paid

MANY = 1_000_000  # orders from which the quick way repays its longer query


def starts(paid: Paid) -> ir.Table:
    """One row per customer: the customer, `by` as it was on the first paid order, first_day. Lazy.

    Of first orders at the very same moment the lowest value of `by` counts, so that the order of the
    rows decides nothing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30", by="store_id")
    >>> first = starts(paid).execute().set_index("customer_id")
    >>> first.loc["C5", "store_id"], str(first.loc["C5", "first_day"])[:10]
    ('S2', '2024-03-03')
    """
    if paid.carried and quick(paid):
        return returns(paid).drop("second_day")
    return _starts_plainly(paid)


def returns(paid: Paid) -> ir.Table:
    """One row per customer: the customer, `by`, first_day, second_day (null if not back). Lazy.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30")
    >>> back = returns(paid).execute().set_index("customer_id")
    >>> str(back.loc["C2", "second_day"])[:10]
    '2024-02-20'
    """
    return _returns_by_lowest(paid) if quick(paid) else _returns_by_join(paid)


def starts_and(paid: Paid, **also: ir.Value) -> ir.Table:
    """One row per customer: the customer, `by`, first_day, and what `also` sums up. DuckDB only. Lazy.

    also  aggregates of `paid.rows`, under the names they are to have

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30", by="store_id")
    >>> sorted(starts_and(paid, n=paid.rows.count()).execute()["n"])
    [1, 2, 2, 2, 2, 3, 4]
    """
    if paid.carried:
        return _returns_by_lowest(paid, **also).drop("second_day")
    return paid.rows.group_by(paid.unit).agg(first_day=paid.rows.day.min(), **also)


def sequence(paid: Paid, *, upto: int) -> ir.Table:
    """One row per customer and order day: `by`, order_number, day, next_day (null if none). Lazy.

    upto  highest order_number kept

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30")
    >>> sorted(sequence(paid, upto=9).execute()["order_number"])[-3:]
    [2, 3, 4]
    """
    days = paid.rows.select(*paid.unit, "day").distinct()
    window = ibis.window(group_by=paid.unit, order_by="day")
    steps = days.mutate(
        order_number=ibis.row_number().over(window) + 1, next_day=days.day.lead().over(window)
    )
    steps = steps.filter(steps.order_number <= upto)
    return with_start(steps, starts(paid), unit=paid.unit) if paid.carried else steps


def with_start(rows: ir.Table, first: ir.Table, *, unit: Sequence[str]) -> ir.Table:
    """`rows` with their customer's first_day and the other columns of `first` beside them. Lazy."""
    taken = [c for c in first.columns if c not in unit]
    joined = rows.join(first, [rows[c] == first[c] for c in unit])
    return joined.select(*[rows[c] for c in rows.columns if c not in taken], *[first[c] for c in taken])


def quick(paid: Paid) -> bool:
    """Whether the quick way is open and worth it."""
    return paid.n_rows >= MANY and paid.rows.get_backend().name == "duckdb"


def _starts_plainly(paid: Paid) -> ir.Table:
    rows, unit, carried = paid.rows, paid.unit, paid.carried
    if not carried:
        return rows.group_by(unit).agg(first_day=rows.day.min())
    first = rows.group_by(unit).agg(first_at=rows.ordered_at.min())
    start = rows.join(first, [*(rows[c] == first[c] for c in unit), rows.ordered_at == first.first_at])
    start = start.select(*unit, "day", *carried)
    if len(carried) == 1:
        start = start.group_by(unit).agg(first_day=start.day.min(), lowest=start[carried[0]].min())
        return start.select(*unit, "first_day", **{carried[0]: start.lowest})
    order = [start[c].asc(nulls_first=False) for c in carried]
    ranked = start.mutate(rank=ibis.row_number().over(group_by=unit, order_by=order))
    return ranked.filter(ranked["rank"] == 0).select(*unit, *carried, first_day="day")


def _returns_by_join(paid: Paid) -> ir.Table:
    days = with_start(paid.rows.select(*paid.unit, "day"), _starts_plainly(paid), unit=paid.unit)
    keys = [*paid.unit, *paid.carried, "first_day"]
    return days.group_by(keys).agg(second_day=days.day.min(where=days.day > days.first_day))


def _returns_by_lowest(paid: Paid, **also: ir.Value) -> ir.Table:
    """The first two orders tell everything, unless they are of the same day."""
    rows, unit, carried = paid.rows, paid.unit, paid.carried
    found = rows.group_by(unit).agg(
        two=_lowest(rows.ordered_at, 2), **{c: _at_lowest(rows[c], rows.ordered_at) for c in carried}, **also
    )
    found = found.mutate(first_day=found.two[0].date(), second_day=found.two[1].date())
    same = (found.first_day == found.second_day).fill_null(False)
    apart = found.filter(~same)
    few = found.filter(same).select(*unit, "first_day", *also, first_at=found.two[0])
    same_day = _same_day(paid, few)
    if also:
        same_day = with_start(same_day, few.drop("first_day", "first_at"), unit=unit)
    columns = [*unit, *carried, "first_day", "second_day", *also]
    return ibis.union(apart.select(columns), same_day.select(columns))


def _same_day(paid: Paid, few: ir.Table) -> ir.Table:
    """The return of customers with two orders on the first day, and `by` even of orders at one moment."""
    rows, unit, carried = paid.rows, paid.unit, paid.carried
    again = rows.select(*unit, *carried, "day", "ordered_at")  # read once more: cheaper than to hold all rows
    theirs = with_start(again, few.select(*unit, "first_day", "first_at"), unit=unit)
    later, start = theirs.day > theirs.first_day, theirs.ordered_at == theirs.first_at
    ties = {carried[0]: theirs[carried[0]].min(where=start)} if len(carried) == 1 else {}
    back = theirs.group_by([*unit, "first_day"]).agg(second_day=theirs.day.min(where=later), **ties)
    if len(carried) < 2:
        return back
    plain = _starts_plainly(paid._replace(rows=rows.semi_join(few, unit)))
    return with_start(back.drop("first_day"), plain, unit=unit)


@ibis.udf.agg.builtin(name="min")
def _lowest(value: datetime, n: int) -> dt.Array(dt.timestamp):  # type: ignore[valid-type]
    """The n lowest values, in order."""


def _at_lowest(value: ir.Value, key: ir.Value) -> ir.Value:
    @ibis.udf.agg.builtin(name="arg_min_null", signature=((value.type(), key.type()), value.type()))
    def arg_min_null(value, key): ...

    return arg_min_null(value, key)
