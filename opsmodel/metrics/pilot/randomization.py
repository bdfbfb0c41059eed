"""Randomization inference: what the same comparison shows when chance alone picks the pilot stores."""

from math import comb
from typing import NamedTuple

import numpy as np

DRAWS = 1999
LEVEL = 0.05
OWN_SPREAD = 5  # stores a side from which on each side's spread is taken from itself, not from both


class Sums(NamedTuple):
    """What the t statistic of an assignment is made of, for any effect taken out of the pilot stores.

    change  Σ Δ over the assigned stores; square Σ Δ²
    shared  how many of them are pilot stores; pilot Σ Δ over these
    """

    change: np.ndarray
    square: np.ndarray
    shared: np.ndarray
    pilot: np.ndarray


def assignments(treated: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Other choices of as many stores, one a row: all there are if these are no more than `draws`.

    treated  the stores of the pilot, as a mask

    >>> assignments(np.array([True, False, False]), 10, 1).astype(int).tolist()
    [[0, 1, 0], [0, 0, 1]]
    """
    n, k = len(treated), int(treated.sum())
    if comb(n, k) - 1 <= draws:
        from itertools import combinations

        chosen = np.zeros((comb(n, k), n), bool)
        for row, stores in enumerate(combinations(range(n), k)):
            chosen[row, list(stores)] = True
        return chosen[(chosen != treated).any(axis=1)]
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(np.arange(n) < k, (draws, 1)), axis=1)


def sums(change: np.ndarray, treated: np.ndarray, chosen: np.ndarray) -> Sums:
    """The sums of each assignment in the rows of `chosen`."""
    parts = np.column_stack([change, change**2, treated, treated * change])
    return Sums(*(chosen.astype(float) @ parts).T)


def t_statistic(found: Sums, whole: Sums, n: int, k: int, effect=0.0) -> np.ndarray:
    """Difference of the means ÷ its standard error, once `effect` is taken out of the pilot stores.

    found  sums of assignments of k stores; whole  sums over all n stores

    With five stores a side each side has its own variance (Welch), below that they share one.
    """
    total = whole.change - effect * whole.shared
    square = whole.square - 2 * effect * whole.pilot + effect**2 * whole.shared
    inside = found.change - effect * found.shared
    inside_square = found.square - 2 * effect * found.pilot + effect**2 * found.shared
    rest = n - k
    spread = np.maximum(inside_square - inside**2 / k, 0.0)
    rest_spread = np.maximum(square - inside_square - (total - inside) ** 2 / rest, 0.0)
    if min(k, rest) >= OWN_SPREAD:
        variance = spread / (k - 1) / k + rest_spread / (rest - 1) / rest
    else:
        variance = (spread + rest_spread) / max(n - 2, 1) * (1 / k + 1 / rest)
    floor = 1e-24 * (1 + square)  # stores that differ by rounding only
    return (inside / k - (total - inside) / rest) / np.sqrt(np.maximum(variance, floor))


class Trial(NamedTuple):
    """The assignment of a pilot among those of chance, ready to be asked about any effect."""

    own: Sums
    chance: Sums
    whole: Sums
    n: int
    k: int

    def p(self, effect: float = 0.0) -> float:
        """Of an effect so large: (1 + #{|t*| >= |t|}) / (B + 1) over the B assignments of chance."""
        t = abs(float(t_statistic(self.own, self.whole, self.n, self.k, effect)[0]))
        chance = np.abs(t_statistic(self.chance, self.whole, self.n, self.k, effect))
        return float(1 + np.count_nonzero(chance >= t * (1 - 1e-9))) / (len(chance) + 1)


def trial(change: np.ndarray, treated: np.ndarray, chosen: np.ndarray) -> Trial:
    """The trial of these changes of log KPI, centred so that sums of squares lose no digits.

    chosen  the assignments of chance, one a row; the pilot's own is not counted among them

    Source: MacKinnon & Webb 2020.

    >>> treated = np.array([True, False, False, False])
    >>> trial(np.array([3.0, 0.0, 1.0, 0.5]), treated, assignments(treated, 99, 1)).p()
    0.25
    """
    centred = change - change.mean()
    others = chosen[(chosen != treated).any(axis=1)]
    own, whole = (sums(centred, treated, mask[None, :]) for mask in (treated, np.ones_like(treated)))
    return Trial(own, sums(centred, treated, others), whole, len(change), int(treated.sum()))


def interval(tested: Trial, estimate: float, scale: float) -> tuple[float, float]:
    """The effects that the test does not reject at 5 %: from the estimate outward, each way.

    scale  a first step, about a standard error

    A side on which no effect can be rejected (too few assignments) is infinite.
    """
    return _bound(tested, estimate, -scale), _bound(tested, estimate, scale)


def _bound(tested: Trial, estimate: float, step: float) -> float:
    inside, width = estimate, step
    for _ in range(40):
        outside = estimate + width
        if tested.p(outside) <= LEVEL:
            break
        inside, width = outside, width * 1.6
    else:
        return float(np.sign(step) * np.inf)
    for _ in range(30):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if tested.p(middle) <= LEVEL else (middle, outside)
    return float(outside)
