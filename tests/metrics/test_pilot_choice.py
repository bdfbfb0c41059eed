"""Choosing pilot stores, grading a choice, and what a pilot would notice."""

import numpy as np
import pandas as pd
import pytest
from pilot_panels import chain, long

from opsmodel import pilot
from opsmodel.errors import ArgumentError


def last_months_best(history, n=10):
    last = history[history["period"] == history["period"].max()]
    return last.nlargest(n, "value")["unit"].tolist()


def test_one_store_is_drawn_from_each_stretch_of_the_chain():
    history = long(np.arange(1, 21)[:, None] * np.ones((1, 4)))
    drawn = pilot.choose(history, n=4, seed=1)
    assert drawn["stratum"].tolist() == [1, 2, 3, 4]
    assert [int(unit[1:]) // 5 for unit in drawn["unit"]] == [0, 1, 2, 3]


def test_regions_are_drawn_from_in_turn():
    history = long(chain(1, n=20)).assign(region=lambda rows: rows["unit"].str[3].map(int) % 2)
    drawn = pilot.choose(history, n=4, by="region", seed=1)
    assert drawn["region"].tolist() == [0, 0, 1, 1]


def test_the_same_seed_draws_the_same_stores_and_another_seed_others():
    history = long(chain(1, n=100))
    one, again, other = (pilot.choose(history, seed=seed)["unit"].tolist() for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_matched_stores_have_a_twin_of_their_own_and_the_lot_decides_between_them():
    history = long(chain(2, n=60))
    drawn = [pilot.choose(history, n=10, method="matched", seed=seed) for seed in range(20)]
    for table in drawn:
        assert len({*table["unit"], *table["twin"]}) == 20
    pairs = {tuple(sorted(pair)) for table in drawn for pair in table[["unit", "twin"]].to_numpy()}
    assert len(pairs) == 10  # the same pairs under every seed
    assert len({tuple(table["unit"]) for table in drawn}) > 10


def test_the_lot_does_not_prefer_last_months_best():
    history = long(chain(3, n=300))
    best = set(last_months_best(history))
    hits = [len(best & set(pilot.choose(history, seed=seed)["unit"])) for seed in range(100)]
    assert np.mean(hits) == pytest.approx(10 * 10 / 300, abs=0.2)


@pytest.mark.parametrize(
    "asked", [{"n": 6}, {"n": 0}, {"n": 4, "method": "matched"}, {"method": "best"}, {"n": 2, "by": "half"}]
)
def test_a_choice_that_cannot_be_made_is_refused(asked):
    history = long(chain(1, n=6)).assign(half=lambda rows: rows["period"] > 7)
    with pytest.raises(ArgumentError):
        pilot.choose(history, **asked)


def test_the_best_of_last_month_fall_back_by_a_fifth_with_no_effect_at_all_and_the_worst_rise():
    """Ten of 300 stores that differ by noise alone: about −22 % and +30 % between two months."""
    values = chain(4, n=300, periods=14, noise=0.12, drift=0.0, sizes=0.0)
    history = long(values)
    past = history[history["period"] < 13]
    best = last_months_best(past)
    worst = past[past["period"] == 12].nsmallest(10, "value")["unit"].tolist()
    chain_change = np.log(values[:, 13] / values[:, 12]).mean()
    for stores, low, high, word in ((best, -0.28, -0.16, "picked_high"), (worst, 0.18, 0.40, "picked_low")):
        places = [int(unit[1:]) for unit in stores]
        happened = np.expm1(np.log(values[places, 13] / values[places, 12]).mean() - chain_change)
        row = pilot.grade(past, stores=stores, weeks=1, recent_periods=1).iloc[0]
        assert low < happened < high
        assert row["change_expected"] == pytest.approx(happened, abs=0.1)
        assert word in row["warnings"]


def test_stores_drawn_by_lot_are_graded_fair_and_only_large_ones_not_alike():
    history = long(chain(5, n=120, periods=40, noise=0.1, drift=0.0))
    fair = pilot.grade(history, stores=pilot.choose(history, n=20, seed=2)["unit"], weeks=8).iloc[0]
    assert fair["warnings"] == ""
    assert fair["size_position"] == pytest.approx(0.5, abs=0.05)
    size = history.groupby("unit")["value"].mean()
    large = pilot.grade(history, stores=size.nlargest(20).index, weeks=8).iloc[0]
    assert large["size_difference"] > 1.5
    assert "not_alike" in large["warnings"]


def test_a_short_history_is_graded_with_what_it_shows():
    row = pilot.grade(long(chain(1, n=8, periods=4)), stores=["S001", "S002"], weeks=8).iloc[0]
    assert np.isnan(row["mde"])
    assert np.isnan(row["change_expected"])
    assert "short_history" in row["warnings"]


def test_the_replay_raises_false_alarms_in_one_window_of_twenty_and_notices_more_the_larger_the_lift():
    table = pilot.power(long(chain(6, n=60, periods=40)), n=10, weeks=6, replays=600, draws=199)
    assert 0.03 <= table["false_positive_rate"].iloc[0] <= 0.07
    assert table["detected_rate"].is_monotonic_increasing
    assert table["lift_rate"].tolist() == [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]


def test_the_smallest_lift_noticed_is_the_textbook_one_where_stores_differ_by_plain_noise():
    """2.8 standard errors of a difference of two means (Bloom 1995), noise 0.2 a period, 8 against 8."""
    history = long(chain(7, n=100, periods=60, noise=0.2, drift=0.0))
    found = pilot.power(history, n=10, weeks=8, replays=600)["mde"].iloc[0]
    error = 0.2 * np.sqrt(1 / 8 + 1 / 8) * np.sqrt(1 / 10 + 1 / 90)
    assert np.log1p(found) == pytest.approx(2.8 * error, rel=0.12)


def test_more_stores_notice_less():
    history = long(chain(8, n=100, periods=40))
    few, many = (pilot.power(history, n=n, weeks=6, replays=200)["mde"].iloc[0] for n in (4, 20))
    assert many < few


def test_a_history_without_a_past_window_is_refused():
    with pytest.raises(ArgumentError, match="no past window"):
        pilot.power(long(chain(1, n=20, periods=10)), n=5, weeks=8)


def test_a_store_too_young_is_neither_drawn_nor_counted():
    history = long(chain(1, n=12, periods=6))
    young = history[(history["unit"] != "S000") | (history["period"] > 3)]
    assert "S000" not in pilot.traits(young)["unit"].tolist()
    assert isinstance(pilot.choose(young, n=3), pd.DataFrame)
