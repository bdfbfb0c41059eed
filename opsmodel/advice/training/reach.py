"""Which factor of the growth equation moves most within what peers have reached."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import once
from opsmodel.advice.finding import Finding
from opsmodel.metrics import growth
from opsmodel.wording import _

PERIOD_DAYS, N_PERIODS = 28, 13  # a year of four-week periods


def reach(shop, *, form: str = "traffic") -> pd.DataFrame:
    """`growth.within_reach` of one store, from the last 13 periods of four weeks.

    form  traffic or users: which of the two growth equations

    >>> reach(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    own, peers = (
        once.of(scope, growth.recent, period_days=PERIOD_DAYS, n_periods=N_PERIODS)
        for scope in (shop, shop.peers)
    )
    return growth.within_reach(own, _of_each(shop.peers, peers), form=form)


def no_reach(table: pd.DataFrame) -> str:
    """Why the what-if is left out, or nothing: too few periods of the store, or too few peers.

    table  of `growth.within_reach`
    """
    if len(table):
        return ""
    return _(
        "This chapter is left out: it needs six full periods of four weeks of this store and two peers that "
        "sell to known customers."
    )


def largest_lever(table: pd.DataFrame) -> Finding:
    """The factor worth most if this store stood where the best quarter of its peers stands.

    table  of `growth.within_reach`

    Returns a finding of kind "lever_within_reach", "at_the_top" (no factor lies below the best quarter) or
    "no_reach" (nothing could be compared).
    """
    if table.empty:
        return Finding("no_reach", "", no_reach(table), "")
    best = table.sort_values("gain", ascending=False, kind="stable").iloc[0]
    evidence = _(
        "Today: the average of {n} periods of four weeks. P75: of the averages of {peers} peers. A "
        "comparison of levels, not a promise: whether a gap is more than noise is tested in the diagnosis.",
        n=numbers.count(best["n_periods"]),
        peers=numbers.count(best["n_peers"]),
    )
    if not best["gain"] > 0:
        return Finding(
            kind="at_the_top",
            stage="",
            claim=_("On every factor this store already stands at or above the best quarter of its peers."),
            evidence=evidence,
            action=_("Write down what it does, and teach it to the others."),
            n=int(best["n_peers"]),
        )
    ahead = table[~(table["gain"] > 0)]["factor"]
    above = (
        _(" Already at or above it: {factors}.", factors=_(", ").join(factor(name) for name in ahead))
        if len(ahead)
        else ""
    )
    return Finding(
        kind="lever_within_reach",
        stage="",
        lever=str(best["factor"]),
        claim=_(
            "Within what peers have reached, “{factor}” moves most: from {today} to {high} is {gain} a year "
            "({share}).",
            factor=factor(best["factor"]),
            today=level(best["factor"], best["today"]),
            high=level(best["factor"], best["high"]),
            gain=numbers.signed_money(best["gain"]),
            share=numbers.signed_percent(best["gain_share"]),
        ),
        evidence=evidence + above,
        action=_("Take this factor to the design workshop first, and ask the best peers how they do it."),
        n=int(best["n_peers"]),
        money=float(best["gain"]),
    )


def factor(name: str) -> str:
    """A factor of the growth equations as tables and charts call it."""
    return {
        "visitors": _("Visitors"),
        "conversion": _("Conversion"),
        "n_buyers": _("Buyers"),
        "n_orders": _("Orders"),
        "orders_per_visitor": _("Orders per visitor"),
        "average_order_value": _("Average order value"),
        "orders_per_buyer": _("Orders per buyer"),
        "users": _("Contacts"),
        "close_rate": _("Close rate"),
        "value_per_buyer": _("Value per buyer"),
    }[name]


def level(name: str, value: float) -> str:
    """A level of a factor, in its unit.

    >>> level("conversion", 0.1234), level("orders_per_buyer", 1.5)
    ('12.3%', '1.50')
    """
    if name in ("conversion", "close_rate", "orders_per_visitor"):
        return numbers.percent(value)
    if name in ("average_order_value", "value_per_buyer"):
        return numbers.money(value)
    return numbers.number(value) if name == "orders_per_buyer" else numbers.count(value)


def compounded(table: pd.DataFrame, share: float = 0.1) -> pd.DataFrame:
    """`growth.compounding` of this store's revenue of a year, over all factors of its equation.

    table  of `growth.within_reach`
    """
    if table.empty:
        return growth.compounding(share, factors=1).head(0)
    return growth.compounding(share, factors=len(table), revenue=float(table["revenue_year"].iloc[0]))


def _of_each(peers, found: pd.DataFrame) -> pd.DataFrame:
    """Rows with their store: a table of one store alone does not name it."""
    return found if "store_id" in found.columns else found.assign(store_id=peers.store_ids[0])
