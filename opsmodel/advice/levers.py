"""The levers of a store in the order of the customer's path, and what moving them is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from opsmodel.metrics.contributions import shapley
from opsmodel.metrics.rates import SEED

DRAWS = 2000


@dataclass(frozen=True)
class Lever:
    """A figure a store can move. `in_chain`: one factor of the chain of money; the others are outcomes
    of several factors, shown but not paid twice."""

    name: str
    stage: str
    is_rate: bool
    in_chain: bool


LEVERS = {
    lever.name: lever
    for lever in (
        Lever("retained_adds", "acquire", is_rate=True, in_chain=True),
        Lever("close_rate", "close", is_rate=True, in_chain=False),
        Lever("kept_close_rate", "close", is_rate=True, in_chain=True),
        Lever("first_order_value", "order_value", is_rate=False, in_chain=True),
        Lever("order_value", "order_value", is_rate=False, in_chain=False),
        Lever("repurchase_rate", "repurchase", is_rate=True, in_chain=True),
        Lever("orders_per_repeater", "repurchase", is_rate=False, in_chain=True),
        Lever("repeat_order_value", "order_value", is_rate=False, in_chain=True),
        Lever("orders_per_buyer", "repurchase", is_rate=False, in_chain=False),
    )
}
CHAIN = tuple(name for name, lever in LEVERS.items() if lever.in_chain)


def yearly_value(today: Mapping, levels: Mapping, *, adds: float, buyers: float, margin: Mapping):
    """What the new customers of a year bring in their first N days.

    (buyers + adds × change of retained × close) × (first order + repurchase rate × further orders × their
    value). `buyers` already come from today's rates, so only the change of the first two levers counts.

    today   level of every lever of the chain today (numbers, or arrays of draws)
    levels  the levels to value, of the same shape
    adds    contacts added a year
    buyers  first orders a year
    margin  margin share of the two order values; 1 where money is net revenue
    """
    more = levels["retained_adds"] * levels["kept_close_rate"]
    more = more - today["retained_adds"] * today["kept_close_rate"]
    first = levels["first_order_value"] * margin["first_order_value"]
    later = levels["repeat_order_value"] * margin["repeat_order_value"]
    return (buyers + adds * more) * (
        first + levels["repurchase_rate"] * levels["orders_per_repeater"] * later
    )


def worth(rows: pd.DataFrame, chosen: list[str]) -> pd.DataFrame:
    """One row per chosen lever: what raising it to the peers' best quarter is worth a year.

    Levers multiply: raising two brings more than the sum of each alone, and that overlap is shared out by
    Shapley's rule. The interval is a parametric bootstrap: 2,000 seeded draws of every lever from its
    shrunken distribution, and of the peers' 75th percentile.

    rows    the store's rows of `benchmarks.stores`; a lever the store cannot show yet stands at its
            peers' level
    chosen  levers of the chain to raise together

    Returns lever, money, money_low, money_high (95 %): margin where the client supplies it, net revenue
    otherwise; NaN where a part of the chain could not be seen.
    """
    points, draws = drawn(rows, chosen)
    bounds = {name: np.quantile(draws[name], [0.025, 0.975]) for name in chosen}
    return pd.DataFrame(
        [(name, points[name], *bounds[name]) for name in chosen],
        columns=["lever", "money", "money_low", "money_high"],
    )


def drawn(
    rows: pd.DataFrame, chosen: list[str], *, number: int | None = None
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """The money of each chosen lever, and 2,000 draws of it: what `worth` sums up.

    number  of the store within the chain. Draws of stores with different numbers may be added: each store
            has chance of its own, while the best quarter of the peers is the same for all in every draw.
    """
    chain = rows.set_index("lever").reindex(CHAIN).astype({"shrunken": float})
    flow = chain["per_year"].fillna(0).to_dict()
    adds, buyers = flow["kept_close_rate"], flow["first_order_value"]
    share = chain["margin_share"].where(chain["is_margin"].eq(True), 1.0)
    margin = share.fillna(share["first_order_value"]).to_dict()
    level = chain["shrunken"].fillna(chain["peer_value"])
    if not adds or level.isna()["retained_adds"]:  # nobody is known to have left
        level["retained_adds"] = 1.0
    if not adds:  # the path starts at the first order
        level["kept_close_rate"] = 1.0

    def shares(today: dict, target: dict) -> dict:
        def value(raised: frozenset):
            levels = {name: target[name] if name in raised else today[name] for name in CHAIN}
            return yearly_value(today, levels, adds=adds, buyers=buyers, margin=margin)

        return shapley(value, chosen)

    own, peers = np.random.default_rng(SEED).normal(size=(2, len(CHAIN), DRAWS))
    if number is not None:
        own = np.random.default_rng([SEED, number]).normal(size=own.shape)
    today = _drawn(level, chain["shrunken_sd"], own)
    points = shares(level.to_dict(), chain["peer_p75"].to_dict())
    return points, shares(today, _drawn(chain["peer_p75"], chain["peer_p75_sd"], peers))


def _drawn(middle: pd.Series, sd: pd.Series, noise: np.ndarray) -> dict[str, np.ndarray]:
    draws = middle.to_numpy()[:, None] + sd.fillna(0).to_numpy()[:, None] * noise
    return dict(zip(CHAIN, draws, strict=True))
