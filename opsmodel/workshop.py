"""What the people who work on opsmodel do: set up, test, time, refresh the notebooks, open the lab.

Only the standard library is imported here, so that `python3 -m opsmodel setup` runs on a bare machine.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
VENV = ROOT / ".venv"

TEST_STEPS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("opsmodel", "intake", "demo"),  # once, before several tests want it at a time
    ("pytest", "-n", "2", "--dist", "loadfile"),
    ("pytest", "--nbval", "--nbval-cell-timeout", "120", "-n", "2", "--dist", "loadscope", "notebooks"),
)


def setup(extra: str = "") -> int:
    """Make `.venv` with the pinned packages, and those of an extra: test, bench or completejourney."""
    if not VENV.exists():
        venv.create(VENV, with_pip=True)
    pip = [str(_python(VENV)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    print(f"installing packages into {VENV.name} (about a minute)", file=sys.stderr, flush=True)
    wanted = (
        ["--constraint", "requirements-test.txt", "--editable", f".[{extra}]"]
        if extra
        else ["--requirement", "requirements.txt", "--editable", "."]
    )
    if failed := _run([*pip, *wanted]):
        return failed
    (VENV / f".ready{extra}").touch()
    return 0


def test() -> int:
    """Run every gate in turn, as CI does; stop at the first that fails."""
    return next((code for step in TEST_STEPS if (code := _module(*step))), 0)


def bench(rows: int | None = None) -> int:
    """Time the calculations against their peers; prints ratios and peak memory."""
    size = [] if rows is None else ["--rows", str(rows)]
    scripts = sorted((ROOT / "benchmarks").glob("[a-z]*.py"))
    return next((code for script in scripts if (code := _run([sys.executable, str(script), *size]))), 0)


def peer(package: str, *beside: str) -> Path:
    """The Python of an environment of its own for a peer that wants other versions than ours, made once.

    beside  further packages the peer needs to read our files

    Raises CalledProcessError where pip cannot install it.
    """
    home = ROOT / "build" / package
    python, ready = _python(home), home / ".ready"
    if not ready.exists():
        print(f"installing {package} into build/{package}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, package, *beside], check=True, capture_output=True, text=True)
        ready.touch()
    return python


def _python(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def notebooks() -> int:
    """Run every notebook with its default parameters and save its outputs, small and deterministic."""
    from opsmodel.render.refresh import refresh

    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        print(f"running {path.name}", file=sys.stderr, flush=True)
        refresh(path)
    return 0


def lab() -> int:
    """Open JupyterLab on the notebooks."""
    return _run([sys.executable, "-m", "jupyterlab", str(NOTEBOOKS)])


def lock() -> int:
    """Pin the packages again: requirements.txt for users, requirements-test.txt for the tests."""
    note = "# made by `make lock` from pyproject.toml; edit that, not this\n"
    compile_pins = ["uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--no-header"]
    compile_pins += ["--no-annotate", "--python-version", "3.11", "pyproject.toml"]
    for pins, more in (("requirements.txt", []), ("requirements-test.txt", ["--extra", "test"])):
        if failed := _module(*compile_pins, *more, "--output-file", pins):
            return failed
        (ROOT / pins).write_text(note + (ROOT / pins).read_text())
    return 0


def clean() -> int:
    """Remove what was generated: reports, tables kept for the chain and the clients' databases."""
    folders = [
        ROOT / "reports",
        ROOT / "build",
        *ROOT.glob("data/*/quarantine"),
        *ROOT.glob("data/*/kept"),
    ]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    for database in ROOT.glob("data/*/client.duckdb"):
        database.unlink()
    return 0


def _module(name: str, *arguments: str) -> int:
    return _run([sys.executable, "-m", name, *arguments])


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode
