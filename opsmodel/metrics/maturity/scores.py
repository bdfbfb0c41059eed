"""The scorecard: how far people say the operation is, item by item."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.maturity.means import mean_of_people
from opsmodel.metrics.maturity.model import BEST, LEAST, model, rank
from opsmodel.metrics.maturity.replies import replies, within

ITEMS = ("dimension", "block", "question")


def scorecard(
    answers,
    *,
    by: str | Sequence[str] | None = None,
    items: str = "dimension",
    survey: str | None = None,
    least: int = LEAST,
    as_of=None,
) -> pd.DataFrame:
    """One row per item: the mean of what people scored, 0 to 4, people weighing alike.

    The items are the three keys, the five ones and the five steps; what each point looks like is in
    `anchors`. Of several answers of one person to one question the last counts (with `by="phase"` the last
    of each phase).

    answers  respondent_id, dimension, question, score, and the columns of `by`; survey, answered_at if known
    by       a column of answers, or several: role, store_id, phase
    items    dimension; block: the three groups of them, dimensions weighing alike; question
    survey   name of the questionnaire; by default the one called maturity, or the only one there
    least    respondents; groups with fewer have no score, and five is the lowest that can be asked for
    as_of    last day observed, inclusive; default: all

    Returns the columns of `by`, block and the item, n (respondents), score, score_low, score_high (95 %, t),
    level (the anchor that is fully reached: the score rounded down) and is_suppressed (fewer than `least`
    respondents: NaN throughout). Answers outside 0 to 4 are left out with a warning.
    Raises TableError if a column is missing, ArgumentError if there is no such questionnaire or item.
    Source: anchored rating scales (Smith & Kendall 1963); the interval is Student's.

    >>> answers = pd.DataFrame({"respondent_id": list("abcde"), "dimension": "layer", "question": "layer_1",
    ...                         "score": [1.0, 2, 1, 2, 1]})
    >>> scorecard(answers)[["block", "dimension", "n", "score", "level"]].values.tolist()
    [['steps', 'layer', 5, 1.4, 1.0]]
    """
    if items not in ITEMS:
        raise ArgumentError(
            "the scorecard has no such items.", found=repr(items), fix=f"use one of {list(ITEMS)}."
        )
    names = column_names(by)
    rows = replies(answers, "maturity", survey=survey, keep=[*names, "dimension"], as_of=as_of)
    rows = within(rows, 0, BEST)
    rows = rows.assign(block=[block(dimension) for dimension in rows["dimension"]])
    shown = list(dict.fromkeys(["block", *(["dimension"] if items == "question" else []), items]))
    people = by_person(rows, [*names, *shown])
    found = mean_of_people(people, [*names, *shown], "score", least=least, bounds=(0, BEST))
    found["level"] = np.floor(found["score"] + 1e-9)
    found = found[[*names, *shown, "n", "score", "score_low", "score_high", "level", "is_suppressed"]]
    return in_order(found)


def block(dimension) -> str:
    """The group of the model an item belongs to; an item of the client's own stands in `other`."""
    return model()["items"].get(dimension, {}).get("block", "other")


def by_person(rows: pd.DataFrame, unit: list[str]) -> pd.DataFrame:
    """One row per person and unit: the mean over its items, and within them over their questions."""
    for level in (["dimension", "question"], ["dimension"], []):
        keys = list(dict.fromkeys(["respondent_id", *unit, *level]))
        rows = rows.groupby(keys, dropna=False)["score"].mean().reset_index()
    return rows


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sorted as the model lists roles, blocks and items."""
    kinds = {"role": "roles", "phase": "phases", "block": "blocks", "dimension": "items"}
    keys = list(table.columns[: list(table.columns).index("n")])
    order = pd.DataFrame(
        {
            place: [rank(kinds[name], value) if name in kinds else (0, str(value)) for value in table[name]]
            for place, name in enumerate(keys)
        },
        index=table.index,
    )
    return table.loc[order.sort_values(list(order.columns), kind="stable").index].reset_index(drop=True)
