"""Findings before a pilot: whether its stores are fit for it, and what it can notice."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.metrics.pilot.grade import FALLS
from opsmodel.wording import _

FALSE_ALARMS = 0.1  # A/A rate above which the test cannot be believed in this chain


def pilot_power(power: pd.DataFrame) -> Finding:
    """The smallest effect that a pilot of this size notices, and how often it sees one that is not there.

    power  the table of `pilot.power`

    Returns a finding of kind "pilot_sees", "pilot_blind" (nothing below +300 %), "pilot_false_alarms" or
    "pilot_unseen" (no past window of that length).
    """
    if power.empty:
        return Finding(
            "pilot_unseen", "", _("The history is too short to say what these stores would notice."), "",
            _("Collect more weeks before the start."),
        )  # fmt: skip
    row = power.iloc[0]
    values = {
        "n": numbers.count(row["n_treated"]),
        "weeks": numbers.count(row["n_post"]),
        "mde": numbers.signed_percent(row["mde"]),
        "false": numbers.percent(row["false_positive_rate"]),
    }
    if row["false_positive_rate"] > FALSE_ALARMS:
        kind, claim = (
            "pilot_false_alarms",
            _(
                "Comparing these stores raises a false alarm in {false} of past windows.",
                false=values["false"],
            ),
        )
    elif np.isnan(row["mde"]):
        kind, claim = "pilot_blind", _("A pilot of {n} stores over {weeks} periods would notice nothing.",
                                       n=values["n"], weeks=values["weeks"])  # fmt: skip
    else:
        kind, claim = "pilot_sees", _(
            "A pilot of {n} stores over {weeks} periods notices a lift from about {mde} on.",
            n=values["n"], weeks=values["weeks"], mde=values["mde"],
        )  # fmt: skip
    evidence = _(
        "{replays} replays of {windows} past windows with {controls} control stores; noticed means found in "
        "80% of them. With no effect put in, {false} are found all the same ({low} to {high}; 5% is right).",
        replays=numbers.count(row["n_replays"]), windows=numbers.count(row["n_windows"]),
        controls=numbers.count(row["n_controls"]), false=values["false"],
        low=numbers.percent(row["false_positive_rate_low"]),
        high=numbers.percent(row["false_positive_rate_high"]),
    )  # fmt: skip
    action = (
        _("Take more stores, or a longer pilot: at this size only an effect beyond reach would show.")
        if kind == "pilot_blind"
        else _("Take more stores or a longer pilot if the smallest effect worth having lies below that.")
    )
    return Finding(kind, "", claim, evidence, action, n=int(row["n_treated"]))


def pilot_choice(grade: pd.DataFrame) -> Finding:
    """What speaks against the stores somebody wants to pilot in.

    grade  the table of `pilot.grade` (one row)

    Returns a finding of kind "choice_falls_back", "choice_rises_back", "choice_not_alike", "choice_blind",
    "choice_unseen", "choice_fair" (the gravest first) or "choice_none".
    """
    if grade.empty:
        return Finding("choice_none", "", _("No store is chosen yet."), "")
    row = grade.iloc[0]
    words = str(row["warnings"]).split()
    change, least = (numbers.signed_percent(row[name]) for name in ("change_expected", "mde"))
    moved = {"change": change}
    told: dict[str, tuple[str, Callable[[], str], Callable[[], str]]] = {
        "picked_high": (
            "choice_falls_back",
            lambda: _("Picked at a high: these stores will change by {change} without any pilot.", **moved),
            lambda: _("Draw the stores by lot, and compare with controls, never with the month before."),
        ),
        "picked_low": (
            "choice_rises_back",
            lambda: _("Picked at a low: these stores will change by {change} without any pilot.", **moved),
            lambda: _("Draw the stores by lot, and compare with controls, never with the month before."),
        ),
        "not_alike": (
            "choice_not_alike",
            lambda: _("These stores are not like the others: what works here need not work there."),
            lambda: _("Draw one store from each stretch of the chain, small ones too."),
        ),
        "blind": (
            "choice_blind",
            lambda: _("These stores would only notice a lift from {mde} on.", mde=least),
            lambda: _("Take more stores or a longer pilot."),
        ),
        "short_history": (
            "choice_unseen",
            lambda: _("The history is too short to say what these stores would notice."),
            lambda: _("Collect more weeks before the start."),
        ),
    }  # fmt: skip
    kind, claim, action = next(
        (told[word] for word in told if word in words),
        (
            "choice_fair",
            lambda: _("These stores stand for the chain."),
            lambda: _("Register them with their KPI and window before the start."),
        ),
    )
    evidence = _(
        "{n} stores against {others}: size {size}, trend {trend}, steadiness {volatility} standard "
        "deviations apart; stores that stood like them in {moments} past moments changed by {change} "
        "without any pilot (a change within {limit} is called none).",
        n=numbers.count(row["n_stores"]), others=numbers.count(row["n_other_stores"]),
        size=numbers.number(row["size_difference"]), trend=numbers.number(row["trend_difference"]),
        volatility=numbers.number(row["volatility_difference"]), moments=numbers.count(row["n_moments"]),
        change=change, limit=numbers.percent(FALLS, 0),
    )  # fmt: skip
    return Finding(kind, "", claim(), evidence, action(), n=int(row["n_stores"]))
