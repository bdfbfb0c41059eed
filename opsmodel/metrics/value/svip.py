"""SVIP: the best tenth of customers by value, and those among them who are overdue by their own rhythm."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.counting import days_between, with_rate
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.value.groups import at_start

YEAR = 365


def svip(
    orders,
    *,
    as_of,
    top: float = 0.1,
    period_days: int = YEAR,
    min_gaps: int = 1,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per SVIP, a customer of the best tenth: is the silence longer than their own P80 gap? Lazy.

    Value is net revenue of all the file. The tenth is taken within each group of `by`; customers level with
    the last of it are in. A customer at risk is silent for longer than four of five of their own gaps.

    orders       one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive
    top          share of customers that are SVIP
    period_days  length of the recent period whose revenue is named beside, in days
    min_gaps     gaps between occasions a customer must have shown; with fewer nothing is said of the risk
    by           column or columns of orders, taken from the first paid order

    Returns an Ibis table: customer_id, the columns of `by`, revenue (client currency), revenue_recent (of the
    last `period_days`), n_occasions, n_gaps, last_day, silent_days (since the last occasion), p80_gap_days
    (null below min_gaps), overdue (null where p80_gap_days is).
    Raises TableError if a column is missing, ArgumentError for a share or number that cannot be.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = svip(seven_customer_shop().orders, as_of="2024-06-30").execute()
    >>> table[["customer_id", "revenue", "silent_days", "p80_gap_days", "overdue"]].round(1).values.tolist()
    [['C1', 388.9, 51, 56.4, False]]
    """
    if not 0 < top <= 1 or period_days < 1 or min_gaps < 1:
        raise ArgumentError(
            "SVIP needs a share above 0 and up to 1, and at least one gap and one day.",
            found=f"top={top!r}, period_days={period_days!r}, min_gaps={min_gaps!r}",
            fix="write top=0.1, period_days=365, min_gaps=3.",
        )
    groups = column_names(by)
    people = _people(orders, as_of, groups, period_days=period_days)
    places = ibis.window(group_by=groups or None)
    ranked = people.mutate(
        place=ibis.rank().over(ibis.window(group_by=groups or None, order_by=people.revenue.desc())),
        last_place=(people.customer_id.count().over(places).cast("float64") * top - 1e-9).ceil(),
    )
    best = ranked.filter(ranked["place"] < ranked.last_place)  # ranks count from 0, equals share one
    known = best.n_gaps >= min_gaps
    best = best.mutate(p80_gap_days=known.ifelse(best.p80_gap_days, ibis.null("float64")))
    best = best.mutate(overdue=best.silent_days > best.p80_gap_days)
    return best.drop("place", "last_place")


def svip_at_risk(
    orders,
    *,
    as_of,
    top: float = 0.1,
    period_days: int = YEAR,
    min_gaps: int = 1,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row: how many of the best tenth are overdue, and what they brought in the last year.

    Arguments and errors are those of `svip`.

    Returns the columns of `by`, then n_svip, n_rhythm (with gaps enough to tell), n_overdue, overdue_rate (of
    n_rhythm), overdue_rate_low, overdue_rate_high (Wilson), revenue_recent (client currency, of all SVIP in
    the last `period_days`), revenue_overdue (of those at risk), period_days.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> svip_at_risk(seven_customer_shop().orders, as_of="2024-06-30", top=0.5)[
    ...     ["n_svip", "n_rhythm", "n_overdue", "revenue_overdue"]].round(2).values.tolist()
    [[4.0, 4.0, 2.0, 367.7]]
    """
    groups = column_names(by)
    rows = svip(orders, as_of=as_of, top=top, period_days=period_days, min_gaps=min_gaps, by=by)
    sums = {
        "n_svip": rows.count(),
        "n_rhythm": rows.overdue.count(),
        "n_overdue": rows.overdue.sum().fill_null(0).cast("int64"),
        "revenue_recent": rows.revenue_recent.sum().fill_null(0.0),
        "revenue_overdue": rows.revenue_recent.sum(where=rows.overdue).fill_null(0.0),
    }
    found = (rows.group_by(groups) if groups else rows).agg(**sums).execute()
    found = found.sort_values(groups, ignore_index=True) if groups else found
    found = with_rate(found.assign(period_days=period_days), "overdue_rate", "n_overdue", "n_rhythm")
    rate = ["overdue_rate", "overdue_rate_low", "overdue_rate_high"]
    money = ["revenue_recent", "revenue_overdue", "period_days"]
    return found[[*groups, "n_svip", "n_rhythm", "n_overdue", *rate, *money]]


def _people(orders, as_of, groups: list[str], *, period_days: int) -> ir.Table:
    """One row per customer: `by`, revenue, recent revenue, occasions, silence and the P80 of their gaps."""
    last = day(as_of)
    days = occasions(orders, as_of=as_of)
    window = ibis.window(group_by="customer_id", order_by="day")
    days = days.mutate(gap=days_between(days.day.lag().over(window), days.day).cast("float64"))
    recent = days.day > ibis.literal(last - timedelta(days=period_days))
    each = days.group_by("customer_id").agg(
        revenue=days.net.sum().cast("float64"),
        revenue_recent=days.net.sum(where=recent).cast("float64").fill_null(0.0),
        n_occasions=days.count(),
        last_day=days.day.max(),
        p80_gap_days=days.gap.quantile(0.8),
    )
    each = each.mutate(
        n_gaps=each.n_occasions - 1, silent_days=days_between(each.last_day, ibis.literal(last))
    )
    each = at_start(each, orders, as_of=as_of, groups=groups)
    columns = ["n_occasions", "n_gaps", "last_day", "silent_days", "p80_gap_days"]
    return each.select("customer_id", *groups, "revenue", "revenue_recent", *columns)
