"""Whether what was due was done, and how long it took."""

from collections.abc import Sequence

import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.counting import tally, totals, with_rate
from opsmodel.metrics.sop.bulk import credible
from opsmodel.metrics.sop.ticks import grain, source, ticks
from opsmodel.metrics.survival import kaplan_meier, quantiles

A_DAY = 1440  # minutes


def adherence(
    tasks, *, as_of=None, by: str | Sequence[str] | None = None, grace: float = 0, per: str = "step"
) -> pd.DataFrame:
    """One row per step of a procedure: of the tasks due by `as_of`, the share done on time.

    Tasks due later are pending and in no base, done or not. A due time of midnight is a due date.

    tasks  one row per task: due_at, done_at; sop, step where they are known; or a client
    as_of  last day observed, inclusive; a client's own if not given
    by     column or columns of tasks: store_id, staff_id, …
    grace  days after the due time in which a task still counts as on time
    per    step: a row per sop and step; sop: per procedure; all: one row

    Returns the columns of `by`, then sop, step (as `per` says), n_due, n_on_time, n_late (done after the
    time), n_never (not done by `as_of`), n_pending, adherence (n_on_time ÷ n_due; NaN if nothing was due)
    with adherence_low, adherence_high (Wilson, 95 %), done_rate (on time or late ÷ n_due),
    median_delay_days and p80_delay_days: the days from due to done by which half, and four fifths, of the
    tasks due were done (Kaplan–Meier: tasks not done yet wait on; 0 if by the due time; NaN if so many
    were never done).
    Raises TableError if a column is missing, ArgumentError for a negative grace or another grain.
    Source: standard definition; the delay after Kaplan & Meier 1958.

    >>> tasks = pd.DataFrame({"sop": "call", "step": "ring", "due_at": ["2024-05-01 20:00"] * 4,
    ...                       "done_at": ["2024-05-01 18:00", "2024-05-01 19:00", "2024-05-03 20:00", None]})
    >>> adherence(tasks, as_of="2024-05-31")[["n_due", "n_on_time", "n_late", "n_never"]].values.tolist()
    [[4, 2, 1, 1]]
    """
    tasks, end = source(tasks, as_of)
    keys = [*dict.fromkeys([*column_names(by), *grain(tasks, per)])]
    rows = ticks(tasks, as_of=end, grace=grace, carry=keys)
    counted = tally(
        rows, keys, is_due=rows.is_due, is_on_time=rows.is_on_time, delay=rows.delay_minutes,
        waited=rows.delay_minutes.isnull().ifelse(rows.waited_minutes, 0),
    )  # fmt: skip
    due, on_time = counted["is_due"].astype(bool), counted["is_on_time"].astype(bool)
    done = counted["delay"].notna()
    table = totals(
        counted, keys, n_due=due, n_on_time=due & on_time, n_late=due & done & ~on_time,
        n_never=due & ~done, n_pending=~due,
    )  # fmt: skip
    table = with_rate(table, "adherence", "n_on_time", "n_due")
    done_rate = (table["n_on_time"] + table["n_late"]) / table["n_due"].where(table["n_due"] > 0)
    return _with_delays(table.assign(done_rate=done_rate), counted[due], keys)


def credible_adherence(
    client, *, as_of=None, by: str | Sequence[str] | None = None, grace: float = 0, per: str = "step"
) -> pd.DataFrame:
    """`adherence` as all pages tell it: ticks in bursts (see `bulk`) are left out, done or not is unknown.

    client  a client or store, with tasks; the other arguments, columns and errors are those of `adherence`

    >>> credible_adherence(open_client("demo").store("S002"), per="all")  # doctest: +SKIP
    """
    tasks, end = source(client, as_of)
    return adherence(credible(tasks, as_of=end), as_of=end, by=by, grace=grace, per=per)


def _with_delays(table: pd.DataFrame, due: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    done = due["delay"].notna()
    waits = due[keys].assign(
        days=due["delay"].where(done, due["waited"]).astype(float) / A_DAY,
        events=due["n"].where(done, 0),
        censored=due["n"].where(~done, 0),
    )
    shares = {"median_delay_days": 0.5, "p80_delay_days": 0.8}
    if waits.empty:
        return table.assign(**dict.fromkeys(shares, float("nan")))
    delays = quantiles(kaplan_meier(waits, by=keys or None), by=keys or None, **shares)
    return table.merge(delays, on=keys, how="left") if keys else table.join(delays)
