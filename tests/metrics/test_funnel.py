"""The funnel on the seven-customer shop, worked by hand, and what holds for every shop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from opsmodel import funnel
from opsmodel.errors import ArgumentError, TableError

# joined   C1 01-03, C2 01-10 09:00, C3 01-20, C4 02-10 12:00, C5 03-01, C6 03-15 19:00, C7 05-18
# ordered  C1 01-05 01-25 03-01 05-10, C2 01-10 10:00 02-20, C3 02-01 04-20, C4 02-10 12:30,
#          C5 03-03 (at S2) 03-31 13:00 (at S1), C6 03-15 19:30 06-25, C7 05-20 06-10
# shared   C1 01-04, C6 03-20; referred C1 01-20, C5 05-18 13:00
CORE = {"acquire": "joined", "close": "ordered", "repurchase": "ordered"}
COUNTS = ["n", "n_eligible", "n_pending", "n_entered", "n_early"]


def counts(table, columns=COUNTS):
    return table[columns].values.tolist()


def n(events, **question):
    return funnel.conversion(events, **{"as_of": "2024-06-30", "within_days": 60, **question})["n"].tolist()


def test_six_of_seven_are_old_enough_and_three_of_them_buy_twice_within_60_days(shop, as_of):
    table = funnel.conversion(shop.events, steps=CORE, within_days=60, as_of=as_of)
    expected = pd.DataFrame(
        {
            "step": ["acquire", "close", "repurchase"],
            "n": [6, 6, 3],
            "n_eligible": [6, 6, 6],
            "n_pending": [0, 0, 0],
            "step_rate": [np.nan, 1, 0.5],
            "step_rate_low": [np.nan, 0.609666, 0.187616],
            "step_rate_high": [np.nan, 1, 0.812384],
            "entry_rate": [1, 1, 0.5],
            "entry_rate_low": [0.609666, 0.609666, 0.187616],
            "entry_rate_high": [1, 1, 0.812384],
            "median_days": [0, 2, 41.0],
            "p80_days": [0, 2, np.nan],
            "n_entered": [7, 7, 7],
            "n_early": [1, 1, 1],
        }
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, atol=1e-6)


def test_a_young_customer_is_pending_until_the_step_is_reached_and_never_lost(shop):
    before, after = (
        funnel.conversion(shop.events, steps=CORE, within_days=30, as_of=day)
        for day in ("2024-06-09", "2024-06-10")
    )
    assert counts(before) == [[6, 6, 0, 7, 1], [6, 6, 0, 7, 1], [2, 6, 1, 7, 0]]
    assert counts(after) == [[6, 6, 0, 7, 1], [6, 6, 0, 7, 1], [2, 6, 0, 7, 1]]


def test_a_customer_joins_the_base_on_the_day_the_window_is_over(shop):
    bases = [
        funnel.conversion(shop.events, steps=CORE, within_days=30, as_of=day)["n_eligible"].iloc[0]
        for day in ("2024-06-16", "2024-06-17")  # C7 joined on 05-18
    ]
    assert bases == [6, 7]


def test_a_window_opened_at_midnight_is_over_once_its_last_day_has_been_seen():
    dates = log("C1 A 2024-01-01", "C1 B 2024-01-06")
    ask = {"steps": ["A", "B"], "within_days": 5}
    assert counts(funnel.conversion(dates, as_of="2024-01-05", **ask))[1] == [0, 0, 1, 1, 0]
    assert counts(funnel.conversion(dates, as_of="2024-01-06", **ask))[1] == [1, 1, 0, 1, 0]


def test_best_reentry_finds_the_later_order_that_led_to_the_referral_48_days_on_to_the_minute(shop):
    steps = ["ordered", "referred"]
    assert n(shop.events, steps=steps, within_days=48) == [6, 1]
    assert n(shop.events, steps=steps, within_days=48, reentry="best") == [6, 2]
    short = pd.Timedelta(days=48) - pd.Timedelta(minutes=1)
    assert n(shop.events, steps=steps, within_days=short, reentry="best") == [6, 1]


def test_the_three_orders_of_steps_differ_for_the_customer_who_bought_before_sharing(shop):
    steps = ["joined", "shared", "ordered"]
    assert n(shop.events, steps=steps) == [6, 2, 1]
    assert n(shop.events, steps=steps, order="strict") == [6, 1, 1]
    assert n(shop.events, steps=steps, order="any") == [6, 2, 2]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
@pytest.mark.parametrize("reentry", ["first", "best"])
def test_equal_moments_count_as_in_order_but_a_repeated_step_needs_a_later_event(order, reentry):
    ties = log("C1 B 2024-01-01", "C1 A 2024-01-01", "C2 A 2024-01-01", "C2 A 2024-01-01")
    again = log("C1 A 2024-01-05", "C2 B 2024-01-05")
    ask = {"steps": ["A", "B", "A"], "order": order, "reentry": reentry}
    assert n(ties, **ask) == [2, 1, 0]
    assert n(pd.concat([ties, again]), **ask) == [2, 2, 1]


def test_a_moment_shared_by_two_steps_needs_a_start_before_it():
    later = log("C1 A 2024-01-01", "C1 B 2024-01-05", "C1 A 2024-01-05")
    for reentry in ("first", "best"):
        assert n(later, steps=["A", "B", "A"], reentry=reentry) == [1, 1, 1]


def test_a_detour_breaks_a_strict_chain_and_a_new_attempt_may_follow():
    ask = {"steps": ["A", "B", "C"], "order": "strict"}
    assert n(journey("ABAC"), **ask) == [1, 1, 0]
    assert n(journey("ACABC"), **ask) == [1, 0, 0]
    assert n(journey("ACABC"), reentry="best", **ask) == [1, 1, 1]
    assert n(journey("AABBC"), **ask) == [1, 1, 1]


def test_each_store_has_its_own_funnel_by_the_store_of_entry(shop, as_of):
    table = funnel.conversion(shop.events, steps=CORE, within_days=60, as_of=as_of, by="store_id")
    assert table[["store_id", "step", "n", "n_eligible", "n_early", "median_days"]].values.tolist() == [
        ["S1", "acquire", 4, 4, 0, 0],
        ["S1", "close", 4, 4, 0, 0],
        ["S1", "repurchase", 2, 4, 0, 41],
        ["S2", "acquire", 2, 2, 1, 0],
        ["S2", "close", 2, 2, 1, 2],
        ["S2", "repurchase", 1, 2, 1, 29],
    ]
    events = shop.events.assign(region="east")
    both = funnel.conversion(events, steps=CORE, within_days=60, as_of=as_of, by=["region", "store_id"])
    assert both.columns[:2].tolist() == ["region", "store_id"]
    assert both["n"].tolist() == table["n"].tolist()


def test_the_second_order_of_c5_is_cross_store_flow(shop, as_of):
    held = n(shop.events, steps=CORE, hold_constant="store_id")
    assert held == [6, 6, 2]
    flow = funnel.cross_store(shop.events, steps=CORE, within_days=60, as_of=as_of, by="store_id")
    assert flow[["store_id", "n", "n_held", "n_crossed"]].values.tolist() == [
        ["S1", 4, 4, 0],
        ["S1", 4, 4, 0],
        ["S1", 2, 2, 0],
        ["S2", 2, 2, 0],
        ["S2", 2, 2, 0],
        ["S2", 1, 0, 1],
    ]
    assert flow["crossed_share"].tolist() == [0, 0, 0, 0, 0, 1]


def test_an_excluded_event_between_entry_and_the_last_step_removes_the_customer(shop, as_of):
    table = funnel.conversion(shop.events, steps=CORE, within_days=60, as_of=as_of, exclude="shared")
    assert counts(table) == [[4, 4, 0, 5, 1], [4, 4, 0, 5, 1], [2, 4, 0, 5, 1]]  # without C1 and C6
    assert n(shop.events, steps=CORE, exclude="referred") == [5, 5, 2]  # C5 referred after the window
    assert n(shop.events, steps=CORE, exclude=["shared", "referred"]) == [4, 4, 2]


def test_an_excluded_event_at_the_moment_of_entry_or_of_the_last_step_is_not_between():
    edges = log("C1 A 2024-01-01", "C1 X 2024-01-01", "C1 B 2024-01-03", "C1 X 2024-01-03")
    assert n(edges, steps=["A", "B"], exclude="X") == [1, 1]
    assert n(edges, steps=["A", "B"], exclude="X", reentry="best") == [1, 1]


def test_an_excluded_event_voids_a_later_attempt_and_leaves_the_base():
    spoilt = log("C1 A 2024-01-01", "C1 A 2024-03-01", "C1 X 2024-03-02", "C1 B 2024-03-03")
    assert n(spoilt, steps=["A", "B"], within_days=5, reentry="best", exclude="X") == [1, 0]
    assert n(spoilt, steps=["A", "B"], within_days=5, reentry="best") == [1, 1]


def test_entry_can_be_limited_to_a_range_of_days(shop):
    assert n(shop.events, steps=CORE, entered_from="2024-02-01", entered_to="2024-03-15") == [3, 3, 1]
    twice = log("C1 A 2024-01-01", "C1 A 2024-02-01", "C1 B 2024-02-02")
    assert n(twice, steps=["A", "B"], within_days=5, entered_from="2024-01-15") == [1, 1]


def test_a_window_finer_than_a_day_is_measured_in_seconds(shop, as_of):
    ask = {"steps": ["joined", "ordered"], "as_of": as_of}
    hour = funnel.conversion(shop.events, within_days=pd.Timedelta("1h"), **ask)
    assert hour["n"].tolist() == [7, 3]  # C2 after exactly an hour, C4 and C6 after half an hour
    days = funnel.conversion(shop.events, within_days=pd.Timedelta("3D"), **ask)
    assert days["median_days"].tolist() == [0, pytest.approx(2 + 0.5 / 24)]


def test_the_side_loops_have_their_own_bases(shop, as_of):
    share = funnel.side_loop(shop.events, after="joined", event="shared", within_days=30, as_of=as_of)
    assert share[["n_eligible", "n", "n_pending", "rate"]].values.tolist() == [[7, 2, 0, 2 / 7]]
    assert share[["low", "high"]].round(4).values.tolist() == [[0.0822, 0.6411]]
    refer = funnel.side_loop(
        shop.events, after="ordered", event="referred", within_days=90, as_of="2024-05-31", by="store_id"
    )
    assert refer[["store_id", "n_eligible", "n", "n_pending"]].values.tolist() == [
        ["S1", 4, 1, 0],
        ["S2", 0, 0, 2],
    ]
    assert np.isnan(refer["rate"].iloc[1])


def test_customers_without_a_name_and_events_after_the_last_day_are_left_out(shop, as_of):
    noise = log("- joined 2024-01-01", "C1 ordered 2024-01-01").assign(customer_id=["", "C2"])
    late = log("C4 ordered 2024-07-01")
    nobody = log("C1 joined 2024-01-01").assign(customer_id=None)
    more = pd.concat([shop.events, noise.head(1), nobody, late], ignore_index=True)
    expected = funnel.conversion(shop.events, steps=CORE, within_days=90, as_of=as_of)
    pd.testing.assert_frame_equal(funnel.conversion(more, steps=CORE, within_days=90, as_of=as_of), expected)


def test_no_events_one_customer_and_one_day_are_ordinary_shops(shop, as_of):
    nothing = funnel.conversion(shop.events.head(0), steps=CORE, as_of=as_of)
    assert counts(nothing) == [[0, 0, 0, 0, 0]] * 3
    assert nothing[["step_rate", "entry_rate", "entry_rate_low", "median_days"]].isna().all(axis=None)
    assert funnel.conversion(shop.events.head(0), steps=CORE, as_of=as_of, by="store_id").empty
    one = shop.events[shop.events["customer_id"] == "C2"]
    assert n(one, steps=CORE) == [1, 1, 1]
    day = shop.events[shop.events["happened_at"].dt.date.astype(str) == "2024-01-10"]
    today = funnel.conversion(day, steps=CORE, as_of="2024-01-10")
    assert counts(today) == [[0, 0, 0, 1, 1], [0, 0, 0, 1, 1], [0, 0, 1, 1, 0]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"order": "loose"}, "order cannot be used"),
        ({"reentry": "last"}, "reentry cannot be used"),
        ({"within_days": 0}, "not a window"),
        ({"within_days": "30"}, "not a window"),
        ({"within_days": float("nan")}, "not a window"),
        ({"within_days": float("inf")}, "not a window"),
        ({"steps": []}, "not steps"),
        ({"steps": "joined"}, "not steps"),
        ({"exclude": "ordered"}, "cannot be a step and excluded"),
        ({"as_of": "yesterday-ish"}, "not a date"),
        ({"as_of": pd.NaT}, "not a date"),
        ({"as_of": None}, "not a date"),
        ({"as_of": 20240630}, "not a date"),
        ({"by": "customer_id"}, "what an entry is like"),
        ({"hold_constant": ["store_id", "event"]}, "what an entry is like"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(shop, wrong, said):
    with pytest.raises(ArgumentError, match=said):
        funnel.conversion(shop.events, **{"steps": CORE, "as_of": "2024-06-30", **wrong})


def test_a_missing_column_is_named(shop, as_of):
    with pytest.raises(TableError, match=r"no column \['region'\]"):
        funnel.conversion(shop.events, steps=CORE, as_of=as_of, by="region")


quick = settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
events = st.tuples(
    st.sampled_from("ABC"), st.integers(0, 20), st.sampled_from(["S1", "S2"]), st.integers(0, 5)
)
questions = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["ordered", "strict", "any"]),
        "reentry": st.sampled_from(["first", "best"]),
        "exclude": st.sampled_from([None, "C"]),
    }
)


def shop_of(rows, prefix="C"):
    return log(*(f"{prefix}{who} {what} 2024-01-{1 + when:02d}" for what, when, _, who in rows)).assign(
        store_id=[where for *_, where, _ in rows]
    )


@given(st.lists(events, max_size=40), questions, st.randoms(use_true_random=False))
@quick
def test_row_order_is_irrelevant_and_the_input_stays_as_it_was(rows, question, random):
    table = shop_of(rows)
    before = table.copy(deep=True)
    ask = {"steps": ["A", "B", "A"], "within_days": 5, "as_of": "2024-01-15", "by": "store_id", **question}
    result = funnel.conversion(table, **ask)
    shuffled = table.sample(frac=1, random_state=random.randint(0, 99))
    pd.testing.assert_frame_equal(funnel.conversion(shuffled, **ask), result)
    pd.testing.assert_frame_equal(table, before)


@given(st.lists(events, max_size=30), st.lists(events, min_size=1, max_size=30), questions)
@quick
def test_customers_of_other_stores_change_nothing_for_a_store(rows, others, question):
    ask = {"steps": ["A", "B", "A"], "within_days": 5, "as_of": "2024-01-15", "by": "store_id", **question}
    mine = shop_of(rows)
    both = pd.concat([mine, shop_of(others, "D").assign(store_id="S9")], ignore_index=True)
    found = funnel.conversion(both, **ask)
    found = found[found["store_id"] != "S9"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, funnel.conversion(mine, **ask), check_dtype=False)


@given(st.lists(events, max_size=40), questions, st.integers(1, 20), st.integers(0, 10))
@quick
def test_a_later_last_day_shrinks_no_base_and_counts_never_rise_along_the_funnel(rows, question, day, more):
    ask = {"steps": ["A", "B", "A"], "within_days": 4, **question}
    now = funnel.conversion(shop_of(rows), as_of=f"2024-01-{day:02d}", **ask)
    later = funnel.conversion(shop_of(rows), as_of=f"2024-01-{day + more:02d}", **ask)
    assert (later["n_eligible"] >= now["n_eligible"]).all()
    assert (later["n"] >= now["n"]).all()
    for table in (now, later):
        assert table["n"].is_monotonic_decreasing
        assert table["n"].iloc[0] == table["n_eligible"].iloc[0]
        assert (table["n_entered"] == table["n_eligible"] + table["n_early"] + table["n_pending"]).all()


def log(*rows):
    table = pd.DataFrame([row.split() for row in rows], columns=["customer_id", "event", "happened_at"])
    return table.assign(happened_at=pd.to_datetime(table["happened_at"]), store_id="S1")


def journey(letters):
    return log(*(f"C1 {letter} 2024-01-{day:02d}" for day, letter in enumerate(letters, start=1)))
