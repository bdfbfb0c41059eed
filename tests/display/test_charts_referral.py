"""Charts of sharing and referral: the data, the title and the axis text are read back from the figure."""

import json

import numpy as np
import pandas as pd
import pytest

from opsmodel import charts, numbers, referral, wording
from opsmodel.errors import TableError

K = pd.DataFrame(
    {
        "generation": [0, 1, 2],
        "n_exposed": [500, 120, 4],
        "k_ret": [0.4, 0.25, 0.5],
        "k_ret_low": [0.3, 0.15, 0.1],
        "k_ret_high": [0.5, 0.4, 2.5],
    }
)
DEPTH = pd.DataFrame(
    {
        "generation": [0, 1],
        "n_customers": [75, 25],
        "n_buyers": [40, 20],
        "revenue": [6000.0, 4000.0],
        "revenue_share": [0.6, 0.4],
        "n_trees": [75, 12],
    }
)
AHEAD = referral.forecast(k=0.5, k_low=0.4, k_high=0.6, exposed=100, generations=3, cycle_days=14)
SCHEMES = pd.DataFrame(
    {
        "scheme": ["10 each", "<b>steps</b>", "dear"],
        "n_referred": [50, 50, 50],
        "cost": [500.0, 300.0, 9000.0],
        "open_cost": [100.0, 0.0, 0.0],
        "margin": [2000.0, 2000.0, 2000.0],
        "break_even_rate": [0.43, np.nan, np.inf],
    }
)
DRAWN = {
    "k_by_generation": K,
    "referral_depth": DEPTH,
    "sharing_forecast": AHEAD,
    "incentive_schemes": SCHEMES,
}
every_chart = pytest.mark.parametrize("name", list(DRAWN))


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")


def draw(name, table=None, title="The message.", **more):
    return getattr(charts, name)(DRAWN[name] if table is None else table, title=title, **more)


@every_chart
def test_title_date_and_data_are_there_and_small(name):
    before = DRAWN[name].copy(deep=True)
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.endswith("as of 2024-06-30")
    text = figure.to_json()
    assert text == draw(name, as_of="2024-06-30").to_json()
    assert "bdata" not in text
    assert "NaN" not in text
    assert len(text) < 6000
    pd.testing.assert_frame_equal(DRAWN[name], before)


@every_chart
def test_nothing_to_draw_gives_a_sentence(name):
    empty = DRAWN[name].iloc[:0]
    unseen = DRAWN[name].assign(
        **{c: np.nan for c in DRAWN[name].columns if c not in ("scheme", "generation")}
    )
    for table in (empty, unseen):
        figure = draw(name, table)
        assert len(figure.data) == 0
        assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named(name):
    with pytest.raises(TableError, match=rf"charts\.{name} has no column"):
        draw(name, DRAWN[name].iloc[:, :1])


@every_chart
def test_no_english_is_left_in_a_chinese_chart(name):
    english = {word for word in wording._catalogue("zh") if len(word) > 4 and "{" not in word}
    wording.use("zh")
    layout = draw(name, title="结论。").to_dict()
    layout["layout"].pop("template")
    text = json.dumps(layout, ensure_ascii=False, default=str)
    assert [word for word in english if f'"{word}"' in text] == []


def test_k_is_a_dot_a_generation_with_its_interval_and_the_line_at_one():
    figure = draw("k_by_generation")
    dots = figure.data[0]
    assert list(dots.y) == [0.4, 0.25]  # the generation of four people is no basis for a conclusion
    assert list(dots.error_y.array) == [0.1, 0.15]
    assert list(figure.layout.xaxis.ticktext) == ["0<br>n=500", "1<br>n=120"]
    assert figure.layout.shapes[0].y0 == 1
    assert list(draw("k_by_generation", K.iloc[2:]).data[0].y) == [0.5]


def test_depth_sets_people_beside_revenue():
    people, revenue = draw("referral_depth").data
    assert list(people.x) == [0.75, 0.25]
    assert list(revenue.x) == [0.6, 0.4]
    assert list(draw("referral_depth").layout.yaxis.ticktext) == ["Came by themselves", "Generation 1"]


def test_the_forecast_has_its_band_only_where_k_has_one():
    figure = draw("sharing_forecast")
    assert [trace.name for trace in figure.data] == ["reached_low", "reached_high", "Contacts reached"]
    assert list(figure.data[2].y) == [100, 150, 175, 187.5]
    assert list(figure.layout.xaxis.ticktext)[1] == "1<br>day 14"
    plain = draw("sharing_forecast", referral.forecast(k=0.5, exposed=100, generations=20))
    assert len(plain.data) == 1
    assert list(plain.layout.xaxis.ticktext) == ["0", "3", "6", "9", "12", "15", "18"]


def test_schemes_set_cost_beside_margin_and_say_when_they_pay():
    figure = draw("incentive_schemes")
    paid, opened, margin, notes = figure.data
    assert (list(paid.x), list(opened.x), list(margin.x)) == (
        [500, 300, 9000], [100, 0, 0], [2000, 2000, 2000],
    )  # fmt: skip
    assert list(notes.text) == ["pays from 43.0% more referrals", "margin unknown", "never pays"]
    assert "<b>" not in figure.layout.yaxis.ticktext[1]
