"""What each person last answered to each question of one questionnaire."""

import warnings
from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake import contract
from opsmodel.metrics.maturity.model import code, model

NEEDED = ["respondent_id", "question", "score"]
WANTED = [*NEEDED, "role", "store_id", "survey", "phase", "dimension", "answered_at"]


def replies(
    answers, kind: str, *, survey: str | None = None, keep: Sequence[str] = (), as_of=None
) -> pd.DataFrame:
    """One row per person and question, with roles, phases and items under the codes of the model.

    answers  one row an answer
    kind     maturity, perception, quiz or satisfaction
    survey   name of the questionnaire in the table; by default the one of that kind, or the only one there
    keep     columns that tell answers of one person apart, such as phase, or that the result is grouped by
    as_of    last day observed, inclusive; default: all

    Of several answers of one person to one question the last counts; those without a score are left out.
    Raises TableError if a column is missing, ArgumentError if there is no such questionnaire.
    """
    table = contract.require(answers, "answers", [*NEEDED, *keep])
    if as_of is not None:
        table = contract.require(table, "answers", ["answered_at"])
        table = table.filter(table.answered_at < ibis.timestamp(str(contract.day(as_of) + timedelta(days=1))))
    chosen = [name for name in dict.fromkeys([*WANTED, *keep]) if name in table.columns]
    rows = table.select(*chosen).execute()
    for column, names in (("role", "roles"), ("phase", "phases"), ("dimension", "items")):
        if column in rows:
            rows[column] = [None if pd.isna(name) else code(names, name) for name in rows[column]]
    rows = _of_survey(rows, kind, survey)
    rows = rows[rows["score"].notna() & rows["respondent_id"].notna()]
    rows = rows.assign(score=rows["score"].astype(float))
    order = [name for name in ("answered_at", "score") if name in rows]
    key = ["respondent_id", *(["dimension"] if "dimension" in rows else []), "question"]
    phase = [name for name in keep if name == "phase"]
    return rows.sort_values(order, kind="stable").drop_duplicates(
        [*key, *phase], keep="last", ignore_index=True
    )


def _of_survey(rows: pd.DataFrame, kind: str, survey: str | None) -> pd.DataFrame:
    if "survey" not in rows:
        return rows
    held = rows["survey"].dropna().unique().tolist()
    if survey is None and len(held) == 1:
        return rows
    if survey is not None and survey not in held and code("surveys", survey) in model()["surveys"]:
        kind, survey = code("surveys", survey), None
    if survey is not None and survey not in held and held:
        raise ArgumentError(
            f"there is no questionnaire {survey!r}.", found=sorted(held), fix="name one of those found."
        )
    if survey is not None:
        return rows[rows["survey"] == survey]
    return rows[rows["survey"].map(lambda name: code("surveys", name) == kind).astype(bool)]


def within(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """The rows whose score lies between both; a warning says how many do not."""
    good = rows["score"].between(low, high)
    if not good.all():
        warnings.warn(
            f"{int((~good).sum())} of {len(rows)} answers lie outside {low:g} to {high:g} and are left out.",
            stacklevel=4,
        )
    return rows[good]
