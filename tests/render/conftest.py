"""One batch run that many tests look at."""

from pathlib import Path

import pytest
from tiny import DATA_VERSION, MISBEHAVE, PARAMETERS, PLOD, SHOW, STORES, code, prose, write

from opsmodel.render import batch


@pytest.fixture(scope="session")
def notebook(tmp_path_factory) -> Path:
    return write(
        tmp_path_factory.mktemp("notebooks") / "1_tiny.ipynb",
        prose("# Where do we lose them?", "lang-en"),
        prose("# 顾客在哪里流失？", "lang-zh"),
        code(PARAMETERS, "parameters"),
        code("print('started', store)"),
        code(MISBEHAVE),
        *[code(PLOD) for _ in range(3)],
        code(SHOW),
    )


@pytest.fixture(scope="session")
def run(notebook, tmp_path_factory):
    """Seven stores, of which two are well: what came back, and the folder of the reports."""
    out = tmp_path_factory.mktemp("reports")
    results = batch.render(
        "demo",
        notebooks=[notebook],
        stores=STORES,
        store_names={"S001": "<b>North</b>"},
        out=out,
        data_version=DATA_VERSION,
        progress=False,
        cell_timeout=6,
        notebook_timeout=9,
    )
    return {result.store_id: result for result in results}, out / "demo"
