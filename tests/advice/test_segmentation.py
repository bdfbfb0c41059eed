"""Findings about segments, lifecycle, flows and audiences: each branch with its numbers."""

import pandas as pd
import pytest

from opsmodel import findings, segments


def sizes(**groups):
    """segment -> (customers, revenue)"""
    people = pd.DataFrame(
        [(name, revenue / n) for name, (n, revenue) in groups.items() for _ in range(n)],
        columns=["segment", "spend"],
    )
    return segments.summary(people, order=list(segments.SEGMENTS))


def moves(*pairs):
    table = pd.DataFrame(pairs, columns=["from", "to", "n"])
    return table.assign(n_from=table.groupby("from")["n"].transform("sum"))


def flows(new, retained, resurrected, dormant):
    names = ["new", "retained", "resurrected", "dormant"]
    counts = [new, retained, resurrected, dormant]
    return pd.DataFrame({"flow": names, "n": counts, "n_before": retained + dormant})


def test_regular_customers_who_slip_with_a_tenth_of_the_revenue_are_the_message():
    found = findings.segment_money(
        sizes(champions=(60, 7000.0), cannot_lose=(20, 1500.0), at_risk=(20, 1500.0))
    )
    assert found.kind == "segments_slipping"
    assert found.claim == "40 regular customers are slipping away; 30.0% of all revenue came from them."
    assert found.evidence.startswith("40 of 100 buyers (40.0%, 95% interval 30.9% to 49.8%)")
    assert found.evidence.endswith("so far they spent ¥3,000.")
    assert found.n == 40


@pytest.mark.parametrize("slipping", [(29, 3000.0), (40, 900.0)], ids=["few", "little"])
def test_where_few_slip_the_segment_that_carries_the_revenue_is(slipping):
    found = findings.segment_money(sizes(champions=(60, 9000.0), at_risk=slipping))
    assert found.kind == "segments_carried"
    assert found.claim.startswith("Champions: ")
    assert found.evidence.endswith("¥150 each so far.")


def test_segments_of_a_handful_say_nothing():
    assert findings.segment_money(sizes(champions=(29, 900.0))).kind == "small_base"
    assert findings.segment_money(sizes(champions=(20, 900.0), gone=(20, 10.0))).kind == "small_base"
    assert findings.segment_money(sizes()).kind == "small_base"


def test_the_best_stay_or_fall():
    stay = findings.segment_moves(
        moves(("champions", "loyal", 30), ("champions", "absent", 10), ("loyal", "gone", 20))
    )
    assert (stay.kind, stay.action) == ("best_stay", "")
    fall = findings.segment_moves(
        moves(("champions", "loyal", 19), ("loyal", "absent", 21), ("gone", "loyal", 99))
    )
    assert fall.kind == "best_fall"
    assert fall.claim == (
        "Of the best customers of the period before, 47.5% are among the best again; 52.5% bought nothing."
    )
    assert fall.evidence.startswith("19 of 40 champions and loyal customers")
    assert findings.segment_moves(moves(("champions", "loyal", 29))).kind == "small_base"
    assert findings.segment_moves(moves()).kind == "small_base"


@pytest.mark.parametrize(
    ("table", "kind", "claim"),
    [
        (flows(60, 50, 10, 20), "buyers_grow", "Active buyers grow from 70 to 120."),
        (flows(10, 50, 5, 60), "buyers_shrink", "Active buyers fall from 110 to 65: more stop than start."),
        (flows(20, 50, 5, 27), "buyers_level", "As many buyers start as stop: 77 active before, 75 now."),
        (flows(60, 9, 10, 20), "small_base", "Too few customers to say anything yet."),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" in value else "",
)
def test_active_buyers_grow_shrink_or_hold(table, kind, claim):
    found = findings.customer_flow(table)
    assert (found.kind, found.claim) == (kind, claim)


def test_the_evidence_of_a_flow_counts_every_side():
    assert findings.customer_flow(flows(60, 50, 10, 30)).evidence == (
        "60 new, 10 came back, 30 stopped; 50 stayed active, 62.5% of those before."
    )
    assert findings.customer_flow(flows(1, 1, 1, 1)[:0]).kind == "small_base"


def test_the_lifecycle_covers_everybody_or_says_whom_not():
    people = pd.DataFrame({"lifecycle": ["new"] * 30 + ["uncovered"] * 10, "spend": 5.0})
    stages = segments.summary(people, column="lifecycle")
    columns = ["check", "lifecycle", "earlier", "n"]
    gap = pd.DataFrame([["uncovered", None, None, 10], ["unreachable", "svip", None, 0]], columns=columns)
    found = findings.lifecycle_coverage(stages, gap)
    assert found.kind == "lifecycle_uncovered"
    assert found.claim == "In no stage of the lifecycle: 10 of the customers (25.0%)."
    dead = findings.lifecycle_coverage(stages, gap[1:], {"svip": "the best", "new": "fresh"})
    assert dead.kind == "lifecycle_unreachable"
    assert dead.claim.endswith("nobody is in: the best.")
    fine = findings.lifecycle_coverage(stages, gap[:0])
    assert fine.kind == "lifecycle_covered"
    assert fine.claim == "75.0% of the customers are in the stage New."
    assert findings.lifecycle_coverage(stages.assign(n=1), gap[:0]).kind == "small_base"


def test_audiences_that_share_their_people_are_told_apart():
    table = pd.DataFrame(
        {
            "audience": ["a", "b", "tiny"],
            "n": [100, 40, 5],
            "n_shared": [20, 20, 5],
            "overlap": [0.2, 0.5, 1.0],
            "n_listed": [100, 20, 0],
        }
    )
    found = findings.audience_overlap(table)
    assert found.kind == "audiences_overlap"
    assert found.claim == "50.0% of b would be written to by another audience too."
    assert found.evidence == "20 of 40 people; 20 are left to it when everybody stands on one list only."
    assert findings.audience_overlap(table[:1]).kind == "audiences_apart"
    assert findings.audience_overlap(table[2:]).kind == "small_base"
    assert findings.audience_overlap(table[:0]).kind == "small_base"
