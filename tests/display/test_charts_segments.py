"""Charts of segments: the data, the title and the axis text are read back from the figure."""

import json

import numpy as np
import pandas as pd
import pytest

from opsmodel import charts, numbers, wording
from opsmodel.errors import TableError

SIZES = pd.DataFrame(
    {
        "segment": ["Champions", "<own>"],
        "n": [40, 160],
        "share": [0.2, 0.8],
        "revenue": [9000.0, 3000.0],
        "revenue_share": [0.75, 0.25],
    }
)
MOVES = pd.DataFrame(
    {
        "from": ["Loyal", "Loyal", "Gone quiet"],
        "to": ["Loyal", "No purchase", "Loyal"],
        "n": [30, 10, 5],
        "n_from": [40, 40, 5],
        "share": [0.75, 0.25, 1.0],
    }
)
FLOWS = pd.DataFrame(
    {"flow": ["new", "retained", "resurrected", "dormant"], "n": [60, 50, 10, 20], "n_before": [70] * 4}
)
OVERLAPS = pd.DataFrame(
    {
        "audience": ["<a>", "b"],
        "other": ["b", "<a>"],
        "n": [40, 20],
        "n_both": [10, 10],
        "overlap": [0.25, 0.5],
    }
)
DRAWN = {
    "segment_sizes": SIZES,
    "segment_moves": MOVES,
    "customer_flows": FLOWS,
    "audience_overlap": OVERLAPS,
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
def test_the_title_is_the_message_and_the_date_is_below(name):
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.endswith("as of 2024-06-30")


@every_chart
def test_no_english_is_left_in_a_chinese_chart(name):
    english = {word for word in wording._catalogue("zh") if len(word) > 4 and "{" not in word}
    wording.use("zh")
    figure = draw(name, title="结论。")
    layout = {key: value for key, value in figure.to_dict()["layout"].items() if key != "template"}
    words = json.dumps([layout, [trace.name for trace in figure.data]], ensure_ascii=False, default=str)
    data = set(DRAWN[name].astype(str).to_numpy().ravel())
    assert [word for word in english - data if f'"{word}"' in words] == []


@every_chart
def test_nothing_to_draw_gives_a_sentence_and_no_marks(name):
    table = DRAWN[name]
    unseen = table.assign(**{c: np.nan for c in table.columns if pd.api.types.is_numeric_dtype(table[c])})
    for nothing in (table.iloc[:0], unseen):
        figure = draw(name, nothing)
        assert len(figure.data) == 0
        assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named_and_the_table_stays_as_it_was(name):
    with pytest.raises(TableError, match=r"charts\.\w+ has no column"):
        draw(name, DRAWN[name][["n"]])
    before = DRAWN[name].copy(deep=True)
    first, second = draw(name).to_json(), draw(name).to_json()
    assert first == second
    assert len(first) < 6000
    assert "<own>" not in first
    assert "<a>" not in first
    pd.testing.assert_frame_equal(DRAWN[name], before)


def test_sizes_stand_beside_their_revenue():
    people, revenue = draw("segment_sizes", legend="mean of all buyers").data
    assert list(people.x) == [0.2, 0.8]
    assert list(revenue.x) == [0.75, 0.25]
    assert [people.name, revenue.name] == ["Share of people", "Share of revenue"]
    figure = draw("segment_sizes", legend="mean of all buyers")
    assert list(figure.layout.yaxis.ticktext) == ["Champions (n=40)", "&lt;own&gt; (n=160)"]
    assert (
        figure.layout.title.subtitle.text == "200 customers, and their net spend so far · mean of all buyers"
    )


def test_sizes_of_lifecycle_stages_are_drawn_too():
    stages = SIZES.rename(columns={"segment": "lifecycle"})
    assert list(draw("segment_sizes", stages).data[0].x) == [0.2, 0.8]


def test_moves_have_a_row_a_segment_before_and_a_column_a_segment_after():
    figure = draw("segment_moves")
    heat = figure.data[0]
    assert [list(row) for row in heat.z] == [[0.75, None, 0.25], [1.0, None, None]]
    assert list(figure.layout.yaxis.ticktext) == ["Loyal (n=40)", "Gone quiet (n=5)"]
    assert list(figure.layout.xaxis.ticktext) == ["Loyal", "Gone quiet", "No<br>purchase"]


def test_flows_go_from_the_buyers_before_to_the_buyers_now():
    fall = draw("customer_flows").data[0]
    assert list(fall.y) == [70, -20, 10, 60, 120]
    assert list(fall.text) == ["70", "-20", "+10", "+60", "120"]


def test_overlap_is_a_share_of_the_audience_of_the_row():
    figure = draw("audience_overlap")
    assert [list(row) for row in figure.data[0].z] == [[None, 0.25], [0.5, None]]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;a&gt; (n=40)", "b (n=20)"]
