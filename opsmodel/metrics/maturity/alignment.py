"""Whether the roles see the same operation, item by item."""

from itertools import combinations

import numpy as np
import pandas as pd

from opsmodel.metrics import rates
from opsmodel.metrics.maturity.model import BEST, LEAST
from opsmodel.metrics.maturity.replies import replies, within
from opsmodel.metrics.maturity.scores import block, by_person, in_order

COLUMNS = [
    *("n", "n_roles", "role_high", "score_role_high", "role_low", "score_role_low"),
    *("difference", "difference_low", "difference_high", "p_value", "q_value"),
]


def alignment(answers, *, survey: str | None = None, least: int = LEAST, as_of=None) -> pd.DataFrame:
    """One row per item: how far apart the roles stand that rate it highest and lowest.

    answers  respondent_id, role, dimension, question, score; survey, answered_at if known
    survey   name of the questionnaire; by default the one called maturity, or the only one there
    least    respondents; a role with fewer is left out (`pool_roles` keeps them in, with a neighbour)
    as_of    last day observed, inclusive; default: all

    Returns block, dimension, n (respondents compared), n_roles, role_high and role_low with
    score_role_high and score_role_low, difference (high − low) with difference_low and difference_high
    (95 % for all pairs of roles at once, so that picking the widest is allowed for), p_value (Kruskal and
    Wallis: all roles rate alike) and q_value (Benjamini and Hochberg over the items). NaN where fewer than
    two roles can be compared. An interval that reaches below 0 leaves open whether the two differ.
    Raises TableError and ArgumentError as `scorecard` does.
    Source: Kruskal & Wallis 1952; Games & Howell 1976.

    >>> people = pd.DataFrame({"respondent_id": range(10), "role": ["ceo"] * 5 + ["staff"] * 5,
    ...     "dimension": "layer", "question": "q", "score": [3.0, 4, 3, 4, 3, 1, 2, 1, 1, 2]})
    >>> alignment(people)[["role_high", "role_low", "difference"]].round(2).values.tolist()
    [['ceo', 'staff', 2.0]]
    """
    rows = within(
        replies(answers, "maturity", survey=survey, keep=["role", "dimension"], as_of=as_of), 0, BEST
    )
    people = by_person(rows[rows["role"].notna()], ["role", "dimension"])
    found = []
    for dimension, item in people.groupby("dimension", sort=True):
        scores = {role: told["score"].to_numpy() for role, told in item.groupby("role", sort=True)}
        told = {role: values for role, values in scores.items() if len(values) >= least}
        found.append({"block": block(dimension), "dimension": dimension, **_compared(told)})
    table = pd.DataFrame(found, columns=["block", "dimension", *COLUMNS])
    table["q_value"] = rates.benjamini_hochberg(table["p_value"].astype(float))
    floats = ["score_role_high", "score_role_low", *COLUMNS[6:]]
    return in_order(table.astype(dict.fromkeys(floats, "float64")))


def _compared(scores: dict) -> dict:
    n = sum(len(values) for values in scores.values())
    told = dict.fromkeys(COLUMNS, np.nan) | {
        "n": n,
        "n_roles": len(scores),
        "role_high": None,
        "role_low": None,
    }
    if len(scores) < 2:
        return told
    high, low = max(combinations(scores, 2), key=lambda pair: abs(_apart(scores, *pair)))
    if _apart(scores, high, low) < 0:
        high, low = low, high
    half = _half(scores[high], scores[low], len(scores))
    difference = _apart(scores, high, low)
    return told | {
        "role_high": high,
        "score_role_high": scores[high].mean(),
        "role_low": low,
        "score_role_low": scores[low].mean(),
        "difference": difference,
        "difference_low": difference - half,
        "difference_high": difference + half,
        "p_value": _kruskal_wallis(list(scores.values())),
    }


def _apart(scores: dict, one: str, other: str) -> float:
    return float(scores[one].mean() - scores[other].mean())


def _half(one: np.ndarray, other: np.ndarray, n_roles: int) -> float:
    """Half the width of Games and Howell's interval; NaN where everybody of both roles says the same."""
    from scipy.stats import studentized_range

    a, b = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    if a + b == 0:
        return np.nan
    degrees = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1))
    return float(studentized_range.ppf(0.95, n_roles, degrees) * np.sqrt((a + b) / 2))


def _kruskal_wallis(groups: list[np.ndarray]) -> float:
    from scipy.stats import kruskal

    if len(np.unique(np.concatenate(groups))) == 1:
        return 1.0
    return float(kruskal(*groups).pvalue)
