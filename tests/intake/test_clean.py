"""Raw rows become canonical rows, are merged with their like, or are quarantined: nothing else."""

import csv
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from opsmodel import open_client
from opsmodel.intake.build import intake
from opsmodel.intake.cleaning.quarantine import safe

HEAD = "订单号,客户ID,手机号,门店编号,下单时间,实付金额,退款金额,订单状态\n"


def taken(folder: Path):
    report = intake(folder, progress=False)
    return report, open_client(folder)


def orders_of(shop, *columns) -> list[list]:
    columns = columns or ("order_id", "customer_id", "amount", "refund_amount")
    found = shop.orders.order_by("order_id").select(*columns).execute()
    return [
        [float(value) if isinstance(value, Decimal) else value for value in row]
        for row in found.astype(object).values
    ]


def fates(report, table="orders") -> tuple[int, int, int, int]:
    """rows in, kept, merged, quarantined"""
    entries = [entry for entry in report.ledger if entry.table == table]
    return tuple(sum(getattr(e, n) for e in entries) for n in ("rows_in", "kept", "merged", "quarantined"))


def quarantined(folder: Path, table="orders") -> list[list[str]]:
    with (folder / "quarantine" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def test_every_row_that_fails_is_listed_with_file_line_column_value_and_reason(client):
    orders = HEAD + "\n".join(
        [
            "O1,C1,,S1,2024-01-05 10:30:00,19.90,0,交易成功",
            "O2,C1,,S1,5 o'clock,19.90,0,交易成功",
            "O3,C1,,S1,2024-01-06 10:30:00,twelve,0,交易成功",
            ",C1,,S1,2024-01-07 10:30:00,5,0,交易成功",
            "O5,C1,,,2024-01-08 10:30:00,5,0,交易成功",
            "O6,C1,,S1,2024-07-01 00:00:00,5,0,交易成功",
            "O7,C1,,S1,2024-01-09 10:30:00,5,9,交易成功",
            "O8,C1,,S1,2024-01-09 10:30:00,-5,0,交易成功",
            "O9,C1,,S1,2024-01-09 10:30:00,99999999999,0,交易成功",
            "O10,C1,,S1,2024-01-09 10:30:00,5,0,已取消",
            "O11,C1,,S1,3/4/2024 10:30,5,0,交易成功",
            "O12,C1,,S1,2024-01-09 10:30:00,5,?,交易成功",
        ]
    )
    folder = client(orders=orders + "\n")
    report, shop = taken(folder)
    assert fates(report) == (12, 1, 0, 11)
    assert orders_of(shop, "order_id") == [["O1"]]
    assert quarantined(folder) == [
        ["orders.csv", "", "3", "ordered_at", "5 o'clock", "the value cannot be read"],
        ["orders.csv", "", "4", "amount", "twelve", "the value cannot be read"],
        ["orders.csv", "", "5", "order_id", "", "a required cell is empty"],
        ["orders.csv", "", "6", "store_id", "", "a required cell is empty"],
        ["orders.csv", "", "7", "ordered_at", "2024-07-01 00:00:00", "later than the last day observed"],
        ["orders.csv", "", "8", "refund_amount", "9", "the refund is larger than the order"],
        ["orders.csv", "", "9", "amount", "-5", "a negative amount, and no order it refunds"],
        ["orders.csv", "", "10", "amount", "99999999999", "the amount is impossibly large"],
        ["orders.csv", "", "11", "status", "已取消", "the order was cancelled or never paid"],
        [
            *("orders.csv", "", "12", "ordered_at", "3/4/2024 10:30"),
            "day and month could be swapped; set day_first in engagement.yaml",
        ],
        ["orders.csv", "", "13", "refund_amount", "?", "the value cannot be read"],
    ]


def test_the_same_order_exported_twice_is_one_order_with_the_larger_refund(client):
    june = "订单号,客户ID,门店编号,下单时间,实付金额,退款金额\nO3,C1,S2,2024-02-20 15:00:00,120.00,120.00\n"
    report, shop = taken(client(orders_june=june))
    assert fates(report) == (5, 4, 1, 0)
    assert orders_of(shop)[2] == ["O3", "C1", 120, 120]


def test_an_order_number_with_another_amount_or_customer_is_quarantined(client):
    orders = HEAD + (
        "O1,C1,,S1,2024-01-05 10:30:00,19.90,0,\n"
        "O1,C1,,S1,2024-01-05 10:30:00,29.90,0,\n"
        "O1,C2,,S1,2024-01-05 10:30:00,19.90,0,\n"
        "O1,,,S1,2024-01-05 10:30:00,19.90,0,\n"
    )
    folder = client(orders=orders)
    report, shop = taken(folder)
    assert fates(report) == (4, 1, 1, 2)
    assert orders_of(shop) == [["O1", "C1", 19.9, 0]]
    assert [row[2:5] for row in quarantined(folder)] == [["3", "amount", "29.90"], ["4", "customer_id", "C2"]]


def test_a_refund_ends_up_on_its_order_however_it_is_written(client):
    when = "C1,,S1,2024-01-05 10:30:00"
    orders = f"""\
O1,{when},50,0,已退款
O2,{when},50,,退款成功
O3,{when},50,20,已退款
O4,{when},50,20,部分退款
O5,{when},50,-20,部分退款
O6,{when},50,,部分退款
O7,{when},50,50,交易关闭
O8,{when},50,,交易成功
O8,{when},-30,,
O9,{when},50,30,
O9,{when},-30,,
"""
    report, shop = taken(client(orders=HEAD + orders))
    refunds = dict(orders_of(shop, "order_id", "refund_amount"))
    assert refunds == {
        "O1": 50,
        "O2": 50,
        "O3": 20,
        "O4": 20,
        "O5": 20,
        "O6": 0,
        "O7": 50,
        "O8": 30,
        "O9": 30,
    }
    assert fates(report) == (11, 9, 2, 0)


def test_the_day_of_a_refund_is_that_of_its_row_or_column_and_an_unreadable_one_costs_no_order(client):
    head = HEAD.replace("订单状态", "退款时间")
    orders = (
        head
        + """\
O1,C1,,S1,2024-01-05 10:30:00,50,,
O1,C1,,S1,2024-01-20 09:00:00,-30,,
O2,C1,,S1,2024-01-05 10:30:00,50,20,2024/2/3 18:00
O3,C1,,S1,2024-01-05 10:30:00,50,20,a week later
O4,C1,,S1,2024-01-05 10:30:00,50,10,2024-01-09
O4,C1,,S1,2024-01-05 10:30:00,50,25,2024-02-11
O5,C1,,S1,2024-01-05 10:30:00,50,,
"""
    )
    report, shop = taken(client(orders=orders))
    found = shop.orders.order_by("order_id").select("order_id", "refund_amount", "refunded_on").execute()
    days = pd.to_datetime(found["refunded_on"]).dt.strftime("%m-%d").fillna("")
    assert list(zip(found["order_id"], found["refund_amount"].astype(int), days, strict=True)) == [
        ("O1", 30, "01-20"),
        ("O2", 20, "02-03"),
        ("O3", 20, ""),
        ("O4", 25, "02-11"),
        ("O5", 0, ""),
    ]
    assert fates(report) == (7, 5, 2, 0)


def test_a_partial_refund_without_an_amount_is_said(client):
    report, _shop = taken(client(orders=HEAD + "O1,C1,,S1,2024-01-05 10:30:00,50,,部分退款\n"))
    assert {seen.kind: seen.values for seen in report.observations}["partial_unknown"] == {"n": 1}


def test_a_customer_added_by_several_staff_is_one_with_the_earliest_add(client):
    contacts = """\
客户ID,所属门店,添加员工,添加时间,删除时间
C1,S2,E2,2024-02-03 10:00:00,
C1,S1,E1,2024-01-03 10:00:00,2024-01-09 10:00:00
C2,S1,E1,2024-01-03 10:00:00,2024-01-09 10:00:00
C2,S1,E2,2024-01-04 10:00:00,2024-02-09 10:00:00
"""
    report, shop = taken(client(contacts=contacts))
    found = shop.customers.order_by("customer_id").execute()
    assert fates(report, "customers") == (4, 2, 2, 0)
    assert found[["store_id", "staff_id"]].values.tolist() == [["S1", "E1"], ["S1", "E1"]]
    assert [str(day)[:10] for day in found["joined_at"]] == ["2024-01-03", "2024-01-03"]
    assert [str(day)[:10] for day in found["left_at"]] == ["NaT", "2024-02-09"]


def test_two_customer_ids_with_one_phone_are_one_person_everywhere(client):
    contacts = """\
客户ID,手机号,所属门店,添加时间,推荐人
W1,13800000001,S1,2024-01-03 10:00:00,
W9,138-0000-0001,S2,2024-03-03 10:00:00,
W2,13800000002,S1,2024-01-04 10:00:00,W9
"""
    orders = HEAD + (
        "O1,W9,,S2,2024-03-05 10:30:00,50,0,\n"
        "O2,,+86 13800000001,S2,2024-03-06 10:30:00,50,0,\n"
        "O3,M7,13800000002,S2,2024-03-07 10:30:00,50,0,\n"
        "O4,13800000002,,S2,2024-03-08 10:30:00,50,0,\n"
    )
    events = "客户ID,事件,发生时间\nW9,shared,2024-03-04 20:00:00\n"
    report, shop = taken(client(contacts=contacts, orders=orders, events=events))
    bought = orders_of(shop, "order_id", "customer_id", "home_store_id")
    assert bought == [["O1", "W1", "S1"], ["O2", "W1", "S1"], ["O3", "W2", "S1"], ["O4", "W2", "S1"]]
    assert shop.n_customers == 2
    assert fates(report, "customers") == (3, 2, 1, 0)
    assert shop.customers.execute().set_index("customer_id")["referrer_id"]["W2"] == "W1"
    assert set(shop.events.execute().query("event == 'shared'")["customer_id"]) == {"W1"}


def test_ids_are_joined_through_any_chain_of_phones(client):
    contacts = "客户ID,手机号,所属门店,添加时间\n" + "".join(
        f"A{n},1380000000{phone},S1,2024-01-0{9 - n} 10:00:00\n"
        for n, phone in [(1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (4, 3), (5, 3)]
    )
    _report, shop = taken(client(contacts=contacts))
    assert shop.customers.execute()["customer_id"].tolist() == ["A5", "C1", "C2"]


def test_a_phone_under_many_ids_unites_nobody(client):
    contacts = "客户ID,手机号,所属门店,添加时间\n" + "".join(
        f"A{n},13800000000,S1,2024-01-03 10:00:00\n" for n in range(6)
    )
    report, shop = taken(client(contacts=contacts))
    assert [f"A{n}" in set(shop.customers.execute()["customer_id"]) for n in range(6)] == [True] * 6
    assert {seen.kind for seen in report.observations} >= {"shared_phones"}


def test_store_names_become_store_ids(client):
    report, shop = taken(
        client(contacts="客户ID,所属门店,添加时间\nC1,人民广场 店,2024-01-03\nC9,外滩店,2024-01-03\n")
    )
    homes = shop.customers.execute().set_index("customer_id")["store_id"]
    assert homes.to_dict() == {"C1": "S2", "C2": "S2", "C9": "外滩店"}
    added = {seen.kind: seen.values for seen in report.observations}["stores_added"]
    assert added == {"n": 1, "store": "外滩店"}


def test_without_a_list_customers_are_those_who_bought(client):
    report, shop = taken(client(contacts=None, stores=None))
    found = shop.customers.order_by("customer_id").execute()
    assert found[["customer_id", "store_id"]].values.tolist() == [["C1", "S1"], ["C2", "S2"]]
    assert found["joined_at"].isna().all()
    assert shop.store_ids == ["S1", "S2"]
    assert {"no_customers", "no_stores"} <= {seen.kind for seen in report.observations}
    assert "no_customers" in dict(report.grade.reasons)


def test_buyers_in_no_list_are_added_and_at_home_where_they_first_bought(client):
    orders = HEAD + "O2,X,,S2,2024-03-05 10:30:00,50,0,\nO1,X,,S3,2024-03-04 10:30:00,50,0,\n"
    report, shop = taken(client(orders=orders))
    assert orders_of(shop, "order_id", "home_store_id") == [["O1", "S3"], ["O2", "S3"]]
    assert {seen.kind: seen.values for seen in report.observations}["orphans"] == {"n": 1, "n_orders": 2}


def test_lines_without_an_order_are_quarantined_and_a_products_rows_add(client):
    lines = """\
订单号,商品编码,数量,金额
O1,P1,1,9.90
O1,P1,2,10.00
O1,P2,1,5.00
O1,P2,1,5.00
O99,P1,1,9.90
"""
    folder = client(order_lines=lines)
    report, shop = taken(folder)
    assert fates(report, "order_lines") == (5, 2, 2, 1)
    found = shop.order_lines.order_by("product_id").execute()
    assert found[["product_id", "quantity"]].values.tolist() == [["P1", 3.0], ["P2", 1.0]]
    assert [float(amount) for amount in found["amount"]] == [19.9, 5.0]
    assert quarantined(folder, "order_lines")[0][2:5] == ["6", "order_id", "O99"]


def test_times_become_business_time_and_bare_days_stay(client):
    orders = "订单号,客户ID,门店编号,下单时间,实付金额\nO1,C1,S1,2024-01-05 20:30:00,5\n"
    contacts = "客户ID,所属门店,添加时间\nC1,S1,2024-01-03\n"
    zones = "source_timezone: UTC\nday_cutoff: 4\n"
    _report, shop = taken(client(engagement=zones, orders=orders, contacts=contacts))
    assert str(orders_of(shop, "ordered_at")[0][0]) == "2024-01-06 00:30:00"
    assert str(shop.customers.execute()["joined_at"][0]) == "2024-01-03 00:00:00"


def test_columns_can_be_mapped_and_filled_with_text_or_the_place_of_the_row(client):
    orders = "buyer,when it was,net paid\nC1,2024-01-05 10:30:00,5\nC2,2024-01-06 10:30:00,6\n"
    mapping = """\
files: {"till*.csv": orders}
columns:
  orders: {order_id: "@line", store_id: "=S3", customer_id: buyer, ordered_at: when it was, amount: net paid}
"""
    _report, shop = taken(client(engagement=mapping, orders=None, till=orders))
    assert orders_of(shop, "customer_id", "store_id") == [["C1", "S3"], ["C2", "S3"]]


def test_phone_numbers_are_kept_nowhere(client):
    orders = (
        HEAD + "O1,13800001234,,S1,2024-01-05 10:30:00,50,0,\n,13800001234,,S1,2024-01-05 10:30:00,1,0,\n"
    )
    contacts = "客户ID,手机号,所属门店,添加时间,推荐人\nC1,13800001234,S1,13800005678,13800005678\n"
    folder = client(orders=orders, contacts=contacts)
    taken(folder)
    kept = [path for path in folder.rglob("*") if path.is_file() and "raw" not in path.parts]
    assert {path.suffix for path in kept} >= {".duckdb", ".csv"}
    for path in kept:
        assert b"13800001234" not in path.read_bytes()
        assert b"13800005678" not in path.read_bytes()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+1-800", "'+1-800"),
        ("-12.50", "-12.50"),
        ("13800001234", "138********"),
        ("call 138 0000 1234 now", "call 138******** now"),
        (None, ""),
        ("x" * 600, "x" * 500),
    ],
)
def test_a_quarantined_cell_is_harmless(cell, written):
    assert safe(cell) == written
