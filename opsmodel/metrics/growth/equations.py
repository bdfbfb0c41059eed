"""The growth equations of a period."""

from datetime import date

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake import contract
from opsmodel.intake.contract import column_names
from opsmodel.metrics.occasions import net_amount

SALES = (
    "net_revenue",
    "selling_days",
    "anonymous",
    "identified",
    "known_orders",
    "known_buyers",
    "n_orders",
    "n_buyers",
)
COUNTED = 0.9  # of the selling days; with fewer, the door count does not stand for the period


def equation(orders, *, start, end, traffic=None, customers=None, by=None) -> pd.DataFrame:
    """One row: the net revenue of a period as the product of its factors, in three forms.

        net_revenue = visitors × conversion × average_order_value × orders_per_buyer
                    = n_buyers × average_order_value × orders_per_buyer
                    = users × close_rate × value_per_buyer

    All come from the same rows, so they agree to the cent. An order here is a purchase occasion: a
    business day with positive net spend. An anonymous sale is the occasion of a buyer nobody knows; such
    buyers are estimated: anonymous sales ÷ orders per known buyer. (Were each sale a person, a store that
    merely starts to know its customers would seem to win loyalty.)

    orders      one row per order: customer_id, ordered_at, amount, and `by`; refund_amount if there is one
    start, end  first and last day of the period, both inclusive
    traffic     store_id, counted_on, visitors; where fewer than 9 in 10 selling days were counted, or
                without it, visitors and conversion are NaN
    customers   customer_id, store_id, joined_at, left_at; without it, or where nobody has a joined_at, users
                and close_rate are NaN
    by          a column of orders, or several; the other tables are split by the same names, where their
                store_id stands for home_store_id

    Returns one row, or one per group that sold something, was visited or holds contacts (sorted): `by`,
    net_revenue, n_orders, n_buyers (known and estimated), identified_share (of net revenue),
    visitors, conversion (buyers per visitor), orders_per_visitor, average_order_value, orders_per_buyer
    (at least 1), users (contacts held on any day of the period, and buyers who are none), close_rate (buyers
    per user) and value_per_buyer. A factor with an empty base is NaN.
    Raises TableError if a column is missing, ArgumentError if the period ends before it starts.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> orders = seven_customer_shop().orders
    >>> row = equation(orders, start="2024-01-01", end="2024-06-30").iloc[0]
    >>> row[["net_revenue", "n_orders", "identified_share"]].astype(float).round(3).tolist()
    [1247.3, 16.0, 0.964]
    """
    first, last = contract.day(start), contract.day(end)
    if last < first:
        raise ArgumentError("the period ends before it starts.", found=f"{first} to {last}", fix="swap them.")
    keys = column_names(by)
    sales = _period(orders, first, last, keys)
    buyers = _buyers(sales, keys)
    totals = _sales(sales, buyers, keys)
    totals = _beside(totals, _visitors(traffic, first, last, keys), keys)
    totals = _beside(totals, _users(customers, buyers, first, last, keys), keys)
    totals = totals.fillna(dict.fromkeys(SALES, 0))
    scarce = ~(totals["days_counted"] >= COUNTED * totals["selling_days"])
    totals["visitors"] = totals["visitors"].mask(scarce)
    totals["users"] += totals["n_buyers"] - totals["known_buyers"]
    return factors(totals, keys)


def _period(orders, first: date, last: date, keys: list[str]):
    """One row an order of the period: `keys`, customer_id (null if anonymous), on, net."""
    table = contract.require(orders, "orders", ["customer_id", "ordered_at", "amount", *keys])
    customer = table.customer_id.cast("string").nullif("")
    rows = table.select(*keys, customer_id=customer, on=table.ordered_at.date(), net=net_amount(table))
    return rows.filter(rows.on.between(ibis.date(first), ibis.date(last)))


def _buyers(sales, keys: list[str]):
    """One row a known buyer: purchase occasions, and the net of all days."""
    known = sales.filter(sales.customer_id.notnull())
    days = known.group_by([*keys, "customer_id", "on"]).agg(net=known.net.sum())
    spent = (days.net > 0).fill_null(False).cast("int64")
    return days.group_by([*keys, "customer_id"]).agg(n_orders=spent.sum(), identified=days.net.sum())


def _sales(sales, buyers, keys: list[str]) -> pd.DataFrame:
    paid = (sales.net > 0).fill_null(False)
    rung = sales.aggregate(
        by=keys,
        net_revenue=sales.net.sum().cast("float64"),
        anonymous=(paid & sales.customer_id.isnull()).cast("int64").sum(),
        selling_days=sales.on.nunique(where=paid),
    )
    bought = buyers.aggregate(
        by=keys,
        identified=buyers.identified.sum().cast("float64"),
        known_orders=buyers.n_orders.sum(),
        known_buyers=(buyers.n_orders > 0).cast("int64").sum(),
    )
    totals = _beside(rung.to_pandas(), bought.to_pandas(), keys).fillna(dict.fromkeys(SALES, 0))
    each = (totals["known_orders"] / totals["known_buyers"].where(totals["known_buyers"] > 0)).fillna(1)
    return totals.assign(
        n_orders=totals["known_orders"] + totals["anonymous"],
        n_buyers=totals["known_buyers"] + totals["anonymous"] / each,
    )


def _visitors(traffic, first: date, last: date, keys: list[str]) -> pd.DataFrame:
    if traffic is None:
        return pd.DataFrame(columns=[*keys, "visitors", "days_counted"], dtype=float)
    table = _split(contract.require(traffic, "traffic", ["counted_on", "visitors"]), "traffic", keys)
    table = table.mutate(on=table.counted_on.cast("date"))
    days = table.filter(table.on.between(ibis.date(first), ibis.date(last)))
    return days.aggregate(by=keys, visitors=days.visitors.sum(), days_counted=days.on.nunique()).to_pandas()


def _users(customers, buyers, first: date, last: date, keys: list[str]) -> pd.DataFrame:
    """Known people: contacts held on any day of the period, and buyers; no row where no contact is known."""
    unseen = pd.DataFrame(columns=[*keys, "users"], dtype=float)
    if customers is None:
        return unseen
    table = _split(contract.require(customers, "customers", ["customer_id", "joined_at"]), "customers", keys)
    if not table.joined_at.count().execute():  # a list of buyers only
        return unseen
    kept = (
        table.left_at.isnull() | (table.left_at.date() >= ibis.date(first))
        if "left_at" in table.columns
        else True
    )
    held = table.filter(table.joined_at.date() <= ibis.date(last), kept).select(*keys, "customer_id")
    people = held.union(buyers.filter(buyers.n_orders > 0).select(*keys, "customer_id"), distinct=True)
    return people.aggregate(by=keys, users=people.count()).to_pandas()


def _split(table, name: str, keys: list[str]):
    """The table with a column per key: its store_id is the home store."""
    if "home_store_id" in keys and "home_store_id" not in table.columns:
        table = contract.require(table, name, ["store_id"])
        table = table.mutate(home_store_id=table.store_id)
    return contract.require(table, name, keys)


def _beside(left: pd.DataFrame, right: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Both side by side; a group that only one of them knows keeps its row."""
    if right.empty:
        return left.assign(**dict.fromkeys(right.columns.difference(keys), float("nan")))
    return left.merge(right, on=keys, how="outer") if keys else left.join(right)


def factors(totals: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The columns of `equation` from the totals of a period: sums, and the ratios between them."""

    def ratio(part: str, whole: str) -> pd.Series:
        return totals[part] / totals[whole].where(totals[whole] != 0)

    columns = {
        "net_revenue": totals["net_revenue"],
        "n_orders": totals["n_orders"],
        "n_buyers": totals["n_buyers"],
        "identified_share": ratio("identified", "net_revenue"),
        "visitors": totals["visitors"],
        "conversion": ratio("n_buyers", "visitors"),
        "orders_per_visitor": ratio("n_orders", "visitors"),
        "average_order_value": ratio("net_revenue", "n_orders"),
        "orders_per_buyer": ratio("n_orders", "n_buyers"),
        "users": totals["users"],
        "close_rate": ratio("n_buyers", "users"),
        "value_per_buyer": ratio("net_revenue", "n_buyers"),
    }
    rows = pd.concat([totals[keys], pd.DataFrame(columns).astype(float)], axis=1)
    return rows.sort_values(keys, ignore_index=True) if keys else rows
