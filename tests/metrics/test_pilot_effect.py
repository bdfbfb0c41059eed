"""The effect of a pilot: the difference of log changes, its randomization test and its interval."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilot_panels import chain, long, piloted
from scipy.stats import ttest_ind

from opsmodel import pilot
from opsmodel.errors import ArgumentError, TableError

MONDAYS = pd.date_range("2025-01-06", periods=8, freq="W-MON")


def test_the_effect_is_the_difference_of_mean_log_changes_worked_by_hand():
    # Δ log: pilot stores ln 1.5 and ln 1.2, controls 0, ln 1.1 and −ln 1.1
    before, after = [100.0, 100.0, 100.0], [[150.0], [120.0], [100.0], [110.0], [100 / 1.1]]
    history = long([[*before, *row] for row in after])
    row = pilot.effect(history, treated=["S000", "S001"], start=3, estimator="did").iloc[0]
    assert row["effect"] == pytest.approx((np.log(1.5) + np.log(1.2)) / 2)
    assert row["lift_rate"] == pytest.approx(np.sqrt(1.8) - 1)
    assert row[["n_treated", "n_controls", "n_pre", "n_post", "n_left_out"]].tolist() == [2, 3, 3, 1, 0]
    assert row["p"] == pytest.approx(1 / 10)  # the most extreme of the ten choices of two out of five


def by_brute_force(change, k, equal_var):
    """(1 + #{|t*| >= |t|}) ÷ all assignments, with scipy's t of every one of them."""

    def t(chosen):
        rest = [place for place in range(len(change)) if place not in chosen]
        return abs(ttest_ind(change[list(chosen)], change[rest], equal_var=equal_var).statistic)

    own = t(range(k))
    every = [t(chosen) for chosen in combinations(range(len(change)), k) if chosen != tuple(range(k))]
    return (1 + sum(value >= own * (1 - 1e-9) for value in every)) / (len(every) + 1)


@pytest.mark.parametrize(("n", "k", "equal_var"), [(7, 2, True), (9, 3, True), (11, 5, False)])
def test_p_counts_every_assignment_of_a_small_chain_as_scipy_does(n, k, equal_var):
    for seed in range(2):
        values = chain(seed, n=n, periods=6)
        values[:k, 4:] *= 0.8 + 0.2 * np.arange(k)[:, None]  # works in some stores more than in others
        change = np.log(values[:, 4:]).mean(axis=1) - np.log(values[:, :4]).mean(axis=1)
        treated = [f"S{place:03d}" for place in range(k)]
        found = pilot.effect(long(values), treated=treated, start=4, estimator="did", draws=5000)
        assert found["p"].iloc[0] == pytest.approx(by_brute_force(change, k, equal_var))


def test_the_interval_holds_just_the_effects_that_the_test_does_not_reject():
    values = chain(3, n=10, periods=8)
    values[:5, 5:] *= 1.3
    treated = [f"S{place:03d}" for place in range(5)]
    row = pilot.effect(long(values), treated=treated, start=5, estimator="did").iloc[0]
    change = np.log(values[:, 5:]).mean(axis=1) - np.log(values[:, :5]).mean(axis=1)
    for bound, inward in ((row["low"], 1), (row["high"], -1)):
        for step, rejected in ((1e-4, False), (-1e-4, True)):
            without = change.copy()
            without[:5] -= bound + inward * step
            assert (by_brute_force(without, 5, equal_var=False) <= 0.05) == rejected


def test_with_no_effect_about_one_pilot_in_twenty_is_called_significant():
    ps = []
    for seed in range(400):
        history, treated = piloted(seed, lift=0.0, n=40, k=8)
        ps.append(pilot.effect(history, treated=treated, start=12, estimator="did", draws=199)["p"].iloc[0])
    assert 0.03 <= np.mean(np.array(ps) <= 0.05) <= 0.07


def test_a_planted_lift_of_thirty_percent_lies_in_the_interval_of_both_estimators():
    inside = []
    for seed in range(100):
        history, treated = piloted(seed, lift=0.3, n=40, k=10)
        rows = pilot.effect(history, treated=treated, start=12, draws=499, seed=seed)
        inside.append(((rows["lift_rate_low"] <= 0.3) & (rows["lift_rate_high"] >= 0.3)).tolist())
    assert (np.mean(inside, axis=0) >= 0.9).all()


def test_too_few_stores_to_reject_anything_leave_the_interval_open():
    history = long(chain(1, n=4, periods=6))
    row = pilot.effect(history, treated=["S000"], start=4, estimator="did").iloc[0]
    assert row["p"] >= 0.25
    assert np.isneginf(row["low"])
    assert np.isposinf(row["high"])


def test_one_state_among_39_over_31_years_as_in_proposition_99():
    """A generated panel of that shape: one treated state whose sales fall by a quarter from year 19 on."""
    values = chain(5, n=39, periods=31, noise=0.03, drift=0.02, sizes=0.2)
    values[2, 19:] *= 0.75
    history = long(values, range(1970, 2001))
    found = pilot.effect(history, treated=["S002"], start=1989)
    assert found["estimator"].tolist() == ["did", "synthetic_control"]
    assert ((found["lift_rate"] > -0.4) & (found["lift_rate"] < -0.1)).all()
    assert found["p"].tolist() == pytest.approx([1 / 39, 1 / 39])


def test_two_waves_of_many_stores_as_in_card_and_krueger_need_an_open_word():
    """A generated panel of that shape: 300 + 80 stores, one period before the change and one after."""
    values = chain(6, n=380, periods=2)
    values[:300, 1] *= 1.1
    history, treated = long(values), [f"S{place:03d}" for place in range(300)]
    with pytest.raises(ArgumentError, match="needs 3 periods before"):
        pilot.effect(history, treated=treated, start=1)
    row = pilot.effect(history, treated=treated, start=1, min_before=1, estimator="did").iloc[0]
    assert row["lift_rate_low"] <= 0.1 <= row["lift_rate_high"]


def test_stores_with_a_zero_or_a_gap_are_left_out_and_named():
    values = chain(7, n=8, periods=6)
    values[1, 2], values[6, 5] = 0.0, np.nan
    with pytest.warns(UserWarning, match=r"2 of 8 stores .* \['S001', 'S006'\]. In the pilot: \['S001'\]"):
        row = pilot.effect(long(values), treated=["S000", "S001"], start=4, estimator="did").iloc[0]
    assert row[["n_treated", "n_controls", "n_left_out"]].tolist() == [1, 5, 2]


def test_a_week_that_straddles_the_start_or_the_end_counts_on_neither_side():
    history = long(chain(8, n=6, periods=8), MONDAYS)
    asked = {"treated": ["S000"], "estimator": "did"}
    midweek = pilot.effect(history, start="2025-02-05", end="2025-02-20", **asked).iloc[0]
    assert midweek[["n_pre", "n_post"]].tolist() == [4, 1]
    monday = pilot.effect(history, start="2025-02-03", end="2025-02-23", **asked).iloc[0]
    assert monday[["n_pre", "n_post"]].tolist() == [4, 3]
    weeks = history.assign(period=history["period"].dt.to_period("W"))
    week = pilot.effect(weeks, start=pd.Period("2025-02-03", "W"), end=pd.Period("2025-02-17", "W"), **asked)
    pd.testing.assert_series_equal(week.iloc[0], monday)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"treated": ["S999"]}, "stores that history does not hold"),
        ({"treated": []}, "names no store"),
        ({"treated": ["S000", "S001", "S002", "S003", "S004"]}, "two controls"),
        ({"start": 2}, "needs 3 periods before"),
        ({"start": 9}, "needs 3 periods before its start and one after"),
        ({"estimator": "magic"}, "this estimator does not exist"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_reason(change, error):
    asked = {"treated": ["S000"], "start": 4} | change
    with pytest.raises(ArgumentError, match=error):
        pilot.effect(long(chain(1, n=6, periods=6)), **asked)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda rows: rows.drop(columns="value"), "has no column"),
        (lambda rows: pd.concat([rows, rows.head(1)]), "two values in one period"),
        (lambda rows: rows.assign(value="much"), "not a number"),
        (lambda rows: rows["value"].tolist(), "not a table"),
    ],
)
def test_a_history_that_is_no_panel_is_refused(spoil, error):
    with pytest.raises(TableError, match=error):
        pilot.effect(spoil(long(chain(1, n=6, periods=6))), treated=["S000"], start=4)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
def test_neither_the_order_of_the_rows_nor_the_size_of_a_store_changes_the_effect(seed, factor):
    history = long(chain(seed, n=8, periods=6))
    asked = {"treated": ["S001", "S004"], "start": 4, "seed": 1}
    found = pilot.effect(history, **asked)
    mixed = history.sample(frac=1, random_state=seed)
    mixed.loc[mixed["unit"] == "S003", "value"] *= factor
    pd.testing.assert_frame_equal(found, pilot.effect(mixed, **asked), rtol=1e-6)


def test_the_history_is_not_touched_and_may_be_an_ibis_table():
    import ibis

    history = long(chain(1, n=6, periods=6))
    copy = history.copy()
    found = pilot.effect(history, treated=["S000"], start=4)
    pd.testing.assert_frame_equal(history, copy)
    pd.testing.assert_frame_equal(found, pilot.effect(ibis.memtable(history), treated=["S000"], start=4))


def test_placebos_hold_the_pilot_first_and_paths_start_at_their_own_mean():
    history, treated = piloted(4, lift=0.5, n=12, k=3)
    drawn = pilot.placebos(history, treated=treated, start=12, draws=999)
    effect = pilot.effect(history, treated=treated, start=12, estimator="did")["effect"].iloc[0]
    assert drawn["assignment"].tolist() == ["pilot", *["chance"] * 219]
    assert drawn["effect"].iloc[0] == pytest.approx(effect)
    lines = pilot.paths(history, treated=treated, start=12)
    before = np.log(lines.loc[~lines["after"], ["pilot", "controls", "synthetic_control"]]).mean()
    assert before.abs().max() < 1e-9
    assert lines["after"].sum() == 4
