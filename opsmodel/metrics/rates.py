"""What a rate or a mean of a small group can bear: intervals, tests, and the flags chance alone raises."""

import numpy as np

Z95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval


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
