"""Whether doing a step works: customers served beside customers not served, of the same store and week."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.metrics.sop.contrast import interval, within
from opsmodel.metrics.sop.ticks import grain, ordered, ticks

PAST = 3  # windows before the due day that make the lead
STRATUM = ["store_id", "same"]
SAME = {"week": "W", "month": "M"}
COLUMNS = [
    *("n_served", "n_unserved", "served_rate", "unserved_rate", "effect", "effect_low", "effect_high"),
    *("lead", "lead_low", "lead_high", "beyond_lead", "beyond_lead_low", "beyond_lead_high"),
    *("is_lead_tested", "is_confounded"),
]


def effects(
    tasks,
    orders,
    *,
    as_of,
    within_days: int = 30,
    lead_gap: int = 7,
    grace: int = 0,
    same: str = "week",
    by: str | Sequence[str] | None = None,
    per: str = "step",
) -> pd.DataFrame:
    """One row per step: how many more of those served on time order within N days than of the others due.

    Compared are customers for whom the step was due in the same store and the same week. Served means on
    time, as far as `grace` reaches. The outcome is a purchase occasion in the N days after the due day and
    the grace; who came back during the grace is on neither side, or coming back would decide who counts as
    served. What is done later still is not served, so the contrast errs on the low side. A task counts once
    its N days lie before the end of `as_of`.

    The lead is the same contrast on the past: the share of three windows of N days, ending `lead_gap` days
    before the due day, with a purchase. Service to come cannot change it; where it differs, other customers
    are served than not (better ones, or neglected ones), and the effect is confounded. Where nobody's past
    differs, there is nothing to test (is_lead_tested is false).

    tasks        one row per task: store_id, customer_id, due_at, done_at; sop, step where they are known
    orders       one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive
    within_days  N
    lead_gap     days before the due day left to tasks that are done early
    grace        whole days after the due day in which a task still counts as on time
    same         week or month: what is compared with what, beside the store; a month finds more to compare in
                 a small chain, and lets more of a season through
    by           column or columns of tasks
    per          step, sop or all, as in `adherence`

    Returns the columns of `by`, then sop, step, n_served, n_unserved (tasks with somebody of the other side
    in store and week), served_rate, unserved_rate (share with an order within N days, stores and weeks
    weighing alike on both sides), effect (their difference), lead, beyond_lead (effect less lead), each with
    its 95 % interval (clustered by customer), is_lead_tested, is_confounded (the lead's interval excludes
    0). NaN where no store and week has both sides.
    Raises TableError if a column is missing, ArgumentError for windows that are not whole days.
    Source: within-stratum contrast of Mantel & Haenszel 1959; lead test after Granger's reasoning, as used
    in event studies (Angrist & Pischke 2009, ch. 5).

    >>> tasks = pd.DataFrame({"store_id": "S1", "customer_id": list("abcd"), "due_at": "2024-05-06",
    ...                       "done_at": ["2024-05-06", "2024-05-06", None, None]})
    >>> orders = pd.DataFrame({"customer_id": ["a"], "ordered_at": ["2024-05-08"], "amount": [9.9]})
    >>> effects(tasks, orders, as_of="2024-06-30")[["n_served", "n_unserved", "effect"]].values.tolist()
    [[2.0, 2.0, 0.5]]
    """
    keys = [*dict.fromkeys([*column_names(by), *grain(tasks, per)])]
    windows = _windows(within_days, lead_gap, grace, same)
    rows = _outcomes(tasks, orders, as_of, windows, keys)
    groups = rows.groupby(keys, dropna=False, sort=True) if keys else [((), rows)]
    table = pd.DataFrame(
        [dict(zip(keys, group, strict=True)) | _compared(part) for group, part in groups],
        columns=[*keys, *COLUMNS],
    )
    return ordered(table.astype(rows[keys].dtypes), keys)


class Windows(NamedTuple):
    """Days of the outcome, before the due day left out of the lead, of grace, and the unit of the stratum."""

    n: int
    gap: int
    grace: int
    same: str


def _windows(within_days, lead_gap, grace, same: str) -> Windows:
    for name, days, least in (
        ("within_days", within_days, 1),
        ("lead_gap", lead_gap, 0),
        ("grace", grace, 0),
    ):
        if isinstance(days, bool) or int(days) != days or days < least:
            raise ArgumentError(
                f"{name} is a whole number of days, {least} or more.",
                found=repr(days), fix="write within_days=30, lead_gap=7, grace=0.",
            )  # fmt: skip
    if same not in SAME:
        raise ArgumentError("this stratum does not exist.", found=repr(same), fix=f"use one of {list(SAME)}.")
    return Windows(int(within_days), int(lead_gap), int(grace), SAME[same])


def _compared(rows: pd.DataFrame) -> dict[str, object]:
    effect, lead, beyond = (
        within(rows, name, strata=STRATUM, served="is_served", unit="customer_id")
        for name in ("back", "before", "beyond")
    )
    usual = rows["before"].mode()
    tested = bool(lead["se"] > 0) and int((rows["before"] != usual.iloc[0]).sum()) >= SMALLEST_BASE
    bounds = interval(lead, "lead")
    return {
        "n_served": effect["n_served"],
        "n_unserved": effect["n_unserved"],
        "served_rate": effect["served"],
        "unserved_rate": effect["unserved"],
        **interval(effect, "effect"),
        **bounds,
        **interval(beyond, "beyond_lead"),
        "is_lead_tested": tested,
        "is_confounded": tested and (bounds["lead_low"] > 0 or bounds["lead_high"] < 0),
    }


def _outcomes(tasks, orders, as_of, windows: Windows, keys: list[str]) -> pd.DataFrame:
    """One row per task whose window is over: keys, store, same, customer, is_served, back, before, beyond."""
    n, gap, grace, same = windows
    carry = [*dict.fromkeys([*keys, "store_id", "customer_id"])]
    require(tasks, "tasks", carry)
    rows = ticks(tasks, as_of=as_of, grace=grace, carry=carry)
    over = rows.due_at < ibis.timestamp((day(as_of) - timedelta(days=n + grace - 1)).isoformat())
    rows = rows.filter(rows.is_due & over & rows.customer_id.notnull())
    rows = rows.select(
        *carry, "due_at", due_day=rows.due_at.date(), same=rows.due_at.truncate(same).date(),
        is_served=rows.is_on_time,
    ).distinct()  # fmt: skip
    days = occasions(orders, as_of=as_of).select(buyer="customer_id", day="day")
    met = rows.join(days, rows.customer_id == days.buyer)
    met = met.mutate(wait=met.day.delta(met.due_day, unit="day").cast("int64"))
    met = met.filter((met.wait <= grace + n) & (met.wait >= -gap - PAST * n))
    seen = {"back": (met.wait > grace).any(), "early": ((met.wait > 0) & (met.wait <= grace)).any()}
    for window in range(PAST):
        nearest = -gap - window * n
        seen[f"before_{window}"] = ((met.wait < nearest) & (met.wait >= nearest - n)).any()
    found = met.group_by(rows.columns).agg(**seen)
    # who bought nothing near the due day has no row in `found`
    alike = [rows[c].identical_to(found[c]) for c in rows.columns]
    joined = rows.left_join(found, alike).select(*[rows[c] for c in rows.columns], *[found[c] for c in seen])
    table = joined.to_pandas()
    flags = table[list(seen)].astype("boolean").fillna(False).astype(float)
    before = flags.drop(columns=["back", "early"]).mean(axis=1)
    table = table.assign(
        is_served=table["is_served"].astype(bool), back=flags["back"], before=before,
        beyond=flags["back"] - before,
    )  # fmt: skip
    return table[flags["early"] == 0].drop(columns=[*seen.keys() - {"back"}, "due_at", "due_day"])
