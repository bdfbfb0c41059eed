"""裂变: K by generation, its interval, the cycle, saturation, quality and the flags."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from lifelines import KaplanMeierFitter
from referrals import branching, customers, events, history, narrowed, orders, random_links

from opsmodel import referral
from opsmodel.errors import ArgumentError
from opsmodel.metrics.referral.uncertainty import count_interval, mean_interval

PROPERTY = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
HAND = ("generation", "n_exposed", "n_inviters", "n_invited", "n_retained")


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


@pytest.fixture
def chain():
    """a brings four: b stays, c is gone after 6.9 days, d after 7, e comes too late; b brings f, f nobody."""
    return history(
        customers(
            ("a", None, 0, None), ("z", None, 0, 2, "S2"), ("b", "a", 10, None), ("c", "a", 20, 26.9),
            ("d", "a", 30, 37), ("e", "a", 31, None), ("f", "b", 15, None, "S2"), ("y", None, 330, None),
        )
    )  # fmt: skip


def test_k_of_a_chain_worked_by_hand(chain):
    table = referral.k_factor(chain, within_days=30)
    assert rows(table, *HAND, "k_ret", "inviter_rate", "cycle_days") == [
        [0, 2, 1, 3, 2, 1.0, 0.5, 20.0],  # y is 35 days old on the last day: too young for 30 + 7
        [1, 4, 1, 1, 1, 0.25, 0.25, 5.0],
        [2, 1, 0, 0, 0, 0.0, 0.0, None],
    ]


def test_k_over_all_generations_and_by_store(chain):
    names = HAND[1:]
    assert rows(referral.k_overall(chain, within_days=30), *names) == [[7, 2, 4, 3]]
    table = referral.k_overall(chain, within_days=30, by="store_id")
    assert rows(table, "store_id", *names) == [["S1", 5, 2, 4, 3], ["S2", 2, 0, 0, 0]]


def test_the_seven_customers(shop, as_of):
    table = referral.k_factor(shop, as_of=as_of, within_days=30)
    assert rows(table, *HAND) == [[0, 5, 1, 1, 1], [1, 2, 0, 0, 0]]


def test_a_person_counts_once_the_window_and_seven_days_are_over(chain):
    for day, n in (("2024-02-06", 0), ("2024-02-07", 2)):
        table = referral.k_factor(chain._replace(as_of=day), within_days=30)
        assert table["n_exposed"][0] == n
        assert np.isnan(table["k_ret"][0]) == (n == 0)


def test_an_event_may_be_what_exposes(chain):
    told = chain._replace(events=events(("a", "poster_sent", 12), ("a", "poster_sent", 40), ("z", "left", 1)))
    table = referral.k_factor(told, within_days=10, exposed="poster_sent")
    assert rows(table, *HAND) == [[0, 1, 1, 1, 0]]  # only c, 8 days after the poster
    with pytest.raises(ArgumentError, match="nobody was exposed"):
        referral.k_factor(told, exposed="poster_send")


def test_limits_of_a_count_are_garwoods():
    low, high = count_interval([10, 3, 0], [10, 3, 0], [1, 1, 1])  # Garwood 1936, table of the 95 % limits
    assert low.round(3).tolist() == [4.795, 0.619, 0.0]
    assert high.round(2).tolist() == [18.39, 8.77, 3.69]
    assert np.isnan(count_interval(0, 0, 0)).all()


def test_a_few_who_bring_many_widen_the_interval():
    even, uneven = count_interval([100, 100], [100, 100 * 20], [500, 500])[1]
    assert uneven > even


def test_the_interval_holds_the_true_k_as_often_as_it_says():
    rng = np.random.default_rng(7)
    counts = rng.negative_binomial(0.5, 0.5 / (0.5 + 0.3), size=(600, 400))  # mean 0.3, very uneven
    low, high = count_interval(counts.sum(axis=1), (counts**2).sum(axis=1), np.full(600, 400))
    assert 0.925 <= np.mean((low <= 0.3) & (high >= 0.3)) <= 0.99


@pytest.mark.parametrize("k", [0.4, 0.9])
def test_a_planted_k_is_found_in_every_generation(k):
    people = branching(k, roots=800, generations=3, seed=11)
    table = referral.k_factor(history(people)._replace(as_of="2024-12-31"), within_days=20)
    grown = table[table["generation"] < 3]
    assert (grown["k_ret"] - k).abs().max() < 0.12
    assert ((grown["k_ret_low"] <= k) & (grown["k_ret_high"] >= k)).all()


@PROPERTY
@given(people=random_links())
def test_rows_in_any_order_and_other_stores_change_nothing(people):
    before = people.copy(deep=True)
    whole = history(people)
    table = referral.k_factor(whole, by="store_id")
    other = referral.k_factor(history(people.sample(frac=1, random_state=2)), by="store_id")
    pd.testing.assert_frame_equal(table, other)
    own = table[table["store_id"] == "S1"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(referral.k_factor(narrowed(whole, "S1")), own)
    pd.testing.assert_frame_equal(people, before)
    assert (table["n_retained"] <= table["n_invited"]).all()


def test_the_wait_for_the_first_person_brought_agrees_with_lifelines():
    people = branching(0.9, roots=60, generations=2, seed=3)
    table = referral.cycle(history(people))
    joined = people.set_index("customer_id")["joined_at"].dt.normalize()
    first = (people["joined_at"].dt.normalize() - people["referrer_id"].map(joined)).dt.days
    waits = first.groupby(people["referrer_id"]).min().reindex(joined.index)
    ages = (pd.Timestamp("2024-12-31") - joined).dt.days
    fitted = KaplanMeierFitter().fit(waits.fillna(ages), waits.notna())
    expected = 1 - fitted.survival_function_at_times(table["days"]).to_numpy()
    np.testing.assert_allclose(table["inviter_rate"], expected, atol=1e-12)


def test_quality_sets_the_invited_beside_the_others():
    people = customers(
        ("a", None, 0, None), ("b", "a", 10, None), ("c", "a", 20, 22), ("d", None, 30, None),
        ("e", "a", 362, None),
    )  # fmt: skip
    bought = orders(("a", 5, 10), ("a", 50, 10), ("b", 12, 10), ("d", 40, 10), ("d", 131, 10), ("e", 363, 9))
    table = referral.quality(history(people, bought), within_days=90)
    names = ["origin", "n_adds", "n_retained", "n_customers", "n_repurchased"]
    assert rows(table, *names, "repurchase_rate") == [
        ["invited", 2, 1, 1, 0, 0.0],
        ["other_adds", 2, 2, 2, 1, 0.5],
    ]


def test_saturation_counts_invitations_to_people_who_are_contacts_already():
    people = customers(("a", None, 0, None), ("b", "a", 10, None))
    seen = events(("b", "scanned", 10), ("b", "scanned", 11), ("a", "scanned", 12), ("new", "scanned", 13),
                  ("a", "shared", 14))  # fmt: skip
    table = referral.saturation(history(people, happened=seen), invites="scanned")
    assert rows(table, "n_invites", "n_known", "known_rate") == [[4, 2, 0.5]]
    none = referral.saturation(history(people, happened=seen))
    assert rows(none, "n_invites", "n_known", "known_rate") == [[0, 0, None]]


def test_flags_raise_bursts_and_instant_deletes():
    hour = 1 / 24
    burst = [(f"b{i}", "a", 10 + i * hour / 5, None) for i in range(5)]
    slow = [(f"s{i}", "d", 10 + i * hour * 0.3, None) for i in range(5)]
    gone = [(f"g{i}", "e", 20 + i, 20 + i + (1.9 if i < 3 else 30)) for i in range(6)]
    people = customers(*((who, None, 0, None) for who in "ade"), *burst, *slow, *gone)
    table = referral.flags(history(people)).execute()
    names = ["customer_id", "flag", "n_invited", "n_in_burst", "n_instant", "instant_rate"]
    assert rows(table, *names) == [
        ["a", "burst", 5, 5, 0, 0.0],
        ["e", "instant_deletes", 6, 1, 3, 0.5],
    ]
    assert rows(referral.flag_counts(history(people)), "flag", "n_flagged", "n_invited", "n_inviters") == [
        ["burst", 1, 5, 3],
        ["instant_deletes", 1, 6, 3],
    ]


@pytest.mark.parametrize("people", [customers(), customers(("a", None, 365, None))], ids=["nobody", "one"])
def test_nobody_and_one_day_are_ordinary(people):
    whole = history(people)
    assert referral.k_factor(whole)["k_ret"].isna().all()
    assert rows(referral.k_overall(whole), "n_exposed", "k_ret") == [[0, None]]
    assert referral.flags(whole).count().execute() == 0
    assert referral.flag_counts(whole)["n_flagged"].sum() == 0
    assert referral.quality(whole)["n_customers"].sum() == 0
    assert len(referral.cycle(whole)) == len(people)


@pytest.mark.parametrize(
    "call",
    [
        lambda h: referral.k_factor(h, within_days=0),
        lambda h: referral.quality(h, within_days=0),
        lambda h: referral.saturation(h, invites=[]),
        lambda h: referral.flags(h, burst=1),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(call, chain):
    with pytest.raises(ArgumentError):
        call(chain)


def test_the_mean_of_money_is_drawn_by_customer():
    values = np.array([0.0] * 90 + [100.0] * 10)
    low, high = mean_interval(values)
    assert (round(low, 1), round(high, 1)) == (5.0, 16.0)  # binomial(100, 0.1): 5 to 16
    assert np.isnan(mean_interval([3.0])).all()
    many = np.tile(values, 300)
    assert np.allclose(mean_interval(many), (10 - 0.3395, 10 + 0.3395), atol=1e-3)
