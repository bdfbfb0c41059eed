"""What scores and rhythms say about whom to call: how many, in which order, and what it may bring."""

from typing import Any

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE, Z95
from opsmodel.wording import _

FEW = 100  # new leads a month; below, the order is that of recency


def leads_to_call(
    precision: pd.DataFrame, overview: pd.DataFrame, *, capacity: int = 20, within_days: int = 30,
    value: float | None = None,
) -> Finding:  # fmt: skip
    """How many leads to call this week, in which order, and what the calls may bring.

    precision    the table of `leads.precision`, of the chain, with a row for `capacity`
    overview     the row of `leads.overview` of this store
    within_days  the window that the history was scored for
    value        worth of a new buyer, client currency (an LTV); default: the value of a first order

    Returns a finding of kind "leads_by_score" (the score finds more buyers than recency, beyond noise),
    "leads_by_recency" (it does not), "leads_few" (under 100 new leads a month: nothing can be proven),
    "no_leads" or "small_base". Money is in `worth`, for one week; it is what the called people buy, not
    what the calls cause.
    """  # fmt: skip
    store: dict[Any, Any] = overview.iloc[0].to_dict() if len(overview) else {"n_leads": 0}
    if not store["n_leads"]:
        return Finding("no_leads", "close", _("There is no lead to call: every contact has bought."), "")
    rows = precision[precision["capacity"] == capacity].set_index("order")
    n_called = rows["n_called"].min() if len(rows) else 0
    if n_called < SMALLEST_BASE:
        return small_base(n_called)
    by_order: dict[Any, Any] = rows.to_dict(orient="index")
    better = by_order["score"]["beyond_recency_low"] > 0
    few = store["leads_a_month"] < FEW
    row = by_order["score" if better and not few else "recency"]
    kind = "leads_few" if few else "leads_by_score" if better else "leads_by_recency"
    n = int(min(capacity, store["n_leads"]))
    low, rate, high = (row[f"close_rate{end}"] for end in ("_low", "", "_high"))
    values = {"n": numbers.count(n), "days": numbers.count(within_days), "share": numbers.percent(rate)}
    claim = {
        "leads_by_score": lambda: _(
            "Call the first {n} leads by score this week: {share} of such leads bought within {days} days.",
            **values,
        ),
        "leads_by_recency": lambda: _(
            "Call the {n} leads with the latest sign this week: {share} of such leads bought within {days} "
            "days, and the score finds no more.",
            **values,
        ),
        "leads_few": lambda: _(
            "Call the {n} leads with the latest sign this week; under {few} new leads a month no score can "
            "be shown to do better.",
            n=values["n"], few=numbers.count(FEW),
        ),
    }[kind]()  # fmt: skip
    evidence = _(
        "{k} of {n} leads that stood first in their store on past days bought within {days} days (95% "
        "interval {low} to {high}, all stores); of all leads {base} did. By score {more} more than by "
        "recency.",
        k=numbers.count(row["n_bought"]), n=numbers.count(row["n_called"]), days=values["days"],
        low=numbers.percent(low), high=numbers.percent(high), base=numbers.percent(row["base_rate"]),
        more=numbers.points(by_order["score"]["beyond_recency"]),
    )  # fmt: skip
    each = store["first_order_value"] if value is None else value
    return Finding(
        kind,
        "close",
        claim,
        evidence,
        action=_(
            "Have the list of leads written; leave the tenth that is held out alone, and compare after "
            "{days} days.",
            days=values["days"],
        ),
        owner=_("store manager"),
        n=int(row["n_called"]),
        worth=_worth(n, (low, rate, high), each),
    )


def _worth(n: int, rates: tuple[float, float, float], each: float) -> str:
    if pd.isna(each):
        return ""
    low, middle, high = (numbers.money(n * rate * each) for rate in rates)
    return _(
        "On average these {n} buy for {middle} ({low} to {high}), called or not: easy to close is not closed "
        "because of us. What the calls add, the held-out tenth will tell.",
        n=numbers.count(n), middle=middle, low=low, high=high,
    )  # fmt: skip


def chances_hold(calibration: pd.DataFrame) -> Finding:
    """Whether the chances that a score states are those that came true.

    calibration  the table of `leads.calibration`

    Returns a finding of kind "chances_hold" (what was predicted lies inside the interval of what was seen,
    in all and in nearly all groups), "chances_off" or "small_base".
    """
    told = calibration[calibration["n_leads"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(calibration["n_leads"].max() if len(calibration) else 0)
    n, k = told["n_leads"].sum(), told["n_bought"].sum()
    expected = (told["predicted"] * told["n_leads"]).sum()
    outside = (told["predicted"] < told["observed_low"]) | (told["predicted"] > told["observed_high"])
    reach = Z95 * float((told["predicted"] * (1 - told["predicted"]) * told["n_leads"]).sum()) ** 0.5
    holds = abs(k - expected) <= max(reach, 0.1 * expected) and outside.sum() <= max(1, 0.3 * len(told))
    values = {"expected": numbers.count(expected), "k": numbers.count(k)}
    claim = (
        _("The chances hold: {expected} first orders predicted, {k} seen.", **values)
        if holds
        else _("The chances are off: {expected} first orders predicted, {k} seen.", **values)
    )
    evidence = _(
        "{n} leads on past days in {groups} groups of like chances; in {outside} of them what was predicted "
        "lies outside the 95% interval of what was seen.",
        n=numbers.count(n), groups=numbers.count(len(told)), outside=numbers.count(outside.sum()),
    )  # fmt: skip
    action = "" if holds else _("Use the order of the list, not the chances; score again with newer months.")
    return Finding("chances_hold" if holds else "chances_off", "close", claim, evidence, action, n=int(n))


def leads_sorted(backtest: pd.DataFrame) -> Finding:
    """How much more often the leads called first bought than leads in no order.

    backtest  the table of `leads.backtest` (one group)

    Returns a finding of kind "leads_sorted" (the interval of the first group's lift lies above 1),
    "leads_unsorted" or "small_base".
    """
    first = backtest[backtest["decile"] == 1].set_index("order")
    n = int(first["n_leads"].min()) if len(first) else 0
    if n < SMALLEST_BASE or first["lift"].isna().any():
        return small_base(n)
    score, recency = first.loc["score"], first.loc["recency"]
    values = {
        "groups": numbers.count(backtest["decile"].max()),
        "lift": numbers.number(score["lift"]),
        "recency": numbers.number(recency["lift"]),
    }
    told = score["lift_low"] > 1
    claim = (
        _(
            "Of {groups} groups of leads, the one called first buys {lift} times as often as all leads.",
            **values,
        )
        if told
        else _("The leads called first do not buy more often than all leads, beyond noise.")
    )
    evidence = _(
        "{k} of {n} leads of past days bought; 95% interval of the ratio {low} to {high}. By recency alone "
        "it is {recency}.",
        k=numbers.count(score["n_bought"]), n=numbers.count(score["n_leads"]), **values,
        low=numbers.number(score["lift_low"]), high=numbers.number(score["lift_high"]),
    )  # fmt: skip
    return Finding("leads_sorted" if told else "leads_unsorted", "close", claim, evidence, n=n)


def out_of_rhythm(states: pd.DataFrame) -> Finding:
    """How many customers are due now, and how many have fallen out of their rhythm.

    states  the rows of `leads.in_rhythm` of one group

    Returns a finding of kind "rhythm_due" (no fewer due than late), "rhythm_late" or "small_base".
    """
    known = states.set_index("state")["n_customers"]
    n = int(known.sum())
    if n < SMALLEST_BASE:
        return small_base(n)
    due, late = int(known.get("due", 0)), int(known.get("late", 0))
    values = {"due": numbers.count(due), "late": numbers.count(late)}
    claim = (
        _("Customers due for their next purchase: {due}; late: {late}.", **values)
        if due >= late
        else _("More customers are late ({late}) than due ({due}): win them back first.", **values)
    )
    evidence = _(
        "Of {n} buyers who can be reached: {early} early, {due} due (P50 to P80 of the gaps), {late} late "
        "(up to three times P80), {gone} gone.",
        n=numbers.count(n), early=numbers.count(known.get("early", 0)),
        gone=numbers.count(known.get("gone", 0)), **values,
    )  # fmt: skip
    action = (
        _(
            "Have the list of those due written: a greeting for those who come unasked, a reminder for the "
            "others."
        )
        if due >= late
        else _("Have the win-back list written, and call the regulars on it in person.")
    )
    kind = "rhythm_due" if due >= late else "rhythm_late"
    return Finding(kind, "repurchase", claim, evidence, action, owner=_("store manager"), n=n)
