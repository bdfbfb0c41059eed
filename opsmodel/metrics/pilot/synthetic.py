"""Synthetic control: the mixture of other stores that ran like the pilot stores before the start."""

from math import comb, sqrt
from typing import NamedTuple

import numpy as np

from opsmodel.metrics.pilot.randomization import LEVEL, assignments

DRAWS = 199
STEPS = 3000


class Opinion(NamedTuple):
    """The effect in log KPI, its interval and p value, and the weight of each control."""

    effect: float
    low: float
    high: float
    p: float
    weights: np.ndarray


def opinion(before: np.ndarray, after: np.ndarray, treated: np.ndarray, seed: int) -> Opinion:
    """The pilot stores' mean against a mixture of controls, both as distances to their own mean before.

    before, after  stores × periods of log KPI; treated  mask over the stores

    Weights are not negative and add up to 1; a ridge after Arkhangelsky et al. 2021 spreads them, so that
    many controls do not fit the noise of few periods. Chance is what groups of controls show in the pilot
    stores' place; the interval is the estimate and the placebo effect that 95 % of them stay below.
    """
    level = before.mean(axis=1, keepdims=True)
    before, after = before - level, after - level
    pool, late = before[~treated], after[~treated]
    n_pilot, n_pool = int(treated.sum()), len(pool)
    ridge = _ridge(pool, n_pilot, after.shape[1])
    found = simplex_weights(before[treated].mean(axis=0)[None, :], pool, np.ones((1, n_pool), bool), ridge)
    effect = float((after[treated].mean(axis=0) - found[0] @ late).mean())
    chance = np.abs(_placebos(pool, late, min(n_pilot, n_pool // 2), ridge, seed))
    p = (1 + np.count_nonzero(chance >= abs(effect) * (1 - 1e-9))) / (len(chance) + 1)
    place = int(np.ceil((1 - LEVEL) * (len(chance) + 1)))
    reach = float(np.sort(chance)[place - 1]) if place <= len(chance) else np.inf
    return Opinion(effect, effect - reach, effect + reach, float(p), found[0])


def _placebos(pool: np.ndarray, late: np.ndarray, size: int, ridge: float, seed: int) -> np.ndarray:
    """The effect that each group of controls shows, against a mixture of the other controls."""
    first = np.arange(len(pool)) < size
    groups = assignments(first, DRAWS, seed)
    if comb(len(pool), size) - 1 <= DRAWS:
        groups = np.vstack([first, groups])
    share = groups / size
    weights = simplex_weights(share @ pool, pool, ~groups, ridge)
    return ((share - weights) @ late).mean(axis=1)


def _ridge(pool: np.ndarray, n_pilot: int, n_after: int) -> float:
    spread = np.diff(pool, axis=1).var(ddof=1) if pool.shape[1] > 1 else 0.0
    return sqrt(n_pilot * n_after) * float(spread) * pool.shape[1] + 1e-12


def simplex_weights(targets: np.ndarray, pool: np.ndarray, allowed: np.ndarray, ridge: float) -> np.ndarray:
    """For each target w >= 0, Σ w = 1 that make ‖target − w·pool‖² + ridge‖w‖² least.

    targets  one series a row; pool  one control a row; allowed  targets × controls

    All targets at once, by the accelerated projected gradient (Beck & Teboulle 2009) with restarts.

    >>> simplex_weights(np.array([[1.0, 3.0]]), np.eye(2) * 4, np.ones((1, 2), bool), 0).round(3).tolist()
    [[0.25, 0.75]]
    """
    step = 1.0 / (np.linalg.norm(pool, 2) ** 2 + ridge + 1e-300)
    weights = allowed / allowed.sum(axis=1, keepdims=True)
    ahead, speed = weights, 1.0
    for _ in range(STEPS):
        slope = (ahead @ pool - targets) @ pool.T + ridge * ahead
        new = _on_simplex(np.where(allowed, ahead - step * slope, -1e6))
        moved = new - weights
        faster = (1 + sqrt(1 + 4 * speed**2)) / 2
        if ((ahead - new) * moved).sum() > 0:  # overshot: start again without momentum
            faster, push = 1.0, 0.0
        else:
            push = (speed - 1) / faster
        ahead, weights, speed = new + push * moved, new, faster
        if np.abs(moved).max() < 1e-9:
            break
    return weights


def _on_simplex(points: np.ndarray) -> np.ndarray:
    """The nearest point with no negative part and sum 1, row by row (Duchi et al. 2008)."""
    ordered = -np.sort(-points, axis=1)
    over = np.cumsum(ordered, axis=1) - 1
    place = np.arange(1, points.shape[1] + 1)
    kept = (ordered - over / place > 0).sum(axis=1)
    threshold = over[np.arange(len(points)), kept - 1] / kept
    return np.maximum(points - threshold[:, None], 0.0)
