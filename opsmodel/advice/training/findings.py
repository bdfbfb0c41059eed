"""What questionnaires and training say: beliefs beside data, roles beside each other, trained beside not."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.advice.training.terms import figure, term
from opsmodel.metrics import maturity
from opsmodel.metrics.rates import NOISE
from opsmodel.wording import _, language


def perception_gap(perceived: pd.DataFrame, measured: pd.DataFrame, *, within_days: int) -> Finding:
    """Where belief and data lie furthest apart, of the gaps that are more than a few people's chance.

    perceived    of `maturity.perception` by role
    measured     of `training.measured`: which number a question asks about
    within_days  the window of the engagement, for the names of the numbers

    Returns a finding of kind "believed_higher", "believed_lower", "belief_holds" or "few_answers".
    """
    told = perceived[~perceived["is_suppressed"] & perceived["gap"].notna()]
    if told.empty:
        return few_answers(perceived["n"].max() if len(perceived) else 0)
    sure = told[(told["gap_low"] > 0) | (told["gap_high"] < 0)]
    counts = {"sure": numbers.count(len(sure)), "all": numbers.count(len(told))}
    evidence = _(
        "{sure} of {all} comparisons of a role with a number lie beyond what chance explains (95%); about "
        "{chance} would by chance alone.",
        **counts,
        chance=numbers.number(NOISE * len(told), 1),
    )
    if sure.empty:
        return Finding(
            kind="belief_holds",
            stage="",
            claim=_("What people believe agrees with what is measured, as far as so few can tell."),
            evidence=evidence,
            action=_("Ask again after the training, with the same questions."),
            n=int(told["n"].max()),
        )
    row = sure.sort_values("gap", key=abs, ascending=False, kind="stable").iloc[0]
    metric = dict(zip(measured["question"], measured["metric"], strict=True))[row["question"]]
    values = {
        "role": maturity.named(pd.DataFrame({"role": [row["role"]]}))["role"].item()
        if "role" in row
        else _("Everybody"),
        "number": term(metric, within_days),
        "guess": figure(metric, row["guess"]),
        "measured": figure(metric, row["measured"]),
    }
    higher = row["gap"] > 0
    return Finding(
        kind="believed_higher" if higher else "believed_lower",
        stage="",
        claim=_(
            "{role} think better of “{number}” than it is: {guess} believed, {measured} measured.", **values
        )
        if higher
        else _(
            "{role} think worse of “{number}” than it is: {guess} believed, {measured} measured.", **values
        ),
        evidence=_(
            "{n} people; the gap is {gap}, 95% interval {low} to {high}. ",
            n=numbers.count(row["n"]),
            gap=numbers.points(row["gap"]),
            low=numbers.points(row["gap_low"]),
            high=numbers.points(row["gap_high"]),
        )
        + evidence,
        action=_("Open the training with this number: everybody writes down a guess before it is shown."),
        n=int(row["n"]),
    )


def roles_apart(alignment: pd.DataFrame) -> Finding:
    """On how many items the roles see different things, and where most.

    alignment  of `maturity.alignment`

    Returns a finding of kind "roles_apart", "roles_agree" or "few_answers".
    """
    told = alignment[alignment["difference"].notna()]
    if told.empty:
        return few_answers(alignment["n"].max() if len(alignment) else 0)
    apart = told[told["q_value"] <= NOISE]
    n = int(told["n"].max())
    if apart.empty:
        return Finding(
            "roles_agree", "", _("The roles rate the operation alike, as far as so few people can tell."),
            _("{n} people, {all} items; none differs between roles at a false discovery rate of 5%.",
              n=numbers.count(n), all=numbers.count(len(told))),
            _("Start from the weakest item: nobody needs convincing."), n=n,
        )  # fmt: skip
    row = maturity.named(apart.sort_values("difference", ascending=False, kind="stable").head(1)).iloc[0]
    return Finding(
        kind="roles_apart",
        stage="",
        claim=_(
            "On {apart} of {all} items the roles see different things, most on “{item}”: {high} give "
            "{high_score} of 4, {low} {low_score}.",
            apart=numbers.count(len(apart)),
            all=numbers.count(len(told)),
            item=row["dimension"],
            high=row["role_high"],
            high_score=numbers.number(row["score_role_high"], 1),
            low=_inside(row["role_low"]),
            low_score=numbers.number(row["score_role_low"], 1),
        ),
        evidence=_(
            "{n} people, no role of fewer than five. The difference is {difference} points, 95% interval "
            "{low} to {high} over all pairs of roles; items counted at a false discovery rate of 5%.",
            n=numbers.count(row["n"]),
            difference=numbers.number(row["difference"], 1),
            low=numbers.number(row["difference_low"], 1),
            high=numbers.number(row["difference_high"], 1),
        ),
        action=_("Let both sides name an example for their score, and agree on the anchor that fits both."),
        n=n,
    )


def weakest_item(scorecard: pd.DataFrame) -> Finding:
    """The item the chain stands lowest on, what it looks like there, and what one point more would be.

    scorecard  of `maturity.scorecard`, not split by role

    Returns a finding of kind "weakest_item" or "few_answers".
    """
    told = scorecard[scorecard["score"].notna()]
    if told.empty:
        return few_answers(scorecard["n"].max() if len(scorecard) else 0)
    row = maturity.named(told.sort_values("score", kind="stable").head(1)).iloc[0]
    rival = told["score"].nsmallest(2).iloc[-1]
    return Finding(
        kind="weakest_item",
        stage="",
        claim=_("The chain stands lowest on “{item}”: {score} of 4.", item=row["dimension"],
                score=numbers.number(row["score"], 1)),
        evidence=_(
            "{n} people, 95% interval {low} to {high}; the next item stands at {rival}. Today: {anchor}",
            n=numbers.count(row["n"]),
            low=numbers.number(row["score_low"], 1),
            high=numbers.number(row["score_high"], 1),
            rival=numbers.number(rival, 1),
            anchor=row["anchor"],
        ),
        action=_("Aim one level higher: {anchor}", anchor=row["next_anchor"]) if row["next_anchor"] else "",
        n=int(row["n"]),
    )  # fmt: skip


def training_effect(effect: pd.DataFrame) -> Finding:
    """Whether what was trained is done, beyond what changed in stores not yet trained.

    effect  of `training.effect`

    Returns a finding of kind "training_done" (on-time share up beyond chance), "training_down",
    "training_open" (the interval holds 0), or "not_trained" (no wave to look at).
    """
    rows = effect[(effect["level"] == 3) & effect["effect_low"].notna()]
    if rows.empty:
        return Finding(
            kind="not_trained",
            stage="",
            claim=_("No wave of stores has begun long enough ago to see what training changed."),
            evidence="",
            action=_("Enter wave and first day of the stores, and look again four weeks after the start."),
        )
    row = rows.iloc[0]
    if row["effect_low"] > 0:
        kind = "training_done"
    else:
        kind = "training_down" if row["effect_high"] < 0 else "training_open"
    claim, action = _trained(kind, row)
    return Finding(
        kind=kind,
        stage="",
        claim=claim,
        evidence=_(
            "{trained} trained stores against {others} not yet trained, {days} days before and after the "
            "start; 95% interval {low} to {high}.",
            trained=numbers.count(row["n_trained"]),
            others=numbers.count(row["n_untrained"]),
            days=numbers.count(row["window_days"]),
            low=numbers.points(row["effect_low"]),
            high=numbers.points(row["effect_high"]),
        ),
        action=action,
        n=int(row["n_trained"]),
    )


def _trained(kind: str, row: pd.Series) -> tuple[str, str]:
    """What became of the SOP in the trained stores, and what to do about it."""
    values = {"before": numbers.percent(row["before"]), "after": numbers.percent(row["after"]),
              "effect": numbers.points(row["effect"])}  # fmt: skip
    if kind == "training_done":
        return (
            _(
                "Trained stores do more of the SOP on time: {before} before, {after} after, {effect} "
                "beyond the others.",
                **values,
            ),
            _("Keep the routine, and look at what it earns in the coaching report."),
        )
    if kind == "training_down":
        return (
            _(
                "Trained stores do less of the SOP on time than the others: {before} before, {after} "
                "after, {effect}.",
                **values,
            ),
            _("Ask the managers what the training took time from."),
        )
    return (
        _(
            "Trained stores went from {before} to {after} of the SOP on time, {effect} beyond the "
            "others: not yet beyond chance.",
            **values,
        ),
        _("Go on measuring: with so few stores only a large change shows."),
    )


def few_answers(n: float) -> Finding:
    """Nothing is told of fewer than five people."""
    return Finding(
        kind="few_answers",
        stage="",
        claim=_("Too few answers to tell anything without telling who said it."),
        evidence=_("Answers: {n}; nothing is shown of fewer than five people.", n=numbers.count(n)),
        n=0 if pd.isna(n) else int(n),
    )


def _inside(role: str) -> str:
    """A role within an English sentence."""
    return role[0].lower() + role[1:] if language() == "en" and not role.startswith("CEO") else role
