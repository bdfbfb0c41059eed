"""The questions a notebook will ask of the whole chain, read from its cells before they run.

The first page of a run asks them from the front and all others wait for it; a second page that asks them
from the back halves the wait.
"""

import ast
from typing import Any

ASK = ("of", "whole")  # functions of `once`


def first_question(notebook: Any) -> int | None:
    """Position of the first cell that asks one; what it needs, the cells before it have made."""
    return next((place for place, cell in enumerate(notebook.cells) if _questions(cell)), None)


def code(notebook: Any) -> str:
    """A line of Python that asks them all, the last one first.

    >>> from types import SimpleNamespace as Some
    >>> cells = [Some(cell_type="code", source=f"a = once.of(shop, {name})") for name in ("first", "last")]
    >>> code(Some(cells=cells))
    'once.ahead(lambda: once.of(shop, last), lambda: once.of(shop, first))'
    """
    asked = [question for cell in notebook.cells for question in _questions(cell)]
    return f"once.ahead({', '.join(f'lambda: {question}' for question in dict.fromkeys(reversed(asked)))})"


def _questions(cell: Any) -> list[str]:
    """The calls of `once` in a cell; one that is not plain Python has none."""
    if cell.cell_type != "code" or "once." not in cell.source:
        return []
    try:
        nodes = ast.walk(ast.parse(cell.source))
    except SyntaxError:
        return []
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.Call) and _asks(node.func)]


def _asks(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ASK
        and isinstance(function.value, ast.Name)
        and function.value.id == "once"
    )
