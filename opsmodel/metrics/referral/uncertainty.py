"""How sure a mean over customers is: of a count per person, and of money per person."""

import numpy as np

from opsmodel.metrics.rates import SEED, Z95

DRAWS = 2000
MANY = 20_000  # customers from which the bootstrap and the normal interval are the same


def count_interval(total, squares, n) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a mean count per person, element by element.

    Poisson limits after Garwood, widened by how much more the counts vary than Poisson counts would
    (never narrowed): a few people who bring many make the mean less certain. None seen is not none at
    all: the upper limit of 0 in n is 3.69 ÷ n.

    total    sum of the counts
    squares  sum of their squares
    n        people; where it is 0 both limits are NaN

    Source: Garwood 1936; overdispersion as in quasi-Poisson regression, McCullagh & Nelder 1989.

    >>> low, high = count_interval([10.0, 0.0], [10.0, 0.0], [10, 10])
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.48, 0.0], [1.84, 0.37])
    """
    from scipy.special import gammaincinv

    total, squares, n = (np.asarray(a, float) for a in (total, squares, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(n > 0, n, np.nan)
        mean = total / n
        variance = (squares - total * mean) / np.where(n > 1, n - 1, np.nan)
        spread = np.fmax(1.0, np.where(mean > 0, variance / mean, 1.0))
        seen = total / spread
        low = np.where(seen > 0, gammaincinv(np.where(seen > 0, seen, 1.0), 0.025), 0.0)
        high = gammaincinv(seen + 1, 0.975)
        return low * spread / n, high * spread / n


def mean_interval(values) -> tuple[float, float]:
    """The 95 % interval of the mean of one value per customer: a seeded bootstrap.

    Above 20,000 customers the normal interval, which the bootstrap then repeats. NaN with one or none.

    >>> [round(limit, 1) for limit in mean_interval([0.0, 0.0, 30.0, 10.0])]
    [0.0, 22.5]
    """
    values = np.asarray(values, float)
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    if n > MANY:
        half = Z95 * values.std(ddof=1) / np.sqrt(n)
        return float(values.mean() - half), float(values.mean() + half)
    rng = np.random.default_rng(SEED)
    means = [values[rng.integers(n, size=n)].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
