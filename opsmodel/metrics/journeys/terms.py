"""What a funnel question asks, checked once: steps, window, order, re-entry, end of observation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from numbers import Real

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake import contract

ORDERS = ("ordered", "strict", "any")
REENTRIES = ("first", "best")
OF_EVERY_EVENT = {"customer_id", "event", "happened_at"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """One funnel question. `end` is the first moment no longer observed; steps count from 1.

    In `events`, and in the log, an event is a number: its place in `names`. Those of steps come first.
    """

    labels: list[str]
    names: list[str]
    events: list[int]
    window: timedelta
    unit: timedelta  # resolution of the waiting times: a day, or a second
    end: datetime
    order: str
    reentry: str
    by: list[str]
    hold: list[str]
    exclude: list[str]
    entered_from: datetime | None
    entered_before: datetime | None

    @property
    def steps(self) -> range:
        return range(1, len(self.events) + 1)

    @property
    def traits(self) -> list[str]:
        """Columns read off the entry event."""
        return list(dict.fromkeys([*self.by, *self.hold]))

    @property
    def person(self) -> list[str]:
        """What the events of one journey have in common."""
        return ["customer_id", *self.hold]

    def event(self, step: int) -> int:
        return self.events[step - 1]

    def is_step(self, event):
        """Whether the event is one of a step, not an excluded one."""
        return event <= max(self.events)

    def earlier_same(self, step: int) -> int:
        """The last earlier step with the same event, or 0: the two need two events."""
        return max((j for j in range(1, step) if self.event(j) == self.event(step)), default=0)

    def occurrence(self, step: int) -> int:
        """How often the step's event has been asked for, this step included."""
        return self.events[:step].count(self.event(step))

    def within(self, start, time):
        """Whether `time` lies inside the window that opened at `start`, its last moment included."""
        return time <= start + ibis.interval(microseconds=self.window // timedelta(microseconds=1))


def terms(
    steps, *, within_days, as_of, order, reentry, by, entered_from, entered_to, exclude, hold_constant
) -> Terms:
    """The question as asked, or an ArgumentError that says what cannot be used."""
    labels, events = _steps(steps)
    window, unit = _window(within_days)
    for name, value, known in (("order", order, ORDERS), ("reentry", reentry, REENTRIES)):
        if value not in known:
            raise ArgumentError(
                f"{name} cannot be used.", found=repr(value), fix=f"use one of {list(known)}."
            )
    excluded = _names(exclude)
    if both := sorted(set(excluded) & set(events)):
        raise ArgumentError(
            "an event cannot be a step and excluded.", found=both, fix="leave it out of one of the two."
        )
    if own := sorted(OF_EVERY_EVENT & {*_names(by), *_names(hold_constant)}):
        raise ArgumentError(
            "by and hold_constant name what an entry is like.", found=own, fix="use a column like store_id."
        )
    names = list(dict.fromkeys([*events, *excluded]))
    return Terms(
        labels=labels,
        names=names,
        events=[names.index(event) for event in events],
        window=window,
        unit=unit,
        end=_midnight(as_of) + DAY,
        order=order,
        reentry=reentry,
        by=_names(by),
        hold=_names(hold_constant),
        exclude=excluded,
        entered_from=None if entered_from is None else _midnight(entered_from),
        entered_before=None if entered_to is None else _midnight(entered_to) + DAY,
    )


def log(events, asked: Terms) -> ir.Table:
    """The events that can matter: of a known customer, asked for, up to the end of observation.

    An event is its number, sooner compared than its name. On DuckDB a customer is a number too, the
    64-bit hash of the id: less work, and the engine reads the events only once. Of a million customers
    two share one once in 37 million funnels; to join the ids themselves would take half as long again.
    """
    columns = list(dict.fromkeys(["customer_id", "event", "happened_at", *asked.traits]))
    table = contract.require(events, "events", columns)
    kept = table.filter(
        table["customer_id"].notnull(),
        table["customer_id"].cast("string") != "",
        table["event"].isin(asked.names),
        table["happened_at"] < _moment(asked.end),
    ).select(columns)
    numbered = [(name, number) for number, name in enumerate(asked.names)]
    kept = kept.mutate(event=kept["event"].cases(*numbered))
    if kept.get_backend().name != "duckdb":
        return kept
    return kept.mutate(customer_id=_hashed(kept["customer_id"]))


def steps_of(log: ir.Table, asked: Terms) -> ir.Table:
    """The events of any step."""
    return log.filter(asked.is_step(log["event"]))


def entry(table: ir.Table, asked: Terms):
    """Whether the event is a first step inside the entry range."""
    meant = table["event"] == asked.event(1)
    if asked.entered_from is not None:
        meant &= table["happened_at"] >= _moment(asked.entered_from)
    if asked.entered_before is not None:
        meant &= table["happened_at"] < _moment(asked.entered_before)
    return meant


def _hashed(value: ir.Value) -> ir.Value:
    @ibis.udf.scalar.builtin(name="hash", signature=((value.type(),), "uint64"))
    def number(value): ...

    return number(value)


def _moment(value: datetime):
    return ibis.literal(value, type="timestamp")


def _midnight(value) -> datetime:
    return datetime.combine(contract.day(value), datetime.min.time())


def _names(value: str | Sequence[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(dict.fromkeys(value))


def _steps(steps) -> tuple[list[str], list[str]]:
    pairs = list(steps.items()) if isinstance(steps, Mapping) else None
    if pairs is None and not isinstance(steps, str) and isinstance(steps, Sequence):
        pairs = [(step, step) for step in steps]
    if not pairs or not all(isinstance(event, str) for _, event in pairs):
        raise ArgumentError(
            "these are not steps.",
            found=repr(steps),
            fix='give events in order, as in ["joined", "ordered"].',
        )
    return [str(label) for label, _ in pairs], [event for _, event in pairs]


def _window(within_days) -> tuple[timedelta, timedelta]:
    """The window, and the unit of its waiting times: days for a whole number of days, else seconds."""
    number = isinstance(within_days, Real) and not isinstance(within_days, bool)
    if isinstance(within_days, timedelta):
        window = pd.Timedelta(within_days).to_pytimedelta()
    else:
        window = float(within_days) * DAY if number and 0 < within_days < 1e6 else timedelta(0)
    if window > timedelta(0):
        return window, DAY if number and window % DAY == timedelta(0) else timedelta(seconds=1)
    raise ArgumentError(
        "this is not a window.", found=repr(within_days), fix="give days, as in 30, or a pandas Timedelta."
    )
