"""Parquet files as text tables."""

from pathlib import Path

import duckdb

from opsmodel.errors import IntakeError
from opsmodel.intake.reading.landing import Landing
from opsmodel.intake.reading.sheet import RawSheet


def read_parquet(path: Path, file: str, landing: Landing) -> RawSheet:
    """All columns as text; a time with a zone keeps its instant (…Z), _line is the row number from 1.

    file  name to use in results and errors

    Raises IntakeError if the file is damaged or holds no rows.
    """
    con = landing.con
    table = landing.new_table()
    try:
        source = con.read_parquet(str(path).replace("[", "[[]"))
        headers, kinds = list(source.columns), [str(kind) for kind in source.types]
        names = [f"c{place}" for place in range(len(headers))]
        renamed = f"(SELECT * FROM read_parquet($path)) AS source({', '.join(names)})"
        cells = [_text(name, kind) for name, kind in zip(names, kinds, strict=True)]
        con.execute(
            f"CREATE TABLE {table}_rows AS SELECT {', '.join(cells)} FROM {renamed}",
            {"path": str(path).replace("[", "[[]")},
        )
    except duckdb.Error as error:
        raise IntakeError(
            f"{file} cannot be read as Parquet.", found=str(error).splitlines()[0], fix="export it again."
        ) from error
    con.execute(f"CREATE VIEW {table} AS SELECT {', '.join(names)}, rowid + 1 AS _line FROM {table}_rows")
    n_rows = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if not n_rows:
        raise IntakeError(
            f"{file} has columns and no rows.", found=headers, fix="export it again, or move it out of raw/."
        )
    return RawSheet(table, file, "", headers, n_rows)


def _text(name: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {name}), '%Y-%m-%dT%H:%M:%SZ') AS {name}"
    if kind == "BLOB":
        return f"decode({name}) AS {name}"
    return f"nullif({name}::VARCHAR, '') AS {name}"
