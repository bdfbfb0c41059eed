"""The word a pilot ends with: tied to the interval and to the smallest effect registered before it began."""

import pandas as pd

from opsmodel.errors import ArgumentError, TableError

VERDICTS = ("effective", "probably", "not_enough", "no_effect", "unclear")
LIKELY = 0.2  # p up to which an effect of worthwhile size counts as probable


def verdict(effect: pd.DataFrame, smallest_effect: float) -> str:
    """One of the verdict words, from the table of `effect` and the smallest lift worth having.

    unclear: the two estimators disagree in sign. effective (有效): the interval lies above 0 and the
    estimate reaches the smallest effect. no_effect (无效): the whole interval lies below the smallest
    effect. probably (可能有效): above 0 beyond doubt but smaller than wished, or of the size wished with
    p up to 0.2. not_enough (证据不足): all else.

    smallest_effect  as a lift, above 0: 0.1 is +10 %

    Raises TableError if the table lacks a column or row, ArgumentError for an effect that is not above 0.

    >>> row = {"estimator": "did", "effect": 0.2, "p": 0.01}
    >>> row |= {"lift_rate": 0.22, "lift_rate_low": 0.1, "lift_rate_high": 0.35}
    >>> verdict(pd.DataFrame([row]), 0.1)
    'effective'
    """
    if not 0 < smallest_effect < 10:
        raise ArgumentError(
            "the smallest effect worth having is a lift above 0.",
            found=repr(smallest_effect),
            fix="give 0.1 for +10 %, as registered before the start.",
        )
    needed = ["estimator", "effect", "p", "lift_rate", "lift_rate_low", "lift_rate_high"]
    if effect.empty or not set(needed) <= set(effect.columns):
        raise TableError(
            "this is no table of pilot.effect.", found=list(effect.columns), fix=f"give {needed}."
        )
    first = effect.iloc[0]
    if (effect["effect"] > 0).any() and (effect["effect"] < 0).any():
        return "unclear"
    if first["lift_rate_high"] < smallest_effect:
        return "no_effect"
    reached = first["lift_rate"] >= smallest_effect
    if first["lift_rate_low"] > 0:
        return "effective" if reached else "probably"
    return "probably" if reached and first["p"] <= LIKELY else "not_enough"
