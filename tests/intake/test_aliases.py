"""Which table an export is, and which header is which column."""

import pytest

from opsmodel.errors import EngagementError
from opsmodel.intake.aliases import match, normal
from opsmodel.intake.contract import TABLES

EXPORTS = {
    "a shop system's orders": (
        [
            *("订单编号", "买家手机号", "订单创建时间", "买家实付金额", "退款金额"),
            *("订单状态", "归属门店", "导购", "备注"),
        ],
        "orders",
        ["order_id", "phone", "ordered_at", "amount", "refund_amount", "status", "store_id", "staff_id"],
    ),
    "a till's receipts": (
        ["小票号", "销售时间", "门店编码", "会员卡号", "实收金额（元）", "收银员", "毛利"],
        "orders",
        ["order_id", "ordered_at", "store_id", "customer_id", "amount", "staff_id", "margin"],
    ),
    "English orders": (
        [
            *("Order ID", "created_at", "Customer-ID", "STORE CODE"),
            *("Total Paid", "Refunded Amount", "Order Status"),
        ],
        "orders",
        ["order_id", "ordered_at", "customer_id", "store_id", "amount", "refund_amount", "status"],
    ),
    "contacts": (
        ["客户名称", "客户ID", "手机号", "添加时间", "所属门店", "渠道活码", "添加人", "来源", "删除时间"],
        "customers",
        ["customer_id", "phone", "joined_at", "store_id", "code_id", "staff_id", "channel", "left_at"],
    ),
    "contacts known by phone alone": (
        ["手机号码", "注册时间", "所属门店", "添加方式"],
        "customers",
        ["phone", "joined_at", "store_id", "channel"],
    ),
    "stores": (
        ["门店编号", "门店名称", "大区", "城市等级", "店型", "开业日期"],
        "stores",
        ["store_id", "store_name", "region", "city_tier", "format", "opened_on"],
    ),
    "order lines": (
        ["订单号", "商品编码", "商品名称", "品类", "数量", "金额"],
        "order_lines",
        ["order_id", "product_id", "product", "category", "quantity", "amount"],
    ),
    "door counts": (["日期", "门店", "进店人数"], "traffic", ["counted_on", "store_id", "visitors"]),
    "advertising": (["日期", "渠道", "门店", "消耗"], "spend", ["spent_on", "channel", "store_id", "amount"]),
    "events": (["customer id", "event", "timestamp"], "events", ["customer_id", "event", "happened_at"]),
    "tasks": (
        ["任务编号", "SOP", "步骤", "截止时间", "完成时间"],
        "tasks",
        ["task_id", "sop", "step", "due_at", "done_at"],
    ),
    "answers": (
        ["答卷人", "问卷", "题目", "得分"],
        "answers",
        ["respondent_id", "survey", "question", "score"],
    ),
    "actions": (["行动编号", "措施", "负责人", "状态"], "actions", ["action_id", "play", "owner", "status"]),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_a_usual_export_needs_no_mapping(export):
    headers, table, columns = EXPORTS[export]
    found = match(headers)
    assert (found.table, list(found.columns), found.missing, found.ambiguous) == (table, columns, [], {})


@pytest.mark.parametrize("table", TABLES)
def test_canonical_names_and_chinese_names_of_the_codebook_are_known(table):
    assert match(TABLES[table].names).table == table
    assert match([column.zh for column in TABLES[table].columns]).table == table


def test_headers_are_compared_without_width_case_spaces_and_units():
    assert normal(" 实付金额（元） ") == normal("实付金额") == normal("*实付金额(¥)")
    assert normal("ＯＲＤＥＲ　ＩＤ") == normal("order_id") == normal("Order-ID")


def test_a_unit_that_changes_the_value_is_not_ignored():
    found = match(["订单号", "下单时间", "门店", "实付金额(万元)"])
    assert (found.missing, found.unused) == (["amount"], ["实付金额(万元)"])


def test_what_is_not_used_is_listed():
    assert match(["订单号", "下单时间", "实付金额", "门店", "备注", "快递单号"]).unused == [
        "备注",
        "快递单号",
    ]


def test_two_headers_for_one_column_are_reported_and_the_better_one_is_taken():
    found = match(["订单号", "支付时间", "下单时间", "实付金额", "门店编号", "门店名称"])
    assert found.columns["ordered_at"] == 2
    assert found.ambiguous == {"ordered_at": ["下单时间", "支付时间"]}


def test_the_selling_store_is_told_from_the_home_store():
    found = match(["订单号", "下单时间", "实付金额", "下单门店", "客户归属门店"])
    assert (found.columns["store_id"], found.columns["home_store_id"]) == (3, 4)


def test_a_sheet_that_fits_nothing_names_the_nearest_table():
    found = match(["姓名", "电话", "生日"])
    assert (found.table, found.nearest, found.unused) == (None, "customers", ["姓名", "电话", "生日"])


def test_an_override_goes_before_the_aliases():
    headers = ["订单号", "下单时间", "实付金额", "财务金额", "门店"]
    found = match(headers, {"orders": {"amount": "财务金额"}})
    assert (found.columns["amount"], found.unused) == (3, ["实付金额"])


def test_an_override_makes_a_strange_sheet_fit():
    chosen = {"orders": {"order_id": "A", "ordered_at": "B", "amount": "C", "store_id": "D"}}
    assert match(["A", "B", "C", "D"], chosen).table == "orders"


def test_an_override_may_list_the_headers_of_several_files():
    chosen = {"orders": {"amount": ["财务金额", "入账"]}}
    assert match(["订单号", "下单时间", "入账", "门店"], chosen).columns["amount"] == 2


def test_an_override_for_another_table_does_no_harm():
    assert match(["日期", "门店", "进店人数"], {"orders": {"amount": "财务金额"}}).table == "traffic"


def test_a_file_can_be_assigned_to_a_table():
    found = match(["单号", "金额"], file="pos/2024.csv", files={"pos/*.csv": "order_lines"})
    assert (found.table, found.missing) == ("order_lines", ["product_id"])


@pytest.mark.parametrize(
    ("chosen", "files", "wrong"),
    [
        ({"orders": {"amount": "不存在"}}, None, "不存在"),
        ({"orders": {"amt": "实付金额"}}, None, "'amt'"),
        ({"sales": {"amount": "实付金额"}}, None, "'sales'"),
        (None, {"*.csv": "sales"}, "'sales'"),
    ],
)
def test_an_override_that_names_what_is_not_there_is_a_three_line_error(chosen, files, wrong):
    with pytest.raises(EngagementError, match=wrong) as caught:
        match(["订单号", "下单时间", "实付金额", "门店"], chosen, file="a.csv", files=files)
    assert len(str(caught.value).splitlines()) == 3
