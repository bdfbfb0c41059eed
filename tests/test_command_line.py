"""Every bad request ends in three lines and exit code 2, and writes nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "opsmodel", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def files(folder: Path) -> dict[str, float]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["check", "demmo"], "demmo"),
        (["render", "demo", "--stores", "S999"], "S999"),
        (["render", "demo", "-p", "as_of=1999-01-01"], "1999-01-01"),
        (["render", "demo", "-p", "within_dayz=30"], "within_dayz"),
        (["render", "demo", "-p", "within_days=soon"], "within_days"),
        (["render", "demo", "-p", "within_days"], "within_days"),
        (["render", "demo", "--notebook", "9_nothing"], "9_nothing"),
    ],
)
def test_a_bad_request_is_three_lines_exit_code_2_and_nothing_written(tmp_path, arguments, wrong):
    before = files(ROOT / "reports")
    extra = ["--out", str(tmp_path)] if arguments[0] == "render" else []
    done = run(*arguments, *extra)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("demo: ")]  # progress
    assert done.returncode == 2, done.stderr
    assert len(lines) == 3, done.stderr
    assert re.match(r"\w+Error: ", lines[0])
    assert wrong in done.stderr
    assert lines[1].startswith("  found: ")
    assert lines[2].startswith("  fix: ")
    assert files(tmp_path) == {}
    assert files(ROOT / "reports") == before


def test_help_names_every_target_of_make_as_a_verb():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE))
    verbs = set(re.findall(r"^    (\w+)", run("--help").stdout, flags=re.MULTILINE))
    assert targets - {"help", "reports"} <= verbs
    assert "render" in verbs
