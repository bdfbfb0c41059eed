"""Kernels forked from a warm process behave like cold ones, and none outlives its run."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import alive, code, wait_for, write

from opsmodel.render import batch
from opsmodel.render.kernels.provisioner import ADDRESS, CHOICE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels always start cold")

PARAMETERS = code('store: str = ""\nlang: str = "zh"', "parameters")
LOOK = f"""
import os, signal, sys, threading
import pandas as pd
import plotly.io as pio

print(sys.path, os.getcwd(), __name__, sys.argv[0].rsplit("/")[-1])
print(pio.renderers.default, pd.get_option("display.max_columns"), pd.get_option("display.width"))
print(sorted(name for name in globals() if not name.startswith("_")))
print(signal.getsignal(signal.SIGINT), threading.main_thread() is threading.current_thread(), os.isatty(0))
print(sorted(set(os.environ) - {{"{ADDRESS}", "{CHOICE}"}}))
pd.DataFrame({{column: range(3) for column in "abcdefghijklmnopqrstuvwxyz"}})
"""
FIGURE = "import plotly.graph_objects as go\ngo.Figure(go.Bar(y=[1, 2, 3]))"


def rendered(folder: Path, *cells, stores=("A", "B")) -> list[batch.Result]:
    """The results of a notebook of these cells, one a store."""
    folder.mkdir(exist_ok=True)
    notebook = write(folder / "look.ipynb", PARAMETERS, *cells)
    return batch.render("demo", notebooks=[notebook], stores=stores, out=folder, progress=False)


def shown(result: batch.Result) -> list:
    """What each code cell printed, in one piece, and what else it showed."""
    notebook = json.loads(result.page.with_suffix(".ipynb").read_text(encoding="utf-8"))
    cells = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [
        (
            "".join("".join(part.get("text", [])) for part in parts),
            [part["data"] for part in parts if "data" in part],
        )
        for parts in cells
    ]


def printed(result: batch.Result) -> str:
    """What the last cell printed."""
    return shown(result)[-1][0].strip()


def test_a_forked_kernel_shows_what_a_cold_one_shows(tmp_path, monkeypatch):
    mixed = code('print("first")\ndisplay(1)\nprint("then")\nimport sys\nprint("aside", file=sys.stderr)\n2')
    cells = [code(LOOK), code(FIGURE), mixed, code('import os\nos.system("echo from the shell")')]
    warm = rendered(tmp_path, *cells)
    monkeypatch.setenv(CHOICE, "local-provisioner")
    cold = rendered(tmp_path / "cold", *cells)
    assert all(result.ok for result in warm + cold)
    seen, expected = (json.dumps(shown(run[0])) for run in (warm, cold))
    assert seen == expected.replace(str(tmp_path / "cold"), str(tmp_path))


def test_forked_kernels_draw_different_random_numbers(tmp_path):
    drawn = code("import random, numpy as np\nprint(random.random(), np.random.random())")
    first, second = (printed(result).split() for result in rendered(tmp_path, drawn))
    assert not set(first) & set(second)


def test_several_reports_start_warm_and_a_single_one_cold(tmp_path):
    told = code(f'import os\nprint("{ADDRESS}" in os.environ)')
    assert [printed(result) for result in rendered(tmp_path, told)] == ["True", "True"]
    assert [printed(result) for result in rendered(tmp_path / "one", told, stores=["A"])] == ["False"]


def test_the_cpu_of_a_forked_kernel_counts_as_its_report_s(tmp_path):
    burn = "import time\nwhile time.process_time() < 1: pass\nprint('done')"
    assert all(result.ok and result.cpu_seconds > 1 for result in rendered(tmp_path, code(burn)))


def test_reports_stand_though_the_warm_process_is_killed(tmp_path):
    results = rendered(tmp_path, code(KILL))
    assert [result.status for result in results] == ["ok", "ok"]


KILL = """
import os
from pathlib import Path
parent = os.getppid()
if b"kernels.server" in Path(f"/proc/{parent}/cmdline").read_bytes():
    os.kill(parent, 9)
"""
STAY = """
import os, time
from pathlib import Path
Path(store).write_text(f"{os.getpid()} {os.getppid()}")
time.sleep(60)
"""
RUN = """
import sys
from pathlib import Path
from opsmodel.render import batch
home, *stores = sys.argv[1:]
batch.render("demo", notebooks=[Path(home) / "stay.ipynb"], stores=stores, out=Path(home), progress=False)
"""


def test_a_killed_run_takes_its_warm_process_and_its_kernels_along(tmp_path):
    write(tmp_path / "stay.ipynb", PARAMETERS, code(STAY))
    marks = [tmp_path / name for name in ("A", "B")]
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), *map(str, marks)])
    try:
        wait_for(lambda: all(mark.exists() and mark.read_text() for mark in marks), 60)
        kernels, parents = zip(*(map(int, mark.read_text().split()) for mark in marks), strict=True)
        assert len(set(parents)) == 1
        assert all(alive(pid) for pid in kernels + parents)
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    wait_for(lambda: not any(alive(pid) for pid in kernels + parents), 10)
