"""What the add rate and the routing of adds say: who is missed, and who lands in the wrong store."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers, wilson
from opsmodel.wording import _

WELL_ROUTED = 0.95


def add_rate_gap(own: pd.DataFrame, peers: pd.DataFrame) -> Finding:
    """Whether the store adds fewer, or more, of those it could add than its peers.

    own, peers  tables of `channels.add_rate` over the same denominator: of the store, and of its peers

    Returns a finding of kind "add_rate_below", "add_rate_above", "add_rate_level", "joins_unknown" or
    "small_base".
    """
    n, n_peers = float(own["n_base"].sum()), float(peers["n_base"].sum())
    if min(n, n_peers) < SMALLEST_BASE:
        return small_base(min(n, n_peers))
    if own["n_added"].isna().any() or peers["n_added"].isna().any():
        return Finding("joins_unknown", "acquire", _("Nobody's join date is known."), "")
    k, k_peers = float(own["n_added"].sum()), float(peers["n_added"].sum())
    rate, usual = k / n, k_peers / n_peers
    p = float(against_peers(k, n, k_peers, n_peers))
    kind = "add_rate_level" if p > NOISE else "add_rate_above" if rate > usual else "add_rate_below"
    values = {"rate": numbers.percent(rate), "peers": numbers.percent(usual)}
    claim, action = {
        "add_rate_below": lambda: (
            _("This store adds {rate} of those it could, its peers {peers}: {missed} contacts missed.",
              **values, missed=numbers.count(n * usual - k)),
            _("Name the moment and the sentence: who asks, at the till or while packing, and what the "
              "customer gets."),
        ),
        "add_rate_above": lambda: (
            _("This store adds {rate} of those it could, its peers {peers}.", **values),
            _("Write down how it asks, and give it to the peers."),
        ),
        "add_rate_level": lambda: (
            _("This store adds about as many of those it could as its peers: {rate} and {peers}.", **values),
            "",
        ),
    }[kind]()  # fmt: skip
    low, high = wilson(k, n)
    evidence = _(
        "{k} of {n}, 95% interval {low} to {high}; peers {k_peers} of {n_peers}.",
        k=numbers.count(k), n=numbers.count(n), low=numbers.percent(low), high=numbers.percent(high),
        k_peers=numbers.count(k_peers), n_peers=numbers.count(n_peers),
    )  # fmt: skip
    return Finding(kind, "acquire", claim, evidence, action, n=int(n))


def add_routing(table: pd.DataFrame) -> Finding:
    """Whether adds land in the store where the customer buys.

    table  of `channels.routing` (one store or chain, any groups)

    Returns a finding of kind "misrouted" (clearly fewer than 95 % do), "well_routed" or "small_base".
    """
    n, k = float(table["n_buyers"].sum()), float(table["n_routed"].sum())
    if n < SMALLEST_BASE:
        return small_base(n)
    low, high = wilson(k, n)
    values = {"rate": numbers.percent(k / n), "k": numbers.count(k), "n": numbers.count(n)}
    evidence = _(
        "{k} of {n} contacts who have bought, 95% interval {low} to {high}.",
        k=values["k"], n=values["n"], low=numbers.percent(low), high=numbers.percent(high),
    )  # fmt: skip
    if high < WELL_ROUTED:
        claim = _("Only {rate} of the contacts landed in the store where they buy most.", rate=values["rate"])
        action = _(
            "Give the codes of posters and adverts a rule by area, and hand the others over to their store."
        )
        return Finding("misrouted", "acquire", claim, evidence, action, n=int(n))
    claim = _("{rate} of the contacts landed in the store where they buy most.", rate=values["rate"])
    return Finding("well_routed", "acquire", claim, evidence, n=int(n))
