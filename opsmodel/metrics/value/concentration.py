"""Who carries the revenue: Lorenz curve, top shares and Gini, and whether the same customers carry it on."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.occasions import occasions, paid_orders
from opsmodel.metrics.value.groups import at_start, parts
from opsmodel.metrics.value.inequality import curve, shares, top_count

TOP = (0.01, 0.05, 0.1, 0.2)
POINTS = 100


def concentration(
    orders, *, as_of, top: Sequence[float] = TOP, since=None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per top share: what part of net revenue the best customers bring, and the Gini of all.

    The base is every known customer with a purchase occasion; contacts who never bought are not in it.

    orders  one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of   last day observed, inclusive
    top     shares of customers, 0 to 1: the best 1, 5, 10, 20 %; ⌈share × customers⌉ of them
    since   first day counted; default: all the file
    by      column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then top, n_customers, n_top, top_revenue, revenue (client currency, of all
    in the base), revenue_share (top ÷ all), revenue_share_low, revenue_share_high, gini (0: all alike, 1:
    one has it all), gini_low, gini_high: 95 %, bootstrap over customers up to 5,000 of them, its normal limit
    above. NaN with no customer, bounds NaN with one.
    Raises TableError if a column is missing, ArgumentError for a share that is not above 0 and up to 1.
    Source: Lorenz 1905; Gini 1912, in the form that divides by n².

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = concentration(seven_customer_shop().orders, as_of="2024-06-30", top=(0.2,))
    >>> table[["n_top", "revenue_share", "gini"]].round(3).values.tolist()
    [[2.0, 0.54, 0.389]]
    """
    tops = _tops(top)
    groups = column_names(by)
    rows = []
    for key, one in parts(_spent(orders, as_of, groups, since), groups):
        spent = one["spent"].to_numpy(float)
        told = shares(spent, tops)
        for share in tops:
            n_top = top_count(share, len(spent))
            part = np.sort(spent)[::-1][:n_top].sum()
            rows.append([*key, share, len(spent), n_top, part, spent.sum(), *told[share], *told["gini"]])
    figures = [f"{c}{end}" for c in ("revenue_share", "gini") for end in ("", "_low", "_high")]
    return pd.DataFrame(
        rows, columns=[*groups, "top", "n_customers", "n_top", "top_revenue", "revenue", *figures]
    )


def lorenz(
    orders, *, as_of, since=None, points: int = POINTS, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Rows along the Lorenz curve: the share of net revenue that the lowest share of customers brings.

    points  steps along the customers; fewer where there are fewer customers

    Returns the columns of `by`, then customer_share (0 to 1, from the lowest up), revenue_share. No row where
    there is no customer. The other arguments and errors are those of `concentration`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> lorenz(seven_customer_shop().orders, as_of="2024-06-30").round(3).values.tolist()[-2:]
    [[0.857, 0.677], [1.0, 1.0]]
    """
    groups = column_names(by)
    rows = [
        [*key, *point]
        for key, one in parts(_spent(orders, as_of, groups, since), groups)
        for point in curve(one["spent"].to_numpy(float), points)
    ]
    return pd.DataFrame(rows, columns=[*groups, "customer_share", "revenue_share"])


def persistence(
    orders,
    *,
    as_of,
    period_days: int = 365,
    top: Sequence[float] = TOP,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per top share: what the best customers of one period bring in the next.

    The two periods are the last two of `period_days` up to `as_of`. Who was best partly by luck is best no
    more: the share falls back towards the mean, and what is left of it is what lasts.

    Arguments and errors are those of `concentration`.

    Returns the columns of `by`, then top, n_customers (buyers of the first period), n_top (the best of them),
    revenue_share (of the first period), share_next (of what the same n_customers bring in the next),
    share_next_of_all (of what all customers do), n_stayed (still among the best n_top of the n_customers,
    with revenue), stay_rate, stay_rate_low, stay_rate_high (Wilson). All but `top` NaN or 0 if the file does
    not reach back to the start of the first period.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = persistence(seven_customer_shop().orders, as_of="2024-06-30", period_days=80, top=(0.5,))
    >>> table[["n_customers", "n_top", "n_stayed"]].values.tolist()
    [[6, 3, 2]]
    """
    tops = _tops(top)
    if period_days < 1:
        raise ArgumentError(
            "a period is a day or more.", found=repr(period_days), fix="write period_days=365."
        )
    groups = column_names(by)
    half = day(as_of) - timedelta(days=period_days)
    start = half - timedelta(days=period_days - 1)
    reaches = paid_orders(orders, as_of=as_of).from_day <= start
    people = _two_periods(orders, as_of, groups, start=start, half=half).execute()
    rows = []
    for key, one in parts(people, groups):
        before, after = one["before"].to_numpy(float), one["after"].to_numpy(float)
        for share in tops:
            told = _next(before, after, share) if reaches else [0, 0, np.nan, np.nan, np.nan, 0]
            rows.append([*key, share, *told])
    columns = ["n_customers", "n_top", "revenue_share", "share_next", "share_next_of_all", "n_stayed"]
    return with_rate(pd.DataFrame(rows, columns=[*groups, "top", *columns]), "stay_rate", "n_stayed", "n_top")


def _next(before: np.ndarray, after: np.ndarray, share: float) -> list:
    base = before > 0
    all_after = after.sum()
    before, after = before[base], after[base]
    n_top = top_count(share, len(before))
    best = np.lexsort((after, -before))[:n_top]  # of equals those who brought less since: no luck is added
    cut = np.sort(after)[::-1][n_top - 1] if n_top else np.nan
    stayed = int(((after[best] >= cut) & (after[best] > 0)).sum())
    part = after[best].sum()
    return [
        len(before),
        n_top,
        before[best].sum() / before.sum() if n_top else np.nan,
        part / after.sum() if after.sum() > 0 else np.nan,
        part / all_after if n_top and all_after > 0 else np.nan,
        stayed,
    ]


def _spent(orders, as_of, groups: list[str], since) -> pd.DataFrame:
    """One row per customer: `by`, net revenue."""
    days = occasions(orders, as_of=as_of)
    if since is not None:
        days = days.filter(days.day >= ibis.literal(day(since)))
    each = days.group_by("customer_id").agg(spent=days.net.sum().cast("float64"))
    return at_start(each, orders, as_of=as_of, groups=groups).select(*groups, "spent").execute()


def _two_periods(orders, as_of, groups: list[str], *, start, half) -> ir.Table:
    """One row per customer: `by`, net revenue of the first period and of the next."""
    days = occasions(orders, as_of=as_of)
    days = days.filter(days.day >= ibis.literal(start))
    early = days.day <= ibis.literal(half)
    each = days.group_by("customer_id").agg(
        before=days.net.sum(where=early).cast("float64").fill_null(0.0),
        after=days.net.sum(where=~early).cast("float64").fill_null(0.0),
    )
    return at_start(each, orders, as_of=as_of, groups=groups)


def _tops(top: Sequence[float]) -> list[float]:
    if not len(top) or any(not 0 < share <= 1 for share in top):
        raise ArgumentError(
            "a top share lies above 0 and up to 1.", found=repr(top), fix="write top=(0.01, 0.05, 0.1, 0.2)."
        )
    return list(dict.fromkeys(top))
