"""Partner candidates: worked by hand, and planted super users found again."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from referrals import customers, events, history, narrowed, orders

from opsmodel import referral, wording
from opsmodel.errors import ArgumentError
from opsmodel.intake.sample import chain


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


class Shop(NamedTuple):
    customers: pd.DataFrame
    orders: pd.DataFrame
    order_lines: pd.DataFrame
    events: pd.DataFrame
    as_of: str


def planted(n=24, seed=5):
    """A generated chain where `n` buyers come often unasked and bring people who stay; and big spenders."""
    made = chain("mother_baby", n_stores=3, n_customers=400, seed=seed)
    rng = np.random.default_rng(seed)
    people, bought = made.customers.set_index("customer_id"), made.orders
    early = people[people["left_at"].isna() & (people["joined_at"] < "2024-10-01")]
    buyers = bought[bought["amount"] > bought["refund_amount"]]["customer_id"].dropna().unique()
    pool = [who for who in early.index if who in set(buyers)]
    advocates = list(rng.choice(pool, n, replace=False))
    spenders = [who for who in pool if who not in advocates][:n]
    stay = people.index[people["left_at"].isna() & people["joined_at"].between("2024-11-01", "2025-06-01")]
    brought = [who for who in stay if who not in advocates and who not in spenders]
    brought = rng.choice(brought, 4 * n, replace=False)
    people.loc[brought, "referrer_id"] = np.repeat(advocates, 4)
    extra, lines = [], []
    for who in advocates + spenders:
        times = 5 if who in advocates else 1
        for k in range(times):
            number = f"X{who}{k}"
            when = pd.Timestamp("2024-11-03 12:00") + pd.Timedelta(days=40 * k + int(rng.integers(20)))
            amount = 50.0 if who in advocates else 20_000.0
            store = people.loc[who, "store_id"]
            extra.append((number, who, store, when, amount, 0.0, amount / 4, store))
            lines.append((number, f"P{k}", f"c{k}", amount))
    names = ["order_id", "customer_id", "store_id", "ordered_at", "amount", "refund_amount", "margin"]
    more = pd.DataFrame(extra, columns=[*names, "home_store_id"])
    told = pd.DataFrame(lines, columns=["order_id", "product_id", "category", "amount"])
    shop = Shop(
        people.reset_index(),
        pd.concat([bought, more], ignore_index=True),
        pd.concat([made.order_lines, told], ignore_index=True),
        made.events,
        "2025-06-30",
    )
    return shop, set(advocates), set(spenders)


def test_the_partners_of_a_shop_worked_by_hand():
    people = customers(
        ("a", None, 0, None), ("b", None, 0, None), ("c", None, 0, 300), ("d", None, 100, None),
        ("e", None, 0, None), ("f", "a", 20, None), ("g", "a", 30, 33), ("h", "b", 40, None),
        ("i", "c", 50, None), ("j", "d", 120, None), ("k", "b", 360, None),
    )  # fmt: skip
    bought = orders(
        ("a", 1, 10), ("a", 50, 10), ("a", 90, 10), ("b", 1, 10), ("b", 60, 10), ("b", 99, 10),
        ("c", 1, 10), ("c", 70, 10), ("d", 101, 10), ("d", 140, 10), ("e", 1, 9999), ("e", 80, 9999),
    )  # fmt: skip
    asked = events(("b", "messaged", 92), ("b", "messaged", 52.9), ("d", "liked", 139))
    found = referral.partners(history(people, bought, asked)).execute()
    names = ["customer_id", "place", "touch_free_repeats", "retained_referrals", "tenure_days"]
    assert rows(found, *names) == [
        ["a", 1, 2, 1, 365],
        ["b", 2, 1, 1, 365],  # the message 7 days before day 99 counts, the one 8 days before day 60 does not
        ["d", 3, 1, 1, 265],
    ]  # c has left, e spends most and brings nobody; k is watched for fewer than 7 days, g did not stay
    assert found["score"].round(4).tolist() == [0.5833, 0.1389, 0.1111]
    assert found["n_categories"].isna().all()
    assert found["staff_id"].tolist() == ["E1"] * 3


def test_a_category_that_was_given_back_was_not_bought(shop, as_of):
    lines = pd.DataFrame({"order_id": ["O01", "O04"], "category": ["milk", "gear"]})
    refunded = shop.orders.assign(
        refund_amount=shop.orders["amount"].where(shop.orders["order_id"] == "O04", 0)
    )
    given_back = SimpleNamespace(**shop._replace(orders=refunded)._asdict(), order_lines=lines)
    kept = SimpleNamespace(**shop._asdict(), order_lines=lines)
    counts = [referral.partners(s, as_of=as_of).execute()["n_categories"][0] for s in (kept, given_back)]
    assert counts == [2, 1]


def test_the_seven_customers(shop, as_of):
    found = referral.partners(shop, as_of=as_of, touches="messaged").execute()
    names = ["customer_id", "place", "touch_free_repeats", "retained_referrals"]
    assert rows(found, *names) == [["C1", 1, 3, 1], ["C5", 2, 1, 1]]


def test_the_reason_is_told_in_the_language_spoken(shop, as_of):
    def reason():
        return referral.partners(shop, as_of=as_of).execute()["reason"][0]

    try:
        wording.use("en")
        assert reason() == "Repeat orders nobody asked for: 3; people brought who stayed: 1; days known: 179"
        wording.use("zh")
        assert all(part in reason() for part in ("3", "1", "179", "主动复购"))
    finally:
        wording.use("en")


@pytest.mark.parametrize("seed", [5, 6, 9])
def test_planted_super_users_are_found_and_big_spenders_are_not(seed):
    shop, advocates, spenders = planted(seed=seed)
    found = referral.partners(shop, top=len(advocates)).execute()
    listed = set(found["customer_id"])
    assert len(listed & advocates) / len(listed) >= 0.8
    assert len(listed & spenders) <= 1


def test_each_group_has_places_of_its_own_as_a_narrowed_client_has():
    shop, _advocates, _spenders = planted()
    whole = referral.partners(shop, top=3, by="store_id").execute()
    assert whole["place"].tolist() == [1, 2, 3] * 3
    own = referral.partners(narrowed_shop(shop, "S001"), top=3).execute()
    expected = whole[whole["store_id"] == "S001"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected)


def narrowed_shop(shop, store):
    own = narrowed(shop, store)._asdict()
    return SimpleNamespace(**own, order_lines=shop.order_lines)


def test_spend_changes_no_list_and_rows_may_stand_in_any_order():
    shop, _advocates, _spenders = planted(n=6)
    found = referral.partners(shop, top=8).execute()
    dear = shop.orders[["amount", "refund_amount"]] * 50
    rich = shop._replace(orders=shop.orders.assign(**dear))
    pd.testing.assert_frame_equal(referral.partners(rich, top=8).execute(), found)
    mixed = shop._replace(
        orders=shop.orders.sample(frac=1, random_state=1),
        customers=shop.customers.sample(frac=1, random_state=1),
    )
    pd.testing.assert_frame_equal(referral.partners(mixed, top=8).execute(), found)


def test_weights_choose_what_counts():
    shop, _advocates, _spenders = planted(n=6)
    found = referral.partners(shop, top=50, weights={"tenure_days": 1}).execute()
    assert found["tenure_days"].clip(upper=365).is_monotonic_decreasing
    for weights in ({"revenue": 1.0}, {"tenure_days": 0.0}, {"tenure_days": -1.0}, {}):
        with pytest.raises(ArgumentError, match="never by spend"):
            referral.partners(shop, weights=weights)
    with pytest.raises(ArgumentError, match="no place"):
        referral.partners(shop, top=0)


def test_nobody_is_an_empty_list():
    empty = history(customers())
    assert referral.partners(empty).count().execute() == 0
