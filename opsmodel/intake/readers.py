"""Raw exports of any usual kind, as text tables in DuckDB that remember their lines."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawSheet:
    """One table of a raw export, as it stands in the file.

    table     name of the DuckDB table: columns c0 … cN as VARCHAR, and _line, its line (BIGINT)
    file      path relative to the folder; a member of an archive is written archive.zip!member.csv
    sheet     name of the Excel sheet, or ""
    headers   header texts in order; c0 belongs to headers[0]
    n_rows    rows in the table; rejected rows are not among them
    encoding  encoding of a text file, or ""
    note      what was skipped on the way, in English, or ""
    """

    table: str
    file: str
    sheet: str
    headers: list[str]
    n_rows: int
    encoding: str = ""
    note: str = ""
