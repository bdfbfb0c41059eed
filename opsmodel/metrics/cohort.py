"""Cohorts: customers by the period of their first order day, followed as they grow older."""

from collections.abc import Sequence
from datetime import timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.metrics.ageing import PERIODS, active, cells
from opsmodel.metrics.occasions import Paid, paid_orders, values
from opsmodel.metrics.starts import returns, starts, with_start

MODES = ("on", "on_or_after", "by")
MEASURES = ("customers", "revenue", "margin", "orders", "occasions")


def retention(
    orders,
    *,
    as_of,
    period: str = "month",
    mode: str = "on",
    measure: str = "customers",
    calendar: bool = False,
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per cohort and age: how many of a cohort bought at that age, or what they spent.

    A cohort is the customers whose first valid order day falls in one calendar period. Its members grow
    older day by day: age = floor((day − first day) / L), with L = 1, 7, 30, 91 or 365 days for day,
    week, month, quarter or year. A cell can be seen once every member has lived through all of it;
    until then it is NaN. 0 means that it was seen and nothing happened. A margin is NaN also where there
    were orders and no one knows the margin of any; an order without one beside others brings none.

    orders    one row per order: customer_id, ordered_at, amount (refund_amount, margin if there)
    as_of     last day observed, inclusive
    period    day, week (from Monday), month, quarter or year
    mode      on: bought at that age; on_or_after: at that age or later, as far as `as_of` shows; by: bought
              again, on a day after the first, up to the end of that age (cumulative repurchase).
              The three do not compare with each other.
    measure   customers; revenue (net of refunds), margin, orders (paid orders) or occasions (order days)
    calendar  age counts calendar periods instead; only to agree with a finance report
    by        column or columns of orders, taken from the first paid order
    scope     any, home or branch; see `occasions.paid_orders`

    Returns the columns of `by`, then cohort (first day of the period), age, n_customers (size of the
    initial cohort), value (the measure; client currency for revenue and margin), rate (value ÷
    n_customers: a share for customers, per initial customer otherwise). Every age the oldest customer
    has reached is listed for every cohort.
    Raises TableError if a column is missing, ArgumentError for an unknown period, mode or measure.
    Source: Mixpanel's retention documentation for on, on or after, and rolling or calendar ages. Other tools
    let a cell in while it is still filling up, or count calendar months.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = retention(seven_customer_shop().orders, as_of="2024-06-30")
    >>> table[table["cohort"] == "2024-01-01"]["rate"].tolist()
    [1.0, 1.0, 0.0, 0.0, 0.5, nan]
    """
    _check(period=(period, PERIODS), mode=(mode, MODES), measure=(measure, MEASURES))
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    if measure == "customers" and mode == "on":
        found = active(paid, period=period, calendar=calendar, as_of=day(as_of))
    elif measure == "customers":
        first, seen = _last_seen(paid, mode)
        found = cells(first, seen, seen.count(), by=paid.by, period=period, calendar=calendar)
    else:
        first = starts(paid)
        worth = values(orders, paid, as_of=as_of, measure=measure, scope=scope)
        worth = with_start(worth, first, unit=paid.unit)
        if mode == "by":
            worth = worth.filter(worth.day > worth.first_day)
        found = cells(first, worth, worth.value.sum(), by=paid.by, period=period, calendar=calendar)
    return _complete(found, paid.by, as_of=day(as_of), period=period, mode=mode, calendar=calendar)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per age: all cohorts together that have lived through it, each weighing by its size.

    table  the result of `retention`

    Returns the columns of `by`, then age, n_cohorts, n_customers (of these cohorts, at their start),
    value, rate (value ÷ n_customers; NaN if no cohort is old enough).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = retention(seven_customer_shop().orders, as_of="2024-06-30")
    >>> summary(table).head(2)[["n_customers", "value", "rate"]].round(3).values.tolist()
    [[7.0, 7.0, 1.0], [6.0, 2.0, 0.333]]
    """
    keys = [*table.columns[: list(table.columns).index("cohort")], "age"]
    seen = table["value"].notna()
    parts = table.assign(
        n_cohorts=seen.astype(int), n_customers=table["n_customers"].where(seen, 0), value=table["value"]
    )
    result = parts.groupby(keys, dropna=False, as_index=False)[["n_cohorts", "n_customers", "value"]].sum()
    result["value"] = result["value"].where(result["n_cohorts"] > 0)
    return result.assign(rate=result["value"] / result["n_customers"].where(result["n_cohorts"] > 0))


def _check(**choices) -> None:
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise ArgumentError(
                f"this {name} does not exist.", found=repr(value), fix=f"use one of {list(allowed)}."
            )


def _last_seen(paid: Paid, mode: str) -> tuple[ir.Table, ir.Table]:
    """Customers, and the one day of each that decides: of the return, or the last one."""
    if mode == "by":
        first = returns(paid)
        return first, first.mutate(day=first.second_day).filter(first.second_day.notnull())
    first = starts(paid)
    last = paid.rows.group_by(paid.unit).agg(day=paid.rows.day.max())
    return first, with_start(last, first, unit=paid.unit)


def _complete(found: pd.DataFrame, groups: list[str], *, as_of, period, mode, calendar) -> pd.DataFrame:
    """Every age for every cohort, summed up as the mode says, NaN where it could not be seen."""
    columns = [*groups, "cohort", "age", "n_customers", "value", "rate"]
    dates = ["cohort", "oldest", "youngest"]
    found = found.assign(**{c: pd.to_datetime(found[c]).astype("datetime64[us]") for c in dates})
    is_size = found["age"] < 0
    sizes = found[is_size].drop(columns="age").rename(columns={"value": "n_customers"})
    if sizes.empty:
        return sizes.assign(age=0, value=0.0, rate=0.0)[columns].astype(
            {"n_customers": "int64", "age": "int64"}
        )
    sizes = sizes.astype({"n_customers": "int64"})
    reached = sizes.assign(last=_reached(sizes, as_of, period, calendar))
    if groups:
        reached["last"] = reached.groupby(groups, dropna=False)["last"].transform("max")
    else:
        reached["last"] = reached["last"].max()
    grid = reached.loc[reached.index.repeat(reached["last"] + 1)]
    grid = grid.assign(age=grid.groupby(level=0).cumcount()).drop(columns="last")
    known = found.loc[~is_size, [*groups, "cohort", "age", "value"]]
    table = grid.merge(known, on=[*groups, "cohort", "age"], how="left", indicator="bought")
    table = table.sort_values([*groups, "cohort", "age"], ignore_index=True)
    value = table["value"].mask(table["bought"] == "left_only", 0.0)  # bought, but at an unknown margin: NaN
    cohort = table.groupby([*groups, "cohort"], dropna=False, sort=False).ngroup()
    if mode == "by":
        value = value.groupby(cohort).cumsum(skipna=False)
    elif mode == "on_or_after":
        value = value[::-1].groupby(cohort[::-1]).cumsum(skipna=False)[::-1]
    table["value"] = value.where(_lived_through(table, as_of, period, calendar))
    return table.assign(rate=table["value"] / table["n_customers"])[columns]


def _reached(sizes: pd.DataFrame, as_of, period: str, calendar: bool) -> pd.Series:
    """The age that each cohort's oldest member is in on the last day."""
    code, length = PERIODS[period]
    if calendar:
        now = pd.Timestamp(as_of).to_period(code).ordinal
        return pd.Series(now - _ordinal(sizes["cohort"], code), index=sizes.index)
    return (pd.Timestamp(as_of) - sizes["oldest"]).dt.days // length


def _lived_through(table: pd.DataFrame, as_of, period: str, calendar: bool) -> np.ndarray:
    code, length = PERIODS[period]
    if calendar:
        over = (pd.Timestamp(as_of) + timedelta(days=1)).to_period(code).ordinal
        return _ordinal(table["cohort"], code) + table["age"].to_numpy() < over
    end = table["youngest"] + pd.to_timedelta((table["age"] + 1) * length - 1, unit="D")
    return (end <= pd.Timestamp(as_of)).to_numpy()


def _ordinal(dates: pd.Series, code: str) -> np.ndarray:
    return pd.PeriodIndex(dates, freq=code).asi8
