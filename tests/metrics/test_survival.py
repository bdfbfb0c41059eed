"""Waiting times: one published example, lifelines, and what holds for every set of waits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from opsmodel.errors import TableError
from opsmodel.metrics import survival

# Weeks of remission under 6-mercaptopurine, Freireich et al., Blood 21 (1963); + marks those still in
# remission. The curve and its interval are the standard worked example (Kleinbaum & Klein, Survival
# Analysis, chapter 2; the interval is the log(-log) one).
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PUBLISHED = [
    # weeks, at risk, relapses, still in remission, low, high
    (6, 21, 3, 0.8571, 0.6197, 0.9516),
    (7, 17, 1, 0.8067, 0.5631, 0.9228),
    (10, 15, 1, 0.7529, 0.5032, 0.8894),
    (13, 12, 1, 0.6902, 0.4316, 0.8491),
    (16, 11, 1, 0.6275, 0.3675, 0.8049),
    (22, 7, 1, 0.5378, 0.2678, 0.7468),
    (23, 6, 1, 0.4482, 0.1881, 0.6801),
]


def counted(lengths, ended, **columns):
    waits = pd.DataFrame({"days": lengths, "events": ended, **columns}).astype({"events": int})
    return waits.assign(censored=1 - waits["events"])


@pytest.fixture
def remission():
    marks = REMISSION.split()
    return counted([float(m.rstrip("+")) for m in marks], ["+" not in m for m in marks])


waits = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


def test_the_curve_is_the_published_one_for_the_remission_of_leukaemia(remission):
    curve = survival.kaplan_meier(remission)
    relapses = curve.loc[
        curve["events"] > 0, ["days", "at_risk", "events", "survival", "survival_low", "survival_high"]
    ]
    np.testing.assert_allclose(relapses.to_numpy(float), PUBLISHED, atol=5e-5)


def test_the_median_remission_is_the_published_23_weeks_and_the_ninth_decile_is_not_reached(remission):
    curve = survival.kaplan_meier(remission)
    assert survival.quantile(curve, 0.5) == 23
    assert np.isnan(survival.quantile(curve, 0.9))


@given(waits)
@settings(max_examples=60, deadline=None)
def test_the_curve_agrees_with_lifelines(rows):
    lengths, ended = zip(*rows, strict=True)
    curve = survival.kaplan_meier(counted(lengths, ended)).set_index("days")
    other = KaplanMeierFitter().fit(lengths, ended)
    np.testing.assert_allclose(
        curve["survival"], other.survival_function_.loc[curve.index, "KM_estimate"], atol=1e-12
    )
    inside = curve[(curve["survival"] > 1e-9) & (curve["survival"] < 1 - 1e-9)]
    bounds = other.confidence_interval_.loc[inside.index].to_numpy()
    np.testing.assert_allclose(inside[["survival_low", "survival_high"]], bounds, atol=1e-9)
    if not np.isclose(curve["survival"], 0.5).any():  # lifelines can miss an exact half by a rounding error
        median = survival.quantile(curve.reset_index(), 0.5)
        assert np.nan_to_num(median, nan=np.inf) == other.median_survival_time_


@given(waits, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_waits_and_how_they_were_counted_do_not_matter(rows, random):
    table = counted(*zip(*rows, strict=True))
    shuffled = table.sample(frac=1, random_state=random.randint(0, 9))
    together = table.groupby("days", as_index=False).sum()
    curve = survival.kaplan_meier(table)
    pd.testing.assert_frame_equal(curve, survival.kaplan_meier(shuffled))
    pd.testing.assert_frame_equal(curve, survival.kaplan_meier(together))


@given(waits, waits)
@settings(max_examples=40, deadline=None)
def test_a_group_gets_the_curve_it_would_get_alone(first, second):
    stores = {"S1": first, "S2": second}
    parts = {name: counted(*zip(*rows, strict=True), store_id=name) for name, rows in stores.items()}
    both = survival.kaplan_meier(pd.concat(parts.values()), by="store_id")
    summary = survival.quantiles(both, by=["store_id"], median_days=0.5, p80_days=0.8).set_index("store_id")
    for name, part in parts.items():
        alone = survival.kaplan_meier(part)
        mine = both[both["store_id"] == name].drop(columns="store_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone)
        expected = [survival.quantile(alone, 0.5), survival.quantile(alone, 0.8)]
        np.testing.assert_array_equal(summary.loc[name].to_numpy(float), expected)


@given(waits)
@settings(max_examples=40, deadline=None)
def test_the_share_never_falls_and_lies_inside_its_interval(rows):
    curve = survival.kaplan_meier(counted(*zip(*rows, strict=True)))
    assert curve["failed"].is_monotonic_increasing
    assert curve["at_risk"].iloc[0] == len(rows)
    known = curve.dropna()
    assert ((known["failed_low"] <= known["failed"]) & (known["failed"] <= known["failed_high"])).all()
    assert ((known["failed_low"] >= 0) & (known["failed_high"] <= 1)).all()


def test_before_the_first_event_and_after_the_last_there_is_no_interval():
    curve = survival.kaplan_meier(counted([2, 5], [False, True]))
    assert curve["failed"].tolist() == [0, 1]
    assert curve[["failed_low", "failed_high"]].isna().all(axis=None)


def test_a_share_of_exactly_four_fifths_counts_as_reached():
    curve = survival.kaplan_meier(counted(range(1, 11), [True] * 10))
    assert [survival.quantile(curve, q / 10) for q in range(1, 11)] == list(range(1, 11))


def test_a_share_is_read_between_days_and_refused_where_too_few_still_wait(remission):
    curve = survival.kaplan_meier(remission)
    at_12 = survival.at(curve, 12)
    assert at_12["at_risk"] == 12
    assert at_12["failed"] == pytest.approx(1 - 0.7529, abs=5e-5)
    assert at_12["failed_low"] == pytest.approx(1 - 0.8894, abs=5e-5)
    assert survival.at(curve, 16, min_at_risk=10)["failed"] == pytest.approx(1 - 0.6275, abs=5e-5)
    assert np.isnan(survival.at(curve, 17, min_at_risk=11)["failed"])
    assert np.isnan(survival.at(curve, 36)["failed"])
    assert survival.at(curve, 3)["failed"] == 0


def test_no_waits_give_no_curve_and_no_median():
    curve = survival.kaplan_meier(pd.DataFrame({"days": [], "events": [], "censored": []}))
    assert curve.empty
    assert np.isnan(survival.quantile(curve, 0.5))
    assert np.isnan(survival.at(curve, 30)["failed"])


def test_the_counts_handed_in_are_left_as_they_were(remission):
    before = remission.copy(deep=True)
    survival.kaplan_meier(remission)
    pd.testing.assert_frame_equal(remission, before)


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"no column \['censored'\]"):
        survival.kaplan_meier(pd.DataFrame({"days": [1], "events": [1]}))
