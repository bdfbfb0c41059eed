"""What an add costs and earns, and which lead content deserves the budget."""

from math import nan

import numpy as np
import pandas as pd

from opsmodel.errors import TableError

ITEMS = ("margin", "channel_cost", "giveaway", "staff_time", "contribution")


def unit_economics(
    performance: pd.DataFrame,
    payback: pd.DataFrame | None = None,
    *,
    giveaway: float = 0.0,
    staff_hours: float = 0.0,
    hour_cost: float = 0.0,
) -> pd.DataFrame:
    """One row per item of a retained add: margin it brings, what it costs, what is left.

    Figures of `channels.performance` are per mature add; an add that does not stay costs as well, so that
    all of them are divided by the share that stays.

    performance  of `channels.performance` with by=None (one row)
    payback      of `channels.payback_days` with by=None; for the payback day
    giveaway     gifts per add, client currency
    staff_hours  hours of staff per add, at hour_cost an hour

    Returns item (margin, channel_cost, giveaway, staff_time, contribution), amount per retained add (costs
    negative; they add up to contribution), amount_low, amount_high (95 %, the costs taken as known), and
    payback_days (the same in every row). NaN where margin, costs or losses are not recorded.

    >>> table = pd.DataFrame({"add_margin": [30.0], "add_margin_low": [24.0], "add_margin_high": [36.0],
    ...                       "cost": [1000.0], "n_mature": [100], "retained_rate": [0.8]})
    >>> unit_economics(table, giveaway=2, staff_hours=0.1, hour_cost=30)["amount"].tolist()
    [37.5, -12.5, -2.5, -3.75, 18.75]
    """
    row = _one(performance, "performance")
    kept = row["retained_rate"] if row["retained_rate"] > 0 else nan
    n = row["n_mature"] if row["n_mature"] > 0 else nan
    costs = np.array([row["cost"] / n, giveaway, staff_hours * hour_cost], float)
    margins = np.array([row["add_margin"], row["add_margin_low"], row["add_margin_high"]], float)
    left = margins - costs.sum()
    amounts = np.vstack([margins, *(np.full(3, -cost) for cost in costs), left]) / kept
    table = pd.DataFrame(amounts, columns=["amount", "amount_low", "amount_high"])
    table.loc[1:3, ["amount_low", "amount_high"]] = nan
    table.insert(0, "item", ITEMS)
    days = nan if payback is None or payback.empty else float(payback["payback_days"].iloc[0])
    return table.assign(payback_days=days)


def content_scores(
    performance: pd.DataFrame, lasting: pd.DataFrame, *, content: str = "code_id"
) -> pd.DataFrame:
    """One row per piece of lead content: cost × value × how long it lasts, each between 0 and 1.

    Cost and value are scored by rank among all rows (1: the cheapest retained add, the most margin an add),
    lasting is the share of the last weeks in which it brought somebody who stayed. Their product favours what
    is good at all three; one that fails at one falls behind.

    performance  of `channels.performance` by the content's code: cost_per_retained_add, add_margin, n_adds
    lasting      of `design.lasting` by the same
    content      column that names the content

    Returns content, n_adds, cost_per_retained_add, add_margin, lasting_rate, cost_score, value_score, score
    (best first; NaN where a part is not known). Raises TableError if a column is missing.

    >>> codes = pd.DataFrame({"code_id": ["map", "gift"], "n_adds": [90, 90],
    ...                       "cost_per_retained_add": [1.0, 9.0], "add_margin": [30.0, 12.0]})
    >>> weeks = pd.DataFrame({"code_id": ["map", "gift"], "lasting_rate": [1.0, 0.5]})
    >>> content_scores(codes, weeks)[["code_id", "score"]].values.tolist()
    [['map', 1.0], ['gift', 0.125]]
    """
    for name, table, needed in (
        ("performance", performance, [content, "n_adds", "cost_per_retained_add", "add_margin"]),
        ("lasting", lasting, [content, "lasting_rate"]),
    ):
        missing = [column for column in needed if column not in table.columns]
        if missing:
            raise TableError(
                f"{name} has no column {missing}.", found=list(table.columns), fix=f"group it by {content}."
            )
    names = [content, "n_adds", "cost_per_retained_add", "add_margin"]
    table = performance.loc[performance["n_adds"] > 0, names]
    table = table.merge(lasting[[content, "lasting_rate"]], on=content, how="left")
    cost, value = table["cost_per_retained_add"], table["add_margin"]
    table = table.assign(cost_score=cost.rank(pct=True, ascending=False), value_score=value.rank(pct=True))
    table["score"] = table["cost_score"] * table["value_score"] * table["lasting_rate"]
    return table.sort_values(["score", content], ascending=[False, True], ignore_index=True)


def _one(table: pd.DataFrame, name: str) -> pd.Series:
    needed = ["add_margin", "add_margin_low", "add_margin_high", "cost", "n_mature", "retained_rate"]
    missing = [column for column in needed if column not in table.columns]
    if missing or len(table) != 1:
        raise TableError(
            f"{name} is not one row of channels.performance.",
            found=f"{len(table)} rows, without {missing}" if missing else f"{len(table)} rows",
            fix="ask channels.performance with by=None for one store.",
        )
    return table.iloc[0]
