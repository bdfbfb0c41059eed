"""What clients write, read as times, money, counts, identifiers and phones."""

import hashlib
import hmac
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel.intake import convert
from opsmodel.intake.convert.text import NOTHING

CON = duckdb.connect()
ENGINE = ibis.duckdb.from_connection(CON)
SHANGHAI = "Asia/Shanghai"
few = settings(max_examples=8, deadline=None)  # each example is a column of cells


def read(cells, conversion):
    """The conversion over a column of cells, as Python values."""
    column = pa.array(cells, pa.string())
    table = ibis.memtable(pa.table({"place": range(len(cells)), "text": column}))
    query = table.select("place", read=conversion(table["text"])).order_by("place")
    return ENGINE.to_pyarrow(query)["read"].to_pylist()


def times(*cells, **how):
    return read(list(cells), lambda text: convert.time(text, **({"zone": SHANGHAI} | how)))


MOMENT = datetime(2024, 3, 5, 14, 3)
DAY = datetime(2024, 3, 5)


MOMENTS = [
    *(
        "2024-03-05 14:03:00",
        "2024-03-05 14:03",
        "2024/3/5 14:03",
        "2024/03/05 14:03:00",
        "2024.3.5 14:03",
    ),
    *(
        "2024年3月5日 14:03",
        "2024年03月05日14时03分",
        "2024年3月5日14:03:00",
        "2024年3月5日 14时03分00秒",
    ),
    *(
        "2024-03-05T14:03:00",
        "2024-03-05T14:03:00.000",
        "2024-03-05 14:03:00.0",
        "20240305140300",
        "202403051403",
    ),
    *(
        "2024/3/5 下午2:03",
        "2024/3/5 下午 02:03:00",
        "2024-03-05 2:03 PM",
        "5-Mar-2024 14:03",
        "Mar 5, 2024 2:03 PM",
    ),
    *(
        "２０２４－０３－０５　１４：０３",
        " 2024-03-05 14:03 ",
        "'2024-03-05 14:03:00",
        "2024-03-05 星期二 14:03",
    ),
    *(
        "2024-03-05T06:03:00Z",
        "2024-03-05T14:03:00+08:00",
        "2024-03-05 06:03:00+00",
        "2024-03-05T01:03:00-0500",
    ),
    *(
        "2024-03-05 06:03:00 UTC",
        "2024-03-05T06:03:00.000Z",
        "1709618580",
        "1709618580000",
        "45356.5854166667",
    ),
]


def test_one_moment_in_every_usual_writing():
    assert dict(zip(MOMENTS, times(*MOMENTS), strict=True)) == dict.fromkeys(MOMENTS, MOMENT)


DAYS = [
    "2024-03-05",
    "2024/3/5",
    "2024年3月5日",
    "2024.03.05",
    "20240305",
    "05-Mar-2024",
    "5 March 2024",
    "45356",
    "45356.0",
]


def test_one_day_in_every_usual_writing():
    assert dict(zip(DAYS, times(*DAYS), strict=True)) == dict.fromkeys(DAYS, DAY)


def test_noon_has_two_sides_and_twelve_at_night_is_of_no_certain_day():
    half_past = times(
        "2024-03-05 中午11:30", "2024-03-05 中午12:30", "2024-03-05 晚上11:30", "2024-03-05 晚上9点30分"
    )
    assert [t.strftime("%d %H:%M") for t in half_past] == ["05 11:30", "05 12:30", "05 23:30", "05 21:30"]
    assert times("2024-03-05 晚上12:00", "2024-03-05 晚上12点30分") == [None, None]


def test_an_excel_serial_is_read_to_the_second():
    assert times("45356.5853") == [datetime(2024, 3, 5, 14, 2, 50)]


NO_TIMES = [
    *(
        "",
        " ",
        "-",
        "NULL",
        "0000-00-00 00:00:00",
        "昨天",
        "2024-02-30",
        "2024-13-01",
        "24-03-05",
        "2024-03",
    ),
    *("3/4/2024", "03-04-2024 10:00", "12345", "99999.5", "2024-03-05 25:00", "1899-12-31", "0001-01-01"),
    *("1234567", "2024年3月", "2024-03-05 abc", "9999-12-31"),
]


def test_what_is_no_time_or_not_clear_gives_null():
    assert dict(zip(NO_TIMES, times(*NO_TIMES), strict=True)) == dict.fromkeys(NO_TIMES)


def test_day_and_month_are_taken_in_the_order_the_caller_names():
    cells = ("3/4/2024", "13/4/2024", "4/13/2024 10:00")
    assert times(*cells) == [None, datetime(2024, 4, 13), datetime(2024, 4, 13, 10)]
    assert times(*cells, day_first=True) == [datetime(2024, 4, 3), datetime(2024, 4, 13), None]
    assert times(*cells, day_first=False) == [datetime(2024, 3, 4), None, datetime(2024, 4, 13, 10)]


def test_ambiguous_days_are_told_apart():
    cells = ["3/4/2024", "3/3/2024", "13/4/2024", "2024/3/4", "03-04-2024 10:00", "", None]
    assert read(cells, convert.is_ambiguous_day) == [True, False, False, False, True, False, False]
    assert times("3/3/2024") == [datetime(2024, 3, 3)]


MOMENTS_OF_ANY_YEAR = st.datetimes(datetime(1901, 1, 1), datetime(2198, 12, 31))
FORMS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S")


@given(st.lists(MOMENTS_OF_ANY_YEAR, min_size=30, max_size=30))
@few
def test_every_writing_of_a_time_reads_back_the_same(moments):
    moments = [moment.replace(microsecond=0) for moment in moments]
    cells = [moment.strftime(form) for form in FORMS for moment in moments]
    assert times(*cells) == moments * len(FORMS)


@given(st.lists(st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)), min_size=30, max_size=30))
@few
def test_an_excel_serial_reads_back_the_same(moments):
    moments = [moment.replace(microsecond=0) for moment in moments]
    serials = [f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.15g}" for moment in moments]
    assert times(*serials) == moments


MONEY = {
    "1234.5": "1234.50",
    "¥1,234.50": "1234.50",
    "￥1，234.50": "1234.50",
    "1,234.50元": "1234.50",
    "1234元整": "1234.00",
    "RMB 12": "12.00",
    "CNY12.3": "12.30",
    "$ 1,000": "1000.00",
    "1.2万": "12000.00",
    "1.2万元": "12000.00",
    "3亿": "300000000.00",
    "１２３．４５": "123.45",
    "(12.00)": "-12.00",
    "（12.00）": "-12.00",
    "-12.00": "-12.00",
    "12.00-": "-12.00",
    "¥-12": "-12.00",
    "-¥12": "-12.00",
    "+12": "12.00",
    "\t12.00": "12.00",
    "'12.00": "12.00",
    "0": "0.00",
    ".5": "0.50",
    "12.": "12.00",
    "12.005": "12.01",
    "-12.005": "-12.01",
    "19.900000000000002": "19.90",
    "-5.6843418860808E-14": "0.00",
}


def test_money_in_every_usual_writing():
    found = read(list(MONEY), convert.money)
    assert dict(zip(MONEY, map(str, found), strict=True)) == MONEY


NO_MONEY = [
    "",
    "-",
    "--",
    None,
    "免费",
    "12,50",
    "1,23",
    "1.2.3",
    "1.23457E+17",
    "12 34x",
    "1e400",
    "9" * 20,
    "--5",
    "元",
]


def test_what_is_no_money_gives_null():
    assert dict(zip(NO_MONEY, read(NO_MONEY, convert.money), strict=True)) == dict.fromkeys(NO_MONEY)


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=20, max_size=20))
@few
def test_money_survives_every_writing(amounts):
    def writings(amount):
        size, sign = f"{abs(amount):,.2f}", "-" if amount < 0 else ""
        return (
            f"{amount}",
            f"{sign}¥{size}",
            f"{sign}{size}元",
            f"{size}{sign}",
            f"({size})" if sign else size,
        )

    cells = [cell for amount in amounts for cell in writings(amount)]
    assert read(cells, convert.money) == [amount for amount in amounts for _ in range(5)]


@given(st.lists(st.decimals(0, 10**6, places=6), min_size=20, max_size=20))
@few
def test_ten_thousands_are_exact(amounts):
    exact = [(amount * 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP) for amount in amounts]
    assert read([f"{amount}万" for amount in amounts], convert.money) == exact


def test_counts_are_whole():
    cells = ["12", "12.0", "1,234", "1.2万", "１２人", "-3", "12.5", "", "abc", "3 次"]
    assert read(cells, convert.count) == [12, 12, 1234, 12000, 12, -3, None, None, None, 3]


def test_numbers_keep_their_fraction():
    assert read(["2.5", "1,000", "3件", "4.5分", "", "x"], convert.number) == [
        2.5,
        1000.0,
        3.0,
        4.5,
        None,
        None,
    ]


IDENTIFIERS = {
    "007": "007",
    "10001.0": "10001",
    "10001.00": "10001",
    "10001.5": "10001.5",
    "'001": "001",
    '="001"': "001",
    "\t001": "001",
    " 会员 01 ": "会员 01",
    "Ａ０１": "A01",
    "1.23457E+17": None,
    "1.2345E+4": "12345",
    "1.2345E+04": "12345",
    "1E+05": None,
    "12E5": "12E5",
    "0": "0",
    "": None,
    "-": None,
    "NULL": None,
    "无": None,
    "S-01_x": "S-01_x",
    "O'Hara; DROP": "O'Hara; DROP",
}


def test_identifiers_keep_zeros_and_lose_the_traces_of_excel():
    found = read(list(IDENTIFIERS), convert.identifier)
    assert dict(zip(IDENTIFIERS, found, strict=True)) == IDENTIFIERS


@given(st.lists(st.from_regex(r"[0-9A-Z]{1,20}", fullmatch=True), min_size=20, max_size=20))
@few
def test_an_identifier_survives_every_wrapping(names):
    cells = [cell for n in names for cell in (n, f"'{n}", f'="{n}"', f"\t{n}", f" {n} ")]
    assert read(cells, convert.identifier) == [None if n in NOTHING else n for n in names for _ in range(5)]


@given(st.lists(st.from_regex(r"[1-9][0-9]{0,14}", fullmatch=True), min_size=20, max_size=20))
@few
def test_a_whole_number_survives_the_trip_through_excel(names):
    assert read([f"{float(name):.1f}" for name in names], convert.identifier) == names


def test_a_phone_has_one_keyed_hash_however_it_is_written():
    cells = [
        "13800001234",
        "+86 138-0000-1234",
        "86 13800001234",
        "(+86)138 0000 1234",
        "１３８００００１２３４",
        "13800001234.0",
    ]
    key = b"a secret of the client"
    expected = hmac.new(key, b"13800001234", hashlib.sha256).hexdigest()[:16]
    assert read(cells, lambda text: convert.keyed_hash(text, key)) == [expected] * len(cells)
    assert all(read(cells, convert.looks_like_phone))


@pytest.mark.parametrize("key", [b"k", b"k" * 64, b"k" * 65, bytes(range(256))])
def test_the_keyed_hash_is_hmac_sha256(key):
    expected = hmac.new(key, b"13800001234", hashlib.sha256).hexdigest()[:16]
    assert read(["13800001234"], lambda text: convert.keyed_hash(text, key)) == [expected]


def test_masked_or_missing_phones_have_no_hash():
    cells = ["138****1234", "", None, "无"]
    assert read(cells, lambda text: convert.keyed_hash(text, b"k")) == [None] * 4


def test_only_mainland_mobile_numbers_look_like_phones():
    cells = ["10001", "12800001234", "1380000123", "021-62345678", "138****1234", "", None]
    assert read(cells, convert.looks_like_phone) == [False] * 7


STATUSES = {
    "full": [
        *("已退款", "退款成功", "全额退款", "已关闭(退款)", "交易关闭（已退款）", "退货退款"),
        *("已退货", "退款完成", "Refunded", "returned"),
    ],
    "partial": ["部分退款", "已部分退款", "部分退货", "Partially refunded", "partial_refund"],
    "none": [
        *("交易成功", "已完成", "已发货", "退款中", "申请退款", "退款失败", "退款关闭", "无退款", "未退款"),
        *("", None, "paid", "completed"),
    ],
    "unpaid": [
        *("已取消", "未支付", "待付款", "待支付", "等待买家付款", "交易关闭", "已关闭", "支付失败"),
        *("Cancelled", "unpaid", "Pending payment"),
    ],
}


def test_a_status_says_what_became_of_the_money():
    meant = {cell: meaning for meaning, cells in STATUSES.items() for cell in cells}
    assert dict(zip(meant, read(list(meant), convert.refunded), strict=True)) == meant


def test_utc_becomes_new_york_time_across_daylight_saving():
    utc = ["2024-03-10 06:59", "2024-03-10 07:00", "2024-07-01 03:30", "2024-11-03 05:30", "2024-11-03 06:30"]
    zone = ZoneInfo("America/New_York")
    instants = [datetime.fromisoformat(cell).replace(tzinfo=ZoneInfo("UTC")) for cell in utc]
    found = read(
        utc,
        lambda text: convert.to_business_time(
            convert.time(text, zone="UTC"), from_zone="UTC", to_zone="America/New_York", cutoff=0
        ),
    )
    assert found == [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]


def test_the_cutoff_moves_the_small_hours_to_the_day_before():
    found = read(
        ["2024-03-05 03:59:59", "2024-03-05 04:00:00"],
        lambda text: convert.to_business_time(
            convert.time(text, zone=SHANGHAI), from_zone=SHANGHAI, to_zone=SHANGHAI, cutoff=4
        ).date(),
    )
    assert [str(day) for day in found] == ["2024-03-04", "2024-03-05"]


def test_the_result_does_not_depend_on_the_time_zone_of_the_session():
    table = ibis.memtable({"text": ["1709618580", "2024-03-05T06:03:00Z", "2024-03-05 14:03"]})
    for zone in ("UTC", "America/New_York"):
        CON.execute(f"SET TimeZone = '{zone}'")
        assert set(ENGINE.to_pyarrow(convert.time(table.text, zone=SHANGHAI)).to_pylist()) == {MOMENT}


def test_labels_are_trimmed_and_blank_ones_are_null():
    cells = ["  南京西路   店 ", "抖音", "", "无", None, "\u3000A 店\u200b"]
    assert read(cells, convert.label) == ["南京西路 店", "抖音", None, None, None, "A 店"]
