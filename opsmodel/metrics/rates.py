"""What a rate or a mean of a small group can bear: intervals, tests, and the flags chance alone raises."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

Z95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval
SMALLEST_BASE = 30  # customers, tasks, cases; a difference seen on fewer is mostly chance
NOISE = 0.05  # a p value, or a false discovery rate, above it is chance
SEED = 20240630


def wilson(k, n) -> tuple[np.ndarray, np.ndarray]:
    """The Wilson score interval (95 %) of the proportion k / n, element by element.

    k  successes
    n  base; where it is 0 (or NaN) both bounds are NaN, for nothing could be seen

    Returns (low, high) as float arrays. Source: Wilson 1927.

    >>> low, high = wilson([20, 0, 0], [40, 10, 0])
    >>> [(float(a), float(b)) for a, b in zip(low.round(3), high.round(3))]
    [(0.352, 0.648), (0.0, 0.278), (nan, nan)]
    """
    k, n = np.broadcast_arrays(np.asarray(k, float), np.asarray(n, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(n > 0, n, np.nan)
        p = k / n
        scale = 1 + Z95**2 / n
        centre = (p + Z95**2 / (2 * n)) / scale
        half = Z95 * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2)) / scale
        low = np.where(k == 0, 0.0, np.clip(centre - half, 0, 1))
        high = np.where(k == n, 1.0, np.clip(centre + half, 0, 1))
    return np.where(np.isnan(n), np.nan, low), high + 0 * n


def against_peers(k, n, k_peers, n_peers) -> np.ndarray:
    """Two-sided p value that the store's proportion k / n equals its peers', element by element.

    Fisher's exact test: the sum of the probabilities of all tables with the same margins that are no
    likelier than the one seen. NaN where either base is 0.

    >>> float(against_peers(3, 4, 1, 4).round(4))  # the lady tasting tea
    0.4857
    """
    return _fisher(lambda _, likely, seen: likely <= likely[seen] * (1 + 1e-7), k, n, k_peers, n_peers)


def above_peers(k, n, k_peers, n_peers) -> np.ndarray:
    """One-sided p value that the proportion k / n is no higher than the peers', element by element.

    Fisher's exact test: the probability of k or more with the same margins. NaN where either base is 0.

    >>> float(above_peers(3, 4, 1, 4).round(4))
    0.2429
    """
    return _fisher(lambda possible, _, seen: possible >= possible[seen], k, n, k_peers, n_peers)


def _fisher(extreme: Callable, *counts) -> np.ndarray:
    """The probability of the tables that are as extreme as the one seen, element by element.

    extreme  of every possible k, how likely each is, and the place of the one seen: which of them count
    """

    def p_value(k: float, n: float, k_peers: float, n_peers: float) -> float:
        if not (n > 0 and n_peers > 0):
            return np.nan
        possible, likely = _tables(k, n, k_peers, n_peers)
        return min(1.0, float(likely[extreme(possible, likely, int(k - possible[0]))].sum()))

    tables = np.broadcast_arrays(*(np.asarray(count, float) for count in counts))
    return np.vectorize(p_value, otypes=[float])(*tables)[()]


def _tables(k: float, n: float, k_peers: float, n_peers: float) -> tuple[np.ndarray, np.ndarray]:
    """Every k that the margins of the table allow, and how likely each is by chance."""
    hits, total = k + k_peers, n + n_peers
    of = _log_factorials(1 << int(total).bit_length())
    possible = np.arange(int(max(0, hits - n_peers)), int(min(n, hits)) + 1)
    cells = (possible, n - possible, hits - possible, n_peers - hits + possible)
    margins = np.array([n, n_peers, hits, total - hits], int)
    return possible, np.exp(of[margins].sum() - of[int(total)] - sum(of[cell.astype(int)] for cell in cells))


@cache
def _log_factorials(below: int) -> np.ndarray:
    """ln 0!, ln 1!, … up to `below`; scipy's gammaln would cost 0.3 s to import."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, below + 1)))])


def means_differ(mean, se, n, mean_peers, se_peers, n_peers) -> np.ndarray:
    """Two-sided p value that two means are equal (Welch's t test), element by element.

    se, se_peers  standard errors of the means; n, n_peers customers behind them

    NaN where a standard error is missing or both are 0.

    >>> float(means_differ(20.0, 1.0, 30, 23.0, 0.5, 300).round(2))
    0.01
    """
    from scipy.special import stdtr

    arrays = [np.asarray(a, float) for a in (mean, se, n, mean_peers, se_peers, n_peers)]
    mean, se, n, mean_peers, se_peers, n_peers = np.broadcast_arrays(*arrays)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = se**2 + se_peers**2
        degrees = variance**2 / (se**4 / (n - 1) + se_peers**4 / (n_peers - 1))
        return 2 * stdtr(degrees, -np.abs(mean - mean_peers) / np.sqrt(variance))


def benjamini_hochberg(p_values) -> np.ndarray:
    """Adjusted p values: flagging all at or below q keeps the false discovery rate at q.

    NaN (no test made) stays NaN and is not counted as a test. Source: Benjamini & Hochberg 1995.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    p = np.asarray(p_values, float)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    steps = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return adjusted


def chance_flags(p_values, level: float = NOISE) -> float:
    """How many of these tests fall below `level` if no store differs from its peers at all.

    >>> chance_flags([0.01, 0.5, 0.9, float("nan")])
    0.15000000000000002
    """
    return level * int(np.count_nonzero(~np.isnan(np.asarray(p_values, float))))


def bootstrap_mean(
    rows: pd.DataFrame, value: str, *, customer: str = "customer_id", draws: int = 2000, seed: int = SEED
) -> pd.DataFrame:
    """The mean of `value` over the rows with a 95 % interval, and its twin with the top 1 % cut back.

    Customers are drawn, not rows: the orders of one person are not independent. The winsorised twin
    sets every value above the 99th percentile to it; a large difference between the two rows says that
    a few customers carry the mean.

    rows  one row per order (or per customer), with columns `value` and `customer`

    Returns two rows: mean ("plain", "winsorised"), n_customers, value, value_low, value_high (percentiles
    of the seeded bootstrap; NaN with no customer, and bounds NaN with one).

    >>> orders = pd.DataFrame({"customer_id": list("aabc"), "amount": [10.0, 30.0, 20.0, 20.0]})
    >>> bootstrap_mean(orders, "amount")["value"].round(3).tolist()
    [20.0, 19.925]
    """
    amounts = rows[value].astype(float)
    twins = {"plain": amounts, "winsorised": amounts.clip(upper=float(amounts.quantile(0.99)))}
    return pd.DataFrame(
        [{"mean": name, **_bootstrap(kept, rows[customer], draws, seed)} for name, kept in twins.items()]
    )


def _bootstrap(amounts: pd.Series, customers: pd.Series, draws: int, seed: int) -> dict[str, float]:
    totals = amounts.groupby(customers.to_numpy()).agg(["sum", "count"]).to_numpy()
    n = len(totals)
    low, high = np.nan, np.nan
    if n > 1:
        rng = np.random.default_rng(seed)
        sums = np.array([totals[rng.integers(n, size=n)].sum(axis=0) for _ in range(draws)])
        low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    mean = totals[:, 0].sum() / totals[:, 1].sum() if n else np.nan
    return {"n_customers": n, "value": mean, "value_low": low, "value_high": high}
