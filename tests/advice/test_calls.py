"""Whom to call: every branch of the findings about leads and rhythm, with its numbers."""

import pandas as pd
import pytest

from opsmodel import findings

NAN = float("nan")


def precision(beyond=(0.05, 0.02, 0.08), n=200):
    return pd.DataFrame(
        {
            "order": ["score", "recency"],
            "capacity": [10, 10],
            "n_called": [n, n],
            "n_bought": [n // 5, n // 10],
            "close_rate": [0.2, 0.1],
            "close_rate_low": [0.15, 0.07],
            "close_rate_high": [0.26, 0.15],
            "base_rate": [0.03, 0.03],
            "beyond_recency": [beyond[0], NAN],
            "beyond_recency_low": [beyond[1], NAN],
            "beyond_recency_high": [beyond[2], NAN],
        }
    )


def overview(n_leads=300, month=200.0, value=50.0):
    return pd.DataFrame({"n_leads": [n_leads], "leads_a_month": [month], "first_order_value": [value]})


def test_a_score_beyond_recency_is_what_one_calls_by():
    found = findings.leads_to_call(precision(), overview(), capacity=10)
    assert found.kind == "leads_by_score"
    assert found.claim == (
        "Call the first 10 leads by score this week: 20.0% of such leads bought within 30 days."
    )
    assert "40 of 200 leads" in found.evidence
    assert "15.0% to 26.0%" in found.evidence
    assert "By score +5.0 pp more than by recency." in found.evidence
    assert found.worth.startswith("On average these 10 buy for ¥100 (¥75 to ¥130), called or not:")
    assert "easy to close is not closed because of us" in found.worth


def test_a_score_no_better_than_recency_is_said_to_be_none():
    found = findings.leads_to_call(precision((0.01, -0.02, 0.04)), overview(), capacity=10)
    assert found.kind == "leads_by_recency"
    assert found.claim == (
        "Call the 10 leads with the latest sign this week: 10.0% of such leads bought within 30 days, and "
        "the score finds no more."
    )
    assert found.worth.startswith("On average these 10 buy for ¥50 ")


def test_under_a_hundred_leads_a_month_recency_is_the_order():
    found = findings.leads_to_call(precision(), overview(month=99.0), capacity=10)
    assert found.kind == "leads_few"
    assert found.claim == (
        "Call the 10 leads with the latest sign this week; under 100 new leads a month no score can be "
        "shown to do better."
    )


def test_no_more_leads_are_called_than_there_are_and_a_value_may_be_given():
    found = findings.leads_to_call(precision(), overview(n_leads=4), capacity=10, value=1000.0)
    assert found.claim.startswith("Call the first 4 leads")
    assert "¥800 (¥600 to ¥1,040)" in found.worth
    assert findings.leads_to_call(precision(), overview(value=NAN), capacity=10).worth == ""


def test_without_leads_or_a_base_nothing_is_claimed():
    assert findings.leads_to_call(precision(), overview(n_leads=0), capacity=10).kind == "no_leads"
    assert findings.leads_to_call(precision(), overview().head(0), capacity=10).kind == "no_leads"
    assert findings.leads_to_call(precision(n=29), overview(), capacity=10).kind == "small_base"
    assert findings.leads_to_call(precision(), overview(), capacity=11).kind == "small_base"


def calibration(predicted, n_bought, n=1000):
    rows = pd.DataFrame({"predicted": predicted, "n_bought": n_bought, "n_leads": n})
    seen = rows["n_bought"] / n
    return rows.assign(observed=seen, observed_low=seen - 0.02, observed_high=seen + 0.02)


@pytest.mark.parametrize(
    ("predicted", "kind", "claim"),
    [
        ([0.1, 0.3], "chances_hold", "The chances hold: 400 first orders predicted, 410 seen."),
        ([0.05, 0.15], "chances_off", "The chances are off: 200 first orders predicted, 410 seen."),
        ([0.3, 0.11], "chances_off", "The chances are off: 410 first orders predicted, 410 seen."),
    ],
)
def test_chances_hold_if_in_all_and_in_nearly_all_groups_they_came_true(predicted, kind, claim):
    found = findings.chances_hold(calibration(predicted, [110, 300]))
    assert (found.kind, found.claim) == (kind, claim)


def test_chances_of_too_few_leads_are_not_judged():
    assert findings.chances_hold(calibration([0.1], [2], n=29)).kind == "small_base"
    assert findings.chances_hold(calibration([], [])).kind == "small_base"


def states(early, due, late, gone):
    return pd.DataFrame({"state": ["early", "due", "late", "gone"], "n_customers": [early, due, late, gone]})


def test_more_late_than_due_means_winning_back_first():
    found = findings.out_of_rhythm(states(50, 20, 60, 100))
    assert found.kind == "rhythm_late"
    assert found.claim == "More customers are late (60) than due (20): win them back first."
    assert found.evidence == (
        "Of 230 buyers who can be reached: 50 early, 20 due (P50 to P80 of the gaps), 60 late (up to three "
        "times P80), 100 gone."
    )


def test_no_fewer_due_than_late_means_those_due():
    found = findings.out_of_rhythm(states(50, 20, 20, 10))
    assert found.kind == "rhythm_due"
    assert found.claim == "Customers due for their next purchase: 20; late: 20."


def test_too_few_buyers_have_no_rhythm_to_speak_of():
    assert findings.out_of_rhythm(states(5, 5, 5, 5)).kind == "small_base"
    assert findings.out_of_rhythm(states(0, 0, 0, 0).head(0)).kind == "small_base"


def tenths(lift=(2.5, 2.0, 3.1), n=100):
    return pd.DataFrame(
        {
            "order": ["score", "score", "recency", "recency"],
            "decile": [1, 2, 1, 2],
            "n_leads": [n] * 4,
            "n_bought": [25, 5, 20, 10],
            "lift": [lift[0], 0.5, 2.0, 1.0],
            "lift_low": [lift[1], 0.3, 1.6, 0.7],
            "lift_high": [lift[2], 0.8, 2.5, 1.3],
        }
    )


def test_leads_are_sorted_if_the_first_group_buys_more_often_beyond_noise():
    found = findings.leads_sorted(tenths())
    assert found.kind == "leads_sorted"
    assert found.claim == (
        "Of 2 groups of leads, the one called first buys 2.50 times as often as all leads."
    )
    assert found.evidence == (
        "25 of 100 leads of past days bought; 95% interval of the ratio 2.00 to 3.10. "
        "By recency alone it is 2.00."
    )


def test_leads_whose_lift_may_be_one_are_not_sorted():
    assert findings.leads_sorted(tenths((1.2, 0.9, 1.6))).kind == "leads_unsorted"
    assert findings.leads_sorted(tenths((NAN, NAN, NAN))).kind == "small_base"
    assert findings.leads_sorted(tenths(n=29)).kind == "small_base"
    assert findings.leads_sorted(tenths().head(0)).kind == "small_base"
