"""Charts of the product ladder: the data, the title and the axis text are read back."""

import pandas as pd
import pytest

from opsmodel import charts, numbers, wording
from opsmodel.errors import TableError

NAN = float("nan")
CLIMB = pd.DataFrame(
    {
        "from_tier": ["entry", "core"], "to_tier": ["core", "premium"], "within_days": 90,
        "n_customers": [200, 20], "reach_rate": [0.3, 0.5], "reach_rate_low": [0.24, 0.3],
        "reach_rate_high": [0.37, 0.7], "median_days": [NAN, 45.0],
    }
)  # fmt: skip
PAYBACK = pd.DataFrame(
    {
        "days": [0, 1, 2], "n_customers": 120, "margin": [-8.0, -1.0, 3.0], "margin_low": [-9.0, -3.0, 0.5],
        "margin_high": [-7.0, 1.0, 5.0],
    }
)  # fmt: skip
PAIRS = pd.DataFrame(
    {
        "first_item": ["<tea>", "jam"], "next_item": ["cake", "bread"], "within_days": 60,
        "n_customers": [400, 40], "next_share": [0.4, 0.3], "next_share_low": [0.35, 0.2],
        "next_share_high": [0.45, 0.4], "base_share": [0.2, 0.25],
        "lift": [2.0, 1.2], "q_value": [0.001, 0.4],
    }
)  # fmt: skip
MEMBERS = pd.DataFrame(
    {
        "within_days": [90], "n_members": [100], "n_matched": [80], "n_others": [150],
        "members_spend": [260.0], "extra_spend": [40.0],
        "extra_spend_low": [10.0], "extra_spend_high": [70.0],
    }
)  # fmt: skip
DRAWN = {"tier_ladder": CLIMB, "front_end_payback": PAYBACK, "next_products": PAIRS, "members": MEMBERS}
SEEN = ["reach_rate", "margin", "next_share", "q_value", "extra_spend"]
every_chart = pytest.mark.parametrize("name", list(DRAWN))


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")


def draw(name, table=None, **more):
    return getattr(charts, name)(
        DRAWN[name] if table is None else table, **({"title": "The message."} | more)
    )


@every_chart
def test_the_title_is_the_message_and_the_date_is_below(name):
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.endswith("as of 2024-06-30")


@every_chart
def test_a_chart_speaks_chinese_and_the_table_is_as_it_was(name):
    before = DRAWN[name].copy(deep=True)
    wording.use("zh")
    figure = draw(name, title="结论。", as_of="2024-06-30")
    assert "截至 2024-06-30" in figure.layout.title.subtitle.text
    assert any("一" <= letter <= "鿿" for letter in figure.layout.xaxis.title.text)
    pd.testing.assert_frame_equal(DRAWN[name], before)


@every_chart
def test_nothing_to_draw_gives_a_sentence(name):
    table = DRAWN[name]
    for empty in (table.iloc[:0], table.assign(**{c: NAN for c in SEEN if c in table})):
        figure = draw(name, empty)
        assert len(figure.data) == 0
        assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named_and_the_same_table_gives_the_same_figure(name):
    with pytest.raises(TableError, match=rf"charts\.{name} has no column"):
        draw(name, DRAWN[name].iloc[:, :1])
    assert draw(name).to_json() == draw(name).to_json()
    assert len(draw(name).to_json()) < 6000


def test_the_ladder_draws_rates_and_greys_small_bases():
    bars, beside = draw("tier_ladder").data
    assert list(bars.x) == [0.3, 0.5]
    assert list(bars.error_x.array) == [0.07, 0.2]
    assert bars.marker.color[0] != bars.marker.color[1]
    assert list(beside.text) == ["30.0%", "50.0% · half by day 45"]
    assert draw("tier_ladder").layout.yaxis.ticktext[0].startswith("Entry product")


def test_payback_draws_a_band_and_the_line_through_zero():
    figure = draw("front_end_payback")
    low, high, line = figure.data
    assert (list(low.y), list(high.y), list(line.y)) == ([-9, -3, 0.5], [-7, 1, 5], [-8, -1, 3])
    assert figure.layout.shapes[0].y0 == 0


def test_payback_by_product_draws_lines_of_their_own():
    table = pd.concat([PAYBACK.assign(entry_product="wipes"), PAYBACK.assign(entry_product="<spoon>")])
    figure = draw("front_end_payback", table)
    assert {trace.name for trace in figure.data} == {"wipes", "&lt;spoon&gt;"}
    assert "240" in figure.layout.title.subtitle.text


def test_pairs_within_chance_are_hollow_and_names_are_safe():
    figure = draw("next_products")
    dots, base, lifts = figure.data
    assert list(dots.marker.symbol) == ["circle", "circle-open"]
    assert (list(dots.x), list(base.x)) == ([0.4, 0.3], [0.2, 0.25])
    assert list(lifts.text) == ["lift 2.00", "lift 1.20"]
    assert "<tea>" not in "".join(figure.layout.yaxis.ticktext)


def test_members_stand_above_what_they_would_have_spent():
    own, without, texts = draw("members").data
    assert (list(own.x), list(without.x)) == ([260], [220])
    assert (list(without.error_x.array), list(without.error_x.arrayminus)) == ([30], [30])
    assert list(texts.text) == ["¥260", "¥220"]
