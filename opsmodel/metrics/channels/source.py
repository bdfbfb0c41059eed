"""What a shop holds: a client, or anything else that carries the canonical tables as attributes."""

from datetime import date

import ibis.expr.types as ir

from opsmodel.errors import TableError
from opsmodel.intake.contract import TABLES, as_table, day


def table(shop, name: str) -> ir.Table:
    """The canonical table of that name.

    Raises TableError if the shop has none.
    """
    if not holds(shop, name):
        columns = ", ".join(column.name for column in TABLES[name].columns if column.required)
        raise TableError(
            f"there is no {name}.", found=type(shop).__name__, fix=f"add an export with {columns}."
        )
    return as_table(getattr(shop, name))


def holds(shop, name: str) -> bool:
    """Whether the shop has a table of that name, with rows as far as a client knows."""
    return shop.has(name) if hasattr(shop, "has") else getattr(shop, name, None) is not None


def whole(shop):
    """The chain a store belongs to; the shop itself where it knows of none."""
    return getattr(shop, "chain", shop)


def last_day(shop, as_of) -> date:
    """The last day observed: as given, else the client's own."""
    return day(shop.as_of if as_of is None else as_of)
