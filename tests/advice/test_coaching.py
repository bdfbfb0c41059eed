"""Coaching: every branch of the findings about procedures, people and actions, with its numbers."""

import pandas as pd
import pytest

from opsmodel import coaching, findings

NAN = float("nan")


def done(share=0.3, high=0.4, n=100):
    return pd.DataFrame(
        {
            "sop": ["new", "new"], "step": ["day 3", "day 7"], "n_due": [n, n],
            "n_on_time": [int(share * n), int(0.9 * n)], "n_late": [10, 5], "n_never": [60, 5],
            "adherence": [share, 0.9], "adherence_low": [share - 0.1, 0.83], "adherence_high": [high, 0.94],
        }
    )  # fmt: skip


def test_the_weakest_step_is_told_and_how_many_are_done_too_rarely():
    found = findings.sop_done(done())
    assert found.kind == "sop_slipping"
    assert (
        found.claim == "Done too rarely: 1 of 2 steps; the weakest is new · day 3, on time in 30.0% of cases."
    )
    assert (
        "30 of 100 tasks due were done on time (95% interval 20.0% to 40.0%), 10 late, 60 never"
        in found.evidence
    )
    kept = findings.sop_done(done(0.68, 0.76))
    assert kept.kind == "sop_kept"
    assert kept.claim.startswith("No step is done too rarely beyond noise; the weakest is new · day 3")
    assert findings.sop_done(done(n=29)).kind == "small_base"
    assert findings.sop_done(done().head(0)).kind == "small_base"


def order(rate, low, n=100):
    return pd.DataFrame(
        {"sop": ["new"], "step": ["day 7"], "n_done": [n], "n_reversed": [5], "n_skipped": [20],
         "violation_rate": [rate], "violation_rate_low": [low]}
    )  # fmt: skip


def test_steps_out_of_order_are_told_beyond_a_tenth():
    broken = findings.sop_order(order(0.25, 0.18))
    assert broken.kind == "order_broken"
    assert broken.claim.startswith("25.0% of those who got new · day 7 had an earlier step left out")
    assert broken.evidence == "Of 100 done, 5 came before an earlier step and 20 without one."
    assert findings.sop_order(order(0.12, 0.07)).kind == "order_kept"
    assert findings.sop_order(order(0.25, 0.18, n=29)).kind == "small_base"


def cell(quadrant, step="call", effect=0.15, share=0.2, **more):
    return {
        "sop": "new", "step": step, "n_due": 200, "n_on_time": int(200 * share), "adherence": share,
        "n_served": 80, "n_unserved": 120, "served_rate": 0.3 + effect, "unserved_rate": 0.3,
        "effect": effect, "effect_low": effect - 0.1, "effect_high": effect + 0.1, "lead": 0.01,
        "is_lead_tested": True, "is_confounded": False, "quadrant": quadrant,
    } | more  # fmt: skip


def map_of(*cells):
    return pd.DataFrame(list(cells))


def test_what_works_and_is_not_done_is_trained_first_where_most_would_come_back():
    found = findings.sop_next(
        map_of(cell("train", effect=0.12, share=0.6), cell("train", "invite"), cell("replicate", share=0.9))
    )
    assert found.kind == "sop_train"
    assert found.claim == (
        "Train new · invite: it brings 15.0 pp more customers back and is done in only 20.0% of cases."
    )
    assert found.worth == "Of the 160 customers not served in time, about 24 more would have come back."
    assert "45.0% of the served and 30.0% of the others" in found.evidence
    assert "Before the service both were alike (+1.0 pp)." in found.evidence


@pytest.mark.parametrize(
    ("quadrant", "kind", "words"),
    [
        ("redesign", "sop_redesign", "Redesign new · call: it is done in 20.0% of cases and brings no more"),
        ("replicate", "sop_replicate", "Replicate new · call"),
        ("rethink", "sop_rethink", "Do not push new · call"),
        ("instrument", "sop_measure", "What the steps bring cannot be told yet"),
        ("watch", "sop_measure", "What the steps bring cannot be told yet"),
        ("none", "small_base", "Too few"),
    ],
)
def test_every_cell_has_its_advice(quadrant, kind, words):
    found = findings.sop_next(map_of(cell(quadrant)))
    assert found.kind == kind
    assert found.claim.startswith(words)


def test_a_past_that_cannot_differ_is_said_to_tell_nothing():
    found = findings.sop_next(map_of(cell("train", is_lead_tested=False)))
    assert "Their past is alike by rule" in found.evidence


def test_a_step_that_only_looks_effective_is_named_and_no_other():
    found = findings.sop_confounded(map_of(cell("instrument", lead=0.2, is_confounded=True)))
    assert found.kind == "sop_confounded"
    assert "looks as if it brought 15.0 pp more customers back" in found.claim
    assert "(+20.0 pp), so this is no effect" in found.evidence
    assert findings.sop_confounded(map_of(cell("train"))) is None


def chart(side="", rule="", sigma=1.1):
    weeks = pd.date_range("2025-05-05", periods=8, freq="W-MON")
    signal = [False] * 7 + [bool(rule)]
    return pd.DataFrame(
        {"kpi": "close_30d", "period": weeks, "n": 50, "rate": [0.4] * 7 + [0.1], "centre": 0.4,
         "sigma_z": sigma, "signal": signal, "side": [""] * 7 + [side]}
    )  # fmt: skip


def test_a_visit_is_called_for_on_signals_of_the_last_weeks_only():
    below = findings.signals(chart("below", "beyond"))
    assert below.kind == "signal_below"
    assert below.claim == (
        "Out of line downwards: first order within 30 days, 10.0% in the week of 2025-06-23 against 40.0% "
        "usually."
    )
    assert findings.signals(chart("above", "run")).kind == "signal_above"
    calm = findings.signals(chart())
    assert (calm.kind, calm.n) == ("in_control", 400)
    assert "8 weeks of 1 KPIs" in calm.evidence
    old = chart("below", "beyond").assign(signal=[True] + [False] * 7)
    assert findings.signals(old).kind == "in_control"
    assert findings.signals(chart(sigma=NAN)).kind == "small_base"


def ticked(n_bulk):
    return pd.DataFrame(
        {"staff_id": ["E1", "E2"], "n_done": [100, 90], "most_at_once": [40 if n_bulk else 3, 2],
         "n_bulk": [n_bulk, 0], "is_bulk": [n_bulk > 0, False]}
    )  # fmt: skip


def test_ticks_in_bulk_are_a_question_not_a_verdict():
    found = findings.bulk_ticking(ticked(80))
    assert found.kind == "bulk_ticks"
    assert found.claim == (
        "E1 ticked 80 of 100 tasks in bursts, up to 40 within one minute: what was done is unknown."
    )
    assert found.action.startswith("Ask first")
    assert findings.bulk_ticking(ticked(0)).kind == "no_bulk"
    assert findings.bulk_ticking(ticked(0).head(0)).kind == "small_base"


def covered(*tasked):
    return pd.DataFrame(
        {"staff_id": ["E1", "E2"], "n_should": [40, 20], "n_tasked": tasked, "n_served": tasked}
    )


def test_customers_without_any_task_are_found_by_whose_they_are():
    found = findings.coverage_gap(covered(40, 0))
    assert found.kind == "uncovered"
    assert found.claim.startswith("New contacts of E2 (20) have no task at all")
    assert findings.coverage_gap(covered(40, 19)).kind == "covered"
    assert findings.coverage_gap(covered(40, 0).tail(1)).kind == "small_base"


def cards(low, high, n=100):
    return pd.DataFrame(
        {"staff_id": ["E1", "E2"], "n_due": [100, n], "shrunken_rate": [0.8, 0.6],
         "shrunken_rate_low": [low, 0.5], "shrunken_rate_high": [0.9, high]}
    )  # fmt: skip


def test_staff_stand_apart_only_where_their_intervals_do():
    apart = findings.staff_apart(cards(0.72, 0.69))
    assert apart.kind == "staff_apart"
    assert apart.claim == "E1 does 80.0% of the tasks on time, E2 60.0%, with like tasks."
    assert apart.action == "Let E2 go along with E1 for a day; coach, do not punish."
    assert findings.staff_apart(cards(0.68, 0.69)).kind == "staff_alike"
    assert findings.staff_apart(cards(0.72, 0.69, n=29)).kind == "small_base"


def agreed(moved, status="done", overdue=False):
    return pd.DataFrame(
        {
            "play": ["morning list"], "owner": ["manager"], "due_on": pd.to_datetime(["2025-04-13"]),
            "status": [status], "kpi": ["sop_on_time"], "is_overdue": [overdue], "moved": [moved],
            "before": [0.7], "value": [0.8], "n_since": [200], "change": [0.1], "change_low": [0.02],
            "change_high": [0.18], "elsewhere_change": [0.01],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ledger", "kind", "words"),
    [
        (
            agreed("up"),
            "actions_moved",
            "Since morning list, tasks done on time went from 70.0% to 80.0%: more",
        ),
        (
            agreed("still"),
            "actions_still",
            "Since morning list, tasks done on time went from 70.0% to 80.0%: no",
        ),
        (agreed("waiting"), "actions_waiting", "It is too early to measure"),
        (agreed("dropped", "dropped"), "actions_dropped", "What was agreed was dropped."),
        (
            agreed("waiting", "open", True),
            "actions_overdue",
            "Overdue: 1 of 1 agreed actions; the oldest, morning",
        ),
        (agreed("up").head(0), "no_actions", "No action is agreed for this store."),
    ],
)
def test_every_state_of_the_agreed_actions(ledger, kind, words):
    found = findings.actions_state(ledger)
    assert found.kind == kind
    assert found.claim.startswith(words)
    if kind == "actions_moved":
        assert "Change +10.0 pp (95% interval +2.0 pp to +18.0 pp, 200 cases since)" in found.evidence
        assert found.evidence.endswith("in stores without this action +1.0 pp.")


def test_a_chapter_is_left_out_below_thirty():
    assert coaching.too_few(30) == ""
    assert "too few tasks count so far (29), and below 30" in coaching.too_few(29)
    assert "too few cases in the weeks that are over (0)" in coaching.too_few(NAN, weeks=True)


def promised(*standings, value=0.4, target=0.5, due_on="2024-12-31"):
    n = len(standings)
    return pd.DataFrame(
        {
            "kpi": ["close_90d", "retained_7d", "sop_on_time"][:n], "target": target, "value": value,
            "value_low": value - 0.05, "value_high": value + 0.05, "n_cases": 100, "k": int(100 * value),
            "owner": "COO", "due_on": pd.Timestamp(due_on), "standing": standings,
            "counted_from": pd.Timestamp("2024-07-01"),
        }
    )  # fmt: skip


def test_a_target_that_is_missed_comes_first_with_what_to_do():
    table = promised("reached", "short", "short")
    table.loc[2, "value"] = 0.1
    found = findings.targets_state(table)
    assert (found.kind, found.owner, found.n) == ("targets_short", "COO", 100)
    assert found.claim == (
        "Short of target: 2 of 3. Furthest off: tasks done on time, 10.0% where 50.0% was agreed."
    )
    assert found.evidence == (
        "tasks done on time: 40 of 100 cases since 2024-07-01 (95% interval 35.0% to 45.0%), target 50.0%. "
        "Due on 2024-12-31."
    )
    assert found.action


@pytest.mark.parametrize(
    ("standings", "kind", "claim"),
    [
        (("reached", "near"), "targets_reached", "Targets reached beyond noise: 1 of 2; none is missed"),
        (("near", "waiting"), "targets_near", "No target can be told from what was seen"),
        (("waiting", "unknown"), "targets_waiting", "Targets agreed: 2. There are too few cases"),
        (("unknown", "unknown"), "targets_unknown", "None of the agreed targets (2) can be measured"),
        ((), "no_targets", "No target is agreed for this store"),
    ],
)
def test_every_other_state_of_the_targets(standings, kind, claim):
    found = findings.targets_state(promised(*standings, due_on=None))
    assert (found.kind, found.action) == (kind, "")
    assert found.claim.startswith(claim)
    assert "Due on" not in found.evidence
