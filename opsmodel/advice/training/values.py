"""The value of every metric of the glossary in one store, from the tables its other pages use."""

from collections.abc import Iterator

import ibis
import pandas as pd

from opsmodel.advice import benchmarks, once
from opsmodel.intake import contract
from opsmodel.metrics import channels, growth, ladder, referral, repurchase, value
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.rates import wilson

HALF_YEAR = 182  # days, whole weeks
LTV_DAYS = 180
GROWTH = (
    *("net_revenue", "visitors", "conversion", "average_order_value", "orders_per_buyer", "value_per_buyer"),
    "identified_share",
)
LEVERS = ("retained_adds", "close_rate", "first_order_value", "repurchase_rate")
COLUMNS = ["metric", "value", "value_low", "value_high", "n"]


def values(shop) -> pd.DataFrame:
    """One row per metric that the store's data can show: metric, value, value_low, value_high, n (its base).

    shop  a client narrowed to one store

    The window is that of the engagement. A metric whose table is missing has no row; NaN could not be seen.

    >>> values(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    parts = (_growth, _levers, _acquiring, _returning, _worth, _bringing, _procedures)
    rows = [row for part in parts for row in part(shop)]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], "float64"))


def on_time(tasks, *, as_of, by=None) -> pd.DataFrame:
    """One row, or one per group: the share of due tasks that were done by their due time.

    tasks  one row a task: due_at, done_at
    as_of  last day observed, inclusive; tasks due later are left out

    Returns `by`, n_due, n_on_time, on_time_rate and its Wilson interval.

    >>> tasks = pd.DataFrame({"due_at": ["2024-06-01"] * 2, "done_at": ["2024-05-31", None]})
    >>> on_time(tasks, as_of="2024-06-30")["on_time_rate"].tolist()
    [0.5]
    """
    names = [by] if isinstance(by, str) else list(by or [])
    table = contract.require(tasks, "tasks", ["due_at", "done_at", *names])
    due = table.filter(table.due_at.date() <= ibis.date(contract.day(as_of)))
    found = due.aggregate(
        by=names,
        n_due=due.count(),
        n_on_time=(due.done_at <= due.due_at).fill_null(False).cast("int64").sum().fill_null(0),
    ).to_pandas()
    return with_rate(found, "on_time_rate", "n_on_time", "n_due").sort_values(
        names or "n_due", ignore_index=True
    )


def referred(customers, *, as_of, by=None) -> pd.DataFrame:
    """One row, or one per group: the share of contacts who have a known referrer.

    customers  one row a customer: referrer_id, joined_at
    as_of      last day observed, inclusive

    Returns `by`, n_customers, n_referred, referred_share and its Wilson interval.

    >>> people = pd.DataFrame({"referrer_id": ["a", None], "joined_at": ["2024-06-01"] * 2})
    >>> referred(people, as_of="2024-06-30")["referred_share"].tolist()
    [0.5]
    """
    names = [by] if isinstance(by, str) else list(by or [])
    table = contract.require(customers, "customers", ["referrer_id", "joined_at", *names])
    joined = table.filter(table.joined_at.date() <= ibis.date(contract.day(as_of)))
    found = joined.aggregate(
        by=names, n_customers=joined.count(), n_referred=joined.referrer_id.nullif("").count()
    ).to_pandas()
    table = with_rate(found, "referred_share", "n_referred", "n_customers")
    return table.sort_values(names or "n_customers", ignore_index=True)


def _row(table: pd.DataFrame, metric: str, base: str, column: str = "") -> Iterator[tuple]:
    """The first row's figure with its interval and base, under the metric's name."""
    if len(table):
        first, name = table.iloc[0], column or metric
        bounds = (first.get(f"{name}_{end}") for end in ("low", "high"))
        yield (metric, first[name], *bounds, first[base])


def _growth(shop) -> Iterator[tuple]:
    latest = once.of(shop, growth.recent, period_days=HALF_YEAR).iloc[-1]
    bases = {"visitors": "visitors", "conversion": "visitors"}
    low, high = wilson(min(latest["n_buyers"], latest["visitors"]), latest["visitors"])
    people = "n_orders" if pd.isna(latest["n_buyers"]) else "n_buyers"
    for name in GROWTH:
        bounds = (low, high) if name == "conversion" else (None, None)
        yield (name, latest[name], *bounds, latest[bases.get(name, people)])


def _levers(shop) -> Iterator[tuple]:
    rows = benchmarks.stores(shop)
    rows = rows[rows["store_id"] == shop.store_id].set_index("lever")
    for lever in LEVERS:
        if lever in rows.index:
            yield (lever, *rows.loc[lever, ["value", "value_low", "value_high", "n"]])


def _acquiring(shop) -> Iterator[tuple]:
    held = shop.chapters
    if held["acquire"]:
        yield from _row(once.of(shop, channels.add_rate), "add_rate", "n_base")
    if held["channel_cost"]:
        found = once.of(
            shop, channels.performance, by="channel", within_days=_days(shop), ltv_days=365, booked="month"
        )
        kept = found[found["kept_cost"].notna()]
        n = kept["n_retained"].sum()
        yield ("cost_per_retained_add", kept["kept_cost"].sum() / n if n else None, None, None, n)


def _returning(shop) -> Iterator[tuple]:
    since = once.of(shop, growth.recent, period_days=HALF_YEAR)["start"].iloc[-1]
    period = once.of(shop, repurchase.within_period, "orders", since=since)
    yield from _row(period, "period_repeat_rate", "n_buyers")
    again = once.of(shop, repurchase.ladder, "orders", within_days=_days(shop))
    yield from _row(again[again["order_number"] == 2], "later_next_rate", "n_customers", "next_rate")
    yield from _row(once.of(shop, repurchase.gaps, "orders"), "median_days", "n_customers")
    if shop.chapters["ladder"]:
        climb = once.of(shop, ladder.climb, within_days=_days(shop))
        yield from _row(climb, "reach_rate", "n_customers")


def _worth(shop) -> Iterator[tuple]:
    worth = once.of(shop, value.ltv, "orders", within_days=(90, LTV_DAYS, 360))
    yield from _row(worth[worth["within_days"] == LTV_DAYS], "ltv", "n_customers")
    shares = once.of(shop, value.concentration, "orders")
    yield from _row(shares[shares["top"] == 0.2], "revenue_share", "n_customers")
    yield from _row(once.of(shop, value.svip_at_risk, "orders", min_gaps=3), "overdue_rate", "n_rhythm")


def _bringing(shop) -> Iterator[tuple]:
    if not shop.chapters["referral"]:
        return
    yield from _row(once.of(shop, referral.k_overall), "k_ret", "n_exposed")
    brought = once.of(shop, referral.revenue)
    yield from _row(brought, "referral_value", "n_buyers")
    yield from _row(brought, "referred_rate", "n_new_buyers")
    if shop.chapters["acquire"]:
        yield from _row(once.of(shop, referred, "customers"), "referred_share", "n_customers")


def _procedures(shop) -> Iterator[tuple]:
    if shop.has("tasks"):
        yield from _row(once.of(shop, on_time, "tasks"), "sop_on_time", "n_due", "on_time_rate")


def _days(shop) -> int:
    return int(shop.engagement.windows.within_days)
