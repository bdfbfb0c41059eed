"""The bytes of a list, and how they get to their place."""

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from opsmodel.errors import ArgumentError


def csv_bytes(cells: pd.DataFrame) -> bytes:
    """The cells as CSV in UTF-8 with a byte-order mark, so that Excel reads Chinese; everything quoted."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(cells.columns)
    writer.writerows(cells.itertuples(index=False))
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(cells: pd.DataFrame, *, made_on: date) -> bytes:
    """The cells as a workbook in which every cell is text: leading zeros stay, nothing is a formula.

    The same cells give the same bytes on every day.
    """
    import xlsxwriter  # only where a list is written

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties({"created": datetime(made_on.year, made_on.month, made_on.day)})
    sheet, head = book.add_worksheet(), book.add_format({"bold": True, "num_format": "@"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for column, name in enumerate(cells.columns):
        sheet.write_string(0, column, str(name), head)
        longest = max([len(str(name)), *(len(value) for value in cells[name])], default=8)
        sheet.set_column(column, column, min(60, max(10, 1.2 * longest)))
    for row, values in enumerate(cells.itertuples(index=False), start=1):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, text)
    sheet.freeze_panes(1, 0)
    if len(cells):
        sheet.autofilter(0, 0, len(cells), len(cells.columns) - 1)
    book.close()
    return memory.getvalue()


def refuse_taken(files: dict[Path, bytes]) -> None:
    """Raise ArgumentError if another list lies in the place of one of the files; the same list may."""
    taken = [path for path, content in files.items() if path.exists() and path.read_bytes() != content]
    if taken:
        raise ArgumentError(
            "another list lies here under this name.",
            found=str(taken[0]),
            fix="give the list another name, or move the old one away; a list that went out is not replaced.",
        )


def publish(files: dict[Path, bytes]) -> None:
    """Write every file that is not there yet: to a temporary name first, then whole into its place."""
    for path, content in files.items():
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with _beside(path, content) as temporary:
            _into_place(temporary, path)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole, in the place of the one that is there; readable by its owner alone."""
    with _beside(path, content) as temporary:
        os.replace(temporary, path)


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """The content on disk under a temporary name in the same folder; the name is gone afterwards."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _into_place(temporary: Path, path: Path) -> None:
    """Give the file its name unless the name is taken meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        refuse_taken({path: temporary.read_bytes()})
    except OSError:  # a file system without links
        os.replace(temporary, path)
