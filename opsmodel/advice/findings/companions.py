"""What goes with what: the next product after a first basket, and membership after a purchase."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE
from opsmodel.wording import _


def next_product(pairs: pd.DataFrame) -> Finding:
    """The next product to offer: of the pairs beyond chance, the one that moves the most customers.

    pairs  the table of `ladder.next_products` (one group)

    Returns a finding of kind "next_product", "next_none" (no pair is more than chance, after correction
    for all pairs tested) or "small_base" (no pair was tested, or none with 30 customers).
    """
    told = pairs[pairs["n_customers"] >= SMALLEST_BASE]
    if told.empty:
        return small_base(pairs["n_customers"].max())
    found = told[(told["q_value"] <= NOISE) & (told["lift"] > 1)]
    tested = int(pairs["q_value"].notna().sum())
    if found.empty:
        return Finding(
            "next_none", "repurchase",
            _("No product follows another more often than chance would have it."),
            _("{pairs} pairs were tested, and the test corrected for their number.",
              pairs=numbers.count(tested)),
            n=int(told["n_customers"].max()),
        )  # fmt: skip
    found = found.assign(more=(found["next_share"] - found["base_share"]) * found["n_customers"])
    best = found.sort_values(["more", "lift"], ascending=False, kind="stable").iloc[0]
    values = {"first": best["first_item"], "next": best["next_item"]}
    claim = _(
        "{share} of those who begin with {first} buy {next} next; of the others {base}.",
        **values, share=numbers.percent(best["next_share"]), base=numbers.percent(best["base_share"]),
    )  # fmt: skip
    evidence = _(
        "{k} of {n} within {days} days; {lift} times as often as the others. Chance gives such a pair with "
        "probability {q}, corrected for {pairs} pairs.",
        k=numbers.count(best["n_next"]), n=numbers.count(best["n_customers"]),
        days=numbers.count(best["within_days"]), lift=numbers.number(best["lift"]),
        q=numbers.chance(best["q_value"]), pairs=numbers.count(tested),
    )  # fmt: skip
    return Finding(
        "next_product", "repurchase", claim, evidence,
        _("Offer {next} to those who began with {first} and lack it; leave some out by lot, to see whether "
          "the offer is the reason.", **values),
        owner=_("store staff, with customer operations"), n=int(best["n_customers"]),
    )  # fmt: skip


def membership(members: pd.DataFrame) -> Finding:
    """Whether members spend more than customers who looked the same and were not members yet.

    members  one row of `ladder.members`

    Returns a finding of kind "members_more", "members_less", "members_level" (no effect beyond noise),
    "members_alone" (fewer than 30 members have anybody like them) or "small_base".
    """
    if members.empty or members["n_members"].iloc[0] < SMALLEST_BASE:
        return small_base(members["n_members"].max())
    row = members.iloc[0]
    counts = {"k": numbers.count(row["n_matched"]), "n": numbers.count(row["n_members"])}
    if row["n_matched"] < SMALLEST_BASE:
        return Finding(
            "members_alone", "repurchase",
            _("Whether membership pays cannot be told: too few members have anybody to be compared with."),
            _("{k} of {n} members had a customer like them who was not a member yet.", **counts),
            _("Offer the membership sooner to customers drawn by lot, and compare them with the rest."),
            n=int(row["n_members"]),
        )  # fmt: skip
    level = row["extra_spend_low"] <= 0 <= row["extra_spend_high"]
    more = row["extra_spend"] > 0
    values = {
        "own": numbers.money(row["members_spend"]),
        "others": numbers.money(row["members_spend"] - row["extra_spend"]),
        "days": numbers.count(row["within_days"]),
    }
    if level:
        kind, action = (
            "members_level",
            _("Do not judge the programme by this; let a lot decide who is offered it first."),
        )
        claim = _(
            "Membership shows no effect beyond noise: {own} in {days} days, {others} without it.", **values
        )
    elif more:
        kind, action = (
            "members_more",
            _("Ask for the membership sooner: at the purchase before the usual one."),
        )
        claim = _("Members spend more: {own} in {days} days, {others} without membership.", **values)
    else:
        kind, action = (
            "members_less",
            _("Look at what members get: discounts may replace full-price purchases."),
        )
        claim = _("Members spend less: {own} in {days} days, {others} without membership.", **values)
    evidence = _(
        "{k} of {n} members matched with {others} customers alike in tenure, spend and purchases before; "
        "difference {low} to {high} (95% interval). Compared, not tried: a hint, no proof.",
        **counts, others=numbers.count(row["n_others"]),
        low=numbers.signed_money(row["extra_spend_low"]), high=numbers.signed_money(row["extra_spend_high"]),
    )  # fmt: skip
    return Finding(kind, "repurchase", claim, evidence, action, n=int(row["n_matched"]))
