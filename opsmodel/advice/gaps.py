"""A store against its peers: the three findings that are worth most, or that there is none."""

from math import isnan, nan

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import lever_words, levers
from opsmodel.advice.finding import Finding
from opsmodel.metrics.rates import SMALLEST_BASE, chance_flags
from opsmodel.wording import _

WORTH_CLOSING = 0.05  # of the peers' level; a smaller gap is no one's task, however certain
MOST = 3


def for_store(benchmarks: pd.DataFrame, store_id: str) -> list[Finding]:
    """The store's findings, dearest first, three at most; one that says so if there is none.

    A lever is a finding only if its base is at least 30, its difference to the peers survives the false
    discovery rate of the whole chain, and its shrunken gap to the peers' 75th percentile is surely worth
    closing: its whole interval lies above 5 % of that percentile. Stores differ a little by nature, and
    with customers enough every such difference outlives a test. Only levers of the chain of money count,
    so that one cause is not told again as its own outcome.

    benchmarks  the table of `benchmarks.stores`

    Returns findings of kind "gap", or a single one of kind "no_peers", "small_base", "nothing" or
    "nothing_yet" (some levers have too small a base to tell).
    """
    rows = benchmarks[(benchmarks["store_id"] == store_id) & benchmarks["lever"].isin(levers.CHAIN)]
    chosen = rows[survives(rows)]
    if chosen.empty:
        return [_none(rows, benchmarks["p_value"])]
    money = levers.worth(rows, chosen["lever"].tolist()).set_index("lever")
    found = [_gap(row, *money.loc[row["lever"]]) for row in chosen.to_dict("records")]
    return sorted(found, key=lambda gap: 0.0 if isnan(gap.money) else -gap.money)[:MOST]


def gap_to_peers(row) -> Finding:
    """What one row of `benchmarks.stores` says: behind its peers, ahead, level, or nothing can be said.

    Returns a finding of kind "gap", "ahead", "level", "small_base" or "no_peers"; without money, which
    depends on the other levers too (see `for_store`).
    """
    if row["n"] < SMALLEST_BASE:
        return _small_base([row])
    if pd.isna(row["p_value"]):
        return _no_peers([row])
    if not row["is_flagged"]:
        return _beside(row, "level")
    return _gap(row) if row["value"] < row["peer_value"] else _beside(row, "ahead")


def survives(rows: pd.DataFrame) -> pd.Series:
    """Which rows of `benchmarks.stores` are gaps beyond noise and large enough to act on; see `for_store`."""
    behind = rows["is_flagged"] & (rows["value"] < rows["peer_value"]) & (rows["n"] >= SMALLEST_BASE)
    return behind & (rows["gap_low"] > WORTH_CLOSING * rows["peer_p75"])


def _gap(row, money: float = nan, low: float = nan, high: float = nan) -> Finding:
    lever = row["lever"]
    return Finding(
        kind="gap",
        stage=levers.LEVERS[lever].stage,
        claim=lever_words.claim(row),
        evidence=_evidence(row),
        action=lever_words.action(lever),
        owner=lever_words.owner(lever),
        lever=lever,
        n=int(row["n"]),
        worth=_worth(row, money, low, high),
        money=float(money),
        money_low=float(low),
        money_high=float(high),
    )


def _beside(row, kind: str) -> Finding:
    """Ahead of the peers, or level with them."""
    show, ahead = lever_words.figure(row["lever"]), kind == "ahead"
    values = {
        "lever": lever_words.name(row["lever"]),
        "value": show(row["value"]),
        "peers": show(row["peer_value"]),
    }
    return Finding(
        kind=kind,
        stage=levers.LEVERS[row["lever"]].stage,
        claim=_("Ahead of its peers in {lever}: {value}, theirs {peers}.", **values)
        if ahead
        else _(
            "Level with its peers in {lever}: {value}, theirs {peers}; no more than noise apart.", **values
        ),
        evidence=_evidence(row),
        action=_("Write down what this store does, and let a store behind its peers try it.")
        if ahead
        else "",
        owner=lever_words.owner(row["lever"]) if ahead else "",
        lever=row["lever"],
        n=int(row["n"]),
    )


def _evidence(row) -> str:
    show = lever_words.figure(row["lever"])
    return _(
        "Base: {base}. Seen: {value}, 95% interval {low} to {high}; drawn towards its peers as far as the "
        "base is small: {shrunken}. Its {count} peers together: {peers}. Probability of such a difference "
        "by chance: {chance}.",
        base=lever_words.base(row["lever"], row["n"], row["within_days"]),
        value=show(row["value"]),
        low=show(row["value_low"]),
        high=show(row["value_high"]),
        shrunken=show(row["shrunken"]),
        count=numbers.count(row["n_peers"]),
        peers=show(row["peer_value"]),
        chance=numbers.chance(row["p_value"]),
    )


def _worth(row, money: float, low: float, high: float) -> str:
    if isnan(money):
        return ""
    values = {"money": numbers.money(money), "low": numbers.money(low), "high": numbers.money(high)}
    values["days"] = numbers.count(row["value_days"])
    if row["is_margin"]:
        return _(
            "Reaching the best quarter is worth about {money} of margin a year ({low} to {high}), counting "
            "the first {days} days of every customer.",
            **values,
        )
    return _(
        "Reaching the best quarter is worth about {money} of net revenue a year ({low} to {high}), counting "
        "the first {days} days of every customer.",
        **values,
    )


def _none(rows: pd.DataFrame, p_values: pd.Series) -> Finding:
    told = rows[rows["n"] >= SMALLEST_BASE]
    if told.empty:
        return _small_base(rows.to_dict("records"))
    if told["p_value"].isna().all():
        return _no_peers(told.to_dict("records"))
    compared, n_small = told[told["p_value"].notna()], len(rows) - len(told)
    return Finding(
        kind="nothing_yet" if n_small else "nothing",
        stage="",
        claim=_(
            "Nothing beyond noise yet: {small} of {all} levers still have too few customers to compare.",
            small=n_small,
            all=len(rows),
        )
        if n_small
        else _("Nothing sets this store apart from its peers beyond noise."),
        evidence=_(
            "Looked at: {levers}, against {peers} peers. Of the {tests} comparisons made in the chain, "
            "chance alone would flag about {flags} at the 5% level; none of this store's differences "
            "outlives that, or is large enough to act on.",
            levers=_listed(compared["lever"]),
            peers=numbers.count(compared["n_peers"].max()),
            tests=numbers.count(p_values.notna().sum()),
            flags=numbers.number(chance_flags(p_values), 1),
        ),
        action=_("Keep the rhythm, and look again when the bases have grown."),
        n=int(compared["n"].max()),
    )


def _small_base(rows: list) -> Finding:
    seen = int(max((row["n"] for row in rows), default=0))
    return Finding(
        kind="small_base",
        stage=levers.LEVERS[rows[0]["lever"]].stage if len(rows) == 1 else "",
        claim=_("Too few customers to say anything yet."),
        evidence=_(
            "Looked at: {levers}. The largest base is {n}; below {smallest} a difference is mostly chance.",
            levers=_listed(row["lever"] for row in rows),
            n=numbers.count(seen),
            smallest=numbers.count(SMALLEST_BASE),
        ),
        n=seen,
    )


def _no_peers(rows: list) -> Finding:
    return Finding(
        kind="no_peers",
        stage=levers.LEVERS[rows[0]["lever"]].stage if len(rows) == 1 else "",
        claim=_("There is no peer store to compare with."),
        evidence=_(
            "Looked at: {levers}. No other store of the group has a base of {smallest} or more.",
            levers=_listed(row["lever"] for row in rows),
            smallest=numbers.count(SMALLEST_BASE),
        ),
        n=int(max(row["n"] for row in rows)),
    )


def _listed(names) -> str:
    return _(", ").join(lever_words.name(lever) for lever in names)
