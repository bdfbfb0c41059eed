"""In which encoding a text file is written, proven by reading all of it."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from opsmodel.errors import IntakeError

_BLOCK = 1 << 22
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROOF = 12  # bytes beyond ASCII that are UTF-8 by chance: next to impossible


@dataclass(frozen=True)
class Encoding:
    """name: as Python calls it. n_lines: lines up to the last one with text, if it is UTF-8, else None."""

    name: str
    n_lines: int | None = None

    @property
    def is_utf8(self) -> bool:
        return self.name in ("utf-8", "utf-8-sig")


def detect(path: Path, file: str) -> Encoding:
    """The encoding of a text file: UTF-8 (with or without BOM), UTF-16 or GB18030 (which contains GBK).

    file  name to use in an error

    The whole file is decoded once, in blocks, so that a bad byte in the last line is found now. A file that
    is UTF-8 up to a damaged place is an error, not GB18030.

    Raises IntakeError if it is none of these.
    """
    with path.open("rb") as source:
        head = source.read(1 << 16)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    name = marked or _by_zeros(head) or "utf-8"
    if name.startswith("utf-8"):
        bad, seen, n_lines = _read_utf8(path)
        if bad is None:
            return Encoding(name, n_lines)
        if marked or seen >= _PROOF:
            raise _damaged(file, "UTF-8", path, bad)
        name = "gb18030"
    bad = _first_bad(path, name)
    if bad is not None:
        raise _damaged(file, "UTF-8 nor GB18030" if name == "gb18030" else name.upper(), path, bad)
    return Encoding(name)


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of ASCII text is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 < len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _read_utf8(path: Path) -> tuple[int | None, int, int]:
    """(offset of the first bad byte or None, bytes beyond ASCII before it, lines)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = beyond = newlines = n_lines = 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                start = error.start - waiting
                return offset + start, beyond + _beyond_ascii(block[: max(start, 0)]), n_lines
            if not block.isascii():
                beyond += _beyond_ascii(block)
            filled = block.rstrip(b"\r\n\t ")
            if filled:
                n_lines = newlines + filled.count(b"\n") + 1
            newlines += block.count(b"\n")
            offset += len(block)
    if decoder.getstate()[0]:
        return offset - len(decoder.getstate()[0]), beyond, n_lines
    return None, beyond, n_lines


def _beyond_ascii(block: bytes) -> int:
    return len(block) - len(block.decode("ascii", "ignore")) if not block.isascii() else 0


def _first_bad(path: Path, name: str) -> int | None:
    """Offset of the first byte that the encoding does not know; None if there is none."""
    decoder = codecs.getincrementaldecoder(name)()
    offset = 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            waiting = len(decoder.getstate()[0]) if isinstance(decoder.getstate()[0], bytes) else 0
            try:
                decoder.decode(block)
            except UnicodeError as error:
                return offset - waiting + getattr(error, "start", 0)
            offset += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return offset
    return None


def _damaged(file: str, name: str, path: Path, offset: int) -> IntakeError:
    with path.open("rb") as source:
        line, left = 1, offset
        while left > 0 and (block := source.read(min(_BLOCK, left))):
            line += block.count(b"\n")
            left -= len(block)
        source.seek(max(offset, 0))
        bad = source.read(4)
    return IntakeError(
        f"{file} is not text in {name}.",
        found=f"bytes {bad.hex(' ')} in line {line} (byte {offset + 1})",
        fix="export it again as CSV UTF-8 or as .xlsx, or repair that line.",
    )
