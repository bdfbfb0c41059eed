"""Delimited text (CSV, TSV, TXT) as text tables whose rows know their line.

A file in good order goes straight through DuckDB's own reader, in parallel. It is in good order if it is
UTF-8 and every line below the header became exactly one row of data: then the line of a row follows from
its position. Any other file is first rewritten, line by line, as clean UTF-8 with the line number in front;
what cannot be split into the columns of the header is set aside on the way.
"""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from opsmodel.errors import IntakeError
from opsmodel.intake.aliases import known
from opsmodel.intake.reading.encodings import Encoding, detect
from opsmodel.intake.reading.headers import LOOK_AT, PUNCTUATION, TOTALS, header_row, is_totals, tidy
from opsmodel.intake.reading.landing import Landing
from opsmodel.intake.reading.sheet import RawSheet
from opsmodel.intake.reading.splitting import rewrite

_SAMPLE = 1 << 18  # bytes
_DELIMITERS = ",\t;|"
_MOST_OTHERS = 1_000  # totals and blank rows of a file in good order


@dataclass(frozen=True)
class Layout:
    """Where the table begins: its delimiter, headers, and the last line of the header."""

    delimiter: str
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
    table = _straight(path, layout, encoding, file, landing) if encoding.is_utf8 else None
    if table is None:
        table = _carefully(path, layout, encoding, file, landing, scratch)
    n_rows = landing.con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if not n_rows:
        raise IntakeError(
            f"{file} has a header and no rows.",
            found=layout.headers,
            fix="export it again, or move it out of raw/.",
        )
    return RawSheet(table, file, "", layout.headers, n_rows, encoding.name, layout.n_titles)


def _layout(path: Path, encoding: Encoding, file: str) -> Layout:
    with path.open("rb") as source:
        raw = source.read(_SAMPLE)
        cut = bool(source.read(1))
    text = codecs.getincrementaldecoder(encoding.name)().decode(raw)
    lines = list(io.StringIO(text, newline=None))
    lines = lines[:-1] if cut and len(lines) > 1 else lines
    trials = [_trial(lines, delimiter) for delimiter in _DELIMITERS]
    best = max((trial for trial in trials if trial), key=lambda trial: trial[0], default=None)
    if best is None:
        raise IntakeError(
            f"{file} holds no table.",
            found="no text in it" if not text.strip() else "no header in its first lines",
            fix="export it again, or move it out of raw/.",
        )
    return best[1]


def _trial(lines: list[str], delimiter: str) -> tuple[tuple[int, float], Layout] | None:
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
    return score, Layout(delimiter, headers, ends[place], place)


def _straight(path: Path, layout: Layout, encoding: Encoding, file: str, landing: Landing) -> str | None:
    """Name of the table that DuckDB read alone; None, and no table, if the file is not in good order."""
    if any(sign in str(path) for sign in "*?["):
        return None  # DuckDB would take the name for a pattern
    con, table = landing.con, landing.new_table()
    columns = [f"c{place}" for place in range(len(layout.headers))]
    try:
        con.execute(
            f"CREATE TABLE {table}_rows AS SELECT * FROM {_reader(columns, layout.header_line)}",
            {"path": str(path), "delimiter": layout.delimiter},
        )
    except duckdb.InvalidInputException:
        return None
    n_rows = con.execute(f"SELECT count(*) FROM {table}_rows").fetchall()[0][0]
    others = _other_rows(con, table, columns, layout)
    if n_rows != (encoding.n_lines or 0) - layout.header_line or len(others) > _MOST_OTHERS:
        con.execute(f"DROP TABLE {table}_rows")
        return None
    for place, *cells in others:
        texts = [cell or "" for cell in cells]
        if any(text.strip() for text in texts):
            reason = "totals row" if is_totals(texts) else "the header once more"
            landing.reject(file, place + layout.header_line + 1, layout.delimiter.join(texts), reason)
    kept = f"WHERE rowid NOT IN ({', '.join(str(place) for place, *_ in others)})" if others else ""
    line = f"rowid + {layout.header_line + 1}"
    con.execute(
        f"CREATE VIEW {table} AS SELECT {', '.join(columns)}, {line} AS _line FROM {table}_rows {kept}"
    )
    return table


def _other_rows(con, table: str, columns: list[str], layout: Layout) -> list[tuple]:
    """(rowid, cells) of rows that are blank, add up others, or are the header once more."""
    first = "coalesce(" + ", ".join(f"nullif(trim({column}), '')" for column in columns) + ", '')"
    words = ", ".join(["?"] * (len(TOTALS) + 1))
    again = " AND ".join(f"coalesce(trim({column}), '') = ?" for column in columns)
    query = (
        f"SELECT rowid, {', '.join(columns)} FROM {table}_rows "
        f"WHERE lower(trim({first}, ?)) IN ({words}) OR ({again}) ORDER BY 1 LIMIT {_MOST_OTHERS + 1}"
    )
    return con.execute(query, [PUNCTUATION, "", *TOTALS, *layout.headers]).fetchall()


def _carefully(
    path: Path, layout: Layout, encoding: Encoding, file: str, landing: Landing, scratch: Path
) -> str:
    """Name of the table read from a rewritten copy."""
    table = landing.new_table()
    copy = scratch / f"{table}.csv"
    rewrite(path, encoding.name, layout, file, landing, copy)
    columns = [f"c{place}" for place in range(len(layout.headers))]
    landing.con.execute(
        f"CREATE TABLE {table} AS SELECT {', '.join(columns)}, _line::BIGINT AS _line "
        f"FROM {_reader(['_line', *columns], 0)}",
        {"path": str(copy), "delimiter": layout.delimiter},
    )
    copy.unlink()
    return table


def _reader(columns: list[str], skip: int) -> str:
    kinds = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    return (
        f"read_csv($path, delim = $delimiter, quote = '\"', escape = '\"', header = false, skip = {skip}, "
        f"auto_detect = false, strict_mode = true, max_line_size = 5000000, columns = {{{kinds}}})"
    )
