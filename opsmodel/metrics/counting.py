"""From rows in the engine to a small table of counts, and from counts to a rate with its interval."""

from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd

from opsmodel.metrics.rates import wilson


def count_by(rows: ir.Table, groups: Sequence[str], **counts: ir.Value) -> pd.DataFrame:
    """One row per group, or one row in all: the named counts as whole numbers, 0 where there are no rows."""
    found = (rows.group_by(list(groups)).agg(**counts) if groups else rows.agg(**counts)).execute()
    found = found.astype(object).where(found.notna(), None) if found.empty else found
    found = found.assign(**{name: found[name].fillna(0).astype("int64") for name in counts})
    return found.sort_values(list(groups), ignore_index=True) if groups else found


def with_rate(table: pd.DataFrame, name: str, k: str, n: str) -> pd.DataFrame:
    """The table with the rate `name` = k ÷ n (NaN where n is 0) and its 95 % Wilson bounds, …_low, …_high."""
    low, high = wilson(table[k], table[n])
    rate = table[k] / table[n].where(table[n] > 0)
    table = table.copy()
    table[name], table[f"{name}_low"], table[f"{name}_high"] = rate, low, high
    return table


def days_between(earlier: ir.Value, later: ir.Value) -> ir.Value:
    """Whole days from one date to another."""
    return later.delta(earlier, unit="day").cast("int64")
