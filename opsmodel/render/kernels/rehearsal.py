"""What the warm process does before its first fork: the imports of the notebooks, and first times.

pandas and plotly ask, while they are imported, whether they are in a notebook, and keep the answer; so for
the length of the rehearsal the answer is yes.
"""

import ast
import builtins
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from opsmodel import wording
from opsmodel.render.unneeded import FORMATS, without

# what is imported only at first use; to read a client's table here would start threads
FIRST_USED = (
    "opsmodel.intake.opening",
    "opsmodel.intake.report",
    "pandas.core.reshape.reshape",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "pandas.core.arrays.arrow.extension_types",
    "ibis.backends.duckdb.converter",
    "scipy.special",
)


def rehearse(notebooks: Sequence[str]) -> None:
    """Import what the notebooks import and draw one of each figure; the namespace stays clean."""
    with without(*FORMATS), _looks_like_a_kernel():
        for path in notebooks:
            for statement in _imports(Path(path)):
                exec(statement, {})
        for module in FIRST_USED:
            import_module(module)
        _first_figures()
        _first_query()
        wording.load()


@contextmanager
def _looks_like_a_kernel() -> Iterator[None]:
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.interactiveshell import InteractiveShell

    shell = ZMQInteractiveShell.__new__(ZMQInteractiveShell)
    InteractiveShell._instance = shell  # type: ignore[assignment]
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
            imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            found += [ast.unparse(node) for node in imports]
    return found


def _first_figures() -> None:
    """plotly loads the parts of a figure when they are first drawn."""
    import plotly.graph_objects as go

    for part in ("bar", "scatter", "heatmap", "waterfall", "layout"):
        _import_whole(f"plotly.graph_objs.{part}")
    go.Figure(go.Bar())._repr_mimebundle_()


def _import_whole(package: str) -> None:
    """Import all modules of a package."""
    for module in walk_packages(import_module(package).__path__, f"{package}."):
        import_module(module.name)


def _first_query() -> None:
    """Ibis loads its compiler when it first translates an expression; no connection is made."""
    import ibis

    ibis.to_sql(ibis.table({"a": "int64"}, name="t").group_by("a").agg(n=ibis._.count()), dialect="duckdb")


def threads() -> list[str]:
    """The names of the threads of this process, as the operating system counts them."""
    return [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
