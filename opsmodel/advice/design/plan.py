"""The plan: from findings and the store's own curves to touches, prices, weeks, people and targets."""

from math import isnan, nan

import pandas as pd

from opsmodel.advice import lever_words
from opsmodel.advice.design.economics import content_scores, unit_economics
from opsmodel.advice.design.pacing import pace
from opsmodel.advice.design.pricing import price_points
from opsmodel.advice.design.pricing import rule as trade
from opsmodel.advice.design.reaching import audiences, no_reward, schemes
from opsmodel.advice.design.scheduling import (
    calendar,
    monday,
    provider_criteria,
    providers,
    staffing,
    targets,
    weeks,
)
from opsmodel.advice.design.touching import followed, rhythm, touches
from opsmodel.advice.summary import about

__all__ = [
    "audiences",
    "calendar",
    "content_scores",
    "followed",
    "margin_share",
    "monday",
    "no_reward",
    "order_margin",
    "pace",
    "price_points",
    "promised",
    "provider_criteria",
    "providers",
    "published",
    "reachable_lift",
    "rhythm",
    "schemes",
    "staffing",
    "targets",
    "touches",
    "trade",
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


def margin_share(chain: pd.DataFrame, store_id: str) -> float:
    """Margin ÷ net revenue of further orders; NaN where the client supplies no margin.

    chain  the table of `benchmarks.stores`
    """
    row = _row(chain, store_id, "repeat_order_value")
    return nan if row is None or not row["is_margin"] else float(row["margin_share"])


def promised(table: pd.DataFrame, schedule: pd.DataFrame) -> pd.DataFrame:
    """The targets written out, each in the unit of its lever: lever, now, peers_reached, judge_on.

    table, schedule  of `playbook.for_findings` and `weeks`
    """
    rows = []
    for row in targets(table, schedule).to_dict("records"):
        show = lever_words.figure(row["lever"])
        reach = f"{show(row['target_low'])} – {show(row['target_high'])}"
        rows.append([lever_words.name(row["lever"]), show(row["today"]), reach, row["judge_on"]])
    return pd.DataFrame(rows, columns=["lever", "now", "peers_reached", "judge_on"])


def published(shop, table: pd.DataFrame, schedule: pd.DataFrame, rhythm: pd.DataFrame) -> dict:
    """The numbers on the plan of one store, as its metrics.json holds them.

    table     of `playbook.for_findings`
    schedule  of `weeks`
    rhythm    of `rhythm`
    """
    dates = schedule.assign(
        live_on=schedule["live_on"].astype(str), judge_on=schedule["judge_on"].astype(str)
    )
    pace = rhythm[["peak_from_day", "peak_to_day", "stop_day"]].iloc[0].to_dict()
    figures = table[["play", "kind", "lever", "money", "cost", "target_low", "target_high"]]
    return {
        **about(shop),
        "plays": figures.to_dict("records"),
        "weeks": dates[["play", "live_on", "judge_on"]].to_dict("records"),
        "rhythm": pace,
    }


def _row(chain: pd.DataFrame, store_id: str, lever: str):
    rows = chain[(chain["store_id"] == store_id) & (chain["lever"] == lever)]
    return rows.iloc[0] if len(rows) else None
