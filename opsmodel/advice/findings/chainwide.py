"""What the chain page says: where the money lies, and how sure the ranks are."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import lever_words
from opsmodel.advice.finding import Finding, small_base
from opsmodel.advice.overview import EVERY
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

SURE = 0.80  # of being in the best quarter


def chain_gaps(stores: pd.DataFrame, total: pd.DataFrame) -> Finding:
    """How many stores have a gap beyond noise, and what the chain would gain from closing them.

    stores  the table of `overview.stores`
    total   the table of `overview.total`

    Returns a finding of kind "chain_gaps", "chain_level" (no store has one) or "small_base".
    """
    told = stores[stores["n_told"] > 0]
    if told.empty:
        return small_base(stores["n_customers"].max() if len(stores) else 0)
    sums = total[total["lever"] == EVERY].set_index("scope").to_dict("index")
    behind, n = told[told["n_gaps"] > 0], int(told["n_customers"].sum())
    upper = _(
        "If every store reached the best quarter of its peers on every lever, sure or not, it would be about "
        "{money} ({low} to {high}).",
        **_bounds(sums["every"]),
    )
    if behind.empty:
        return Finding("chain_level", "", _none_behind(len(told)), upper, n=n)
    first, proven = behind.iloc[0], sums["proven"]
    return Finding(
        kind="chain_gaps",
        stage=first["stage"],
        claim=_fall_behind(len(behind), len(told), proven["money"]),
        evidence=_("{dearest} {upper}", dearest=_dearest(first), upper=upper),
        action=_(
            "Begin with {store}. {action}",
            store=first["store_name"],
            action=lever_words.action(first["lever"]),
        ),
        owner=lever_words.owner(first["lever"]),
        lever=first["lever"],
        n=n,
        worth=_worth(proven),
        money=float(proven["money"]),
        money_low=float(proven["money_low"]),
        money_high=float(proven["money_high"]),
    )


def _none_behind(n: int) -> str:
    if n == 1:
        return _("The one store that can be judged has no gap beyond noise.")
    return _("None of the {n} stores that can be judged has a gap beyond noise.", n=numbers.count(n))


def _fall_behind(k: int, n: int, money: float) -> str:
    values = {"n": numbers.count(n), "money": numbers.money(money)}
    if k == 1:
        return _(
            "One of {n} stores that can be judged falls behind its peers beyond noise; closing its gaps is "
            "worth about {money} a year.",
            **values,
        )
    return _(
        "{k} of {n} stores that can be judged fall behind their peers beyond noise; closing these gaps "
        "is worth about {money} a year.",
        k=numbers.count(k), **values,
    )  # fmt: skip


def _dearest(first: pd.Series) -> str:
    show = lever_words.figure(first["lever"])
    return _(
        "The dearest: {store}, {lever}: {value}, the best quarter of its peers {target} or more.",
        store=first["store_name"],
        lever=lever_words.name(first["lever"]),
        value=show(first["value"]),
        target=show(first["peer_p75"]),
    )


def _worth(proven: dict) -> str:
    if proven["is_margin"]:
        return _(
            "Margin a year, 95% interval {low} to {high}; overlap between levers removed.", **_range(proven)
        )
    return _(
        "Net revenue a year, 95% interval {low} to {high}; overlap between levers removed.", **_range(proven)
    )


def dearest_stage(by_stage: pd.DataFrame) -> Finding:
    """At which stage of the path most of the chain's money lies.

    by_stage  the table of `overview.by_stage`

    Returns a finding of kind "dearest_stage", "stages_level" (no gap beyond noise) or "stages_unseen".
    """
    if not by_stage["state"].ne("unseen").any():
        return Finding("stages_unseen", "", _("No store has customers enough to be compared yet."), "")
    behind = by_stage[by_stage["state"] == "gap"]
    if behind.empty:
        return Finding("stages_level", "", _("No stage of any store is behind its peers beyond noise."), "")
    sums = behind.groupby("stage")["money"].agg(["sum", "size"])
    first = sums.sort_values("sum", ascending=False, kind="stable").reset_index().to_dict("records")[0]
    values = {
        "stage": stage(first["stage"]),
        "money": numbers.money(first["sum"]),
        "share": numbers.percent(first["sum"] / sums["sum"].sum(), 0),
    }
    n = int(first["size"])
    claim = (
        _("Most of the money lies in {stage}: {money} a year in one store, {share} of all gaps.", **values)
        if n == 1
        else _(
            "Most of the money lies in {stage}: {money} a year in {n} stores, {share} of all gaps.",
            **values, n=numbers.count(n),
        )
    )  # fmt: skip
    return Finding("dearest_stage", first["stage"], claim, "", money=float(first["sum"]))


def chain_gain(total: pd.DataFrame) -> Finding:
    """What the chain would gain: sure of it, and at most.

    total  the table of `overview.total`

    Returns a finding of kind "gain", "gain_unsure" (no gap is beyond noise) or "no_gain".
    """
    sums = total[total["lever"] == EVERY].set_index("scope").to_dict("index")
    if not sums["every"]["n_stores"]:
        return Finding("no_gain", "", _("No store lies behind its peers, as far as can be seen."), "")
    values = {
        "every": numbers.money(sums["every"]["money"]),
        "proven": numbers.money(sums["proven"]["money"]),
    }
    if not sums["proven"]["n_stores"]:
        claim = _(
            "All gaps together would be {every} a year, but none is beyond noise.", every=values["every"]
        )
        return Finding("gain_unsure", "", claim, "")
    claim = _("The gaps beyond noise are worth {proven} a year, all gaps together {every}.", **values)
    return Finding("gain", "", claim, "", money=float(sums["proven"]["money"]))


def stage(name: str) -> str:
    """A stage of the path as a label inside a sentence."""
    return {
        "acquire": lambda: _("acquisition"),
        "close": lambda: _("closing"),
        "order_value": lambda: _("order value"),
        "repurchase": lambda: _("repurchase"),
    }[name]()


def _range(row: dict) -> dict[str, str]:
    return {end: numbers.money(row[f"money_{end}"]) for end in ("low", "high")}


def _bounds(row: dict) -> dict[str, str]:
    return {"money": numbers.money(row["money"]), **_range(row)}


def beyond_chance(flags: pd.DataFrame) -> Finding:
    """How many comparisons stand out, how many chance alone would raise, how many are left after that.

    flags  the table of `overview.flags`

    Returns a finding of kind "beyond_chance", "only_chance" (none outlives the correction) or "no_tests".
    """
    row = flags[flags["lever"] == EVERY].iloc[0]
    if not row["n_tests"]:
        return Finding("no_tests", "", _("No store can be compared with its peers yet."), "")
    n_flagged = numbers.count(row["n_flagged"])
    values = {"n_flagged": n_flagged, "n_tests": numbers.count(row["n_tests"])}
    claim = (
        _("{n_flagged} of {n_tests} comparisons differ beyond chance.", **values)
        if row["n_flagged"]
        else _("None of {n_tests} comparisons differs beyond chance.", **values)
    )  # fmt: skip
    evidence = _(
        "{n_below} stand out at the 5% level, where chance alone would raise about {chance} if no store "
        "differed from its peers; {n_flagged} remain at a false discovery rate of 5%.",
        n_below=numbers.count(row["n_below"]), n_flagged=n_flagged,
        chance=numbers.number(row["by_chance"], 1),
    )  # fmt: skip
    return Finding("beyond_chance" if row["n_flagged"] else "only_chance", "", claim, evidence)


def sure_leaders(ranking: pd.DataFrame, *, lever: str, names: dict[str, str] | None = None) -> Finding:
    """Which stores are surely among the best quarter of their peers, and whether a league table can tell.

    ranking  the table of `overview.ranking`
    names    store_id -> name

    Returns a finding of kind "leaders", "no_leaders" or "small_base".
    """
    told = ranking[ranking["n"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(ranking["n"].max() if len(ranking) else 0)
    best = told[told["top_quartile"] >= SURE]
    values = {
        "lever": lever_words.name(lever),
        "n": numbers.count(len(told)),
        "sure": numbers.percent(SURE, 0),
    }
    evidence = _(
        "The stores with a base of {smallest} or more ({n}), ordered by what each most likely is: its own "
        "figure, drawn towards its peers as far as its base is small.",
        n=values["n"], smallest=SMALLEST_BASE,
    )  # fmt: skip
    if best.empty:
        claim = _(
            "In {lever} no store is surely among the best quarter of its peers; do not crown the first.",
            lever=values["lever"],
        )
        return Finding("no_leaders", "", claim, evidence, lever=lever, n=int(told["n"].sum()))
    who = _(", ").join((names or {}).get(store, store) for store in best["store_id"].head(5))
    claim = _(
        "In {lever}, {stores} belong to the best quarter of their peers with a probability of {sure} or "
        "more.",
        lever=values["lever"], stores=who, sure=values["sure"],
    )  # fmt: skip
    action = _("Visit them, write down what they do, and let a store behind its peers try it.")
    return Finding("leaders", "", claim, evidence, action, lever=lever, n=int(told["n"].sum()))
