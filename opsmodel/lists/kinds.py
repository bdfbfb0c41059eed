"""The lists that can be asked for by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

import ibis.expr.types as ir

from opsmodel import wording
from opsmodel.errors import ArgumentError
from opsmodel.intake.opening import open_client
from opsmodel.lists.ids import key_file
from opsmodel.lists.writing import write
from opsmodel.metrics import leads, referral

KINDS: dict[str, Callable[..., ir.Table]] = {
    "leads": leads.score,
    "due_again": leads.due_again,
    "win_back": leads.win_back,
    "partners": referral.partners,
}


def ask(client, kind: str) -> ir.Table:
    """The table of a list, each person ranked within the home store. Lazy.

    kind  leads, due_again, win_back or partners

    Raises ArgumentError for another kind.
    """
    if kind not in KINDS:
        raise ArgumentError("there is no such list.", found=repr(kind), fix=f"use one of {list(KINDS)}.")
    return KINDS[kind](client, by="store_id")


def asked(
    name: str,
    *,
    kind: str,
    stores: Sequence[str] = (),
    folder: Path | None = None,
    split: str | None = None,
    keys: bool = False,
) -> str:
    """Write a list of one kind in the client's language; what the command line prints about it.

    name    a folder under data/, or a path
    stores  store ids, with files of their own; default: every store, in one file
    split   store_id or staff_id: files of their own for each
    keys    write the key file, too

    Raises OpsmodelError as `open_client`, `ask` and `write` do.
    """
    client = open_client(name)
    chosen = [client.store(store).store_id for store in stores]
    before = wording.language()
    wording.use(client.language)
    try:
        table = ask(client, kind)
        table = table.filter(table.store_id.isin(chosen)) if chosen else table
        split = split or ("store_id" if chosen else None)
        files = write(table, client=client, name=kind, folder=folder, split=split)
    finally:
        wording.use(before)
    lines = [f"{row.file}: {row.n_people} people, {row.n_held_out} held out" for row in files.itertuples()]
    return "\n".join([*lines, *([f"{key_file(client)}: keep it beside secret.key"] if keys else [])])
