"""The chain on one page: each store's bottleneck in money, what all of them together are worth, the ranks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.advice import benchmarks as compared
from opsmodel.advice import levers, once
from opsmodel.advice.finding import SMALLEST_BASE
from opsmodel.advice.gaps import survives
from opsmodel.metrics import rates, repurchase
from opsmodel.metrics.occasions import SCOPES

EVERY = "every_lever"
LEVEL = 0.05


def stores(client) -> pd.DataFrame:
    """One row a store: its peer group, its bottleneck, and what closing its gaps is worth a year.

    The bottleneck is the first finding of the store's own report: the dearest gap to the peers' 75th
    percentile that is more than noise (see `findings.for_store`). A store without one has none, which is
    an answer, not a blank.

    Returns store_id, store_name, peer_group, n_peers, n_customers (contacts and buyers at home), n_told
    (levers with a base of 30), n_gaps (beyond noise), lever and stage of the bottleneck ("" if none),
    value, peer_p75, gap_money, gap_money_low, gap_money_high (of the bottleneck, 95 %) and total_money,
    total_money_low, total_money_high (of all its gaps beyond noise, overlap removed; 0 without any, NaN
    if no lever could be seen). The dearest first.
    """
    found = gaps(compared.stores(client))
    shown = client.chain.database.stores
    rows = [_store(rows, shown.loc[store], client) for store, rows in found.groupby("store_id")]
    table = pd.DataFrame(rows).assign(n_customers=lambda t: t["store_id"].map(_customers(client)).fillna(0))
    table["n_customers"] = table["n_customers"].astype("int64")
    table = table.sort_values(["total_money", "store_id"], ascending=[False, True], ignore_index=True)
    return table[STORE_COLUMNS]


STORE_COLUMNS = [
    *("store_id", "store_name", "peer_group", "n_peers", "n_customers", "n_told", "n_gaps"),
    *("lever", "stage", "value", "peer_p75", "gap_money", "gap_money_low", "gap_money_high"),
    *("total_money", "total_money_low", "total_money_high"),
]


def _customers(client) -> dict[str, int]:
    people = client.chain.customers
    counts = people.group_by("store_id").agg(n=people.count()).execute()
    return dict(zip(counts["store_id"], counts["n"], strict=True))


def _store(rows: pd.DataFrame, known: pd.Series, client) -> dict:
    store = rows["store_id"].iloc[0]
    proven = rows[rows["is_gap"]].sort_values("money", ascending=False, kind="stable")
    money = _sum(rows, proven["lever"].tolist()) if len(proven) else (0.0, 0.0, 0.0)
    seen = rows["n"] >= SMALLEST_BASE
    first = proven.iloc[0] if len(proven) else None
    name = known["store_name"]
    group = [str(known[column]) for column in client.engagement.peer_group.columns if pd.notna(known[column])]
    told = {
        "store_id": store,
        "store_name": name if isinstance(name, str) and name else store,
        "peer_group": " · ".join(group),
        "n_peers": int(rows["n_peers"].max()),
        "n_told": int(seen.sum()),
        "n_gaps": len(proven),
        "lever": "" if first is None else first["lever"],
        "stage": "" if first is None else first["stage"],
    }
    of_first = {
        "value": "value",
        "peer_p75": "peer_p75",
        "gap_money": "money",
        "gap_money_low": "money_low",
        "gap_money_high": "money_high",
    }
    numbers = {name: np.nan if first is None else first[column] for name, column in of_first.items()}
    sums = zip(("total_money", "total_money_low", "total_money_high"), money, strict=True)
    return told | numbers | {name: value if seen.any() else np.nan for name, value in sums}


def _sum(rows: pd.DataFrame, chosen: list[str]) -> tuple[float, float, float]:
    points, draws = levers.drawn(rows, chosen)
    low, high = np.quantile(sum(draws[name] for name in chosen), [0.025, 0.975])
    return sum(points.values()), float(low), float(high)


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
        told, proven = (own["n"] >= SMALLEST_BASE).any(), own[own["is_gap"]]
        first = proven.loc[proven["money"].idxmax(), "lever"] if proven["money"].notna().any() else ""
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
    it), money, money_low, money_high (95 %).
    """
    rows = gaps(benchmarks)
    behind = (rows["n"] >= SMALLEST_BASE) & (rows["gap"] > 0) & rows["p_value"].notna()
    parts = [_added(rows, rows["is_gap"], "proven"), _added(rows, behind, "every")]
    return pd.concat(parts, ignore_index=True)


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


def ranking(benchmarks: pd.DataFrame, lever: str) -> pd.DataFrame:
    """The stores on one lever, ordered by what they most likely are, not by what happened to be counted.

    benchmarks  the table of `benchmarks.stores`
    lever       a name of `levers.LEVERS`

    Returns rank (1 = best), store_id, n, value, shrunken with shrunken_low and shrunken_high (drawn
    towards the peers as far as the base is small), top_quartile (probability of being in the best
    quarter of its peer group)
    and is_flagged (differs from its peers at a false discovery rate of 5 %). Without stores nobody has seen.
    """
    rows = benchmarks[(benchmarks["lever"] == lever) & benchmarks["shrunken"].notna()]
    rows = rows.sort_values(["shrunken", "store_id"], ascending=[False, True], ignore_index=True)
    columns = ["store_id", "n", "value", "shrunken", "shrunken_low", "shrunken_high", "top_quartile"]
    return rows[[*columns, "is_flagged"]].assign(rank=rows.index + 1)[["rank", *columns, "is_flagged"]]


def flags(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """How many stores stand out on each lever, and how many chance alone would make stand out.

    benchmarks  the table of `benchmarks.stores`

    Returns lever (then `every_lever`), n_tests, n_below (p ≤ 5 %), by_chance (that many of them if no store
    differed from its peers) and n_flagged (left at a false discovery rate of 5 %).
    """
    groups = [(name, benchmarks[benchmarks["lever"] == name]) for name in levers.LEVERS]
    found = [
        (
            name,
            int(rows["p_value"].notna().sum()),
            int((rows["p_value"] <= LEVEL).sum()),
            rates.chance_flags(rows["p_value"], LEVEL),
            int(rows["is_flagged"].sum()),
        )
        for name, rows in [*groups, (EVERY, benchmarks)]
    ]
    return pd.DataFrame(found, columns=["lever", "n_tests", "n_below", "by_chance", "n_flagged"])


def scopes(client, *, within_days: int = 90, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """The repurchase rate of every store in three scopes side by side; the chain's own row without `by`.

    home    customers of the store that added them, back in any store: the store's work with its people
    any     customers of the store of their first order, back in any store: what the chain keeps of them
    branch  customers of each till alone: back at the same till; their sum is not the chain's

    by  "store_id" for one row a store

    Returns the columns of `by`, then for each scope n_home, home_rate with home_rate_low and home_rate_high,
    and so on; lost_rate (home_rate − branch_rate): what the store's own till cannot see.
    Source: Youzan's help page on repurchase analysis, where branch figures do not add up to the chain.
    """
    names = [] if by is None else [by] if isinstance(by, str) else list(by)
    found = None
    for scope in ("home", "any", "branch"):
        assert scope in SCOPES
        curve = repurchase.curve(
            client.orders, as_of=client.as_of, within_days=(within_days,), by=by, scope=scope
        )
        columns = {"n_customers": f"n_{scope}"} | {
            f"repurchase_rate{end}": f"{scope}_rate{end}" for end in ("", "_low", "_high")
        }
        part = curve.rename(columns=columns)[[*names, *columns.values()]]
        found = part if found is None else _beside(found, part, names)
    assert found is not None
    return found.assign(lost_rate=found["home_rate"] - found["branch_rate"])


def _beside(left: pd.DataFrame, right: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    if not names:
        return pd.concat([left, right], axis=1)
    return left.merge(right, on=names, how="outer").sort_values(names, ignore_index=True)


def kept_stores(client) -> pd.DataFrame:
    """`stores`, computed once for all pages of the chain."""
    return once.whole(client, stores)
