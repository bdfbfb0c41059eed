"""Zip archives and gzipped files: what is inside, unpacked safely."""

import gzip
import zipfile
import zlib
from pathlib import Path

from opsmodel.errors import IntakeError

MOST_MEMBERS = 5_000
MOST_BYTES = 50 << 30
MOST_RATIO = 500  # plain CSV packs 5 to 50 times
_FREE_BYTES = 64 << 20  # a ratio is only looked at beyond this size
_BLOCK = 1 << 20
GZIP = b"\x1f\x8b"  # how a gzipped file begins


def unpack(path: Path, file: str, scratch: Path) -> list[tuple[str, Path]]:
    """(name inside the archive, unpacked file) of every member, in the order of their names.

    A gzipped file holds one member: the file named without its last ending.

    file     name to use in errors
    scratch  folder to unpack into; names on disk are made up, so that none leads elsewhere

    Raises IntakeError if the archive is damaged, encrypted, or far larger inside than outside.
    """
    try:
        with path.open("rb") as packed:
            if packed.read(len(GZIP)) == GZIP:
                name, size = Path(file).stem, path.stat().st_size
                with gzip.open(path) as source:
                    return [(name, _unpack_one(source, size, file, name, scratch))]
        with zipfile.ZipFile(path) as archive:
            members = sorted((_name(info), info) for info in archive.infolist() if not info.is_dir())
            if len(members) > MOST_MEMBERS:
                raise _too_large(file, f"{len(members)} files inside")
            return [(name, _unpack_member(archive, info, file, name, scratch)) for name, info in members]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise IntakeError(
            f"{file} cannot be unpacked.",
            found=str(error) or type(error).__name__,
            fix="download or export it again, or unpack it by hand into raw/.",
        ) from error


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; Chinese Windows writes it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unpack_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, name: str, scratch: Path
) -> Path:
    if info.flag_bits & 1:
        raise IntakeError(
            f"{file} is protected with a password.",
            found=f"{name} inside it is encrypted",
            fix="unpack it by hand into raw/.",
        )
    with archive.open(info) as source:
        return _unpack_one(source, info.compress_size, file, name, scratch)


def _unpack_one(source, packed_size: int, file: str, name: str, scratch: Path) -> Path:
    target = scratch / f"member_{len(list(scratch.iterdir())):05d}"
    total = sum(entry.stat().st_size for entry in scratch.iterdir())
    written = 0
    with target.open("wb") as sink:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > _FREE_BYTES and written > MOST_RATIO * max(packed_size, 1):
                raise _too_large(file, f"{name} grows more than {MOST_RATIO} times")
            if total + written > MOST_BYTES:
                raise _too_large(file, f"more than {MOST_BYTES >> 30} GiB inside")
            sink.write(block)
    return target


def _too_large(file: str, found: str) -> IntakeError:
    return IntakeError(
        f"{file} is suspiciously large inside.",
        found=found,
        fix="unpack it by hand into raw/ if you trust it.",
    )
