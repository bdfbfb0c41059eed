"""What the growth equation says: what moved revenue, over time and against the average peer."""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.metrics.growth.periods import KNOWN
from opsmodel.wording import _

UNCHANGED = 0.005  # of the amount before; a smaller change is called none


def change(decomposition: pd.DataFrame) -> Finding:
    """What moved the product of the growth equation: the factor that explains most of the change.

    decomposition  the table of `growth.decompose`

    Returns a finding of kind "rose", "fell" or "unchanged" (less than half a percent), with the change as
    its money. A factor that worked against the change is named too.
    """
    total = float(decomposition["contribution"].sum())
    before, after = (float(np.prod(_known(decomposition, side))) for side in ("before", "after"))
    parts = decomposition.sort_values("contribution", kind="stable", ascending=total < 0)
    main, against = parts.iloc[0], parts.iloc[-1]
    size = abs(total) / before if before else np.inf
    relative = [numbers.signed_percent(total / before)] if before else []
    values = {
        "before": numbers.money(before),
        "after": numbers.money(after),
        "change": _(", ").join([numbers.signed_money(total), *relative]),
        "factor": factor(main["factor"]),
        "part": numbers.signed_money(main["contribution"]),
    }
    if size < UNCHANGED or total == 0:
        kind, claim = "unchanged", _("Net revenue stayed at {after}.", after=values["after"])
    elif total > 0:
        kind = "rose"
        claim = _("Net revenue rose to {after} ({change}); the largest part by {factor}: {part}.", **values)
    else:
        kind = "fell"
        claim = _("Net revenue fell to {after} ({change}); the largest part by {factor}: {part}.", **values)
    opposed = against["contribution"] * total < 0 and kind != "unchanged"
    counter = (
        _(" {factor} worked the other way: {part}.", factor=factor(against["factor"]),
          part=numbers.signed_money(against["contribution"]))
        if opposed
        else ""
    )  # fmt: skip
    evidence = _("From {before} to {after}, split by factor without a rest.", **values)
    return Finding(kind, stage="", claim=claim, evidence=evidence + counter, money=total)


def beside_peers(decomposition: pd.DataFrame) -> Finding:
    """Which factor explains most of the gap in net revenue between the average peer and this store.

    decomposition  the table of `growth.decompose(growth.average(peers), store)`

    Returns a finding of kind "above_peers", "below_peers" or "like_peers" (less than 2 % apart), with the
    gap as its money (of the period compared). It describes; whether a gap is more than noise is for
    `for_store` to say.
    """
    gap = float(decomposition["contribution"].sum())
    peers, store = (float(np.prod(decomposition[side].astype(float))) for side in ("before", "after"))
    share = gap / peers if peers else np.inf
    main = decomposition.sort_values("contribution", ascending=gap < 0, kind="stable").iloc[0]
    values = {
        "share": numbers.percent(abs(share)),
        "factor": factor(main["factor"]),
        "part": numbers.signed_money(main["contribution"]),
        "gap": numbers.signed_money(gap),
    }
    evidence = _(
        "Net revenue {store} against {peers} of the average peer in the same period, split by factor "
        "without a rest.",
        store=numbers.money(store),
        peers=numbers.money(peers),
    )
    if abs(share) < 0.02:
        return Finding(
            "like_peers", "", _("Net revenue is level with the average peer."), evidence, money=gap
        )
    if gap > 0:
        claim = _(
            "Net revenue is {share} above the average peer; {factor} gives {part} of the {gap}.", **values
        )
        return Finding("above_peers", "", claim, evidence, money=gap)
    claim = _("Net revenue is {share} below the average peer; {factor} takes {part} of the {gap}.", **values)
    return Finding("below_peers", "", claim, evidence, money=gap)


def known_part(periods: pd.DataFrame) -> Finding:
    """How much of the revenue is of customers somebody knows: all that a page can say is about them.

    periods  rows of `growth.recent` (one store or the chain), the latest last

    Returns a finding of kind "known_part", "known_few" (under a fifth: how many buyers there are cannot be
    seen) or "no_sales".
    """
    row = periods.iloc[-1]
    if not row["net_revenue"] > 0:
        return Finding("no_sales", "", _("No known customer has bought yet."), "")
    days = (pd.Timestamp(row["end"]) - pd.Timestamp(row["start"])).days + 1
    values = {"share": numbers.percent(row["identified_share"]), "days": days}
    rest = numbers.money(row["net_revenue"] * (1 - row["identified_share"]))
    if row["identified_share"] >= KNOWN:
        return Finding(
            "known_part", "",
            _("{share} of net revenue is of known customers; what this page counts is theirs.", **values),
            _("Rung up anonymously in the last {days} days: {rest}.", days=days, rest=rest)
            if row["identified_share"] < 1
            else "",
        )  # fmt: skip
    return Finding(
        "known_few", "acquire",
        _("Only {share} of net revenue is of known customers: this page speaks of them alone.", **values),
        _("Rung up anonymously in the last {days} days: {rest}. How many buyers that were, and how often "
          "they came, cannot be seen: where revenue is split, it is by visits and orders.",
          days=days, rest=rest),
        _("Begin at the till: have every buyer recognised (member number, code, payment). Who is not "
          "recognised cannot be brought back."),
        owner=_("store manager"),
    )  # fmt: skip


def factor(name: str) -> str:
    """A factor of the growth equations, as a label; names it does not know stay as they are."""
    known = {
        "visitors": lambda: _("visitors"),
        "conversion": lambda: _("conversion"),
        "n_buyers": lambda: _("the number of buyers"),
        "n_orders": lambda: _("the number of orders"),
        "orders_per_visitor": lambda: _("orders per visitor"),
        "average_order_value": lambda: _("average order value"),
        "orders_per_buyer": lambda: _("orders per buyer"),
        "users": lambda: _("the number of users"),
        "close_rate": lambda: _("close rate"),
        "value_per_buyer": lambda: _("value per buyer"),
    }
    return known[name]() if name in known else str(name)


def _known(decomposition: pd.DataFrame, side: str) -> pd.Series:
    """A factor nobody could see (the order value of no order) does not change a product of 0."""
    return decomposition[side].astype(float).fillna(0.0)
