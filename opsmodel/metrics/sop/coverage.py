"""Who should have been served and was not even given a task."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.sop.ticks import ordered, source, ticks


def coverage(
    client,
    *,
    as_of=None,
    since=None,
    within_days: int = 7,
    sop: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per group: of the contacts who should have had a task, the share who were served.

    Who joined is to be greeted and followed: everybody who joined and was still a contact `within_days`
    later should have had a task due by then.

    client       a client or store, with customers and tasks
    as_of        last day observed, inclusive; default: the client's
    since        first day of joining that counts; default: the first day on which the chain had a task due
    within_days  days after joining within which a task is expected
    sop          the procedure or procedures that are expected; default: any
    by           column or columns of customers: store_id, staff_id, channel

    Returns the columns of `by`, then n_should (contacts who joined early enough and stayed), n_tasked (of
    them with a task due in time), n_served (with such a task done, on time or late), tasked_rate (n_tasked ÷
    n_should), coverage (n_served ÷ n_should) with coverage_low, coverage_high (Wilson, 95 %).
    Raises TableError if a column is missing, ArgumentError for a window that is not a number of days.

    >>> coverage(open_client("demo").store("S006"), by="staff_id")  # doctest: +SKIP
    """
    if isinstance(within_days, bool) or int(within_days) != within_days or within_days < 1:
        raise ArgumentError(
            "within_days is a whole number of days, 1 or more.",
            found=repr(within_days), fix="write within_days=7.",
        )  # fmt: skip
    tasks, end = source(getattr(client, "chain", client), as_of)
    keys = column_names(by)
    columns = [*dict.fromkeys([*keys, "customer_id", "joined_at", "left_at"])]
    people = require(client.customers, "customers", columns).select(columns)
    begin = day(since) if since else _first_due(tasks)
    if begin is None:
        return _counted(people.filter(False).mutate(is_tasked=False, is_served=False), keys)
    last = ibis.timestamp((end - timedelta(days=within_days - 1)).isoformat())
    people = people.filter(
        (people.joined_at >= ibis.timestamp(begin.isoformat())) & (people.joined_at < last)
    )
    until = people.joined_at + ibis.interval(days=within_days)
    people = people.filter(people.left_at.isnull() | (people.left_at >= until))
    return _counted(_with_tasks(people, tasks, end, within_days, sop), keys)


def _with_tasks(people, tasks, end, within_days: int, sop):
    carry = ["customer_id", *(["sop"] if sop is not None else [])]
    rows = ticks(tasks, as_of=end, carry=carry)
    if sop is not None:
        rows = rows.filter(rows["sop"].isin([sop] if isinstance(sop, str) else list(sop)))
    rows = rows.select(person="customer_id", due_at="due_at", is_done=rows.delay_minutes.notnull())
    met = people.select("customer_id", "joined_at").join(rows, people.customer_id == rows.person)
    in_time = (met.due_at >= met.joined_at.truncate("D")) & (
        met.due_at < met.joined_at.truncate("D") + ibis.interval(days=within_days + 1)
    )
    met = met.filter(in_time)
    found = met.group_by(person=met.customer_id).agg(
        is_served=met.is_done.any(), is_tasked=ibis.literal(True)
    )
    joined = people.left_join(found, people.customer_id == found.person)
    return joined.mutate(
        is_served=joined.is_served.fill_null(False), is_tasked=joined.is_tasked.fill_null(False)
    )


def _counted(people, keys: list[str]) -> pd.DataFrame:
    sums = {
        "n_should": people.count(),
        "n_tasked": people.is_tasked.sum().fill_null(0).cast("int64"),
        "n_served": people.is_served.sum().fill_null(0).cast("int64"),
    }
    table = ordered((people.group_by(keys) if keys else people).agg(**sums).to_pandas(), keys)
    tasked = table["n_tasked"] / table["n_should"].where(table["n_should"] > 0)
    return with_rate(table.assign(tasked_rate=tasked), "coverage", "n_served", "n_should")


def _first_due(tasks):
    first = require(tasks, "tasks", ["due_at"]).due_at.min().execute()
    return None if pd.isna(first) else first.date()
