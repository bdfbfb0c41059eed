"""From plays to weeks, people and targets: when each starts, who has the hours, which number is promised."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import isnan

import pandas as pd

from opsmodel.advice.design.playbook import Playbook, post
from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.wording import _

WEEK = timedelta(days=7)
HOURS_A_MONTH = 160.0  # of one full post
AT_ONCE = 2  # plays in preparation at the same time
CRITERIA = ("schemes", "content", "speed")
BEST, PASS = 4, 2


def monday(after) -> date:
    """The first Monday after a day.

    >>> monday("2025-06-30")  # itself a Monday
    datetime.date(2025, 7, 7)
    """
    first = day(after) + timedelta(days=1)
    return first + timedelta(days=-first.weekday() % 7)


def weeks(table: pd.DataFrame, *, playbook: Playbook, start, within_days: int = 90) -> pd.DataFrame:
    """One row per play: when it is prepared, when it goes live, and when it may be judged.

    Two plays at most are prepared at the same time, in the order of the table; a play waits for those it
    comes after, if they are in the table. It is judged once its weeks are over and the first customers it
    reached have had the whole window.

    table        of `playbook.for_findings`
    start        first day of the plan
    within_days  window of the KPI

    Returns play, play_name, owner, prepare_on, live_on, judge_on (dates) and waits_for (the play before).
    """
    begun = day(start)
    free = [begun] * AT_ONCE  # when each pair of hands is free again
    live: dict[str, date] = {}
    rows = []
    for name in dict.fromkeys(table["play"]):
        play = playbook[name]
        before = [other for other in play.after if other in live]
        hands = min(range(AT_ONCE), key=lambda place: free[place])
        first = max([free[hands], *(live[other] for other in before)])
        live[name] = free[hands] = first + play.weeks[0] * WEEK
        judged = live[name] + max(play.weeks[1] * WEEK, timedelta(days=within_days))
        waits = playbook[before[-1]].words.name if before else ""
        rows.append([name, play.words.name, post(play.owner), first, live[name], judged, waits])
    columns = ["play", "play_name", "owner", "prepare_on", "live_on", "judge_on", "waits_for"]
    found = pd.DataFrame(rows, columns=columns)
    dates = ["prepare_on", "live_on", "judge_on"]
    return found.assign(**{name: pd.to_datetime(found[name]).astype("datetime64[us]") for name in dates})


def calendar(touches: pd.DataFrame, *, start) -> pd.DataFrame:
    """The touches with dates, for customers whose first order falls on `start`.

    Returns date, then the columns of `touches`.

    >>> plan = pd.DataFrame({"touch_number": [1], "after_days": [1], "kind": ["care"]})
    >>> calendar(plan, start="2025-07-07")["date"].dt.strftime("%Y-%m-%d").tolist()
    ['2025-07-08']
    """
    first = day(start)
    dates = pd.to_datetime([first + timedelta(days=int(when)) for when in touches["after_days"]])
    found = touches.copy()
    found.insert(0, "date", dates.astype("datetime64[us]"))
    return found


def targets(table: pd.DataFrame, schedule: pd.DataFrame) -> pd.DataFrame:
    """One row per lever: what is promised, and on which day it is read.

    table     of `playbook.for_findings`
    schedule  of `weeks`

    Returns lever, today, target_low, target_high (what peers reached), judge_on (the latest of its plays).
    """
    known = table[table["target_high"].notna()]
    judged = schedule.set_index("play")["judge_on"]
    known = known.assign(judge_on=known["play"].map(judged))
    found = known.groupby("lever", sort=False, as_index=False).agg(
        today=("today", "first"), target_low=("target_low", "first"), target_high=("target_high", "first"),
        judge_on=("judge_on", "max"),
    )  # fmt: skip
    return found


def staffing(
    table: pd.DataFrame, *, playbook: Playbook, hours_a_month: float = HOURS_A_MONTH
) -> pd.DataFrame:
    """One row per post: the hours a month its plays take, and how many people that is.

    table          of `playbook.for_findings`; a play that answers two findings counts once
    hours_a_month  of one full post

    Returns owner, n_plays, hours_month, posts (full posts; NaN where the flow is not known).
    """
    if not hours_a_month > 0:
        raise ArgumentError("a post has hours.", found=repr(hours_a_month), fix="write hours_a_month=160.")
    plays = table.drop_duplicates("play")
    owners = plays["play"].map(lambda name: post(playbook[name].owner))
    found = (
        plays.assign(owner=owners)
        .groupby("owner", sort=False, as_index=False)
        .agg(n_plays=("play", "count"), hours_month=("hours_month", lambda hours: hours.sum(skipna=False)))
    )
    found = found.assign(posts=found["hours_month"] / hours_a_month)
    return found.sort_values("hours_month", ascending=False, kind="stable", ignore_index=True)


def providers(scores: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """One row per provider: its three scores, their mean, and whether it may be chosen.

    The criteria: schemes (turns a strategy into schemes and plans), content (brings activities by week, month
    and holiday, with experience), speed (reacts and executes fast). 0 to 4 each, from a task that all
    candidates did. A score below 2 rules a provider out, whatever the mean.

    scores  provider -> criterion -> score

    Returns provider, schemes, content, speed, mean, usable; usable ones first, the best on top.
    Raises ArgumentError for a criterion that is missing or not known, or a score outside 0 to 4.

    >>> tried = {"A": {"schemes": 4, "content": 4, "speed": 1}, "B": {"schemes": 2, "content": 3, "speed": 3}}
    >>> providers(tried)[["provider", "usable"]].values.tolist()
    [['B', True], ['A', False]]
    """
    for name, given in scores.items():
        if set(given) != set(CRITERIA):
            raise ArgumentError(
                f"{name} is not scored by the three criteria.",
                found=sorted(given),
                fix=f"use {', '.join(CRITERIA)}.",
            )
        if wrong := {key: value for key, value in given.items() if isnan(value) or not 0 <= value <= BEST}:
            raise ArgumentError(f"{name} has a score outside 0 to 4.", found=str(wrong), fix="write 0 to 4.")
    rows = [[name, *(float(given[key]) for key in CRITERIA)] for name, given in scores.items()]
    found = pd.DataFrame(rows, columns=["provider", *CRITERIA])
    found = found.assign(
        mean=found[list(CRITERIA)].mean(axis=1), usable=found[list(CRITERIA)].min(axis=1) >= PASS
    )
    order = [False, False, True]
    return found.sort_values(["usable", "mean", "provider"], ascending=order, ignore_index=True)


def provider_criteria() -> pd.DataFrame:
    """One row per criterion: what to ask all candidates for, and what 0, 2 and 4 points look like."""
    rows = [
        (_("Strategy into schemes and plans"),
         _("The frame of one shopping festival, then its steps in time, from your strategy"),
         _("a list of ideas"), _("a scheme without dates or owners"),
         _("a plan your staff could start on Monday")),
        (_("Activities and content, with experience"),
         _("Activities and texts for one month: weeks, the month's theme, one holiday"),
         _("samples of other clients"), _("a calendar, the texts still to come"),
         _("texts in your tone, with experience of what they did elsewhere")),
        (_("Reacts and executes fast"),
         _("One text by tomorrow noon, and a second round after your remarks"),
         _("later than agreed, or by asking back only"), _("on time, remarks half taken up"),
         _("on time, usable after one round")),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["criterion", "task", "level_0", "level_2", "level_4"])
