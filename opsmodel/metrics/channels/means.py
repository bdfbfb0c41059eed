"""The interval of a mean from three sums, so that a million customers never leave the engine."""

import numpy as np
import pandas as pd

from opsmodel.metrics.rates import Z95


def bootstrap_bounds(n, x, xx, xxx) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % percentile interval of the bootstrap by customer, its quantiles by Cornish and Fisher.

    The mean of n customers drawn with replacement has variance s²/n and skewness g/√n, whatever was
    drawn; its quantiles follow from these two without drawing, the same on every machine.

    n            customers
    x, xx, xxx   sums of their values, of the squares and of the cubes

    Returns (low, high); NaN below two customers.
    Source: Cornish & Fisher 1938; Hall 1992 for the expansion of the bootstrap distribution.

    >>> low, high = bootstrap_bounds([4], [40.0], [800.0], [16_000.0])  # 0, 0, 20, 20: no skewness
    >>> float(low[0].round(2)), float(high[0].round(2))
    (0.2, 19.8)
    """
    n, x, xx, xxx = (np.asarray(a, float) for a in (n, x, xx, xxx))
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(n > 1, n, np.nan)
        mean = x / n
        variance = np.maximum(xx / n - mean**2, 0)
        third = xxx / n - 3 * mean * xx / n + 2 * mean**3
        skewness = np.where(variance > 0, third / variance**1.5, 0.0) / np.sqrt(n)
    se = np.sqrt(variance / n)
    tilt = skewness / 6 * (Z95**2 - 1)
    curve = skewness**2 / 36 * (2 * Z95**3 - 5 * Z95)
    half = np.maximum(Z95 - curve, 0)
    return mean + se * (tilt - half), mean + se * (tilt + half)


def with_mean(table: pd.DataFrame, name: str, n: str, sums: list[str]) -> pd.DataFrame:
    """The table with the mean `name` (NaN where `n` is 0) and its bounds, …_low and …_high.

    sums  columns with the sums of the values, of the squares and of the cubes
    """
    base = table[n].astype(float)
    low, high = bootstrap_bounds(base, *(table[column].astype(float) for column in sums))
    table = table.copy()
    table[name] = table[sums[0]].astype(float) / base.where(base > 0)
    table[f"{name}_low"], table[f"{name}_high"] = low, high
    return table
