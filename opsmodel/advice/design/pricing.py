"""Which price rule fits: rare and dear, or frequent - read from the store's own gaps and order values."""

from math import isnan

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

FREQUENT_DAYS = 60  # median gap up to which buying is frequent
RARE_DAYS = 180  # median gap from which it is rare; never reached is rare too
ABOVE_P80 = 1.05  # where a threshold asks for one item more


def rule(buying: pd.DataFrame, *, frequent_days: int = FREQUENT_DAYS, rare_days: int = RARE_DAYS) -> str:
    """frequent, rare, between or unknown, by the median gap from an order to the next.

    buying  the table of `design.buying` (one group); a median gap that is not reached is rare where waits of
            `rare_days` could be seen, unknown where they could not

    >>> rule(pd.DataFrame({"median_gap_days": [9.0], "seen_days": [300.0]}))
    'frequent'
    """
    row = buying.iloc[0] if len(buying) else None
    if row is None or (isnan(row["median_gap_days"]) and not row["seen_days"] >= rare_days):
        return "unknown"
    gap = row["median_gap_days"]
    if isnan(gap) or gap >= rare_days:
        return "rare"
    return "frequent" if gap <= frequent_days else "between"


def price_rule(buying: pd.DataFrame, chain: pd.DataFrame | None = None, **limits: int) -> Finding:
    """What the store's own rhythm says about pricing: a cheap first purchase, or bundles and order value.

    How often people buy belongs to what is sold. Where the chain's customers buy oftener than this store's,
    the store loses them, and its rare purchases are no reason to price as if they were natural.

    buying  the table of `design.buying` of the store
    chain   the same of the chain
    limits  frequent_days, rare_days of `rule`

    Returns a finding of kind "price_frequent", "price_rare", "price_between", "price_losing" (rare here, not
    in the chain) or "small_base".
    """
    n = buying["n_customers"].max() if len(buying) else 0
    if not n >= SMALLEST_BASE:
        return small_base(n)
    row, found = buying.iloc[0], rule(buying, **limits)
    if found == "unknown":
        return small_base(0)
    gap = row["median_gap_days"]
    values = {
        "gap": numbers.days(gap),
        "median": numbers.money(row["median_order_value"]),
        "p80": numbers.money(row["p80_order_value"]),
    }
    if found == "rare" and chain is not None and rule(chain, **limits) in ("frequent", "between"):
        found = "losing"
        values["gap"] = numbers.days(chain.iloc[0]["median_gap_days"])
    seldom = (
        _("rarely: fewer than half of the orders are followed by another")
        if isnan(gap)
        else _("rarely: half of the orders are followed by another only after {gap} days", gap=values["gap"])
    )
    claim, action = {
        "frequent": lambda: (
            _("Customers buy often, every {gap} days: a low first price, then return.", gap=values["gap"]),
            _("Keep the first purchase cheap and easy, earn on the ones after it; do not bundle purchases "
              "that would come anyway."),
        ),
        "rare": lambda: (
            _("Customers buy {seldom}: bundles and order value first.", seldom=seldom),
            _("Build packages for the occasion and set their threshold just above {p80}, which one order in "
              "five exceeds today; a cheap first purchase will not be followed soon.", p80=values["p80"]),
        ),
        "losing": lambda: (
            _("Customers buy rarely here, every {gap} days in the chain: they are lost, not rare.",
              gap=values["gap"]),
            _("Price as the chain does for frequent purchases, and work on the return; a package would only "
              "hide that they do not come back."),
        ),
        "between": lambda: (
            _("Customers buy every {gap} days: neither rare nor frequent.", gap=values["gap"]),
            _("Test both in two groups drawn by lot, a cheaper first purchase and a package from {p80} on; "
              "keep what brings more margin a customer in 180 days.", p80=values["p80"]),
        ),
    }[found]()  # fmt: skip
    evidence = _(
        "{n} buyers, {orders} order days, {year} a year each; median order {median}, one in five above "
        "{p80}; gaps still open are counted as open.",
        n=numbers.count(n), orders=numbers.count(row["n_orders"]), median=values["median"], p80=values["p80"],
        year=numbers.number(row["orders_a_year"], 1),
    )  # fmt: skip
    return Finding(
        f"price_{found}", "order_value", claim, evidence, action, owner=_("product lead"), n=int(n)
    )


def price_points(buying: pd.DataFrame, *, margin_share: float = float("nan")) -> pd.DataFrame:
    """One row: the points of the price structure, from the store's own orders.

    buying        the table of `design.buying` (one group)
    margin_share  margin ÷ net revenue of further orders; NaN where the client supplies no margin

    Returns first_order_value, next_order_value (medians today), bundle_amount (threshold of a package: just
    above the P80 of an order) and orders_to_earn (further orders whose margin makes up for the value a first
    order stays below a usual one; NaN without margin).

    >>> table = pd.DataFrame({"first_order_value": [20.0], "next_order_value": [140.0],
    ...                       "p80_order_value": [240.0]})
    >>> price_points(table, margin_share=0.4).round(2).values.tolist()
    [[20.0, 140.0, 252.0, 2.14]]
    """
    row = buying.iloc[0]
    usual, first = float(row["next_order_value"]), float(row["first_order_value"])
    earned = (
        max(usual - first, 0.0) / (usual * margin_share) if usual > 0 and margin_share > 0 else float("nan")
    )
    found = {
        "first_order_value": first,
        "next_order_value": usual,
        "bundle_amount": float(row["p80_order_value"]) * ABOVE_P80,
        "orders_to_earn": earned,
    }
    return pd.DataFrame([found])
