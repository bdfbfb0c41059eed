"""Which stores to pilot in: drawn by lot across the whole range of stores, never last month's best."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TooFewError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.pilot.traits import traits
from opsmodel.metrics.rates import SEED

METHODS = ("stratified", "matched")


def choose(
    history,
    *,
    n: int = 10,
    by: str | Sequence[str] | None = None,
    method: str = "stratified",
    seed: int = SEED,
) -> pd.DataFrame:
    """One row per pilot store: n stores drawn by lot, one from each stretch of the chain.

    Stores are sorted by `by` and size and cut into n stretches. stratified: one store of each, by lot.
    matched: the two stores of each that are most alike (size, trend, steadiness); the lot makes one the
    pilot and the other its control. The lot is what makes the later comparison a fair one: stores picked
    for a good last month fall back by themselves.

    history  one row a store and period: unit, period, value; and the columns of `by`
    n        stores wanted
    by       columns that stay the same for a store: region, format, …
    seed     of the lot; the same seed draws the same stores

    Returns unit, stratum (1 to n), n_stratum (stores in it), the columns of `by`, twin and distance (in
    standard deviations; matched only), size (mean log KPI), trend, volatility. Stores with fewer than
    three periods seen are not drawn.
    Raises TableError for a history that is no panel, ArgumentError for another method, TooFewError
    for too few stores.

    >>> rows = [(f"S{i:02d}", t, 100.0 * (i + 1)) for i in range(9) for t in range(4)]
    >>> drawn = choose(pd.DataFrame(rows, columns=["unit", "period", "value"]), n=3)
    >>> drawn["stratum"].tolist(), drawn["n_stratum"].tolist()
    ([1, 2, 3], [3, 3, 3])
    """
    if method not in METHODS:
        raise ArgumentError("this method does not exist.", found=repr(method), fix=f"use one of {METHODS}.")
    stores = traits(history, by=by)
    least = n if method == "stratified" else 2 * n
    if n < 1 or len(stores) <= n or len(stores) < least:
        raise TooFewError(
            f"{n} stores cannot be drawn, with others left to compare.",
            found=f"{len(stores)} stores with three periods or more",
            fix="choose fewer stores, or method stratified." if method == "matched" else "choose fewer.",
        )
    rng = np.random.default_rng(seed)
    distance = _distances(stores)
    picked = []
    for number, places in enumerate(np.array_split(np.arange(len(stores)), n), start=1):
        told: dict[str, object] = {"stratum": number, "n_stratum": len(places)}
        if method == "matched":
            one, other = rng.permutation(_closest(distance, places))
            told |= {"twin": stores["unit"].iloc[other], "distance": float(distance[one, other])}
        else:
            one = rng.choice(places)
        picked.append({**stores.iloc[one].to_dict(), **told})
    found = pd.DataFrame(picked)
    keys = column_names(by)
    pair = ["twin", "distance"] if method == "matched" else []
    return found[["unit", "stratum", "n_stratum", *keys, *pair, "size", "trend", "volatility"]]


def _distances(stores: pd.DataFrame) -> np.ndarray:
    """Between all stores, in standard deviations of size, trend and steadiness."""
    points = stores[["size", "trend", "volatility"]].to_numpy()
    spread = points.std(axis=0)
    points = (points - points.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    return np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))


def _closest(distance: np.ndarray, places: np.ndarray) -> np.ndarray:
    inside = distance[np.ix_(places, places)].copy()
    np.fill_diagonal(inside, np.inf)
    return places[list(np.unravel_index(inside.argmin(), inside.shape))]
