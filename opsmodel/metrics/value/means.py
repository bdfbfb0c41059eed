"""The mean of a value per customer, with its 95 % interval and its winsorised twin."""

import numpy as np

from opsmodel.metrics.rates import SEED, Z95

DRAWS = 1000
MANY = 5000  # customers above which the bootstrap is left to its limit, the normal interval
TOP = 0.99  # quantile that the winsorised twin cuts back to


def mean(values: np.ndarray) -> dict[str, float]:
    """The mean over customers, plain and with the top 1 % cut back, each with its interval.

    values  one per customer

    Up to 5,000 customers the interval is the seeded percentile bootstrap over customers; above, the mean
    ± 1.96 standard errors, which the bootstrap of so many equals and no longer needs to be drawn. A large
    difference between the twins says that a few customers carry the mean.

    Returns n, se, and plain and winsorised, each with …_low and …_high; NaN with no customer, bounds and se
    NaN with one.

    >>> {name: round(value, 2) for name, value in mean(np.array([0.0, 0.0, 30.0])).items()}["plain"]
    10.0
    """
    n = len(values)
    if not n:
        return {"n": 0, "se": np.nan, **_told("plain", *[np.nan] * 3), **_told("winsorised", *[np.nan] * 3)}
    values = np.sort(values)  # so that the order of the rows decides nothing
    twins = np.column_stack([values, np.minimum(values, np.quantile(values, TOP))])
    middle = twins.mean(axis=0)
    if n == 1:
        low = high = np.full(2, np.nan)
        se = np.full(2, np.nan)
    else:
        se = twins.std(axis=0, ddof=1) / np.sqrt(n)
        low, high = (middle - Z95 * se, middle + Z95 * se) if n > MANY else _drawn(twins)
    plain, winsorised = zip(middle.tolist(), low.tolist(), high.tolist(), strict=True)
    return {"n": n, "se": float(se[0]), **_told("plain", *plain), **_told("winsorised", *winsorised)}


def _drawn(twins: np.ndarray) -> np.ndarray:
    """Bounds of both columns: percentiles of their means over customers drawn with replacement."""
    n = len(twins)
    rng = np.random.default_rng(SEED)
    size = max(1, 2_000_000 // n)  # draws at a time, to keep memory small
    means = [
        twins[rng.integers(n, size=(min(size, DRAWS - done), n), dtype=np.int32)].mean(axis=1)
        for done in range(0, DRAWS, size)
    ]
    return np.quantile(np.concatenate(means), [0.025, 0.975], axis=0)


def _told(name: str, value: float, low: float, high: float) -> dict[str, float]:
    return {name: value, f"{name}_low": low, f"{name}_high": high}
