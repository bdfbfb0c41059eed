"""What changed in trained stores beyond what changed in stores not yet trained."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from opsmodel.errors import TableError
from opsmodel.metrics.rates import SEED

DRAWS = 9_999  # permutations; all of them where there are no more
COLUMNS = [
    *("n_trained", "n_untrained", "trained_before", "trained_after", "untrained_before", "untrained_after"),
    *("difference", "difference_low", "difference_high", "p_value"),
]


def against_untrained(changes: pd.DataFrame) -> pd.DataFrame:
    """One row: the mean change of trained stores less the mean change of stores not yet trained.

    Stores weigh alike, for a store is what was trained. What moved all stores alike, such as the season,
    drops out; what moved only the trained ones for another reason does not.

    changes  one row a store: is_trained, before, after (the same number over two windows of equal length)

    Returns n_trained, n_untrained, the four means, difference with difference_low and difference_high (95 %,
    Welch's t over stores), and p_value: how often stores drawn at random as the trained ones show a Welch t
    at least as large, p = (1 + #) / (draws + 1), or the exact share where every choice can be tried. NaN
    where a side is empty; the interval needs two stores on each.
    Raises TableError if a column is missing.
    Source: Welch 1947; MacKinnon & Webb 2020 (randomization inference with few treated groups).

    >>> changes = pd.DataFrame({"is_trained": [True, True, False, False], "before": [0.5, 0.6, 0.5, 0.6],
    ...                         "after": [0.8, 0.8, 0.6, 0.6]})
    >>> against_untrained(changes)["difference"].round(3).tolist()
    [0.2]
    """
    if missing := [name for name in ("is_trained", "before", "after") if name not in changes.columns]:
        raise TableError(
            f"changes has no column {missing}.",
            found=list(changes.columns),
            fix="give is_trained, before, after.",
        )
    rows = changes.dropna(subset=["before", "after"])
    trained = rows["is_trained"].to_numpy(dtype=bool)
    before, after = (rows[name].to_numpy(dtype=float) for name in ("before", "after"))
    told = dict.fromkeys(COLUMNS, np.nan) | {"n_trained": trained.sum(), "n_untrained": (~trained).sum()}
    for name, chosen in (("trained", trained), ("untrained", ~trained)):
        if chosen.any():
            told |= {f"{name}_before": before[chosen].mean(), f"{name}_after": after[chosen].mean()}
    change = after - before
    if trained.any() and (~trained).any():
        told["difference"] = change[trained].mean() - change[~trained].mean()
    if min(trained.sum(), (~trained).sum()) >= 2:
        half = _half(change[trained], change[~trained])
        told |= {"difference_low": told["difference"] - half, "difference_high": told["difference"] + half}
        told["p_value"] = _permuted(change, trained)
    return pd.DataFrame([told], columns=COLUMNS).astype({"n_trained": "int64", "n_untrained": "int64"})


def _half(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.special import stdtrit

    a, b = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    if a + b == 0:
        return np.nan
    degrees = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1))
    return float(stdtrit(degrees, 0.975) * np.sqrt(a + b))


def _permuted(change: np.ndarray, trained: np.ndarray) -> float:
    n, k = len(change), int(trained.sum())
    seen = _t(change, trained[None, :])[0]
    if comb(n, k) <= DRAWS:
        choices = np.zeros((comb(n, k), n), dtype=bool)
        for row, chosen in enumerate(combinations(range(n), k)):
            choices[row, list(chosen)] = True
        return float((_t(change, choices) >= seen - 1e-12).mean())
    order = np.random.default_rng(SEED).random((DRAWS, n)).argsort(axis=1)
    return float((1 + (_t(change, order < k) >= seen - 1e-12).sum()) / (DRAWS + 1))


def _t(change: np.ndarray, choices: np.ndarray) -> np.ndarray:
    """|Welch's t| for each choice of trained stores; infinite where nothing varies but the means differ."""

    def side(chosen):
        n = chosen.sum(axis=1)
        mean = (chosen * change).sum(axis=1) / n
        squares = (chosen * (change - mean[:, None]) ** 2).sum(axis=1)
        return mean, squares / (n - 1) / n

    (one, a), (other, b) = side(choices), side(~choices)
    apart, error = np.abs(one - other), np.sqrt(a + b)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, apart / error, np.where(apart > 0, np.inf, 0.0))
