"""How unequal amounts are: the Lorenz curve, top shares and the Gini coefficient with their intervals."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from opsmodel.metrics.rates import SEED, Z95

DRAWS = 1000
MANY = 5000  # customers above which the bootstrap is left to its normal limit


def top_count(share: float, n: int) -> int:
    """⌈share × n⌉, safe against 0.1 × 30 = 3.0000000000000004.

    >>> top_count(0.1, 30), top_count(0.1, 31), top_count(0.1, 0)
    (3, 4, 0)
    """
    return ceil(share * n - 1e-9)


def curve(amounts: np.ndarray, points: int) -> np.ndarray:
    """Rows (share of customers, share of the amount), from the lowest amount up, from (0, 0) to (1, 1).

    >>> curve(np.array([3.0, 1.0]), 100).tolist()
    [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]]
    """
    n = len(amounts)
    if not n:
        return np.empty((0, 2))
    total = np.concatenate([[0.0], np.cumsum(np.sort(amounts))])
    at = np.unique(np.round(np.linspace(0, n, min(points, n) + 1)).astype(int))
    return np.column_stack([at / n, total[at] / total[-1]])


def gini(amounts: np.ndarray) -> float:
    """Half the mean difference between two amounts, over the mean.

    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 3.0]))
    (0.0, 0.6666666666666666)
    """
    ordered, n = np.sort(amounts), len(amounts)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def shares(amounts: np.ndarray, tops: Sequence[float]) -> dict:
    """Top share -> (share of the amount, low, high), and "gini" -> the same of the Gini coefficient.

    Up to 5,000 amounts the bounds are the seeded percentile bootstrap; above, ± 1.96 standard errors from the
    influence of each amount, which the bootstrap of so many equals.

    >>> shares(np.array([1.0, 1.0, 6.0, 2.0]), [0.25])[0.25][0]
    0.6
    """
    names: list = [*tops, "gini"]
    n = len(amounts)
    if n == 0:
        return dict.fromkeys(names, (np.nan, np.nan, np.nan))
    found = [_top(amounts, share) for share in tops] + [gini(amounts)]
    if n == 1:
        return {name: (value, np.nan, np.nan) for name, value in zip(names, found, strict=True)}
    low, high = _limit(amounts, tops, found) if n > MANY else _drawn(amounts, tops)
    return {name: told for name, *told in zip(names, found, low, high, strict=True)}


def _top(amounts: np.ndarray, share: float) -> float:
    ordered = np.sort(amounts)[::-1]
    return float(ordered[: top_count(share, len(ordered))].sum() / ordered.sum())


def _drawn(amounts: np.ndarray, tops: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Percentile bounds; places are drawn and put in order, and so are the amounts of a draw."""
    ordered, n = np.sort(amounts), len(amounts)
    rng = np.random.default_rng(SEED)
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    size, found = max(1, 2_000_000 // n), []  # draws at a time, to keep memory small
    for done in range(0, DRAWS, size):
        places = np.sort(rng.integers(n, size=(min(size, DRAWS - done), n), dtype=np.int32), axis=1)
        drawn = ordered[places]
        total = drawn.sum(axis=1)
        tails = [drawn[:, n - top_count(share, n) :].sum(axis=1) / total for share in tops]
        found.append(np.column_stack([*tails, (drawn * weights).sum(axis=1) / (n * total)]))
    low, high = np.quantile(np.concatenate(found), [0.025, 0.975], axis=0)
    return low, high


def _limit(amounts: np.ndarray, tops: Sequence[float], found: Sequence[float]) -> tuple:
    """Normal bounds from the influence of each amount on each figure."""
    ordered, n = np.sort(amounts), len(amounts)
    mean = ordered.mean()
    spreads = []
    for share, value in zip(tops, found, strict=False):
        cut = ordered[n - top_count(share, n)]
        part = np.maximum(ordered - cut, 0) + cut * share
        spreads.append(np.std((part - value * ordered) / mean))
    below = np.arange(1, n + 1) / n
    above = (ordered.sum() - np.cumsum(ordered)) / n
    half = (found[-1] + 1) * mean / 2
    influence = 2 * (ordered * below + above) / mean - 2 * half * ordered / mean**2
    spreads.append(np.std(influence))
    reach = Z95 * np.array(spreads) / np.sqrt(n)
    return np.array(found) - reach, np.array(found) + reach
