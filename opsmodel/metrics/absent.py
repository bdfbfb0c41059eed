"""A table the client has not sent: its columns without a row, so that a page can say what is missing."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import TABLES


def sent(client, name: str):
    """The table of that name of a client, or of anything that holds tables; without a row where it has none.

    >>> from types import SimpleNamespace
    >>> sent(SimpleNamespace(), "order_lines").columns[:2]
    ('order_id', 'product_id')
    """
    return getattr(client, name) if holds(client, name) else empty(name)


def holds(client, name: str) -> bool:
    """Whether there is such a table; a client raises where one it lacks is asked for."""
    return client.has(name) if hasattr(client, "has") else getattr(client, name, None) is not None


def empty(name: str) -> ir.Table:
    """The canonical table of that name, without a row.

    >>> empty("tasks").count().execute()
    0
    """
    columns = {column.name: column.type for column in TABLES[name].columns}
    rows = pd.DataFrame({column: pd.Series(dtype="object") for column in columns})
    return ibis.memtable(rows, schema=ibis.schema(columns))
