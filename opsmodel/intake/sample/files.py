"""The kinds of file that exports come in, the same bytes every time."""

import csv
import io
from pathlib import Path

import pandas as pd

from opsmodel.errors import IntakeError

CREATED = pd.Timestamp("2025-07-01 09:12:00")


def csv_file(path: Path, rows: pd.DataFrame, encoding: str) -> None:
    """The rows as comma-separated text with the line ends of Windows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.itertuples(index=False))
    path.write_bytes(text.getvalue().encode(encoding))


def workbook(path: Path):
    """An Excel file to write into, with a fixed date of creation; closes itself."""
    try:
        import xlsxwriter
    except ImportError:
        raise IntakeError(
            "the sample cannot be written without XlsxWriter.",
            found="the package is not installed",
            fix='pip install "opsmodel[test]".',
        ) from None
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": CREATED.to_pydatetime(), "author": ""})
    return book


def sheet(book, name: str, rows: pd.DataFrame, title: list[list[str]], total: list[list[str]]) -> None:
    """One sheet: title rows, the header, the rows, and rows of totals below."""
    page = book.add_worksheet(name)
    cells = [*title, list(rows.columns), *rows.itertuples(index=False, name=None), *total]
    for place, row in enumerate(cells):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    page.write_string(place, column, value)
            else:
                page.write_number(place, column, value)
