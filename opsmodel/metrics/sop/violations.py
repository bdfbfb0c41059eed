"""Steps of a procedure done out of order, or with an earlier one left out."""

from collections.abc import Sequence

import ibis
import pandas as pd

from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.sop.ticks import STEP, ordered, source, ticks


def violations(tasks, *, as_of=None, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row per step that has an earlier one: how often it was done before it, or without it.

    The steps of a procedure stand in the order in which they fall due, on average, for the customers; where a
    customer comes to an earlier step again, a new round of the procedure begins. A step is judged once it is
    done: reversed if some earlier step of the round was done after it, skipped if some earlier step of the
    round was never done. Ticks at one moment are in order.

    tasks  one row per task: sop, step, customer_id, due_at, done_at; or a client
    as_of  last day observed, inclusive; a client's own if not given
    by     column or columns of tasks: store_id, staff_id, …

    Returns the columns of `by`, then sop, step, n_done (done steps with an earlier one in the round),
    n_reversed, n_skipped, n_violations (either; a task counts once), violation_rate (÷ n_done) with its
    Wilson bounds. Steps that never have an earlier one have no row. Tasks without a customer are left out.
    Raises TableError if a column is missing.
    Source: own definition; a violation needs both steps of the same customer and round.

    >>> tasks = pd.DataFrame({"sop": "new", "step": ["day 3", "day 7"] * 2, "customer_id": list("aabb"),
    ...                       "due_at": ["2024-05-03", "2024-05-07"] * 2,
    ...                       "done_at": ["2024-05-03", "2024-05-07", "2024-05-08", "2024-05-07"]})
    >>> violations(tasks, as_of="2024-05-31")[["step", "n_done", "n_reversed"]].values.tolist()
    [['day 7', 2, 1]]
    """
    tasks, end = source(tasks, as_of)
    groups = column_names(by)
    keys = [*dict.fromkeys([*groups, *STEP])]
    require(tasks, "tasks", [*keys, "customer_id"])
    rows = ticks(tasks, as_of=end, carry=[*keys, "customer_id"])
    rows = rows.filter(rows.is_due & rows.customer_id.notnull())
    path = [*dict.fromkeys([*groups, "sop", "customer_id"])]
    whole = ibis.window(group_by=path)
    rows = rows.mutate(after=rows.due_at.epoch_seconds() - rows.due_at.min().over(whole).epoch_seconds())
    rows = rows.mutate(place=rows.after.mean().over(ibis.window(group_by=keys)))
    in_order = ["due_at", "place", "done_at"]
    walk = ibis.window(group_by=path, order_by=in_order)
    rows = rows.mutate(begins=(rows.place <= rows.place.lag().over(walk)).fill_null(True))
    so_far = ibis.window(group_by=path, order_by=in_order, preceding=None, following=0)
    rows = rows.mutate(round=rows.begins.cast("int64").sum().over(so_far))
    before = ibis.window(group_by=[*path, "round"], order_by=in_order, preceding=(None, 1), following=None)
    rows = rows.mutate(
        n_before=rows.due_at.count().over(before),
        done_before=rows.done_at.count().over(before),
        last_before=rows.done_at.max().over(before),
    )
    judged = rows.filter(rows.done_at.notnull() & (rows.n_before > 0))
    late = (judged.last_before > judged.done_at).fill_null(False)
    left_out = judged.done_before < judged.n_before
    table = judged.group_by(keys).agg(
        n_done=judged.count(),
        n_reversed=late.sum().fill_null(0).cast("int64"),
        n_skipped=left_out.sum().fill_null(0).cast("int64"),
        n_violations=(late | left_out).sum().fill_null(0).cast("int64"),
    )
    return with_rate(ordered(table.to_pandas(), keys), "violation_rate", "n_violations", "n_done")
