"""Intervals, tests, false discoveries, bootstrap and shrinkage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from opsmodel.metrics import rates, shrinkage

counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_published_by_newcombe_1998(k, n, low, high):
    assert [round(float(bound), 4) for bound in rates.wilson(k, n)] == [low, high]


def test_an_empty_base_has_no_interval_and_zero_of_some_has_one():
    low, high = rates.wilson([0, 0, 5], [0, 5, 5])
    np.testing.assert_allclose(low, [np.nan, 0.0, 0.5655], atol=1e-4)
    np.testing.assert_allclose(high, [np.nan, 0.4345, 1.0], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(counts, counts, counts, counts)
def test_the_tests_against_peers_are_fishers_exact_test(k, rest, k_peers, rest_peers):
    sides = {"two-sided": rates.against_peers, "greater": rates.above_peers}
    for side, test in sides.items():
        mine = float(test(k, k + rest, k_peers, k_peers + rest_peers))
        if k + rest == 0 or k_peers + rest_peers == 0:
            assert np.isnan(mine)
        else:
            published = stats.fisher_exact([[k, rest], [k_peers, rest_peers]], alternative=side).pvalue
            assert mine == pytest.approx(published, abs=1e-9)


def test_means_are_compared_by_welchs_test():
    rng = np.random.default_rng(1)
    a, b = rng.normal(10, 2, 12), rng.normal(11, 5, 40)
    se = [x.std(ddof=1) / np.sqrt(len(x)) for x in (a, b)]
    mine = rates.means_differ(a.mean(), se[0], len(a), b.mean(), se[1], len(b))
    assert float(mine) == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue)


def test_benjamini_and_hochberg_reject_four_of_their_fifteen_published_p_values():
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    p += [0.6528, 0.7590, 1.0]
    assert (rates.benjamini_hochberg(p) <= 0.05).tolist() == [True] * 4 + [False] * 11


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_those_of_the_textbook_and_ignore_order(p):
    expected = stats.false_discovery_control(p)
    np.testing.assert_allclose(rates.benjamini_hochberg(p), expected, atol=1e-12)
    np.testing.assert_allclose(rates.benjamini_hochberg(p[::-1]), expected[::-1], atol=1e-12)


def test_a_test_that_was_not_made_is_not_counted():
    assert rates.chance_flags([0.01, 0.04, 0.8, np.nan]) == pytest.approx(0.15)


def test_the_bootstrap_draws_customers_not_orders():
    one_big = pd.DataFrame(
        {"customer_id": ["a"] * 90 + list("bcdefghijk"), "amount": [10.0] * 90 + [100.0] * 10}
    )
    as_if_all_differ = one_big.assign(customer_id=range(100))
    width = {}
    for name, rows in (("customers", one_big), ("rows", as_if_all_differ)):
        plain = rates.bootstrap_mean(rows, "amount").iloc[0]
        assert plain["value"] == 19.0
        width[name] = plain["value_high"] - plain["value_low"]
    assert width["customers"] > 3 * width["rows"]


def test_the_bootstrap_is_as_wide_as_the_normal_interval_of_a_mean():
    values = np.random.default_rng(3).normal(50, 10, 400)
    found = rates.bootstrap_mean(pd.DataFrame({"customer_id": range(400), "amount": values}), "amount")
    width = found.loc[0, "value_high"] - found.loc[0, "value_low"]
    assert width == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)


def test_the_bootstrap_repeats_itself_and_its_winsorised_twin_tames_one_giant():
    rows = pd.DataFrame({"customer_id": range(200), "amount": [10.0] * 199 + [10_000.0]})
    first, second = rates.bootstrap_mean(rows, "amount"), rates.bootstrap_mean(rows, "amount")
    pd.testing.assert_frame_equal(first, second)
    assert first["value"].round(2).tolist() == [59.95, 10.0]


def test_a_bootstrap_of_nobody_is_unseen_and_of_one_has_no_interval():
    empty = rates.bootstrap_mean(pd.DataFrame({"customer_id": [], "amount": []}), "amount").iloc[0]
    assert empty["n_customers"] == 0
    assert np.isnan([empty["value"], empty["value_low"]]).all()
    one = rates.bootstrap_mean(pd.DataFrame({"customer_id": ["a"], "amount": [3.0]}), "amount").iloc[0]
    assert one["value"] == 3.0
    assert np.isnan(one["value_low"])


def test_the_prior_is_the_maximum_of_the_beta_binomial_likelihood():
    rng = np.random.default_rng(0)
    n = rng.integers(40, 400, 30)
    k = rng.binomial(n, rng.beta(12, 28, 30))
    alpha, beta = shrinkage.beta_prior(k, n)

    def likelihood(a, b):
        return stats.betabinom.logpmf(k, n, a, b).sum()

    nearby = [likelihood(alpha * x, beta * y) for x in (0.99, 1, 1.01) for y in (0.99, 1, 1.01)]
    assert max(nearby) == nearby[4]
    assert alpha / (alpha + beta) == pytest.approx(0.3, abs=0.03)


def test_stores_that_differ_by_no_more_than_chance_are_pooled():
    table = shrinkage.rates([30, 31, 29, 30], [100, 100, 100, 100])
    assert table["shrunken"].round(2).tolist() == [0.3, 0.3, 0.3, 0.3]
    assert ((table["shrunken_high"] - table["shrunken_low"]) < 0.1).all()


def test_a_small_store_moves_further_to_its_peers_than_a_large_one():
    table = shrinkage.rates([1, 50, 120, 80, 100], [10, 500, 400, 400, 400])
    assert table.loc[0, "shrunken"] > 0.15 > 0.11 > table.loc[1, "shrunken"]


def test_no_base_and_no_peers_are_unseen():
    table = shrinkage.rates([0, 10, 20], [0, 50, 50])
    assert table.loc[0].isna().all()
    assert shrinkage.rates([5], [10]).isna().all(axis=None)
    assert np.isnan(shrinkage.p75_of_others([0.4])).all()


def test_means_are_drawn_to_their_centre_by_the_share_of_noise():
    table = shrinkage.means([10.0, 30.0, np.nan], [5.0, 5.0, np.nan], prior=(20.0, 5.0))
    np.testing.assert_allclose(table["shrunken"], [15.0, 25.0, np.nan])
    assert table.loc[2].isna().all()


def test_the_spread_of_means_is_found_and_is_zero_where_noise_explains_all():
    rng = np.random.default_rng(2)
    true, se = rng.normal(100, 8, 200), rng.uniform(2, 10, 200)
    middle, spread = shrinkage.normal_prior(true + se * rng.normal(size=200), se)
    assert middle == pytest.approx(100, abs=2)
    assert spread == pytest.approx(8, abs=1.5)
    assert shrinkage.normal_prior([10.0, 10.1, 9.9], [5.0, 5.0, 5.0])[1] == 0


def test_a_raw_league_table_misses_half_of_the_best_and_the_shrunken_one_says_how_sure_it_is():
    overlap, raw_error, error, surely, sure = [], 0.0, 0.0, 0.0, 0.0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n = rng.integers(40, 400, 100)
        true = rng.beta(30, 70, 100)
        k = rng.binomial(n, true)
        table = shrinkage.rates(k, n)
        overlap.append(len(set(np.argsort(true)[-10:]) & set(np.argsort(k / n)[-10:])))
        raw_error += ((k / n - true) ** 2).sum()
        error += ((table["shrunken"] - true) ** 2).sum()
        likely = (table["top_quartile"] > 0.5).to_numpy()
        surely += (true >= np.quantile(true, 0.75))[likely].sum()
        sure += table["top_quartile"][likely].sum()
    assert 4.5 <= np.mean(overlap) <= 6.5
    assert error < 0.8 * raw_error
    assert surely == pytest.approx(sure, rel=0.08)  # of those called 70 % likely, 70 % are


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(counts, counts), min_size=3, max_size=8), st.randoms())
def test_the_order_of_the_stores_changes_no_store(pairs, random):
    frame = pd.DataFrame(pairs, columns=["k", "rest"]).assign(n=lambda t: t["k"] + t["rest"])
    shuffled = random.sample(range(len(frame)), len(frame))
    columns = ["shrunken", "shrunken_low", "shrunken_high"]
    straight = shrinkage.rates(frame["k"], frame["n"])[columns].to_numpy()
    moved = frame.iloc[shuffled]
    np.testing.assert_allclose(
        shrinkage.rates(moved["k"], moved["n"])[columns].to_numpy(), straight[shuffled], atol=1e-6
    )
