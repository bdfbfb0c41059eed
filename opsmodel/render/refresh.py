"""Notebooks as they are committed: run with default parameters, outputs small and always the same."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryFile

import nbformat

from opsmodel.errors import RenderError
from opsmodel.render import engine
from opsmodel.render.files import open_scratch, scratch_in, write_whole

KEPT = ("tags", "jupyter", "slideshow")


def refresh(path: Path) -> bool:
    """Run the notebook in place; True if its outputs changed.

    It runs as it would in JupyterLab, not as a batch report. Only tags stay in the cells' metadata:
    times, widget states and machine details would make every run a difference.

    Raises RenderError if it does not run to its end; the file is then as it was.
    """
    path = path.resolve()
    before = path.read_text(encoding="utf-8")
    with TemporaryFile("w+b") as log:
        outcome = engine.run(
            path,
            {},
            limits=engine.Limits(),
            environment=dict(os.environ),
            kernel_log=log,
            keep=lambda _: None,
        )
    if outcome.status != "ok":
        raise RenderError(
            f"{path.name} does not run to its end.",
            found=f"{outcome.status}: {outcome.error}",
            fix="open it in JupyterLab and repair the cell that fails.",
        )
    after = nbformat.writes(committed(outcome.notebook), version=4) + "\n"
    if after == before:
        return False
    scratch = scratch_in(path.parent)
    open_scratch(scratch)
    try:
        write_whole(path, after, scratch)
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)
    return True


def committed(notebook):
    """The notebook without what differs from run to run or machine to machine."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        kept = {name: cell.metadata[name] for name in KEPT if cell.metadata.get(name)}
        cell.metadata = nbformat.from_dict(kept)
    return notebook
