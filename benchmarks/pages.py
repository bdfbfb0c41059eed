"""What a page costs: the import of opsmodel, and CPU seconds of a store page beyond the start of its kernel.

python benchmarks/pages.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import v4

from opsmodel import open_client
from opsmodel.intake.build import intake
from opsmodel.render import batch
from opsmodel.reports import NOTEBOOKS

PARAMETERS = 'client: str = "demo"  # client\nstore: str = "S001"  # store'
IMPORTS = "from opsmodel import benchmarks, charts, cohort, findings, funnel, open_client, repurchase, theme"


def import_seconds() -> float:
    """Wall seconds of `import opsmodel` beyond an empty interpreter, best of five."""

    def best(code: str) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    return best("import opsmodel") - best("pass")


def page_seconds(notebook: Path, out: Path) -> float:
    """CPU seconds of one page of the demo, kernel and worker included, best of three."""
    how = {"stores": ["S001"], "out": out, "jobs": 1, "force": True, "progress": False}
    runs = [batch.render("demo", notebooks=[notebook], **how)
            for _ in range(3)]  # fmt: skip
    return min(result.cpu_seconds for (result,) in runs)


def main() -> None:
    intake("demo", progress=False)
    open_client("demo")
    print(f"import opsmodel: {import_seconds():.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        out, parameters = Path(folder), v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        costs = {}
        for name, cells in {"empty": [], "imports": [v4.new_code_cell(IMPORTS)]}.items():
            path = out / f"{name}.ipynb"
            nbformat.write(v4.new_notebook(cells=[parameters, *cells]), path)
            costs[name] = page_seconds(path, out)
        costs["page"] = page_seconds(NOTEBOOKS / "1_investigate.ipynb", out)
    print("CPU seconds a page, and beyond kernel start:")
    for name, seconds in costs.items():
        print(f"  {name:8} {seconds:5.2f}  {seconds - costs['empty']:5.2f}")


if __name__ == "__main__":
    main()
