"""Where the customers of a store buy."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel.errors import TableError
from opsmodel.metrics import leakage

AS_OF = "2024-06-30"


def test_the_seven_customers_flows_by_hand(shop, as_of):
    flows = leakage.matrix(shop.orders, as_of=as_of)
    assert flows.drop(columns=["order_share", "revenue_share"]).values.tolist() == [
        ["S1", "S1", 4, 10, 758.5],  # the sale without a customer and the one given back are not in it
        ["S2", "S1", 1, 1, 88.0],
        ["S2", "S2", 3, 5, 355.8],
    ]
    assert flows["revenue_share"].tolist() == pytest.approx([1, 88 / 443.8, 355.8 / 443.8])
    assert flows["order_share"].tolist() == pytest.approx([1, 1 / 6, 5 / 6])


def test_what_some_stores_lose_others_gain(shop, as_of):
    table = leakage.balance(leakage.matrix(shop.orders, as_of=as_of)).set_index("store_id")
    assert table.loc["S2", ["home_revenue", "away_revenue", "till_revenue"]].tolist() == [443.8, 88.0, 355.8]
    assert table["away_share"].tolist() == pytest.approx([0, 88 / 443.8])
    assert table["guest_share"].tolist() == pytest.approx([88 / 846.5, 0])
    assert table["flow_revenue"].tolist() == [88.0, -88.0]


def test_a_later_first_day_leaves_out_what_came_before(shop, as_of):
    flows = leakage.matrix(shop.orders, as_of=as_of, since="2024-04-01")
    assert flows[["home_store_id", "store_id", "n_orders"]].values.tolist() == [
        ["S1", "S1", 2],
        ["S2", "S2", 3],
    ]


def test_no_order_gives_a_table_without_rows(shop, as_of):
    flows = leakage.matrix(shop.orders.head(0), as_of=as_of)
    assert flows.empty
    assert leakage.balance(flows).empty


def test_orders_without_a_home_are_refused(shop, as_of):
    with pytest.raises(TableError, match="home_store_id"):
        leakage.matrix(shop.orders.drop(columns="home_store_id"), as_of=as_of)


orders = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["S1", "S2", "S3"]), st.integers(1, 500)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(orders, st.randoms(use_true_random=False))
def test_rows_are_complete_and_their_order_is_irrelevant(drawn, random):
    rows = pd.DataFrame(
        {
            "customer_id": [who for who, _where, _much in drawn],
            "home_store_id": [{"a": "S1", "b": "S2", "c": "S2"}[who] for who, _where, _much in drawn],
            "store_id": [where for _who, where, _much in drawn],
            "ordered_at": pd.Timestamp("2024-06-01"),
            "amount": [float(much) for _who, _where, much in drawn],
        }
    )
    before = rows.copy()
    flows = leakage.matrix(rows, as_of=AS_OF)
    assert flows.groupby("home_store_id")["revenue_share"].sum().tolist() == pytest.approx(
        [1.0] * rows["home_store_id"].nunique()
    )
    assert flows["revenue"].sum() == pytest.approx(rows["amount"].sum())
    table = leakage.balance(flows)
    assert table["away_revenue"].sum() == pytest.approx(table["guest_revenue"].sum())
    places = list(range(len(rows)))
    random.shuffle(places)
    pd.testing.assert_frame_equal(leakage.matrix(rows.iloc[places], as_of=AS_OF), flows)
    pd.testing.assert_frame_equal(rows, before)
