"""The books of a month: refunds on their orders or on their own day, and whose the revenue is."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel import growth
from opsmodel.errors import TableError

BOOKS = [
    "start",
    "gross_revenue",
    "refund_amount",
    "net_revenue",
    "paid_back_amount",
    "ledger_revenue",
    "later_amount",
]


@pytest.fixture
def returned(shop):
    """O07 (80.00, of 15 February) is paid back on 2 March, a third of O11 (15 March) on 3 July."""
    days = {"O07": "2024-03-02", "O11": "2024-07-03"}
    return shop.orders.assign(refunded_on=pd.to_datetime(shop.orders["order_id"].map(days)))


def test_a_refund_counts_on_its_order_and_in_the_ledger_on_its_day(returned):
    table = growth.months(returned, as_of="2024-06-15")[BOOKS]
    assert table.assign(start=table["start"].astype(str)).values.tolist() == [
        ["2024-01-01", 199.7, 0.0, 199.7, 0.0, 199.7, 0.0],
        ["2024-02-01", 329.8, 80.0, 249.8, 0.0, 329.8, 0.0],
        ["2024-03-01", 602.9, 100.0, 502.9, 80.0, 522.9, 100.0],
        ["2024-04-01", 60.0, 0.0, 60.0, 0.0, 60.0, 0.0],
        ["2024-05-01", 118.9, 0.0, 118.9, 0.0, 118.9, 0.0],
        ["2024-06-01", 66.0, 0.0, 66.0, 0.0, 66.0, 0.0],
    ]


def test_the_last_month_ends_with_the_last_day(returned):
    table = growth.months(returned, as_of="2024-06-15")
    assert table["end"].astype(str).tolist()[-2:] == ["2024-05-31", "2024-06-15"]


def test_the_identified_share_of_march_lacks_the_one_sale_without_a_customer(returned):
    share = growth.months(returned, as_of="2024-06-30", by="store_id").set_index(["store_id", "start"])
    march = share["identified_share"].xs("2024-03-01", level="start")
    assert march.round(4).to_dict() == {"S1": round(238 / 283, 4), "S2": 1.0}
    june = share.xs("S1", level="store_id").iloc[-1]
    assert june["net_revenue"] == 0
    assert pd.isna(june["identified_share"])


def test_a_ledger_needs_the_days_of_the_refunds_and_says_what_has_none(shop, returned):
    nowhere = growth.months(shop.orders, as_of="2024-06-30")
    assert nowhere[["paid_back_amount", "ledger_revenue"]].isna().all(axis=None)
    assert nowhere["undated_amount"].sum() == 180
    of_march = returned["order_id"] == "O11"
    returned.loc[of_march, "refunded_on"] = pd.NaT
    assert growth.months(returned, as_of="2024-06-30")["ledger_revenue"].isna().all()  # 80 of 180 has a day
    returned.loc[of_march, "refund_amount"] = 8.0
    most = growth.months(returned, as_of="2024-06-30").set_index("start")  # 80 of 88
    assert most.loc["2024-03-01", ["paid_back_amount", "undated_amount"]].tolist() == [88.0, 8.0]
    none = growth.months(shop.orders.drop(columns="refund_amount"), as_of="2024-06-30")
    assert none["ledger_revenue"].tolist() == none["net_revenue"].tolist()


def test_a_store_begins_with_its_first_month_and_no_orders_give_no_month(shop, returned):
    by_store = growth.months(returned, as_of="2024-06-30", by="store_id")
    of_one = growth.months(returned[returned["store_id"] == "S2"], as_of="2024-06-30")
    its = by_store[by_store["store_id"] == "S2"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(its, of_one)
    assert growth.months(shop.orders.head(0), as_of="2024-06-30").columns.tolist() == of_one.columns.tolist()
    assert growth.months(shop.orders.head(0), as_of="2024-06-30", by="store_id").empty


def test_a_missing_column_is_named(shop):
    with pytest.raises(TableError, match="amount"):
        growth.months(shop.orders.drop(columns="amount"), as_of="2024-06-30")


ORDER = st.tuples(
    st.integers(0, 200), st.integers(0, 9999), st.integers(0, 100), st.integers(0, 300), st.booleans()
)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ORDER, min_size=1, max_size=20), last=st.integers(60, 250))
def test_both_views_reconcile_to_the_cent(rows, last):
    """Every refund has a day here, on or after that of its order."""
    first = pd.Timestamp("2024-01-01")
    orders = pd.DataFrame(
        {
            "customer_id": "a" if known else None,
            "ordered_at": first + pd.Timedelta(days=day, hours=23),
            "amount": cents / 100,
            "refund_amount": round(cents * share / 10_000, 2),
            "refunded_on": first + pd.Timedelta(days=day + wait),
        }
        for day, cents, share, wait, known in rows
    )
    as_of = first + pd.Timedelta(days=last)
    table = growth.months(orders, as_of=as_of)
    total = table.drop(columns=["start", "end"]).sum()
    assert total["net_revenue"] + total["later_amount"] == pytest.approx(total["ledger_revenue"], abs=0.005)
    seen = orders[orders["ordered_at"] < as_of + pd.Timedelta(days=1)]
    assert total["net_revenue"] == pytest.approx((seen["amount"] - seen["refund_amount"]).sum(), abs=0.005)
    paid = (
        seen[seen["refunded_on"] <= as_of]
        .groupby(seen["refunded_on"].dt.to_period("M"))["refund_amount"]
        .sum()
    )
    ours = table.set_index(pd.PeriodIndex(pd.to_datetime(table["start"]), freq="M"))["paid_back_amount"]
    for month, amount in paid.items():
        assert ours[month] == pytest.approx(amount, abs=0.005)
