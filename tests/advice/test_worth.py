"""Each branch of the findings on value, with its numbers."""

import pandas as pd
import pytest

from opsmodel import numbers
from opsmodel.advice import findings

NAN = float("nan")


pytestmark = pytest.mark.usefixtures("lang")


def shares(share, n=200):
    row = [0.1, n, n // 10, share, share - 0.04, share + 0.04, 0.61]
    names = [
        "top",
        "n_customers",
        "n_top",
        "revenue_share",
        "revenue_share_low",
        "revenue_share_high",
        "gini",
    ]
    return pd.DataFrame([row], columns=names)


def origins(*rows):
    table = pd.DataFrame(rows, columns=["channel", "n_customers", "ltv", "ltv_se"])
    return table.assign(within_days=90)


def card(**changes):
    told = {
        "n_customers": 2357, "n_repeaters": 946, "file_days": 273, "median_gap_days": 40.0, "usable": True,
        "reason": "", "holdout_off_share": -0.088, "holdout_days": 90, "holdout_expected": 1653.4,
        "holdout_orders": 1882, "alike": "",
    }  # fmt: skip
    return pd.DataFrame([told | changes])


def svip(n_rhythm, n_overdue):
    rate = n_overdue / n_rhythm if n_rhythm else NAN
    return pd.DataFrame(
        {
            "n_rhythm": [n_rhythm], "n_overdue": [n_overdue], "overdue_rate": [rate], "period_days": [365],
            "overdue_rate_low": [rate], "overdue_rate_high": [rate], 
            "revenue_overdue": [12_345.0 * n_overdue],
        }
    )  # fmt: skip


@pytest.mark.parametrize(("share", "kind"), [(0.62, "few_carry"), (0.31, "many_carry")])
def test_how_much_of_the_revenue_the_best_tenth_brings(share, kind):
    found = findings.revenue_carried(shares(share))
    assert (found.kind, found.n) == (kind, 200)
    assert numbers.percent(share) in found.claim
    assert "0.61" in found.evidence
    assert bool(found.action) == (kind == "few_carry")


def test_what_is_left_of_the_best_in_the_next_period_is_said_where_it_was_seen():
    later = pd.DataFrame({"top": [0.1], "n_top": [20], "revenue_share": [0.4], "share_next": [0.23]})
    assert "23.0%" in findings.revenue_carried(shares(0.6), later).evidence
    unseen = later.assign(share_next=NAN)
    assert findings.revenue_carried(shares(0.6), unseen) == findings.revenue_carried(shares(0.6))
    assert findings.revenue_carried(shares(0.6), later.head(0)) == findings.revenue_carried(shares(0.6))


@pytest.mark.parametrize("table", [shares(0.6, n=29), shares(0.6).head(0)])
def test_concentration_needs_thirty_buyers(table):
    assert findings.revenue_carried(table).kind == "small_base"


def test_one_origin_brings_customers_worth_more():
    table = origins(("till", 300, 250.0, 10.0), ("advert", 200, 150.0, 10.0), ("poster", 12, 900.0, 300.0))
    found = findings.worth_by_origin(table, "channel")
    assert (found.kind, found.n) == ("worth_more", 500)
    assert "till" in found.claim
    assert "250" in found.claim
    assert "150" in found.claim


def test_origins_no_further_apart_than_chance_are_alike():
    table = origins(("till", 300, 205.0, 10.0), ("advert", 200, 200.0, 10.0))
    assert findings.worth_by_origin(table, "channel").kind == "worth_alike"


@pytest.mark.parametrize("table", [origins(("till", 300, 205.0, 10.0)), origins()])
def test_one_origin_compares_with_nothing(table):
    assert findings.worth_by_origin(table, "channel").kind == "small_base"


def test_a_model_that_passed_its_test_says_how_far_it_was_off():
    found = findings.model_use(card())
    assert found.kind == "model_usable"
    assert "-8.8%" in found.claim
    assert "1,653" in found.evidence


@pytest.mark.parametrize("edge", ["rate", "stop", "never", "spend", "rate spend"])
def test_a_model_that_sees_customers_alike_is_used_and_says_so(edge):
    plain, found = findings.model_use(card()), findings.model_use(card(alike=edge))
    assert (found.kind, found.claim) == ("model_usable", plain.claim)
    assert found.evidence.startswith(plain.evidence)
    assert len(found.evidence) > len(plain.evidence) + 10 * len(edge.split())


@pytest.mark.parametrize(
    ("reason", "changes", "told"),
    [
        ("customers repeaters", {"n_customers": 410, "n_repeaters": 87}, ["410", "87"]),
        ("file", {"file_days": 110}, ["110", "40"]),
        ("fit", {}, [""]),
        ("holdout", {"holdout_off_share": 0.31}, ["+31.0%"]),
        ("holdout", {"holdout_off_share": NAN}, [""]),
    ],
)
def test_a_model_that_did_not_pass_says_why_and_what_stands_instead(reason, changes, told):
    table = pd.DataFrame({"within_days": [90, 360], "n_customers": [500, 29], "ltv": [220.0, 400.0]})
    found = findings.model_use(card(usable=False, reason=reason, **changes), table)
    assert found.kind == "model_refused"
    assert all(number in found.claim for number in told)
    assert "220" in found.evidence
    assert findings.model_use(card(usable=False, reason=reason, **changes)).evidence == ""


def test_svip_overdue_are_counted_with_their_money():
    found = findings.svip_overdue(svip(80, 10))
    assert (found.kind, found.n) == ("svip_at_risk", 80)
    assert numbers.money(123_450) in found.claim
    assert "12.5%" in found.evidence
    assert found.action


def test_nobody_overdue_is_an_answer_too_and_few_are_none():
    assert findings.svip_overdue(svip(80, 0)).kind == "svip_calm"
    assert findings.svip_overdue(svip(29, 9)).kind == "small_base"
    assert findings.svip_overdue(svip(29, 9).head(0)).kind == "small_base"
