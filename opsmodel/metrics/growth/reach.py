"""What the growth equation gives within what the store has seen and its peers have reached."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.contributions import USERS, decompose
from opsmodel.metrics.contributions import form as form_of
from opsmodel.metrics.growth.periods import average
from opsmodel.metrics.rates import SMALLEST_BASE

OWN_PERIODS = 6  # of the store; with fewer its own worst tenth says nothing
DAYS_A_YEAR = 364  # 52 whole weeks
COLUMNS = [
    *("factor", "today", "own_p10", "own_p90", "peer_p75", "low", "high", "n_periods", "n_peers"),
    *("revenue_year", "gain", "gain_share", "loss"),
]


def within_reach(
    own: pd.DataFrame, peers: pd.DataFrame, *, form: str = "traffic", by: str = "store_id"
) -> pd.DataFrame:
    """One row per factor of the growth equation: where it stands, and how far it can be moved honestly.

    Not lower than the worst tenth of the store's own periods, not higher than the best quarter of its peers:
    a what-if beyond these is a wish.

    own    the store's rows of `growth.periods`: periods of equal length, the oldest first
    peers  the same of its peers, with a column `by`
    form   traffic: visitors × conversion × average order value × orders per buyer, or with the number of
           buyers where visitors were not counted in every period, or with orders where buyers are not known;
           users: users × close rate × value per buyer

    Periods before the first sale, and the one it falls in, are left out. Today is the average period of
    those left; a peer's figure is that of its average period.

    Returns factor, today, own_p10, own_p90, peer_p75, low and high (the bounds), n_periods, n_peers,
    revenue_year (net revenue of 364 days at today's pace), gain (a year more if this factor alone went to
    `high`), gain_share (of revenue_year) and loss (a year less at `low`). gain is 0 where the store stands at
    or above the best quarter. No row with fewer than 6 own periods or two peers.
    Raises ArgumentError if the periods of the store and of its peers differ in length.
    """
    own, length = _traded(own), _length(own)
    if len(peers) and len(own) and _length(peers) != length:
        raise ArgumentError(
            "periods of the store and of its peers differ in length.",
            found=f"{length} and {_length(peers)} days",
            fix="give both the same period_days.",
        )
    others = [_traded(rows) for _store, rows in peers.groupby(by, sort=True)]
    others = [rows for rows in others if rows["n_buyers"].fillna(rows["n_orders"]).sum() >= SMALLEST_BASE]
    if len(own) < OWN_PERIODS or len(others) < 2:
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], "float64"))
    factors = _factors(form, own, pd.concat(others))
    if own[factors].isna().any(axis=None):
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], "float64"))
    today = average(own)[factors].iloc[0]
    level = pd.concat([average(rows)[factors] for rows in others], ignore_index=True)
    yearly = float(np.prod(today)) * DAYS_A_YEAR / length
    table = pd.DataFrame(
        {
            "factor": factors,
            "today": today.to_numpy(),
            "own_p10": own[factors].quantile(0.1).to_numpy(),
            "own_p90": own[factors].quantile(0.9).to_numpy(),
            "peer_p75": level.quantile(0.75).to_numpy(),
        }
    )
    table["low"] = table[["today", "own_p10"]].min(axis=1)
    table["high"] = table[["today", "peer_p75"]].max(axis=1)
    table["n_periods"], table["n_peers"], table["revenue_year"] = len(own), len(others), yearly
    table["gain_share"] = table["high"] / table["today"] - 1
    table["gain"] = yearly * table["gain_share"]
    table["loss"] = yearly * (table["low"] / table["today"] - 1)
    return table[COLUMNS]


def what_if(reach: pd.DataFrame, levels: Mapping[str, float]) -> pd.DataFrame:
    """One row per factor: what moving it to the chosen level changes in the revenue of a year.

    reach   the table of `within_reach`
    levels  factor -> its level; factors not named stay where they are today

    Factors multiply, so the parts are those of all changes together (LMDI) and sum to the whole change.

    Returns factor, before, after, contribution (a year), share_of_change.
    Raises ArgumentError if a factor is unknown, or a level lies outside `low` to `high`.
    """
    rows = reach.set_index("factor")
    for factor, level in levels.items():
        if factor not in rows.index:
            raise ArgumentError(
                f"there is no factor {factor!r}.", found=list(rows.index), fix="move one of those found."
            )
        low, high = rows["low"].astype(float)[factor], rows["high"].astype(float)[factor]
        if not low * (1 - 1e-5) <= level <= high * (1 + 1e-5):
            raise ArgumentError(
                f"{factor} cannot be moved to {level:g}.",
                found=f"the store's own worst tenth is {low:g}, the peers' best quarter {high:g}",
                fix="choose a level between the two.",
            )
    today = {str(name): float(value) for name, value in rows["today"].items()}
    moved = {
        name: float(level) for name, level in levels.items() if not np.isclose(level, today[name], rtol=1e-5)
    }
    after = today | moved
    times = float(rows["revenue_year"].iloc[0]) / float(np.prod(list(today.values())))
    parts = decompose(today, after, list(today))
    return parts.assign(contribution=parts["contribution"] * times)


def compounding(share: float, *, factors: int = 3, revenue: float = 1.0) -> pd.DataFrame:
    """One row per number of factors raised by the same share: what their product becomes.

    (1 + g)^k, and beside it 1 + k·g, which is what adding up the shares would say.

    share    g; 0.1 raises each factor by 10 %, 1 doubles it
    factors  the largest k
    revenue  what the product is today

    Returns n_factors, times, revenue, times_added (1 + k·g).

    >>> compounding(1.0, factors=3)["times"].tolist()
    [2.0, 4.0, 8.0]
    """
    if share <= -1 or factors < 1:
        raise ArgumentError(
            "a factor cannot be raised so.",
            found=f"share {share}, factors {factors}",
            fix="give a share above -1.",
        )
    k = np.arange(1, factors + 1)
    times = (1 + share) ** k
    return pd.DataFrame(
        {"n_factors": k, "times": times, "revenue": revenue * times, "times_added": 1 + k * share}
    )


def _factors(form: str, own: pd.DataFrame, others: pd.DataFrame) -> list[str]:
    if form not in ("traffic", "users"):
        raise ArgumentError(
            "there is no such form of the growth equation.", found=repr(form), fix="use traffic or users."
        )
    if form == "users":
        return list(USERS)
    counted, known = (
        bool(own[name].notna().all() and others[name].notna().all()) for name in ("visitors", "n_buyers")
    )
    return list(form_of(counted, known))


def _traded(rows: pd.DataFrame) -> pd.DataFrame:
    """The periods after the one of the first sale, or all where the store sold from the first one on."""
    rows = rows.sort_values("start").reset_index(drop=True)
    sold = np.flatnonzero(rows["n_orders"] > 0)
    if not len(sold):
        return rows.iloc[:0]
    return rows.iloc[sold[0] + 1 if sold[0] else 0 :].reset_index(drop=True)


def _length(rows: pd.DataFrame) -> int:
    """Days of a period."""
    if rows.empty:
        return 0
    first = rows.iloc[0]
    return (pd.Timestamp(first["end"]) - pd.Timestamp(first["start"])).days + 1
