"""Excel workbooks: every sheet that holds a table, as rows of text."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import python_calamine

from opsmodel.errors import IntakeError
from opsmodel.intake.reading.headers import LOOK_AT, header_row, is_totals, tidy
from opsmodel.intake.reading.landing import Landing
from opsmodel.intake.reading.sheet import RawSheet


def read_workbook(path: Path, file: str, landing: Landing) -> list[RawSheet]:
    """One RawSheet for every sheet with a header and at least one row below it.

    file  name to use in results and errors

    Raises IntakeError if the workbook is encrypted or damaged, or if no sheet holds a row.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        kinds = {entry.name: entry.typ for entry in workbook.sheets_metadata}
        names = [name for name in workbook.sheet_names if "WorkSheet" in str(kinds[name])]
        sheets = [_read_sheet(workbook.get_sheet_by_name(name), name, file, landing) for name in names]
    except python_calamine.PasswordError as error:
        raise IntakeError(
            f"{file} is protected with a password.",
            found=str(error),
            fix="save it without a password, then run again.",
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise IntakeError(
            f"{file} cannot be read as an Excel workbook.",
            found=str(error) or type(error).__name__,
            fix="open it in Excel and save it as .xlsx, or export CSV.",
        ) from error
    kept = [sheet for sheet in sheets if sheet is not None]
    if not kept:
        raise IntakeError(
            f"{file} holds no rows.", found=f"sheets {names}", fix="export it again, or move it out of raw/."
        )
    return kept


def as_text(value: object) -> str | None:
    """A cell as the text that `intake.convert` reads back; an empty cell gives None.

    Whole numbers lose Excel's .0; others keep the 15 digits that Excel shows; a number too long for those
    turns scientific, which no identifier survives. Dates are ISO, to the millisecond.

    >>> [as_text(cell) for cell in (10001.0, 0.1 + 0.2, datetime(2024, 3, 5, 14, 3), date(2024, 3, 5), "007")]
    ['10001', '0.3', '2024-03-05 14:03:00', '2024-03-05', '007']
    """
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        near = value + timedelta(microseconds=500)
        return near.isoformat(sep=" ", timespec="milliseconds").removesuffix(".000")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def _read_sheet(sheet, name: str, file: str, landing: Landing) -> RawSheet | None:
    rows = ([as_text(cell) for cell in row] for row in sheet.iter_rows())
    first: list[list[str | None]] = []
    filled = 0
    for row in rows:
        first.append(row)
        filled += any(cell is not None for cell in row)
        if filled >= LOOK_AT:
            break
    written = [place for place, row in enumerate(first) if any(row)]
    place = header_row([[cell or "" for cell in first[p]] for p in written])
    if place is None or place == len(written) - 1:
        return None
    top = written[place]
    cells = [cell or "" for cell in first[top]]
    headers = [*tidy(cells), *[""] * (len(cells) - len(tidy(cells)))]
    table = landing.new_table()
    body = _body([*first[top + 1 :]], rows, top + 2)
    n_rows = landing.fill(table, len(headers), _kept(body, headers, f"{file}!{name}", landing))
    return RawSheet(table, file, name, headers, n_rows, "", place)


def _body(start: list, rest: Iterator, line: int) -> Iterator[tuple[int, list[str | None]]]:
    for row in start:
        yield line, row
        line += 1
    for row in rest:
        yield line, row
        line += 1


def _kept(rows, headers: list[str], file: str, landing: Landing):
    """Rows that hold data; totals and repeated headers are set aside, blank rows passed over."""
    for line, cells in rows:
        if not any(cells):
            continue
        texts = [cell or "" for cell in cells]
        if is_totals(texts):
            landing.reject(file, line, "\t".join(texts), "totals row")
        elif [text.strip() for text in texts] == headers:
            landing.reject(file, line, "\t".join(texts), "the header once more")
        else:
            yield line, cells
