"""Many tasks ticked off in one minute: ticks that say little about what was done."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.sop.ticks import ordered, source, ticks

MANY, SECONDS = 10, 60


def bulk(
    tasks,
    *,
    as_of=None,
    at_least: int = MANY,
    seconds: float = SECONDS,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per member of staff: how many ticks fell into bursts, many of them within a minute.

    A burst may be an honest evening of catching up on paper; it says when the ticking was done, not whether
    the work was. It is to be asked about, not a verdict. A tick at midnight sharp is a date without a time
    of day, and in no burst. Where tasks name their store, staff of two stores are two persons, for many
    chains number their staff store by store.

    tasks     one row per task: staff_id, due_at, done_at; or a client
    as_of     last day observed, inclusive; a client's own if not given
    at_least  so many ticks of one person …
    seconds   … within so many seconds are a burst
    by        further columns of tasks: store_id

    Returns the columns of `by`, then staff_id, n_done (ticks), most_at_once (most of them within
    `seconds`), n_bulk (ticks in bursts), bulk_rate (n_bulk ÷ n_done; NaN with no tick), bulk_rate_low,
    bulk_rate_high, is_bulk (a burst was seen). Tasks without a member of staff are left out.
    Raises TableError if a column is missing, ArgumentError for a burst of fewer than 2.

    >>> tasks = pd.DataFrame({"staff_id": "E1", "due_at": "2024-05-01",
    ...                       "done_at": ["2024-05-31 20:58:01"] * 3 + ["2024-05-01 10:00"]})
    >>> bulk(tasks, as_of="2024-05-31", at_least=3)[["n_done", "n_bulk"]].values.tolist()
    [[4, 3]]
    """
    tasks, end = source(tasks, as_of)
    keys = [*dict.fromkeys([*column_names(by), "staff_id"])]
    rows = _marked(tasks, end, at_least, seconds, keys)
    rows = rows.filter(rows.staff_id.notnull())
    table = rows.group_by(keys).agg(
        n_done=rows.ticked_at.count(),
        most_at_once=rows.at_once.max().fill_null(0).cast("int64"),
        n_bulk=rows.is_bulk.sum().fill_null(0).cast("int64"),
    )
    table = ordered(table.to_pandas(), keys)
    table = with_rate(table, "bulk_rate", "n_bulk", "n_done")
    return table.assign(is_bulk=table["n_bulk"] > 0)


def credible(tasks, *, as_of=None, at_least: int = MANY, seconds: float = SECONDS) -> ir.Table:
    """The tasks without those ticked in a burst: whether these were done cannot be seen. Lazy.

    Arguments and errors are those of `bulk`; every column of tasks is kept.

    >>> tasks = pd.DataFrame({"staff_id": "E1", "due_at": "2024-05-01",
    ...                       "done_at": ["2024-05-31 20:58:01"] * 3 + ["2024-05-01 10:00"]})
    >>> credible(tasks, as_of="2024-05-31", at_least=3).count().execute()
    1
    """
    tasks, end = source(tasks, as_of)
    columns = require(tasks, "tasks", ["staff_id", "due_at", "done_at"]).columns
    rows = _marked(tasks, end, at_least, seconds, columns)
    return rows.filter(~rows.is_bulk).select(columns)


def _marked(tasks, as_of, at_least: int, seconds: float, columns: Sequence[str]) -> ir.Table:
    """Every task with ticked_at, at_once (most ticks of the person in a burst that holds it) and is_bulk."""
    if at_least < 2 or seconds <= 0:
        raise ArgumentError(
            "this burst would be every tick.",
            found=f"at_least={at_least}, seconds={seconds}",
            fix="write at_least=10, seconds=60.",
        )
    rows = require(tasks, "tasks", ["staff_id", "due_at", "done_at"])
    person = [name for name in ("store_id", "staff_id") if name in rows.columns]
    keep = [*dict.fromkeys([*columns, *person, "due_at", "done_at"])]
    rows = rows.select(keep)
    seen = ticks(rows.mutate(ticked_at=rows.done_at), as_of=as_of, carry=[*keep, "ticked_at"])
    seen = seen.mutate(done_at=seen.ticked_at)
    seen = seen.mutate(ticked_at=seen.delay_minutes.isnull().ifelse(ibis.null("timestamp"), seen.done_at))
    timed = (seen.ticked_at != seen.ticked_at.truncate("D")).fill_null(False)
    seen = seen.mutate(second=seen.ticked_at.epoch_seconds(), is_timed=timed)
    one = [*person, "is_timed"]
    ahead = ibis.window(group_by=one, order_by="second", range=(0, int(seconds)))
    seen = seen.mutate(ahead=seen.ticked_at.count().over(ahead))
    behind = ibis.window(group_by=one, order_by="second", range=(-int(seconds), 0))
    seen = seen.mutate(at_once=seen.ahead.max().over(behind))
    at_once = (seen.is_timed & seen.staff_id.notnull()).ifelse(seen.at_once, 0)
    return seen.mutate(at_once=at_once, is_bulk=at_once >= at_least).select(
        *keep, "ticked_at", "at_once", "is_bulk"
    )
