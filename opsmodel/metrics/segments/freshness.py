"""How long ago the data a rule relies on last changed."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import nan

import ibis

from opsmodel.intake.rules import columns as columns_of
from opsmodel.metrics.segments.profile import BASKET, BOUGHT, COLUMNS, MET, SCORED, lifecycle_rules

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


def stale_days(client, read: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """Audience -> days to as_of from the newest row behind its columns, of several sources the oldest.

    read  audience -> columns of the profile its rule reads; tags carry no date and are left out

    NaN where a source holds no date.
    """
    sources = {name: _sources(client, columns) for name, columns in read.items()}
    ages = {source: _age(client, *source) for source in sorted(set().union(*sources.values()))}
    return {
        name: max((ages[source] for source in its), key=lambda age: (age != age, age), default=nan)
        for name, its in sources.items()
    }


def _sources(client, columns: Iterable[str]) -> set[tuple[str, str]]:
    wanted = set(columns)
    if "lifecycle" in wanted:
        wanted |= {column for rule in lifecycle_rules(client).values() for column in columns_of(rule)}
    return {SOURCES.get(column, PEOPLE) for column in wanted & set(COLUMNS) - {"lifecycle"}}


def _age(client, name: str, time: str) -> float:
    table = getattr(client.chain, name)
    if time not in table.columns:
        return nan
    end = ibis.timestamp((client.as_of + timedelta(days=1)).isoformat())
    newest = table.filter(table[time] < end)[time].max().execute()
    return float((client.as_of - newest.date()).days) if newest is not None and newest == newest else nan
