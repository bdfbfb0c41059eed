"""Random numbers that come out alike on every machine and every release of numpy.

Only the generator's uniform numbers are used, turned into the shape needed; its own `normal` or
`poisson` may change between releases.
"""

import numpy as np
from scipy.special import ndtri, pdtr, pdtrik


class Draw:
    """A seeded stream; streams of different keys are independent, so one store never moves another."""

    def __init__(self, *key: int) -> None:
        self._uniform = np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

    def uniform(self, n: int) -> np.ndarray:
        """n numbers from 0 to 1.

        >>> Draw(7, 1).uniform(2).round(3).tolist() == Draw(7, 1).uniform(2).round(3).tolist()
        True
        """
        return self._uniform.random(n)

    def chance(self, share, n: int) -> np.ndarray:
        """n times yes or no; `share` is a number, or one a row."""
        return self.uniform(n) < share

    def normal(self, n: int) -> np.ndarray:
        return ndtri(np.clip(self.uniform(n), 1e-12, 1 - 1e-12))

    def exponential(self, n: int) -> np.ndarray:
        return -np.log1p(-self.uniform(n))

    def below(self, limit, n: int) -> np.ndarray:
        """n whole numbers from 0 to limit - 1."""
        return (self.uniform(n) * limit).astype(np.int64)

    def pick(self, weights, n: int) -> np.ndarray:
        """n positions in `weights`, each as likely as its weight."""
        heights = np.cumsum(np.asarray(weights, dtype=float))
        return np.searchsorted(heights / heights[-1], self.uniform(n), side="right").clip(0, len(heights) - 1)

    def count(self, mean) -> np.ndarray:
        """A Poisson count for each mean, by inversion."""
        mean = np.asarray(mean, dtype=float)
        share = self.uniform(len(mean))
        above = np.ceil(pdtrik(share, mean))
        below = np.maximum(above - 1, 0)
        return np.where(pdtr(below, mean) >= share, below, above).astype(np.int64)
