"""Further columns beside a table of customers: of a table with a row each, or of tags."""

from collections.abc import Container

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import as_table, require
from opsmodel.intake.rules import JOINTS


def beside(table: ir.Table, more: ir.Table) -> ir.Table:
    """The table with the columns of `more`, one row per customer, beside it; null where it has no row."""
    added = [name for name in more.columns if name not in table.columns]
    return table.left_join(more, "customer_id").select(*table.columns, *added)


def tag_groups(tags, taken: Container[str]) -> list[str]:
    """The groups of a table of tags, sorted; ArgumentError if a column has the name of one."""
    if tags is None:
        return []
    table = require(tags, "tags", ["customer_id", "tag_group", "tag"])
    groups = table.filter(table.tag_group.notnull()).tag_group.cast("string").as_table().distinct()
    names = sorted(groups.execute()["tag_group"])
    clash = [name for name in names if name in taken or name in (*JOINTS, "")]
    if clash:
        raise ArgumentError(
            f"a tag group cannot be called {clash[0]!r}.",
            found=names,
            fix="rename the group in the table of tags.",
        )
    return names


def with_tags(table: ir.Table, tags, groups: list[str]) -> ir.Table:
    """The table with a column a group, which holds the customer's tags of it."""
    rows = as_table(tags)
    of_group = {name: rows.tag.collect(where=rows.tag_group == name, distinct=True) for name in groups}
    return with_lists(beside(table, rows.group_by("customer_id").agg(of_group)), groups)


def with_lists(table: ir.Table, names: list[str]) -> ir.Table:
    """Every list there, empty where nothing is known."""
    nothing = ibis.literal([], type="array<int64>").cast("array<string>")  # PostgreSQL wants the type said
    lists = {name: table[name].fill_null(nothing) if name in table.columns else nothing for name in names}
    return table.mutate(lists)
