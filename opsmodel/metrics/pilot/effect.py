"""What the pilot changed, by two estimators, with what chance alone would show."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.pilot import panel, randomization, synthetic
from opsmodel.metrics.rates import SEED

ESTIMATORS = ("did", "synthetic_control")


def effect(
    history,
    *,
    treated,
    start,
    end=None,
    estimator: str | Sequence[str] = ESTIMATORS,
    before: int | None = None,
    min_before: int = 3,
    controls=None,
    draws: int = randomization.DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """One row per estimator: the average effect on the pilot stores, in log KPI and as a lift.

    did: mean over pilot stores of Δ log KPI less the mean over controls; p by randomization inference on
    the t statistic, p = (1 + #{|t*| >= |t|}) / (B + 1), interval by inverting the test. With fewer than
    five stores on a side both share one variance. synthetic_control: the second opinion, a mixture of
    controls that ran like the pilot stores before; chance is what groups of controls show.

    history     one row a store and period: unit, period, value (the KPI, above 0)
    treated     stores of the pilot
    start       its first day or period; a period that only partly lies after it counts on neither side
    end         its last day or period, inclusive; None: the last period of the history
    estimator   "did", "synthetic_control", or both
    before      periods before the start to compare with; None: all
    min_before  fewest of them that are accepted; below 3 a trend cannot be told from an effect
    controls    stores to compare with; None: all others
    draws       random assignments B; all there are, if these are fewer

    Returns estimator, effect, low, high (log KPI; 95 %, infinite where there are too few stores to reject
    anything), p, lift_rate with its bounds (exp(effect) − 1; NaN where open), n_treated, n_controls, n_pre,
    n_post, n_left_out (stores with a zero or missing value: they have no logarithm, and a warning says so).
    Raises TableError for a history that is no panel, ArgumentError for unknown stores or estimators,
    TooFewError (an ArgumentError) for fewer than 3 periods before, or fewer than 2 controls.
    Source: MacKinnon & Webb 2020 (Journal of Econometrics 218); Abadie, Diamond & Hainmueller 2010;
    Arkhangelsky et al. 2021 (American Economic Review 111).

    >>> rows = [(u, t, 100 * (1 + i) * (1.2 if u == "a" and t > 3 else 1.0))
    ...         for i, u in enumerate("abcdefg") for t in range(1, 6)]
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> effect(history, treated=["a"], start=4, estimator="did")[["lift_rate", "p"]].round(3).values.tolist()
    [[0.2, 0.143]]
    """
    asked = [estimator] if isinstance(estimator, str) else list(estimator)
    unknown = [name for name in asked if name not in ESTIMATORS]
    if unknown or not asked:
        raise ArgumentError("this estimator does not exist.", found=unknown, fix=f"use {ESTIMATORS}.")
    chosen = panel.cut(
        history,
        treated=treated,
        start=start,
        end=end,
        before=before,
        min_before=min_before,
        controls=controls,
    )
    return pd.DataFrame([_row(name, chosen, draws, seed) for name in asked])


def _row(name: str, chosen: panel.Cut, draws: int, seed: int) -> dict:
    if name == "did":
        estimate, low, high, p = did(chosen.change, chosen.treated, draws, seed)
    else:
        second = synthetic.opinion(chosen.before.to_numpy(), chosen.after.to_numpy(), chosen.treated, seed)
        estimate, low, high, p = second[:4]
    return {
        "estimator": name,
        "effect": estimate,
        "low": low,
        "high": high,
        "p": p,
        "lift_rate": np.expm1(estimate),
        "lift_rate_low": np.expm1(low) if np.isfinite(low) else np.nan,
        "lift_rate_high": np.expm1(high) if np.isfinite(high) else np.nan,
        "n_treated": int(chosen.treated.sum()),
        "n_controls": int((~chosen.treated).sum()),
        "n_pre": chosen.before.shape[1],
        "n_post": chosen.after.shape[1],
        "n_left_out": len(chosen.left_out),
    }


def did(
    change: np.ndarray, treated: np.ndarray, draws: int, seed: int, *, bounds: bool = True
) -> tuple[float, float, float, float]:
    """Difference of the mean changes, its interval (left open without `bounds`) and p."""
    estimate = float(change[treated].mean() - change[~treated].mean())
    tested = randomization.trial(change, treated, randomization.assignments(treated, draws, seed))
    low, high = np.nan, np.nan
    if bounds:
        scale = float(change.std() / np.sqrt(treated.sum())) or 1e-9
        low, high = randomization.interval(tested, estimate, scale)
    return estimate, low, high, tested.p()


def placebos(
    history, *, treated, start, end=None, before=None, draws: int = 999, seed: int = SEED, **cut
) -> pd.DataFrame:
    """One row per random choice of as many stores: the effect each would have shown.

    Arguments as in `effect`. Returns assignment ("pilot" for the pilot itself, in the first row, else
    "chance"), effect, lift_rate.

    >>> rows = [(u, t, 10.0 + ord(u) * t) for u in "abcd" for t in range(5)]
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> len(placebos(history, treated=["a"], start=4))
    4
    """
    chosen = panel.cut(history, treated=treated, start=start, end=end, before=before, **cut)
    masks = randomization.assignments(chosen.treated, draws, seed)
    masks = np.vstack([chosen.treated, masks])
    k, n = int(chosen.treated.sum()), len(chosen.treated)
    inside = masks @ chosen.change
    found = inside / k - (chosen.change.sum() - inside) / (n - k)
    kinds = ["pilot", *["chance"] * (len(masks) - 1)]
    return pd.DataFrame({"assignment": kinds, "effect": found, "lift_rate": np.expm1(found)})


def paths(history, *, treated, start, end=None, before=None, seed: int = SEED, **cut) -> pd.DataFrame:
    """One row per period: how pilot stores, controls and their mixture ran; 1 is each one's mean before.

    Arguments as in `effect`. Returns period, pilot, controls, synthetic_control (geometric means over the
    stores, as an index), after (from the start on).
    """
    chosen = panel.cut(history, treated=treated, start=start, end=end, before=before, **cut)
    level = chosen.before.to_numpy().mean(axis=1, keepdims=True)
    logs = pd.concat([chosen.before, chosen.after], axis=1).to_numpy() - level
    weights = synthetic.opinion(
        chosen.before.to_numpy(), chosen.after.to_numpy(), chosen.treated, seed
    ).weights
    return pd.DataFrame(
        {
            "period": [*chosen.before.columns, *chosen.after.columns],
            "pilot": np.exp(logs[chosen.treated].mean(axis=0)),
            "controls": np.exp(logs[~chosen.treated].mean(axis=0)),
            "synthetic_control": np.exp(weights @ logs[~chosen.treated]),
            "after": [False] * chosen.before.shape[1] + [True] * chosen.after.shape[1],
        }
    )
