"""How large each segment is, and how much of the revenue it brings."""

from collections.abc import Sequence

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import MONEY, column_names, require
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.segments.profile import profile
from opsmodel.metrics.segments.scores import SEGMENTS


def summary(
    scored,
    *,
    column: str = "segment",
    by: str | Sequence[str] | None = None,
    order: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per segment: its people and what they spent, beside the whole.

    scored  one row per customer: `column`, spend, and the columns of `by`; of `rfm`, `grid`, `lifecycle`
    column  which column holds the segment; customers without one are left out
    by      column or columns to group by: shares are of the group
    order   the segments in the order they are to stand in, missing ones as rows with n 0

    Returns the columns of `by`, `column`, n, n_all (customers of the group), share, share_low, share_high
    (Wilson, 95 %), revenue, revenue_share (NaN if nobody spent), mean_spend (NaN if nobody is in it).

    >>> scored = pd.DataFrame({"segment": ["a", "a", "b"], "spend": [10.0, 20.0, 70.0]})
    >>> summary(scored)[["segment", "n", "revenue_share", "mean_spend"]].values.tolist()
    [['a', 2, 0.3, 15.0], ['b', 1, 0.7, 70.0]]
    """
    names = column_names(by)
    table = require(scored, "customers", [*names, column, "spend"])
    rows = table.filter(table[column].notnull())
    counted = rows.group_by([*names, column]).agg(
        n=rows.count(), revenue=rows.spend.cast(MONEY).sum().cast("float64")
    )
    found = counted.execute().sort_values([*names, column], ignore_index=True)
    found = _with_all(found, names, column, list(order or []))
    groups = [found[name] for name in names] or [found["n"] * 0]
    whole = found.groupby(groups, dropna=False)[["n", "revenue"]].transform("sum")
    found = found.assign(n_all=whole["n"], total=whole["revenue"])
    found = with_rate(found, "share", "n", "n_all")
    found["revenue_share"] = found["revenue"] / found["total"].where(found["total"] > 0)
    found["mean_spend"] = found["revenue"] / found["n"].where(found["n"] > 0)
    shares = ["share", "share_low", "share_high", "revenue", "revenue_share", "mean_spend"]
    return found[[*names, column, "n", "n_all", *shares]]


def sizes(
    client, *, by: str | Sequence[str] | None = None, cuts: pd.DataFrame | None = None, as_of=None
) -> pd.DataFrame:
    """One row per RFM segment of a client: its people and what they spent. All named segments have a row.

    Customers who bought, at their home store, scored by the cut values of the whole chain.

    by     store_id: a table a store
    cuts   cut values of `segments.cuts`; default: those of the chain on `as_of`
    as_of  last day observed, inclusive; default: the client's

    Returns the columns of `by`, then segment and the columns of `segments.summary`.

    >>> segments.sizes(client, by="store_id")  # doctest: +SKIP
    """
    people = profile(client, columns=["store_id", "spend", "segment"], cuts=cuts, as_of=as_of)
    return summary(people, by=by, order=list(SEGMENTS))


def _with_all(found: pd.DataFrame, names: list[str], column: str, order: list[str]) -> pd.DataFrame:
    if not order:
        return found
    unknown = sorted(set(found[column]) - set(order))
    if unknown:
        raise ArgumentError(
            f"the order leaves out {unknown}.", found=order, fix="name every segment, or give no order."
        )
    groups = found[names].drop_duplicates() if names else pd.DataFrame(index=[0])
    if found.empty:
        groups = groups.iloc[:0]
    every = groups.merge(pd.DataFrame({column: order}), how="cross")
    filled = every.merge(found, on=[*names, column], how="left")
    return filled.fillna({"n": 0, "revenue": 0.0}).astype({"n": "int64", "revenue": float})
