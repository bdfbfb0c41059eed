"""What the pilot promises for the other stores: less than it showed, and by how much."""

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.pilot import panel
from opsmodel.metrics.pilot.traits import traits
from opsmodel.metrics.rates import Z95

ADHERENCE = (0.5, 0.9)


def comparability(history, *, stores, others=None) -> pd.DataFrame:
    """One row per other store: whether the pilot has seen a store like it.

    A store is comparable if its size, trend and steadiness lie within what the pilot stores span, widened
    by a quarter of the chain's standard deviation on each side.

    stores  the pilot stores
    others  stores of the roll-out; None: all others with three periods or more

    Returns unit, size, trend, volatility, comparable (bool), value (KPI a period, mean).
    Errors as in `traits`; ArgumentError for unknown stores.

    >>> rows = [(u, t, v * (1 + t % 2 / 10)) for u, v in {"a": 10, "b": 30, "c": 20, "d": 900}.items()
    ...         for t in range(4)]
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> comparability(history, stores=["a", "b"])[["unit", "comparable"]].values.tolist()
    [['c', True], ['d', False]]
    """
    logs = panel.wide(history)
    pilot = panel.known(logs, stores, "stores")
    asked = panel.known(logs, others, "others") if others is not None else logs.index.difference(pilot)
    table = traits(history)
    names = ["size", "trend", "volatility"]
    mine = table.loc[table["unit"].isin(pilot), names]
    room = table[names].std().fillna(0.0) / 4 + 1e-9
    inside = (table[names] >= mine.min() - room) & (table[names] <= mine.max() + room)
    mean = panel.rows(history).groupby("unit")["value"].mean()
    table = table.assign(comparable=inside.all(axis=1), value=table["unit"].map(mean))
    return table.loc[table["unit"].isin(list(asked)), ["unit", *names, "comparable", "value"]].reset_index(
        drop=True
    )


def forecast(
    effect: pd.DataFrame,
    *,
    comparability: float | pd.DataFrame,
    adherence: tuple[float, float] = ADHERENCE,
) -> pd.DataFrame:
    """One row: the lift to expect of a roll-out, as a range.

    Shrunken effect × comparability × adherence. An estimate that won is on average too large: it is
    multiplied by 1 − (se ÷ effect)², at least 0. Stores unlike the pilot's are promised nothing.

    effect         the table of `effect`; its first row counts
    comparability  share of the roll-out stores like the pilot's, 0 to 1; or the table of `comparability`,
                   whose comparable stores are weighed by their KPI
    adherence      how well the roll-out stores will do it, against the pilot stores: lowest and highest

    Returns seen_lift_rate, shrinkage, shrunken_lift_rate, comparability, adherence_low, adherence_high,
    lift_rate with its bounds (at the middle of the adherence; the range takes the 95 % interval of the
    shrunken effect with the lowest or highest adherence). NaN where the interval of the effect is open.
    Raises ArgumentError for shares outside 0 to 1, TableError for a table that is not of `effect`.
    Source: James & Stein 1961, the positive part for one estimate.

    >>> row = {"estimator": "did", "effect": 0.2, "low": 0.1, "high": 0.3, "lift_rate": 0.2214}
    >>> found = forecast(pd.DataFrame([row]), comparability=1.0, adherence=(0.5, 0.9))
    >>> found[["shrinkage", "lift_rate"]].round(3).values.tolist()
    [[0.935, 0.144]]
    """
    if effect.empty or not {"effect", "low", "high"} <= set(effect.columns):
        raise TableError(
            "this is no table of pilot.effect.", found=list(effect.columns), fix="give effect, low, high."
        )
    like = _share(comparability)
    if not (0 <= like <= 1 and 0 <= adherence[0] <= adherence[1] <= 1.5):
        raise ArgumentError(
            "comparability and adherence are shares.",
            found=f"comparability {like}, adherence {adherence}",
            fix="give 0 to 1, the lowest adherence first.",
        )
    seen, low, high = effect[["effect", "low", "high"]].iloc[0].astype(float)
    error = (high - low) / (2 * Z95)
    error = error if np.isfinite(error) else np.nan
    shrinkage = 0.0 if seen == 0 else float(np.maximum(0.0, 1 - (error / seen) ** 2))
    shrunken, spread = shrinkage * seen, Z95 * np.sqrt(shrinkage) * error
    bounds = [
        np.expm1(edge) * like * share
        for edge in (shrunken - spread, shrunken + spread)
        for share in adherence
    ]
    return pd.DataFrame(
        [
            {
                "seen_lift_rate": np.expm1(seen),
                "shrinkage": shrinkage,
                "shrunken_lift_rate": np.expm1(shrunken) + 0.0,
                "comparability": like,
                "adherence_low": adherence[0],
                "adherence_high": adherence[1],
                "lift_rate": np.expm1(shrunken) * like * sum(adherence) / 2 + 0.0,
                "lift_rate_low": min(bounds) + 0.0,
                "lift_rate_high": max(bounds) + 0.0,
            }
        ]
    )


def _share(comparability) -> float:
    if not isinstance(comparability, pd.DataFrame):
        return float(comparability)
    total = comparability["value"].sum()
    return float(comparability.loc[comparability["comparable"], "value"].sum() / total) if total else np.nan
