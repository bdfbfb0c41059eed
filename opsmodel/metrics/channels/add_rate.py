"""加粉率: of the people one could have added, how many became contacts. There are four denominators."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.channels import source
from opsmodel.metrics.channels.adds import adds
from opsmodel.metrics.counting import days_between, with_rate
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.scope import chain, last_day

DENOMINATORS = {
    "buyers": "identified in-store buyers of the day who were not contacts yet",
    "traffic": "visitors counted at the door",
    "scans": "people who scanned a code and were not contacts yet",
    "requests": "people who were sent a contact request and were not contacts yet",
}
EVENTS = {"scans": "scanned", "requests": "requested"}
GROUPS = {
    "buyers": ("store_id", "staff_id"),
    "traffic": ("store_id",),
    "scans": ("store_id", "staff_id", "home_store_id"),
    "requests": ("store_id", "staff_id", "home_store_id"),
}


def add_rate(
    client,
    base: str = "buyers",
    *,
    as_of=None,
    within_days: int = 7,
    by: str | Sequence[str] | None = None,
    event: str | None = None,
    channels: Sequence[str] | None = None,
    since=None,
) -> pd.DataFrame:
    """One row per group: 加粉率 over one of four denominators, which is named in the row.

    buyers (default): a buyer of the day is a known customer with a purchase occasion in a store that
    day who had not become a contact before it. Added if the person becomes one that day or within
    `within_days` days. Who buys on two days without being added was missed twice.
    traffic: contacts of the store who joined on days with a door count ÷ people counted on those days.
    scans, requests: the same as buyers, over the people with such an event that day; of requests the
    rate is the pass rate.

    client       a client or store, or anything with customers, orders, events or traffic
    base         buyers, traffic, scans or requests
    within_days  days after the purchase, scan or request; a day counts once they have passed by `as_of`
    by           store_id (for buyers the store of the purchase), staff_id (who sold)
    event        name of the event of scans or requests; default: scanned, requested
    channels     of traffic: only adds of these channels, such as the codes that hang in the store
    since        first day that counts

    Returns the columns of `by`, then denominator (in words), n_base, n_added, add_rate, add_rate_low,
    add_rate_high (Wilson, 95 %), and of buyers n_anonymous (sales without a customer on the same days),
    identified_share (of the paid orders) and floor_rate (n_added ÷ (n_base + n_anonymous): the rate if
    every anonymous sale were a buyer nobody added). An anonymous buyer cannot be seen to be added or not,
    and most are not: the rate lies between floor_rate and add_rate. NaN where nobody's join date is known.
    Raises ArgumentError for another base or group, TableError if a table or column is missing.
    Source: the field's own term, and its four denominators; Wilson 1927.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> add_rate(seven_customer_shop(), as_of="2024-06-30")[["n_base", "n_added"]].values.tolist()
    [[3.0, 3.0]]
    """
    columns, end = column_names(by), last_day(client, as_of)
    _check(base, columns, within_days)
    last = end - timedelta(days=within_days)
    if base == "traffic":
        table = _of_traffic(client, columns, end, channels, since)
    elif base == "buyers":
        table = _of_buyers(client, columns, end, last, within_days, since)
    else:
        days = _event_days(client, event or EVENTS[base], columns)
        table = _met(client, days, columns, end, last, within_days, since)
    table.insert(len(columns), "denominator", DENOMINATORS[base])
    table = with_rate(table.astype({"n_added": float}), "add_rate", "n_added", "n_base")
    if base == "buyers":
        everyone = table["n_base"] + table["n_anonymous"]
        table["floor_rate"] = table["n_added"] / everyone.where(everyone > 0)
    return table


def _check(base: str, columns: list[str], within_days: int) -> None:
    if base not in DENOMINATORS:
        raise ArgumentError(
            "there is no such denominator.", found=repr(base), fix=f"use one of {list(DENOMINATORS)}."
        )
    if unknown := [column for column in columns if column not in GROUPS[base]]:
        raise ArgumentError(
            f"the denominator of {base} is not known by {unknown}.",
            found=f"by={columns}",
            fix=f"use {' or '.join(GROUPS[base])}.",
        )
    if within_days < 0:
        raise ArgumentError("within_days is below 0.", found=repr(within_days), fix="write within_days=7.")


def _of_buyers(client, columns, end, last, within_days, since) -> pd.DataFrame:
    sales = client.sales if hasattr(client, "sales") else source.table(client, "orders")
    unit = ["customer_id", "store_id"]
    carry = [column for column in columns if column not in unit]
    days = occasions(sales, as_of=end, unit=unit, carry=carry).select(*unit, "day", *carry)
    table = _met(client, days, columns, end, last, within_days, since)
    paid = _paid(sales, columns, last, since)
    if not columns:
        return table.join(paid)
    table = table.merge(paid, on=columns, how="outer")
    table["n_added"] = table["n_added"].mask(table["n_base"].isna(), 0)
    counts = ["n_base", "n_anonymous"]
    return table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64"))


def _met(client, days: ir.Table, columns, end, last, within_days, since) -> pd.DataFrame:
    """One row per group: people met on a day who were not contacts before it, and those soon added."""
    days = days.filter(days.day <= ibis.literal(last))
    if since is not None:
        days = days.filter(days.day >= ibis.literal(since).cast("date"))
    contacts = adds(chain(client), as_of=end, by=[]).select(person="customer_id", joined="joined_day")
    met = days.left_join(contacts, days.customer_id == contacts.person)
    wait = days_between(met.day, met.joined)
    met = met.mutate(added=(wait <= within_days).fill_null(False)).filter(wait.fill_null(0) >= 0)
    sums = {"n_base": met.count(), "n_added": met.added.sum().fill_null(0)}
    found = (met.group_by(columns).agg(**sums) if columns else met.agg(**sums)).to_pandas()
    if not contacts.count().to_pyarrow().as_py():  # nobody's join date is known
        found["n_added"] = np.nan
    return found.sort_values(columns, ignore_index=True) if columns else found


def _paid(sales, columns, last, since) -> pd.DataFrame:
    """One row per group: the paid orders without a customer, and the share of those with one."""
    table = require(sales, "orders", ["customer_id", "ordered_at", "amount", *columns])
    table = table.mutate(day=table.ordered_at.date())
    table = table.filter(table.day <= ibis.literal(last), table.amount > 0)
    if since is not None:
        table = table.filter(table.day >= ibis.literal(since).cast("date"))
    unknown = table.customer_id.isnull() | (table.customer_id == "")
    sums = {"n_anonymous": unknown.sum().fill_null(0), "identified_share": 1 - unknown.mean()}
    return (table.group_by(columns).agg(**sums) if columns else table.agg(**sums)).to_pandas()


def _event_days(client, event: str, columns) -> ir.Table:
    """One row a person and day with the event."""
    events = require(
        source.table(client, "events"), "events", ["customer_id", "event", "happened_at", *columns]
    )
    events = events.filter(events.event == event)
    if not events.count().to_pyarrow().as_py():
        raise ArgumentError(
            f"nobody has an event {event!r}.", found="0 rows", fix='name the event: event="scanned".'
        )
    who = events.group_by("customer_id", day=events.happened_at.date())
    return who.agg(**{column: events[column].min() for column in columns})


def _of_traffic(client, columns, end, channels, since) -> pd.DataFrame:
    traffic = require(source.table(client, "traffic"), "traffic", ["store_id", "counted_on", "visitors"])
    traffic = traffic.mutate(day=traffic.counted_on.cast("date")).filter(lambda t: t.day <= ibis.literal(end))
    if since is not None:
        traffic = traffic.filter(traffic.day >= ibis.literal(since).cast("date"))
    days = traffic.group_by("store_id", "day").agg(visitors=traffic.visitors.sum())
    joined = adds(client, as_of=end, by=["store_id", "channel"] if channels is not None else ["store_id"])
    if channels is not None:
        joined = joined.filter(joined.channel.isin(list(channels)))
    joined = joined.group_by("store_id", "joined_day").agg(n=joined.count())
    met = days.left_join(joined, [days.store_id == joined.store_id, days.day == joined.joined_day])
    sums = {"n_base": met.visitors.sum().fill_null(0), "n_added": met.n.sum().fill_null(0)}
    found = (met.group_by(columns).agg(**sums) if columns else met.agg(**sums)).to_pandas()
    return found.sort_values(columns, ignore_index=True) if columns else found
