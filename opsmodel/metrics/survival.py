"""How long until it happens, when part of the waiting is still going on: Kaplan–Meier on counts.

The engine counts how many waits ended, or were cut off, after each number of days; the curve is
drawn here from those counts, so a chain of a million customers is a table of a few hundred rows.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import TableError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.rates import Z95

COUNTS = ["days", "events", "censored"]
ENOUGH = 1 - 1e-9  # a share that is q in exact arithmetic counts as q


def kaplan_meier(durations: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row per day on which a wait ended or was cut off: the share still waiting after it.

    A wait cut off on the day on which others end was still at risk that day.

    durations  counted waits: days (length, whole or not), events (how many ended so), censored (how
               many were cut off so); rows with the same length are added up
    by         column or columns; one curve each

    Returns the columns of `by`, then days, at_risk (waits at least this long), events, censored,
    survival (share still waiting after that day), survival_low, survival_high, failed (1 − survival:
    the share to whom it has happened), failed_low, failed_high. Intervals are 95 %, Greenwood's
    variance on the log(−log) scale; NaN where that is not defined, at a survival of 1 or 0. The curve
    ends at the longest wait seen.
    Raises TableError if a column is missing.
    Source: Kaplan & Meier 1958; Greenwood 1926; Kalbfleisch & Prentice 1980 for the log(−log) scale.

    >>> waits = pd.DataFrame({"days": [3, 5, 8], "events": [1, 1, 0], "censored": [0, 1, 1]})
    >>> kaplan_meier(waits)[["days", "at_risk", "survival"]].round(3).values.tolist()
    [[3.0, 4.0, 0.75], [5.0, 3.0, 0.5], [8.0, 1.0, 0.5]]
    """
    groups = column_names(by)
    missing = [column for column in [*groups, *COUNTS] if column not in durations.columns]
    if missing:
        raise TableError(
            f"the counted waits have no column {missing}.",
            found=list(durations.columns),
            fix="give days, events, censored and the columns of `by`.",
        )
    keys = [*groups, "days"]
    whole = durations.astype({"events": "int64", "censored": "int64"})
    curve = whole.groupby(keys, as_index=False, dropna=False, observed=True)[["events", "censored"]].sum()
    curve = curve.sort_values(keys, ignore_index=True)
    group = _group_number(curve, groups)
    gone = curve["events"] + curve["censored"]
    curve.insert(len(keys), "at_risk", gone[::-1].groupby(group[::-1]).cumsum()[::-1])
    at_risk, events = curve["at_risk"].to_numpy(float), curve["events"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve["survival"] = pd.Series(1 - events / at_risk).groupby(group).cumprod()
        hazard = pd.Series(events / (at_risk * (at_risk - events))).groupby(group).cumsum().to_numpy()
        survival = curve["survival"].to_numpy()
        inside = (survival > 0) & (survival < 1)
        width = Z95 * np.sqrt(hazard) / np.log(survival)
        low = np.where(inside, survival ** np.exp(-width), np.nan)
        high = np.where(inside, survival ** np.exp(width), np.nan)
    curve["survival_low"], curve["survival_high"] = low, high
    curve["failed"], curve["failed_low"], curve["failed_high"] = 1 - survival, 1 - high, 1 - low
    return curve


def quantile(curve: pd.DataFrame, q: float) -> float:
    """The first day by which it has happened to the share `q`; NaN if the curve never gets there.

    curve  one curve of `kaplan_meier`
    q      0 to 1; 0.5 is the median

    >>> waits = pd.DataFrame({"days": [3, 5, 8], "events": [1, 1, 0], "censored": [0, 1, 1]})
    >>> quantile(kaplan_meier(waits), 0.5), quantile(kaplan_meier(waits), 0.8)
    (5.0, nan)
    """
    reached = curve.loc[curve["failed"] >= q * ENOUGH, "days"]
    return float(reached.min()) if len(reached) else float("nan")


def quantiles(curve: pd.DataFrame, by: str | Sequence[str] | None = None, **names: float) -> pd.DataFrame:
    """One row per curve: the day by which it has happened to each share asked for.

    curve   curves of `kaplan_meier`, grouped by `by`
    names   column name = share, as in `median_days=0.5, p80_days=0.8`

    Returns the columns of `by` and one column a name; NaN where the curve does not get there.

    >>> waits = pd.DataFrame({"store_id": ["S1", "S1", "S2"], "days": [3, 5, 9],
    ...                       "events": [1, 1, 0], "censored": [0, 0, 2]})
    >>> quantiles(kaplan_meier(waits, by="store_id"), by="store_id", median_days=0.5).values.tolist()
    [['S1', 3.0], ['S2', nan]]
    """
    groups = column_names(by)
    if not groups:
        return pd.DataFrame({name: [quantile(curve, q)] for name, q in names.items()})
    result = curve[groups].drop_duplicates(ignore_index=True)
    for name, q in names.items():
        reached = curve[curve["failed"] >= q * ENOUGH]
        first = reached.groupby(groups, dropna=False, observed=True)["days"].min().rename(name)
        result = result.merge(first.reset_index(), on=groups, how="left")
    return result.astype(dict.fromkeys(names, float))


def at(curve: pd.DataFrame, days: float, *, min_at_risk: int = 1) -> dict[str, float]:
    """The share to whom it has happened by `days`, with its interval; NaN where too few waited that long.

    curve        one curve of `kaplan_meier`
    days         a length of wait
    min_at_risk  fewest waits that must have lasted `days` for the share to be given

    Returns at_risk (waits of at least `days`), failed, failed_low, failed_high. The curve is not
    carried on beyond its data.

    >>> waits = pd.DataFrame({"days": [3, 5, 8], "events": [1, 1, 0], "censored": [0, 1, 1]})
    >>> curve = kaplan_meier(waits)
    >>> at(curve, 6)["failed"], at(curve, 9)["failed"]
    (0.5, nan)
    """
    past, ahead = curve[curve["days"] <= days], curve[curve["days"] >= days]
    at_risk = int(ahead["at_risk"].iloc[0]) if len(ahead) else 0
    shares = ["failed", "failed_low", "failed_high"]
    if at_risk < min_at_risk:
        return {"at_risk": at_risk, **{name: float("nan") for name in shares}}
    if past.empty:
        return {"at_risk": at_risk, "failed": 0.0, "failed_low": float("nan"), "failed_high": float("nan")}
    return {"at_risk": at_risk, **{name: float(past[name].iloc[-1]) for name in shares}}


def _group_number(curve: pd.DataFrame, groups: list[str]) -> np.ndarray:
    if not groups:
        return np.zeros(len(curve), dtype=int)
    return curve.groupby(groups, dropna=False, observed=True, sort=False).ngroup().to_numpy()
