"""The gaps of all stores in money: by lever, by stage of the path, and for the whole chain."""

import numpy as np
import pandas as pd

from opsmodel.advice import levers
from opsmodel.advice.gaps import survives
from opsmodel.metrics.rates import SMALLEST_BASE

EVERY = "every_lever"


def gaps(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """One row per store and lever of the chain of money: how far behind the best quarter, and is it sure.

    benchmarks  the table of `benchmarks.stores`

    Returns store_id, lever, stage, n, n_peers, the other columns that `levers.worth` needs, is_gap (beyond
    noise and large enough to act on) and, for gaps, money, money_low, money_high a year (NaN otherwise).
    The levers of a store share their money, so that it adds up.
    """
    rows = benchmarks[benchmarks["lever"].isin(levers.CHAIN)].reset_index(drop=True)
    rows = rows.assign(
        stage=rows["lever"].map({name: lever.stage for name, lever in levers.LEVERS.items()}),
        is_gap=survives(rows).astype(bool),
    )
    money = [
        levers.worth(own, own.loc[own["is_gap"], "lever"].tolist()).assign(store_id=store)
        for store, own in rows.groupby("store_id")
        if own["is_gap"].any()
    ]
    columns = ["store_id", "lever", "money", "money_low", "money_high"]
    found = pd.concat(money) if money else pd.DataFrame(columns=columns)
    found = found.astype(dict.fromkeys(columns[2:], float))
    return rows.merge(found[columns], on=["store_id", "lever"], how="left")


def by_stage(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """One row per store and stage of the path: the money of its gaps there; the cells of the map.

    benchmarks  the table of `benchmarks.stores`

    Returns store_id, stage, n (largest base of its levers), n_gaps, lever (the dearest gap, "" if none),
    money (a year; 0 where no gap is beyond noise, NaN where no base reaches 30) and state: gap, level,
    or unseen.
    """
    rows = gaps(benchmarks)
    found = []
    for (store, stage), own in rows.groupby(["store_id", "stage"]):
        told = (own["n"] >= SMALLEST_BASE).any()
        proven = own[own["is_gap"]].sort_values("money", ascending=False, kind="stable")
        first = proven["lever"].iloc[0] if len(proven) else ""
        state = "gap" if len(proven) else "level" if told else "unseen"
        money = proven["money"].sum() if told else np.nan
        found.append((store, stage, own["n"].max(), len(proven), first, money, state))
    return pd.DataFrame(
        found, columns=["store_id", "stage", "n", "n_gaps", "lever", "money", "state"]
    ).astype({"money": float, "n_gaps": "int64"})


def total(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """What the chain would gain a year if every store reached the 75th percentile of its peers.

    Two answers side by side: of the gaps beyond noise only (`proven`), and of every lever on which a store
    lies behind, sure or not (`every`). The truth may well lie between them: some gaps are too small to
    prove, and some of those seen are chance. Overlap between the levers of a store is removed. Chance
    of the stores is independent, while the best quarter moves for all of them together.

    benchmarks  the table of `benchmarks.stores`

    Returns scope (proven, every), lever (dearest first; then `every_lever`, the sum), n_stores (behind on
    it), money, money_low, money_high (95 %) and is_margin (whether money is margin).
    """
    rows = gaps(benchmarks)
    behind = (rows["n"] >= SMALLEST_BASE) & (rows["gap"] > 0) & rows["p_value"].notna()
    parts = [_added(rows, rows["is_gap"], "proven"), _added(rows, behind, "every")]
    return pd.concat(parts, ignore_index=True).assign(is_margin=bool(rows["is_margin"].any()))


def _added(rows: pd.DataFrame, chosen: pd.Series, scope: str) -> pd.DataFrame:
    points: dict[str, float] = {}
    draws: dict[str, np.ndarray] = {}
    n_stores: dict[str, int] = {}
    for number, (_store_id, own) in enumerate(rows.groupby("store_id")):
        mine = own.loc[chosen[own.index], "lever"].tolist()
        if not mine:
            continue
        point, drawn = levers.drawn(own, mine, number=number)
        if any(pd.isna(value) for value in point.values()):  # a part of its chain could not be seen
            continue
        for name in mine:
            points[name] = points.get(name, 0.0) + point[name]
            draws[name] = draws.get(name, 0.0) + drawn[name]
            n_stores[name] = n_stores.get(name, 0) + 1
        n_stores[EVERY] = n_stores.get(EVERY, 0) + 1
    dear = sorted(points, key=lambda name: -points[name])
    points[EVERY] = sum(points.values())
    draws[EVERY] = sum(draws.values(), np.zeros(levers.DRAWS))
    found = [
        (scope, name, n_stores.get(name, 0), points[name], *np.quantile(draws[name], [0.025, 0.975]))
        for name in [*dear, EVERY]
    ]
    return pd.DataFrame(found, columns=["scope", "lever", "n_stores", "money", "money_low", "money_high"])
