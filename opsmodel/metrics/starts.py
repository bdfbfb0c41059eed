"""Where each customer begins: the first order day, what was true of it, and the day of the return."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def starts(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """One row per customer: `unit`, first_day, and `by` as it was on the first paid order. Lazy.

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
    extra = [column for column in by if column not in unit]
    if not extra:
        return paid.group_by(unit).agg(first_day=paid.day.min())
    first = paid.group_by(unit).agg(first_at=paid.ordered_at.min())
    at_first = paid.join(first, [*(paid[c] == first[c] for c in unit), paid.ordered_at == first.first_at])
    at_first = at_first.select(*unit, "day", *extra)
    rank = ibis.row_number().over(group_by=list(unit), order_by=extra)
    ranked = at_first.mutate(rank=rank)
    return ranked.filter(ranked["rank"] == 0).select(*unit, *extra, first_day="day")


def returns(paid: ir.Table, *, unit: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """One row per customer: `unit`, `by`, first_day, second_day (null if not back), last_day. Lazy.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.occasions import paid_orders
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30")
    >>> back = returns(paid, unit=["customer_id"]).execute().set_index("customer_id")
    >>> str(back.loc["C2", "second_day"])[:10]
    '2024-02-20'
    """
    first = starts(paid, unit=unit, by=by)
    days = with_start(paid, first, unit=unit)
    days = days.group_by(unit).agg(
        second_day=days.day.min(where=days.day > days.first_day), last_day=days.day.max()
    )
    return first.join(days, list(unit)).select(*first.columns, "second_day", "last_day")


def with_start(rows: ir.Table, first: ir.Table, *, unit: Sequence[str]) -> ir.Table:
    """`rows` with their customer's first_day and the other columns of `first` beside them. Lazy."""
    taken = [c for c in first.columns if c not in unit]
    joined = rows.join(first, [rows[c] == first[c] for c in unit])
    return joined.select(*[rows[c] for c in rows.columns if c not in taken], *[first[c] for c in taken])


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
    if not any(column not in unit for column in by):
        return steps
    first = starts(paid, unit=unit, by=by)
    return with_start(steps, first, unit=unit)
