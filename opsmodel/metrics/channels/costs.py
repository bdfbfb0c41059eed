"""What was spent on adds, up to the day on which the youngest add that counts joined."""

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.absent import holds
from opsmodel.metrics.channels import source

BOOKINGS = ("day", "month")
GROUPS = ("channel", "code_id", "store_id", "home_store_id")


def costs(
    shop, *, by: Sequence[str], until: Mapping[str, date], booked: str = "day", since: date | None = None
) -> pd.DataFrame | None:
    """One row per group: what was spent up to each day asked for, currency; None if it cannot be told.

    until   column of the result -> last day whose cost counts, inclusive
    booked  day: a row of spend is the cost of that day; month: of the calendar month it lies in, spread
            evenly over its days
    since   first day whose cost counts; None for all

    Cost is booked by channel, code and store, never by staff: grouped by staff it cannot be told, nor
    without a table spend.
    Raises ArgumentError for another way of booking, TableError if a column is missing.
    """
    if booked not in BOOKINGS:
        raise ArgumentError("cost is not booked that way.", found=repr(booked), fix=f"use one of {BOOKINGS}.")
    if not holds(shop, "spend") or any(column not in GROUPS for column in by):
        return None
    spend = source.table(shop, "spend")
    if "home_store_id" in by:
        spend = spend.mutate(home_store_id=spend.store_id)
    spend = require(spend, "spend", ["spent_on", "amount", *by])
    spent_on = spend.spent_on.cast("date")
    amount = spend.amount.cast("float64")
    sums = {
        column: (amount * _covered(spent_on, last, since, booked)).sum().fill_null(0.0)
        for column, last in until.items()
    }
    return spend.group_by(list(by)).agg(**sums).to_pandas() if by else spend.agg(**sums).to_pandas()


def matched(table: pd.DataFrame, spent: pd.DataFrame | None, by: Sequence[str], columns) -> pd.DataFrame:
    """The table with its groups' costs; a group nothing was booked for cost 0, an unknown cost is NaN."""
    if spent is None or not by:
        known = {name: np.nan if spent is None else spent[name].iloc[0] for name in columns}
        return table.join(pd.DataFrame(known, index=table.index))
    return table.merge(spent, on=list(by), how="outer").fillna(dict.fromkeys(columns, 0.0))


def _covered(spent_on: ir.Value, last: date, since: date | None, booked: str) -> ir.Value:
    """The part of a row's days, 0 to 1, that lies from `since` to `last`."""
    if booked == "day":
        inside = spent_on <= ibis.literal(last)
        return (inside if since is None else inside & (spent_on >= ibis.literal(since))).ifelse(1.0, 0.0)
    start = spent_on.truncate("M")
    after = start + ibis.interval(months=1)
    from_day = start if since is None else ibis.greatest(start, ibis.literal(since))
    to_day = ibis.least(after, ibis.literal(last) + ibis.interval(days=1))
    whole = after.cast("date").delta(start.cast("date"), unit="day").cast("float64")
    part = to_day.cast("date").delta(from_day.cast("date"), unit="day").cast("float64")
    return ibis.greatest(part, 0.0) / whole
