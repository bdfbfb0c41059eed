"""What a notebook may be given: read from its parameters cell, checked before any kernel starts."""

import ast
import io
import json
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from opsmodel.errors import ArgumentError, RenderError

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: `name: annotation = default  # help`."""

    name: str
    annotation: str
    default: object
    help: str


def read_notebook(path: Path) -> dict:
    """The notebook as plain JSON; raises RenderError if there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RenderError(
            "this notebook does not exist.", found=path, fix="name one under notebooks/."
        ) from None
    except (OSError, ValueError) as error:
        raise RenderError(
            f"{path.name} cannot be read as a notebook.", found=error, fix="save it again in JupyterLab."
        ) from None
    if content.get("nbformat") != 4 or "cells" not in content:
        raise RenderError(
            f"{path.name} is not a version 4 notebook.",
            found=f"nbformat {content.get('nbformat')}",
            fix="open it in JupyterLab and save it again.",
        )
    return content


def source(cell: Mapping) -> str:
    """The text of a cell, which a file may hold as one string or as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def tags(cell: Mapping) -> list[str]:
    """The tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def declared(notebook: Mapping) -> dict[str, Parameter]:
    """name -> Parameter, from the cell tagged `parameters`; empty if the notebook has none.

    >>> cell = {"source": "store: str = 'S001'  # whom to diagnose", "metadata": {"tags": ["parameters"]}}
    >>> declared({"cells": [cell]})["store"]
    Parameter(name='store', annotation='str', default='S001', help='whom to diagnose')
    """
    code = next((source(cell) for cell in notebook["cells"] if "parameters" in tags(cell)), "")
    helps = {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    for line in ast.parse(code).body:
        target: ast.expr | None = line.target if isinstance(line, ast.AnnAssign) else None
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            target = line.targets[0]
        if not isinstance(target, ast.Name):
            continue
        default = _literal(getattr(line, "value", None))
        annotation = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else _name_of(default)
        found[target.id] = Parameter(target.id, annotation, default, helps.get(line.end_lineno or 0, ""))
    return found


def checked(name: str, known: Mapping[str, Parameter], given: Mapping[str, object]) -> dict[str, object]:
    """The given values, converted to the annotated types; text ("90", "yes", "30,60") is converted too.

    name   the notebook, for the message
    known  what it declares
    given  parameter -> value or text

    Raises ArgumentError on a name the notebook does not declare and on a value of another type.

    >>> days = Parameter("within_days", "int", 90, "window length")
    >>> checked("1_investigate", {"within_days": days}, {"within_days": "30"})
    {'within_days': 30}
    """
    for unknown in (key for key in given if key not in known):
        close = get_close_matches(unknown, known, 1)
        raise ArgumentError(
            f"{name} has no parameter {unknown!r}.",
            found=", ".join(known) or "no parameters cell",
            fix=f"did you mean {close[0]!r}?" if close else "use one of those found.",
        )
    return {key: _converted(name, known[key], value) for key, value in given.items()}


def _converted(name: str, parameter: Parameter, value: object) -> object:
    try:
        return _as(ast.parse(parameter.annotation, mode="eval").body, value)
    except ValueError:
        about = f" ({parameter.help})" if parameter.help else ""
        raise ArgumentError(
            f"parameter {parameter.name!r} of {name} is not {_article(parameter.annotation)}.",
            found=repr(value),
            fix=f"give {_article(parameter.annotation)}{about}, such as {parameter.default!r}.",
        ) from None


def _as(kind: ast.expr, value: object) -> object:
    """The value as the annotated type, or ValueError."""
    if isinstance(kind, ast.BinOp):
        return _first(value, kind.right, kind.left)
    if isinstance(kind, ast.Constant):
        return _absent(value)
    if isinstance(kind, ast.Subscript):
        outer, inner = ast.unparse(kind.value), kind.slice
        if outer in ("Optional", "typing.Optional"):
            return _first(value, ast.Constant(None), inner)
        if outer in ("list", "tuple"):
            item = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
            if not isinstance(parts, list | tuple):
                raise ValueError(value)
            return [_as(item, part) for part in parts]
        return value
    readers = {"str": _text, "int": _whole, "float": _real, "bool": _truth, "None": _absent}
    return readers.get(ast.unparse(kind), lambda given: given)(value)


def _first(value: object, *kinds: ast.expr) -> object:
    for kind in kinds[:-1]:
        try:
            return _as(kind, value)
        except ValueError:
            continue
    return _as(kinds[-1], value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)
    return int(value)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)
    return float(value)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in YES + NO or not isinstance(value, str):
        raise ValueError(value)
    return value.lower() in YES


def _absent(value: object) -> object:
    if value is not None and str(value).lower() not in ("", "none"):
        raise ValueError(value)
    return None


def _literal(node: ast.expr | None) -> object:
    try:
        return ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None


def _name_of(default: object) -> str:
    return "object" if default is None or isinstance(default, list | tuple | dict) else type(default).__name__


def _article(annotation: str) -> str:
    return f"an {annotation}" if annotation[:1] in "aeiou" else f"a {annotation}"
