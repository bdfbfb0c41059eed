"""Customers grow older: what a cohort did at each age, counted in the engine."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd

from opsmodel.metrics.occasions import Paid
from opsmodel.metrics.starts import quick, starts, starts_and, with_start

PERIODS = {"day": ("D", 1), "week": ("W", 7), "month": ("M", 30), "quarter": ("Q", 91), "year": ("Y", 365)}
BITS = 63  # ages that fit into the whole number kept for each customer


def active(paid: Paid, *, period: str, calendar: bool, as_of: date) -> pd.DataFrame:
    """How many customers of each cohort had an order day at each age; columns as in `cells`."""
    n_ages = (as_of - paid.from_day).days // PERIODS[period][1] + 3  # 31 January to 1 March are 2 months
    if quick(paid) and n_ages <= BITS:
        return _active_by_bits(paid, period, calendar, n_ages)
    first = starts(paid)
    rows = with_start(paid.rows.select(*paid.unit, "day"), first, unit=paid.unit)
    rows = rows.mutate(age=_age(rows.first_day, rows.day, period, calendar))
    rows = rows.select(*paid.unit, *paid.carried, "first_day", "age").distinct()
    return cells(first, rows, rows.count(), by=paid.by, period=period, calendar=calendar)


def cells(
    first: ir.Table, rows: ir.Table, value: ir.Value, *, by: Sequence[str], period: str, calendar: bool
) -> pd.DataFrame:
    """Cohorts and what they did, in one query.

    first   one row per customer: `by`, first_day
    rows    `by`, first_day and day (or age) of whatever is added up by `value`

    Returns the columns of `by`, then cohort (first day of the period), oldest and youngest (first
    and last first day in it), age, value. A row of age −1 carries the size of the cohort as its value.
    """
    code = PERIODS[period][0]
    who = first.mutate(cohort=first.first_day.truncate(code))
    who = who.group_by([*by, "cohort"]).agg(
        oldest=who.first_day.min(), youngest=who.first_day.max(), value=who.count().cast("float64")
    )
    sizes = who.select(*by, "cohort", "oldest", "youngest", "value", age=ibis.literal(-1, "int64"))
    age = rows.age if "age" in rows.columns else _age(rows.first_day, rows.day, period, calendar)
    keys = {"cohort": rows.first_day.truncate(code), "age": age.cast("int64")}
    found = rows.group_by([*(rows[c] for c in by), *(v.name(k) for k, v in keys.items())]).agg(worth=value)
    nothing = ibis.null("date")
    found = found.select(
        *by, "cohort", "age", oldest=nothing, youngest=nothing, value=found.worth.cast("float64")
    )
    order = [*by, "cohort", "oldest", "youngest", "age", "value"]
    return ibis.union(sizes.select(order), found.select(order)).execute()


def _active_by_bits(paid: Paid, period: str, calendar: bool, n_ages: int) -> pd.DataFrame:
    """A bit for each age at which a customer was active: one aggregation, no join."""
    day = paid.rows.day
    if calendar and period != "week":
        start = ibis.literal(paid.from_day)
        who = starts_and(paid, bits=_bit(_age(start, day, period, calendar)).bit_or())
        mask = who.bits >> _age(start, who.first_day, period, calendar).cast("int32")
    else:  # where a step begins differs from customer to customer
        who = starts_and(paid, days=_listed(day))
        first = who.first_day
        mask = _any_bit(who.days.map(lambda d: _bit(_age(first, d, period, calendar, _divide))))
    who = who.select(*paid.by, "first_day", mask=mask)
    who = who.mutate(cohort=who.first_day.truncate(PERIODS[period][0]))
    wide = who.group_by([*paid.by, "cohort"]).agg(
        oldest=who.first_day.min(),
        youngest=who.first_day.max(),
        **{"-1": who.count()},
        **{str(age): ((who.mask & (1 << age)) != 0).sum() for age in range(n_ages)},
    )
    long = wide.execute().melt(id_vars=[*paid.by, "cohort", "oldest", "youngest"], var_name="age")
    return long.assign(age=long["age"].astype("int64"), value=long["value"].astype(float))


def _age(
    first: ir.Value, then: ir.Value, period: str, calendar: bool, divide=lambda a, b: a // b
) -> ir.Value:
    """Whole steps from one day to a later one."""
    code, length = PERIODS[period]
    if not calendar or period in ("day", "week"):
        if calendar and period == "week":
            first, then = first.truncate(code), then.truncate(code)
        return divide(then.delta(first, unit="day").cast("int64"), length)
    return (_number(then, period) - _number(first, period)).cast("int64")


def _number(day: ir.Value, period: str) -> ir.Value:
    """Calendar periods, counted through the years."""
    if period == "year":
        return day.year()
    return day.year() * 12 + day.month() if period == "month" else day.year() * 4 + day.quarter()


def _bit(age: ir.Value) -> ir.Value:
    one = ibis.literal(1, "int8").cast("int64")  # the cast makes the engine shift 64 bits, not 32
    return one << age.cast("int32")


@ibis.udf.agg.builtin(name="list")
def _listed(value: date) -> dt.Array(dt.date):  # type: ignore[valid-type]
    """All values; Ibis would look for missing ones first."""


@ibis.udf.scalar.builtin(name="divide")
def _divide(whole: int, by: int) -> int:  # type: ignore[empty-body]
    """Division of whole numbers; Ibis would go through floating point."""


@ibis.udf.scalar.builtin(name="list_bit_or")
def _any_bit(bits: dt.Array(dt.int64)) -> dt.int64:  # type: ignore[valid-type]
    """Bits set in any of the numbers."""
