"""What holds for every chart, in both languages; what each one draws is tested in a file of its own."""

import json

import pandas as pd
import pytest
from drawn import DRAWN, draw
from tables_to_draw import all_unseen

from opsmodel import charts, wording
from opsmodel.errors import TableError

every_chart = pytest.mark.parametrize("name", list(DRAWN))
of_one_table = pytest.mark.parametrize("name", [name for name in DRAWN if name != "ninety_days"])


def words(figure) -> str:
    """All text a reader can see, without numbers of the data."""
    layout = {key: value for key, value in figure.to_dict()["layout"].items() if key != "template"}
    return json.dumps([layout, [trace.name for trace in figure.data]], ensure_ascii=False, default=str)


def test_no_chart_is_left_out():
    assert sorted(DRAWN) == sorted(charts.__all__)


@every_chart
def test_the_title_is_the_message_and_the_date_is_below(name):
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.replace("<br>", " ").endswith("as of 2024-06-30")


@every_chart
def test_no_english_is_left_in_a_chinese_chart(name):
    data = set(DRAWN[name][0].astype(str).to_numpy().ravel())
    english = {word for word in wording._catalogue("zh") if len(word) > 4 and "{" not in word} - data
    wording.use("zh")
    figure = draw(name, title="结论。", as_of="2024-06-30")
    assert figure.layout.title.subtitle.text.replace("<br>", "").endswith("截至 2024-06-30")
    assert [word for word in english if f'"{word}"' in words(figure)] == []


@of_one_table
def test_a_table_with_no_rows_gives_a_sentence_and_no_marks(name):
    figure = draw(name, DRAWN[name][0].iloc[:0])
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text
    assert figure.layout.title.text == "The message."


@of_one_table
def test_a_table_where_nothing_could_be_seen_gives_a_sentence(name):
    figure = draw(name, all_unseen(DRAWN[name][0]))
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named(name):
    with pytest.raises(TableError, match=r"charts\.\w+ has no column"):
        draw(name, DRAWN[name][0].iloc[:, :1])


@every_chart
def test_the_same_table_gives_the_same_small_figure(name):
    first, second = draw(name).to_json(), draw(name).to_json()
    assert first == second
    assert "bdata" not in first
    assert "NaN" not in first
    assert len(first) < 6000


@every_chart
def test_text_of_the_client_is_never_markup(name):
    text = draw(name).to_json()
    assert [mark for mark in ("<own>", "<a>", "<b>steps", "<tea>", "<ad>", "<East>") if mark in text] == []


@every_chart
def test_the_table_is_as_it_was(name):
    before = DRAWN[name][0].copy(deep=True)
    draw(name)
    pd.testing.assert_frame_equal(DRAWN[name][0], before)
