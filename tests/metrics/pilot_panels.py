"""Panels of stores whose truth is known, for the tests of the pilot."""

import numpy as np
import pandas as pd


def long(values, periods=None) -> pd.DataFrame:
    """Stores × periods as a history; stores are S000, S001, …"""
    values = np.asarray(values, float)
    units = [f"S{number:03d}" for number in range(len(values))]
    periods = list(range(values.shape[1])) if periods is None else list(periods)
    return pd.DataFrame(
        {
            "unit": np.repeat(units, len(periods)),
            "period": periods * len(units),
            "value": values.ravel(),
        }
    )


def chain(seed, n=60, periods=16, noise=0.15, drift=0.03, sizes=0.6):
    """Revenue of n stores with sizes, weather common to all, noise, and a wandering level of their own."""
    rng = np.random.default_rng(seed)
    logs = rng.normal(8, sizes, (n, 1)) + rng.normal(0, 0.1, (1, periods))
    return np.exp(
        logs + rng.normal(0, noise, (n, periods)) + rng.normal(0, drift, (n, periods)).cumsum(axis=1)
    )


def piloted(seed, *, lift, k=10, start=12, **shape):
    """Such a chain, k stores drawn by lot and lifted from `start` on, and who they are."""
    values = chain(seed, **shape)
    chosen = np.random.default_rng(seed + 10_000).choice(len(values), k, replace=False)
    values[chosen, start:] *= 1 + lift
    return long(values), [f"S{number:03d}" for number in chosen]
