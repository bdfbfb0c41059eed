"""Every page for clients with little to show: two tables only, one store, a pilot of some days."""

import ast
import json
from pathlib import Path

import pytest
from test_story import TABLES, exports

from opsmodel import decisions, open_client, wording
from opsmodel.intake.build import intake
from opsmodel.intake.sample import Service, chain

PAGES = ("0_chain", "1_investigate", "2_train", "3_design", "4_coach")
CASES = [
    *[("two tables", page) for page in PAGES],
    *[("one store", page) for page in PAGES],
    *[("a young pilot", page) for page in ("3_design", "4_coach")],
]
STORES = {"two tables": 2, "one store": 1, "a young pilot": 4}
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.fixture(scope="module")
def client(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "client"
    sample = chain(
        "tea", n_stores=STORES[request.param], n_customers=80, start="2024-07-01", end="2025-06-29", seed=5,
        service=Service(since="2024-10-01"),
    )  # fmt: skip
    exports(sample, folder)
    for name in set(TABLES) - {"orders", "customers"} if request.param == "two tables" else ():
        (folder / "raw" / f"{name}.csv").unlink()
    intake(folder, progress=False)
    if request.param == "a young pilot":
        decisions.register_pilot(
            open_client(folder), stores=["S001"], start="2025-06-26", weeks=8, kpi="revenue",
            smallest_effect=0.1, stop_rule="loss", owner="COO", late=True,
        )  # fmt: skip
    yield folder
    wording.use("en")


@pytest.mark.parametrize(("client", "page"), CASES, indirect=["client"])
@pytest.mark.filterwarnings("ignore")
def test_a_page_leaves_out_what_it_cannot_tell_and_stands(client, page):
    cells = json.loads((NOTEBOOKS / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    cells = [cell for cell in cells if cell["cell_type"] == "code"]
    run: dict = {"display": lambda *shown: [_shown(each) for each in shown]}
    for cell in cells:
        steps = ast.parse("".join(cell["source"])).body
        for step in steps:
            if isinstance(step, ast.Expr):
                _shown(eval(compile(ast.Expression(step.value), page, "eval"), run))
            else:
                exec(compile(ast.Module([step], []), page, "exec"), run)
        if "parameters" in cell["metadata"].get("tags", []):
            run |= {"client": str(client), "lang": "en"} | ({"store": "S001"} if "store" in run else {})


def _shown(value) -> None:
    """As a notebook shows it."""
    for name in ("_repr_mimebundle_", "_repr_html_", "__repr__"):
        if value is not None and hasattr(value, name):
            getattr(value, name)()
            return
