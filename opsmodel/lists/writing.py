"""A list as files: xlsx and CSV, whole or absent, and never in the place of another list."""

import re
from pathlib import Path

import pandas as pd

from opsmodel import wording
from opsmodel.display.headings import heading
from opsmodel.errors import ArgumentError
from opsmodel.intake.raw import secret_key
from opsmodel.lists import ledger
from opsmodel.lists.files import csv_bytes, publish, refuse_taken, xlsx_bytes
from opsmodel.lists.ids import list_ids
from opsmodel.lists.people import inert, people
from opsmodel.metrics.leads import hold_out
from opsmodel.render.files import safe_part
from opsmodel.wording import _

NAME = re.compile(r"\w[\w -]{0,59}")
SIDES = ("left out", "flagged")
SPLITS = (None, "store_id", "staff_id")
LEAST = 0.1
SHOWN = ("list_id", "store_id", "staff_id", "rank", "reason", "touch", "held_out")


def write(
    table,
    *,
    client,
    name: str,
    folder: Path | str | None = None,
    share: float = LEAST,
    held_out: str = "left out",
    split: str | None = None,
) -> pd.DataFrame:
    """Write a list of people as xlsx and CSV, ready for a staff member or a bulk-send tool.

    One row a person: list id, store, staff, rank, reason, suggested touch, hold-out. The people held out are
    drawn before anything is written, at least `share` of them, and stay on their side in every later edition
    of the list. They are left out of the files, because a name on a list gets called; the ledger of the list
    (data/<client>/lists/<name>.csv, which stays at home) keeps them, so that what the list brought can be
    reckoned. Doubles are merged, their reasons joined. No cell can run as a formula.

    table     any audience, lead, partner or win-back table with customer_id (Ibis or pandas); store_id,
              staff_id, rank, reason and touch are taken over; held_out too, if it holds out enough
    client    the Client whose secret.key makes the list ids
    name      of the list; letters of any script, digits, blank, - and _
    folder    where the files go; default lists/<client>/; never a report folder
    share     least share held out, 0.1 to 0.5
    held_out  "left out" of the files, or "flagged" in them, for a tool that leaves them alone itself
    split     store_id or staff_id: files of their own for each

    Files are called <name>_<as_of>.xlsx and .csv (UTF-8 with BOM), headings in the client's language.
    Returns one row a file: file (path), n_people, n_held_out (of these people, whether in the file or not).
    Raises ArgumentError for a name, folder, share, side or split that cannot be used, and if another list
    lies there under the same name; TableError without customer_id.
    """
    home = _checked(client, name, folder, share, held_out, split)
    rows = people(table)
    ids = list_ids(rows["customer_id"], client=client)
    rows = rows.assign(list_id=rows["customer_id"].map(ids), listed_on=client.as_of.isoformat())
    book = client.folder / ledger.HOME / f"{name}.csv"
    with ledger.lock(book):
        entries = ledger.read(book)
        rows = _sides(rows, entries, client=client, name=name, share=share)
        stem = f"{name}_{client.as_of.isoformat()}"
        files, found = {}, []
        for part, own in _parts(rows, split):
            sent = own if held_out == "flagged" else own[~own["held_out"]]
            cells = _spoken(sent, client.language)
            target = f"{stem}_{safe_part(part)}" if split else stem
            made = {".xlsx": xlsx_bytes(cells, made_on=client.as_of), ".csv": csv_bytes(cells)}
            for ending, content in made.items():
                path = home / f"{target}{ending}"
                files[path] = content
                found.append((path, len(sent), int(own["held_out"].sum())))
        refuse_taken(files)
        ledger.add(book, entries, rows.assign(held_out=rows["held_out"].map({True: "yes", False: "no"})))
        publish(files)
    return pd.DataFrame(found, columns=["file", "n_people", "n_held_out"])


def _checked(client, name: str, folder, share: float, held_out: str, split) -> Path:
    """The folder of the files, once everything asked for can be done."""
    if not NAME.fullmatch(name):
        raise ArgumentError(
            "this cannot be the name of a list.",
            found=repr(name),
            fix="use letters, digits, blanks, - and _, up to 60 of them.",
        )
    if held_out not in SIDES or split not in SPLITS:
        raise ArgumentError(
            "the list cannot be written like this.",
            found=f"held_out={held_out!r}, split={split!r}",
            fix=f"use held_out of {SIDES} and split of {SPLITS}.",
        )
    if not LEAST <= share <= 0.5:
        hold_out(pd.DataFrame({"customer_id": []}), list_name=name, share=share)
    home = Path(folder) if folder is not None else Path("lists") / client.name
    inside = [place for place in (home, *home.resolve().parents) if (place / "manifest.json").is_file()]
    if inside:
        raise ArgumentError(
            "a list does not go into a report folder, which is zipped and mailed.",
            found=str(home),
            fix=f"leave folder out (lists/{client.name}/) or name another.",
        )
    return home


def _sides(rows: pd.DataFrame, entries: pd.DataFrame, *, client, name: str, share: float) -> pd.DataFrame:
    """The rows with their side: as given, as on an earlier edition, or drawn now."""
    earlier = ledger.sides(entries)
    known = {
        person: earlier[code]
        for person, code in zip(rows["customer_id"], rows["list_id"], strict=True)
        if code in earlier
    }
    if "held_out" not in rows.columns:
        return hold_out(rows, list_name=name, share=share, salt=secret_key(client.folder), earlier=known)
    given = rows["held_out"].fillna(False).astype(bool)
    if len(rows) and given.mean() < share:
        raise ArgumentError(
            "the table holds out too few people.",
            found=f"{int(given.sum())} of {len(rows)}",
            fix=f"hold out at least {share:.0%}: leads.hold_out(table, list_name={name!r}).",
        )
    moved = [person for person, side in zip(rows["customer_id"], given, strict=True)
             if known.get(person, side) != side]  # fmt: skip
    if moved:
        raise ArgumentError(
            "people would change sides on this list.",
            found=f"{len(moved)} of {len(rows)} were on the other side in an earlier edition",
            fix="leave held_out to lists.write, or give the list another name.",
        )
    return rows.assign(held_out=given)


def _parts(rows: pd.DataFrame, split: str | None) -> list[tuple[str, pd.DataFrame]]:
    if split is None:
        return [("", rows)]
    parts = rows.assign(part=rows[split].fillna("").astype(str)).groupby("part", sort=True)
    return [(str(part), own.drop(columns="part")) for part, own in parts]


def _spoken(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The cells of a list as inert text, headings and yes or no in the client's language."""
    before = wording.language()
    wording.use(lang)
    try:
        sides = rows["held_out"].map({True: _("yes"), False: _("no")})
        cells = rows.assign(held_out=sides, rank=rows["rank"].astype("Int64"))[list(SHOWN)]
        return pd.DataFrame({heading(name): cells[name].map(inert) for name in SHOWN}, dtype="str")
    finally:
        wording.use(before)
