"""Delimited text (CSV, TSV, TXT) as text tables whose rows know their line.

A file in good order goes straight through DuckDB's own reader, in parallel. It is in good order if it is
UTF-8 and every line below the header became exactly one row of data: then the line of a row follows from
its position. Any other file is first rewritten, line by line, as clean UTF-8 with the line number in front;
what cannot be split into the columns of the header is set aside on the way.
"""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from opsmodel.errors import IntakeError
from opsmodel.intake.aliases import known
from opsmodel.intake.encodings import Encoding, detect
from opsmodel.intake.headers import LOOK_AT, TOTALS, header_row, tidy
from opsmodel.intake.landing import Landing
from opsmodel.intake.sheet import RawSheet
from opsmodel.intake.splitting import rewrite

_SAMPLE = 1 << 18  # bytes
_DELIMITERS = ",\t;|"


@dataclass(frozen=True)
class Layout:
    """Where the table begins: its delimiter, line ending, headers, and the last line of the header."""

    delimiter: str
    newline: str
    headers: list[str]
    header_line: int
    n_titles: int


def read_text(path: Path, file: str, landing: Landing, scratch: Path) -> RawSheet:
    """The one table of a delimited text file.

    file     name to use in results and errors
    scratch  folder for the rewritten copy of a file that is not in good order

    Raises IntakeError if the file is empty, not text, or holds a header and nothing else.
    """
    encoding = detect(path, file)
    layout = _layout(path, encoding, file)
    table = landing.new_table()
    n_rows = None
    if encoding.is_utf8 and layout.newline == "\n":
        n_rows = _straight(path, layout, encoding, table, landing)
    if n_rows is None:
        copy = scratch / f"{table}.csv"
        rewrite(path, encoding.name, layout, file, landing, copy)
        n_rows = _rewritten(copy, layout, table, landing)
        copy.unlink()
    if not n_rows:
        raise IntakeError(
            f"{file} has a header and no rows.",
            found=layout.headers,
            fix="export it again, or move it out of raw/.",
        )
    note = f"{layout.n_titles} title rows above the header" if layout.n_titles else ""
    return RawSheet(table, file, "", layout.headers, n_rows, encoding.name, note)


def _layout(path: Path, encoding: Encoding, file: str) -> Layout:
    with path.open("rb") as source:
        raw = source.read(_SAMPLE)
        cut = bool(source.read(1))
    text = codecs.getincrementaldecoder(encoding.name)().decode(raw)
    newline = "\n" if "\n" in text or "\r" not in text else "\r"
    lines = re.split(r"(?<=\n)" if newline == "\n" else r"(?<=\r)", text)
    lines = lines[:-1] if cut and len(lines) > 1 else lines
    trials = [_trial(lines, delimiter, newline) for delimiter in _DELIMITERS]
    best = max((trial for trial in trials if trial), key=lambda trial: trial[0], default=None)
    if best is None:
        raise IntakeError(
            f"{file} holds no table.",
            found="no text in it" if not text.strip() else "no header in its first lines",
            fix="export it again, or move it out of raw/.",
        )
    return best[1]


def _trial(lines: list[str], delimiter: str, newline: str) -> tuple[tuple[int, float], Layout] | None:
    """How well the lines split by this delimiter (known headers, then even rows), and the layout it gives."""
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                ends.append(reader.line_num)
            if len(rows) >= 5 * LOOK_AT:
                break
    except csv.Error:
        pass
    place = header_row(rows)
    if place is None:
        return None
    headers = tidy(rows[place])
    width, share = Counter(len(row) for row in rows[place:]).most_common(1)[0]
    if len(rows[place]) == width:  # a delimiter at the end of every line makes a column without a header
        headers += [""] * (width - len(headers))
    score = sum(known(header) for header in headers), min(width, len(headers)) * share / len(rows)
    return score, Layout(delimiter, newline, headers, ends[place], place)


def _straight(path: Path, layout: Layout, encoding: Encoding, table: str, landing: Landing) -> int | None:
    """Rows read by DuckDB alone; None, and no table, if the file is not in good order."""
    con = landing.con
    if any(sign in str(path) for sign in "*?["):
        return None  # DuckDB would take the name for a pattern
    columns = [f"c{place}" for place in range(len(layout.headers))]
    ordered = con.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0][0]
    con.execute("SET preserve_insertion_order = true")
    try:
        con.execute(
            f"CREATE TABLE {table}_rows AS SELECT * FROM {_reader(columns, layout.header_line)}",
            {"path": str(path), "delimiter": layout.delimiter},
        )
    except duckdb.InvalidInputException:
        return None
    finally:
        con.execute(f"SET preserve_insertion_order = {bool(ordered)}")
    n_rows = con.execute(f"SELECT count(*) FROM {table}_rows").fetchall()[0][0]
    if n_rows != (encoding.n_lines or 0) - layout.header_line or _has_other_rows(con, table, columns, layout):
        con.execute(f"DROP TABLE {table}_rows")
        return None
    line = f"rowid + {layout.header_line + 1}"
    con.execute(f"CREATE VIEW {table} AS SELECT {', '.join(columns)}, {line} AS _line FROM {table}_rows")
    return n_rows


def _has_other_rows(con, table: str, columns: list[str], layout: Layout) -> bool:
    """True if any row is blank, adds up others, or is the header once more."""
    first = "coalesce(" + ", ".join(f"nullif(trim({column}), '')" for column in columns) + ", '')"
    bare = f"lower(regexp_replace({first}, '[\\s*:：【】\\[\\]()（）]', '', 'g'))"
    short = f"length({first}) <= 16 AND ({bare} IN ({', '.join(['?'] * len(TOTALS))}) OR {first} = '')"
    again = " AND ".join(f"coalesce(trim({column}), '') = ?" for column in columns)
    query = f"SELECT 1 FROM {table}_rows WHERE ({short}) OR ({again}) LIMIT 1"
    return bool(con.execute(query, [*(word.replace(" ", "") for word in TOTALS), *layout.headers]).fetchall())


def _rewritten(copy: Path, layout: Layout, table: str, landing: Landing) -> int:
    columns = [f"c{place}" for place in range(len(layout.headers))]
    landing.con.execute(
        f"CREATE TABLE {table} AS SELECT {', '.join(columns)}, _line::BIGINT AS _line "
        f"FROM {_reader(['_line', *columns], 0)}",
        {"path": str(copy), "delimiter": layout.delimiter},
    )
    return landing.con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]


def _reader(columns: list[str], skip: int) -> str:
    kinds = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    return (
        f"read_csv($path, delim = $delimiter, quote = '\"', escape = '\"', header = false, skip = {skip}, "
        f"auto_detect = false, strict_mode = true, max_line_size = 4000000, columns = {{{kinds}}})"
    )
