"""What a shop holds: a client, or anything else that carries the canonical tables as attributes."""

import ibis.expr.types as ir

from opsmodel.errors import TableError
from opsmodel.intake.contract import TABLES, as_table
from opsmodel.metrics.absent import holds


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
