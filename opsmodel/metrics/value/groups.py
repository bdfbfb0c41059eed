"""Groups of customers: the names to group by, taken from the first paid order, and the parts of a table."""

from collections.abc import Iterator

import ibis.expr.types as ir
import pandas as pd

from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.starts import starts


def at_start(each: ir.Table, orders, *, as_of, groups: list[str]) -> ir.Table:
    """One row per customer as before, with the columns of `groups` as of the first paid order. Lazy."""
    if not groups:
        return each
    first = starts(paid_orders(orders, as_of=as_of, by=groups))
    first = first.select(*groups, own_id="customer_id")
    joined = each.join(first, each.customer_id == first.own_id)
    return joined.select("customer_id", *groups, *[c for c in each.columns if c != "customer_id"])


def parts(table: pd.DataFrame, groups: list[str]) -> Iterator[tuple[tuple, pd.DataFrame]]:
    """Each group's values and its rows, in order; all rows as one where there is nothing to group by."""
    yield from table.groupby(groups, dropna=False, sort=True) if groups else [((), table)]
