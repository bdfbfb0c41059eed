"""The stores on one lever, in the order of what they most likely are; and the flags chance alone raises."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import lever_words, levers
from opsmodel.advice.overview.money import EVERY
from opsmodel.metrics import rates
from opsmodel.wording import _


def ranking(benchmarks: pd.DataFrame, lever: str) -> pd.DataFrame:
    """The stores on one lever, ordered by what they most likely are, not by what happened to be counted.

    benchmarks  the table of `benchmarks.stores`
    lever       a name of `levers.LEVERS`

    Returns lever, rank (1 = best), store_id, n, value, shrunken with shrunken_low and shrunken_high (drawn
    towards the peers as far as the base is small), top_quartile (probability of being in the best
    quarter of its peer group) and is_flagged (differs from its peers at a false discovery rate of 5 %).
    Stores that nobody could see are left out.
    """
    rows = benchmarks[(benchmarks["lever"] == lever) & benchmarks["shrunken"].notna()]
    rows = rows.sort_values(["shrunken", "store_id"], ascending=[False, True], ignore_index=True)
    columns = ["store_id", "n", "value", "shrunken", "shrunken_low", "shrunken_high", "top_quartile"]
    return rows.assign(rank=rows.index + 1)[["lever", "rank", *columns, "is_flagged"]]


def league(ranking: pd.DataFrame, stores: pd.DataFrame) -> pd.DataFrame:
    """The table of `ranking`, written out for people to read: the stores with a base of 30 or more.

    stores  the table of `overview.stores`

    Returns rank, store_name, peer_group (unless nobody has one), n, seen (the raw figure), likely (shrunken),
    interval, best_chance and beyond_noise.
    """
    ranking = ranking[ranking["n"] >= rates.SMALLEST_BASE].reset_index(drop=True)
    known = stores.set_index("store_id")
    show = lever_words.figure(ranking["lever"].iloc[0]) if len(ranking) else numbers.percent
    rows = ranking.to_dict("records")
    table = pd.DataFrame(
        {
            "rank": ranking.index + 1,
            "store_name": ranking["store_id"].map(known["store_name"]),
            "peer_group": ranking["store_id"].map(known["peer_group"]),
            "n": ranking["n"],
            "seen": [show(row["value"]) for row in rows],
            "likely": [show(row["shrunken"]) for row in rows],
            "interval": [f"{show(row['shrunken_low'])} – {show(row['shrunken_high'])}" for row in rows],
            "best_chance": [numbers.percent(row["top_quartile"], 0) for row in rows],
            "beyond_noise": [_("yes") if row["is_flagged"] else _("no") for row in rows],
        }
    )
    return table if stores["peer_group"].any() else table.drop(columns="peer_group")


def flags(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """How many stores stand out on each lever, and how many chance alone would make stand out.

    benchmarks  the table of `benchmarks.stores`

    Returns lever (then `every_lever`), n_tests, n_below (p ≤ 5 %), by_chance (that many of them if no store
    differed from its peers) and n_flagged (left at a false discovery rate of 5 %).
    """
    groups = [(name, benchmarks[benchmarks["lever"] == name]) for name in levers.LEVERS]
    found = [
        (
            name,
            int(rows["p_value"].notna().sum()),
            int((rows["p_value"] <= rates.NOISE).sum()),
            rates.chance_flags(rows["p_value"]),
            int(rows["is_flagged"].sum()),
        )
        for name, rows in [*groups, (EVERY, benchmarks)]
    ]
    return pd.DataFrame(found, columns=["lever", "n_tests", "n_below", "by_chance", "n_flagged"])
