"""What a store is like before a pilot: how large, which way it runs, how steady, how far above itself."""

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.pilot import panel

TRAITS = ("size", "trend", "volatility", "recent")
FEWEST = 3  # periods seen, for a store to have a trend


def traits(history, *, by=None, recent_periods: int = 1) -> pd.DataFrame:
    """One row per store with at least three periods seen, sorted by `by` and size.

    by              columns of history that stay the same for a store (region, format, …)
    recent_periods  how many of the last periods are "recent"

    Returns unit, the columns of `by`, n_periods, size (mean log KPI), trend (log KPI a period, beside the
    chain's own), volatility (standard deviation around size and trend), recent (log KPI of the last
    periods over the store's own mean before, beside the chain's).
    Raises TableError for a history that is no panel, ArgumentError if a column of `by` changes in a store.

    >>> rows = [(u, t, 10.0 + i) for i, u in enumerate("abc") for t in range(4)]
    >>> traits(pd.DataFrame(rows, columns=["unit", "period", "value"]))["unit"].tolist()
    ['a', 'b', 'c']
    """
    names = column_names(by)
    logs = panel.wide(history)
    logs = logs[logs.notna().sum(axis=1) >= FEWEST]
    values = logs.to_numpy()
    own = values - np.nanmean(values, axis=0) if len(values) else values
    seen = ~np.isnan(own)
    n = seen.sum(axis=1)
    own = np.where(seen, own, 0.0)
    times = np.where(seen, np.arange(values.shape[1], dtype=float), 0.0)
    middle = (own.sum(axis=1) / n, times.sum(axis=1) / n)
    centred, clock = (np.where(seen, a - m[:, None], 0.0) for a, m in zip((own, times), middle, strict=True))
    slope = (centred * clock).sum(axis=1) / (clock**2).sum(axis=1)
    rest = np.sqrt(((centred - slope[:, None] * clock) ** 2).sum(axis=1) / np.maximum(n - 2, 1))
    found = pd.DataFrame(
        {
            "unit": logs.index,
            **{name: _constant(history, name).reindex(logs.index).to_numpy() for name in names},
            "n_periods": n,
            "size": np.nanmean(values, axis=1) if len(values) else [],
            "trend": slope,
            "volatility": rest,
            "recent": lately(values, recent_periods),
        }
    )
    return found.sort_values([*names, "size", "unit"], ignore_index=True)


def lately(logs: np.ndarray, periods: int) -> np.ndarray:
    """The last periods over the store's mean of those before, beside the chain; NaN if either is unseen."""
    if not logs.size or logs.shape[1] <= periods:
        return np.full(len(logs), np.nan)
    own = logs - np.nanmean(logs, axis=0)
    late, early = own[:, -periods:], own[:, :-periods]
    enough = ~np.isnan(late).any(axis=1) & (~np.isnan(early)).any(axis=1)
    found = np.full(len(logs), np.nan)
    found[enough] = late[enough].mean(axis=1) - np.nanmean(early[enough], axis=1)
    return found


def _constant(history, name: str) -> pd.Series:
    rows = panel.rows(history, [name])[["unit", name]].drop_duplicates()
    if rows["unit"].duplicated().any():
        unit = rows.loc[rows["unit"].duplicated(), "unit"].iloc[0]
        raise ArgumentError(
            f"{name} changes within a store.",
            found=f"{unit}: {rows.loc[rows['unit'] == unit, name].tolist()}",
            fix="group stores by what stays the same.",
        )
    return rows.set_index("unit")[name]
