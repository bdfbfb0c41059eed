"""Role cards: what a role does at each of the five steps, its procedure, and the number it answers for."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.training.terms import term
from opsmodel.errors import ArgumentError
from opsmodel.metrics.maturity.naming import name
from opsmodel.wording import language


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Role -> step -> what it does, its procedure and its number, as roles.yaml holds them."""
    import yaml

    return yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text(encoding="utf-8"))


def role_cards(glossary: pd.DataFrame, *, within_days: int, role: str | None = None) -> pd.DataFrame:
    """One row per role and step, in the language spoken, with this store's value of the number.

    glossary     the table of `training.glossary`: the values
    within_days  the window of the engagement, for the names of the numbers
    role         ceo, headquarters, regional, store_manager or staff; all without it

    Returns role, op_step, does, procedure, kpi, this_store (a dash where the data cannot show it).
    Raises ArgumentError if there is no such role.
    """
    if role is not None and role not in entries():
        raise ArgumentError("there is no such role.", found=repr(role), fix=f"use one of {list(entries())}.")
    shown = dict(zip(glossary["metric"], glossary["this_store"], strict=True))
    rows = [
        {
            "role": name("roles", who),
            "op_step": name("items", step),
            "does": card[language()]["does"],
            "procedure": card[language()]["sop"],
            "kpi": term(card["kpi"], within_days),
            "this_store": shown.get(card["kpi"], numbers.UNSEEN),
        }
        for who, steps in entries().items()
        if role in (None, who)
        for step, card in steps.items()
    ]
    return pd.DataFrame(rows)
