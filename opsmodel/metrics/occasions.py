"""Orders become purchase occasions: the days on which a customer paid more than was given back.

Cohorts, repurchase and value all count occasions, never order rows.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import MONEY, column_names, day, require

CUSTOMER = ["customer_id"]
SCOPES = ("any", "home", "branch")


def occasions(orders, *, as_of, unit: Sequence[str] = CUSTOMER, carry: Sequence[str] = ()) -> ir.Table:
    """One row per purchase occasion: a customer and a business day with positive net spend. Lazy.

    Several orders on one day are one occasion; a day that only gave money back is none. Sales without
    a customer and orders after `as_of` are left out.

    orders  one row per order: customer_id, ordered_at, amount; refund_amount (0 if absent)
    as_of   last day observed, inclusive
    unit    columns that make a customer: add `store_id` for the customers of each branch on their own
    carry   further columns, taken from the day's first paid order

    Returns an Ibis table: the columns of `unit`, day (date), first_at (time of the day's first paid
    order), net (client currency), n_orders (paid orders), margin if the orders have one, and `carry`.
    Raises TableError if a column is missing.
    Source: By the Numbers, cohort repurchase rate; OpenRetailScience, experimental/clv.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> days = occasions(seven_customer_shop().orders, as_of="2024-06-30").execute()
    >>> days = days[days["customer_id"] == "C2"].sort_values("day")
    >>> days[["net", "n_orders"]].astype(float).values.tolist()
    [[59.8, 2.0], [200.0, 1.0]]
    """
    rows = identified(orders, as_of=as_of, columns=[*unit, *carry])
    return _by_day(rows, unit, carry)


class Paid(NamedTuple):
    """The paid orders of every purchase occasion, and how they are to be read.

    rows      each occasion has one row or more: the columns of `unit`, `by`, day, ordered_at, net (above 0)
    unit      columns that make a customer
    by        columns to group by
    n_rows    orders in the table, to choose the quickest way
    from_day  day of the first of them
    lowest    no net amount of any of them is lower
    """

    rows: ir.Table
    unit: list[str]
    by: list[str]
    n_rows: int
    from_day: date
    lowest: float

    @property
    def carried(self) -> list[str]:
        """Columns to group by that are not part of the customer."""
        return [column for column in self.by if column not in self.unit]


def paid_orders(orders, *, as_of, by: str | Sequence[str] | None = None, scope: str = "any") -> Paid:
    """The paid orders of every purchase occasion, as `scope` sees them.

    What a first, last or distinct day is, these rows tell as well as `occasions`, and sooner: unless
    some order gave back more than it took, no sum per day is needed to know which days count.

    scope  any: a customer belongs to the store of the first order and may come back anywhere;
           home: to the home store (`store_id` is read from home_store_id);
           branch: a customer counts anew in every store, and only that store's orders count

    Raises ArgumentError for another scope, TableError if a column is missing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> paid = paid_orders(seven_customer_shop().orders, as_of="2024-06-30", scope="branch")
    >>> paid.unit, paid.n_rows
    (['customer_id', 'store_id'], 18)
    """
    table, unit, names = _scoped(orders, scope, by)
    rows = identified(table, as_of=as_of, columns=[*unit, *names])
    lowest, n_rows, from_day = _look(table)
    paid = rows.filter(rows.is_paid)
    if lowest < 0:
        valid = _by_day(rows, unit, ()).select(*unit, "day")
        paid = paid.semi_join(valid, [*unit, "day"])
    paid = paid.select(*dict.fromkeys([*unit, *names, "day", "ordered_at", "net"]))
    return Paid(paid, unit, names, n_rows, min(from_day or day(as_of), day(as_of)), lowest)


def values(orders, paid: Paid, *, as_of, measure: str, scope: str = "any") -> ir.Table:
    """Rows whose `value` adds up to that of the purchase occasions: the customer, day, value. Lazy.

    paid     of the same orders, as_of and scope
    measure  revenue (net of refunds), margin, orders (paid orders) or occasions

    Raises TableError if a column is missing.
    """
    table, unit, _ = _scoped(orders, scope, None)
    rows = identified(table, as_of=as_of, columns=[*unit, *(["margin"] if measure == "margin" else [])])
    if measure == "occasions" or paid.lowest < 0 or (measure == "margin" and paid.lowest == 0):
        table = _by_day(rows, unit, ())
    else:
        table = rows.filter(rows.is_paid).mutate(n_orders=ibis.literal(1, "int64"))
    columns = {"revenue": "net", "margin": "margin", "orders": "n_orders"}
    value = table[columns[measure]] if measure in columns else ibis.literal(1, "int64")
    return table.select(*unit, "day", value=value)


def identified(orders, *, as_of, columns: Sequence[str] = ()) -> ir.Table:
    """Orders of known customers up to `as_of`, with their business day, net and is_paid (net > 0). Lazy."""
    needed = dict.fromkeys(["customer_id", "ordered_at", "amount", *columns])
    table = require(orders, "orders", list(needed))
    end = day(as_of) + timedelta(days=1)
    customer = table.customer_id
    known = customer.notnull() & (table.ordered_at < ibis.timestamp(end.isoformat()))
    if customer.type().is_string():
        known &= customer != ""
    kept = table.filter(known)
    optional = [c for c in ("margin",) if c in table.columns and c not in needed]
    return kept.select(
        *[c for c in [*needed, *optional] if c not in ("amount", "margin")],
        **({"margin": cents(kept.margin)} if "margin" in kept.columns else {}),
        day=kept.ordered_at.date(),
        net=net_amount(kept),
        is_paid=cents(kept.amount) > _refund(kept),  # comparing is quicker than subtracting
    )


def _look(orders: ir.Table) -> tuple[float, int, date | None]:
    """What no net amount is below, the number of rows, the first day: no more than refunds are read."""
    amount, ordered_at = orders.amount, orders.ordered_at
    row = _one(orders.agg(n=orders.count(), start=ordered_at.min(), lowest=cents(amount.min())))
    if "refund_amount" in orders.columns:
        refunded = orders.filter(orders.refund_amount > 0)
        net = _one(refunded.agg(lowest=net_amount(refunded).min()))["lowest"]
        row["lowest"] = row["lowest"] if net is None else min(row["lowest"], net)
    return float(row["lowest"] or 0), row["n"], row["start"] and row["start"].date()


def _one(table: ir.Table) -> dict:
    return table.to_pyarrow().to_pylist()[0]


def _scoped(orders, scope: str, by) -> tuple[ir.Table, list[str], list[str]]:
    names = column_names(by)
    if scope not in SCOPES:
        raise ArgumentError("this scope does not exist.", found=repr(scope), fix=f"use one of {SCOPES}.")
    if scope == "home":
        table = require(orders, "orders", ["home_store_id"])
        return table.mutate(store_id=table.home_store_id), CUSTOMER, names
    if scope == "branch":
        return require(orders, "orders", ["store_id"]), [*CUSTOMER, "store_id"], names
    return require(orders, "orders", names), CUSTOMER, names


def _by_day(rows: ir.Table, unit: Sequence[str], carry: Sequence[str]) -> ir.Table:
    paid = rows.is_paid
    sums = {"margin": rows.margin.sum()} if "margin" in rows.columns and "margin" not in carry else {}
    days = rows.group_by([*unit, "day"]).agg(
        first_at=rows.ordered_at.min(where=paid), net=rows.net.sum(), n_orders=paid.sum(), **sums
    )
    days = days.filter(days.net > 0)
    extra = [column for column in carry if column not in unit]
    if not extra:
        return days
    start = rows.filter(paid).mutate(
        rank=ibis.row_number().over(group_by=[*unit, "day"], order_by=["ordered_at", *extra])
    )
    start = start.filter(start["rank"] == 0).select(*unit, "day", *extra)
    return days.join(start, [*unit, "day"]).select(*days.columns, *extra)


def net_amount(orders: ir.Table) -> ir.Value:
    """What was paid less what was given back, of each order, exact to the cent."""
    amount = cents(orders.amount)
    return amount - _refund(orders) if "refund_amount" in orders.columns else amount


def _refund(orders: ir.Table) -> ir.Value | int:
    return cents(orders.refund_amount).fill_null(0) if "refund_amount" in orders.columns else 0


def cents(column: ir.Value) -> ir.Value:
    """Exact cents, so that sums do not depend on the order of the rows."""
    return column.cast(MONEY) if column.type().is_floating() else column
