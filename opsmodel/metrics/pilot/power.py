"""How small an effect a pilot would notice: past windows played again, with effects put in by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import TooFewError
from opsmodel.metrics.pilot import panel, randomization
from opsmodel.metrics.rates import SEED, wilson

EFFECTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
POWER = 0.8
FINE = (*np.arange(0.02, 0.62, 0.02).round(2), 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)


def power(
    history,
    *,
    n: int = 10,
    stores=None,
    weeks: int = 8,
    effects: Sequence[float] = EFFECTS,
    before: int | None = None,
    replays: int = 400,
    draws: int = 499,
    seed: int = SEED,
) -> pd.DataFrame:
    """One row per effect: how often a pilot of this size notices it, in the chain's own past.

    Each replay takes a past window in which nothing was piloted, names n stores drawn by lot (or `stores`)
    the pilot, raises them by the effect, and tests as `effect` does. With no effect put in, what it
    notices is false: the A/A rate, which should be about 5 %.

    history  one row a store and period: unit, period, value, from before any pilot
    n        pilot stores drawn by lot in each replay
    stores   these stores in every replay instead; then only the windows differ, and they overlap
    weeks    length of the pilot in periods of the history
    effects  lifts to try: 0.2 is +20 %
    before   periods before the start to compare with; None: as many as `weeks`, at least 3
    replays  how many; draws  random assignments in each test

    Returns lift_rate, n_replays, n_detected, detected_rate with its interval (Wilson), false_positive_rate
    with its interval (lift 0), mde (the lift noticed in 80 % of the replays, the same in every row; NaN
    beyond +300 %), n_treated, n_controls, n_pre, n_post, n_windows.
    Raises TooFewError if the history is too short for one window, or has too few stores.
    Source: replay as in GeoLift (Meta, power by simulation on past windows); MacKinnon & Webb 2020.

    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, np.exp(rng.normal(0, 0.1))) for u in range(30) for t in range(12)]
    >>> found = power(pd.DataFrame(rows, columns=["unit", "period", "value"]), n=8, weeks=4, replays=50)
    >>> bool(found["mde"].iloc[0] < 0.2)
    True
    """
    logs = panel.wide(history)
    early = before or max(3, weeks)
    windows = _windows(logs, early, weeks, stores, n)
    rng = np.random.default_rng(seed)
    tries = np.unique(np.round([0.0, *effects, *FINE], 6))
    noticed = []
    times = [len(part) for part in np.array_split(np.arange(replays), len(windows))]
    for (change, fixed), rounds in zip(windows, times if stores is None else [1] * len(windows), strict=True):
        size = int(fixed.sum()) if stores is not None else n
        first = np.arange(len(change)) < size
        chance = randomization.assignments(first, draws, int(rng.integers(2**31)))
        for _ in range(rounds):
            mask = fixed if stores is not None else rng.permutation(first)
            noticed.append(_noticed(change, mask, chance, tries))
    rates = np.mean(noticed, axis=0)
    k, base = np.rint(rates * len(noticed)), len(noticed)
    low, high = wilson(k, base)
    found = pd.DataFrame(
        {
            "lift_rate": tries,
            "n_replays": base,
            "n_detected": k.astype(int),
            "detected_rate": rates,
            "detected_rate_low": low,
            "detected_rate_high": high,
            "false_positive_rate": rates[0],
            "false_positive_rate_low": low[0],
            "false_positive_rate_high": high[0],
            "mde": _mde(tries, rates),
            "n_treated": size,
            "n_controls": len(change) - size,
            "n_pre": early,
            "n_post": weeks,
            "n_windows": len(windows),
        }
    )
    return found[found["lift_rate"].isin(np.round(list(effects), 6))].reset_index(drop=True)


def _windows(
    logs: pd.DataFrame, early: int, late: int, stores, n: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Δ log KPI of the stores seen throughout each past window, and which of them are `stores`."""
    chosen = set(panel.known(logs, stores, "stores")) if stores is not None else set()
    fixed = logs.index.isin(list(chosen))
    values, found = logs.to_numpy(), []
    for start in range(early, values.shape[1] - late + 1):
        window = values[:, start - early : start + late]
        whole = ~np.isnan(window).any(axis=1)
        size = int((fixed & whole).sum()) if chosen else n
        if size and whole.sum() >= size + 2 and (not chosen or size == len(chosen)):
            change = window[whole, early:].mean(axis=1) - window[whole, :early].mean(axis=1)
            found.append((change, fixed[whole]))
    if not found or late < 1:
        raise TooFewError(
            "the history holds no past window for this pilot.",
            found=f"{values.shape[1]} periods, {len(logs)} stores",
            fix=f"give {early + late} whole periods of {n + 2} stores or more, or ask for a shorter pilot.",
        )
    return found


def _noticed(change: np.ndarray, mask: np.ndarray, chance: np.ndarray, lifts: np.ndarray) -> np.ndarray:
    """Whether each lift, put into the pilot stores, is found at 5 %."""
    tested = randomization.trial(change, mask, chance)
    return np.array([tested.p(-effect) <= randomization.LEVEL for effect in np.log1p(lifts)])


def _mde(lifts: np.ndarray, rates: np.ndarray) -> float:
    """Where the rising curve of detection crosses 80 %."""
    rising = np.maximum.accumulate(rates)
    above = int(np.searchsorted(rising, POWER))
    if above == len(lifts):
        return float("nan")
    if above == 0:
        return float(lifts[0])
    return float(np.interp(POWER, rising[above - 1 : above + 1], lifts[above - 1 : above + 1]))
