"""Laney's p′ chart against its published formula, the p chart, run rules and small bases."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from opsmodel import sop
from opsmodel.errors import ArgumentError, TableError

WEEKS = pd.DataFrame(
    {"period": range(1, 7), "k": [480, 530, 455, 520, 470, 640], "n": [1000, 1000, 950, 1050, 980, 1000]}
)


def laney_by_hand(k, n):
    """Laney 2002, step by step in plain Python."""
    centre = sum(k) / sum(n)
    spread = [(centre * (1 - centre) / base) ** 0.5 for base in n]
    z = [(hits / base - centre) / s for hits, base, s in zip(k, n, spread, strict=True)]
    ranges = [abs(b - a) for a, b in pairwise(z)]
    sigma_z = sum(ranges) / len(ranges) / 1.128
    return centre, sigma_z, [(centre - 3 * s * sigma_z, centre + 3 * s * sigma_z) for s in spread]


def test_centre_spread_and_limits_are_those_of_the_published_formula():
    table = sop.control_chart(WEEKS)
    centre, sigma_z, limits = laney_by_hand(WEEKS["k"].tolist(), WEEKS["n"].tolist())
    assert table["centre"].tolist() == pytest.approx([centre] * 6)
    assert table["sigma_z"].tolist() == pytest.approx([sigma_z] * 6)
    assert table[["low", "high"]].to_numpy() == pytest.approx(np.array(limits))
    assert table["rate"].tolist() == pytest.approx((WEEKS["k"] / WEEKS["n"]).tolist())
    assert not table["signal"].any()  # such weeks vary by nature


def test_with_a_spread_of_one_it_is_the_p_chart_and_cries_wolf():
    table = sop.control_chart(WEEKS, sigma_z=1)
    centre = WEEKS["k"].sum() / WEEKS["n"].sum()
    reach = 3 * np.sqrt(centre * (1 - centre) / WEEKS["n"])
    assert table["high"].tolist() == pytest.approx((centre + reach).tolist())
    outside = (WEEKS["k"] / WEEKS["n"] - centre).abs() > reach
    assert table["signal"].tolist() == outside.tolist()
    assert outside.sum() == 1
    assert table["side"].tolist()[-1] == "above"


def test_weeks_that_vary_by_nature_seldom_signal_where_the_p_chart_does_all_the_time():
    rng = np.random.default_rng(4)
    told = {None: [], 1.0: []}
    for _chart in range(60):
        rate = np.clip(0.6 + 0.05 * rng.normal(size=26), 0, 1)
        weeks = pd.DataFrame({"period": range(26), "n": 800, "k": rng.binomial(800, rate)})
        for sigma_z, rates in told.items():
            chart = sop.control_chart(weeks, sigma_z=sigma_z)
            rates.append((chart["rule"] == "beyond").mean())
    assert np.mean(told[None]) < 0.01
    assert np.mean(told[1.0]) > 0.2


def test_a_planted_drop_is_a_signal():
    rng = np.random.default_rng(5)
    rate = np.where(np.arange(30) == 25, 0.3, 0.6)
    weeks = pd.DataFrame({"period": range(30), "n": 120, "k": rng.binomial(120, rate)})
    table = sop.control_chart(weeks, baseline=20)
    assert table.loc[table["rule"] == "beyond", "period"].tolist() == [25]
    assert table["side"][25] == "below"


def test_eight_in_a_row_on_one_side_are_a_signal_from_the_eighth_on():
    k = [52, 47, 53, 46, 52, 47, 53, 46, 53, 54, 52, 53, 54, 52, 53, 54, 53]
    table = sop.control_chart(pd.DataFrame({"period": range(17), "k": k, "n": 100}), baseline=8)
    assert table["rule"].tolist() == [""] * 15 + ["run"] * 2
    assert set(table["side"][15:]) == {"above"}


def test_a_small_week_is_judged_by_counting_not_by_the_normal_curve():
    few = pd.DataFrame({"period": range(12), "k": [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 5], "n": [7] * 12})
    table = sop.control_chart(few, baseline=11)
    assert table["rate"].iloc[-1] > table["high"].iloc[-1]
    assert not table["signal"].iloc[-1]  # five of seven at 21 %: once in 100 weeks
    tiny = sop.control_chart(few.assign(n=[7] * 11 + [4], k=[*few["k"][:11], 4]))
    assert not tiny["signal"].iloc[-1]


def test_what_cannot_be_seen_is_nan_and_no_signal():
    table = sop.control_chart(pd.DataFrame({"period": [1, 2, 3], "k": [5, 0, 6], "n": [10, 0, 10]}))
    assert table["rate"].isna().tolist() == [False, True, False]
    assert table["sigma_z"].notna().all()
    one = sop.control_chart(pd.DataFrame({"period": [1], "k": [5], "n": [10]}))
    assert one["sigma_z"].isna().all()
    assert not one["signal"].any()
    assert len(sop.control_chart(WEEKS.head(0))) == 0
    always = sop.control_chart(pd.DataFrame({"period": [1, 2, 3], "k": [9, 9, 9], "n": [9, 9, 9]}))
    assert always[["low", "high"]].to_numpy().tolist() == [[1.0, 1.0]] * 3
    assert not always["signal"].any()


def test_charts_of_groups_are_drawn_alone_and_row_order_is_irrelevant():
    both = pd.concat([WEEKS.assign(kpi="b"), WEEKS.assign(kpi="a", k=WEEKS["k"] - 200)])
    table = sop.control_chart(both, by="kpi")
    assert list(dict.fromkeys(table["kpi"])) == ["b", "a"]
    own = table[table["kpi"] == "b"].drop(columns="kpi").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, sop.control_chart(WEEKS))
    pd.testing.assert_frame_equal(sop.control_chart(WEEKS.iloc[::-1]), sop.control_chart(WEEKS))


def test_columns_can_be_named_and_wrong_tables_are_refused():
    named = WEEKS.rename(columns={"period": "week", "k": "n_on_time", "n": "n_due"})
    table = sop.control_chart(named, period="week", k="n_on_time", n="n_due")
    pd.testing.assert_frame_equal(table, sop.control_chart(WEEKS))
    with pytest.raises(TableError, match="no column"):
        sop.control_chart(named)
    with pytest.raises(TableError, match="more successes"):
        sop.control_chart(WEEKS.assign(k=2000))
    for bad in ({"baseline": 1}, {"sigma_z": 0}, {"run": 1}):
        with pytest.raises(ArgumentError):
            sop.control_chart(WEEKS, **bad)
