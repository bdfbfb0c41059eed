"""What the warm process does before its first fork: the imports of the notebooks, and first times.

pandas and plotly ask, while they are imported, whether they are in a notebook, and keep the answer; so for
the length of the rehearsal the answer is yes.
"""

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def rehearse(notebooks: Sequence[str]) -> None:
    """Import what the notebooks import and draw one of each figure, without leaving a trace in the namespace."""
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # see render.engine
    with _looks_like_a_kernel():
        for path in notebooks:
            for statement in _imports(Path(path)):
                exec(statement, {})
        _first_figures()
        _first_query()


@contextmanager
def _looks_like_a_kernel() -> Iterator[None]:
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell

    shell = ZMQInteractiveShell.__new__(ZMQInteractiveShell)
    InteractiveShell._instance = shell
    builtins.get_ipython = lambda: shell  # type: ignore[attr-defined]
    try:
        yield
    finally:
        InteractiveShell._instance = None
        del builtins.get_ipython  # type: ignore[attr-defined]


def _imports(path: Path) -> list[str]:
    """The import statements of a notebook; a cell that is not plain Python has none."""
    import nbformat

    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            try:
                tree = ast.parse(cell.source)
            except SyntaxError:
                continue
            found += [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return found


def _first_figures() -> None:
    """plotly loads a trace type when it is first drawn."""
    import plotly.graph_objects as go

    for trace in (go.Bar, go.Scatter, go.Heatmap, go.Sankey, go.Waterfall):
        go.Figure(trace())._repr_mimebundle_()


def _first_query() -> None:
    """Ibis loads its compiler when it first translates an expression; no connection is made."""
    import ibis

    ibis.to_sql(ibis.table({"a": "int64"}, name="t").group_by("a").agg(n=ibis._.count()), dialect="duckdb")


def threads() -> list[str]:
    """The names of the threads of this process, as the operating system counts them."""
    return [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
