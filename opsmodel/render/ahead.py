"""The questions a notebook will ask of the whole chain, read from its cells before they run.

The first page of a run asks them from the front and all others wait for it; a second page that asks them
from the back halves the wait.
"""

import ast
from typing import Any

ASK = ("of", "whole")  # functions of `once`


def asking(notebook: Any) -> dict[int, str]:
    """Position of the first cell that asks one -> a line of Python that asks them all, the last one first.

    What they need, the cells before that position have made. A notebook without a question gives nothing.

    >>> from types import SimpleNamespace as Some
    >>> cells = [Some(cell_type="code", source=f"a = once.of(shop, {name})") for name in ("first", "last")]
    >>> asking(Some(cells=cells))
    {0: 'once.ahead(lambda: once.of(shop, last), lambda: once.of(shop, first))'}
    """
    found = {place: asked for place, cell in enumerate(notebook.cells) if (asked := _questions(cell))}
    questions = dict.fromkeys(reversed([question for asked in found.values() for question in asked]))
    line = f"once.ahead({', '.join(f'lambda: {question}' for question in questions)})"
    return {min(found): line} if found else {}


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
