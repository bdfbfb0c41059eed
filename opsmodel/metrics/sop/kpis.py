"""The numbers an action shall move, case by case: when each case began, and whether it was a success."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day, require
from opsmodel.intake.kpis import parse
from opsmodel.metrics.occasions import occasions, paid_orders
from opsmodel.metrics.sop.bulk import credible
from opsmodel.metrics.sop.ticks import ordered, ticks
from opsmodel.metrics.starts import returns

KPIS = ("sop_on_time", "retained_7d", "close_30d", "repurchase_30d")
PERIODS = {"week": "W", "month": "M"}


def weekly(
    client,
    *,
    kpis: Sequence[str] = KPIS,
    as_of=None,
    period: str = "week",
    n_periods: int = 26,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per KPI and week: cases that began in the week, and how many of them were successes.

    Only weeks all of whose cases have had their whole window by the end of `as_of`; the last `n_periods` of
    them, for each KPI. Made for `control_chart`.

    client     a client or store, with the tables its KPIs need
    kpis       sop_on_time (tasks by their due day, on time; without ticks in bursts), retained_Nd (adds still
               contacts after N days), close_Nd (adds who buy within N days), repurchase_Nd (first-time buyers
               back within N days); one whose table is missing is left out
    as_of      last day observed, inclusive; default: the client's
    period     week (Monday to Sunday) or month
    n_periods  so many at most
    by         store_id: the home store

    Returns the columns of `by`, then kpi, period (first day), k, n; a week without a case has no row.
    Raises ArgumentError for a KPI that is not known, TableError if a column is missing.

    >>> weekly(open_client("demo").store("S001"), kpis=["sop_on_time"])  # doctest: +SKIP
    """
    if period not in PERIODS or n_periods < 1:
        raise ArgumentError(
            "this period does not exist.",
            found=f"{period!r}, {n_periods}",
            fix=f"use one of {list(PERIODS)}.",
        )
    end, keys = day(as_of or client.as_of), column_names(by)
    parts = [_counted(client, kpi, end, period, n_periods, keys) for kpi in kpis if supported(client, kpi)]
    types = {"kpi": "str", "period": "datetime64[us]", "k": "int64", "n": "int64"}
    empty = pd.DataFrame(columns=[*keys, *types], dtype="str").astype(types)
    return pd.concat(parts, ignore_index=True)[empty.columns].astype(types) if parts else empty


def supported(client, kpi: str) -> bool:
    """Whether the client holds the table this KPI is counted in."""
    table = {"sop": "tasks", "retained": "customers", "close": "customers"}.get(parse(kpi)[0], "orders")
    return client.has(table)


def is_measured(client, kpi: str) -> bool:
    """Whether this is a KPI at all, and one that can be counted in the client's tables."""
    try:
        return supported(client, kpi)
    except ArgumentError:
        return False


def cases(client, kpi: str, *, as_of) -> ir.Table:
    """One row per case whose window is over: store_id (home store), began (day), is_hit. Lazy."""
    what, n = parse(kpi)
    if what == "sop":
        rows = ticks(credible(client.tasks, as_of=as_of), as_of=as_of, carry=["store_id"])
        rows = rows.filter(rows.is_due)
        return rows.select("store_id", began=rows.due_at.date(), is_hit=rows.is_on_time)
    if what == "repurchase":
        both = returns(paid_orders(client.orders, as_of=as_of, by="home_store_id"))
        both = both.filter(both.first_day <= _oldest(as_of, n))
        hit = both.second_day <= both.first_day + ibis.interval(days=n)
        return both.select(store_id="home_store_id", began="first_day", is_hit=hit.fill_null(False))
    people = require(client.customers, "customers", ["customer_id", "store_id", "joined_at", "left_at"])
    people = people.select("customer_id", "store_id", "left_at", "joined_at", began=people.joined_at.date())
    people = people.filter(people.began <= _oldest(as_of, n))
    if what == "retained":
        kept = people.left_at.isnull() | (people.left_at >= people.joined_at + ibis.interval(days=n))
        return people.select("store_id", "began", is_hit=kept)
    days = occasions(client.orders, as_of=as_of).select(buyer="customer_id", day="day")
    met = people.join(days, people.customer_id == days.buyer)
    met = met.filter((met.day >= met.began) & (met.day <= met.began + ibis.interval(days=n)))
    buyers = met.group_by(buyer=met.customer_id).agg(is_hit=ibis.literal(True))
    joined = people.left_join(buyers, people.customer_id == buyers.buyer)
    return joined.select("store_id", "began", is_hit=joined.is_hit.fill_null(False))


def since(client, kpi: str, first: date, *, as_of) -> pd.DataFrame:
    """One row per store: cases that began on `first` or later and are over, n, and the successes, k."""
    rows = cases(client, kpi, as_of=as_of)
    rows = rows.filter(rows.began >= ibis.date(first))
    counts = rows.group_by("store_id").agg(k=rows.is_hit.sum().cast("int64"), n=rows.count())
    return counts.to_pandas()


def _oldest(as_of, n: int) -> ir.Value:
    """The last day on which a case can begin whose window of n days is over."""
    return ibis.literal(day(as_of) - timedelta(days=n))


def _counted(client, kpi: str, end: date, period: str, n_periods: int, keys: list[str]) -> pd.DataFrame:
    rows = cases(client, kpi, as_of=end)
    start = rows.began.truncate(PERIODS[period]).cast("date")
    table = rows.group_by(*keys, period=start).agg(k=rows.is_hit.sum().cast("int64"), n=rows.count())
    table = table.to_pandas().assign(kpi=kpi)
    table["period"] = pd.to_datetime(table["period"])
    over = pd.Timestamp(end) - pd.Timedelta(days=parse(kpi)[1])
    length = pd.DateOffset(weeks=1) if period == "week" else pd.DateOffset(months=1)
    whole = table["period"] + length - pd.Timedelta(days=1) <= over
    first = (over + pd.Timedelta(days=1)).to_period(PERIODS[period]).start_time - n_periods * length
    table = table[whole & (table["period"] >= first)]
    return ordered(table, [*keys, "period"])
