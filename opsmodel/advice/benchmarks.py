"""Every store against its peers on every lever, computed once for the chain."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from opsmodel.advice import bases, once
from opsmodel.advice.levers import LEVERS
from opsmodel.metrics import rates, shrinkage


def stores(client) -> pd.DataFrame:
    """One row per store and lever of the whole chain: see `table`. Computed once for all pages."""
    return once.whole(client, compared)


def compared(client) -> pd.DataFrame:
    """`table` of a client, with the windows and the peer rule of its engagement."""
    return table(
        client.customers,
        client.orders,
        client.events,
        as_of=client.as_of,
        within_days=client.engagement.windows.within_days,
        peers={store: client.store(store).peers.store_ids for store in client.store_ids},
    )


def table(
    customers, orders, events, *, as_of: date, within_days: int, peers: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """One row per store and lever: what it is, what it is drawn towards its peers, and the gap to the best.

    customers, orders, events  canonical tables of the chain, with home_store_id on orders and events
    as_of        last day observed, inclusive
    within_days  window of closing, repurchase and value
    peers        store_id -> the stores it is compared with

    Returns store_id, lever, within_days, n, k (rates only), value, value_low, value_high (95 %), shrunken,
    shrunken_low, shrunken_high, shrunken_sd, top_quartile (probability), n_peers, peer_value (peers pooled),
    peer_p75 (75th percentile of the shrunken peers), peer_p75_sd, gap (peer_p75 − shrunken), gap_low,
    gap_high, p_value (store against its pooled peers; no test below a base of 30), q_value (Benjamini and
    Hochberg over all tests of the chain), is_flagged (q ≤ 5 %), per_year (persons who meet the lever each
    year), margin_share of net revenue, value_days (window of the money) and is_margin (whether money is
    margin). NaN = could not be seen. The levers and their order are those of `levers.LEVERS`.
    """
    frames = _bases(customers, orders, events, as_of, within_days)
    groups = _groups(peers)
    parts = [
        _against_peers(frame.set_index("store_id").reindex(sorted(peers)), groups, LEVERS[name].is_rate)
        .assign(lever=name, within_days=bases.KEPT_DAYS if name == "retained_adds" else within_days)
        for name, frame in frames.items()
    ]  # fmt: skip
    found = pd.concat(parts).rename_axis("store_id").reset_index()
    spread = rates.Z95 * np.hypot(found["shrunken_sd"], found["peer_p75_sd"])
    gap = found["peer_p75"] - found["shrunken"]
    q_value = rates.benjamini_hochberg(found["p_value"])
    found = found.assign(
        gap=gap, gap_low=gap - spread, gap_high=gap + spread,
        q_value=q_value, is_flagged=q_value <= rates.NOISE, value_days=within_days,
        is_margin=found["margin_share"].groupby(found["store_id"]).transform("count") > 0,
    )  # fmt: skip
    rank = {name: place for place, name in enumerate(LEVERS)}
    found = found.sort_values(["store_id", "lever"], key=lambda c: c.map(rank) if c.name == "lever" else c)
    return found[COLUMNS].round(9).reset_index(drop=True)


COLUMNS = [
    *("store_id", "lever", "within_days", "n", "k", "value", "value_low", "value_high"),
    *("shrunken", "shrunken_low", "shrunken_high", "shrunken_sd", "top_quartile"),
    *("n_peers", "peer_value", "peer_p75", "peer_p75_sd", "gap", "gap_low", "gap_high"),
    *("p_value", "q_value", "is_flagged", "per_year", "margin_share", "value_days", "is_margin"),
]


def _bases(customers, orders, events, as_of: date, within_days: int) -> dict[str, pd.DataFrame]:
    """Lever -> its counts or means by store."""
    adds, buyers = bases.adds_per_year(customers, as_of=as_of), bases.buyers_per_year(orders, as_of=as_of)
    frames = {
        "retained_adds": bases.retained_adds(customers, as_of=as_of),
        "close_rate": bases.close_rate(events, as_of=as_of, within_days=within_days),
        "kept_close_rate": bases.kept_close_rate(events, customers, as_of=as_of, within_days=within_days),
        "repurchase_rate": bases.repurchase_rate(orders, as_of=as_of, within_days=within_days),
        **bases.spending(orders, as_of=as_of, within_days=within_days),
    }
    of_adds = ("retained_adds", "close_rate", "kept_close_rate")
    flows = {name: adds if name in of_adds else buyers for name in frames}
    return {name: frame.assign(per_year=frame["store_id"].map(flows[name])) for name, frame in frames.items()}


def _groups(peers: Mapping[str, Sequence[str]]) -> list[tuple[list[str], list[str]]]:
    """Each distinct peer group: its stores, and those among them that are compared within it."""
    members: dict[frozenset, list[str]] = {}
    for store, others in peers.items():
        members.setdefault(frozenset([*others, store]), []).append(store)
    return [(sorted(group), own) for group, own in members.items()]


def _against_peers(frame: pd.DataFrame, groups, is_rate: bool) -> pd.DataFrame:
    """The rows of one lever, each beside its peers."""
    frame = frame.reindex(columns=[*dict.fromkeys([*frame.columns, "k", "se", "margin_share"])])
    frame = frame.assign(n=frame["n"].fillna(0).astype(float))
    if is_rate:
        frame["value"], frame["weight"] = frame["k"] / frame["n"].where(frame["n"] > 0), frame["n"]
        frame["value_low"], frame["value_high"] = rates.wilson(frame["k"], frame["n"])
    else:
        frame["value_low"] = frame["value"] - rates.Z95 * frame["se"]
        frame["value_high"] = frame["value"] + rates.Z95 * frame["se"]
    compared = [_group(frame.loc[group], is_rate).loc[own] for group, own in groups]
    frame = pd.concat(compared) if compared else _group(frame, is_rate)
    if is_rate:
        p = rates.against_peers(*(frame[c] for c in ("k", "n", "peer_k", "peer_n")))
    else:
        p = rates.means_differ(*(frame[c] for c in ("value", "se", "n", "peer_value", "peer_se", "peer_n")))
    tested = (frame["n"] >= rates.SMALLEST_BASE) & (frame["peer_n"] >= rates.SMALLEST_BASE)
    return frame.assign(p_value=np.where(tested, p, np.nan))


def _group(rows: pd.DataFrame, is_rate: bool) -> pd.DataFrame:
    """One lever of one peer group: each store beside all others pooled, shrunken, and their best quarter."""
    if is_rate:
        shrunken = shrinkage.rates(rows["k"], rows["n"])
    else:
        shrunken = shrinkage.means(rows["value"], rows["se"])
    shrunken = shrunken.set_index(rows.index).rename(columns={"p75_sd": "peer_p75_sd"})
    weight, n, k = (rows[column].fillna(0) for column in ("weight", "n", "k"))
    others = weight.sum() - weight
    value, square = (weight * rows["value"]).fillna(0), ((weight * rows["se"]) ** 2).fillna(0)
    return rows.join(shrunken).assign(
        n_peers=(n > 0).sum() - (n > 0),
        peer_k=k.sum() - k,
        peer_n=n.sum() - n,
        peer_value=(value.sum() - value) / others.where(others > 0),
        peer_se=(square.sum() - square).clip(lower=0) ** 0.5 / others.where(others > 0),
        peer_p75=shrinkage.p75_of_others(shrunken["shrunken"]),
    )
