"""The panel of a pilot: stores × periods of log KPI, cut into the periods before and after the start."""

import warnings
from collections.abc import Iterable
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError, TooFewError

COLUMNS = ["unit", "period", "value"]


class Cut(NamedTuple):
    """One comparison, complete: every store has a positive value in every period of it.

    before    stores × periods before the start, log KPI
    after     stores × periods from the start on, log KPI
    treated   stores × 1: takes part in the pilot
    left_out  stores that have a zero or a missing value in these periods
    """

    before: pd.DataFrame
    after: pd.DataFrame
    treated: np.ndarray
    left_out: list

    @property
    def change(self) -> np.ndarray:
        """Δ log KPI of each store: mean after less mean before."""
        return self.after.to_numpy().mean(axis=1) - self.before.to_numpy().mean(axis=1)


def rows(history, columns: Iterable[str] = ()) -> pd.DataFrame:
    """The rows of a history as pandas, its periods as dates where they are dates.

    Raises TableError if a column is missing, a value is no number, or a store has a period twice.
    """
    needed = [*COLUMNS, *columns]
    if not isinstance(history, (pd.DataFrame, ir.Table)):
        raise TableError("history is not a table.", found=type(history).__name__, fix="pass a DataFrame.")
    missing = [name for name in needed if name not in history.columns]
    if missing:
        raise TableError(
            f"history has no column {missing}.",
            found=list(history.columns),
            fix="give one row a store and period: unit, period, value; pilot.history makes it.",
        )
    found = history[needed] if isinstance(history, pd.DataFrame) else history.select(*needed).execute()
    if not pd.api.types.is_numeric_dtype(found["value"]):
        try:
            found = found.assign(value=found["value"].astype(float))
        except (TypeError, ValueError):
            raise TableError(
                "history.value is not a number.", found=str(found["value"].dtype), fix="give numbers."
            ) from None
    found = found.assign(value=found["value"].astype(float), period=_times(found["period"]))
    twice = found.duplicated(["unit", "period"])
    if twice.any():
        raise TableError(
            "a store has two values in one period.",
            found=found.loc[twice, ["unit", "period"]].iloc[0].tolist(),
            fix="sum or average them, so that history has one row a store and period.",
        )
    return found


def wide(history) -> pd.DataFrame:
    """Stores × periods of log KPI, both sorted; NaN where the value is missing, zero or negative."""
    table = rows(history).pivot(index="unit", columns="period", values="value")
    return table.where(table > 0).sort_index().sort_index(axis=1).apply(np.log)


def cut(
    history,
    *,
    treated,
    start,
    end=None,
    before: int | None = None,
    min_before: int = 3,
    controls=None,
) -> Cut:
    """The stores and periods that a pilot compares.

    treated     stores of the pilot
    start       first day (or period) of the pilot; a period that began earlier and contains it counts on
                neither side
    end         last day (or period), inclusive; None: the last of the history
    before      periods before the start; None: all
    min_before  fewest of them that are accepted
    controls    stores to compare with; None: all others

    Stores with a zero or a missing value in these periods have no logarithm and are left out: a warning
    says how many of how many. Raises ArgumentError for unknown stores, TooFewError for too few
    periods or stores.
    """
    logs = wide(history)
    pilot = known(logs, treated, "treated")
    others = [unit for unit in logs.index if unit not in set(pilot)]
    if controls is not None:
        others = [unit for unit in known(logs, controls, "controls") if unit not in set(pilot)]
    first, last = sides(logs.columns, start, end)
    first = first[-before:] if before else first
    if len(first) < min_before or not len(last):
        raise TooFewError(
            f"a pilot needs {min_before} periods before its start and one after.",
            found=f"{len(first)} before, {len(last)} from {start} on",
            fix="give a longer history, or accept fewer openly with min_before=1.",
        )
    chosen = logs.loc[[*pilot, *others], [*first, *last]]
    whole = chosen.notna().all(axis=1).to_numpy()
    gone = chosen.index[~whole].tolist()
    if gone:
        warnings.warn(
            f"{len(gone)} of {len(chosen)} stores have a zero or missing value in these periods and are left "
            f"out: {gone[:5]}. In the pilot: {[unit for unit in gone if unit in set(pilot)]}. Longer periods "
            "have fewer zeros.",
            stacklevel=3,
        )
    kept = chosen[whole]
    mask = np.isin(np.arange(len(chosen)), np.arange(len(pilot)))[whole]
    if not mask.any() or (~mask).sum() < 2:
        raise TooFewError(
            "a comparison needs a pilot store and two controls with a value in every period.",
            found=f"{int(mask.sum())} pilot stores, {int((~mask).sum())} controls",
            fix="use longer periods, fewer of them, or other stores.",
        )
    return Cut(kept[list(first)], kept[list(last)], mask, gone)


def sides(periods: pd.Index, start, end=None) -> tuple[pd.Index, pd.Index]:
    """The periods wholly before `start`, and those from it to `end`; in neither, one that straddles them."""
    begin, stop = (_like(periods, value) for value in (start, end))
    first, last = np.asarray(periods < begin), np.asarray(periods >= begin)
    dated = isinstance(periods, pd.DatetimeIndex)
    if dated and begin not in periods:
        first &= _over(periods) <= begin
    if dated and stop is not None and stop not in periods:
        last &= _over(periods) <= stop + pd.Timedelta(days=1)
    elif stop is not None:
        last &= np.asarray(periods <= stop)
    return periods[first], periods[last]


def _over(periods: pd.Index) -> pd.DatetimeIndex:
    """Where each period ends: at the next one; the last is as long as they mostly are."""
    times = periods.to_numpy()
    length = np.median(np.diff(times)) if len(times) > 1 else np.timedelta64(1, "D")
    return pd.DatetimeIndex([*times[1:], times[-1] + length])


def _like(periods: pd.Index, value):
    if value is None or not pd.api.types.is_datetime64_any_dtype(periods):
        return value
    if isinstance(value, pd.Period):
        return value.start_time
    try:
        return pd.Timestamp(value)
    except (TypeError, ValueError):
        raise ArgumentError("this is not a date.", found=repr(value), fix="write it as 2024-06-30.") from None


def _times(periods: pd.Series) -> pd.Series:
    """Dates and ISO text become timestamps; numbers and other text stay as they are."""
    if isinstance(periods.dtype, pd.PeriodDtype):
        return periods.dt.start_time
    if pd.api.types.is_numeric_dtype(periods) or pd.api.types.is_datetime64_any_dtype(periods):
        return periods
    try:
        return pd.to_datetime(periods, format="ISO8601")
    except (TypeError, ValueError):
        return periods


def known(logs: pd.DataFrame, stores, what: str) -> list:
    """The stores as a list, once the history is known to hold them."""
    asked = [stores] if isinstance(stores, str) or not isinstance(stores, Iterable) else list(stores)
    asked = list(dict.fromkeys(asked))
    unknown = [store for store in asked if store not in logs.index]
    if unknown or not asked:
        raise ArgumentError(
            f"{what} names {'stores that history does not hold' if unknown else 'no store'}.",
            found=unknown[:8],
            fix=f"use units of the history: {logs.index.tolist()[:8]}.",
        )
    return asked
