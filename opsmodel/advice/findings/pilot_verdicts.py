"""Findings after a pilot: what it showed, whether that stands, and whether to go on with other stores."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.metrics.pilot.verdict import verdict
from opsmodel.wording import _


def pilot_verdict(effect: pd.DataFrame, smallest_effect: float, *, late: bool = False) -> Finding:
    """The verdict on a pilot: effective, probably, not enough evidence, no effect, or unclear.

    effect           the table of `pilot.effect`, difference in differences first
    smallest_effect  the lift registered as the smallest worth having
    late             the pilot was registered after its start, or never

    Returns a finding of kind "pilot_" and the word of `pilot.verdict`.
    """
    word, row = verdict(effect, smallest_effect), effect.iloc[0]
    values = {
        "lift": numbers.signed_percent(row["lift_rate"]),
        "least": numbers.signed_percent(smallest_effect),
    }
    sentences: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {
        "effective": (
            lambda: _("Effective: the pilot stores gained {lift} over the others.", lift=values["lift"]),
            lambda: _("Roll it out in waves, and measure each wave the same way."),
        ),
        "probably": (
            lambda: _("Probably effective: {lift}, wished for were {least}.", **values),
            lambda: _("Go on for the same time again before rolling it out."),
        ),
        "not_enough": (
            lambda: _("Not enough evidence: {lift} could be chance.", lift=values["lift"]),
            lambda: _("Check first whether it was done; then take more stores or more weeks."),
        ),
        "no_effect": (
            lambda: _("No effect worth having: {lift}, and the {least} wished for are ruled out.", **values),
            lambda: _("Stop it here, and find out which step did not work before trying again."),
        ),
        "unclear": (
            lambda: _("Unclear: the two ways of reckoning disagree on whether it helped."),
            lambda: _("Look at the robustness table for the store that makes the difference."),
        ),
    }
    claim, action = (sentence() for sentence in sentences[word])
    parts = [_compared(row)]
    if len(effect) > 1:
        parts.append(
            _(
                "Second opinion, synthetic control: {lift}.",
                lift=numbers.signed_percent(effect.iloc[1]["lift_rate"]),
            )
        )
    if late:
        parts.append(_("It was not registered before its start: read this as a hint, not as a test passed."))
    return Finding(f"pilot_{word}", "", claim, " ".join(parts), action, n=int(row["n_treated"]))


def _compared(row: pd.Series) -> str:
    seen = np.isfinite(row["lift_rate_low"]) and np.isfinite(row["lift_rate_high"])
    values = {
        "n": numbers.count(row["n_treated"]), "controls": numbers.count(row["n_controls"]),
        "post": numbers.count(row["n_post"]), "pre": numbers.count(row["n_pre"]),
        "p": numbers.chance(row["p"]),
    }  # fmt: skip
    if not seen:
        return _(
            "{n} pilot stores and {controls} controls, {post} periods after and {pre} before the start; too "
            "few stores for an interval; chance alone does as much with probability {p}.",
            **values,
        )
    return _(
        "{n} pilot stores and {controls} controls, {post} periods after and {pre} before the start; 95% "
        "interval {low} to {high}; chance alone does as much with probability {p}.",
        **values,
        low=numbers.signed_percent(row["lift_rate_low"]), high=numbers.signed_percent(row["lift_rate_high"]),
    )  # fmt: skip


def pilot_robust(robustness: pd.DataFrame) -> Finding:
    """Whether the estimate stands when the comparison is disturbed.

    robustness  the table of `pilot.robustness`

    Returns a finding of kind "pilot_stands", "pilot_barely_checked" (most checks cannot be made),
    "pilot_shaky" or "pilot_unchecked" (none can).
    """
    state = robustness["holds"].value_counts()
    n, failed = int(state.get("yes", 0) + state.get("no", 0)), int(state.get("no", 0))
    values = {
        "n": numbers.count(n),
        "failed": numbers.count(failed),
        "unseen": numbers.count(state.get("not_seen", 0)),
    }
    evidence = _("Checks made: {n}; not possible here: {unseen}.", n=values["n"], unseen=values["unseen"])
    if not n:
        return Finding(
            "pilot_unchecked", "", _("None of the checks can be made with so few stores."), evidence
        )
    if failed:
        return Finding(
            "pilot_shaky", "",
            _("{failed} of {n} checks do not hold.", failed=values["failed"], n=values["n"]), evidence,
            _("Do not roll out on this estimate alone; look at the stores named in the table."),
        )  # fmt: skip
    if state.get("not_seen", 0) > n:
        claim = _("The estimate passes {n} of {all} checks; the others cannot be made with so few stores.",
                  n=values["n"], all=numbers.count(len(robustness)))  # fmt: skip
        return Finding("pilot_barely_checked", "", claim, evidence)
    return Finding("pilot_stands", "", _("The estimate passes all {n} checks made.", n=values["n"]), evidence)


def rollout(forecast: pd.DataFrame, waves: pd.DataFrame, step: str) -> Finding:
    """What the roll-out may bring, whether the waves repeat the pilot, and the next step.

    forecast  the table of `pilot.forecast`; waves  of `pilot.replicability` (may be empty)
    step      of `pilot.next_step`: go, hold or stop

    Returns a finding of kind "rollout_go", "rollout_hold" or "rollout_stop".
    """
    claim = {
        "go": lambda: _("Go: start the next wave."),
        "hold": lambda: _("Hold: no further store until the evidence is there."),
        "stop": lambda: _("Stop: no further store with this programme as it is."),
    }[step]()
    row = forecast.iloc[0]
    parts = []
    if row["shrinkage"] == 0:
        parts.append(
            _(
                "The pilot's {seen} lie within its own error: nothing is promised to the other stores.",
                seen=numbers.signed_percent(row["seen_lift_rate"]),
            )
        )
    elif np.isfinite(row["lift_rate_low"]):
        parts.append(
            _(
                "To expect in the other stores: {lift} ({low} to {high}), shrunken from the pilot's {seen}.",
                lift=numbers.signed_percent(row["lift_rate"]),
                low=numbers.signed_percent(row["lift_rate_low"]),
                high=numbers.signed_percent(row["lift_rate_high"]),
                seen=numbers.signed_percent(row["seen_lift_rate"]),
            )
        )  # fmt: skip
    seen = waves[waves["n_seen"] > 0] if len(waves) else waves
    if len(seen):
        last = seen.iloc[-1]
        parts.append(
            _(
                "Wave {wave}: stores that reached half the pilot's effect: {k} of {n}; by chance {chance} "
                "would.",
                wave=last["wave"], k=numbers.count(last["n_repeating"]), n=numbers.count(last["n_seen"]),
                chance=numbers.percent(last["chance_rate"]),
            )
        )  # fmt: skip
    return Finding(
        f"rollout_{step}", "", claim, " ".join(parts), n=int(seen["n_seen"].sum()) if len(seen) else 0
    )
