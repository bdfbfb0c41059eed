"""What was spent on adds, up to the day on which the youngest add that counts joined."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.absent import holds
from opsmodel.metrics.channels import source
from opsmodel.metrics.occasions import cents

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
    start = spend.spent_on.cast("date")
    start = start.truncate("M") if booked == "month" else start
    blocks = spend.group_by([*by, start.name("start")]).agg(amount=cents(spend.amount).sum()).to_pandas()
    groups = blocks[list(by)].drop_duplicates(ignore_index=True) if by else pd.DataFrame(index=[0])
    place = blocks.merge(groups.reset_index(names="place"), on=list(by))["place"] if by else 0
    known = blocks.assign(place=place).dropna(subset=["start", "amount"])
    spent = {name: _covered(known, last, since, booked, len(groups)) for name, last in until.items()}
    return groups.join(pd.DataFrame(spent, index=groups.index))


def matched(table: pd.DataFrame, spent: pd.DataFrame | None, by: Sequence[str], columns) -> pd.DataFrame:
    """The table with its groups' costs; a group nothing was booked for cost 0, an unknown cost is NaN."""
    if spent is None or not by:
        known = {name: np.nan if spent is None else spent[name].iloc[0] for name in columns}
        return table.join(pd.DataFrame(known, index=table.index))
    return table.merge(spent, on=list(by), how="outer").fillna(dict.fromkeys(columns, 0.0))


def _covered(blocks: pd.DataFrame, last: date, since: date | None, booked: str, n_groups: int) -> np.ndarray:
    """What each group spent from `since` to `last`: of every block the part of its days in between.

    blocks  one row per group (its place) and day, or first of a month: start, amount
    """
    start = blocks["start"].to_numpy("datetime64[D]")
    length = pd.DatetimeIndex(start).days_in_month.to_numpy() if booked == "month" else 1
    begin = start if since is None else np.maximum(start, np.datetime64(since))
    days = (np.minimum(start + length, np.datetime64(last) + 1) - begin).astype("int64")
    part = np.clip(days, 0, None) / length
    return np.bincount(blocks["place"], blocks["amount"].to_numpy(float) * part, n_groups)
