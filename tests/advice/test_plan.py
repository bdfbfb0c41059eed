"""The plan: touches where the store's own hazard lies, an end where they stop paying, weeks, people."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmodel import repurchase
from opsmodel.advice.design import plan, plays, pricing
from opsmodel.advice.findings import designing
from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.sample import chain
from opsmodel.metrics import design

BOOK = plays.read()


def weeks(*hazards: float, n: int = 1000) -> pd.DataFrame:
    """A hazard table in weeks with these chances to return, rounded to whole customers."""
    rows, waiting = [], n
    for place, chance in enumerate(hazards):
        back = round(waiting * chance)
        rows.append((7 * place + 1, 7 * place + 7, waiting, back))
        waiting -= back
    return pd.DataFrame(rows, columns=["from_day", "to_day", "n_at_risk", "n_events"])


def paced(hazard, **more) -> pd.DataFrame:
    return plan.rhythm(hazard, **({"order_margin": 60.0, "touch_cost": 1.5} | more))


HUMP = weeks(0.01, 0.01, 0.02, 0.04, 0.12, 0.04, 0.02, 0.01, 0.005, 0.002, 0.002, 0.001, 0.001)


def test_a_planted_peak_is_found():
    row = paced(HUMP, believable_lift=0.5).iloc[0]
    assert (row["peak_from_day"], row["peak_to_day"]) == (29, 35)
    assert row["basis"] == "own"


@given(peak=st.integers(1, 11))
def test_the_peak_is_found_wherever_it_lies(peak):
    hazards = [0.15 if place == peak else 0.01 for place in range(13)]
    row = paced(weeks(*hazards), believable_lift=1.0).iloc[0]
    assert row["peak_from_day"] <= 7 * peak + 1 <= 7 * peak + 7 <= row["peak_to_day"]


def test_a_peak_planted_in_the_orders_of_a_shop_is_found():
    rng = np.random.default_rng(5)
    first = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 120, 800), unit="D")
    back = pd.to_timedelta(np.clip(rng.normal(40, 4, 800), 1, None).round(), unit="D")
    again = rng.random(800) < 0.6
    ids = [f"C{n}" for n in range(800)]
    orders = pd.concat([
        pd.DataFrame({"customer_id": ids, "ordered_at": first, "amount": 20.0}),
        pd.DataFrame({"customer_id": ids, "ordered_at": first + back, "amount": 90.0})[again],
    ])  # fmt: skip
    hazard = repurchase.hazard(orders, as_of="2024-12-31", period_days=7, n_periods=20)
    row = paced(hazard).iloc[0]
    assert row["peak_from_day"] <= 40 <= row["peak_to_day"]
    touches = plan.touches(paced(hazard), hazard)
    assert touches["after_days"].between(25, 45).sum() >= 3  # where people come, not spread over 90 days


def test_the_stop_day_is_the_last_on_which_a_touch_pays():
    row = paced(HUMP, believable_lift=0.5).iloc[0]
    # chance of 14 days × 60 × 0.5 must bring 1.5: a chance of 5 % or more, smoothed over three weeks
    padded = np.pad(HUMP[["n_at_risk", "n_events"]].to_numpy(float), ((1, 1), (0, 0)))
    risk, back = (padded[:-2] + 2 * padded[1:-1] + padded[2:]).T
    share = back / risk
    pays = [1 - np.prod(1 - share[place : place + 2]) >= 0.05 for place in range(13)]
    last = max(place for place in range(13) if all(pays[4 : place + 1]) and place >= 4)
    assert row["stop_day"] == 7 * last + 7
    assert plan.touches(paced(HUMP, believable_lift=0.5), HUMP)["after_days"].max() <= row["stop_day"]


def test_a_dearer_touch_stops_sooner_and_one_too_dear_is_never_made():
    days = [
        paced(HUMP, touch_cost=cost, believable_lift=0.5)["stop_day"].iloc[0]
        for cost in (0.5, 1.5, 3.0, 30.0)
    ]
    assert days == sorted(days, reverse=True)
    assert days[-1] == 0
    assert plan.touches(paced(HUMP, touch_cost=30.0), HUMP).empty


def test_a_touch_that_costs_next_to_nothing_stops_at_the_horizon():
    assert paced(weeks(*[0.1] * 20), touch_cost=0.001, horizon=90)["stop_day"].iloc[0] == 90


def test_touches_care_first_and_offer_last_and_keep_their_distance():
    flat = weeks(*[0.05] * 13)
    touches = plan.touches(paced(flat, touch_cost=0.5), flat, n=6)
    assert touches["kind"].iloc[0] == "care"
    assert touches["kind"].iloc[1] == "content"
    assert touches["kind"].iloc[-1] == "offer"
    assert (touches["kind"] == "offer").sum() == 1
    assert touches["after_days"].diff().dropna().ge(5).all()
    assert touches["waiting_rate"].is_monotonic_decreasing
    assert len(touches) == 6


def test_the_break_even_lift_is_cost_over_what_the_next_fourteen_days_bring():
    flat = weeks(*[0.1] * 13, n=100_000)
    first = plan.touches(paced(flat, touch_cost=1.0, order_margin=50.0), flat).iloc[0]
    assert first["return_rate"] == pytest.approx(1 - 0.9**2, abs=1e-4)
    assert first["break_even_lift"] == pytest.approx(1.0 / (50 * (1 - 0.9**2)), abs=1e-3)


def test_a_young_store_goes_by_its_peers_and_says_so():
    own, peers = weeks(0.1, 0.1, n=40), pd.concat([HUMP, HUMP])
    row = paced(own, peers=peers, believable_lift=0.5).iloc[0]
    assert row["basis"] == "peers"
    assert (row["peak_from_day"], row["n_customers"]) == (29, 2000)
    assert plan.followed(own, peers)["n_at_risk"].iloc[0] == 2000
    assert (
        "for lack of own"
        in designing.contact_plan(paced(own, peers=peers), plan.touches(paced(own), own)).evidence
    )


def test_without_returns_there_is_no_rhythm():
    nobody = weeks(0.0, 0.0, n=10)
    row = paced(nobody)
    assert row["basis"].iloc[0] == "none"
    assert plan.touches(row, nobody).empty
    assert designing.contact_plan(row, plan.touches(row, nobody)).kind == "rhythm_unknown"
    assert plan.rhythm(nobody.head(0), order_margin=1, touch_cost=1)["basis"].iloc[0] == "none"


def test_the_input_is_not_modified_and_row_order_does_not_matter():
    before = HUMP.copy()
    shuffled = HUMP.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(paced(HUMP), paced(shuffled))
    pd.testing.assert_frame_equal(HUMP, before)


@pytest.mark.parametrize("wrong", [{"touch_cost": 0}, {"believable_lift": 0}, {"horizon": 0}])
def test_costs_and_lifts_that_cannot_be_are_refused(wrong):
    with pytest.raises(ArgumentError, match="above 0"):
        paced(HUMP, **wrong)


def test_a_table_that_is_no_hazard_is_named():
    with pytest.raises(TableError, match="n_events"):
        paced(HUMP.drop(columns="n_events"))
    with pytest.raises(ArgumentError, match="one touch"):
        plan.touches(paced(HUMP), HUMP, n=0)


def test_the_calendar_counts_from_the_first_order():
    touches = plan.touches(paced(HUMP, believable_lift=0.5), HUMP)
    dated = plan.calendar(touches, start="2025-07-07")
    assert dated["date"].iloc[0] == pd.Timestamp("2025-07-08")
    assert ((dated["date"] - pd.Timestamp("2025-07-07")).dt.days == touches["after_days"]).all()


@pytest.mark.parametrize(("store", "lift"), [("S1", 0.5), ("S2", 0.2), ("S9", 0.2)])
def test_a_store_far_behind_is_trusted_with_what_its_peers_show(store, lift):
    rows = pd.DataFrame({
        "store_id": ["S1", "S2"], "lever": "repurchase_rate", "shrunken": [0.4, 0.6], "peer_p75": [0.6, 0.6],
    })  # fmt: skip
    assert plan.reachable_lift(rows, store) == pytest.approx(lift)


def test_the_price_rule_flips_between_tea_and_jewellery():
    found = {}
    for industry, n in (("tea", 100), ("jewellery", 400)):
        sample = chain(industry, n_stores=2, n_customers=n, start="2024-07-01", end="2025-06-30")
        found[industry] = pricing.price_rule(design.buying(sample.orders, as_of="2025-06-30"))
    assert found["tea"].kind == "price_frequent"
    assert found["jewellery"].kind == "price_rare"
    assert "bundles" in found["jewellery"].claim
    assert "low first price" in found["tea"].claim


def table_of(*names: str, hours: float = 10.0) -> pd.DataFrame:
    rows = [[name, hours, "repurchase_rate", 0.3, 0.4, 0.5] for name in names]
    return pd.DataFrame(rows, columns=["play", "hours_month", "lever", "today", "target_low", "target_high"])


def test_two_plays_are_prepared_at_a_time_and_each_is_judged_after_its_window():
    names = ("targeted_closing", "entry_product", "rfm_layers")  # 1 + 6, 2 + 6, 1 + 8 weeks
    found = plan.weeks(table_of(*names), playbook=BOOK, start="2025-07-07", within_days=90)
    assert found["prepare_on"].dt.strftime("%m-%d").tolist() == ["07-07", "07-07", "07-14"]
    assert found["live_on"].dt.strftime("%m-%d").tolist() == ["07-14", "07-21", "07-21"]
    assert (found["judge_on"] - found["live_on"]).dt.days.tolist() == [90, 90, 90]


def test_a_play_waits_for_the_one_it_comes_after():
    found = plan.weeks(table_of("lead_content", "share_step"), playbook=BOOK, start="2025-07-07")
    assert found["prepare_on"].iloc[1] == found["live_on"].iloc[0]
    assert found["waits_for"].iloc[1] == BOOK["lead_content"].words.name


def test_targets_are_read_when_the_last_of_their_plays_may_be_judged():
    table = table_of("targeted_closing", "entry_product")
    schedule = plan.weeks(table, playbook=BOOK, start="2025-07-07")
    found = plan.targets(table, schedule)
    assert found[["today", "target_low", "target_high"]].values.tolist() == [[0.3, 0.4, 0.5]]
    assert found["judge_on"].iloc[0] == schedule["judge_on"].max()
    assert plan.promised(table, schedule)[["now", "peers_reached"]].values.tolist() == [
        ["30.0%", "40.0% – 50.0%"]
    ]


def test_hours_are_summed_by_post_and_a_play_counts_once():
    table = table_of("targeted_closing", "targeted_closing", "due_list", "entry_product")
    found = plan.staffing(table, playbook=BOOK).set_index("owner")
    assert found.loc["store staff", ["n_plays", "hours_month"]].tolist() == [2, 20.0]
    assert found.loc["store staff", "posts"] == 0.125
    with pytest.raises(ArgumentError, match="a post has hours"):
        plan.staffing(table, playbook=BOOK, hours_a_month=0)


@pytest.mark.parametrize("after", ["2025-06-30", "2025-07-01", "2025-07-06"])
def test_the_plan_starts_on_the_monday_after(after):
    assert plan.monday(after) == date(2025, 7, 7)


def test_a_provider_with_one_weak_criterion_is_ruled_out_whatever_the_mean():
    scores = {"A": {"schemes": 4, "content": 4, "speed": 1}, "B": {"schemes": 2, "content": 2, "speed": 2}}
    found = plan.providers(scores)
    assert found["provider"].tolist() == ["B", "A"]
    assert found["usable"].tolist() == [True, False]
    assert found["mean"].tolist() == [2.0, 3.0]
    assert len(plan.provider_criteria()) == 3


@pytest.mark.parametrize("wrong", [{"schemes": 4}, {"schemes": 4, "content": 5, "speed": 1}])
def test_scores_that_cannot_be_are_refused(wrong):
    with pytest.raises(ArgumentError, match="A "):
        plan.providers({"A": wrong})
