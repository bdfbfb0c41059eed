"""What a customer had in the basket, and when: order lines joined to the paid orders they belong to."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.contract import as_table, column_names, day, require
from opsmodel.metrics.absent import sent
from opsmodel.metrics.occasions import CUSTOMER, paid_orders
from opsmodel.metrics.starts import starts

WHEN = ("customer_id", "ordered_at")


class Source(NamedTuple):
    """Where the lines and the orders come from.

    lines   one row per product of an order
    orders  one row per order; the lines themselves where they carry customer_id and ordered_at
    as_of   last day observed, inclusive
    """

    lines: ir.Table
    orders: ir.Table
    as_of: date

    @property
    def joined(self) -> bool:
        """Whether the lines carry their order's customer and time already."""
        return self.lines is self.orders


class Baskets(NamedTuple):
    """Paid lines, and the customers they belong to.

    rows    customer_id, day, ordered_at, item
    starts  one row per customer with a paid order: customer_id, the columns of `by`, first_day
    by      columns to group by
    """

    rows: ir.Table
    starts: ir.Table
    by: list[str]


def source(order_lines: Any, orders: Any = None, *, as_of=None) -> Source:
    """The tables behind the arguments of a ladder function.

    order_lines  a client (its order_lines and orders, at home stores), or a table of lines
    orders       the orders of the lines; not needed where the lines carry customer_id and ordered_at
    as_of        last day observed; a client knows its own

    Raises TableError if orders are needed and missing, ArgumentError without as_of.
    """
    if not isinstance(order_lines, ir.Table | pd.DataFrame) and hasattr(order_lines, "orders"):
        home = as_table(order_lines.orders)
        home = home.mutate(store_id=home.home_store_id) if "home_store_id" in home.columns else home
        return Source(as_table(sent(order_lines, "order_lines")), home, day(as_of or order_lines.as_of))
    if as_of is None:
        raise ArgumentError(
            "the last day observed is missing.", found="as_of=None", fix='write as_of="2024-06-30".'
        )
    lines = as_table(order_lines)
    if orders is not None:
        return Source(lines, as_table(orders), day(as_of))
    if not set(WHEN) <= set(lines.columns):
        raise TableError(
            "order_lines do not say who bought and when.",
            found=list(lines.columns),
            fix="pass orders=, or lines with customer_id and ordered_at.",
        )
    return Source(lines, lines, day(as_of))


def baskets(given: Source, item: str, by: str | Sequence[str] | None = None) -> Baskets:
    """The paid lines of known customers up to `as_of`, each with its `item`. Lazy.

    A line counts if it belongs to a paid order on a purchase occasion, cost something itself, and names
    an item: gifts, refunded orders and unlabelled products say nothing.

    item  column of the lines: tier, category, product, …
    by    column or columns of the orders, taken from the customer's first paid order

    Raises TableError if a column is missing.
    """
    names = column_names(by)
    require(given.lines, "order_lines", [item] if given.joined else ["order_id", item])
    key = item if given.joined else "order_id"
    paid = paid_orders(given.orders, as_of=given.as_of, by=list(dict.fromkeys([*names, key])))
    rows, lines = paid.rows, given.lines
    if given.joined:
        rows = rows.select(*CUSTOMER, "day", "ordered_at", item=rows[item])
    else:
        if "amount" in lines.columns:
            lines = lines.filter(lines.amount > 0)
        lines = lines.select(line_order="order_id", item=item)
        rows = rows.join(lines, rows.order_id == lines.line_order)
        rows = rows.select(*CUSTOMER, "day", "ordered_at", "item")
    return Baskets(rows.filter(rows.item.notnull()), starts(paid._replace(by=names)), names)


def positive(**days: int) -> None:
    """Raises ArgumentError for a number of days, or of customers, that is not whole and 1 or more."""
    for name, value in days.items():
        if isinstance(value, bool) or int(value) != value or value < 1:
            raise ArgumentError(
                f"{name} is a whole number, 1 or more.", found=repr(value), fix=f"write {name}=90."
            )
