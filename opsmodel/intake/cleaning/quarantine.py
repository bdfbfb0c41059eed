"""Rows that do not go in: where each went, and the files a client can correct."""

import csv
import os
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from opsmodel.intake.cleaning.clean import Source, staged
from opsmodel.intake.engine import number, run
from opsmodel.wording import _

FATES = "fates"
NO_DATA = ("totals row", "the header once more")  # set aside by the reader, and missed by nobody


@dataclass(frozen=True)
class Entry:
    """One line of the drop ledger: what became of the rows of one sheet.

    rows_in = kept + merged + quarantined, always.
    """

    table: str
    file: str
    sheet: str
    rows_in: int
    kept: int
    merged: int
    quarantined: int


def prepare(con) -> None:
    """An empty table of fates: one row for every raw row that was merged or quarantined."""
    run(
        con,
        f'CREATE OR REPLACE TABLE {FATES} ("table" VARCHAR, _source INTEGER, _line BIGINT, '
        '"column" VARCHAR, reason VARCHAR)',
    )


def remove(con, table: str, doomed: str, *, reason: str, column: str | None = None) -> int:
    """Take rows out of a staged table and write down why; returns how many.

    doomed  SQL giving _source and _line of the rows, and, unless `column` is given, their "column"
    reason  a key of `reasons()`; "merged" where another row stands for this one
    """
    named = '"column"' if column is None else f"'{column}'"
    run(
        con,
        f'CREATE OR REPLACE TEMP TABLE doomed AS SELECT _source, _line, {named} AS "column" FROM ({doomed})',
    )
    n = number(con, "SELECT count(*) FROM doomed")
    if n:
        run(con, f"INSERT INTO {FATES} SELECT '{table}', _source, _line, \"column\", '{reason}' FROM doomed")
        run(
            con,
            f"DELETE FROM {staged(table)} t USING doomed d WHERE t._source = d._source AND t._line = d._line",
        )
    return n


def reasons() -> dict[str, str]:
    """Why a row is quarantined, in the language spoken now."""
    return {
        "blank": _("a required cell is empty"),
        "unreadable": _("the value cannot be read"),
        "ambiguous_day": _("day and month could be swapped; set day_first in engagement.yaml"),
        "unpaid": _("the order was cancelled or never paid"),
        "negative_amount": _("a negative amount, and no order it refunds"),
        "huge_amount": _("the amount is impossibly large"),
        "refund_above_order": _("the refund is larger than the order"),
        "negative_count": _("a negative number"),
        "future": _("later than the last day observed"),
        "conflict": _("another row with the same key says otherwise"),
        "no_order": _("the order of this line is not among the orders kept"),
        "no_customer": _("the customer is in no other export and the row names no store"),
        "columns": _("the line does not fit the columns of the header"),
        "totals row": _("a totals row, no data"),
        "the header once more": _("the header once more, no data"),
        "no_store": _("no home store: neither this row nor an order names one"),
    }


def ledger(con, sources: list[Source], rejected: list[tuple[str, int, str, str]]) -> list[Entry]:
    """The drop ledger, one entry a sheet; raises AssertionError if it does not balance.

    rejected  rows the reader set aside: file (file!sheet in a workbook), line, text, reason
    """
    fates = {
        (number, merged): n
        for number, merged, n in run(
            con, f"SELECT _source, reason = 'merged', count(*) FROM {FATES} GROUP BY ALL"
        )
    }
    entries = []
    aside = Counter(place for place, _line, _text, reason in rejected if reason not in NO_DATA)
    for source in sources:
        kept = number(con, f"SELECT count(*) FROM {staged(source.table)} WHERE _source = {source.number}")
        merged, lost = (fates.get((source.number, flag), 0) for flag in (True, False))
        extra = aside[source.raw.place]
        rows_in, lost = source.raw.n_rows + extra, lost + extra
        entry = Entry(source.table, source.raw.file, source.raw.sheet, rows_in, kept, merged, lost)
        assert entry.rows_in == kept + merged + lost, f"the drop ledger does not balance: {asdict(entry)}"
        entries.append(entry)
    return entries


def write(con, folder: Path, sources: list[Source], rejected: list[tuple[str, int, str, str]]) -> None:
    """Write quarantine/<table>.csv anew: file, sheet, line, column, value and reason of every lost row.

    rejected  rows the reader could not split into columns: file, line, text, reason
    """
    folder.mkdir(exist_ok=True)
    why = reasons()
    booked = {source.raw.place for source in sources if source.raw.sheet}
    found: dict[str, list[tuple]] = {}
    for source in sources:
        found.setdefault(source.table, []).extend(
            (source.raw.file, source.raw.sheet, line, header, safe(value), why[reason])
            for line, header, value, reason in _lost(con, source)
        )
    for place, line, text, reason in rejected:
        file, _mark, sheet = place.rpartition("!") if place in booked else (place, "", "")
        row = (file, sheet, line, "", safe(text), why.get(reason) or why["columns"])
        found.setdefault("unreadable_rows", []).append(row)
    for old in folder.glob("*.csv"):
        if old.stem not in found or not found[old.stem]:
            old.unlink()
    head = [_("file"), _("sheet"), _("line"), _("column"), _("value"), _("reason")]
    for name, rows in found.items():
        if rows:
            temporary = folder / f".{name}.csv"
            with temporary.open("w", encoding="utf-8-sig", newline="") as sink:
                csv.writer(sink).writerows([head, *rows])
            os.replace(temporary, folder / f"{name}.csv")


def _lost(con, source: Source) -> list[tuple[int, str, str | None, str]]:
    """line, column, value and reason of the quarantined rows of a sheet, in the order of the file."""
    cells = {name: f"r.c{place}" for name, place in source.columns.items() if isinstance(place, int)}
    values = " ".join(f"WHEN '{name}' THEN {cell}" for name, cell in cells.items())
    return run(
        con,
        f'SELECT f._line, f."column", CASE f."column" {values} END, f.reason '
        f"FROM {FATES} f JOIN {source.raw.table} r USING (_line) "
        f"WHERE f._source = {source.number} AND f.reason <> 'merged' ORDER BY 1, 2",
    )


_PHONE = re.compile(r"(?<!\d)((?:\+?86[\s-]?)?1[3-9]\d)([\s-]?\d{4}){2}(?!\d)")


def safe(value: object) -> str:
    """A cell no spreadsheet runs as a formula, with phone numbers masked and length limited.

    >>> safe("=1+1"), safe("138-0000-1234"), safe("-12.00")
    ("'=1+1", '138********', '-12.00')
    """
    text = "" if value is None or value != value else str(value)[:500]
    text = _PHONE.sub(lambda found: found.group(1)[-3:] + "********", text)
    number = re.fullmatch(r"[-+]?[\d.,]+", text)
    return f"'{text}" if text[:1] in "=+-@\t\r\n|%" and text and not number else text
