"""What a reader hands over: one table of a raw export."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawSheet:
    """One table of a raw export, as it stands in the file.

    table     name in DuckDB: columns c0 … cN as VARCHAR (empty is NULL), and _line, its line (BIGINT)
    file      path relative to the folder; a member of an archive is written archive.zip!member.csv
    sheet     name of the Excel sheet, or ""
    headers   header texts in order; c0 belongs to headers[0]; a column without a header has ""
    n_rows    rows in the table; rejected rows are not among them
    encoding  encoding of a text file, or ""
    n_titles  title rows above the header, passed over
    """

    table: str
    file: str
    sheet: str
    headers: list[str]
    n_rows: int
    encoding: str = ""
    n_titles: int = 0

    @property
    def label(self) -> str:
        """The sheet as a reader of the intake report sees it."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    @property
    def place(self) -> str:
        """The sheet as `files:` in engagement.yaml and rejected rows name it."""
        return f"{self.file}!{self.sheet}" if self.sheet else self.file
