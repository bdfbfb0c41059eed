"""What a question is asked of: the last day seen, the whole chain, and the stores it is narrowed to."""

from datetime import date
from typing import Any

import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day


def last_day(client, as_of) -> date:
    """The last day observed: the one given, else the client's own. Raises ArgumentError without either."""
    own = getattr(client, "as_of", None) if as_of is None else as_of
    if own is None:
        raise ArgumentError("the last day is not known.", found="as_of=None", fix='write as_of="2024-06-30".')
    return day(own)


def chain(client) -> Any:
    """The whole client, whichever store asks; the client itself where it knows of no chain."""
    return getattr(client, "chain", client)


def at_home(rows, client) -> Any:
    """The rows (Ibis or pandas, with store_id) of the stores that the client is narrowed to.

    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"store_id": ["S1", "S2"]})
    >>> len(at_home(rows, SimpleNamespace(narrowed=["S2"]))), len(at_home(rows, SimpleNamespace()))
    (1, 2)
    """
    narrowed = getattr(client, "narrowed", None)
    if narrowed is None:
        return rows
    inside = rows["store_id"].isin(list(narrowed))
    return rows.filter(inside) if isinstance(rows, ir.Table) else rows[inside]
