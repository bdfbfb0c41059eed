"""Runs one notebook in its own kernel and says honestly how it ended.

papermill sets the parameters and keeps the times. Its own engine would mark every cell "completed" after a
dead kernel or a time-out, and saves after every cell, or, with saves off, leaves nothing of a failed run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from opsmodel.render.ahead import asking
from opsmodel.render.kernels.provisioner import prefer_warm
from opsmodel.render.unneeded import FORMATS, without

with without(*FORMATS, "pyarrow"):  # papermill takes all of pyarrow along, to read from Hadoop
    import nbformat
    import papermill
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from papermill.engines import NotebookExecutionManager
    from traitlets.config import Config

TRANSIENT = ("died", "no_start")
KERNEL_START = "__import__('sys').modules.setdefault('rfc3987_syntax')"


@dataclass(frozen=True)
class Limits:
    """Seconds a cell, a whole notebook and the start of a kernel may take."""

    cell: float = 300
    notebook: float = 900
    start: float = 60


@dataclass
class Outcome:
    """How a run ended, and the notebook as far as it got.

    status  ok · error · exited (left by sys.exit) · died · cell_timeout · notebook_timeout · no_start
    """

    notebook: Any
    limits: Limits
    status: str = "running"
    error: str = ""

    def end(self, status: str, error: str = "") -> None:
        self.status, self.error = status, error


def run(
    path: Path,
    parameters: dict,
    *,
    limits: Limits,
    environment: dict,
    kernel_log,
    keep: Callable,
    asks_ahead: bool = False,
) -> Outcome:
    """Run the notebook with the parameters; never raises for anything the notebook does.

    kernel_log  open file that takes what the kernel process itself prints
    asks_ahead  ask the questions of the whole chain from the last on, before the first cell that asks one
    keep        called once with the notebook if it did not end well, to save what there is
    """
    notebook = _without_outputs(nbformat.read(path, as_version=4))
    kernel_name = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    notebook = papermill.execute_notebook(
        notebook, None, parameters, prepare_only=True, kernel_name=kernel_name, language="python"
    )
    notebook.metadata.papermill.update(input_path=path.name)
    book = NotebookExecutionManager(notebook, progress_bar=False, autosave_cell_every=0)
    book.notebook_start()
    outcome = Outcome(notebook, limits)
    how = {"env": environment, "cwd": str(path.parent), "stdout": kernel_log, "stderr": kernel_log}
    try:
        _execute(book, kernel_name, outcome, how, asking(notebook) if asks_ahead else {})
    finally:
        if outcome.status == "running":
            outcome.end("interrupted", "the run was stopped.")
        _close(book, outcome)
        if outcome.status != "ok":
            keep(notebook)
    if outcome.status in TRANSIENT:
        outcome.error = " ".join(filter(None, [outcome.error, _last_words(kernel_log)]))
    return outcome


def _without_outputs(notebook):
    """The cells as they will be run; papermill copies the notebook it is given."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _last_words(kernel_log) -> str:
    """What a crashing kernel said of itself, such as "Fatal Python error: Segmentation fault"."""
    kernel_log.seek(0)
    lines = kernel_log.read().decode(errors="replace").splitlines()
    return next((line.strip()[:200] for line in lines if "error" in line.lower()), "")


def _execute(
    book: NotebookExecutionManager, kernel_name: str, outcome: Outcome, how: dict, before: dict[int, str]
) -> None:
    prefer_warm()
    client = _Client(
        book.nb,
        kernel_name=kernel_name,
        startup_timeout=outcome.limits.start,
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        extra_arguments=[f"--IPKernelApp.exec_lines={KERNEL_START}"],
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    started = False
    try:
        with client.setup_kernel(**how):
            started = True
            try:
                _cells(client, book, outcome, before)
            except BaseException:
                client.shutdown_kernel = "immediate"
                raise
    except CellExecutionError as error:
        left = error.ename == "SystemExit"
        outcome.end("exited" if left else "error", f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        whole = monotonic() >= client.deadline
        seconds = outcome.limits.notebook if whole else outcome.limits.cell
        what = "notebook" if whole else "cell"
        outcome.end(f"{what}_timeout", f"the {what} took longer than {seconds:g} s.")
    except DeadKernelError as error:
        outcome.end("died" if started else "no_start", f"the kernel died: {error}")
    except Exception as error:
        # what a kernel that cannot be started raises depends on its provisioner
        outcome.end("error" if started else "no_start", f"{type(error).__name__}: {error}")


class _Client(NotebookClient):
    deadline = float("inf")


def _cells(client: _Client, book: NotebookExecutionManager, outcome: Outcome, before: dict[int, str]) -> None:
    """Run the cells in turn; the outcome is ok only if every code cell was executed.

    before  position -> code to run ahead of the cell there; it is no cell of the page, and may fail
    """
    client.reset_execution_trackers()
    client.deadline = monotonic() + outcome.limits.notebook

    def seconds_left(cell) -> float:
        longest = outcome.limits.notebook if cell.source in before.values() else outcome.limits.cell
        return max(min(longest, client.deadline - monotonic()), 0.01)

    client.timeout_func = seconds_left  # type: ignore[assignment]
    for position, cell in enumerate(book.nb.cells):
        book.cell_start(cell, position)
        if position in before:
            extra = nbformat.v4.new_code_cell(before[position], metadata={"tags": ["raises-exception"]})
            client.execute_cell(extra, position, store_history=False)
            book.nb.cells[position] = cell  # the client has put the other there
        if cell.cell_type == "code":
            client.execute_cell(cell, position)
        book.cell_complete(cell, position)
    missed = [position for position, cell in enumerate(book.nb.cells) if not executed(cell)]
    if missed:
        outcome.end("error", f"code cells {missed} were not executed.")
    else:
        outcome.end("ok")


def executed(cell) -> bool:
    """Whether nothing of this cell is left to run: it holds no code, or has an execution count."""
    return cell.cell_type != "code" or not cell.source.strip() or cell.execution_count is not None


def _close(book: NotebookExecutionManager, outcome: Outcome) -> None:
    """The last word in the notebook's metadata: the cell that was running failed, later ones are pending."""
    for cell in book.nb.cells:
        if cell.metadata.papermill["status"] == book.RUNNING:
            book.cell_exception(cell)
    about = book.nb.metadata.papermill
    about["end_time"] = datetime.now(UTC).isoformat()
    about["duration"] = (datetime.now(UTC) - book.start_time).total_seconds()
    about["exception"] = None if outcome.status == "ok" else True
    about["opsmodel"] = {"status": outcome.status, "error": outcome.error}
