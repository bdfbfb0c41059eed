"""From the counts and sums of each group to its rates, means and returns."""

import numpy as np
import pandas as pd

from opsmodel.metrics.channels.means import with_mean
from opsmodel.metrics.counting import with_rate

SUMS = ["margin", "margin_2", "margin_3"]
BOUNDS = ("", "_low", "_high")
RATES = {
    "retained_rate": ("n_retained", "n_adds_7"),
    "fake_rate": ("n_fake", "n_adds_2"),
    "close_rate": ("n_buyers", "n_mature"),
}


def columns() -> list[str]:
    """The figures of a group, in the order of the table."""

    def bounds(name: str) -> list[str]:
        return [f"{name}{end}" for end in BOUNDS]

    return [
        "n_adds", "add_share",
        "n_adds_7", "n_retained", *bounds("retained_rate"),
        "n_adds_2", "n_fake", *bounds("fake_rate"),
        *bounds("kept_7_rate"), *bounds("kept_30_rate"),
        "kept_cost", *bounds("cost_per_retained_add"),
        "n_mature", "n_buyers", *bounds("close_rate"),
        "revenue", "margin", "add_revenue", *bounds("add_margin"),
        "cost", *bounds("roi"), "contribution",
        "n_ltv", "ltv", "cac", "ltv_cac",
    ]  # fmt: skip


def with_figures(table: pd.DataFrame, by: list[str], extra: pd.Series) -> pd.DataFrame:
    """The table with its rates, means and returns; NaN where there is no base or a part is not known.

    table  one row per group: counts, sums of margin and revenue, costs
    extra  gifts and hours per add, currency
    """
    for rate, (k, n) in RATES.items():
        table = with_rate(table, rate, k, n)
    table["add_share"] = table["n_adds"] / _everyone(table, by)
    table = with_mean(table, "add_margin", "n_mature", SUMS)
    table["add_revenue"] = table["revenue"] / _above_0(table["n_mature"])
    for end, kept in zip(BOUNDS, ("", "_high", "_low"), strict=True):  # more kept, less each
        n_kept = table["n_adds_7"] * table[f"retained_rate{kept}"]
        table[f"cost_per_retained_add{end}"] = table["kept_cost"] / _above_0(n_kept)
    for end in BOUNDS:
        brought = table[f"add_margin{end}"] * table["n_mature"]
        table[f"roi{end}"] = (brought - table["cost"]) / _above_0(table["cost"])
    nobody = (table["n_adds"] == 0) & (table["cost"] > 0)  # all of the cost was for nothing
    table["roi"] = table["roi"].mask(nobody, -1.0)
    table["contribution"] = table["margin"] - table["cost"] - extra * table["n_mature"]
    table["contribution"] = table["contribution"].where((table["n_mature"] > 0) | nobody)
    table["ltv"] = table["ltv_margin"] / _above_0(table["n_ltv"])
    table["cac"] = table["ltv_cost"] / _above_0(table["n_ltv"])
    table["ltv_cac"] = table["ltv"] / _above_0(table["cac"])
    return table[[*by, *columns()]]


def _above_0(base: pd.Series) -> pd.Series:
    """The base of a ratio; NaN where it is 0."""
    base = base.astype(float)
    return base.where(base > 0, np.nan)


def _everyone(table: pd.DataFrame, by: list[str]) -> pd.Series:
    """All adds of the row's store, or of the table where it is not grouped by store."""
    stores = [column for column in by if column in ("store_id", "home_store_id")]
    groups = table.groupby(stores, dropna=False) if stores else table.groupby(lambda _: 0)
    return _above_0(groups["n_adds"].transform("sum"))
