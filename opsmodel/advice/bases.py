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
    """Order value and number of orders in a buyer's first `within_days` days, by home store.

    Returns order_value (net revenue ÷ purchase occasions), orders_per_buyer, orders_per_repeater (further
    occasions of those who came back), each with store_id, n (customers), value, se (by customer), weight
    (what the mean is over), and margin_share of net revenue (NaN if the orders give no margin).
    """
    buyers = _buyers(orders, as_of, within_days)
    again, further = buyers.n_orders > 1, buyers.n_orders - 1.0
    sums = buyers.group_by("store_id").agg(
        n=buyers.count(), x=buyers.net.sum(), y=buyers.n_orders.sum(), xx=(buyers.net**2).sum(),
        xy=(buyers.net * buyers.n_orders).sum(), yy=(buyers.n_orders**2).sum(), margin=buyers.margin.sum(),
        n_again=again.cast("int64").sum(), more=further.sum(), more2=(further**2).sum(),
    ).to_pandas().set_index("store_id").astype(float)  # fmt: skip
    n, x, y, n_again = sums["n"], sums["x"], sums["y"], sums["n_again"]
    per_order = x / y
    rest = sums["xx"] - 2 * per_order * sums["xy"] + per_order**2 * sums["yy"]
    frames = {
        "order_value": _mean(n, per_order, (rest.clip(lower=0) * n / (n - 1).where(n > 1)) ** 0.5 / y, y),
        "orders_per_buyer": _mean(n, y / n, _se(n, y, sums["yy"]), n),
        "orders_per_repeater": _mean(
            n_again,
            sums["more"] / n_again.where(n_again > 0),
            _se(n_again, sums["more"], sums["more2"]),
            n_again,
        ),
    }
    frames["order_value"]["margin_share"] = (sums["margin"] / x).to_numpy()
    return frames


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
    """One row a buyer whose first order is old enough: store_id, net, margin, n_orders of that time."""
    unit = ["customer_id", "home_store_id"]
    days = occasions(orders, as_of=as_of, unit=unit)
    margin = days.margin if "margin" in days.columns else ibis.null("float64")
    days = days.select(*unit, "day", net=days.net.cast("float64"), margin=margin.cast("float64"))
    first = days.group_by(unit).agg(first_day=days.day.min())
    first = first.filter(first.first_day <= ibis.date(as_of - timedelta(days=within_days)))
    rows = days.join(first, unit)
    rows = rows.filter(rows.day <= rows.first_day + ibis.interval(days=within_days))
    return rows.group_by("customer_id", store_id=rows.home_store_id).agg(
        net=rows.net.sum(), margin=rows.margin.sum(), n_orders=rows.count().cast("float64")
    )


def _mean(n, value, se, weight) -> pd.DataFrame:
    return pd.DataFrame({"n": n, "value": value, "se": se, "weight": weight}).reset_index()


def _se(n: pd.Series, total: pd.Series, squares: pd.Series) -> pd.Series:
    spread = (squares - total**2 / n.where(n > 0)) / (n - 1).where(n > 1)
    return (spread.clip(lower=0) / n) ** 0.5
