"""The growth equations and what moved them."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics import growth
from opsmodel.metrics.contributions import shapley

HALF_YEAR = {"start": "2024-01-01", "end": "2024-06-30"}
factors = st.lists(st.tuples(st.floats(0.01, 1000), st.floats(0.01, 1000)), min_size=1, max_size=4)
level = st.sampled_from([-2.0, 0.0, 0.5, 3.0])
any_factors = st.lists(st.tuples(level, level), min_size=1, max_size=4)


def visitors(days=182, a_day=2):
    on = pd.date_range("2024-01-01", periods=days)
    stores = [pd.DataFrame({"store_id": s, "counted_on": on, "visitors": a_day}) for s in ("S1", "S2")]
    return pd.concat(stores, ignore_index=True)


def sides(pairs):
    names = [f"x{i}" for i in range(len(pairs))]
    return [dict(zip(names, side, strict=True)) for side in zip(*pairs, strict=True)]


def test_all_three_equations_give_the_net_revenue_to_the_cent(shop):
    row = growth.equation(shop.orders, traffic=visitors(), customers=shop.customers, **HALF_YEAR).iloc[0]
    by_visitors = row["visitors"] * row["conversion"] * row["average_order_value"] * row["orders_per_buyer"]
    by_buyers = row["n_buyers"] * row["average_order_value"] * row["orders_per_buyer"]
    by_users = row["users"] * row["close_rate"] * row["value_per_buyer"]
    assert [round(v, 2) for v in (by_visitors, by_buyers, by_users, row["net_revenue"])] == [1247.3] * 4


def test_the_half_year_of_the_seven_customer_shop_is_as_counted_by_hand(shop):
    found = growth.equation(shop.orders, traffic=visitors(), customers=shop.customers, **HALF_YEAR)
    # 15 occasions of 7 known buyers, and one anonymous sale: 1 ÷ (15 ÷ 7) of a buyer
    assert found.round(4).iloc[0].to_dict() == {
        "net_revenue": 1247.3, "n_orders": 16.0, "n_buyers": 7.4667, "identified_share": 0.9639,
        "visitors": 728.0, "conversion": 0.0103, "orders_per_visitor": 0.022,
        "average_order_value": 77.9562, "orders_per_buyer": 2.1429,
        "users": 7.4667, "close_rate": 1.0, "value_per_buyer": 167.0491,
    }  # fmt: skip


def test_the_spring_of_each_home_store_counts_contacts_who_did_not_buy(shop):
    found = growth.equation(
        shop.orders, customers=shop.customers, start="2024-04-01", end="2024-06-30", by="home_store_id"
    )
    wanted = ["home_store_id", "net_revenue", "n_orders", "n_buyers", "users"]
    assert found[wanted].values.tolist() == [["S1", 159.0, 2.0, 2.0, 3.0], ["S2", 135.9, 3.0, 2.0, 3.0]]


def test_a_list_of_buyers_only_tells_of_no_contacts(shop):
    buyers = shop.customers.assign(joined_at=None)
    rows = growth.periods(
        shop.orders, as_of="2024-06-30", period_days=91, customers=buyers, by="home_store_id"
    )
    assert rows[["users", "close_rate"]].isna().all(axis=None)
    assert growth.equation(shop.orders, customers=buyers, **HALF_YEAR)["users"].isna().all()


def test_knowing_who_bought_does_not_look_like_loyalty(shop):
    known = growth.equation(shop.orders, **HALF_YEAR).iloc[0]
    forgotten = shop.orders.assign(
        customer_id=shop.orders["customer_id"].where(lambda c: c.isin(["C1", "C4"]))
    )
    kept = shop.orders["customer_id"].isin(["C1", "C4"])
    expected = growth.equation(shop.orders[kept], **HALF_YEAR).iloc[0]["orders_per_buyer"]
    assert growth.equation(forgotten, **HALF_YEAR).iloc[0]["orders_per_buyer"] == pytest.approx(expected)
    assert known["orders_per_buyer"] == pytest.approx(15 / 7)


def test_a_chain_is_one_query_and_its_stores_add_up(shop):
    by_store = growth.equation(shop.orders, by="store_id", **HALF_YEAR)
    whole = growth.equation(shop.orders, **HALF_YEAR).iloc[0]
    assert by_store["store_id"].tolist() == ["S1", "S2"]
    assert by_store["net_revenue"].sum() == pytest.approx(whole["net_revenue"])
    assert growth.average(by_store)["net_revenue"].item() == pytest.approx(whole["net_revenue"] / 2)


def test_doors_counted_on_too_few_days_are_unseen(shop):
    found = growth.equation(shop.orders, traffic=visitors(days=5), **HALF_YEAR).iloc[0]
    assert np.isnan(found["visitors"])
    assert np.isnan(found["conversion"])
    assert round(found["n_buyers"] * found["average_order_value"] * found["orders_per_buyer"], 2) == 1247.3


def test_a_period_without_a_sale_is_nought_and_its_ratios_unseen(shop):
    found = growth.equation(shop.orders, customers=shop.customers, start="2025-01-01", end="2025-01-31").iloc[
        0
    ]
    assert found[["net_revenue", "n_orders", "n_buyers", "close_rate"]].tolist() == [0, 0, 0, 0]
    assert found[["average_order_value", "orders_per_buyer", "value_per_buyer"]].isna().all()


def test_an_empty_table_and_an_anonymous_one_are_ordinary(shop):
    assert growth.equation(shop.orders.head(0), **HALF_YEAR)["net_revenue"].tolist() == [0.0]
    assert growth.equation(shop.orders.head(0), by="store_id", **HALF_YEAR).empty
    nobody = growth.equation(shop.orders[shop.orders["customer_id"].isna()], **HALF_YEAR).iloc[0]
    assert nobody[["net_revenue", "n_buyers", "orders_per_buyer"]].tolist() == [45.0, 1.0, 1.0]


def test_a_store_whose_amounts_are_all_missing_has_sold_nothing(shop):
    orders = shop.orders.assign(amount=shop.orders["amount"].mask(shop.orders["store_id"] == "S2"))
    found = growth.equation(orders, by="store_id", **HALF_YEAR).set_index("store_id")
    assert found.loc["S2", ["net_revenue", "n_orders", "n_buyers"]].tolist() == [0, 0, 0]


def test_row_order_and_later_rows_change_nothing_and_the_input_stays(shop):
    before = shop.orders.copy()
    straight = growth.equation(shop.orders, **HALF_YEAR)
    later = shop.orders.assign(ordered_at=pd.Timestamp("2024-07-01"))
    shuffled = pd.concat([shop.orders, later]).sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(growth.equation(shuffled, **HALF_YEAR), straight)
    pd.testing.assert_frame_equal(shop.orders, before)


def test_bad_input_says_what_is_wrong(shop):
    with pytest.raises(ArgumentError, match="ends before it starts"):
        growth.equation(shop.orders, start="2024-02-01", end="2024-01-01")
    with pytest.raises(TableError, match="amount"):
        growth.equation(shop.orders.drop(columns="amount"), **HALF_YEAR)
    with pytest.raises(ArgumentError, match="no factor"):
        growth.decompose({"a": 1}, {"b": 1})
    with pytest.raises(ArgumentError, match="could not be seen"):
        growth.decompose({"a": 1, "b": np.nan}, {"a": 1, "b": 2})
    with pytest.raises(ArgumentError, match="not one period"):
        growth.decompose(pd.DataFrame({"a": [1, 2]}), {"a": 1})


def test_the_two_industries_of_ang_2005_decompose_as_in_his_guide():
    industries = [((50, 0.2, 3.0), (80, 0.5, 2.0)), ((50, 0.8, 0.5), (80, 0.5, 0.4))]
    effects = sum(
        growth.decompose(dict(zip("QSI", old, strict=True)), dict(zip("QSI", new, strict=True)))[
            "contribution"
        ]
        for old, new in industries
    )
    assert effects.round(1).tolist() == [32.4, 38.3, -24.7]


@settings(max_examples=40, deadline=None)
@given(factors)
def test_contributions_sum_to_the_change_and_reverse_with_time(pairs):
    before, after = sides(pairs)
    forth, back = growth.decompose(before, after), growth.decompose(after, before)
    change = np.prod(list(after.values())) - np.prod(list(before.values()))
    largest = max(1.0, np.prod(list(after.values())), np.prod(list(before.values())))
    assert forth["contribution"].sum() == pytest.approx(change, abs=1e-9 * largest)
    np.testing.assert_allclose(forth["contribution"], -back["contribution"], atol=1e-9 * largest)


@settings(max_examples=40, deadline=None)
@given(factors)
def test_the_order_of_the_factors_changes_no_contribution(pairs):
    before, after = sides(pairs)
    forth = growth.decompose(before, after).set_index("factor")["contribution"]
    back = growth.decompose(before, after, factors=list(before)[::-1]).set_index("factor")["contribution"]
    np.testing.assert_allclose(forth, back.loc[forth.index], rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(any_factors)
def test_where_a_factor_is_zero_or_changes_sign_the_average_over_all_orders_is_taken(pairs):
    before, after = sides(pairs)
    found = growth.decompose(before, after)
    change = np.prod(list(after.values())) - np.prod(list(before.values()))
    assert found["contribution"].sum() == pytest.approx(change, abs=1e-9)
    if any(old * new <= 0 for old, new in pairs):
        orders = list(permutations(before))
        for name, share in zip(found["factor"], found["contribution"], strict=True):
            gain = 0.0
            for order in orders:
                moved = order[: order.index(name)]
                level = {n: after[n] if n in moved else before[n] for n in before}
                gain += np.prod(list({**level, name: after[name]}.values())) - np.prod(list(level.values()))
            assert share == pytest.approx(gain / len(orders), abs=1e-9)


def test_a_store_that_opens_owes_its_revenue_to_its_first_buyers(shop):
    closed = growth.equation(shop.orders, start="2023-01-01", end="2023-06-30")
    open_ = growth.equation(shop.orders, **HALF_YEAR)
    found = growth.decompose(closed, open_)
    assert found["factor"].tolist() == ["n_buyers", "average_order_value", "orders_per_buyer"]
    assert found["contribution"].round(2).tolist() == [1247.3, 0.0, 0.0]


def test_visitors_join_the_decomposition_only_where_both_periods_counted_them(shop):
    counted = growth.equation(shop.orders, traffic=visitors(), **HALF_YEAR)
    not_counted = growth.equation(shop.orders, **HALF_YEAR)
    assert growth.decompose(counted, counted)["factor"].tolist()[:2] == ["visitors", "conversion"]
    assert growth.decompose(counted, not_counted)["factor"].tolist()[0] == "n_buyers"


def test_only_the_factors_asked_for_are_multiplied():
    row = {"users": 2.0, "close_rate": 1.0, "value_per_buyer": 5.0, "visitors": 9.0}
    found = growth.decompose(row, {**row, "users": 3.0}, factors=("users", "close_rate", "value_per_buyer"))
    assert found["contribution"].round(6).tolist() == [5.0, 0.0, 0.0]


def test_shapley_shares_a_glove_game_as_published():
    def pairs(team):  # one left glove, two right ones
        return float("left" in team and len(team) > 1)

    found = shapley(pairs, ["left", "right 1", "right 2"])
    assert {name: round(share, 4) for name, share in found.items()} == {
        "left": 0.6667, "right 1": 0.1667, "right 2": 0.1667,
    }  # fmt: skip


def test_mix_and_within_sum_to_the_change_and_an_opened_store_is_mix_alone():
    before = pd.DataFrame({"store_id": ["A", "B"], "n_buyers": [100, 100], "value": [10.0, 20.0]})
    after = pd.DataFrame(
        {"store_id": ["A", "B", "C"], "n_buyers": [100, 100, 200], "value": [12.0, 20.0, 30.0]}
    )
    found = growth.mix_split(before, after, value="value", weight="n_buyers")
    assert found["store_id"].tolist() == ["A", "B", "C"]
    assert found["within"].round(4).tolist() == [0.75, 0.0, 0.0]
    assert (found["within"] + found["mix"]).sum() == pytest.approx(23.0 - 15.0)
    closed = growth.mix_split(after, before, value="value", weight="n_buyers")
    assert (closed["within"] + closed["mix"]).sum() == pytest.approx(15.0 - 23.0)


def test_periods_follow_each_other_and_end_on_the_last_day(shop):
    rows = growth.periods(shop.orders, as_of="2024-06-30", period_days=91, n_periods=3)
    assert rows["start"].astype(str).tolist() == ["2023-10-02", "2024-01-01", "2024-04-01"]
    assert rows["end"].astype(str).tolist() == ["2023-12-31", "2024-03-31", "2024-06-30"]
    assert rows["net_revenue"].round(2).tolist() == [0.0, 952.4, 294.9]


@pytest.mark.parametrize("asked", [{"period_days": 0}, {"n_periods": 0}])
def test_a_period_has_a_day_and_there_is_a_period(shop, asked):
    with pytest.raises(ArgumentError, match="at least one"):
        growth.periods(shop.orders, as_of="2024-06-30", **asked)
