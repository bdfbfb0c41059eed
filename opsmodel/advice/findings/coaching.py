"""What the procedures of a store say: what to train, what to redesign, what to replicate."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.metrics.sop.words import step_names
from opsmodel.wording import _

ENOUGH = 0.7  # adherence from which a step counts as done


def sop_done(adherence: pd.DataFrame, *, enough: float = ENOUGH) -> Finding:
    """Which step is done worst, and whether too rarely beyond noise.

    adherence  the table of `sop.adherence`, a row a step (one store)
    enough     adherence from which a step counts as done

    Returns a finding of kind "sop_slipping" (the upper bound of the weakest step lies below `enough`),
    "sop_kept" (no step does) or "small_base".
    """
    told = adherence[adherence["n_due"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(adherence["n_due"].max() if len(adherence) else 0)
    weak = told[told["adherence_high"] < enough]
    row = told.iloc[told["adherence"].argmin()]
    values = {"step": step_names(row.to_frame().T)[0], "share": numbers.percent(row["adherence"])}
    if weak.empty:
        claim = _(
            "No step is done too rarely beyond noise; the weakest is {step}, on time in {share} of cases.",
            **values,
        )
        action = ""
    else:
        claim = _(
            "Done too rarely: {n} of {steps} steps; the weakest is {step}, on time in {share} of cases.",
            n=len(weak), steps=len(told), **values,
        )  # fmt: skip
        action = _(
            "Ask the staff what keeps them from it before training anybody; then see below if it works."
        )
    evidence = _(
        "{k} of {due} tasks due were done on time (95% interval {low} to {high}), {late} late, {never} "
        "never; a step counts as done from {enough} on.",
        k=numbers.count(row["n_on_time"]), due=numbers.count(row["n_due"]), late=numbers.count(row["n_late"]),
        never=numbers.count(row["n_never"]), low=numbers.percent(row["adherence_low"]),
        high=numbers.percent(row["adherence_high"]), enough=numbers.percent(enough, 0),
    )  # fmt: skip
    kind = "sop_kept" if weak.empty else "sop_slipping"
    owner = _("store manager") if action else ""
    return Finding(kind, "", claim, evidence, action, owner, n=int(row["n_due"]))


def sop_order(violations: pd.DataFrame) -> Finding:
    """How often the steps of a procedure are done out of order.

    violations  the table of `sop.violations` (one store)

    Returns a finding of kind "order_broken" (the lower bound of the worst step is over 10 %),
    "order_kept" or "small_base".
    """
    told = violations[violations["n_done"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(violations["n_done"].max() if len(violations) else 0)
    row = told.iloc[told["violation_rate"].argmax()]
    broken = row["violation_rate_low"] > 0.1
    values = {"step": step_names(row.to_frame().T)[0], "share": numbers.percent(row["violation_rate"])}
    claim = (
        _("{share} of those who got {step} had an earlier step left out or done after it.", **values)
        if broken
        else _("The steps are done in order; the worst is {step} with {share} out of order.", **values)
    )
    evidence = _(
        "Of {n} done, {reversed} came before an earlier step and {skipped} without one.",
        n=numbers.count(row["n_done"]), reversed=numbers.count(row["n_reversed"]),
        skipped=numbers.count(row["n_skipped"]),
    )  # fmt: skip
    action = _("Let the next step come up on the task list only when the one before it is ticked.")
    kind = "order_broken" if broken else "order_kept"
    return Finding(kind, "", claim, evidence, action if broken else "", n=int(row["n_done"]))


def sop_next(quadrants: pd.DataFrame) -> Finding:
    """What to train, redesign or replicate first: not done, or not working.

    quadrants  the table of `sop.standing` or `sop.quadrants` (one store)

    Returns a finding of kind "sop_train" (a step works and is done too rarely; the one from which most
    customers would come back more), "sop_redesign" (it is done and does not work), "sop_replicate",
    "sop_rethink" (neither done nor working) or, where no effect can be told, "sop_measure"; "small_base".
    """
    told = quadrants[quadrants["quadrant"] != "none"]
    if told.empty:
        return small_base(quadrants["n_due"].max() if len(quadrants) else 0)
    for quadrant, tell in (
        ("train", _train), ("redesign", _redesign), ("replicate", _replicate), ("rethink", _rethink),
    ):  # fmt: skip
        rows = told[told["quadrant"] == quadrant]
        if len(rows):
            return tell(rows)
    return _measure(told)


def _train(rows: pd.DataFrame) -> Finding:
    left = (rows["n_due"] - rows["n_on_time"]) * rows["effect"]
    row = rows.iloc[left.argmax()]
    claim = _(
        "Train {step}: it brings {effect} more customers back and is done in only {share} of cases.",
        **_values(row),
    )
    worth = _(
        "Of the {n} customers not served in time, about {more} more would have come back.",
        n=numbers.count(row["n_due"] - row["n_on_time"]), more=numbers.count(left.max()),
    )  # fmt: skip
    action = _("Show the staff these numbers, practise the script, and look at the step every week.")
    return _finding("sop_train", row, claim, action, worth)


def _redesign(rows: pd.DataFrame) -> Finding:
    row = rows.iloc[rows["n_on_time"].argmax()]
    claim = _(
        "Redesign {step}: it is done in {share} of cases and brings no more customers back.", **_values(row)
    )
    action = _("Change content, time or offer on half of the customers, and compare the halves.")
    return _finding("sop_redesign", row, claim, action)


def _replicate(rows: pd.DataFrame) -> Finding:
    row = rows.iloc[rows["effect"].argmax()]
    claim = _(
        "Replicate {step}: it is done in {share} of cases and brings {effect} more back.", **_values(row)
    )
    action = _("Write down how this store does it, and take it to the others.")
    return _finding("sop_replicate", row, claim, action)


def _rethink(rows: pd.DataFrame) -> Finding:
    row = rows.iloc[rows["n_due"].argmax()]
    claim = _(
        "Do not push {step}: it is done in {share} of cases and, where done, changes little.", **_values(row)
    )
    action = _("Change it first, in one store; training comes when it works.")
    return _finding("sop_rethink", row, claim, action)


def _measure(told: pd.DataFrame) -> Finding:
    row = told.iloc[told["n_due"].argmax()]
    claim = _(
        "What the steps bring cannot be told yet: keep a tenth of the customers out by lot, and compare."
    )
    return _finding("sop_measure", row, claim, "")


def _finding(kind: str, row, claim: str, action: str, worth: str = "") -> Finding:
    evidence = _(
        "{step}: {served} of the served and {unserved} of the others came back in the same stores at the "
        "same time (difference {effect}, 95% interval {low} to {high}; {n_served} served, {n_unserved} not).",
        served=numbers.percent(row["served_rate"]), unserved=numbers.percent(row["unserved_rate"]),
        low=numbers.points(row["effect_low"]), high=numbers.points(row["effect_high"]),
        n_served=numbers.count(row["n_served"]), n_unserved=numbers.count(row["n_unserved"]),
        step=_values(row)["step"], effect=numbers.points(row["effect"]),
    )  # fmt: skip
    return Finding(
        kind,
        "",
        claim,
        f"{evidence} {_lead(row)}",
        action,
        _("store manager"),
        n=int(row["n_due"]),
        worth=worth,
    )


def _lead(row) -> str:
    """What the past says about who is served."""
    if row["is_confounded"]:
        return _("The served were other customers already before ({lead}), so this is no effect.",
                 lead=numbers.points(row["lead"]))  # fmt: skip
    if not row["is_lead_tested"]:
        return _("Their past is alike by rule, so it tells nothing about who is served.")
    return _("Before the service both were alike ({lead}).", lead=numbers.points(row["lead"]))


def _values(row) -> dict[str, str]:
    return {
        "step": step_names(row.to_frame().T)[0],
        "share": numbers.percent(row["adherence"]),
        "effect": numbers.points(row["effect"]).removeprefix("+"),
    }


def sop_confounded(quadrants: pd.DataFrame) -> Finding | None:
    """A step that only looks as if it worked, for other customers are served than not; None if none does.

    quadrants  the table of `sop.standing` or `sop.quadrants`
    """
    rows = quadrants[quadrants["is_confounded"] & (quadrants["effect_low"] > 0)]
    if rows.empty:
        return None
    row = rows.iloc[rows["effect"].argmax()]
    claim = _(
        "{step} looks as if it brought {effect} more customers back, but those served bought more before "
        "too.",
        **_values(row),
    )
    return _finding("sop_confounded", row, claim, _("Serve by lot for a month, or all, and look again."))
