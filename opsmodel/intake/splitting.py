"""A delimited text split line by line: what fits the header is written clean, the rest is set aside."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO

from opsmodel.intake.headers import TOTALS, is_totals
from opsmodel.intake.landing import Landing

_MOST_LINES = 200  # of one record; a quote still open then was never meant to open
_LONGEST_LINE = 1_000_000
_MAYBE_TOTALS = re.compile(rf"[\s,;|\"*【(（\[]*(?:{'|'.join(TOTALS)})", re.IGNORECASE)


def rewrite(path: Path, encoding: str, layout, file: str, landing: Landing, copy: Path) -> None:
    """Write `copy`: UTF-8, one record a row, the line number in front; reject what does not fit.

    A record may run over several lines inside quotes; it has the number of its first line. Cells beyond
    the header are let go if they are empty.
    """
    delimiter, width = layout.delimiter, len(layout.headers)
    with (
        path.open(encoding=encoding, newline=layout.newline) as source,
        copy.open("w", encoding="utf-8", newline="") as sink,
    ):
        lines = _Lines(source, layout.header_line)
        writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
        for number, line in lines:
            plain = '"' not in line and "\r" not in line and line.count(delimiter) == width - 1
            if plain and not _suspicious(line, delimiter, layout.headers):
                sink.write(f"{number}{delimiter}{line}\n")
                continue
            cells, text, reason = _split(number, line, lines, delimiter)
            if not any(cell.strip() for cell in cells) and not reason:
                continue
            reason = reason or _verdict(cells, layout.headers)
            if reason:
                landing.reject(file, number, text, reason)
            else:
                writer.writerow([number, *cells[:width]])
    landing.flush()


class _Lines:
    """Numbered lines without their endings, some of which can be given back."""

    def __init__(self, source: TextIO, done: int):
        self._lines = enumerate((line.rstrip("\r\n") for line in source), start=1)
        for _, _line in zip(range(done), self._lines, strict=False):
            pass
        self._returned: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._returned.popleft() if self._returned else next(self._lines)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._returned.extendleft(reversed(lines))


def _suspicious(line: str, delimiter: str, headers: list[str]) -> bool:
    """True if the line may be blank, a totals row, the header again, or too long."""
    start = line[:1]
    if start in ("", delimiter, " ", "\t") and not line.strip(f"{delimiter} \t\u3000"):
        return True
    if _MAYBE_TOTALS.match(line) or len(line) > _LONGEST_LINE:
        return True
    return (
        bool(headers[0])
        and line.startswith(headers[0])
        and [cell.strip() for cell in line.split(delimiter)] == headers
    )


def _split(number: int, line: str, lines: _Lines, delimiter: str) -> tuple[list[str], str, str]:
    """(cells, text, reason why not) of the record that begins on this line."""
    if len(line) > _LONGEST_LINE:
        return [], line, f"longer than {_LONGEST_LINE} characters"
    taken = [line]
    after: list[tuple[int, str]] = []
    for number_after, next_line in chain([(number, None)], lines):
        if next_line is not None:
            after.append((number_after, next_line))
            taken.append(next_line)
            if '"' not in next_line and len(taken) < _MOST_LINES:
                continue
        text = "\n".join(taken)
        try:
            rows = list(csv.reader([text], delimiter=delimiter, strict=True))
            return (rows[0] if rows else []), text, ""
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                lines.give_back(after)
                return [], line, "a quote that neither opens nor closes a cell"
        if len(taken) >= _MOST_LINES:
            break
    lines.give_back(after)
    return [], line, "a quote is opened and not closed"


def _verdict(cells: list[str], headers: list[str]) -> str:
    """Why the row is no data, or empty."""
    width = len(headers)
    if is_totals(cells):
        return "totals row"
    if [cell.strip() for cell in cells[:width]] == headers:
        return "the header once more"
    if len(cells) < width:
        return f"{len(cells)} columns instead of {width}"
    if any(cell.strip() for cell in cells[width:]):
        return f"{len(cells)} columns instead of {width}"
    return ""
