"""The front end of the ladder: what an entrant costs, and when it is paid back."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import ladder
from opsmodel.errors import ArgumentError, TableError

AS_OF = "2024-06-30"


def sold(*rows):
    """Lines that carry everything themselves: customer, day of 2024, tier, product, amount, margin."""
    columns = ["customer_id", "ordered_at", "tier", "product", "amount", "margin"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(ordered_at=pd.to_datetime("2024-" + frame["ordered_at"])).astype(
        {"amount": float, "margin": float}
    )


BY_HAND = sold(
    ("a", "01-01", "entry", "wipes", 9.9, -2), ("a", "01-11", "core", "milk", 100, 30),
    ("b", "01-01", "entry", "wipes", 9.9, -2), ("b", "01-21", "core", "milk", 40, 14),
    ("c", "02-01", "entry", "spoon", 9.9, 1), ("c", "02-01", "core", "milk", 40, 5),  # sold with it
    ("d", "02-01", "entry", "wipes", 9.9, -2),  # never again
    ("e", "06-01", "entry", "wipes", 9.9, -2),  # too young
    ("f", "01-01", "core", "milk", 90, 30), ("f", "02-01", "entry", "wipes", 9.9, -2),  # did not enter by it
)  # fmt: skip


def rows(table, *columns):
    return (
        table[list(columns)].round(4).astype(object).where(table[list(columns)].notna(), None).values.tolist()
    )


def test_the_entrants_of_six_customers_by_hand():
    table = ladder.entrants(BY_HAND, as_of=AS_OF, within_days=60, giveaway_cost=6)
    margins = ["giveaway_cost", "front_margin", "back_margin", "entrant_margin"]
    assert rows(table, "entry_product", "n_customers", *margins, "payback_day") == [
        ["spoon", 1, 6, 0.0, 0.0, 0.0, 0],  # 1 + 5 − 6: even on the first day
        ["wipes", 3, 6, -8.0, 14.6667, 6.6667, 10],  # for all three −24, + 30 on day 10, + 14 on day 20
    ]


def test_the_payback_curve_of_three_entrants_by_hand():
    table = ladder.payback(BY_HAND, as_of=AS_OF, within_days=60, giveaway_cost={"wipes": 6}).query(
        "entry_product == 'wipes'"
    )
    assert len(table) == 61
    at = table.set_index("days")["margin"].round(4)
    assert at[[0, 9, 10, 19, 20, 60]].tolist() == [-8, -8, 2, 2, 6.6667, 6.6667]


def test_the_payback_day_is_the_first_day_at_zero_or_above():
    table = ladder.entrants(BY_HAND, as_of=AS_OF, within_days=60, giveaway_cost=8, product=None)
    # four entrants: front (−2 −2 −2 + 6) ÷ 4 − 8 = −8; + 7.5 on day 10, + 3.5 on day 20
    assert rows(table, "n_customers", "front_margin", "entrant_margin", "payback_day") == [[4, -8, 3, 20]]
    never = ladder.entrants(BY_HAND, as_of=AS_OF, within_days=60, giveaway_cost=50, product=None)
    assert rows(never, "payback_day", "payback_day_low", "paid_back_share") == [[None, None, 0]]


def test_a_cost_by_product_leaves_the_others_at_none():
    table = ladder.entrants(BY_HAND, as_of=AS_OF, within_days=60, giveaway_cost={"wipes": 6})
    assert rows(table, "entry_product", "giveaway_cost", "front_margin") == [
        ["spoon", 0, 6],
        ["wipes", 6, -8],
    ]


def test_a_margin_that_was_not_supplied_is_unknown_and_not_zero():
    gap = BY_HAND.assign(margin=BY_HAND["margin"].where(BY_HAND.index != 3))  # the second order of b
    table = ladder.entrants(gap, as_of=AS_OF, within_days=60, product=None)
    assert rows(table, "n_customers", "n_unknown") == [[3, 1]]
    with pytest.raises(TableError, match="no margin"):
        ladder.entrants(BY_HAND.drop(columns="margin"), as_of=AS_OF)
    table = ladder.entrants(
        BY_HAND.drop(columns="margin"), as_of=AS_OF, within_days=60, margin_rate=0.5, product=None
    )
    assert rows(table, "front_margin", "back_margin") == [[(4 * 9.9 + 40) / 8, 17.5]]


def test_an_order_sent_back_costs_what_its_margin_says():
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2"], "customer_id": "a", "amount": [9.9, 80.0], "refund_amount": [0.0, 80.0],
            "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-05"]), "margin": [3.0, -5.0],
        }
    )  # fmt: skip
    lines = pd.DataFrame({"order_id": ["1", "2"], "tier": ["entry", "core"], "product": ["wipes", "milk"]})
    table = ladder.entrants(lines, orders=orders, as_of=AS_OF, within_days=30)
    assert rows(table, "front_margin", "back_margin") == [[3.0, -5.0]]


def planted(seed, n=300, loss=10.0):
    """Entrants who lose `loss` on day 0; a third of them brings 60 on a day between 1 and 60.

    The mean margin is back at 0 on the day by which half of that third has come: day 30.
    """
    rng = np.random.default_rng(seed)
    people = np.char.mod("c%04d", np.arange(n))
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 100, n), unit="D")
    back = rng.random(n) < 1 / 3
    later = start[back] + pd.to_timedelta(rng.integers(1, 61, back.sum()), unit="D")
    first = pd.DataFrame({"customer_id": people, "ordered_at": start, "tier": "entry", "margin": -loss})
    second = pd.DataFrame({"customer_id": people[back], "ordered_at": later, "tier": "core", "margin": 60.0})
    return pd.concat([first, second], ignore_index=True).assign(amount=80.0, product="wipes")


def test_the_planted_payback_day_lies_in_its_interval():
    runs = [
        planted(seed).assign(
            home_store_id=f"S{seed}", customer_id=lambda f, seed=seed: f["customer_id"] + f"-{seed}"
        )
        for seed in range(100)
    ]
    table = ladder.entrants(pd.concat(runs), as_of="2023-12-31", within_days=90, by="home_store_id")
    day = table["payback_day_low"].le(30) & table["payback_day_high"].fillna(np.inf).ge(30)
    margin = table["entrant_margin_low"].le(10) & table["entrant_margin_high"].ge(10)
    assert len(table) == 100
    assert day.sum() >= 90  # of 100 intervals of 95 %
    assert margin.sum() >= 90


def test_the_interval_of_many_customers_is_that_of_the_mean():
    """Above 200 customers groups are drawn; the interval stays that of the textbook, mean ± 1.96 se."""
    lines = planted(1, n=3000)
    table = ladder.entrants(lines, as_of="2023-12-31", within_days=90).iloc[0]
    each = lines.groupby("customer_id")["margin"].sum()
    half = 1.96 * each.std() / np.sqrt(len(each))
    assert table["entrant_margin"] == pytest.approx(each.mean())
    assert table["entrant_margin_high"] - each.mean() == pytest.approx(half, rel=0.15)
    assert each.mean() - table["entrant_margin_low"] == pytest.approx(half, rel=0.15)


def test_stores_apart_are_stores_alone_and_row_order_is_irrelevant():
    lines = planted(2).assign(home_store_id=lambda frame: "S" + frame["customer_id"].str[-1])
    whole = ladder.entrants(lines, as_of="2023-12-31", within_days=90, by="home_store_id")
    shuffled = lines.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        whole, ladder.entrants(shuffled, as_of="2023-12-31", within_days=90, by="home_store_id")
    )
    alone = ladder.entrants(lines[lines["home_store_id"] == "S3"], as_of="2023-12-31", within_days=90)
    part = whole[whole["home_store_id"] == "S3"].drop(columns="home_store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, alone)


def test_nobody_and_one_entrant_are_ordinary():
    nobody = ladder.entrants(BY_HAND.iloc[:0], as_of=AS_OF)
    assert len(nobody) == 0
    assert "payback_day" in nobody.columns
    assert list(ladder.payback(BY_HAND.iloc[:0], as_of=AS_OF).columns)[-1] == "margin_high"
    one = ladder.entrants(BY_HAND.iloc[:2], as_of=AS_OF, within_days=60)
    assert rows(
        one, "n_customers", "entrant_margin", "entrant_margin_low", "payback_day", "payback_day_low"
    ) == [[1, 28, None, 10, None]]


def test_wrong_questions_are_answered_with_what_to_write():
    with pytest.raises(ArgumentError, match="products apart"):
        ladder.entrants(BY_HAND, as_of=AS_OF, within_days=60, product=None, giveaway_cost={"wipes": 6})
    with pytest.raises(TableError, match="product"):
        ladder.entrants(BY_HAND.drop(columns="product"), as_of=AS_OF)
