"""What every store did on each lever: counts and means by store, one query a lever."""

from datetime import date, timedelta

import ibis
import pandas as pd

from opsmodel.intake import contract
from opsmodel.metrics import funnel, repurchase
from opsmodel.metrics.occasions import occasions

KEPT_DAYS = 7
YEAR = 365


def retained_adds(customers, *, as_of: date) -> pd.DataFrame:
    """Adds at least 7 days old (n), and those of them still a contact 7 days after joining (k), by store.

    Empty where no customer of the file ever left: then nobody recorded losses.
    """
    table = contract.require(customers, "customers", ["customer_id", "store_id", "joined_at", "left_at"])
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    adds = table.filter(table.joined_at + ibis.interval(days=KEPT_DAYS) <= end)
    counts = adds.group_by("store_id").agg(
        n=adds.count(), k=_kept(adds).cast("int64").sum(), n_left=adds.left_at.count()
    )
    found = counts.to_pandas()
    return found[["store_id", "n", "k"]] if found["n_left"].sum() else found[["store_id", "n", "k"]].head(0)


def close_rate(events, *, as_of: date, within_days: int) -> pd.DataFrame:
    """Adds at least `within_days` old (n), and those who bought within as many days of joining (k)."""
    steps = funnel.conversion(
        events, steps=["joined", "ordered"], within_days=within_days, as_of=as_of, by="home_store_id"
    )
    bought = steps[steps["step"] == "ordered"]
    found = bought.rename(columns={"home_store_id": "store_id", "n": "k", "n_eligible": "n"})
    return found[["store_id", "n", "k"]]


def kept_close_rate(events, customers, *, as_of: date, within_days: int) -> pd.DataFrame:
    """`close_rate` among the adds who are still contacts 7 days after joining."""
    table = contract.require(customers, "customers", ["customer_id", "joined_at", "left_at"])
    kept = table.filter(_kept(table)).select("customer_id")
    events = contract.as_table(events)
    return close_rate(events.semi_join(kept, "customer_id"), as_of=as_of, within_days=within_days)


def repurchase_rate(orders, *, as_of: date, within_days: int) -> pd.DataFrame:
    """Buyers whose first order is `within_days` old (n), and those who came back within as many days (k)."""
    curve = repurchase.curve(orders, as_of=as_of, within_days=(within_days,), by="store_id", scope="home")
    return curve.rename(columns={"n_customers": "n", "n_repurchased": "k"})[["store_id", "n", "k"]]


def spending(orders, *, as_of: date, within_days: int) -> dict[str, pd.DataFrame]:
    """What buyers spent in the `within_days` days after their first order, by home store.

    Returns first_order_value, order_value (all purchase occasions), repeat_order_value (further ones),
    orders_per_buyer and orders_per_repeater (further occasions of those who came back), each with
    store_id, n (customers), value, se (by customer), weight (what the mean is over) and, for amounts,
    margin_share of net revenue (NaN if the orders give no margin).
    """
    buyers = _buyers(orders, as_of, within_days).mutate(one=1.0, none=ibis.null("float64"))
    later, further = buyers.net - buyers.first_net, buyers.n_orders - 1.0
    again = (further > 0).cast("float64")
    ratios = {
        "first_order_value": (buyers.first_net, buyers.one, buyers.first_margin),
        "order_value": (buyers.net, buyers.n_orders, buyers.margin),
        "repeat_order_value": (later, further, buyers.margin - buyers.first_margin),
        "orders_per_buyer": (buyers.n_orders, buyers.one, buyers.none),
        "orders_per_repeater": (further, again, buyers.none),
    }
    sums = {f"{name}:{key}": value for name, ratio in ratios.items() for key, value in _sums(*ratio).items()}
    found = buyers.group_by("store_id").agg(**sums).to_pandas()
    return {name: _ratio(found, name) for name in ratios}


def _sums(part, whole, margin) -> dict:
    return {
        "n": (whole > 0).cast("float64").sum(),
        "x": part.sum(),
        "y": whole.sum(),
        "xx": (part * part).sum(),
        "xy": (part * whole).sum(),
        "yy": (whole * whole).sum(),
        "margin": margin.sum(),
    }


def _ratio(found: pd.DataFrame, name: str) -> pd.DataFrame:
    """Σ part ÷ Σ whole by store, with the standard error of a ratio whose units are customers."""
    n, x, y, xx, xy, yy, margin = (
        found[f"{name}:{key}"].astype(float) for key in ("n", "x", "y", "xx", "xy", "yy", "margin")
    )
    value = x / y.where(y > 0)
    rest = (xx - 2 * value * xy + value**2 * yy).clip(lower=0)
    se = (rest * n / (n - 1).where(n > 1)) ** 0.5 / y.where(y > 0)
    columns = {"store_id": found["store_id"], "n": n, "value": value, "se": se, "weight": y}
    return pd.DataFrame({**columns, "margin_share": margin / x.where(x > 0)})


def per_year(times, *, as_of: date) -> pd.Series:
    """Persons a year, by store: those of the last 365 days, scaled up where the store is younger.

    times  one row a person: store_id, on (date)
    """
    days = times.on.delta(ibis.date(as_of), unit="day") * -1
    recent = times.filter(times.on <= ibis.date(as_of)).mutate(age=days)
    found = recent.group_by("store_id").agg(
        n=(recent.age < YEAR).cast("int64").sum(), days=recent.age.max() + 1
    )
    table = found.to_pandas().set_index("store_id")
    return table["n"] * YEAR / table["days"].clip(upper=YEAR)


def adds_per_year(customers, *, as_of: date) -> pd.Series:
    """Contacts added a year, by store."""
    table = contract.require(customers, "customers", ["store_id", "joined_at"])
    table = table.filter(table.joined_at.notnull())
    return per_year(table.select("store_id", on=table.joined_at.date()), as_of=as_of)


def buyers_per_year(orders, *, as_of: date) -> pd.Series:
    """First-time buyers a year, by home store."""
    days = occasions(orders, as_of=as_of, unit=["customer_id", "home_store_id"])
    first = days.group_by("customer_id", store_id=days.home_store_id).agg(on=days.day.min())
    return per_year(first, as_of=as_of)


def _kept(table):
    return table.left_at.isnull() | (table.left_at >= table.joined_at + ibis.interval(days=KEPT_DAYS))


def _buyers(orders, as_of: date, within_days: int):
    """One row a buyer whose first order is old enough, with what the first day and all days brought."""
    unit = ["customer_id", "home_store_id"]
    days = occasions(orders, as_of=as_of, unit=unit)
    margin = days.margin if "margin" in days.columns else ibis.null("float64")
    days = days.select(*unit, "day", net=days.net.cast("float64"), margin=margin.cast("float64"))
    first = days.group_by(unit).agg(first_day=days.day.min())
    first = first.filter(first.first_day <= ibis.date(as_of - timedelta(days=within_days)))
    rows = days.join(first, unit)
    rows = rows.filter(rows.day <= rows.first_day + ibis.interval(days=within_days))
    at_first = rows.day == rows.first_day
    return rows.group_by("customer_id", store_id=rows.home_store_id).agg(
        net=rows.net.sum(),
        first_net=rows.net.sum(where=at_first),
        margin=rows.margin.sum(),
        first_margin=rows.margin.sum(where=at_first),
        n_orders=rows.count().cast("float64"),
    )
