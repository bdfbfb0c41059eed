"""Findings: what a table of numbers means, as a claim with its evidence and the next step.

Each function is pure: the same numbers give the same finding, in the language spoken when it is called.
"""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import SMALLEST_BASE, Finding
from opsmodel.advice.gaps import for_store, gap_to_peers
from opsmodel.metrics.rates import against_peers
from opsmodel.wording import _

__all__ = [
    "Finding", "change", "for_store", "gap_to_peers", "repurchase_rhythm", "retention_trend", "weakest_step",
]  # fmt: skip

NOISE = 0.05  # a p value above it is no finding
UNCHANGED = 0.005  # a change of net revenue below half a percent


def weakest_step(conversion: pd.DataFrame) -> Finding:
    """The step that loses the largest share of those who could take it.

    conversion  the table of `funnel.conversion` (one group)

    Returns a finding of kind "weakest_step"; "weakest_unclear" if the next weakest may be as weak (their
    intervals overlap); "small_base" if no step has a base of 30.
    """
    steps = conversion.reset_index(drop=True)
    steps = steps.assign(base=steps["n"].shift(), before=steps["step"].shift()).iloc[1:]
    told = steps[steps["base"] >= SMALLEST_BASE].sort_values("step_rate", kind="stable")
    if told.empty:
        return _too_few(steps["base"].max())
    weakest = told.iloc[0]
    rival = told.iloc[1] if len(told) > 1 else None
    unclear = rival is not None and weakest["step_rate_high"] >= rival["step_rate_low"]
    values = {
        "step": weakest["step"],
        "before": weakest["before"],
        "rate": numbers.percent(weakest["step_rate"]),
    }
    if unclear:
        assert rival is not None
        claim = _(
            "{step} ({rate}) and {rival} ({rival_rate}) are about equally weak.",
            rival=rival["step"],
            rival_rate=numbers.percent(rival["step_rate"]),
            step=values["step"],
            rate=values["rate"],
        )
    else:
        claim = _("The weakest step is {step}: {rate} of those at {before} get there.", **values)
    return Finding(
        kind="weakest_unclear" if unclear else "weakest_step",
        stage=str(weakest["step"]),
        claim=claim,
        evidence=_(
            "{n} of {base} who reached {before} in time; 95% interval {low} to {high}. {pending} whose "
            "window is still open are not counted as lost.",
            n=numbers.count(weakest["n"]),
            base=numbers.count(weakest["base"]),
            before=weakest["before"],
            low=numbers.percent(weakest["step_rate_low"]),
            high=numbers.percent(weakest["step_rate_high"]),
            pending=numbers.count(weakest["n_pending"]),
        ),
        action=_(
            "Ask a few of those who stopped here why, and change one thing at this step before adding people "
            "at the top."
        ),
        n=int(weakest["base"]),
    )


def change(decomposition: pd.DataFrame) -> Finding:
    """What moved the product of the growth equation: the factor that explains most of the change.

    decomposition  the table of `growth.decompose`

    Returns a finding of kind "rose", "fell" or "unchanged" (less than half a percent), with the change as
    its money. A factor that worked against the change is named too.
    """
    total = float(decomposition["contribution"].sum())
    before, after = (float(np.prod(_known(decomposition, side))) for side in ("before", "after"))
    parts = decomposition.sort_values("contribution", kind="stable", ascending=total < 0)
    main, against = parts.iloc[0], parts.iloc[-1]
    size = abs(total) / before if before else np.inf
    relative = [numbers.signed_percent(total / before)] if before else []
    values = {
        "before": numbers.money(before),
        "after": numbers.money(after),
        "change": _(", ").join([numbers.signed_money(total), *relative]),
        "factor": factor(main["factor"]),
        "part": numbers.signed_money(main["contribution"]),
    }
    if size < UNCHANGED or total == 0:
        kind, claim = "unchanged", _("Net revenue stayed at {after}.", after=values["after"])
    elif total > 0:
        kind = "rose"
        claim = _("Net revenue rose to {after} ({change}); the largest part by {factor}: {part}.", **values)
    else:
        kind = "fell"
        claim = _("Net revenue fell to {after} ({change}); the largest part by {factor}: {part}.", **values)
    opposed = against["contribution"] * total < 0 and kind != "unchanged"
    counter = (
        _(" {factor} worked the other way: {part}.", factor=factor(against["factor"]),
          part=numbers.signed_money(against["contribution"]))
        if opposed
        else ""
    )  # fmt: skip
    evidence = _("From {before} to {after}, split by factor without a rest.", **values)
    return Finding(kind, stage="", claim=claim, evidence=evidence + counter, money=total)


def factor(name: str) -> str:
    """A factor of the growth equations, as a label; names it does not know stay as they are."""
    known = {
        "visitors": lambda: _("visitors"),
        "conversion": lambda: _("conversion"),
        "n_buyers": lambda: _("the number of buyers"),
        "average_order_value": lambda: _("average order value"),
        "orders_per_buyer": lambda: _("orders per buyer"),
        "users": lambda: _("the number of users"),
        "close_rate": lambda: _("close rate"),
        "value_per_buyer": lambda: _("value per buyer"),
    }
    return known[name]() if name in known else str(name)


def retention_trend(retention: pd.DataFrame, age: int = 1) -> Finding:
    """Whether the newer half of the cohorts comes back at `age` more, or less, than the older half.

    retention  the table of `cohort.retention`, measure customers (one group)

    Returns a finding of kind "retention_better", "retention_worse", "retention_level" or "small_base".
    """
    seen = retention[(retention["age"] == age) & retention["value"].notna()].sort_values("cohort")
    halves = seen.iloc[: len(seen) // 2], seen.iloc[len(seen) // 2 :]
    (n_old, k_old), (n_new, k_new) = ((half["n_customers"].sum(), half["value"].sum()) for half in halves)
    if min(n_old, n_new) < SMALLEST_BASE:
        return _too_few(min(n_old, n_new))
    p = float(against_peers(k_new, n_new, k_old, n_old))
    old, new = k_old / n_old, k_new / n_new
    kind = "retention_level" if p > NOISE else "retention_better" if new > old else "retention_worse"
    values = {"old": numbers.percent(old), "new": numbers.percent(new), "age": age}
    claim, action = {
        "retention_better": lambda: (
            _("Newer customers come back more in period {age}: {new}, {old} before.", **values),
            _("Find out what changed for them, and make it the standard."),
        ),
        "retention_worse": lambda: (
            _("Newer customers come back less in period {age}: {new}, {old} before.", **values),
            _("Compare where the newer customers came from and what they bought first."),
        ),
        "retention_level": lambda: (
            _("Newer and older customers come back alike in period {age}: {new} and {old}.", **values),
            "",
        ),
    }[kind]()
    return Finding(
        kind=kind,
        stage="repurchase",
        claim=claim,
        evidence=_(
            "{k_new} of {n_new} customers of the newer cohorts, {k_old} of {n_old} of the older; chance "
            "alone gives such a difference with probability {p}.",
            k_new=numbers.count(k_new),
            n_new=numbers.count(n_new),
            k_old=numbers.count(k_old),
            n_old=numbers.count(n_old),
            p=numbers.percent(p),
        ),
        action=action,
        n=int(n_old + n_new),
    )


def repurchase_rhythm(curve: pd.DataFrame) -> Finding:
    """How many come back, and how soon the most of them do.

    curve  the table of `repurchase.curve` (one group)

    Returns a finding of kind "repurchase_soon" (half or more of those who come back within the longest
    window do so within a shorter one, the shortest such), "repurchase_late", or "small_base".
    """
    told = curve[curve["n_customers"] >= SMALLEST_BASE].sort_values("within_days")
    if told.empty:
        return _too_few(curve["n_customers"].max())
    last = told.iloc[-1]
    soon = told[(told["repurchase_rate"] >= last["repurchase_rate"] / 2) & (told["repurchase_rate"] > 0)]
    first = soon.iloc[0] if len(soon) else last
    early = first["within_days"] < last["within_days"]
    values = {
        "rate": numbers.percent(last["repurchase_rate"]),
        "days": numbers.count(last["within_days"]),
        "early": numbers.count(first["within_days"]),
        "early_rate": numbers.percent(first["repurchase_rate"]),
    }
    return Finding(
        kind="repurchase_soon" if early else "repurchase_late",
        stage="repurchase",
        claim=_(
            "{rate} of buyers come back within {days} days, half of these or more within {early} "
            "({early_rate}).",
            **values,
        )
        if early
        else _("{rate} of buyers come back within {days} days.", rate=values["rate"], days=values["days"]),
        evidence=_(
            "{k} of {n} buyers whose first order is at least {days} days old; 95% interval {low} to {high}.",
            k=numbers.count(last["n_repurchased"]),
            n=numbers.count(last["n_customers"]),
            days=values["days"],
            low=numbers.percent(last["repurchase_rate_low"]),
            high=numbers.percent(last["repurchase_rate_high"]),
        ),
        action=_("Put the follow-up messages inside the first {early} days.", early=values["early"])
        if early
        else _("Ask what would bring them back sooner, and give one reason to return with the first order."),
        n=int(last["n_customers"]),
    )


def _known(decomposition: pd.DataFrame, side: str) -> pd.Series:
    """A factor nobody could see (the order value of no order) does not change a product of 0."""
    return decomposition[side].astype(float).fillna(0.0)


def _too_few(n) -> Finding:
    n = 0 if pd.isna(n) else n
    return Finding(
        kind="small_base",
        stage="",
        claim=_("Too few customers to say anything yet."),
        evidence=_(
            "The base is {n}; below {smallest} a difference is mostly chance.",
            n=numbers.count(n),
            smallest=numbers.count(SMALLEST_BASE),
        ),
        n=int(n),
    )
