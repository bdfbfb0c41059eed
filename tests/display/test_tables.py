"""Tables as a reader sees them, and numbers published for the roll-up."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsmodel import numbers, theme, wording
from opsmodel.display.headings import TOPICS
from opsmodel.errors import ArgumentError

NAN = float("nan")


@pytest.fixture(params=["en", "zh"])
def lang(request):
    return wording.use(request.param)


def curve(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "within_days": [30, 90],
            "n_customers": [1234, 12],
            "repurchase_rate": [0.5, 0.0],
            "repurchase_rate_low": [0.35, 0.0],
            "repurchase_rate_high": [0.65, 0.25],
        }
        | columns
    )


def test_the_text_of_a_table_is_aligned_with_intervals_in_one_column():
    assert repr(theme.table(curve(), caption="By window")) == "\n".join(
        [
            "By window",
            "Within (days)  Customers  Repurchase rate  95% interval",
            "           30      1,234            50.0%    35.0–65.0%",
            "           90         12             0.0%     0.0–25.0%",
            "Grey rows: base too small to conclude from.",
        ]
    )


def test_chinese_headings_take_two_columns_a_character():
    wording.use("zh")
    lines = repr(theme.table(curve().iloc[:1])).splitlines()
    assert lines[0].split() == [
        "窗口（天内）",
        wording._catalogue("zh")["Customers"],
        "复购率",
        "95%",
        "置信区间",
    ]
    from opsmodel.display.typeset import width

    assert width(lines[0]) == width(lines[1])


def test_zero_is_written_and_what_could_not_be_seen_is_a_dash_that_says_so(lang):
    html = theme.table(pd.DataFrame({"n_customers": [50, 50], "rate": [0.0, NAN]}))._repr_html_()
    assert ">0.0%</td>" in html
    seen = {"en": "could not be seen", "zh": "无法观测"}[lang]
    assert html.count(f'title="{seen}"') == 1
    assert ">–</td>" in html


def test_a_row_with_fewer_than_thirty_in_its_base_is_grey():
    rows = theme.table(curve())._repr_html_().split("<tr")
    assert 'class="small-base"' not in rows[2]
    assert 'class="small-base"' in rows[3]


@pytest.mark.parametrize(("small_base", "grey"), [(12, False), (13, True), (0, False)])
def test_the_smallest_base_can_be_set(small_base, grey):
    assert ("small-base" in theme.table(curve(), small_base=small_base)._repr_html_()) is grey


def test_text_of_the_client_cannot_become_html():
    frame = pd.DataFrame({"store_name": ['<img src=x onerror="a()">&'], "<b>own</b>": ["x"]})
    html = theme.table(frame, caption="<i>")._repr_html_()
    assert "<img" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;" in html


def test_a_line_break_in_a_cell_does_not_break_the_text_form():
    assert "a b" in repr(theme.table(pd.DataFrame({"store_name": ["a\nb"]})))


def test_headings_and_numbers_follow_the_column_names(lang):
    numbers.use_currency("CNY")
    frame = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-03-01"]),
            "median_days": [3.25],
            "net_revenue": [1234567.0],
            "orders_per_buyer": [1.25],
            "shelf": ["A"],
        }
    )
    text = repr(theme.table(frame)).splitlines()
    expected = {
        "en": (["First order in", "Median days", "Net revenue", "Orders per buyer", "shelf"], "¥1.23M"),
        "zh": (["首单时期", "中位天数", "净营收", "人均订单数", "shelf"], "¥123.46万"),
    }[lang]
    assert [column.heading for column in theme.table(frame).columns] == expected[0]
    assert text[1].split() == ["2024-03", numbers.days(3.25), expected[1], "1.25", "A"]


def test_before_and_after_are_in_the_unit_of_their_factor():
    frame = pd.DataFrame(
        {
            "factor": ["conversion", "average_order_value", "visitors"],
            "before": [0.083, 312.4, 12000.0],
            "after": [0.071, 330.0, 12500.0],
            "contribution": [-60000.0, 20000.0, 15000.0],
        }
    )
    lines = [line.split("  ") for line in repr(theme.table(frame)).splitlines()[1:]]
    words = [[word.strip() for word in line if word.strip()] for line in lines]
    assert words == [
        ["Conversion", "8.3%", "7.1%", "-¥60,000"],
        ["Average order value", "¥312", "¥330", "¥20,000"],
        ["Visitors", "12,000", "12,500", "¥15,000"],
    ]


def test_a_unit_can_be_named_where_the_column_name_does_not_say_it():
    frame = pd.DataFrame({"age": [1], "rate": [25.0]})
    assert repr(theme.table(frame, units={"rate": "money"})).splitlines()[1].split() == ["1", "¥25"]


def test_chosen_columns_bring_their_interval_along():
    shown = theme.table(curve(), columns=["repurchase_rate"]).columns
    assert [column.name for column in shown] == ["repurchase_rate", "repurchase_rate_interval"]


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(ArgumentError, match="the table has no column"):
        theme.table(curve(), columns=["profit"])


def test_an_empty_table_still_has_its_headings():
    assert repr(theme.table(curve().iloc[:0])).split("  ")[0] == "Within (days)"


def test_the_frame_handed_in_is_as_it_was():
    frame = curve()
    before = frame.copy(deep=True)
    theme.table(frame)._repr_html_()
    pd.testing.assert_frame_equal(frame, before)


def test_published_numbers_are_plain_json_with_six_digits():
    published = theme.publish(
        {
            "store_id": "S001",
            "as_of": date(2025, 6, 30),
            "headline": {"rate": {"value": np.float64(1 / 3), "low": NAN, "n": np.int64(7)}},
            "findings": [{"claim": "x", "money": None, "sure": True}],
        }
    )
    bundle = published._repr_mimebundle_()
    assert bundle == {
        "application/vnd.opsmodel.metrics+json": {
            "store_id": "S001",
            "as_of": "2025-06-30",
            "headline": {"rate": {"value": 0.333333, "low": None, "n": 7}},
            "findings": [{"claim": "x", "money": None, "sure": True}],
        },
        "text/plain": "published: store_id, as_of, headline, findings",
    }


def test_a_column_of_an_export_is_called_as_the_export_calls_it():
    frame = pd.DataFrame({"order_id": ["1"], "refund_amount": [3.0]})
    wording.use("zh")
    assert [column.heading for column in theme.table(frame).columns] == ["订单号", "退款金额"]
    wording.use("en")
    assert [column.heading for column in theme.table(frame).columns] == ["order id", "refund amount"]


def test_a_column_has_one_heading_whatever_page_shows_it():
    names = [name for topic in TOPICS for name in topic.headings()]
    assert sorted(names) == sorted(set(names))
