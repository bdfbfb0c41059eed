"""What segments, lifecycle, flows and audiences say about who the customers are."""

from collections.abc import Mapping

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE, wilson
from opsmodel.metrics.segments import SLIPPING
from opsmodel.metrics.segments.naming import ABSENT, label
from opsmodel.wording import _

WORTH_A_CALL = 0.10  # of the revenue: from there on customers who slip are the message
BEST = ("champions", "loyal")
MUCH_SHARED = 0.50


def segment_money(sizes: pd.DataFrame) -> Finding:
    """Whether regular customers are slipping away with a share of the revenue, or else who carries it.

    sizes  the table of `segments.sizes` (one group)

    Returns a finding of kind "segments_slipping" (at least 30 customers of `SLIPPING`, with a tenth of the
    revenue or more), "segments_carried" (by the segment of 30 or more with most of it) or "small_base".
    """
    n_all, revenue = int(sizes["n"].sum()), float(sizes["revenue"].sum())
    large = sizes[sizes["n"] >= SMALLEST_BASE]
    if n_all < SMALLEST_BASE or large.empty or revenue <= 0:
        return small_base(n_all if n_all < SMALLEST_BASE else sizes["n"].max())
    slipping = sizes[sizes["segment"].isin(SLIPPING)]
    n, spent = int(slipping["n"].sum()), float(slipping["revenue"].sum())
    if n >= SMALLEST_BASE and spent >= WORTH_A_CALL * revenue:
        low, high = wilson(n, n_all)
        return Finding(
            kind="segments_slipping",
            stage="repurchase",
            claim=_(
                "{n} regular customers are slipping away; {share} of all revenue came from them.",
                n=numbers.count(n),
                share=numbers.percent(spent / revenue),
            ),
            evidence=_(
                "{n} of {n_all} buyers ({share}, 95% interval {low} to {high}) used to buy regularly, but "
                "belong to the two fifths who have been away longest; so far they spent {spent}.",
                n=numbers.count(n),
                n_all=numbers.count(n_all),
                share=numbers.percent(n / n_all),
                low=numbers.percent(low),
                high=numbers.percent(high),
                spent=numbers.money(spent),
            ),
            action=_("Have their own staff member call them one by one, those who spent most first."),
            owner=_("store staff, with customer operations"),
            n=n,
        )
    top = large.sort_values("revenue", ascending=False, kind="stable").iloc[0]
    return Finding(
        kind="segments_carried",
        stage="repurchase",
        claim=_(
            "{segment}: {share} of the buyers bring {revenue_share} of the revenue.",
            segment=label(top["segment"]),
            share=numbers.percent(top["share"]),
            revenue_share=numbers.percent(top["revenue_share"]),
        ),
        evidence=_(
            "{n} of {n_all} buyers, {mean} each so far.",
            n=numbers.count(top["n"]),
            n_all=numbers.count(n_all),
            mean=numbers.money(top["mean_spend"]),
        ),
        action=_("Keep them close: an adviser of their own, first choice of what is new, no mass messages."),
        owner=_("store staff, with customer operations"),
        n=int(top["n"]),
    )


def segment_moves(moves: pd.DataFrame) -> Finding:
    """What became of the best customers of the period before.

    moves  the table of `segments.moves` (one group)

    Returns a finding of kind "best_stay" (half or more are champions or loyal again), "best_fall" or
    "small_base".
    """
    best = moves[moves["from"].isin(BEST)]
    n = int(best["n"].sum())
    if n < SMALLEST_BASE:
        return small_base(n)
    stayed, gone = (int(best.loc[best["to"].isin(to), "n"].sum()) for to in (BEST, (ABSENT,)))
    low, high = wilson(stayed, n)
    stay = stayed * 2 >= n
    return Finding(
        kind="best_stay" if stay else "best_fall",
        stage="repurchase",
        claim=_(
            "Of the best customers of the period before, {stayed} are among the best again; {gone} bought "
            "nothing.",
            stayed=numbers.percent(stayed / n),
            gone=numbers.percent(gone / n),
        ),
        evidence=_(
            "{k} of {n} champions and loyal customers, by the same cut values in both periods; 95% interval "
            "{low} to {high}.",
            k=numbers.count(stayed),
            n=numbers.count(n),
            low=numbers.percent(low),
            high=numbers.percent(high),
        ),
        action=""
        if stay
        else _("Talk to those who bought nothing before winning new customers: ask what they missed."),
        owner="" if stay else _("store staff, with customer operations"),
        n=n,
    )


def customer_flow(flows: pd.DataFrame) -> Finding:
    """Whether the number of active buyers grows, and from which side.

    flows  the table of `segments.flows` (one group)

    Returns a finding of kind "buyers_grow", "buyers_shrink", "buyers_level" (in and out differ no more than
    chance) or "small_base".
    """
    n = {flow: int(number) for flow, number in flows.set_index("flow")["n"].items()}
    before = int(flows["n_before"].max()) if len(flows) else 0
    if before < SMALLEST_BASE:
        return small_base(before)
    inward, outward = n["new"] + n["resurrected"], n["dormant"]
    low, high = wilson(inward, inward + outward)
    kind = "buyers_grow" if low > 0.5 else "buyers_shrink" if high < 0.5 else "buyers_level"
    values = {"before": numbers.count(before), "after": numbers.count(before + inward - outward)}
    claim, action = {
        "buyers_grow": lambda: (
            _("Active buyers grow from {before} to {after}.", **values),
            _("Write down what brings people in now, and see that the second order follows."),
        ),
        "buyers_shrink": lambda: (
            _("Active buyers fall from {before} to {after}: more stop than start.", **values),
            _("Stop the loss first: reach buyers shortly before they usually would return."),
        ),
        "buyers_level": lambda: (
            _("As many buyers start as stop: {before} active before, {after} now.", **values),
            "",
        ),
    }[kind]()
    return Finding(
        kind=kind,
        stage="repurchase",
        claim=claim,
        evidence=_(
            "{new} new, {back} came back, {stopped} stopped; {stayed} stayed active, {rate} of those before.",
            new=numbers.count(n["new"]),
            back=numbers.count(n["resurrected"]),
            stopped=numbers.count(outward),
            stayed=numbers.count(n["retained"]),
            rate=numbers.percent(n["retained"] / before),
        ),
        action=action,
        owner=_("store staff, with customer operations") if action else "",
        n=before,
    )


def lifecycle_coverage(
    stages: pd.DataFrame, lint: pd.DataFrame, names: Mapping[str, str] | None = None
) -> Finding:
    """Whether the lifecycle puts every customer into a stage, and each stage has somebody.

    stages  the table of `segments.stages` (one group)
    lint    the table of `segments.lint` (one group)
    names   stage -> label, of `segments.stage_names`

    Returns a finding of kind "lifecycle_uncovered", "lifecycle_unreachable", "lifecycle_covered" or
    "small_base".
    """
    n_all = int(stages["n"].sum())
    if n_all < SMALLEST_BASE:
        return small_base(n_all)
    uncovered = int(lint.loc[lint["check"] == "uncovered", "n"].sum())
    empty = lint.loc[lint["check"] == "unreachable", "lifecycle"].tolist()
    top = stages.sort_values("n", ascending=False, kind="stable").iloc[0]
    evidence = _(
        "{n_all} customers; the largest stage is {stage}: {share} of them, {revenue_share} of the revenue.",
        n_all=numbers.count(n_all),
        stage=label(top["lifecycle"], names),
        share=numbers.percent(top["share"]),
        revenue_share=numbers.percent(top["revenue_share"]),
    )
    if uncovered:
        claim = _(
            "In no stage of the lifecycle: {n} of the customers ({share}).",
            n=numbers.count(uncovered),
            share=numbers.percent(uncovered / n_all),
        )
        action = _("Add a rule for them to engagement.yaml: nobody should fall between the stages.")
        return Finding("lifecycle_uncovered", "", claim, evidence, action, n=n_all)
    if empty:
        listed = ", ".join(label(stage, names) for stage in empty)
        claim = _("Every customer has a stage, but nobody is in: {stages}.", stages=listed)
        action = _("Check whether the export lacks the data, or the rule comes too late to be reached.")
        return Finding("lifecycle_unreachable", "", claim, evidence, action, n=n_all)
    claim = _(
        "{share} of the customers are in the stage {stage}.",
        share=numbers.percent(top["share"]),
        stage=label(top["lifecycle"], names),
    )
    return Finding("lifecycle_covered", "", claim, evidence, n=n_all)


def audience_overlap(audiences: pd.DataFrame) -> Finding:
    """Whether the audiences would write to the same people.

    audiences  the table of `segments.audiences` (one group)

    Returns a finding of kind "audiences_overlap" (half or more of an audience of at least 30 is in another
    one as well), "audiences_apart" or "small_base".
    """
    told = audiences[audiences["n"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(audiences["n"].max() if len(audiences) else 0)
    worst = told.sort_values("overlap", ascending=False, kind="stable").iloc[0]
    values = {"audience": worst["audience"], "share": numbers.percent(worst["overlap"])}
    evidence = _(
        "{n_shared} of {n} people; {n_listed} are left to it when everybody stands on one list only.",
        n_shared=numbers.count(worst["n_shared"]),
        n=numbers.count(worst["n"]),
        n_listed=numbers.count(worst["n_listed"]),
    )
    if worst["overlap"] < MUCH_SHARED:
        claim = _("The audiences hardly overlap; {audience} does most, with {share}.", **values)
        return Finding("audiences_apart", "", claim, evidence, n=int(worst["n"]))
    claim = _("{share} of {audience} would be written to by another audience too.", **values)
    action = _("Put the audiences in order of importance and use the lists that do not overlap.")
    return Finding("audiences_overlap", "", claim, evidence, action, n=int(worst["n"]))
