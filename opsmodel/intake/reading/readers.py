"""Raw exports of any usual kind, as text tables in DuckDB that remember their lines."""

import tempfile
import zipfile
from pathlib import Path

import duckdb

from opsmodel.errors import IntakeError
from opsmodel.intake.reading.archives import GZIP, unpack
from opsmodel.intake.reading.delimited import read_text
from opsmodel.intake.reading.landing import Landing
from opsmodel.intake.reading.parquets import read_parquet
from opsmodel.intake.reading.sheet import RawSheet
from opsmodel.intake.reading.spreadsheets import read_workbook

__all__ = ["RawSheet", "read_folder"]

_IGNORED_NAMES = {"thumbs.db", "desktop.ini", "__macosx"}
_IGNORED_ENDS = (".tmp", ".part", ".crdownload", ".bak", "~")
_TEXT = {".csv", ".tsv", ".txt", ".tab", ".xls", ".xlsx"}  # some systems export text named .xls
_WORKBOOK = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et"}


def read_folder(folder: Path, con: duckdb.DuckDBPyConnection, scratch: Path | None = None) -> list[RawSheet]:
    """Every table found in the files of a folder, sorted by file and sheet.

    CSV, TSV and TXT (UTF-8, UTF-16, GB18030/GBK; comma, tab, semicolon or bar), Excel, Parquet, and these
    zipped or gzipped. What a file is, is seen from its content before its name. Hidden, lock and temporary
    files are passed over.

    folder   the client's raw folder; folders inside it are read too
    con      receives one table (or view) for each RawSheet, and the table `rejected`: file, line, text,
             reason — one row for every row that is no data (totals, repeated headers) or that could not be
             split into the columns of its header
    scratch  folder for unpacked and transcoded copies, which are removed again; the system's by default

    n_rows of all sheets + rows of `rejected` + title, header and blank rows = rows in the files.

    Raises IntakeError if the folder holds no export, or a file is empty, damaged, encrypted, in an unknown
    encoding or of an unknown kind. Nothing outside `con` and `scratch` is written.
    """
    files = sorted(_exports(folder))
    if not files:
        raise IntakeError(
            f"there is no export in {folder}.",
            found="no such folder" if not folder.is_dir() else "no file to read",
            fix="put the client's CSV, Excel or Parquet exports there.",
        )
    landing = Landing(con)
    with landing.settings(), tempfile.TemporaryDirectory(dir=scratch, prefix="opsmodel_") as name:
        sheets = [
            sheet
            for path in files
            for sheet in _read(path, path.relative_to(folder).as_posix(), landing, Path(name))
        ]
    landing.flush()
    return sheets


def _exports(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(_ignored(part) for part in path.relative_to(folder).parts)
    ]


def _ignored(name: str) -> bool:
    return (
        (name.startswith((".", "~$")) and name != "..")
        or name.casefold() in _IGNORED_NAMES
        or name.casefold().endswith(_IGNORED_ENDS)
    )


def _read(path: Path, file: str, landing: Landing, scratch: Path, packed: bool = False) -> list[RawSheet]:
    try:
        kind = _kind(path, file)
        if kind == "parquet":
            return [read_parquet(path, file, landing)]
        if kind == "workbook":
            return read_workbook(path, file, landing)
        if kind == "text":
            return [read_text(path, file, landing, scratch)]
    except OSError as error:
        raise IntakeError(
            f"{file} cannot be read.", found=str(error), fix="check that it is there and open to you."
        ) from error
    if packed:
        raise IntakeError(
            f"{file} is an archive inside an archive.", found=path.suffix, fix="unpack it by hand into raw/."
        )
    inside = scratch / f"{landing.new_table()}_unpacked"
    inside.mkdir()
    return [
        sheet
        for name, member in unpack(path, file, inside)
        if not any(_ignored(part) for part in name.replace("\\", "/").split("/"))
        for sheet in _read(member, f"{file}!{name}", landing, scratch, packed=True)
    ]


def _kind(path: Path, file: str) -> str:
    """parquet, workbook, text or archive, by the first bytes and then by the name."""
    with path.open("rb") as source:
        head = source.read(512)
    suffix = Path(file).suffix.casefold()
    if not head.strip():
        raise IntakeError(f"{file} is empty.", found=f"{path.stat().st_size} bytes", fix="export it again.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return "workbook" if suffix in _WORKBOOK or _is_workbook(path) else "archive"
    if head.startswith(GZIP):
        return "archive"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise IntakeError(
            f"{file} is a web page or XML, not a table.",
            found=head[:40].decode("utf-8", "replace"),
            fix="open it in Excel and save it as .xlsx.",
        )
    if suffix in _TEXT and not head.startswith((b"%PDF", b"Rar!", b"7z\xbc\xaf")):
        return "text"
    raise IntakeError(
        f"{file} is of an unknown kind.",
        found=f"{suffix or 'no ending'}, first bytes {head[:4].hex(' ')}",
        fix="export CSV, Excel or Parquet, or a zip of these, or move it out of raw/.",
    )


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False
