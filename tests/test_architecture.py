"""The arrows between the rooms of the package run one way."""

import ast
from pathlib import Path

import pytest

import opsmodel

PACKAGE = Path(opsmodel.__file__).parent

BASE = {"errors", "wording", "numbers"}
CONTRACT = {*BASE, "intake.contract", "intake.kpis"}
STEPS = {
    "metrics.rates",
    "metrics.shrinkage",
    "metrics.survival",
    "metrics.occasions",
    "metrics.starts",
    "metrics.counting",
    "metrics.ageing",
    "metrics.contributions",
    "metrics.journeys",
    "metrics.quiet",
    "metrics.scope",
    "metrics.absent",
}
INTAKE = {"intake"}
ABOVE_METRICS = {*CONTRACT, "metrics"}

# room or file -> what it may import of ours (a room's name allows all files in it); the longest name wins;
# the files of a package inside a room may import each other
MAY_IMPORT = {
    "errors": set(),
    "wording": {"errors"},
    "numbers": {"wording"},
    "intake.contract": {"errors"},
    "intake.kpis": {"errors"},
    "intake": {*CONTRACT, *INTAKE, "metrics.occasions"},
    "metrics.rates": set(),
    "metrics.shrinkage": {"metrics.rates"},
    "metrics.contributions": {"errors"},
    "metrics.survival": {*CONTRACT, "metrics.rates"},
    "metrics.occasions": CONTRACT,
    "metrics.starts": {*CONTRACT, "metrics.occasions"},
    "metrics.counting": {"errors", "metrics.rates"},
    "metrics.ageing": {"metrics.starts", "metrics.occasions"},
    "metrics.scope": CONTRACT,
    "metrics.quiet": {*CONTRACT, "metrics.occasions", "metrics.counting"},
    "metrics.absent": CONTRACT,
    "metrics.referral": {*CONTRACT, *STEPS, "metrics.referral"},
    "metrics.leads": {*CONTRACT, *STEPS, "metrics.leads"},
    "metrics": {*CONTRACT, *STEPS},
    "metrics.channels": {*CONTRACT, *STEPS, "metrics.channels"},
    "metrics.segments": {*CONTRACT, *STEPS, "metrics.segments", "intake.rules"},
    "metrics.ladder": {*CONTRACT, *STEPS, "metrics.ladder"},
    "metrics.reconcile": {*CONTRACT, *STEPS, "metrics.reconcile"},
    "advice": {*ABOVE_METRICS, "advice"},
    "display": {*CONTRACT, "metrics.rates", "display"},
    "display.explore": {*ABOVE_METRICS, "display"},
    "display.practice": {*ABOVE_METRICS, "display"},
    "render": {*BASE, "render"},
    "reports": {*BASE, "intake", "render"},
    "lists": {
        *CONTRACT,
        "intake",
        "metrics.leads",
        "metrics.referral",
        "display.headings",
        "render.files",
        "lists",
    },
    "workshop": {"render"},
    "__main__": {*BASE, "workshop", "intake", "reports", "lists"},
}


def _files():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def _imports(path: Path) -> set[str]:
    """Names below `opsmodel` that the file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            deeper = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if _exists(name) else node.module for name in deeper}
    return {name.removeprefix("opsmodel.") for name in found if name.startswith("opsmodel.")}


def _exists(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def _allowed(name: str) -> set[str]:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if (room := ".".join(parts[:length])) in MAY_IMPORT:
            return MAY_IMPORT[room]
    raise AssertionError(f"{name} has no place in the house: add it to MAY_IMPORT")


def _inside(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_a_file_imports_only_what_lies_below_it(path):
    package = _name(path).split(".")[:-1]
    allowed = _allowed(_name(path)) | ({".".join(package)} if len(package) > 1 else set())
    upward = {name for name in _imports(path) if not _inside(name, allowed)}
    assert not upward, f"{_name(path)} must not import {sorted(upward)}"


def test_importing_the_front_door_loads_no_engine():
    import subprocess
    import sys

    code = (
        "import opsmodel, sys; print([m for m in ('pandas', 'ibis', 'plotly', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
