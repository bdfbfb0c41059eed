"""Committed notebooks: run in place, the same bytes every time, untouched if they do not run."""

import nbformat
import pytest
from tiny import code, prose, write

from opsmodel.errors import RenderError
from opsmodel.render.refresh import refresh


def test_a_refreshed_notebook_holds_its_outputs_and_nothing_of_the_run(tmp_path):
    cells = (
        prose("# T"),
        code("n = 2\nlang = 'en'", "parameters"),
        code("import os\nprint(n, 'OPSMODEL_BATCH' in os.environ)"),
    )
    path = write(tmp_path / "book.ipynb", *cells)
    assert refresh(path) is True
    book = nbformat.read(path, as_version=4)
    assert [cell.get("execution_count") for cell in book.cells] == [None, 1, 2]
    assert book.cells[2].outputs[0].text == "2 False\n"
    assert [dict(cell.metadata) for cell in book.cells] == [{}, {"tags": ["parameters"]}, {}]
    assert set(book.metadata) == {"kernelspec", "language_info"}
    assert refresh(path) is False
    assert [found.name for found in tmp_path.iterdir()] == ["book.ipynb"]


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path):
    path = write(tmp_path / "book.ipynb", code("a = 1\n1 / 0"))
    before = path.read_bytes()
    with pytest.raises(RenderError, match="ZeroDivisionError"):
        refresh(path)
    assert path.read_bytes() == before
