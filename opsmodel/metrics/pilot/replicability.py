"""Whether the pilot can be repeated: how many stores of each wave reach half of what it showed."""

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.pilot import panel
from opsmodel.metrics.rates import wilson

GO = 2 / 3  # of the wave stores, to go on with the next wave
UNDECIDED = ("not_enough", "unclear")
STOP = 1 / 3


def replicability(
    history, *, waves: pd.DataFrame, lift: float, weeks: int = 8, before: int | None = None
) -> pd.DataFrame:
    """One row per wave: the share of its stores that reach half the pilot's effect by week 8.

    A store's own effect: its Δ log KPI from the periods before its start to the last four of the first
    eight after it, less the mean of the stores that start later or never. How many of those would pass
    by chance stands beside it. A store counts once it has been seen for the whole time.

    history  one row a store and period: unit, period (dates), value
    waves    one row a store: unit (or store_id), wave, started_on; empty where not started
    lift     of the pilot: 0.2 is +20 %; a wave store reaches with half of it
    weeks    periods after the start
    before   periods before it to compare with; None: as many, at least 3

    Returns wave, started_on (the first store's), n_stores, n_seen (long enough), n_repeating,
    replicability with its interval (Wilson; NaN if none was seen), chance_rate (of the stores not started,
    the share that would pass), lift_rate (mean of the stores' own; NaN if none was seen).
    Raises TableError if a column is missing, ArgumentError for a lift that is not above 0.

    >>> rows = [(u, t, 100.0 * (1.3 if u == "a" and t >= 4 else 1)) for u in "abcd" for t in range(8)]
    >>> waves = pd.DataFrame({"unit": ["a"], "wave": ["1"], "started_on": [4]})
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> replicability(history, waves=waves, lift=0.3, weeks=4)[["n_seen", "n_repeating"]].values.tolist()
    [[1, 1]]
    """
    if not lift > 0:
        raise ArgumentError(
            "half of no effect is reached by everybody.",
            found=repr(lift),
            fix="give the pilot's lift, above 0.",
        )
    started = _started(waves)
    logs = panel.wide(history)
    early = before or max(3, weeks)
    starts = started.set_index("unit")["started_on"]
    own: dict[object, float] = {}
    chance: list[bool] = []
    for begin, group in started.groupby("started_on"):
        first, last = panel.sides(logs.columns, begin)
        waiting = [u for u in logs.index if u not in starts.index or not _by(logs, starts[u], last, weeks)]
        seen = _changes(logs, first[-early:], last[:weeks], early, weeks)
        idle = seen.reindex(waiting).dropna()
        if len(idle) < 2:
            continue
        reached = seen.reindex(group["unit"]).dropna() - idle.mean()
        own |= dict(reached.items())
        rest = (idle.sum() - idle) / (len(idle) - 1)
        chance += [_passes(value, lift) for value in idle - rest]
    started["effect"] = started["unit"].map(own).astype(float)
    started["chance_rate"] = np.mean(chance) if chance else np.nan
    return _by_wave(started, lift)


def _started(waves: pd.DataFrame) -> pd.DataFrame:
    named = waves.rename(columns={"store_id": "unit"}) if "unit" not in waves.columns else waves
    missing = [name for name in ("unit", "wave", "started_on") if name not in named.columns]
    if missing:
        raise TableError(
            f"waves has no column {missing}.", found=list(waves.columns), fix="give unit, wave, started_on."
        )
    found = named.loc[named["wave"].notna() & named["started_on"].notna(), ["unit", "wave", "started_on"]]
    if not pd.api.types.is_numeric_dtype(found["started_on"]):
        found = found.assign(started_on=pd.to_datetime(found["started_on"]))
    return found.reset_index(drop=True)


def _by(logs: pd.DataFrame, begin, last: pd.Index, weeks: int) -> bool:
    """Whether a store that starts at `begin` starts before the end of the window."""
    return bool(len(last) and begin <= last[min(weeks, len(last)) - 1])


def _changes(logs: pd.DataFrame, first: pd.Index, last: pd.Index, early: int, weeks: int) -> pd.Series:
    """Δ log KPI by the end of the window; NaN for a store not seen throughout it."""
    if len(first) < min(early, 3) or len(last) < weeks:
        return pd.Series(np.nan, logs.index)
    before, after = logs[list(first)], logs[list(last[-min(4, weeks) :])]
    whole = before.notna().all(axis=1) & after.notna().all(axis=1)
    return (after.mean(axis=1) - before.mean(axis=1)).where(whole)


def _passes(effect: float, lift: float) -> bool:
    return bool(np.expm1(effect) >= lift / 2)


def _by_wave(started: pd.DataFrame, lift: float) -> pd.DataFrame:
    started["seen"] = started["effect"].notna()
    started["reached"] = started["seen"] & (np.expm1(started["effect"]) >= lift / 2)
    found = (
        started.groupby("wave", sort=True)
        .agg(
            started_on=("started_on", "min"),
            n_stores=("unit", "size"),
            n_seen=("seen", "sum"),
            n_repeating=("reached", "sum"),
            chance_rate=("chance_rate", "first"),
            lift_rate=("effect", "mean"),
        )
        .reset_index()
        .sort_values(["started_on", "wave"], ignore_index=True)
    )
    low, high = wilson(found["n_repeating"], found["n_seen"])
    rate = found["n_repeating"] / found["n_seen"].where(found["n_seen"] > 0)
    found.insert(5, "replicability", rate.astype(float))
    found.insert(6, "replicability_low", low)
    found.insert(7, "replicability_high", high)
    return found.assign(lift_rate=np.expm1(found["lift_rate"]))


def next_step(verdict: str, waves: pd.DataFrame | None = None) -> str:
    """ "go", "hold" or "stop" with the roll-out, from the verdict word and the table of `replicability`.

    stop: no effect worth having, or at most a third of the stores of the last wave seen reach (hold, where
    the pilot has no verdict: half of an effect that may be chance is no yardstick). go: the
    pilot is effective and, once a wave is seen, at least two thirds reach and more than chance lets
    reach. hold: all else.

    >>> next_step("effective"), next_step("no_effect"), next_step("probably")
    ('go', 'stop', 'hold')
    """
    seen = waves[waves["n_seen"] > 0] if waves is not None else pd.DataFrame()
    if verdict == "no_effect":
        return "stop"
    if len(seen):
        last = seen.iloc[-1]
        if last["replicability"] <= STOP:
            return "hold" if verdict in UNDECIDED else "stop"
        repeats = last["replicability"] >= GO and not last["replicability"] <= last["chance_rate"]
        return "go" if verdict == "effective" and repeats else "hold"
    return "go" if verdict == "effective" else "hold"
