"""Charts: the data, the title and the axis text are read back from the figure, in both languages."""

import json
from dataclasses import dataclass
from pathlib import Path

import channel_tables
import lead_tables
import pandas as pd
import pytest
import value_tables
from tables_to_draw import (
    BY_CHANNEL,
    CONVERSION,
    CURVE,
    FACTORS,
    FINDINGS,
    GAPS,
    HAZARD,
    LADDER,
    LEDGER,
    LOOPS,
    MIX,
    MONTHS,
    PERIODS,
    RETENTION,
    STORES,
    SURVIVAL,
    all_unseen,
)

from opsmodel import charts, numbers, wording
from opsmodel.errors import TableError

DRAWN = {
    "conversion": (CONVERSION, {}),
    "loops": (LOOPS, {}),
    "retention": (RETENTION, {}),
    "retention_lines": (RETENTION, {}),
    "repurchase_curve": (CURVE, {}),
    "survival": (SURVIVAL, {}),
    "gaps": (GAPS, {}),
    "order_ladder": (LADDER, {}),
    "hazard": (HAZARD, {}),
    "equation": (FACTORS, {}),
    "beside_peers": (FACTORS, {"store": "<East>"}),
    "over_time": (FACTORS, {"periods": PERIODS}),
    "mix": (MIX, {}),
    "peers": (STORES, {"lever": "repurchase_rate", "store": "S1"}),
    "money": (FINDINGS, {}),
    "identified_share": (MONTHS, {}),
    "ledger": (LEDGER, {}),
}
DRAWN |= channel_tables.DRAWN
DRAWN |= lead_tables.DRAWN
DRAWN |= value_tables.DRAWN
every_chart = pytest.mark.parametrize("name", list(DRAWN))


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")


def draw(name, table=None, **more):
    own, arguments = DRAWN[name]
    return getattr(charts, name)(
        own if table is None else table, **({"title": "The message."} | arguments | more)
    )


def words(figure) -> str:
    """All text a reader can see, without numbers of the data."""
    layout = {key: value for key, value in figure.to_dict()["layout"].items() if key != "template"}
    return json.dumps([layout, [trace.name for trace in figure.data]], ensure_ascii=False, default=str)


def test_every_chart_is_drawn_in_some_test():
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    assert [
        name for name in charts.__all__ if f"charts.{name}(" not in tests and f'"{name}"' not in tests
    ] == []


@every_chart
def test_the_title_is_the_message_and_the_date_is_below(name):
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.replace("<br>", " ").endswith("as of 2024-06-30")


@every_chart
def test_no_english_is_left_in_a_chinese_chart(name):
    english = {word for word in wording._catalogue("zh") if len(word) > 4}
    wording.use("zh")
    figure = draw(name, title="结论。", as_of="2024-06-30")
    assert figure.layout.title.subtitle.text.endswith("截至 2024-06-30")
    left = [word for word in english if "{" not in word and f'"{word}"' in words(figure)]
    assert left == []


@every_chart
def test_a_table_with_no_rows_gives_a_sentence_and_no_marks(name):
    figure = draw(name, DRAWN[name][0].iloc[:0])
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text
    assert figure.layout.title.text == "The message."


@every_chart
def test_a_table_where_nothing_could_be_seen_gives_a_sentence(name):
    figure = draw(name, all_unseen(DRAWN[name][0]))
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named(name):
    with pytest.raises(TableError, match=r"charts\.\w+ has no column"):
        draw(name, DRAWN[name][0][["n" if "n" in DRAWN[name][0] else DRAWN[name][0].columns[0]]])


@every_chart
def test_the_same_table_gives_the_same_small_figure(name):
    first, second = draw(name).to_json(), draw(name).to_json()
    assert first == second
    assert "bdata" not in first
    assert "NaN" not in first
    assert len(first) < 6000


@every_chart
def test_the_table_is_as_it_was(name):
    before = DRAWN[name][0].copy(deep=True)
    draw(name)
    pd.testing.assert_frame_equal(DRAWN[name][0], before)


def test_conversion_draws_who_reached_a_stage_and_apart_from_it_who_is_under_way():
    figure = draw("conversion")
    reached, pending = figure.data
    assert list(reached.x) == [200, 80, 20]
    assert list(reached.error_x.array) == [10, 10, 10]
    assert list(reached.error_x.arrayminus) == [10, 10, 10]
    assert list(pending.x) == [0, 30, 50]
    assert pending.marker.pattern.shape == "/"
    assert list(figure.layout.yaxis.ticktext) == ["acquire", "close", "close"]
    assert [note.text.strip() for note in figure.layout.annotations] == [
        "200",
        "80 · 40.0% of entrants · 40.0% of previous",
        "20 · 10.0% of entrants · 25.0% of previous",
    ]
    assert figure.layout.title.subtitle.text == "200 customers whose window is over; whiskers: 95% interval"


def test_conversion_without_pending_customers_has_one_kind_of_bar():
    assert len(draw("conversion", CONVERSION.assign(n_pending=0)).data) == 1


def test_conversion_by_group_draws_rates_of_the_largest_groups_first():
    figure = draw("conversion", BY_CHANNEL, by="channel")
    assert [trace.name for trace in figure.data] == ["till (n=200)", "&lt;ad&gt; (n=50)"]
    assert list(figure.data[0].y) == [1.0, 0.4, 0.1]
    assert figure.layout.yaxis.tickformat == ".0%"


def test_a_side_loop_is_drawn_over_its_own_base():
    figure = draw("loops")
    assert list(figure.data[0].x) == [0.1, None]
    assert list(figure.layout.yaxis.ticktext) == ["share: 20 of 200", "refer: 0 of 0"]


def test_retention_is_blank_where_nothing_could_be_seen_and_sums_up_on_top():
    heat = draw("retention").data[0]
    assert [list(row) for row in heat.z] == [[1.0, 0.25, 0.1], [1.0, 0.4, 0.1], [1.0, 0.2, None]]
    assert [list(row) for row in heat.text] == [
        ["100%", "25%", "10%"],
        ["100%", "40%", "10%"],
        ["100%", "20%", ""],
    ]
    assert heat.zmax == 0.4  # age 0 is 1 for everybody and would hide the rest
    assert list(draw("retention").layout.yaxis.ticktext) == [
        "All, weighted",
        "2024-01 (n=100)",
        "2024-02 (n=300)",
    ]


def test_retention_of_money_is_written_as_money():
    heat = draw("retention", RETENTION.assign(value=RETENTION["value"] * 100, rate=RETENTION["rate"] * 100),
                write=numbers.money).data[0]  # fmt: skip
    assert list(heat.text[2]) == ["¥100", "¥20", ""]


def test_the_row_of_all_cohorts_agrees_with_the_calculation(shop, as_of):
    from opsmodel import cohort

    table = cohort.retention(shop.orders, as_of=as_of)
    top = list(charts.retention(table, title="x").data[0].z[0])
    rates = cohort.summary(table)["rate"]
    assert top == [None if pd.isna(rate) else pytest.approx(rate, rel=1e-5) for rate in rates]


def test_retention_lines_leave_out_age_0_and_what_could_not_be_seen():
    first, second, together = draw("retention_lines").data
    assert (list(first.x), list(first.y)) == ([1, 2], [0.4, 0.1])
    assert (list(second.x), list(second.y)) == ([1], [0.2])
    assert (list(together.x), list(together.y)) == ([1, 2], [0.25, 0.1])


def test_the_repurchase_curve_has_no_point_where_nobody_is_old_enough():
    figure = draw("repurchase_curve")
    line = figure.data[0]
    assert (list(line.x), list(line.y)) == ([30, 90], [0.12, 0.25])
    assert list(line.text) == ["12.0%", "25.0%"]
    assert list(figure.layout.xaxis.ticktext) == ["30<br>n=1,000", "90<br>n=29", "360<br>n=0"]


def test_a_mark_on_fewer_than_thirty_customers_is_grey():
    blue, grey = draw("repurchase_curve").data[0].marker.color
    assert blue != grey
    assert list(draw("order_ladder").data[0].marker.color) == [blue, grey]


def test_survival_steps_up_from_zero_and_counts_who_is_still_watched():
    figure = draw("survival")
    low, high, curve = figure.data
    assert list(curve.x) == [0, 10, 20, 40]
    assert list(curve.y) == [0, 0.1, 0.28, 0.352]
    assert (curve.line.shape, high.fill) == ("hv", "tonexty")
    assert list(low.y) == [0, 0.05, 0.2, 0.25]
    ticks = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert ticks[0] == "0<br>100"
    assert ticks[20] == "20<br>60"
    assert ticks[30] == "30<br>20"


def test_gaps_say_where_fewer_than_half_have_returned():
    figure = draw("gaps")
    assert list(figure.data[0].x) == [None, 33.0]
    assert list(figure.data[0].error_x.array) == [0, 38.0]
    assert list(figure.layout.yaxis.ticktext) == ["1 → 2 (n=500)", "2 → 3 (n=100)"]
    assert figure.layout.annotations[0].text == "fewer than half have returned so far"


def test_ladder_and_hazard_write_their_rates_over_the_whiskers():
    for name, rates, texts in (
        ("order_ladder", [0.2, 0.5], ["20.0%", "50.0%"]),
        ("hazard", [0.1, 0.05], ["10.0%", "5.0%"]),
    ):
        bars, labels = draw(name).data
        assert list(bars.y) == rates
        assert list(labels.text) == texts


def test_the_equation_steps_from_before_to_after_by_what_each_factor_is_worth():
    figure = draw("equation", names=("2023", "2024"))
    fall = figure.data[0]
    assert list(fall.y) == [120000, 11900, -13100, 9900, 128700]
    assert list(fall.measure) == ["absolute", "relative", "relative", "relative", "total"]
    assert list(fall.text) == ["¥120,000", "+¥11,900", "-¥13,100", "+¥9,900", "¥128,700"]
    assert list(figure.layout.xaxis.ticktext) == [
        "2023", "Buyers", "Average order<br>value", "Orders per<br>buyer", "2024",
    ]  # fmt: skip
    assert sum(fall.y[:4]) == fall.y[4]


def test_the_bars_at_the_ends_are_named_after_the_periods_or_the_stores():
    ends = [
        draw(name).layout.xaxis.ticktext[end] for name in ("over_time", "beside_peers") for end in (0, -1)
    ]
    assert ends == [
        "2024-01-01 –<br>2024-03-31", "2024-04-01 –<br>2024-06-30", "Average peer", "&lt;East&gt;",
    ]  # fmt: skip


def test_the_equation_of_a_real_change_ends_at_the_revenue_after():
    from opsmodel import growth

    table = growth.decompose({"buyers": 100, "value": 20.0}, {"buyers": 150, "value": 18.0})
    steps = list(charts.equation(table, title="x").data[0].y)
    assert steps[0] == 2000
    assert sum(steps[:-1]) == pytest.approx(steps[-1], rel=1e-5)


def test_mix_splits_each_store_within_and_between():
    within, between = draw("mix").data
    assert (list(within.x), list(between.x)) == ([12, -8], [-2, 4])


def test_peers_stand_by_rank_with_this_store_in_colour():
    figure = draw("peers", target=0.35)
    others, own = figure.data
    assert (list(others.x), list(others.y)) == ([0.4], [0])
    assert (list(own.x), list(own.y)) == ([0.2], [1])
    assert own.marker.color != others.marker.color
    assert list(figure.layout.yaxis.ticktext) == ["S2", "<b>&lt;East&gt;</b>"]
    assert figure.layout.shapes[0].x0 == 0.35
    assert figure.layout.annotations[0].text == "P75 of peers: 35.0%"


def test_peers_are_drawn_from_the_benchmarks_of_a_lever():
    stores = STORES.rename(columns=lambda name: name.replace("repurchase_rate", "value"))
    stores = stores.assign(lever="first_order_value", peer_p75=[0.3, 0.9, 0.9])
    other = stores.assign(lever="close_rate", value=0.9)
    figure = draw("peers", pd.concat([stores, other]), lever="first_order_value")
    assert (list(figure.data[0].x), list(figure.data[1].x)) == ([0.4], [0.2])
    assert figure.layout.shapes[0].x0 == 0.3
    assert figure.layout.xaxis.title.text == "First order value"


def test_a_long_list_of_peers_names_this_store_alone_and_stays_on_a_page():
    stores = pd.DataFrame({"store_id": [f"S{i}" for i in range(300)], "repurchase_rate": 0.3})
    stores = stores.assign(repurchase_rate_low=0.2, repurchase_rate_high=0.4)
    figure = charts.peers(stores, lever="repurchase_rate", store="S7", title="x")
    assert [text for text in figure.layout.yaxis.ticktext if text] == ["<b>S7</b>"]
    assert figure.layout.height < 1200


def test_findings_are_bars_of_money_the_largest_on_top():
    figure = draw("money")
    bars, labels = figure.data
    assert list(bars.x) == [90000, 20000]
    assert list(bars.error_x.arrayminus) == [40000, 21000]
    assert list(labels.text) == ["¥90,000", "¥20,000"]
    assert list(figure.layout.yaxis.ticktext) == ["large", "small"]


def test_findings_can_be_drawn_without_a_table():
    @dataclass
    class Finding:
        claim: str
        money: float
        money_low: float
        money_high: float

    assert list(draw("money", [Finding("a", 5.0, 1.0, 9.0)]).data[0].x) == [5.0]
    assert len(draw("money", []).data) == 0


def test_identified_share_has_a_gap_where_there_was_no_revenue():
    bars = draw("identified_share").data[0]
    assert (list(bars.x), list(bars.y)) == (["2024-01", "2024-02"], [0.5, None])


def test_the_ledger_adds_up_to_all_rows_read():
    figure = draw("ledger")
    assert [list(trace.x) for trace in figure.data] == [[0.8, None], [0.15, None], [0.05, None]]
    assert list(figure.layout.yaxis.ticktext) == ["a.csv (100)", "b.csv (0)"]
