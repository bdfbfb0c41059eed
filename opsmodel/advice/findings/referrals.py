"""What sharing (裂变) and referral (转介绍) bring, and who is behind it."""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers
from opsmodel.wording import _

FEWEST_TOLD = 5  # people; of fewer nothing is told on a page


def sharing_carries(k: pd.DataFrame, *, within_days: int) -> Finding:
    """Whether sharing carries itself: whether each person exposed brings one who stays.

    k            the table of `referral.k_overall` (one group)
    within_days  its window

    Returns a finding of kind "sharing_carries" (surely 1 or more a head), "sharing_open" (1 lies within the
    interval), "sharing_adds" (surely fewer) or "small_base".
    """
    n = 0 if k.empty else int(k["n_exposed"].iloc[0])
    if n < SMALLEST_BASE:
        return small_base(n)
    row = k.iloc[0]
    value, low, high = row["k_ret"], row["k_ret_low"], row["k_ret_high"]
    values = {"k": numbers.number(value), "days": numbers.count(within_days)}
    if low >= 1:
        kind = "sharing_carries"
        claim = _("Sharing carries itself: each contact brings {k} kept ones within {days} days.", **values)
        action = _("Keep it going, and watch how many of the invited are still new people.")
    elif high >= 1:
        kind = "sharing_open"
        claim = _("Sharing may carry itself: each contact brings {k} kept ones within {days} days.", **values)
        action = _("Let more people be exposed before money is put into it.")
    else:
        kind = "sharing_adds"
        claim = _(
            "Sharing does not carry itself: 100 contacts bring {n} kept ones within {days} days.",
            n=numbers.number(100 * value, 1), days=values["days"],
        )  # fmt: skip
        action = _(
            "Plan it as an addition to paid and store contacts; first raise the share of contacts who invite "
            "anybody ({share}).",
            share=numbers.percent(row["inviter_rate"]),
        )
    evidence = _(
        "{retained} kept contacts credited to {n} exposed persons: K = {k}, 95% interval {low} to {high}; "
        "{inviters} of them invited somebody.",
        retained=numbers.count(row["n_retained"]), n=numbers.count(n), k=values["k"],
        low=numbers.number(low), high=numbers.number(high), inviters=numbers.count(row["n_inviters"]),
    )  # fmt: skip
    return Finding(kind, "acquire", claim, evidence, action, n=n)


def referral_share(revenue: pd.DataFrame) -> Finding:
    """What referral brings in money.

    revenue  the table of `referral.revenue` (one group)

    Returns a finding of kind "referral_earns", "referral_none" (no buyer was referred) or "small_base".
    """
    n = 0 if revenue.empty else int(revenue["n_new_buyers"].iloc[0])
    if n < SMALLEST_BASE:
        return small_base(n)
    row = revenue.iloc[0]
    if not row["n_referred"]:
        return Finding(
            "referral_none", "acquire", _("No buyer is known to have been referred by anybody."),
            _("{n} buyers, none with a known referrer.", n=numbers.count(n)),
            _("Record the referrer when a contact is added; without it referral cannot be rewarded."), n=n,
        )  # fmt: skip
    claim = _(
        "Buyers whom somebody brought make up {buyers} of buyers and {revenue} of revenue.",
        buyers=numbers.percent(row["referred_rate"]), revenue=numbers.percent(row["referred_revenue_share"]),
    )  # fmt: skip
    evidence = _(
        "{k} of {n} buyers have a known referrer, 95% interval {low} to {high}; each buyer has brought in "
        "{value} through people referred ({value_low} to {value_high}), and the top 1% of buyers {top} "
        "of it.",
        k=numbers.count(row["n_referred"]), n=numbers.count(n), low=numbers.percent(row["referred_rate_low"]),
        high=numbers.percent(row["referred_rate_high"]), value=numbers.money(row["referral_value"]),
        value_low=numbers.money(row["referral_value_low"]),
        value_high=numbers.money(row["referral_value_high"]), top=numbers.percent(row["share_top_1"]),
    )  # fmt: skip
    action = _("Thank those who refer by name, and give them something to pass on with the next purchase.")
    return Finding("referral_earns", "acquire", claim, evidence, action, n=n)


def invited_quality(quality: pd.DataFrame, *, within_days: int) -> Finding:
    """Whether people whom somebody brought come back more than others, or less.

    quality      the table of `referral.quality` (one group)
    within_days  its window

    Returns a finding of kind "invited_better", "invited_worse", "invited_level" (no more than noise apart) or
    "small_base".
    """
    sides = quality.set_index("origin").reindex(["invited", "other_adds"])
    n, k = sides["n_customers"].fillna(0), sides["n_repurchased"].fillna(0)
    if n.min() < SMALLEST_BASE:
        return small_base(n.min())
    rates = k / n
    p = float(against_peers(k.iloc[0], n.iloc[0], k.iloc[1], n.iloc[1]))
    better = rates.iloc[0] > rates.iloc[1]
    kind = "invited_level" if p > NOISE else "invited_better" if better else "invited_worse"
    values = {
        "invited": numbers.percent(rates.iloc[0]),
        "others": numbers.percent(rates.iloc[1]),
        "days": numbers.count(within_days),
    }
    claim, action = {
        "invited_better": lambda: (
            _("Invited buyers come back more within {days} days: {invited}, others {others}.", **values),
            _("Move budget from bought contacts to asking customers for an introduction."),
        ),
        "invited_worse": lambda: (
            _("Invited buyers come back less within {days} days: {invited}, others {others}.", **values),
            _("Look at what invitations promise: a gift alone brings people who come for the gift."),
        ),
        "invited_level": lambda: (
            _(
                "Invited buyers and others come back alike within {days} days: {invited} and {others}.",
                **values,
            ),
            "",
        ),
    }[kind]()
    evidence = _(
        "{k_1} of {n_1} invited buyers, {k_2} of {n_2} others; chance alone gives such a difference with "
        "probability {p}.",
        k_1=numbers.count(k.iloc[0]), n_1=numbers.count(n.iloc[0]), k_2=numbers.count(k.iloc[1]),
        n_2=numbers.count(n.iloc[1]), p=numbers.chance(p),
    )  # fmt: skip
    return Finding(kind, "repurchase", claim, evidence, action, n=int(n.iloc[0]))


def invitation_flags(flags: pd.DataFrame) -> Finding:
    """Whether some inviters must be looked at before anybody is rewarded.

    flags  the table of `referral.flag_counts` (one group)

    Returns a finding of kind "flags_raised", "flags_none" or "small_base".
    """
    n = 0 if flags.empty else int(flags["n_inviters"].max())
    if n < SMALLEST_BASE:
        return small_base(n)
    counts = flags.set_index("flag")["n_flagged"].reindex(["burst", "instant_deletes"]).fillna(0)
    evidence = _(
        "Of {n} inviters {bursts} brought many people in one go, and {deletes} mostly people who left "
        "at once.",
        n=numbers.count(n), bursts=numbers.count(counts["burst"]),
        deletes=numbers.count(counts["instant_deletes"]),
    )  # fmt: skip
    if not counts.sum():
        return Finding("flags_none", "acquire", _("No inviter stands out as made up."), evidence, n=n)
    return Finding(
        "flags_raised", "acquire",
        _("Some invitations look made up; flags among inviters: {n}.", n=numbers.count(counts.sum())),
        evidence, _("Let staff check the flagged inviters before any reward is paid; a flag is no verdict."),
        n=n,
    )  # fmt: skip


def partners_found(counts: pd.DataFrame) -> Finding:
    """How many could be won as partners.

    counts  the row of `referral.partner_counts`

    Returns a finding of kind "partners_found", "partners_few" (under five: nothing is told of them) or
    "partners_none".
    """
    row = counts.iloc[0]
    n = int(row["n_partners"])
    if not n:
        return Finding(
            "partners_none", "acquire",
            _("Nobody both comes unasked and brings people who stay, as far as is recorded."),
            _("A candidate is a contact with a repeat order nobody asked for and a referral who stayed."),
            _("Record referrers and staff messages; both are needed to find partners."),
        )  # fmt: skip
    invite = _("Have the store manager invite each of them in person, with a role rather than a discount.")
    if n < FEWEST_TOLD:
        few = _(
            "Fewer than {least} customers come unasked and bring others who stay: the list for staff names "
            "them.",
            least=FEWEST_TOLD,
        )
        return Finding("partners_few", "acquire", few, "", invite)
    return Finding(
        "partners_found", "acquire",
        _("{n} customers come unasked and bring others who stay: win them as partners first.",
          n=numbers.count(n)),
        _("Half of them have {free} or more repeat orders nobody asked for, and {brought} or more referrals "
          "who stayed; what they spend played no part.",
          free=numbers.count(np.floor(row["touch_free_repeats"])),
          brought=numbers.count(np.floor(row["retained_referrals"]))),
        invite, n=n,
    )  # fmt: skip
