"""A delimited text split line by line: what fits the header is written clean, the rest is set aside."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from opsmodel.intake.reading.headers import PUNCTUATION, TOTALS, is_totals
from opsmodel.intake.reading.landing import Landing

_MOST_LINES = 200  # of one record; a quote still open then was never meant to open
_LONGEST = 1_000_000  # characters of one record
_ONE_WRITE = 20_000  # lines
_Line = tuple[int, str]


def rewrite(path: Path, encoding: str, layout, file: str, landing: Landing, copy: Path) -> None:
    """Write `copy`: UTF-8, one record a row, the line number in front; reject what does not fit.

    A record may run over several lines inside quotes; it has the number of its first line. Cells beyond
    the header are let go if they are empty. Line endings of any kind end a line.
    """
    delimiter, commas = layout.delimiter, len(layout.headers) - 1
    suspects = _suspects(delimiter, layout.headers)
    with path.open(encoding=encoding) as source, copy.open("w", encoding="utf-8", newline="") as sink:
        returned: deque[_Line] = deque()
        unread = islice(enumerate(source, start=1), layout.header_line, None)
        done: list[str] = []
        for number, line in _numbered(unread, returned):
            if len(done) >= _ONE_WRITE:
                _write(sink, done)
            plain = line.count(delimiter) == commas and '"' not in line and line[0] not in suspects
            if plain and len(line) <= _LONGEST:
                done.append(f"{number}{delimiter}{line}")
                continue
            following = _following(unread, returned)
            cells, text, reason, unused = _split(line.removesuffix("\n"), following, delimiter)
            returned.extendleft(reversed(unused))
            if not reason and not any(cell.strip() for cell in cells):
                continue
            reason = reason or _verdict(cells, layout.headers)
            if reason:
                landing.reject(file, number, text, reason)
            else:
                done.append(_joined([str(number), *cells[: commas + 1]], delimiter))
        _write(sink, done)
    landing.flush()


def _numbered(unread: Iterator[_Line], returned: deque[_Line]) -> Iterator[_Line]:
    for entry in unread:
        yield entry
        while returned:
            yield returned.popleft()


def _following(unread: Iterator[_Line], returned: deque[_Line]) -> Iterator[_Line]:
    while returned:
        yield returned.popleft()
    yield from unread


def _write(sink: TextIO, done: list[str]) -> None:
    if done and not done[-1].endswith("\n"):  # the last line of a file
        done[-1] += "\n"
    sink.write("".join(done))
    done.clear()


def _joined(cells: list[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _suspects(delimiter: str, headers: list[str]) -> set[str]:
    """First letters of lines that may be blank, totals or the header again: these take the slow way."""
    words = [*TOTALS, *(word.title() for word in TOTALS), *(word.upper() for word in TOTALS), headers[0]]
    return {word[0] for word in words if word} | set(PUNCTUATION) | {delimiter, "\n"}


def _split(line: str, following: Iterator[_Line], delimiter: str) -> tuple[list[str], str, str, list[_Line]]:
    """(cells, text, reason why not, lines to read again) of the record that begins on this line."""
    if len(line) > _LONGEST:
        return [], line, f"longer than {_LONGEST} characters", []
    taken = [line]
    after: list[_Line] = []
    for entry in chain([None], following):
        if entry is not None:
            after.append(entry)
            taken.append(entry[1].removesuffix("\n"))
            if '"' not in entry[1] and len(taken) < _MOST_LINES:
                continue
        text = "\n".join(taken)
        try:
            rows = list(csv.reader([text], delimiter=delimiter, strict=True))
            if len(text) > _LONGEST:
                break
            return (rows[0] if rows else []), text, "", []
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                return [], line, "a quote that neither opens nor closes a cell", after
        if len(taken) >= _MOST_LINES:
            break
    return [], line, "a quote is opened and not closed", after


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
