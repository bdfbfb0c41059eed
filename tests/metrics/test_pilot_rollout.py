"""After the pilot: does the estimate stand, what is the verdict, and how far does it carry?"""

import numpy as np
import pandas as pd
import pytest
from pilot_panels import chain, long, piloted

from opsmodel import pilot
from opsmodel.errors import ArgumentError, TableError


def checks(history, **asked):
    return pilot.robustness(history, **asked).set_index("check")


def test_a_clean_pilot_passes_all_checks():
    history, treated = piloted(11, lift=0.4, n=40, k=8, start=12)
    near = [unit for unit in history["unit"].unique() if unit not in treated][:5]
    found = checks(history, treated=treated, start=12, neighbours=near)
    assert found["holds"].tolist() == ["yes"] * 5


def test_a_trend_from_before_the_start_is_seen_and_priced():
    values = chain(12, n=40, noise=0.05, drift=0.0)
    values[:8] *= np.exp(0.03 * np.arange(16))
    found = checks(long(values), treated=[f"S{place:03d}" for place in range(8)], start=12)
    assert found.loc["pre_trend", "holds"] == "no"
    assert found.loc["pre_trend", "effect"] == pytest.approx(0.03 * 8, abs=0.05)  # 8 weeks, middle to middle
    assert found.loc["placebo_in_time", "holds"] == "no"


def test_an_effect_that_one_store_makes_alone_does_not_stand():
    values = chain(13, n=40, noise=0.05, drift=0.0)
    values[2, 12:] *= 6
    found = checks(long(values), treated=["S000", "S001", "S002", "S003"], start=12)
    assert found.loc["leave_one_out", ["holds", "without"]].tolist() == ["no", "S002"]


def test_customers_who_went_over_from_nearby_stores_are_noticed():
    values = chain(14, n=40, noise=0.05, drift=0.0)
    values[:6, 12:] *= 1.2
    values[10:14, 12:] *= 0.8
    treated = [f"S{place:03d}" for place in range(6)]
    near = {"S000": ["S010", "S011"], "S001": ["S012", "S013"]}
    found = checks(long(values), treated=treated, start=12, neighbours=near)
    assert found.loc["neighbours", "holds"] == "no"
    assert np.expm1(found.loc["neighbours", "effect"]) == pytest.approx(-0.2, abs=0.03)


def test_what_so_few_stores_cannot_show_is_said_to_be_unseen():
    found = checks(long(chain(1, n=5, periods=6)), treated=["S000"], start=4)
    assert found["holds"].tolist() == ["not_seen"] * 5


def effects(lift, low, high, p=0.01, second=None):
    rows = [
        ("did", lift, low, high, p),
        ("synthetic_control", lift if second is None else second, low, high, p),
    ]
    return pd.DataFrame(
        [
            {"estimator": name, "effect": np.log1p(at), "low": np.log1p(a), "high": np.log1p(b), "p": p,
             "lift_rate": at, "lift_rate_low": a, "lift_rate_high": b}
            for name, at, a, b, p in rows
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "word"),
    [
        (effects(0.2, 0.05, 0.35), "effective"),
        (effects(0.08, 0.02, 0.14), "probably"),  # real, but smaller than wished
        (effects(0.2, -0.02, 0.45, p=0.08), "probably"),
        (effects(0.2, -0.2, 0.7, p=0.4), "not_enough"),
        (effects(0.04, -0.1, 0.2, p=0.5), "not_enough"),
        (effects(0.02, -0.05, 0.09, p=0.6), "no_effect"),
        (effects(0.06, 0.03, 0.09), "no_effect"),  # there, but not worth having
        (effects(-0.2, -0.3, -0.1), "no_effect"),
        (effects(0.2, 0.05, 0.35, second=-0.01), "unclear"),
    ],
)
def test_the_verdict_is_tied_to_the_interval_and_the_registered_effect(table, word):
    assert pilot.verdict(table, 0.1) == word


def test_a_verdict_without_a_registered_effect_is_refused():
    with pytest.raises(ArgumentError, match="above 0"):
        pilot.verdict(effects(0.2, 0.1, 0.3), 0)
    with pytest.raises(TableError, match=r"no table of pilot\.effect"):
        pilot.verdict(pd.DataFrame(), 0.1)


def test_the_forecast_shrinks_the_effect_and_takes_comparability_and_adherence_off():
    # log effect 0.2, standard error 0.1: three quarters are kept
    table = pd.DataFrame([{"effect": 0.2, "low": 0.2 - 0.1959964, "high": 0.2 + 0.1959964}])
    row = pilot.forecast(table, comparability=0.5, adherence=(0.4, 0.8)).iloc[0]
    assert row["shrinkage"] == pytest.approx(0.75)
    assert row["lift_rate"] == pytest.approx(np.expm1(0.15) * 0.5 * 0.6)
    reach = 1.959964 * 0.1 * np.sqrt(0.75)
    assert row["lift_rate_high"] == pytest.approx(np.expm1(0.15 + reach) * 0.5 * 0.8)
    assert row["lift_rate_low"] == pytest.approx(np.expm1(0.15 - reach) * 0.5 * 0.8)


def test_an_effect_within_its_own_error_promises_nothing_and_an_open_interval_cannot_say():
    small = pd.DataFrame([{"effect": 0.05, "low": -0.15, "high": 0.25}])
    assert pilot.forecast(small, comparability=1.0)["lift_rate"].iloc[0] == 0
    open_ended = pd.DataFrame([{"effect": 0.05, "low": -np.inf, "high": np.inf}])
    assert np.isnan(pilot.forecast(open_ended, comparability=1.0)["lift_rate"].iloc[0])
    with pytest.raises(ArgumentError):
        pilot.forecast(small, comparability=1.4)


def test_stores_outside_what_the_pilot_spans_weigh_on_the_forecast_by_their_kpi():
    history = long(np.array([[10.0], [30.0], [20.0], [900.0]]) * np.ones((1, 4)))
    table = pilot.comparability(history, stores=["S000", "S001"])
    assert table[["unit", "comparable", "value"]].values.tolist() == [
        ["S002", True, 20],
        ["S003", False, 900],
    ]
    effect = pd.DataFrame([{"effect": 0.2, "low": 0.1, "high": 0.3}])
    assert pilot.forecast(effect, comparability=table)["comparability"].iloc[0] == pytest.approx(20 / 920)


def waves(**starts):
    rows = [(unit, "1" if begin < 6 else "2", begin) for unit, begin in starts.items()]
    return pd.DataFrame(rows, columns=["store_id", "wave", "started_on"])


def test_the_replicability_counts_wave_stores_that_reach_half_the_lift_by_week_eight():
    values = np.full((8, 14), 100.0)
    values[0, 4:] *= 1.2  # reaches
    values[1, 4:] *= 1.05  # does not
    values[2, 10:] *= 1.2  # has not been seen for eight periods
    history = long(values)
    table = pilot.replicability(history, waves=waves(S000=4, S001=4, S002=10), lift=0.2)
    assert table[["wave", "n_stores", "n_seen", "n_repeating"]].values.tolist() == [
        ["1", 2, 2, 1],
        ["2", 1, 0, 0],
    ]
    assert table["replicability"].iloc[0] == 0.5
    assert np.isnan(table["replicability"].iloc[1])
    assert table["chance_rate"].iloc[0] == 0
    assert table["lift_rate"].iloc[0] == pytest.approx(np.sqrt(1.2 * 1.05) - 1)


def test_waves_need_a_lift_and_their_columns():
    history = long(chain(1, n=8))
    with pytest.raises(ArgumentError):
        pilot.replicability(history, waves=waves(S000=4), lift=0)
    with pytest.raises(TableError):
        pilot.replicability(history, waves=pd.DataFrame({"unit": []}), lift=0.2)


@pytest.mark.parametrize(
    ("word", "rate", "chance", "step"),
    [
        ("effective", None, None, "go"),
        ("effective", 0.8, 0.2, "go"),
        ("effective", 0.8, 0.8, "hold"),
        ("effective", 0.5, 0.2, "hold"),
        ("effective", 0.2, 0.2, "stop"),
        ("probably", 0.9, 0.1, "hold"),
        ("unclear", None, None, "hold"),
        ("unclear", 0.0, 0.4, "hold"),
        ("not_enough", 0.0, 0.4, "hold"),
        ("no_effect", 0.9, 0.1, "stop"),
    ],
)
def test_go_hold_or_stop_follows_from_the_verdict_and_the_last_wave(word, rate, chance, step):
    table = (
        None
        if rate is None
        else pd.DataFrame({"n_seen": [9], "replicability": [rate], "chance_rate": [chance]})
    )
    assert pilot.next_step(word, table) == step
