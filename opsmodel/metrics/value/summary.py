"""Customers as the value models see them: how often they came back, until when, and for how much."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.ageing import PERIODS
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import occasions, paid_orders
from opsmodel.metrics.value.groups import at_start

MEASURES = ("revenue", "margin")
UNITS = {name: length for name, (_, length) in PERIODS.items()}


def summarize(
    orders, *, as_of, unit: str = "day", measure: str = "revenue", by: str | Sequence[str] | None = None
) -> ir.Table:
    """One row per customer: frequency, recency, T and monetary, as BG/NBD and Gamma–Gamma want them. Lazy.

    Recency here is the age at the last occasion: a loyal customer has a high one. The days since the last
    purchase, which RFM calls recency, are T − recency.

    orders   one row per order: customer_id, ordered_at, amount (refund_amount, margin if there)
    as_of    last day observed, inclusive
    unit     day, week (7 days), month (30), quarter (91) or year (365): what recency and T are counted in.
             Occasions are days whatever the unit is; a week and a half is 1.5 weeks
    measure  revenue (net of refunds) or margin: what monetary is the mean of
    by       column or columns of orders, taken from the first paid order

    Returns an Ibis table: customer_id, the columns of `by`, frequency (repeat occasions: all but the first),
    recency (age at the last occasion; 0 with no repeat), T (age at as_of), monetary (client currency: mean
    of the repeat occasions; null with no repeat).
    Raises TableError if a column is missing, ArgumentError for an unknown unit or measure.
    Source: Fader, Hardie & Lee 2005; the Python package lifetimes, with days scaled by the unit, agrees
    (but writes a monetary of 0 where there is no repeat).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = summarize(seven_customer_shop().orders, as_of="2024-06-30").execute()
    >>> table[table["customer_id"] == "C1"].values.tolist()
    [['C1', 3, 126.0, 177.0, 123.0]]
    """
    check(unit=(unit, UNITS), measure=(measure, MEASURES))
    worth = occasions(orders, as_of=as_of)
    if measure == "margin" and "margin" not in worth.columns:
        paid_orders(orders, as_of=as_of, by="margin")  # says what is missing
    spent = worth.net if measure == "revenue" else worth.margin.fill_null(0)
    days = worth.select("customer_id", "day", spent=spent)
    first = days.group_by("customer_id").agg(
        n=days.count(),
        first_day=days.day.min(),
        last_day=days.day.max(),
        total=days.spent.sum(),
        at_first=days.spent.argmin(days.day),
    )
    length = ibis.literal(float(UNITS[unit]))
    table = first.select(
        "customer_id",
        frequency=(first.n - 1).cast("int64"),
        recency=days_between(first.first_day, first.last_day).cast("float64") / length,
        T=days_between(first.first_day, ibis.literal(day(as_of))).cast("float64") / length,
        monetary=(first.n > 1).ifelse(
            (first.total - first.at_first).cast("float64") / (first.n - 1).cast("float64"),
            ibis.null("float64"),
        ),
    )
    return at_start(table, orders, as_of=as_of, groups=column_names(by))


def split(orders, *, as_of, holdout_days: int, unit: str = "day", measure: str = "revenue") -> ir.Table:
    """One row per customer known before the hold-out: the summary up to then, and what came in it. Lazy.

    holdout_days  length of the hold-out, in days: the last ones up to `as_of`

    Returns the columns of `summarize`, then n_holdout (occasions in the hold-out), value_holdout (client
    currency). The other arguments and errors are those of `summarize`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = split(seven_customer_shop().orders, as_of="2024-06-30", holdout_days=60).execute()
    >>> table[["frequency", "n_holdout"]].sum().tolist()
    [5, 2]
    """
    known_to = before(as_of, holdout_days=holdout_days)
    known = summarize(orders, as_of=known_to, unit=unit, measure=measure)
    worth = occasions(orders, as_of=as_of)
    late = worth.filter(worth.day > ibis.literal(known_to))
    spent = late["net" if measure == "revenue" else "margin"].cast("float64")
    after = late.group_by(after_id=late.customer_id).agg(n_holdout=late.count(), value_holdout=spent.sum())
    both = known.left_join(after, known.customer_id == after.after_id)
    return both.select(
        *known.columns,
        n_holdout=both.n_holdout.fill_null(0).cast("int64"),
        value_holdout=both.value_holdout.fill_null(0.0),
    )


def before(as_of, *, holdout_days: int) -> date:
    """The last day before a hold-out. Raises ArgumentError for one of no day."""
    if holdout_days < 1:
        raise ArgumentError(
            "a hold-out needs a day or more.", found=repr(holdout_days), fix="write holdout_days=90."
        )
    return day(as_of) - timedelta(days=holdout_days)


def check(**choices) -> None:
    """Raises ArgumentError for a value that is not among those allowed."""
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise ArgumentError(
                f"this {name} does not exist.", found=repr(value), fix=f"use one of {list(allowed)}."
            )
