"""What a page costs: the import of opsmodel, and CPU seconds of a store page beyond the start of its kernel.

python benchmarks/pages.py
"""

import os
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
from opsmodel.render.kernels.provisioner import CHOICE
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
    """CPU seconds of one page of the demo, kernel and worker included: the least of six stores'."""
    stores = [f"S00{number}" for number in range(1, 7)]
    results = batch.render(
        "demo", notebooks=[notebook], stores=stores, out=out, jobs=1, force=True, progress=False
    )
    return min(result.cpu_seconds for result in results)


def costs() -> dict[str, float]:
    """CPU seconds of a page without cells, with the imports only, and of the store's diagnosis."""
    with tempfile.TemporaryDirectory() as folder:
        out, parameters = Path(folder), v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        found = {}
        for name, cells in {"empty": [], "imports": [v4.new_code_cell(IMPORTS)]}.items():
            path = out / f"{name}.ipynb"
            nbformat.write(v4.new_notebook(cells=[parameters, *cells]), path)
            found[name] = page_seconds(path, out)
        return found | {"page": page_seconds(NOTEBOOKS / "1_investigate.ipynb", out)}


def main() -> None:
    intake("demo", progress=False)
    open_client("demo")
    print(f"import opsmodel: {import_seconds():.2f} s")
    for how in ("forked", "cold"):
        if how == "cold":
            os.environ[CHOICE] = "local-provisioner"
        found = costs()
        print(f"CPU seconds a page, kernel {how}, and beyond kernel start:")
        for name, seconds in found.items():
            print(f"  {name:8} {seconds:5.2f}  {seconds - found['empty']:5.2f}")


if __name__ == "__main__":
    main()
