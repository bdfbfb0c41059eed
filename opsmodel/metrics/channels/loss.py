"""Contacts lost: how many are still there after so many days."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.channels.adds import adds, losses_recorded
from opsmodel.metrics.counting import tally
from opsmodel.metrics.scope import last_day
from opsmodel.metrics.survival import at, kaplan_meier

KEPT = ["kept_rate", "kept_rate_low", "kept_rate_high"]


def loss(
    client, *, as_of=None, by: str | Sequence[str] | None = "channel", level: str = "person", since=None
) -> pd.DataFrame:
    """One row per group and day of being a contact: the share still a contact after it, by Kaplan–Meier.

    Everybody counts for as long as there was to see. Day 1 is the first 24 hours. The rate after day 7
    is the retained rate once all adds are 7 days old.

    client  a client or store, or anything with customers (customer_id, joined_at, left_at)
    as_of   last day observed, inclusive; default: the client's
    by      column or columns of customers: channel, code_id, staff_id, store_id
    level   person: lost when the last contact is gone; edge: each contact of each member of staff,
            from the events joined and left with their staff
    since   first day of joining that counts

    Returns the columns of `by`, then days, at_risk (still contacts when the day begins), n_lost (lost on
    that day), kept_rate, kept_rate_low, kept_rate_high (95 %, Greenwood on the log(−log) scale; NaN while
    nobody or everybody is lost). No row if nobody of the chain is known to have left.
    Raises TableError if a column is missing, ArgumentError for another level.
    Source: Kaplan & Meier 1958.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = loss(seven_customer_shop(), as_of="2024-06-30", by=None)
    >>> table.loc[table["n_lost"] > 0, ["days", "at_risk", "n_lost", "kept_rate"]].round(3).values.tolist()
    [[4.0, 7.0, 1.0, 0.857]]
    """
    columns, end = column_names(by), last_day(client, as_of)
    curves = curve(client, as_of=end, by=columns, level=level, since=since)
    kept = {"kept_rate": "survival", "kept_rate_low": "survival_low", "kept_rate_high": "survival_high"}
    table = curves.assign(**{name: curves[column] for name, column in kept.items()})
    return table.rename(columns={"events": "n_lost"})[[*columns, "days", "at_risk", "n_lost", *KEPT]]


def curve(client, *, as_of, by: Sequence[str], level: str = "person", since=None) -> pd.DataFrame:
    """The curves of `survival.kaplan_meier` of being lost; empty if losses are not recorded."""
    rows = adds(client, as_of=as_of, by=by, level=level, since=since)
    lost = rows.lost_day.notnull()
    counted = tally(rows, by, days=ibis.coalesce(rows.lost_day, rows.age_days), lost=lost)
    if level == "person" and not losses_recorded(client):
        counted = counted.head(0)
    gone = counted["lost"].astype(bool)
    waits = counted.assign(events=counted["n"].where(gone, 0), censored=counted["n"].where(~gone, 0))
    return kaplan_meier(waits, by=list(by) or None)


def kept_after(curves: pd.DataFrame, by: Sequence[str], days: Sequence[int]) -> pd.DataFrame:
    """One row per curve: the share still a contact after each of `days`, kept_<days>_rate with its bounds."""
    parts = curves.groupby(list(by), dropna=False, sort=True) if by else [((), curves)]
    rows = []
    for key, one in parts:
        row = dict(zip(by, key, strict=True))
        for n in days:
            seen = at(one, n) if len(one) else dict.fromkeys(["failed", "failed_low", "failed_high"], np.nan)
            row[f"kept_{n}_rate"] = 1 - seen["failed"]
            row[f"kept_{n}_rate_low"] = 1 - seen["failed_high"]
            row[f"kept_{n}_rate_high"] = 1 - seen["failed_low"]
        rows.append(row)
    columns = [f"kept_{n}_rate{end}" for n in days for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=[*by, *columns]).astype({name: curves[name].dtype for name in by})
