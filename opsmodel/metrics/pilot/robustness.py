"""Whether the effect of a pilot stands: the same comparison, disturbed in five ways, on one page."""

from math import comb

import numpy as np
import pandas as pd

from opsmodel.metrics.pilot import panel, randomization
from opsmodel.metrics.pilot.effect import did
from opsmodel.metrics.rates import SEED

HELD_BACK = 0.05  # p below which a check has found something
PLACEBOS = 999


def robustness(
    history,
    *,
    treated,
    start,
    end=None,
    neighbours=None,
    before: int | None = None,
    min_before: int = 3,
    draws: int = randomization.DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """One row per check of `effect` (difference in differences).

    pre_trend: what the different slopes before the start alone would add up to by the middle of the pilot;
    holds if chance explains it. placebo_in_time: the effect of a start that never was, halfway through the
    periods before; holds if there is none. placebo_in_space: how many groups of controls alone show as
    much; holds if it agrees with the test. leave_one_out: the estimates without each pilot store; holds if
    none turns the sign, nor takes the significance away. neighbours: what moved in stores near the pilot,
    beside the other controls, for customers may have gone over; holds if nothing did.

    neighbours  controls near a pilot store: a list, or pilot store -> list; None: not known

    Other arguments, errors and the source as in `effect`.
    Returns check, effect, low, high (log KPI; for leave_one_out the estimate furthest off and the range, for
    placebo_in_space the pilot's and the range of 95 % of the placebos), p, holds ("yes", "no",
    "not_seen"), without (the store whose removal matters most; else empty), n (stores or placebos behind it).

    >>> rows = [(u, t, 100.0 + 7 * i + (i * t) % 3 + 20 * (u in "ab" and t > 5))
    ...         for i, u in enumerate("abcdefgh") for t in range(10)]
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> found = robustness(history, treated=["a", "b"], start=6)
    >>> found["check"].tolist()[:3]
    ['pre_trend', 'placebo_in_time', 'placebo_in_space']
    """
    asked = {"treated": treated, "start": start, "end": end, "before": before, "min_before": min_before}
    chosen = panel.cut(history, **asked)
    main, _low, _high, p = did(chosen.change, chosen.treated, draws, seed, bounds=False)
    return pd.DataFrame(
        [
            {"check": "pre_trend", **_pre_trend(chosen, draws, seed)},
            {"check": "placebo_in_time", **_in_time(chosen, draws, seed)},
            {"check": "placebo_in_space", **_in_space(chosen, main, p, seed)},
            {"check": "leave_one_out", **_leave_one_out(chosen, main, p, draws, seed)},
            {"check": "neighbours", **_neighbours(chosen, neighbours, draws, seed)},
        ]
    )


def _pre_trend(chosen: panel.Cut, draws: int, seed: int) -> dict:
    before = chosen.before.to_numpy()
    times = np.arange(before.shape[1], dtype=float)
    if len(times) < 3:
        return _unseen()
    slope = before @ (times - times.mean()) / ((times - times.mean()) ** 2).sum()
    drift = slope * (before.shape[1] + chosen.after.shape[1]) / 2  # from middle to middle
    return _tested(drift, chosen.treated, draws, seed)


def _in_time(chosen: panel.Cut, draws: int, seed: int) -> dict:
    before = chosen.before.to_numpy()
    late = before.shape[1] // 2
    if late < 1 or before.shape[1] - late < 2:
        return _unseen()
    change = before[:, -late:].mean(axis=1) - before[:, :-late].mean(axis=1)
    return _tested(change, chosen.treated, draws, seed)


def _in_space(chosen: panel.Cut, main: float, p_main: float, seed: int) -> dict:
    pool = chosen.change[~chosen.treated]
    size = min(int(chosen.treated.sum()), len(pool) // 2)
    first = np.arange(len(pool)) < size
    groups = np.vstack([first, randomization.assignments(first, PLACEBOS, seed)])
    inside = groups @ pool
    found = inside / size - (pool.sum() - inside) / (len(pool) - size)
    p = float((1 + np.count_nonzero(np.abs(found) >= abs(main) * (1 - 1e-9))) / (len(found) + 1))
    low, high = np.quantile(found, [0.025, 0.975])
    if 1 / (len(found) + 1) > HELD_BACK:  # too few controls for any group to stand out
        return _unseen() | {"effect": main, "low": low, "high": high, "p": p, "n": len(found)}
    agrees = (p <= HELD_BACK) == (p_main <= HELD_BACK)
    return _told(main, low, high, p, agrees, len(found))


def _leave_one_out(chosen: panel.Cut, main: float, p_main: float, draws: int, seed: int) -> dict:
    places = np.flatnonzero(chosen.treated)
    if len(places) < 2:
        return _unseen()
    found = []
    for place in places:
        kept = np.arange(len(chosen.change)) != place
        found.append(did(chosen.change[kept], chosen.treated[kept], draws, seed, bounds=False))
    estimates, ps = np.array([row[0] for row in found]), np.array([row[3] for row in found])
    furthest = int(np.abs(estimates - main).argmax())
    turned = bool((np.sign(estimates) != np.sign(main)).any())
    lost = bool(p_main <= HELD_BACK < ps.max())
    told = _told(
        estimates[furthest],
        estimates.min(),
        estimates.max(),
        float(ps.max()),
        not (turned or lost),
        len(places),
    )
    return told | {"without": str(chosen.before.index[places[furthest]])}


def _neighbours(chosen: panel.Cut, neighbours, draws: int, seed: int) -> dict:
    if neighbours is None:
        return _unseen()
    lists = neighbours.values() if isinstance(neighbours, dict) else [neighbours]
    near = {unit for units in lists for unit in ([units] if isinstance(units, str) else units)}
    pool = ~chosen.treated
    beside = chosen.before.index.isin(list(near))[pool]
    if not beside.any() or (~beside).sum() < 2:
        return _unseen()
    return _tested(chosen.change[pool], beside, draws, seed)


def _tested(change: np.ndarray, mask: np.ndarray, draws: int, seed: int) -> dict:
    estimate, low, high, p = did(change, mask, draws, seed)
    told = _told(estimate, low, high, p, p > HELD_BACK, len(change))
    can_fail = 1 / comb(len(change), int(mask.sum())) <= HELD_BACK  # else too few ways to choose the stores
    return told if can_fail else told | {"holds": "not_seen"}


def _told(effect: float, low: float, high: float, p: float, holds: bool, n: int) -> dict:
    told = {"effect": float(effect), "low": float(low), "high": float(high), "p": p}
    return {**told, "holds": "yes" if holds else "no", "without": "", "n": n}


def _unseen() -> dict:
    return {
        **dict.fromkeys(("effect", "low", "high", "p"), np.nan),
        "holds": "not_seen",
        "without": "",
        "n": 0,
    }
