"""One row a store: its bottleneck, in money."""

from typing import Any

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice import benchmarks, lever_words, levers
from opsmodel.advice.overview.money import EVERY, gaps
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _


def stores(client) -> pd.DataFrame:
    """One row a store: its peer group, its bottleneck, and what closing its gaps is worth a year.

    The bottleneck is the first finding of the store's own report: the dearest gap to the peers' 75th
    percentile that is more than noise (see `findings.for_store`). A store without one has none, which is
    an answer, not a blank.

    Returns store_id, store_name, peer_group, n_peers, n_customers (contacts and buyers at home), n_told
    (levers with a base of 30), n_gaps (beyond noise), lever and stage of the bottleneck ("" if none),
    value, peer_p75, gap_money, gap_money_low, gap_money_high (of the bottleneck, 95 %) and total_money,
    total_money_low, total_money_high (of all its gaps beyond noise, overlap removed; 0 without any, NaN
    if no lever could be seen), is_margin (whether money is margin). The dearest first.
    """
    found = gaps(benchmarks.stores(client))
    shown = client.chain.database.stores
    rows = [_store(rows, shown.loc[store], client) for store, rows in found.groupby("store_id")]
    table = pd.DataFrame(rows).assign(n_customers=lambda t: t["store_id"].map(_customers(client)).fillna(0))
    table["n_customers"] = table["n_customers"].astype("int64")
    table = table.sort_values(["total_money", "store_id"], ascending=[False, True], ignore_index=True)
    return table[STORE_COLUMNS]


STORE_COLUMNS = [
    *("store_id", "store_name", "peer_group", "n_peers", "n_customers", "n_told", "n_gaps"),
    *("lever", "stage", "value", "peer_p75", "gap_money", "gap_money_low", "gap_money_high"),
    *("total_money", "total_money_low", "total_money_high", "is_margin"),
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
        "is_margin": bool(rows["is_margin"].any()),
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


def told(stores: pd.DataFrame) -> pd.DataFrame:
    """One row a store of `overview.stores`, written out for people to read.

    Returns store_name, peer_group (unless nobody has one), bottleneck (lever, or why there is none),
    this_store, best_quarter (P75 of its peers), bottleneck_worth (a year), interval and all_gaps (of all its
    gaps a year).
    """
    table = pd.DataFrame([_written(row) for row in stores.to_dict("records")])
    return table if stores["peer_group"].any() else table.drop(columns="peer_group", errors="ignore")


def _written(row: dict[Any, Any]) -> dict[str, Any]:
    if row["lever"]:
        show = lever_words.figure(row["lever"])
        bounds = [numbers.money(row[f"gap_money_{end}"]) for end in ("low", "high")]
        texts = (lever_words.name(row["lever"]), show(row["value"]), show(row["peer_p75"]))
        worth = (
            numbers.money(row["gap_money"]),
            f"{bounds[0]} – {bounds[1]}",
            numbers.money(row["total_money"]),
        )
    else:
        small = _("too few customers yet") if row["n_told"] == 0 else ""
        young = _("nothing yet: small bases") if row["n_told"] < 3 else ""
        texts = (small or young or _("nothing beyond noise"), numbers.UNSEEN, numbers.UNSEEN)
        worth = (numbers.UNSEEN,) * 3
    names = ("bottleneck", "this_store", "best_quarter", "bottleneck_worth", "interval", "all_gaps")
    known = {name: row[name] for name in ("store_name", "peer_group")}
    return known | dict(zip(names, (*texts, *worth), strict=True))


def names(client) -> dict[str, str]:
    """store_id -> the name shown; the id itself where the exports name none."""
    known = client.chain.database.stores["store_name"]
    return {
        str(store): name if isinstance(name, str) and name else str(store) for store, name in known.items()
    }


def cut(n: int, most: int, of: int = 0) -> str:
    """What a table of stores says above itself where it shows only some; empty where it shows all.

    n     stores that can be shown
    most  rows shown
    of    stores of the chain, where those with too few customers are left out of n

    >>> cut(8, 40), cut(300, 40), cut(23, 40, of=457)
    ('', 'the first 40 of 300 stores', 'stores with customers enough to be judged: 23; left out: 434')
    """
    values = {"most": numbers.count(most), "n": numbers.count(n), "few": numbers.count(of - n)}
    if of > n:
        if n > most:
            return _("the first {most} of {n} stores; left out for too few customers: {few}", **values)
        return _("stores with customers enough to be judged: {n}; left out: {few}", **values)
    return _("the first {most} of {n} stores", **values) if n > most else ""


def named(client, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the name of each store in place of its id."""
    shown = table.assign(store_id=table["store_id"].map(names(client)).fillna(table["store_id"]))
    return shown.rename(columns={"store_id": "store_name"})


def published(client, stores: pd.DataFrame, total: pd.DataFrame) -> dict:
    """The numbers on the page of the chain, as its metrics.json holds them.

    stores, total  the tables of the same name
    """
    every = total[total["lever"] == EVERY].set_index("scope")
    money = ["money", "money_low", "money_high"]
    kept = ["store_id", "lever", "stage", "n_gaps", "gap_money", "total_money"]
    return {
        "as_of": client.as_of.isoformat(),
        "grade": client.grade,
        "n_stores": len(stores),
        "proven": every.loc["proven", money].to_dict(),
        "every": every.loc["every", money].to_dict(),
        "is_margin": bool(total["is_margin"].any()),
        "stores": stores[kept].to_dict("records"),
    }
