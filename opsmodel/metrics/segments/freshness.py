"""How long ago the data a rule relies on last changed."""

from collections.abc import Iterable
from datetime import timedelta

import ibis

from opsmodel.intake.rules import columns as columns_of
from opsmodel.metrics.segments.profile import BASKET, BOUGHT, MET, SCORED, lifecycle_rules

ORDERS = ("orders", "ordered_at")
EVENTS = ("events", "happened_at")
PEOPLE = ("customers", "joined_at")
SOURCES = {
    **dict.fromkeys([*BOUGHT, *SCORED, *BASKET], ORDERS),
    **dict.fromkeys(MET, EVENTS),
    "left_at": ("customers", "left_at"),
    "has_left": ("customers", "left_at"),
    "is_contact": ("customers", "left_at"),
    "member_since": ("customers", "member_since"),
    "is_member": ("customers", "member_since"),
}


def stale_days(client, columns: Iterable[str]) -> float:
    """Days from the newest row behind the columns to the client's as_of; of several sources the oldest.

    NaN where a source holds no date. Tags carry no date and are left out.
    """
    wanted = set(columns)
    if "lifecycle" in wanted:
        wanted |= {column for rule in lifecycle_rules(client).values() for column in columns_of(rule)}
    sources = {SOURCES.get(column, PEOPLE) for column in wanted - {"lifecycle"}}
    ages = [_age(client, table, time) for table, time in sorted(sources)]
    return max(ages, key=lambda age: (age != age, age), default=float("nan"))


def _age(client, name: str, time: str) -> float:
    table = getattr(client, name)
    if time not in table.columns:
        return float("nan")
    end = ibis.timestamp((client.as_of + timedelta(days=1)).isoformat())
    newest = table.filter(table[time] < end)[time].max().execute()
    return (
        float((client.as_of - newest.date()).days)
        if newest is not None and newest == newest
        else float("nan")
    )
