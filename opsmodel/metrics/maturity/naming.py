"""The names of roles, groups and items, and the anchors, in the language spoken now."""

import pandas as pd

from opsmodel.metrics.maturity.model import BEST, JOIN, model
from opsmodel.wording import _, language

ROLES = ("role", "role_high", "role_low")


def anchors() -> pd.DataFrame:
    """One row per item and point: block, dimension, level, and anchor (what it looks like there).

    >>> anchors().query("dimension == 'connect' and level == 1")["anchor"].item()
    'A code stands at the till.'
    """
    rows = [
        (item["block"], dimension, level, text)
        for dimension, item in model()["items"].items()
        for level, text in enumerate(item[f"anchors_{language()}"])
    ]
    return pd.DataFrame(rows, columns=["block", "dimension", "level", "anchor"])


def named(table: pd.DataFrame) -> pd.DataFrame:
    """A table of this package with names in place of codes, for people to read.

    A scorecard by dimension also gets `anchor` (what is fully reached) and `next_anchor` (what one point more
    looks like); empty where the score is suppressed, or there is nothing above.

    >>> named(pd.DataFrame({"role": ["ceo+headquarters"]}))["role"].item()
    'CEO and headquarters'
    """
    found = table.copy()
    for column in ROLES:
        if column in found:
            found[column] = [None if pd.isna(role) else role_name(role) for role in found[column]]
    if {"dimension", "level"} <= set(found) and "question" not in found:
        reached = {(d, level): text for _block, d, level, text in anchors().itertuples(index=False)}
        at = list(zip(found["dimension"], found["level"], strict=True))
        found["anchor"] = [reached.get(place, "") for place in at]
        found["next_anchor"] = [reached.get((dimension, min(level, BEST) + 1), "") for dimension, level in at]
    for column, kind in (("block", "blocks"), ("dimension", "items")):
        if column in found:
            found[column] = [name(kind, value) for value in found[column]]
    return found


def name(kind: str, value) -> str:
    """The name of a block, an item or a role; what the model does not know stays as it is."""
    known = model()[kind].get(value)
    if known is None:
        return _("Other") if value == "other" else str(value)
    return known[language()]


def role_name(role: str) -> str:
    """One role, or several pooled.

    >>> role_name("store_manager")
    'Store managers'
    """
    parts = [name("roles", part) for part in str(role).split(JOIN)]
    if language() == "en":
        parts = [part if not place or part == "CEO" else part.lower() for place, part in enumerate(parts)]
    return (
        _("{others} and {last}", others=_(", ").join(parts[:-1]), last=parts[-1]) if parts[1:] else parts[0]
    )
