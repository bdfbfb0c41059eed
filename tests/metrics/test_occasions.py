"""Purchase occasions: which days count, and what they are worth."""

import numpy as np
import pandas as pd
import pytest
import shops
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lifetimes.datasets import load_dataset

from opsmodel import funnel, growth, repurchase
from opsmodel.errors import TableError
from opsmodel.metrics.occasions import occasions, paid_orders

PROPERTY = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def found(orders, as_of, **more):
    table = occasions(orders, as_of=as_of, **more).execute().sort_values(["customer_id", "day"])
    table["day"] = pd.to_datetime(table["day"]).dt.strftime("%m-%d")
    return table.astype({"net": float})


def orders_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount", "refund_amount"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="mixed"))


def test_the_occasions_of_the_seven_customers(shop, as_of):
    table = found(shop.orders, as_of, carry=["store_id"])
    assert table[["customer_id", "day", "net", "n_orders", "store_id"]].values.tolist() == [
        ["C1", "01-05", 19.9, 1, "S1"],
        ["C1", "01-25", 120.0, 1, "S1"],
        ["C1", "03-01", 150.0, 1, "S1"],
        ["C1", "05-10", 99.0, 1, "S1"],
        ["C2", "01-10", 59.8, 2, "S1"],  # two orders, one occasion
        ["C2", "02-20", 200.0, 1, "S1"],
        ["C3", "02-01", 39.9, 1, "S1"],
        ["C3", "04-20", 60.0, 1, "S1"],  # 02-15 was refunded in full
        ["C4", "02-10", 9.9, 1, "S1"],
        ["C5", "03-03", 19.9, 1, "S2"],
        ["C5", "03-31", 88.0, 1, "S1"],
        ["C6", "03-15", 200.0, 1, "S2"],  # a third given back
        ["C6", "06-25", 50.0, 1, "S2"],
        ["C7", "05-20", 19.9, 1, "S2"],
        ["C7", "06-10", 66.0, 1, "S2"],
    ]
    assert float(table["margin"].sum()) == 369.0  # all but the anonymous sale's 15 and the refunded 0


def test_a_day_on_which_more_came_back_than_was_paid_is_none():
    orders = orders_of(
        ["a", "2024-01-01 10:00", 50, 0],
        ["a", "2024-01-02 10:00", 20, 0],
        ["a", "2024-01-02 12:00", -20, 0],
        ["a", "2024-01-03 10:00", 30, 0],
        ["a", "2024-01-03 12:00", -10, 0],
    )
    assert found(orders, "2024-01-31")[["day", "net", "n_orders"]].values.tolist() == [
        ["01-01", 50, 1],
        ["01-03", 20, 1],
    ]
    assert sorted(paid_orders(orders, as_of="2024-01-31").rows.execute()["net"].astype(float)) == [30, 50]


def test_a_refund_makes_the_occasion_vanish(shop, as_of):
    def rate(orders):
        return repurchase.curve(orders, as_of=as_of, within_days=(30,))["n_repurchased"].tolist()

    refunded = shop.orders.copy()
    refunded.loc[refunded["order_id"] == "O04", "refund_amount"] = 120.0  # the second order of C1
    assert rate(shop.orders) == [3]
    assert rate(refunded) == [2]


def test_cents_that_cancel_out_leave_nothing_whatever_the_row_order():
    rows = [
        ["a", "2024-01-01 10:00", 0.1, 0],
        ["a", "2024-01-01 11:00", 0.2, 0],
        ["a", "2024-01-01", -0.3, 0],
    ]
    for turn in range(3):
        assert found(orders_of(*rows[turn:], *rows[:turn]), "2024-01-31").empty


def test_customers_without_a_name_and_later_orders_are_left_out():
    orders = orders_of(
        ["a", "2024-01-31 23:59:59", 5, 0],
        ["a", "2024-02-01", 5, 0],
        [None, "2024-01-01", 5, 0],
        ["", "2024-01-01", 5, 0],
    )
    assert found(orders, "2024-01-31")[["customer_id", "day"]].values.tolist() == [["a", "01-31"]]


def test_orders_without_a_refund_column_were_not_refunded():
    orders = orders_of(["a", "2024-01-01", 5, 5]).drop(columns="refund_amount")
    assert found(orders, "2024-01-31")["net"].tolist() == [5.0]


def test_an_unknown_refund_is_none():
    assert found(orders_of(["a", "2024-01-01", 5, None]), "2024-01-31")["net"].tolist() == [5.0]


def test_a_table_without_rows_or_a_column_without_values_needs_no_types(shop, as_of):
    """pandas does not know what an empty column, or one of None alone, is to hold."""
    nobody = pd.DataFrame(columns=shop.orders.columns)
    assert repurchase.curve(nobody, as_of=as_of)["n_customers"].tolist() == [0] * 5
    no_events = pd.DataFrame(columns=shop.events.columns)
    assert funnel.conversion(no_events, steps=["joined", "ordered"], as_of=as_of)["n"].tolist() == [0, 0]
    all_stayed = shop.customers.assign(left_at=None)
    spring = {"start": "2024-01-01", "end": "2024-03-31"}
    assert growth.equation(shop.orders, **spring, customers=all_stayed)["users"].item() == 6 + 1 / (10 / 6)
    no_doors = pd.DataFrame(columns=["store_id", "counted_on", "visitors"])
    assert growth.equation(shop.orders, **spring, traffic=no_doors)["visitors"].isna().all()


def test_a_missing_column_is_named(shop, as_of):
    with pytest.raises(TableError, match="ordered_at"):
        occasions(shop.orders.drop(columns="ordered_at"), as_of=as_of)
    with pytest.raises(TableError, match="channel"):
        occasions(shop.orders, as_of=as_of, carry=["channel"])


@PROPERTY
@given(orders=shops.random_shops(), last=st.integers(0, 160))
def test_occasions_are_what_a_loop_over_customers_and_days_counts(orders, last):
    end = shops.START + pd.Timedelta(days=last)
    table = occasions(orders, as_of=end, carry=["store_id"]).execute()
    expected = shops.order_days(orders, end).sort_values(["customer_id", "day"], ignore_index=True)
    table = table.sort_values(["customer_id", "day"], ignore_index=True)
    assert table["customer_id"].tolist() == expected["customer_id"].tolist()
    assert pd.to_datetime(table["day"]).tolist() == pd.to_datetime(expected["day"]).tolist()
    assert table["store_id"].tolist() == expected["store"].tolist()
    for column in ("net", "margin", "n_orders"):
        np.testing.assert_allclose(table[column].astype(float), expected[column].astype(float), atol=1e-9)
    paid = paid_orders(orders, as_of=end).rows.execute()
    assert paid[["customer_id", "day"]].drop_duplicates().shape[0] == len(table)


@pytest.fixture(scope="module")
def cdnow():
    """The purchase log of the 1/10 sample of CDNOW customers, January 1997 to June 1998."""
    log = load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+")
    log.columns = ["master_id", "customer_id", "date", "cds", "amount"]
    when = pd.to_datetime(log["date"].astype(str))
    return log.assign(customer_id=log["customer_id"].astype(str), ordered_at=when)


def test_cdnow_repeats_are_the_published_ones_once_free_orders_count(cdnow):
    """Fader, Hardie & Lee 2005: 2,357 customers, of whom 1,411 do not return in 39 weeks; 2,457 repeat
    transactions by week 39 and 4,339 by week 78. The authors count orders of 0 dollars too.
    """
    log = cdnow.assign(amount=1.0)
    days = occasions(log, as_of="1998-06-30").execute()
    assert (len(days), days["customer_id"].nunique()) == (6696, 2357)
    assert len(days) - 2357 == 4339
    repeats = occasions(log, as_of="1997-09-30").execute().groupby("customer_id").size() - 1
    assert repeats.sum() == 2457
    assert repeats.clip(upper=7).value_counts().sort_index().tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_cdnow_orders_of_no_value_are_no_occasions(cdnow):
    """Eight customers of the sample have nothing but one free order: they are not customers here."""
    assert (cdnow["amount"] == 0).sum() == 8
    days = occasions(cdnow, as_of="1998-06-30").execute()
    assert (len(days), days["customer_id"].nunique()) == (6688, 2349)
    table = repurchase.common_base(cdnow, as_of="1997-09-30", within_days=(180,))
    assert table["n_customers"].tolist() == [2349]


def test_cdnow_customers_are_back_by_week_39_as_published(cdnow):
    """2,357 − 1,411 = 946 customers return by the end of week 39, whenever they began."""
    waits = repurchase.survival(cdnow.assign(amount=1.0), as_of="1997-09-30")
    assert waits["events"].sum() == 946
    assert waits["at_risk"].max() == 2357


@pytest.mark.parametrize(
    ("amounts", "refunds", "lowest"),
    [
        ([50, 20], [0, 30], -10),
        ([50, 20], [0, 20], 0),
        ([50, 20], [0, None], 20),
        ([50, -5], [0, 0], -5),
        ([50, 20], None, 20),
    ],
)
def test_no_net_amount_is_below_the_lowest_that_is_looked_up(amounts, refunds, lowest):
    orders = pd.DataFrame({"customer_id": "C1", "ordered_at": pd.Timestamp("2024-01-01"), "amount": amounts})
    orders["amount"] = orders["amount"].astype(float)
    if refunds:
        orders["refund_amount"] = pd.Series(refunds, dtype=float)
    assert paid_orders(orders, as_of="2024-01-31").lowest == lowest
