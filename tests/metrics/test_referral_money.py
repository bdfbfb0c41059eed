"""转介绍 in money, incentive schemes on replayed history, and the forecast."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from referrals import customers, history, narrowed, orders, random_links

from opsmodel import referral
from opsmodel.errors import ArgumentError

PROPERTY = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


@pytest.fixture
def chain():
    """a brings b, c and d; b brings e; z (of S2) brings nobody and c buys nothing."""
    people = customers(
        ("a", None, 0, None), ("b", "a", 10, None), ("c", "a", 20, None), ("d", "a", 30, 32, "S2"),
        ("e", "b", 40, None), ("z", None, 0, None, "S2"),
    )  # fmt: skip
    bought = orders(
        ("a", 1, 100), ("b", 12, 40), ("b", 80, 60), ("d", 30, 20), ("e", 45, 200), ("e", 300, 80),
        ("z", 5, 500), ("a", 50, 100),
    )  # fmt: skip
    return history(people, bought)


def test_revenue_of_a_chain_worked_by_hand(chain):
    row = referral.revenue(chain).iloc[0]
    assert row.drop(["referral_value_low", "referral_value_high"]).round(4).to_dict() == {
        "n_buyers": 5, "n_referring": 2, "referral_revenue": 400.0, "referral_value": 80.0,
        "share_top_1": 0.7, "n_new_buyers": 5, "n_referred": 3, "referred_rate": 0.6,
        "referred_rate_low": 0.2307, "referred_rate_high": 0.8824, "referred_revenue": 400.0,
        "referred_revenue_share": 0.3636, "depth": 2,
    }  # fmt: skip
    assert row["referral_value_low"] < 80 < row["referral_value_high"]


def test_revenue_in_a_window_counts_buyers_old_enough(chain):
    # to day 61, from a's first order: b 40 and d 20; from b's first order, on day 12: e 200
    row = referral.revenue(chain, within_days=60).iloc[0]
    assert (row["n_buyers"], row["referral_revenue"]) == (5, 260.0)
    row = referral.revenue(chain, within_days=330).iloc[0]
    assert (row["n_buyers"], row["referral_revenue"], row["n_referring"]) == (4, 120.0 + 280.0, 2)


def test_only_first_orders_of_the_period_make_new_buyers(chain):
    row = referral.revenue(chain, since="2024-02-01").iloc[0]
    assert (row["n_new_buyers"], row["n_referred"]) == (1, 1)


def test_each_store_counts_what_its_own_buyers_bring(chain):
    table = referral.revenue(chain, by="store_id")
    names = ["n_buyers", "referral_revenue", "n_referred", "referred_revenue"]
    assert rows(table, "store_id", *names) == [["S1", 3, 400.0, 2, 380.0], ["S2", 2, 0.0, 1, 20.0]]
    for store in ("S1", "S2"):
        own = table[table["store_id"] == store].drop(columns="store_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(referral.revenue(narrowed(chain, store)), own)


def test_the_seven_customers(shop, as_of):
    row = referral.revenue(shop, as_of=as_of).iloc[0]
    assert round(row["referral_value"], 2) == round((99.9 + 85.9) / 7, 2)


def test_nobody_brings_no_money():
    row = referral.revenue(history(customers())).iloc[0]
    assert (row["n_buyers"], row["depth"]) == (0, 0)
    assert row[["referral_value", "referred_rate", "share_top_1", "referred_revenue_share"]].isna().all()
    with pytest.raises(ArgumentError):
        referral.revenue(history(customers()), within_days=0)


# incentives


def test_a_scheme_replayed_by_hand(chain):
    # a: b buys on day 12, d on day 30; a buys again on day 50. b: e buys on day 45; b buys again on day 80
    names = [
        "n_inviters",
        "n_referred",
        "n_earned",
        "n_redeemed",
        "n_lapsed",
        "n_open",
        "breakage_rate",
        "cost",
    ]
    each = referral.incentives(chain, tiers=[{"pays": 10}], valid_days=30)
    assert rows(each, *names) == [[2, 3, 3, 1, 2, 0, 2 / 3, 10.0]]
    steps = referral.incentives(chain, tiers=[(1, 10), (2, 50), (3, 500)], valid_days=40)
    assert rows(steps, *names) == [[2, 3, 3, 3, 0, 0, 0.0, 70.0]]
    cash = referral.incentives(chain, tiers=[(2, 50)], valid_days=None, welcome=2)
    assert rows(cash, *names) == [[2, 3, 1, 1, 0, 0, 0.0, 56.0]]
    contacts = referral.incentives(chain, tiers=[{"counts": "contacts", "pays": 1}], valid_days=None)
    assert rows(contacts, "n_earned", "cost") == [[3, 3.0]]  # d did not stay
    levels = referral.incentives(chain, tiers=[{"share": 0.1}, {"level": 2, "share": 0.05}])
    assert rows(levels, "n_earned", "cost") == [[0, 0.1 * 400 + 0.05 * 280]]


def test_break_even_is_where_added_margin_pays_all_rewards(chain):
    row = referral.incentives(chain, tiers=[{"pays": 10}], valid_days=None).iloc[0]
    assert (row["cost"], row["margin"], row["margin_after"]) == (30.0, 100.0, 70.0)
    growth = row["break_even_rate"]
    assert np.isclose(growth * row["margin"], (1 + growth) * row["cost"])
    dear = referral.incentives(chain, tiers=[{"pays": 50}], valid_days=None)
    assert np.isinf(dear["break_even_rate"][0])


@pytest.mark.parametrize("people", [(), (("a", None, 0, None), ("b", "a", 10, None))])
def test_a_chain_that_sold_nothing_has_earned_no_reward(people):
    for pays in ({"needs": 1, "pays": 8}, {"counts": "buyers", "share": 0.1}):
        row = referral.incentives(history(customers(*people)), tiers=[pays]).iloc[0]
        assert (row["n_referred"], row["n_earned"], row["cost"]) == (0, 0, 0)


def test_an_open_voucher_is_neither_used_nor_lapsed(chain):
    row = referral.incentives(chain._replace(as_of="2024-02-20"), tiers=[(1, 10)], valid_days=40).iloc[0]
    assert (row["n_redeemed"], row["n_lapsed"], row["n_open"], row["open_cost"]) == (1, 0, 1, 10.0)


def test_margin_may_be_given_as_a_rate_and_is_unknown_without(chain):
    bare = chain._replace(orders=chain.orders.drop(columns="margin"))
    unknown = referral.incentives(bare, tiers=[(1, 10)])
    assert unknown[["margin", "cost_share", "break_even_rate"]].isna().all(axis=None)
    rated = referral.incentives(bare, tiers=[(1, 10)], margin_rate=0.25)
    pd.testing.assert_frame_equal(rated, referral.incentives(chain, tiers=[(1, 10)]))


def test_schemes_stand_side_by_side_by_store(chain):
    table = referral.incentives(chain, tiers={"one": [(1, 10)], "two": [(2, 30)]}, by="store_id")
    assert rows(table, "scheme", "store_id", "n_earned") == [
        ["one", "S1", 2], ["one", "S2", 0], ["two", "S1", 1], ["two", "S2", 0],
    ]  # fmt: skip
    own = referral.incentives(narrowed(chain, "S1"), tiers={"one": [(1, 10)], "two": [(2, 30)]})
    expected = table[table["store_id"] == "S1"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected)


@pytest.mark.parametrize(
    "tiers",
    [
        [{"level": 3, "share": 0.01}],
        [{"share": 0.1}, {"level": 2, "share": 0.05}, {"level": 3, "share": 0.01}],
        [{"counts": "downstream", "pays": 1}],
        [{"counts": "team", "needs": 10, "pays": 100}],
        [{"level": 2, "pays": 5}],
        [{"level": 2, "counts": "contacts", "pays": 5}],
    ],
)
def test_a_pyramid_is_refused_with_the_reason(tiers, chain):
    with pytest.raises(ArgumentError, match=r"pyramid[\s\S]*ask counsel"):
        referral.incentives(chain, tiers=tiers)


@pytest.mark.parametrize(
    "arguments",
    [{"tiers": []}, {"tiers": {"a": []}}, {"tiers": [{"reward": 1}]}, {"tiers": [{"pays": -1}]},
     {"tiers": [{"needs": 0, "pays": 1}]}, {"tiers": [{"level": 0, "pays": 1}]}, {"tiers": ["10"]},
     {"tiers": [{"counts": "orders", "pays": 1}]}, {"tiers": [(1, 1)], "valid_days": 0},
     {"tiers": [(1, 1)], "margin_rate": 2}],
)  # fmt: skip
def test_what_is_no_scheme_is_refused(arguments, chain):
    with pytest.raises(ArgumentError):
        referral.incentives(chain, **arguments)


@PROPERTY
@given(people=random_links(), seed=st.integers(0, 99))
def test_rewards_add_up_whoever_brought_whom(people, seed):
    rng = np.random.default_rng(seed)
    bought = orders(
        *((who, int(rng.integers(0, 300)), 20) for who in people["customer_id"] for _k in range(2))
    )
    row = referral.incentives(history(people, bought), tiers=[(1, 10), (2, 20)], by="store_id").sum()
    assert row["n_earned"] == row["n_redeemed"] + row["n_lapsed"] + row["n_open"]
    assert row["n_inviters"] <= row["n_referred"] <= len(people)
    table = referral.tree(history(people, bought)).execute()
    assert row["n_inviters"] == (table["n_direct"] > 0).sum()  # everybody buys here


# the forecast


def test_without_a_population_the_forecast_is_the_geometric_series():
    table = referral.forecast(k=0.6, exposed=500, generations=8, k_low=0.5, k_high=0.7, cycle_days=12)
    for end, k in (("", 0.6), ("_low", 0.5), ("_high", 0.7)):
        closed = 500 * (1 - k ** np.arange(1, 10)) / (1 - k)
        np.testing.assert_allclose(table[f"reached{end}"], closed)
    assert table["days"].tolist() == [12 * g for g in range(9)]
    assert table["known_share"].isna().all()


def test_a_large_population_changes_little_and_a_small_one_is_never_exceeded():
    free = referral.forecast(k=2.0, exposed=100, generations=6)["n_new"]
    large = referral.forecast(k=2.0, exposed=100, generations=6, population=1e9)["n_new"]
    np.testing.assert_allclose(large, free, rtol=1e-4)
    small = referral.forecast(k=2.0, exposed=100, generations=60, population=5000)
    assert small["reached"].max() < 5000
    assert small["reached"].is_monotonic_increasing
    full = referral.forecast(k=2.0, exposed=100, population=100)
    assert full["n_new"].sum() == 0


def test_the_final_size_solves_the_equation_of_the_reed_frost_epidemic():
    """Kermack & McKendrick 1927: with K at full ignorance, 1 − z = s₀ exp(−K (z − known/P))."""
    table = referral.forecast(k=1.5, exposed=10, population=100_000, generations=400)
    z = table["known_share"].iloc[-1]
    new = table["n_new"].sum() / (100_000 - 10)
    reach = 1.5 * table["reached"].iloc[-1] / (100_000 - 10)
    assert np.isclose(1 - new, np.exp(-reach), atol=1e-6)
    assert 0.58 < z < 0.59  # the textbook's 58.3 %


def test_k_may_differ_from_generation_to_generation():
    table = referral.forecast(k=[1.0, 0.5], exposed=8, generations=4)
    assert table["n_new"].tolist() == [0.0, 8.0, 4.0, 2.0, 1.0]
    assert table["n_new_low"].iloc[1:].isna().all()


def test_simulated_invitations_end_where_the_forecast_says():
    """Every invitation goes to somebody of the 900 not known at the start, known by now or not."""
    rng = np.random.default_rng(4)
    runs = []
    for _run in range(300):
        known, people, brought = np.zeros(900, bool), 100, []
        for _generation in range(5):
            met = np.unique(rng.integers(900, size=rng.poisson(0.9 * people)))
            people = int((~known[met]).sum())
            known[met] = True
            brought.append(people)
        runs.append(brought)
    table = referral.forecast(k=0.9, exposed=100, population=1000, generations=5)
    np.testing.assert_allclose(table["n_new"].iloc[1:], np.mean(runs, axis=0), rtol=0.04)


@pytest.mark.parametrize(
    "arguments",
    [{"k": -0.1}, {"k": []}, {"k": 0.5, "k_low": 0.6}, {"k": 0.5, "k_high": 0.4}, {"k": 0.5, "exposed": -1},
     {"k": 0.5, "generations": 0}, {"k": 0.5, "population": 10}, {"k": 0.5, "cycle_days": 0}],
)  # fmt: skip
def test_a_forecast_of_nothing_sensible_is_refused(arguments):
    with pytest.raises(ArgumentError):
        referral.forecast(**({"exposed": 100} | arguments))
