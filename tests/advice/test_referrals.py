"""Each branch of the findings on sharing, referral and incentives, with its numbers."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import referral
from opsmodel.advice import findings

pytestmark = pytest.mark.usefixtures("lang")


def k(value, low, high, n=200):
    row = {"n_exposed": n, "n_inviters": 30, "n_retained": value * n, "k_ret": value}
    return pd.DataFrame([row | {"k_ret_low": low, "k_ret_high": high, "inviter_rate": 30 / max(n, 1)}])


@pytest.mark.parametrize(
    ("table", "kind", "said"),
    [
        (k(1.4, 1.1, 1.7), "sharing_carries", "1.40"),
        (k(0.9, 0.7, 1.2), "sharing_open", "0.90"),
        (k(0.25, 0.2, 0.31), "sharing_adds", "25.0"),
        (k(0.0, 0.0, 0.02), "sharing_adds", "0.0"),
    ],
)
def test_sharing_carries_itself_only_if_the_whole_interval_says_so(table, kind, said, lang):
    found = findings.sharing_carries(table, within_days=30)
    assert (found.kind, found.n) == (kind, 200)
    assert said in found.claim
    assert "200" in found.evidence
    assert found.action
    assert ("裂变" in found.claim) == (lang == "zh")


@pytest.mark.parametrize(
    "table", [k(2.0, 1.5, 2.5, n=29), k(np.nan, np.nan, np.nan, n=0), k(1, 1, 1).iloc[:0]]
)
def test_sharing_needs_thirty_people(table):
    assert findings.sharing_carries(table, within_days=30).kind == "small_base"


def money(**changes):
    row = {
        "n_new_buyers": 300, "n_referred": 90, "referred_rate": 0.3, "referred_rate_low": 0.251,
        "referred_rate_high": 0.354, "referred_revenue_share": 0.42, "referral_value": 88.0,
        "referral_value_low": 60.0, "referral_value_high": 120.0, "share_top_1": 0.25,
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def test_what_referral_brings_in_money():
    found = findings.referral_share(money())
    assert (found.kind, found.n) == ("referral_earns", 300)
    assert "30.0%" in found.claim
    assert "42.0%" in found.claim
    assert all(part in found.evidence for part in ("90", "300", "¥88", "¥60", "¥120", "25.0%"))


def test_no_known_referrer_asks_for_the_record():
    found = findings.referral_share(money(n_referred=0))
    assert found.kind == "referral_none"
    assert "300" in found.evidence
    assert found.action


def test_referral_needs_thirty_buyers():
    assert findings.referral_share(money(n_new_buyers=29)).kind == "small_base"
    assert findings.referral_share(money().iloc[:0]).kind == "small_base"


def quality(invited, others):
    rows = [("invited", *invited), ("other_adds", *others)]
    return pd.DataFrame(rows, columns=["origin", "n_repurchased", "n_customers"])


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (quality((60, 100), (80, 200)), "invited_better"),
        (quality((30, 100), (110, 200)), "invited_worse"),
        (quality((50, 100), (104, 200)), "invited_level"),
        (quality((20, 29), (104, 200)), "small_base"),
        (quality((20, 40), (104, 200)).iloc[:1], "small_base"),
    ],
)
def test_invited_buyers_beside_the_others(table, kind):
    found = findings.invited_quality(table, within_days=90)
    assert found.kind == kind
    if kind != "small_base":
        assert "90" in found.claim
        assert "104" in found.evidence or "80" in found.evidence or "110" in found.evidence


def flags(bursts, deletes, n=120):
    rows = [("burst", bursts, n), ("instant_deletes", deletes, n)]
    return pd.DataFrame(rows, columns=["flag", "n_flagged", "n_inviters"])


def test_flags_are_to_be_checked_and_their_absence_is_said():
    found = findings.invitation_flags(flags(2, 3))
    assert found.kind == "flags_raised"
    assert "5" in found.claim
    assert found.action
    assert findings.invitation_flags(flags(0, 0)).kind == "flags_none"
    assert findings.invitation_flags(flags(2, 3, n=12)).kind == "small_base"
    assert findings.invitation_flags(flags(2, 3).iloc[:0]).kind == "small_base"


def test_partners_are_counted_with_what_they_do():
    counts = pd.DataFrame({"n_partners": [6], "touch_free_repeats": [3.5], "retained_referrals": [2.0]})
    found = findings.partners_found(counts)
    assert (found.kind, found.n) == ("partners_found", 6)
    assert "6" in found.claim
    assert "2" in found.evidence
    assert findings.partners_found(counts.assign(n_partners=0)).kind == "partners_none"
    few = findings.partners_found(counts.assign(n_partners=4))  # of fewer than five nothing is told
    assert (few.kind, few.n, few.evidence) == ("partners_few", 0, "")
    assert "4" not in few.claim


def schemes(*rates, n=60):
    rows = [(f"plan {place}", n, 100.0, 20.0, 900.0, 0.4, rate) for place, rate in enumerate(rates)]
    names = ["scheme", "n_referred", "cost", "open_cost", "margin", "breakage_rate", "break_even_rate"]
    return pd.DataFrame(rows, columns=names)


def test_the_scheme_that_pays_soonest_is_named():
    found = findings.incentive(schemes(0.3, 0.12, np.inf))
    assert found.kind == "scheme_pays"
    assert "plan 1" in found.claim
    assert "12.0%" in found.claim
    assert "¥100" in found.evidence


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (schemes(np.inf, np.inf), "scheme_never"),
        (schemes(np.nan), "scheme_unknown"),
        (schemes(0.1, n=29), "small_base"),
        (schemes(), "small_base"),
    ],
)
def test_a_scheme_that_cannot_be_recommended(table, kind):
    assert findings.incentive(table).kind == kind


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"k": 0.5, "k_low": 0.4, "k_high": 0.6}, "sharing_fades", "98"),
        ({"k": 2.0}, "sharing_grows", "12,600"),
        ({"k": 2.0, "population": 2000}, "sharing_peaks", "3"),
    ],
)
def test_where_sharing_leads(arguments, kind, said):
    found = findings.sharing_ahead(referral.forecast(exposed=100, **arguments))
    assert found.kind == kind
    assert said in found.claim
    assert "100" in found.evidence


@pytest.mark.parametrize("k", [0.5, np.nan])
def test_nothing_is_said_of_sharing_by_a_few(k):
    assert findings.sharing_ahead(referral.forecast(exposed=29, k=k)).kind == "small_base"
