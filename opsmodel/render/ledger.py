"""What was rendered, from what: an append-only ledger, and the manifest drawn from it."""

import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from opsmodel.render.files import write_whole
from opsmodel.render.parameters import source, tags

PACKAGES = ("opsmodel", "duckdb", "ibis-framework", "ipykernel", "nbconvert", "pandas", "papermill", "plotly")
_COUNTED = (".py", ".po", ".yaml", ".j2", ".css", ".js", ".json")


def key(notebook: Mapping, *, parameters: Mapping, data_version: str, page: Mapping) -> str:
    """What a report depends on, as a hash: equal keys, equal reports.

    notebook      its cells: type, tags and source count; ids, outputs and metadata do not
    parameters    as injected
    data_version  of the client's database and engagement
    page          what else is written on the page: titles, single file or not
    """
    cells = [[cell["cell_type"], tags(cell), source(cell)] for cell in notebook["cells"]]
    parts = [cells, dict(parameters), data_version, dict(page), code_version(), versions()]
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def code_version() -> str:
    """A hash over the package's own files, so that a change in the code makes reports again."""
    package = Path(__file__).parent.parent
    digest = sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in _COUNTED:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def versions() -> dict[str, str]:
    """package -> installed version, of those a report's numbers and looks depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def append(path: Path, row: Mapping) -> None:
    """Add one line. The parent process is the only writer."""
    line = json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace")
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, 2)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line + b"\n")


def latest(path: Path) -> dict[str, dict]:
    """output -> its last row; a line cut short by a killed run is passed over."""
    rows: dict[str, dict] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                row = json.loads(line)
                rows[row["output"]] = row
            except (ValueError, KeyError, TypeError):
                continue
    return rows


def write_manifest(folder: Path, rows: Iterable[Mapping], scratch: Path, **about: object) -> None:
    """Write manifest.json: a row a report with parameters, versions, status, seconds and error."""
    content = {**about, "jobs": sorted(rows, key=lambda row: row["output"])}
    write_whole(folder / "manifest.json", json.dumps(content, ensure_ascii=False, indent=1), scratch)
