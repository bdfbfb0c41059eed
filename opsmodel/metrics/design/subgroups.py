"""Sub-groups of contacts around what they buy most: whom a community could be built for."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.absent import sent
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.occasions import occasions

ACTIVE_DAYS = 28
HOST_ORDERS = 3
OWN_ACTS = ("replied", "shared", "referred", "ordered")  # what a customer does, not what is done to him


def subgroups(
    client,
    *,
    as_of=None,
    interest: str = "category",
    active_days: int = ACTIVE_DAYS,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per interest: the contacts who spend most on it, how alive they are, and who could host.

    A contact belongs to the one interest with the largest spend so far (by name where equal). Contacts who
    left are not counted.

    client       a Client, or anything with customers, orders, order_lines and events
    as_of        last day observed, inclusive; default: the client's
    interest     column of order_lines: category, tier, product
    active_days  a contact is active after a reply, share, referral or purchase in so many days
    by           column or columns of customers: store_id

    Returns the columns of `by`, then interest, n_contacts, n_active, active_rate with its 95 % interval,
    n_repeat, repeat_rate (two order days or more) with its interval, n_hosts (active, three order days or
    more, and a reply or share of their own: who could host the group).
    Raises TableError if a table or column is missing.
    """
    names = column_names(by)
    last = day(client.as_of if as_of is None else as_of)
    end = ibis.timestamp((last + timedelta(days=1)).isoformat())
    people = require(client.customers, "customers", ["customer_id", "left_at", *names])
    people = people.filter(people.left_at.isnull() | (people.left_at >= end)).select("customer_id", *names)
    events = require(client.events, "events", ["customer_id", "event", "happened_at"])
    since = ibis.timestamp((last + timedelta(days=1 - active_days)).isoformat())
    acts = events.filter(events.event.isin(OWN_ACTS), events.happened_at < end)
    acts = acts.group_by("customer_id").agg(
        active=(acts.happened_at >= since).any(), speaks=acts.event.isin(["replied", "shared"]).any()
    )
    days = occasions(client.orders, as_of=last)
    days = days.group_by("customer_id").agg(n_days=days.count())
    rows = people.join(_interests(client, interest, end), "customer_id").join(days, "customer_id")
    rows = rows.left_join(acts, "customer_id")
    active, speaks = rows.active.fill_null(False), rows.speaks.fill_null(False)
    figures = {
        "n_contacts": rows.count(),
        "n_active": active.cast("int64").sum(),
        "n_repeat": (rows.n_days >= 2).cast("int64").sum(),
        "n_hosts": (active & speaks & (rows.n_days >= HOST_ORDERS)).cast("int64").sum(),
    }
    found = rows.group_by([*names, "interest"]).agg(**figures).execute()
    order = [True] * len(names) + [False, True]
    found = found.sort_values([*names, "n_contacts", "interest"], ascending=order, ignore_index=True)
    found = with_rate(
        with_rate(found, "active_rate", "n_active", "n_contacts"), "repeat_rate", "n_repeat", "n_contacts"
    )
    hosts = found.pop("n_hosts")
    return pd.concat([found, hosts], axis=1)


def _interests(client, interest: str, end):
    """The one interest of each buyer. Lazy."""
    orders = require(client.orders, "orders", ["order_id", "customer_id", "ordered_at"])
    orders = orders.filter(orders.customer_id.notnull(), orders.ordered_at < end)
    lines = require(sent(client, "order_lines"), "order_lines", ["order_id", interest, "amount"])
    lines = lines.select("order_id", interest=lines[interest], spent=lines.amount.cast("float64"))
    bought = lines.filter(lines.interest.notnull()).join(orders.select("order_id", "customer_id"), "order_id")
    sums = bought.group_by(["customer_id", "interest"]).agg(spent=bought.spent.sum())
    place = ibis.row_number().over(group_by="customer_id", order_by=[ibis.desc("spent"), "interest"])
    return sums.mutate(place=place).filter(ibis._.place == 0).select("customer_id", "interest")
