"""The value of every metric of the glossary in one store, from the tables its other pages use."""

from collections.abc import Iterator

import pandas as pd

from opsmodel.advice import benchmarks, once
from opsmodel.metrics import channels, growth, ladder, referral, repurchase, sop, value
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
        yield from _row(once.of(shop, referral.referred, "customers"), "referred_share", "n_customers")


def _procedures(shop) -> Iterator[tuple]:
    if shop.has("tasks"):
        done = once.of(shop, sop.credible_adherence, per="all")
        yield from _row(done, "sop_on_time", "n_due", "adherence")


def _days(shop) -> int:
    return int(shop.engagement.windows.within_days)
