"""Findings of the pilot: every branch, with its numbers."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import findings, open_client, pilot, summary, wording
from opsmodel.errors import ArgumentError


def power(mde=0.22, false=0.05):
    return pd.DataFrame(
        [
            {
                "n_treated": 10, "n_controls": 90, "n_post": 8, "n_replays": 400, "n_windows": 30, "mde": mde,
                "false_positive_rate": false, "false_positive_rate_low": 0.03,
                "false_positive_rate_high": 0.08,
            }
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "kind", "claim"),
    [
        (power(), "pilot_sees", "A pilot of 10 stores over 8 periods notices a lift from about +22.0% on."),
        (power(np.nan), "pilot_blind", "A pilot of 10 stores over 8 periods would notice nothing."),
        (power(false=0.2), "pilot_false_alarms", "Comparing these stores raises a false alarm in 20.0%"),
    ],
)
def test_what_a_pilot_notices(table, kind, claim):
    found = findings.pilot_power(table)
    assert found.kind == kind
    assert found.claim.startswith(claim)
    assert "400 replays of 30 past windows with 90 control stores" in found.evidence


def grade(warnings, change=-0.22, mde=0.3):
    return pd.DataFrame(
        [
            {
                "n_stores": 10, "n_other_stores": 290, "size_difference": 1.25, "trend_difference": 0.1,
                "volatility_difference": -0.2, "n_moments": 9, "change_expected": change, "mde": mde,
                "warnings": warnings,
            }
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("warnings", "kind", "words"),
    [
        ("not_alike picked_high blind", "choice_falls_back", "change by -22.0% without any pilot"),
        ("picked_low", "choice_rises_back", "Picked at a low"),
        ("not_alike blind", "choice_not_alike", "not like the others"),
        ("blind", "choice_blind", "a lift from +30.0% on"),
        ("short_history", "choice_unseen", "too short"),
        ("", "choice_fair", "stand for the chain"),
    ],
)
def test_the_gravest_fault_of_a_choice_comes_first(warnings, kind, words):
    found = findings.pilot_choice(grade(warnings))
    assert found.kind == kind
    assert words in found.claim
    assert "10 stores against 290: size 1.25" in found.evidence
    assert found.action


def effect(lift, low, high, p=0.01, second=0.1):
    shared = {"n_treated": 10, "n_controls": 90, "n_pre": 26, "n_post": 8, "p": p}
    return pd.DataFrame(
        [
            {"estimator": name, "effect": np.log1p(at), "lift_rate": at, "lift_rate_low": low,
             "lift_rate_high": high, **shared}
            for name, at in (("did", lift), ("synthetic_control", second))
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "kind", "claim"),
    [
        (
            effect(0.2, 0.08, 0.33),
            "pilot_effective",
            "Effective: the pilot stores gained +20.0% over the others.",
        ),
        (effect(0.07, 0.02, 0.12), "pilot_probably", "Probably effective: +7.0%, wished for were +10.0%."),
        (effect(0.2, -0.3, 1.0, 0.5), "pilot_not_enough", "Not enough evidence: +20.0% could be chance."),
        (effect(0.02, -0.04, 0.08, 0.6), "pilot_no_effect", "No effect worth having: +2.0%, and the +10.0%"),
        (effect(0.2, 0.08, 0.33, second=-0.1), "pilot_unclear", "Unclear"),
    ],
)
def test_the_verdict_names_the_lift_and_the_lift_wished_for(table, kind, claim):
    found = findings.pilot_verdict(table, 0.1)
    assert found.kind == kind
    assert found.claim.startswith(claim)
    assert "10 pilot stores and 90 controls, 8 periods after and 26 before" in found.evidence
    assert "synthetic control" in found.evidence


def test_a_late_registration_and_an_open_interval_are_said():
    found = findings.pilot_verdict(effect(0.2, -1.0, np.inf, 0.3), 0.1, late=True)
    assert "too few stores for an interval" in found.evidence
    assert "not registered before its start" in found.evidence


def test_the_verdict_words_are_the_fields_own_in_chinese():
    wording.use("zh")
    tables = [
        effect(0.2, 0.08, 0.33),
        effect(0.07, 0.02, 0.12),
        effect(0.2, -0.3, 1.0, 0.5),
        effect(0.02, -0.04, 0.08),
    ]
    told = [findings.pilot_verdict(table, 0.1).claim.split("：")[0] for table in tables]
    assert told == ["有效", "可能有效", "证据不足", "无效"]


@pytest.mark.parametrize(
    ("holds", "kind", "claim"),
    [
        (["yes", "yes", "not_seen"], "pilot_stands", "The estimate passes all 2 checks made."),
        (["yes", "no", "not_seen"], "pilot_shaky", "1 of 2 checks do not hold."),
        (["not_seen"] * 3, "pilot_unchecked", "None of the checks can be made with so few stores."),
    ],
)
def test_whether_the_estimate_stands(holds, kind, claim):
    found = findings.pilot_robust(pd.DataFrame({"holds": holds}))
    assert (found.kind, found.claim) == (kind, claim)


FORECAST = pd.DataFrame(
    [
        {
            "lift_rate": 0.09,
            "lift_rate_low": 0.02,
            "lift_rate_high": 0.18,
            "seen_lift_rate": 0.2,
            "shrinkage": 0.7,
        }
    ]
)
WAVES = pd.DataFrame(
    {"wave": ["1", "2"], "n_seen": [12, 0], "n_repeating": [8, 0], "chance_rate": [0.25, 0.25]}
)


@pytest.mark.parametrize("step", ["go", "hold", "stop"])
def test_the_roll_out_names_the_next_step_what_to_expect_and_the_last_wave_seen(step):
    found = findings.rollout(FORECAST, WAVES, step)
    assert found.kind == f"rollout_{step}"
    assert "+9.0% (+2.0% to +18.0%), shrunken from the pilot's +20.0%" in found.evidence
    assert (
        "Wave 1: stores that reached half the pilot's effect: 8 of 12; by chance 25.0% would."
        in found.evidence
    )
    assert found.n == 12


def test_a_roll_out_without_a_wave_or_an_interval_says_nothing_of_them():
    found = findings.rollout(FORECAST.assign(lift_rate_low=np.nan), WAVES.tail(1), "hold")
    assert found.evidence == ""
    nothing = findings.rollout(FORECAST.assign(shrinkage=0.0), WAVES.tail(1), "hold")
    assert nothing.evidence.startswith("The pilot's +20.0% lie within its own error")


def test_a_chapter_without_a_pilot_or_with_too_few_stores_says_why():
    assert summary.few_stores(6) == ""
    assert "(stores: 5)" in summary.few_stores(5)
    seen = pd.DataFrame({"estimator": ["did"]})
    assert summary.no_pilot({"stores": ["S1"]}, seen) == ""
    assert "cannot be judged yet" in summary.no_pilot({"stores": ["S1"]}, seen.head(0))
    assert "no pilot is registered" in summary.no_pilot({}, seen.head(0))


def test_nothing_to_replay_and_nothing_chosen_is_said():
    demo = open_client("demo")
    assert findings.pilot_power(pilot.noticed(demo, n=3, weeks=90)).kind == "pilot_unseen"
    assert pilot.proposed(demo, n=8).empty
    assert findings.pilot_choice(pilot.graded(demo, stores=())).kind == "choice_none"
    assert pilot.measured(demo, stores=["S001"], start="2025-06-28").empty
    with pytest.raises(ArgumentError, match="this method does not exist"):
        pilot.proposed(demo, n=3, method="best")
