"""What scopes and flows between stores say: the repurchase and revenue that a single till does not see."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

APART = 0.01  # of a rate: less is no one's concern
AWAY = 0.02  # of revenue


def scopes_apart(chain: pd.DataFrame, *, within_days: int = 90) -> Finding:
    """How much of the repurchase a single till cannot see.

    chain        the row of `overview.scopes` of the whole chain
    within_days  its window

    Returns a finding of kind "scopes_apart", "scopes_level" (less than a point) or "small_base".
    """
    row = chain.iloc[0]
    if not row["n_home"] >= SMALLEST_BASE:
        return small_base(row["n_home"])
    values = {"home": numbers.percent(row["home_rate"]), "branch": numbers.percent(row["branch_rate"]),
              "days": within_days}  # fmt: skip
    apart = row["unseen_rate"] >= APART
    claim = (
        _(
            "{home} of customers come back to the chain within {days} days, {branch} to the same till: judge "
            "a store by the first.",
            **values,
        )
        if apart
        else _("Home and till agree on repurchase within {days} days: {home} and {branch}.", **values)
    )  # fmt: skip
    evidence = _(
        "{n_home} customers by home store, {n_branch} when each till counts its own (whoever bought in two "
        "stores counts twice, so branch figures do not add up to the chain).",
        n_home=numbers.count(row["n_home"]), n_branch=numbers.count(row["n_branch"]),
    )  # fmt: skip
    return Finding(
        "scopes_apart" if apart else "scopes_level", "repurchase", claim, evidence, n=int(row["n_home"])
    )


def leaking(balance: pd.DataFrame, *, names: dict[str, str] | None = None) -> Finding:
    """How much of what known customers spend is rung up away from their home store, and who gives most.

    balance  the table of `leakage.balance`
    names    store_id -> name

    Returns a finding of kind "leaking" (2 % or more), "homely" or "no_sales".
    """
    home, away = balance["home_revenue"].sum(), balance["away_revenue"].sum()
    if not home > 0:
        return Finding("no_sales", "", _("No known customer has bought yet."), "")
    shown = names or {}
    by_flow = balance.sort_values("flow_revenue", kind="stable").to_dict("records")
    gives, gains = by_flow[0], by_flow[-1]
    values = {"share": numbers.percent(away / home), "money": numbers.money(away)}
    claim = (
        _("{share} of what known customers spend ({money}) is rung up away from their home store.", **values)
        if away >= AWAY * home
        else _("Customers stay with their home store: {share} of their spend ({money}) is rung up elsewhere.",
               **values)
    )  # fmt: skip
    evidence = ""
    if away > 0 and gives["flow_revenue"] < 0:
        evidence = _(
            "{gives} gives the others {given} more than it gets; {gains} gets {got} more than it gives.",
            gives=shown.get(gives["store_id"], gives["store_id"]),
            given=numbers.money(-gives["flow_revenue"]),
            gains=shown.get(gains["store_id"], gains["store_id"]),
            got=numbers.money(gains["flow_revenue"]),
        )
    action = (
        _(
            "Credit the home store for orders its customers place elsewhere; otherwise it has no reason to "
            "care."
        )
        if away >= AWAY * home
        else ""
    )
    return Finding("leaking" if away >= AWAY * home else "homely", "", claim, evidence, action)
