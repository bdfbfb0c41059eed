"""Tasks as they stood at the end of a day: which were due, and whether and when they were ticked off."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.contract import day, require
from opsmodel.metrics.absent import sent

STEP = ("sop", "step")


def source(tasks, as_of) -> tuple[ir.Table, date]:
    """The table of tasks and the last day observed, of a table or of a client; a client may have no tasks."""
    if isinstance(tasks, ir.Table | pd.DataFrame):
        if as_of is None:
            raise ArgumentError("as_of is missing.", found="None", fix='write as_of="2025-06-30".')
        return require(tasks, "tasks", []), day(as_of)
    if not hasattr(tasks, "has"):
        raise TableError(
            "tasks is neither a table nor a client.", found=type(tasks).__name__, fix="pass a DataFrame."
        )
    return require(sent(tasks, "tasks"), "tasks", []), day(as_of or tasks.as_of)


def ticks(tasks, *, as_of, grace: float = 0, carry: Sequence[str] = ()) -> ir.Table:
    """One row per task, as seen at midnight after `as_of`. Lazy.

    A due time of midnight is a due date: the whole day counts. Ticks after `as_of` are not seen yet.

    tasks  one row per task: due_at, done_at
    as_of  last day observed, inclusive
    grace  days after the due time in which a task still counts as on time; part of a day is allowed
    carry  further columns of tasks

    Returns an Ibis table: `carry`, due_at, done_at (null if not done by then), is_due (due, and the grace
    over, by then), is_on_time, delay_minutes (from due to done; 0 if done before; null if not done),
    waited_minutes (from due to the end of observation).
    Raises TableError if a column is missing, ArgumentError for a negative grace.
    """
    if isinstance(grace, bool) or not grace >= 0:
        raise ArgumentError(
            "grace is a number of days, 0 or more.", found=repr(grace), fix="write grace=1 for one day."
        )
    rows = require(tasks, "tasks", ["due_at", "done_at", *carry])
    rows = rows.filter(rows.due_at.notnull())
    rows = rows.select(*dict.fromkeys([*carry, "due_at", "done_at"]))
    end = ibis.timestamp((day(as_of) + timedelta(days=1)).isoformat())
    done = (rows.done_at < end).ifelse(rows.done_at, ibis.null("timestamp"))
    due_date = rows.due_at == rows.due_at.truncate("D")
    # against a due date, a tick counts by its day alone
    done = due_date.ifelse(done.truncate("D"), done)
    last = rows.due_at + ibis.interval(minutes=round(grace * 1440))
    delay = ibis.greatest(_minutes(done, rows.due_at), 0)
    return rows.mutate(
        done_at=done,
        is_due=last < end,
        is_on_time=(done <= last).fill_null(False),
        delay_minutes=done.isnull().ifelse(ibis.null("int64"), delay),
        waited_minutes=_minutes(end, rows.due_at),
    )


def _minutes(later: ir.Value, earlier: ir.Value) -> ir.Value:
    return ((later.epoch_seconds() - earlier.epoch_seconds()) / 60).floor().cast("int64")


def grain(tasks, per: str) -> list[str]:
    """The columns of tasks that make a row of the result: per step, per procedure, or all together.

    A table without sop or step is one procedure of one step.
    """
    wanted = {"step": STEP, "sop": STEP[:1], "all": ()}
    if per not in wanted:
        raise ArgumentError("this grain does not exist.", found=repr(per), fix=f"use one of {list(wanted)}.")
    return [column for column in wanted[per] if column in require(tasks, "tasks", []).columns]


def ordered(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    return table.sort_values(list(keys), ignore_index=True) if keys else table.reset_index(drop=True)
