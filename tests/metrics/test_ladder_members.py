"""Membership: members against customers who looked the same and were not members yet."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from opsmodel import ladder
from opsmodel.errors import ArgumentError, TableError

AS_OF = "2024-12-30"
START = pd.Timestamp("2023-01-01")
DAYS = 730


def club(people, orders):
    people = pd.DataFrame(people, columns=["customer_id", "store_id", "member_since"])
    orders = pd.DataFrame(orders, columns=["customer_id", "ordered_at", "amount"])
    people["member_since"] = pd.to_datetime(people["member_since"])
    return SimpleNamespace(
        customers=people,
        orders=orders.assign(ordered_at=pd.to_datetime(orders["ordered_at"])).astype({"amount": float}),
        as_of="2024-06-30",
    )


BY_HAND = club(
    [
        ("m", "S1", "2024-02-01"), ("l", "S1", "2024-04-01"), ("n", "S1", None), ("x", "S2", None),
        ("z", "S1", None),
    ],
    [
        ("m", "2024-02-01", 50), ("m", "2024-02-01", 10), ("m", "2024-03-01", 80),  # joins on the first day
        ("l", "2024-02-10", 60), ("l", "2024-03-15", 30), ("l", "2024-04-05", 40),  # joins 51 days after
        ("n", "2024-01-20", 55), ("n", "2024-02-10", 20),  # never joins
        ("x", "2024-02-01", 60),  # alike, but of another store
        ("z", "2024-02-01", 9000),  # spends far more
    ],
)  # fmt: skip


def clubs(n_clubs, *, effect=0.0, at_till=False, n=200):
    """Stores of customers who differ in purse and pace; all are asked to join at some time.

    From the day after joining they spend `effect` more an order. They join at a random moment, or at the
    till, at one purchase in ten. Those who join have the same purse and pace as those who wait.
    """
    rng = np.random.default_rng(5)
    total = n * n_clubs
    pace, purse = rng.gamma(4, 1 / 4, total) / 30, np.exp(0.5 * rng.normal(size=total))
    first = rng.uniform(0, 365, total)
    more = rng.poisson(pace * (DAYS - first))
    again = np.repeat(np.arange(total), more)
    at = np.append(first, rng.uniform(first[again], DAYS))
    who = np.append(np.arange(total), again)
    order = np.lexsort((at, who))
    at, who = at[order], who[order]
    if at_till:
        number = np.arange(len(at)) - np.repeat(np.cumsum(more + 1) - more - 1, more + 1)
        joins = number == (rng.geometric(0.1, total) - 1)[who]
        since = np.full(total, np.inf)
        since[who[joins]] = at[joins]
    else:
        since = rng.uniform(first, DAYS)
    amount = 50 * purse[who] * np.exp(0.5 * rng.normal(size=len(at)))
    amount = amount * np.where(np.floor(at) > np.floor(since[who]), 1 + effect, 1)
    names = np.char.mod("c%06d", np.arange(total))
    stores = np.char.mod("S%03d", np.arange(total) // n)
    people = pd.DataFrame({"customer_id": names, "store_id": stores})
    people["member_since"] = _times(since).where(np.isfinite(since))
    orders = pd.DataFrame({"customer_id": names[who], "ordered_at": _times(at), "amount": amount.round(2)})
    return SimpleNamespace(customers=people, orders=orders, as_of=AS_OF)


def _times(days):
    seconds = np.where(np.isfinite(days), days * 86_400, 0).astype(int)
    return pd.Series(START + pd.to_timedelta(seconds, unit="s"))


def test_one_member_and_her_matches_by_hand():
    table = ladder.members(BY_HAND, within_days=60)
    row = table.iloc[0]
    assert row[["n_members", "n_matched", "n_dropped", "n_others"]].tolist() == [2, 1, 1, 2]
    # l is dropped: when l joins, m is a member already, and n last bought more than 28 days before l did
    assert (row["members_spend"], row["others_spend"]) == (80, 45)  # n: 20, l: 30 + 40
    assert row["later_share"] == pytest.approx((0 + 9 / 60) / 2)  # l was a member for the last 9 of 60 days
    assert row["extra_spend"] == pytest.approx(35 / (1 - 0.075))
    assert row["extra_share"] == pytest.approx(row["extra_spend"] / (80 - row["extra_spend"]))
    assert np.isnan(row["extra_spend_low"])  # one member has no interval


def test_only_those_who_joined_later_can_be_asked_for():
    row = ladder.members(BY_HAND, within_days=60, against="later_joiners").iloc[0]
    assert row[["n_matched", "n_others", "others_spend"]].tolist() == [1, 1, 70]


def test_where_membership_does_nothing_the_interval_covers_nothing():
    for at_till in (False, True):
        table = ladder.members(clubs(60, at_till=at_till), by="store_id")
        assert len(table) == 60
        covered = table["extra_spend_low"].le(0) & table["extra_spend_high"].ge(0)
        assert covered.mean() >= 0.9  # 60 intervals of 95 %
        assert abs(table["extra_spend"].mean() / table["members_spend"].mean()) < 0.04


def test_a_planted_fifth_is_found():
    table = ladder.members(clubs(60, effect=0.2), by="store_id")
    covered = table["extra_share_low"].le(0.2) & table["extra_share_high"].ge(0.2)
    assert covered.mean() >= 0.9  # 60 intervals of 95 %
    assert table["extra_spend"].sum() / (
        table["members_spend"] - table["extra_spend"]
    ).sum() == pytest.approx(0.2, abs=0.04)


def test_matching_brings_members_and_others_together():
    table = ladder.balance(clubs(4)).set_index("trait")
    assert table["smd_before"].abs().max() > 0.1
    assert table["smd_after"].abs().max() < 0.1


def test_a_keen_group_that_regresses_to_the_mean_is_no_effect():
    """Who joins just after an unusually dear purchase spends less afterwards; so do the matches."""
    shop = clubs(30)
    orders = shop.orders.sort_values("ordered_at")
    dear = orders[orders["amount"] > orders["amount"].quantile(0.85)]
    dear = dear[np.random.default_rng(1).random(len(dear)) < 0.5].drop_duplicates("customer_id")
    since = dear.set_index("customer_id")["ordered_at"]
    shop.customers["member_since"] = shop.customers["customer_id"].map(since)
    row = ladder.members(shop).iloc[0]
    assert row["extra_spend_low"] <= 0 <= row["extra_spend_high"]
    means = ladder.balance(shop).set_index("trait").loc["spend_before"]
    assert means["smd_before"] > 0.5
    assert abs(means["smd_after"]) < 0.1


def test_members_by_rule_have_nobody_to_be_compared_with():
    shop = clubs(1)
    days = shop.orders.assign(day=shop.orders["ordered_at"].dt.date).sort_values("ordered_at")
    days = days.drop_duplicates(["customer_id", "day"])
    third = days.groupby("customer_id").nth(2).set_index("customer_id")
    shop.customers["member_since"] = shop.customers["customer_id"].map(third["ordered_at"])
    row = ladder.members(shop).iloc[0]
    assert row["n_members"] > 100
    assert row["n_dropped"] == row["n_members"]
    assert np.isnan(row["extra_spend"])


def test_a_store_apart_is_a_store_alone_and_row_order_is_irrelevant():
    shop = clubs(3)
    whole = ladder.members(shop, by="store_id")
    shuffled = SimpleNamespace(
        customers=shop.customers.sample(frac=1, random_state=1),
        orders=shop.orders.sample(frac=1, random_state=2),
        as_of=AS_OF,
    )  # fmt: skip
    pd.testing.assert_frame_equal(whole, ladder.members(shuffled, by="store_id"))
    own = shop.customers["store_id"] == "S001"
    people = shop.customers[own]
    alone = SimpleNamespace(
        customers=people,
        orders=shop.orders[shop.orders["customer_id"].isin(people["customer_id"])],
        as_of=AS_OF,
    )
    pd.testing.assert_frame_equal(
        ladder.members(alone),
        whole[whole["store_id"] == "S001"].drop(columns="store_id").reset_index(drop=True),
    )


def test_a_club_without_members_or_orders_is_ordinary():
    nobody = SimpleNamespace(
        customers=BY_HAND.customers.assign(member_since=pd.NaT), orders=BY_HAND.orders, as_of="2024-06-30"
    )
    row = ladder.members(nobody).iloc[0]
    assert row["n_members"] == 0
    assert np.isnan(row["members_spend"])
    silent = SimpleNamespace(customers=BY_HAND.customers, orders=BY_HAND.orders.iloc[:0], as_of="2024-06-30")
    assert ladder.members(silent).iloc[0]["n_dropped"] == 2
    assert len(ladder.balance(silent)) == 5


def test_wrong_questions_are_answered_with_what_to_write():
    with pytest.raises(ArgumentError, match="comparison"):
        ladder.members(BY_HAND, against="peers")
    with pytest.raises(ArgumentError, match="before_days"):
        ladder.members(BY_HAND, before_days=0)
    with pytest.raises(TableError, match="member_since"):
        ladder.members(SimpleNamespace(customers=BY_HAND.customers[["customer_id", "store_id"]],
                                       orders=BY_HAND.orders, as_of="2024-06-30"))  # fmt: skip
