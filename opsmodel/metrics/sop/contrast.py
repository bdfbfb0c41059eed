"""The difference between served and not served within strata, with an interval that knows the customers."""

import numpy as np
import pandas as pd

from opsmodel.metrics.rates import Z95


def within(
    rows: pd.DataFrame, outcome: str, *, strata: list[str], served: str, unit: str
) -> dict[str, float]:
    """Mean outcome of served less not served, of the same stratum; strata with one side only say nothing.

    rows     one row per task
    outcome  column of the outcome, any number
    strata   columns that make a stratum
    served   column, true or false
    unit     column whose rows are not independent of each other (the customer)

    Returns n_served, n_unserved (rows in strata with both sides), served and unserved (mean outcomes, each
    stratum weighing n₁n₀ ÷ (n₁ + n₀)), effect (their difference), se. NaN where no stratum has both sides.
    Source: Mantel & Haenszel 1959 for the weights (the within estimator of a regression with a constant a
    stratum is the same); standard error by clustered residuals, scaled by n ÷ (n − 1) in each stratum, which
    with unrelated rows is the variance of Mantel and Haenszel's test, and holds however small the strata.

    >>> rows = pd.DataFrame({"week": 1, "who": list("abcd"), "s": [True, True, False, False],
    ...                      "back": [1, 0, 0, 0]})
    >>> within(rows, "back", strata=["week"], served="s", unit="who")["effect"]
    0.5
    """
    group = rows.groupby(strata, dropna=False, observed=True).ngroup().to_numpy()
    d, y = rows[served].to_numpy(float), rows[outcome].to_numpy(float)
    size = np.bincount(group)[group]
    share = (np.bincount(group, d) / np.bincount(group))[group]
    kept = (share > 0) & (share < 1)
    empty = {"n_served": 0, "n_unserved": 0, **dict.fromkeys(("served", "unserved", "effect", "se"), np.nan)}
    if not kept.any():
        return empty
    d, y, share, size, group = d[kept], y[kept], share[kept], size[kept], group[kept]
    group = np.unique(group, return_inverse=True)[1]
    beside = d - share
    weight = float((beside**2).sum())
    # each side weighs n₁n₀ ÷ n a stratum, spread evenly over its rows
    means = [float((y * side).sum() / weight) for side in (d * (1 - share), (1 - d) * share)]
    effect = means[0] - means[1]
    level = (np.bincount(group, y) / np.bincount(group))[group]
    score = beside * (y - level - effect * beside) * np.sqrt(size / (size - 1))
    unit_of = np.unique(rows[unit].to_numpy()[kept], return_inverse=True)[1]
    se = float(np.sqrt((np.bincount(unit_of, score) ** 2).sum()) / weight)
    return {
        "n_served": int(d.sum()),
        "n_unserved": int((1 - d).sum()),
        "served": means[0],
        "unserved": means[1],
        "effect": effect,
        "se": se,
    }


def interval(found: dict[str, float], name: str) -> dict[str, float]:
    """The effect under a name of its own, with its 95 % bounds."""
    effect, reach = found["effect"], Z95 * found["se"]
    return {name: effect, f"{name}_low": effect - reach, f"{name}_high": effect + reach}
