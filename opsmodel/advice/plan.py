"""The plan: from findings and the store's own curves to touches, prices, weeks, people and targets."""

from math import isnan, nan

import pandas as pd

from opsmodel.advice.economics import content_scores, unit_economics
from opsmodel.advice.pricing import price_points
from opsmodel.advice.scheduling import monday, providers, staffing, targets, weeks
from opsmodel.advice.touching import calendar, rhythm, touches

__all__ = [
    "calendar",
    "content_scores",
    "monday",
    "order_margin",
    "price_points",
    "providers",
    "reachable_lift",
    "rhythm",
    "staffing",
    "targets",
    "touches",
    "unit_economics",
    "weeks",
]


def reachable_lift(chain: pd.DataFrame, store_id: str, *, least: float = 0.2) -> float:
    """How much the store's repurchase could rise by what its peers show, at least `least`.

    The best quarter of the peers over the store's own level, less 1: a store far behind can be trusted with
    more than one that is ahead.

    chain  the table of `benchmarks.stores`

    >>> rows = pd.DataFrame({"store_id": ["S1"], "lever": ["repurchase_rate"], "shrunken": [0.4],
    ...                      "peer_p75": [0.6]})
    >>> round(reachable_lift(rows, "S1"), 3)
    0.5
    """
    row = _row(chain, store_id, "repurchase_rate")
    reach = nan if row is None or not row["shrunken"] > 0 else row["peer_p75"] / row["shrunken"] - 1
    return least if isnan(reach) else max(least, float(reach))


def order_margin(chain: pd.DataFrame, store_id: str) -> float:
    """Margin of a further order, client currency; its net value where the client supplies no margin.

    chain  the table of `benchmarks.stores`
    """
    row = _row(chain, store_id, "repeat_order_value")
    if row is None:
        return nan
    level = row["peer_value"] if isnan(row["shrunken"]) else row["shrunken"]
    share = row["margin_share"] if row["is_margin"] and not isnan(row["margin_share"]) else 1.0
    return float(level * share)


def _row(chain: pd.DataFrame, store_id: str, lever: str):
    rows = chain[(chain["store_id"] == store_id) & (chain["lever"] == lever)]
    return rows.iloc[0] if len(rows) else None
