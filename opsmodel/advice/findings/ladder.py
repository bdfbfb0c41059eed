"""What the product ladder says: the weakest rung, the entry product, the next product, the membership."""

from collections.abc import Hashable

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers, benjamini_hochberg
from opsmodel.wording import _


def weakest_rung(climb: pd.DataFrame, peers: pd.DataFrame | None = None) -> Finding:
    """The rung of the product ladder where the most customers stop, against peers where these are given.

    climb  the table of `ladder.climb` (one group)
    peers  the table of `ladder.climb` of the peer stores (all together or one group each)

    Returns a finding of kind "rung_behind" (fewer go on than at the peers, beyond noise and after
    correction for several rungs; of several, the one that costs the most customers), "rung_weakest" (the
    lowest rate, its interval clear of the next), "rung_unclear" (about as weak as another), "rung_only"
    (a single rung to tell of) or "small_base".
    """
    told = climb[climb["n_customers"] >= SMALLEST_BASE].sort_values("reach_rate", kind="stable")
    if told.empty:
        return small_base(climb["n_customers"].max())
    behind = _behind(told, peers) if peers is not None else None
    if behind is not None:
        return behind
    weakest, others = told.iloc[0], told.iloc[1:]
    values = _rung(weakest)
    if others.empty:
        kind, claim = "rung_only", _("From {a} to {b}, {rate} go on within {days} days.", **values)
    elif weakest["reach_rate_high"] < others.iloc[0]["reach_rate_low"]:
        kind = "rung_weakest"
        claim = _("The ladder is weakest from {a} to {b}: {rate} go on within {days} days.", **values)
    else:
        kind, rival = "rung_unclear", _rung(others.iloc[0])
        claim = _(
            "From {a} to {b} {rate} go on, from {c} to {d} {other}: no rung is clearly the weakest.",
            a=values["a"], b=values["b"], rate=values["rate"],
            c=rival["a"], d=rival["b"], other=rival["rate"],
        )  # fmt: skip
    return _about_rung(kind, weakest, claim)


def _behind(told: pd.DataFrame, peers: pd.DataFrame) -> Finding | None:
    """The rung that costs the most customers against the peers, if any does beyond noise."""
    keys = ["from_tier", "to_tier"]
    sums = peers.groupby(keys, as_index=False)[["n_customers", "n_reached"]].sum()
    both = told.merge(sums, on=keys, suffixes=("", "_peers"))
    both = both[both["n_customers_peers"] >= SMALLEST_BASE]
    counts = ("n_reached", "n_customers", "n_reached_peers", "n_customers_peers")
    both = both.assign(p=against_peers(*(both[name] for name in counts)))
    both["peer_rate"] = both["n_reached_peers"] / both["n_customers_peers"]
    both["short"] = (both["peer_rate"] - both["reach_rate"]) * both["n_customers"]
    found = both[(benjamini_hochberg(both["p"]) <= NOISE) & (both["short"] > 0)]
    if found.empty:
        return None
    worst = found.sort_values("short", ascending=False, kind="stable").iloc[0]
    claim = _(
        "From {a} to {b}, {rate} go on within {days} days; at comparable stores {peers} do.",
        **_rung(worst), peers=numbers.percent(worst["peer_rate"]),
    )  # fmt: skip
    return _about_rung("rung_behind", worst, claim)


def _rung(row: pd.Series) -> dict[str, str]:
    return {
        "a": tier_name(row["from_tier"]),
        "b": tier_name(row["to_tier"]),
        "rate": numbers.percent(row["reach_rate"]),
        "days": numbers.count(row["within_days"]),
    }


def _about_rung(kind: str, row: pd.Series, claim: str) -> Finding:
    evidence = _(
        "{k} of {n} customers whose window is over; 95% interval {low} to {high}; {at_once} of them on the "
        "same day.",
        k=numbers.count(row["n_reached"]), n=numbers.count(row["n_customers"]),
        low=numbers.percent(row["reach_rate_low"]), high=numbers.percent(row["reach_rate_high"]),
        at_once=numbers.count(row["n_same_day"]),
    )  # fmt: skip
    action = _(
        "Choose the one {b} that follows the {a}, and have staff offer it by name in the first follow-up.",
        a=tier_name(row["from_tier"]), b=tier_name(row["to_tier"]),
    )  # fmt: skip
    return Finding(
        kind, "repurchase", claim, evidence, action,
        owner=_("head-office product lead, with store staff"), n=int(row["n_customers"]),
    )  # fmt: skip


def tier_name(tier: Hashable) -> str:
    """What a reader calls a tier; the client's own tiers keep their names."""
    names = {"entry": _("entry product"), "core": _("core product"), "premium": _("premium product")}
    return names.get(str(tier), str(tier))


def front_end(entrants: pd.DataFrame) -> Finding:
    """Whether the orders that follow pay for the entry product, per customer who entered with it.

    entrants  one row of `ladder.entrants(…, product=None)`, or of one product

    Returns a finding of kind "front_end_earns" (no loss to pay back), "front_end_pays_back" (beyond
    noise), "front_end_maybe" (on average, but chance may have done it), "front_end_open" (not within the
    window, but chance may have done it), "front_end_loses" (not within the window, beyond noise) or
    "small_base".
    """
    if entrants.empty or entrants["n_customers"].iloc[0] < SMALLEST_BASE:
        return small_base(entrants["n_customers"].max())
    row = entrants.iloc[0]
    paid, surely = pd.notna(row["payback_day"]), pd.notna(row["payback_day_high"])
    values = {
        "front": numbers.money(abs(row["front_margin"])),
        "total": numbers.money(row["entrant_margin"]),
        "day": numbers.count(row["payback_day"]),
        "days": numbers.count(row["within_days"]),
    }
    if row["front_margin"] >= 0:
        kind = "front_end_earns"
        claim = _("The entry product earns {front} at once, and {total} per entrant in {days} days.",
                  front=values["front"], total=values["total"], days=values["days"])  # fmt: skip
    elif paid:
        kind = "front_end_pays_back" if surely else "front_end_maybe"
        claim = _(
            "An entrant costs {front} at first, has paid it back by day {day}, and brings {total} in {days} "
            "days.", **values,
        )  # fmt: skip
    else:
        kind = "front_end_loses" if row["entrant_margin_high"] < 0 else "front_end_open"
        claim = _("An entrant costs {front} at first and has not paid it back after {days} days: {total}.",
                  front=values["front"], total=values["total"], days=values["days"])  # fmt: skip
    evidence = _(
        "{n} entrants of at least {days} days; margin per entrant {low} to {high} (95% interval).",
        n=numbers.count(row["n_customers"]), days=values["days"],
        low=numbers.money(row["entrant_margin_low"]), high=numbers.money(row["entrant_margin_high"]),
    )  # fmt: skip
    action = {
        "front_end_earns": _("Widen the entry offer: it costs nothing to bring more people in with it."),
        "front_end_pays_back": _("Keep the entry price; put the next offer before the payback day."),
        "front_end_maybe": _("Hold the volume of the entry offer until more entrants are old enough."),
        "front_end_open": _("Hold the volume of the entry offer until more entrants are old enough."),
        "front_end_loses": _("Raise the entry price or cut the giveaway, or give entrants a next product."),
    }[kind]
    return Finding(
        kind, "close", claim, evidence, action, owner=_("head-office product lead, with store staff"),
        n=int(row["n_customers"]), worth=_payback_day(row) if row["front_margin"] < 0 else "",
    )  # fmt: skip


def _payback_day(row: pd.Series) -> str:
    """How sure the payback day is."""
    low, high = numbers.count(row["payback_day_low"]), numbers.count(row["payback_day_high"])
    share = numbers.percent(row["paid_back_share"])
    if pd.notna(row["payback_day_high"]):
        return _("The payback day lies between day {low} and day {high} (95% interval).", low=low, high=high)
    if pd.notna(row["payback_day_low"]):
        return _("Paid back by day {low} at the earliest; within the window in {share} of redrawn samples.",
                 low=low, share=share)  # fmt: skip
    return _("Paid back within the window in {share} of redrawn samples.", share=share)


def entry_products(entrants: pd.DataFrame) -> Finding:
    """Which entry product brings the most margin per entrant, and which the least.

    entrants  the table of `ladder.entrants`, one row per product

    Returns a finding of kind "entry_apart" (best and worst differ: their intervals do not touch),
    "entry_alike", or "small_base" (fewer than two products with 30 entrants).
    """
    told = entrants[entrants["n_customers"] >= SMALLEST_BASE].sort_values("entrant_margin", kind="stable")
    if len(told) < 2:
        return small_base(entrants["n_customers"].max() if len(told) == 0 else told["n_customers"].iloc[0])
    worst, best = told.iloc[0], told.iloc[-1]
    apart = best["entrant_margin_low"] > worst["entrant_margin_high"]
    values = {
        "best": best["entry_product"], "most": numbers.money(best["entrant_margin"]),
        "worst": worst["entry_product"], "least": numbers.money(worst["entrant_margin"]),
        "days": numbers.count(best["within_days"]),
    }  # fmt: skip
    if apart:
        claim = _("Entrants by {best} bring {most} in {days} days, by {worst} {least}.", **values)
        action = _(
            "Lead with {best}; stop giving room to {worst}.", best=values["best"], worst=values["worst"]
        )
    else:
        claim = _("No entry product is clearly better: {least} to {most} per entrant in {days} days.",
                  least=values["least"], most=values["most"], days=values["days"])  # fmt: skip
        action = ""
    evidence = _(
        "95% intervals: {best} {most_low} to {most_high} ({n_best} entrants), {worst} {least_low} to "
        "{least_high} ({n_worst} entrants).",
        best=values["best"], worst=values["worst"],
        n_best=numbers.count(best["n_customers"]), n_worst=numbers.count(worst["n_customers"]),
        most_low=numbers.money(best["entrant_margin_low"]),
        most_high=numbers.money(best["entrant_margin_high"]),
        least_low=numbers.money(worst["entrant_margin_low"]),
        least_high=numbers.money(worst["entrant_margin_high"]),
    )  # fmt: skip
    return Finding(
        "entry_apart" if apart else "entry_alike", "close", claim, evidence, action,
        owner=_("head-office product lead, with store staff") if apart else "",
        n=int(told["n_customers"].sum()),
    )  # fmt: skip
