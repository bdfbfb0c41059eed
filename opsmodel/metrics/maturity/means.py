"""The mean of a few people with its interval, or nothing where they are too few to stay unknown."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.maturity.model import LEAST


def mean_of_people(
    rows: pd.DataFrame,
    by: Sequence[str],
    value: str,
    *,
    least: int = LEAST,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> pd.DataFrame:
    """One row per group: n people, the mean of `value` and its 95 % t interval; NaN below `least` people.

    rows    one row a person and group
    bounds  the lowest and the highest possible value; the interval stops there

    Returns by, n, `value`, `value`_low, `value`_high (NaN where all say the same), is_suppressed.
    Raises ArgumentError if `least` is below five: answers were given under that promise.

    >>> rows = pd.DataFrame({"role": "staff", "score": [1.0, 2, 3, 2, 2]})
    >>> mean_of_people(rows, ["role"], "score").round(2).values.tolist()
    [['staff', 5, 2.0, 1.12, 2.88, False]]
    """
    from scipy.special import stdtrit  # 0.3 s to import, so only where it is needed

    if least < LEAST:
        raise ArgumentError(
            "so few respondents could be recognised.", found=f"least {least}", fix=f"give {LEAST} or more."
        )
    groups = rows.groupby(list(by), dropna=False, sort=True)[value]
    table = groups.agg(n="count", mean="mean", sd="std").reset_index()
    table["is_suppressed"] = table["n"] < least
    seen = table["n"].where(~table["is_suppressed"]).astype(float)
    spread = table["sd"].where(table["sd"] > 0)  # people who all say the same leave no spread to judge by
    half = stdtrit(seen - 1, 0.975) * spread / np.sqrt(seen)
    table[value] = table["mean"].where(seen.notna())
    table[f"{value}_low"] = (table[value] - half).clip(lower=bounds[0])
    table[f"{value}_high"] = (table[value] + half).clip(upper=bounds[1])
    return table[[*by, "n", value, f"{value}_low", f"{value}_high", "is_suppressed"]]
