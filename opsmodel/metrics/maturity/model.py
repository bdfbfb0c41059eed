"""The maturity model as a file holds it: roles, questionnaires, and the items with their anchors."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

LEAST = 5  # respondents; nothing is told of fewer
BEST = 4  # points
JOIN = "+"  # between the codes of roles told together


@cache
def model() -> dict[str, Any]:
    """Roles, surveys, phases, blocks and items of model.yaml."""
    return yaml.safe_load(Path(__file__).with_name("model.yaml").read_text(encoding="utf-8"))


@cache
def codes(kind: str) -> dict[str, str]:
    """A name as an export writes it, in lower case -> the code of the role, survey, phase or item.

    >>> codes("roles")["店长"], codes("items")["分层"]
    ('store_manager', 'layer')
    """
    found: dict[str, str] = {}
    for code, told in model()[kind].items():
        names = told if isinstance(told, list) else [told["en"], told["zh"], *told.get("also", [])]
        found |= {str(name).lower(): code for name in [code, *names]}
    return found


def code(kind: str, name) -> str:
    """The code of a name; a name the model does not know stays as it is.

    >>> code("roles", " CEO "), code("roles", "Buyer")
    ('ceo', 'Buyer')
    """
    text = str(name).strip()
    return codes(kind).get(text.lower(), text)


def rank(kind: str, name) -> tuple[int, str]:
    """Where a code stands in the model's order; unknown ones after all others, by name."""
    name = str(name).split(JOIN)[0]  # of roles told together, the first
    order = list(model()[kind])
    return (order.index(name) if name in order else len(order), str(name))
