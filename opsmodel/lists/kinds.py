"""The lists that can be asked for by name."""

from collections.abc import Callable

import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.metrics import leads

KINDS: dict[str, Callable[..., ir.Table]] = {
    "leads": leads.score,
    "due_again": leads.due_again,
    "win_back": leads.win_back,
}


def ask(client, kind: str) -> ir.Table:
    """The table of a list: leads, due_again or win_back, each person ranked within the home store. Lazy.

    Raises ArgumentError for another kind.
    """
    if kind not in KINDS:
        raise ArgumentError("there is no such list.", found=repr(kind), fix=f"use one of {list(KINDS)}.")
    return KINDS[kind](client, by="store_id")
