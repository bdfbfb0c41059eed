"""What tasks say about the people: who is left out, who ticks in bulk, who is ahead, and what was agreed."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.metrics.sop.words import kpi_name
from opsmodel.wording import _


def bulk_ticking(bulk: pd.DataFrame) -> Finding:
    """Whether somebody ticks many tasks at once, so that the ticks say little about what was done.

    bulk  the table of `sop.bulk` (one store)

    Returns a finding of kind "bulk_ticks", "no_bulk" or "small_base".
    """
    n = int(bulk["n_done"].sum()) if len(bulk) else 0
    if n < SMALLEST_BASE:
        return small_base(n)
    caught = bulk[bulk["is_bulk"]].sort_values("n_bulk", ascending=False)
    if caught.empty:
        claim = _("Nobody ticks many tasks at once.")
        return Finding("no_bulk", "", claim, _most(bulk.iloc[bulk["most_at_once"].argmax()], n), n=n)
    row = caught.iloc[0]
    claim = _(
        "{staff} ticked {k} of {n} tasks in bursts, up to {most} within one minute: what was done is "
        "unknown.",
        staff=", ".join(caught["staff_id"].astype(str)), k=numbers.count(caught["n_bulk"].sum()),
        n=numbers.count(caught["n_done"].sum()), most=numbers.count(row["most_at_once"]),
    )  # fmt: skip
    return Finding(
        "bulk_ticks", "", claim, _most(row, n),
        _(
            "Ask first: perhaps the list is filled in from paper. These tasks are left out of the effects "
            "and scores."
        ),
        _("store manager"), n=n,
    )  # fmt: skip


def _most(row, n: int) -> str:
    return _(
        "{n} ticks of the store; most at once: {most} within one minute, by {staff}.",
        n=numbers.count(n), most=numbers.count(row["most_at_once"]), staff=row["staff_id"],
    )  # fmt: skip


def coverage_gap(coverage: pd.DataFrame) -> Finding:
    """Whether some customers were never given to anybody as a task.

    coverage  the table of `sop.coverage` by staff_id (one store)

    Returns a finding of kind "uncovered" (staff none of whose customers have tasks), "covered" or
    "small_base".
    """
    n = int(coverage["n_should"].sum()) if len(coverage) else 0
    if n < SMALLEST_BASE:
        return small_base(n)
    tasked, served = coverage["n_tasked"].sum(), coverage["n_served"].sum()
    bare = coverage[(coverage["n_tasked"] == 0) & (coverage["n_should"] >= 10)]
    evidence = _(
        "Of {n} contacts who joined and stayed, {tasked} had a task and {served} were served ({share}).",
        n=numbers.count(n), tasked=numbers.count(tasked), served=numbers.count(served),
        share=numbers.percent(served / n),
    )  # fmt: skip
    if bare.empty:
        claim = _("{share} of the new contacts have a task; nobody's customers are left out.",
                  share=numbers.percent(tasked / n))  # fmt: skip
        return Finding("covered", "", claim, evidence, n=n)
    claim = _(
        "New contacts of {staff} ({n}) have no task at all: the procedure does not reach them.",
        n=numbers.count(bare["n_should"].sum()), staff=", ".join(bare["staff_id"].astype(str)),
    )  # fmt: skip
    action = _("Put these customers on the task list, or give them to somebody who is on it.")
    return Finding("uncovered", "", claim, evidence, action, _("store manager"), n=n)


def staff_apart(cards: pd.DataFrame) -> Finding:
    """Whether any of the staff stands apart from the others beyond noise, allowing for their tasks.

    cards  the table of `sop.scorecards` (one store)

    Returns a finding of kind "staff_apart" (the intervals of the best and the last do not overlap),
    "staff_alike" or "small_base" (fewer than two have 30 tasks).
    """
    told = cards[(cards["n_due"] >= SMALLEST_BASE) & cards["shrunken_rate"].notna()]
    if len(told) < 2:
        return small_base(cards["n_due"].min() if len(cards) else 0)
    told = told.sort_values("shrunken_rate", ascending=False)
    best, last = told.iloc[0], told.iloc[-1]
    n = int(told["n_due"].sum())
    values = {
        "best": best["staff_id"], "top": numbers.percent(best["shrunken_rate"]),
        "last": last["staff_id"], "bottom": numbers.percent(last["shrunken_rate"]),
    }  # fmt: skip
    evidence = _(
        "{n} tasks of {people} people, compared with all staff of the chain; the kind of tasks is allowed "
        "for, and whoever has fewer than {least} is not ranked.",
        n=numbers.count(n), people=numbers.count(len(told)), least=SMALLEST_BASE,
    )  # fmt: skip
    if best["shrunken_rate_low"] <= last["shrunken_rate_high"]:
        claim = _("The staff do not differ beyond noise: {best} {top}, {last} {bottom}.", **values)
        return Finding("staff_alike", "", claim, evidence, n=n)
    claim = _("{best} does {top} of the tasks on time, {last} {bottom}, with like tasks.", **values)
    action = _("Let {last} go along with {best} for a day; coach, do not punish.", **{
        "best": values["best"], "last": values["last"]})  # fmt: skip
    return Finding("staff_apart", "", claim, evidence, action, _("store manager"), n=n)


def actions_state(ledger: pd.DataFrame) -> Finding:
    """What became of what was agreed: overdue first, then what moved.

    ledger  the table of `sop.actions` (one store)

    Returns a finding of kind "actions_overdue", "actions_moved", "actions_still" (measured, no more than
    noise), "actions_dropped" (all of them), "actions_waiting" or "no_actions".
    """
    n = len(ledger)
    if not n:
        return Finding("no_actions", "", _("No action is agreed for this store."), "", n=0)
    overdue = ledger[ledger["is_overdue"]]
    moved = ledger[ledger["moved"].isin(["up", "down"])]
    still = ledger[ledger["moved"] == "still"]
    evidence = _(
        "Actions agreed: {n}, of these {done} done, {open} open, {dropped} dropped.",
        n=numbers.count(n), done=numbers.count((ledger["status"] == "done").sum()),
        open=numbers.count((ledger["status"] == "open").sum()),
        dropped=numbers.count((ledger["status"] == "dropped").sum()),
    )  # fmt: skip
    if len(overdue):
        row = overdue.sort_values("due_on").iloc[0]
        claim = _(
            "Overdue: {n} of {agreed} agreed actions; the oldest, {play}, was due on {day}.",
            n=numbers.count(len(overdue)), agreed=numbers.count(n), play=row["play"],
            day=f"{pd.Timestamp(row['due_on']):%Y-%m-%d}",
        )  # fmt: skip
        action = _("Set a new day with {owner}, or drop it and say so.", owner=row["owner"])
        return Finding("actions_overdue", "", claim, evidence, action, str(row["owner"]), n=n)
    for rows, kind in ((moved, "actions_moved"), (still, "actions_still")):
        if len(rows):
            return Finding(kind, "", _moved(rows.iloc[0], kind), f"{evidence} {_beside(rows.iloc[0])}", n=n)
    if bool((ledger["status"] == "dropped").all()):
        return Finding("actions_dropped", "", _("What was agreed was dropped."), evidence, n=n)
    return Finding("actions_waiting", "", _("It is too early to measure what was agreed."), evidence, n=n)


def _moved(row, kind: str) -> str:
    values = {
        "play": row["play"], "kpi": kpi_name(row["kpi"]), "before": numbers.percent(row["before"]),
        "value": numbers.percent(row["value"]),
    }  # fmt: skip
    if kind == "actions_moved":
        return _("Since {play}, {kpi} went from {before} to {value}: more than noise.", **values)
    return _("Since {play}, {kpi} went from {before} to {value}: no more than noise.", **values)


def _beside(row) -> str:
    return _(
        "Change {change} (95% interval {low} to {high}, {n} cases since); in stores without this action "
        "{elsewhere}.",
        change=numbers.points(row["change"]), low=numbers.points(row["change_low"]),
        high=numbers.points(row["change_high"]), n=numbers.count(row["n_since"]),
        elsewhere=numbers.points(row["elsewhere_change"]),
    )  # fmt: skip
