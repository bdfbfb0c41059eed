"""From rows in the engine to a small table of counts, and from counts to a rate with its interval."""

from collections.abc import Iterable, Sequence
from numbers import Real

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.rates import wilson


def tally(rows: ir.Table, by: Sequence[str], **values: ir.Value) -> pd.DataFrame:
    """One row per group and combination of the named values, with the number of rows as `n`.

    One small query: windows are chosen afterwards, with `totals`.

    >>> orders = ibis.memtable({"store_id": ["S1", "S1", "S2"], "amount": [5, 5, 7]})
    >>> tally(orders, ["store_id"], amount=orders.amount).values.tolist()
    [['S1', 5, 2], ['S2', 7, 1]]
    """
    keys = [*by, *values]
    slim = rows.select(*by, **values)
    return slim.group_by(keys).agg(n=slim.count()).execute().sort_values(keys, ignore_index=True)


def totals(counted: pd.DataFrame, by: Sequence[str], **masks: pd.Series) -> pd.DataFrame:
    """One row per group, or one row in all: the sum of `n` where each mask is true.

    >>> counted = pd.DataFrame({"wait": [10, 40], "n": [3, 2]})
    >>> totals(counted, [], n_soon=counted["wait"] <= 30)["n_soon"].tolist()
    [3]
    """
    sums = pd.DataFrame({name: counted["n"].where(mask, 0) for name, mask in masks.items()})
    if not by:
        return sums.sum().astype("int64").to_frame().T
    sums = pd.concat([counted[list(by)], sums], axis=1)
    return sums.groupby(list(by), dropna=False, as_index=False)[list(masks)].sum()


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


def round_up(days: ir.Value, edges: Sequence[int]) -> ir.Value:
    """The lowest of the edges that is not below `days`; null above them all, or where days is null."""
    return ibis.cases(*((days <= edge, edge) for edge in sorted(edges)), else_=ibis.null("int64"))


def round_down(days: ir.Value, edges: Sequence[int]) -> ir.Value:
    """The highest of the edges that is not above `days`; 0 below them all."""
    return ibis.cases(*((days >= edge, edge) for edge in sorted(edges, reverse=True)), else_=0)


def window_lengths(within_days: int | Iterable[int]) -> list[int]:
    """The window lengths asked for, one or several, each once, in the order given.

    Raises ArgumentError for anything but whole days.

    >>> window_lengths((30, 60, 30)), window_lengths(90)
    ([30, 60], [90])
    """
    windows = list(dict.fromkeys(within_days)) if isinstance(within_days, Iterable) else [within_days]
    if not windows or not all(_is_whole(n) for n in windows):
        raise ArgumentError(
            "a window is a whole number of days, 1 or more.",
            found=repr(within_days),
            fix="write within_days=(30, 60, 90).",
        )
    return [int(n) for n in windows]


def require_whole(**numbers: int) -> None:
    """ArgumentError unless each of the named numbers is a whole one, 1 or more."""
    for name, value in numbers.items():
        if not _is_whole(value):
            raise ArgumentError(
                f"{name} is a whole number, 1 or more.", found=repr(value), fix=f"write {name}=30, say."
            )


def _is_whole(n) -> bool:
    return isinstance(n, Real) and not isinstance(n, bool) and float(n) >= 1 and float(n).is_integer()
