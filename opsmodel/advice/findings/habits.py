"""What cohorts, repurchase windows, waiting times and the order ladder say about coming back."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers
from opsmodel.wording import _


def retention_trend(retention: pd.DataFrame, age: int = 1) -> Finding:
    """Whether the newer half of the cohorts comes back at `age` more, or less, than the older half.

    retention  the table of `cohort.retention`, measure customers (one group)

    Returns a finding of kind "retention_better", "retention_worse", "retention_level" or "small_base".
    """
    seen = retention[(retention["age"] == age) & retention["value"].notna()].sort_values("cohort")
    halves = seen.iloc[: len(seen) // 2], seen.iloc[len(seen) // 2 :]
    (n_old, k_old), (n_new, k_new) = ((half["n_customers"].sum(), half["value"].sum()) for half in halves)
    if min(n_old, n_new) < SMALLEST_BASE:
        return small_base(min(n_old, n_new))
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
            p=numbers.chance(p),
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
        return small_base(curve["n_customers"].max())
    last = told.iloc[-1]
    soon = told[(told["repurchase_rate"] >= last["repurchase_rate"] / 2) & (told["repurchase_rate"] > 0)]
    first = soon.iloc[0] if len(soon) else last
    early = first["within_days"] < last["within_days"]
    values = {
        "rate": numbers.percent(last["repurchase_rate"]),
        "days": numbers.count(last["within_days"]),
        "early": numbers.count(first["within_days"]),
    }
    return Finding(
        kind="repurchase_soon" if early else "repurchase_late",
        stage="repurchase",
        claim=_(
            "{rate} of buyers come back within {days} days, half of these or more within {early}.",
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


def waiting(survival: pd.DataFrame) -> Finding:
    """How long it takes until half of the first-time buyers are back.

    survival  the table of `repurchase.survival` (one group)

    Returns a finding of kind "half_back", "half_away" (they are not, as far as the file reaches) or
    "small_base".
    """
    n = int(survival["at_risk"].max()) if len(survival) else 0
    if n < SMALLEST_BASE:
        return small_base(n)
    back = survival[survival["repurchased"] >= 0.5]
    last = survival.iloc[-1] if back.empty else back.iloc[0]
    day, share = numbers.count(last["days"]), numbers.percent(last["repurchased"])
    if back.empty:
        claim = _(
            "After {day} days, {share} of first-time buyers are back: fewer than half.", day=day, share=share
        )
    else:
        claim = _("Half of the first-time buyers are back by day {day}.", day=day)
    evidence = _(
        "{n} first-time buyers, those still waiting counted as waiting; 95% interval of the share back by "
        "then {low} to {high}.",
        n=numbers.count(n), low=numbers.percent(last["low"]), high=numbers.percent(last["high"]),
    )  # fmt: skip
    return Finding("half_away" if back.empty else "half_back", "repurchase", claim, evidence, n=n)


def order_ladder(ladder: pd.DataFrame) -> Finding:
    """Whether a second order makes a third likelier than a first makes a second: the worth of order two.

    ladder  the table of `repurchase.ladder` (one group)

    Returns a finding of kind "habit_forms", "habit_level" (no more than noise apart) or "small_base".
    """
    rungs = ladder.set_index("order_number").reindex([1, 2])
    smallest = rungs["n_customers"].fillna(0).min()
    if smallest < SMALLEST_BASE:
        return small_base(smallest)
    (n_1, n_2), (k_1, k_2) = rungs["n_customers"], rungs["n_next"]
    first, second = k_1 / n_1, k_2 / n_2
    forms = second > first and float(against_peers(k_2, n_2, k_1, n_1)) <= NOISE
    values = {"first": numbers.percent(first), "second": numbers.percent(second)}
    if forms:
        claim = _(
            "The second order makes the habit: {second} go on after it, {first} after the first.", **values
        )
        action = _("Put the effort into the second order: whoever places it mostly goes on unasked.")
    else:
        claim = _("After the second order {second} go on, after the first {first}.", **values)
        action = ""
    evidence = _(
        "{k_1} of {n_1} after the first order, {k_2} of {n_2} after the second.",
        k_1=numbers.count(k_1), n_1=numbers.count(n_1), k_2=numbers.count(k_2), n_2=numbers.count(n_2),
    )  # fmt: skip
    return Finding(
        "habit_forms" if forms else "habit_level", "repurchase", claim, evidence, action, n=int(n_1)
    )
