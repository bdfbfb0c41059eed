"""Customers whose time has come to buy again, and those who have fallen out of their rhythm."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.counting import days_between, tally, with_rate
from opsmodel.metrics.leads import interest, reasons
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.scope import chain, last_day

OWN_GAPS = 3  # from so many gaps on, a customer's own quantiles count
HORIZON = 180  # days; the chain's gaps are those this long ago that ended within as long
PRIOR = 2.0  # repeat orders' worth of the chain's touch-free share mixed into a customer's
STATES = ("early", "due", "late", "gone")
GONE = 3.0  # P80 gaps without a purchase after which a customer counts as gone


def due_again(
    client,
    *,
    as_of=None,
    touches: Sequence[str] = interest.TOUCHES,
    quiet_days: int = 7,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per customer due for a repeat (主动复购): the current gap lies between P50 and P80. Lazy.

    P50 and P80 are of the customer's own gaps once there are three; of all gaps of the chain otherwise,
    those of repeat orders that had time to happen: begun 180 days ago or earlier and over within as long
    (half the file where it is shorter). Contacts who left are no more to be reached and left out.

    client      a Client, or anything with tables customers, orders and events
    as_of       last day observed, inclusive; default: the client's
    touches     events that count as an approach by staff
    quiet_days  D: a repeat order is touch-free if none reached the person in the D days before
    by          column or columns within which `rank` counts; default: everybody asked for

    Returns customer_id, store_id, staff_id, n_orders (order days), gap_days (since the last), p50_days,
    p80_days, own_rhythm (true: own gaps), touch_free_share (of the customer's repeat orders, drawn towards
    the chain's share by 2 orders' worth of it; null where no approach is recorded), rank (the nearest to P80
    first), touch and reason, in the language spoken now.
    Raises TableError if a column is missing, ArgumentError if quiet_days is below 0.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> due = due_again(seven_customer_shop(), as_of="2024-06-30").execute()  # gaps of C1: 20, 36, 70
    >>> due[["customer_id", "gap_days", "p50_days", "p80_days"]].round(1).values.tolist()
    [['C1', 51, 36.0, 56.4]]
    """
    rows = _gaps(client, as_of, touches, quiet_days)
    rows = rows.filter(rows.gap_days >= rows.p50_days, rows.gap_days <= rows.p80_days)
    return _listed(rows, by, -rows.gap_days / rows.p80_days, reasons.due_touch, reasons.due_reason)


def win_back(
    client,
    *,
    as_of=None,
    touches: Sequence[str] = interest.TOUCHES,
    quiet_days: int = 7,
    gone_after: float = GONE,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per customer who lost the rhythm but is not gone: past P80, up to three times as long. Lazy.

    gone_after  P80 gaps without a purchase from which on a customer is left in peace

    The other arguments and the columns are those of `due_again`; rank: the least late first, who is the
    likeliest to return.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> win_back(seven_customer_shop(), as_of="2024-06-30").execute()["customer_id"].tolist()
    ['C3', 'C5', 'C2']
    """
    if not gone_after > 1:
        raise ArgumentError("gone_after is not above 1.", found=repr(gone_after), fix="write gone_after=3.")
    rows = _gaps(client, as_of, touches, quiet_days)
    rows = rows.filter(rows.gap_days > rows.p80_days, rows.gap_days <= gone_after * rows.p80_days)
    return _listed(rows, by, rows.gap_days / rows.p80_days, reasons.late_touch, reasons.late_reason)


def in_rhythm(client, *, as_of=None, gone_after: float = GONE, by: str | Sequence[str] | None = None):
    """One row per state of the rhythm: how many reachable buyers are early, due, late or gone.

    early: before P50 of the gaps; due: P50 to P80 (`due_again`); late: past P80, up to three times as long
    (`win_back`); gone: later. The arguments are those of `win_back`; by: columns of customers.

    Returns a DataFrame: the columns of `by`, then state, n_customers, share (of the reachable buyers) with
    its 95 % interval. Customers whose rhythm cannot be told (no repeat order in the chain yet) are left out.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> in_rhythm(seven_customer_shop(), as_of="2024-06-30")[["state", "n_customers"]].values.tolist()
    [['early', 2], ['due', 1], ['late', 3], ['gone', 0]]
    """
    names = column_names(by)
    rows = _gaps(client, as_of, interest.TOUCHES, 7)
    gap, late = rows.gap_days, rows.p80_days
    state = ibis.cases(
        (gap < rows.p50_days, STATES[0]), (gap <= late, STATES[1]), (gap <= gone_after * late, STATES[2]),
        else_=STATES[3],
    )  # fmt: skip
    known = rows.filter(late.notnull())
    known = known.mutate(state=state) if names else known.select(state=state)
    found = tally(known, names, state=known.state)
    grid = pd.DataFrame({"state": STATES})
    grid = found[names].drop_duplicates().merge(grid, how="cross") if names else grid
    table = grid.merge(found, on=[*names, "state"], how="left").rename(columns={"n": "n_customers"})
    table["n_customers"] = table["n_customers"].fillna(0).astype("int64")
    groups = table.groupby(names, dropna=False)["n_customers"] if names else None
    whole = groups.transform("sum") if groups is not None else table["n_customers"].sum()
    table = with_rate(table.assign(whole=whole), "share", "n_customers", "whole")
    return table.drop(columns="whole")


def _listed(rows: ir.Table, by, order: ir.Value, touch, reason) -> ir.Table:
    within = column_names(by)
    place = ibis.row_number().over(group_by=within, order_by=[order, rows.customer_id])
    return rows.mutate(rank=place + 1, touch=touch(rows), reason=reason(rows))


def _gaps(client, as_of, touches: Sequence[str], quiet_days: int) -> ir.Table:
    """One row per reachable buyer: the current gap, the rhythm it is measured by, the touch-free share."""
    if quiet_days < 0:
        raise ArgumentError("quiet_days is below 0.", found=repr(quiet_days), fix="write quiet_days=7.")
    end, whole = last_day(client, as_of), chain(client)
    days = occasions(whole.orders, as_of=end)
    window = ibis.window(group_by="customer_id", order_by="day")
    days = days.mutate(before=days.day.lag().over(window))
    days = days.mutate(gap=days_between(days.before, days.day).cast("float64"))
    p50, p80 = _rhythm(days, end)
    free = _touch_free(days, whole.events, touches, quiet_days)
    known = free.filter(free.before.notnull())
    share = _one(known.agg(free=known.free.cast("float64").mean(), n=free.n_touches.sum()))
    own = free.group_by("customer_id").agg(
        n_orders=free.count(), last_day=free.day.max(), n_free=free.free.sum(where=free.before.notnull()),
        own_p50=free.gap.quantile(0.5), own_p80=free.gap.quantile(0.8),
    )  # fmt: skip
    enough = own.n_orders > OWN_GAPS
    spoken = (own.n_free.fill_null(0) + PRIOR * (share["free"] or 0.0)) / (own.n_orders - 1 + PRIOR)
    people = own.select(
        "customer_id", "n_orders", own_rhythm=enough,
        gap_days=days_between(own.last_day, ibis.literal(end)),
        p50_days=enough.ifelse(own.own_p50, ibis.literal(p50, "float64")),
        p80_days=enough.ifelse(own.own_p80, ibis.literal(p80, "float64")),
        touch_free_share=spoken if share["n"] else ibis.null("float64"),
    )  # fmt: skip
    return _reachable(client, people, end)


def _rhythm(days: ir.Table, end: date) -> tuple[float | None, float | None]:
    """P50 and P80 of the chain's gaps that had time to end."""
    first = _one(days.agg(day=days.day.min()))["day"]
    horizon = min(HORIZON, (end - first).days // 2) if first else 0
    old = days.filter(days.before <= end - timedelta(days=horizon), days.gap <= horizon)
    found = _one(old.agg(p50=old.gap.quantile(0.5), p80=old.gap.quantile(0.8)))
    return found["p50"], found["p80"]


def _touch_free(days: ir.Table, events, touches: Sequence[str], quiet_days: int) -> ir.Table:
    """Every order day with n_touches in the D days before it, and whether it had none."""
    touch = require(events, "events", ["customer_id", "event", "happened_at"])
    touch = touch.filter(touch.event.isin(list(touches)))
    touch = touch.select(person=touch.customer_id, touched_at=touch.happened_at)
    met = days.join(touch, [days.customer_id == touch.person, touch.touched_at <= days.first_at])
    met = met.filter(days_between(met.touched_at.date(), met.day) <= quiet_days)
    asked = met.group_by(["customer_id", "day"]).agg(n_touches=met.count())
    free = days.left_join(asked, ["customer_id", "day"]).select(
        "customer_id", "day", "before", "gap", n_touches=ibis._.n_touches.fill_null(0)
    )
    return free.mutate(free=(free.n_touches == 0).ifelse(1, 0))


def _reachable(client, people: ir.Table, end: date) -> ir.Table:
    home = require(client.customers, "customers", ["customer_id", "store_id"])
    if "left_at" in home.columns:
        home = home.filter(home.left_at.isnull() | (home.left_at.date() > end))
    staff = home.staff_id if "staff_id" in home.columns else ibis.null("string")
    home = home.select(who=home.customer_id, store_id=home.store_id, staff_id=staff)
    met = people.join(home, people.customer_id == home.who)
    return met.select("customer_id", "store_id", "staff_id", *people.columns[1:])


def _one(table: ir.Table) -> dict:
    return table.to_pyarrow().to_pylist()[0]
