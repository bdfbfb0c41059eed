"""What-if and quiz: what they start with, what they show, and what they refuse."""

import pandas as pd
import pytest
from training_tables import REACH

from opsmodel import practice
from opsmodel.display.quiz import letter, play
from opsmodel.errors import ArgumentError, TableError

QUIZ = pd.DataFrame(
    {"number": [1], "topic": ["Growth <b>"], "question": ["2 × 2 × 2?"], "options": [["6", "8", "9"]],
     "answer": ["B"], "right": ["8"], "why": ["It multiplies."]}
)  # fmt: skip


def test_the_what_if_starts_with_the_lever_that_gains_most():
    panel = practice.what_if(REACH)
    assert panel.chosen == {"users": 100.0, "close_rate": 0.15, "value_per_buyer": 200.0}
    assert list(panel.choices["users"].values.values()) == [90.0, 100.0]
    assert list(panel.choices["close_rate"].values.values()) == pytest.approx(
        [0.08, 0.1, 0.116667, 0.133333, 0.15]
    )
    view = panel.draw(**panel.chosen)
    assert view.frame["contribution"].tolist() == pytest.approx([0, 13000, 0])
    assert "+50.0%" in view.figure.layout.title.text


def test_where_nothing_gains_the_what_if_starts_with_the_costliest_loss():
    panel = practice.what_if(REACH.assign(gain=0.0, high=REACH["today"]))
    assert panel.chosen == {"users": 100.0, "close_rate": 0.08, "value_per_buyer": 200.0}
    assert "-20.0%" in panel.draw(**panel.chosen).figure.layout.title.text


def test_a_what_if_beyond_the_bounds_is_refused_and_without_peers_it_says_so():
    with pytest.raises(ArgumentError, match="cannot be moved"):
        practice.what_if_view(REACH, close_rate=0.5)
    assert practice.what_if(REACH.head(0)).layout.annotations[0].text


def test_the_printed_quiz_shows_options_and_no_answer():
    sheet = practice.quiz(QUIZ)
    assert repr(sheet) == "1. 2 × 2 × 2?\n   A  6\n   B  8\n   C  9"
    page = sheet._repr_html_()
    assert "It multiplies" not in page
    assert "Growth &lt;b&gt;" in page
    with pytest.raises(TableError, match="options"):
        practice.quiz(QUIZ.drop(columns="options"))


def test_the_quiz_can_be_played_and_counts_the_first_try():
    box = play(practice.quiz(QUIZ))
    block, score = box.children
    _asked, chosen, check, told = block.children
    assert check.disabled
    chosen.value = letter(0)
    check.click()
    assert "B" in told.value
    assert "It multiplies." in told.value
    chosen.value = "B"
    check.click()
    assert "Right." in told.value
    assert score.value.startswith("0 of 1")


def test_grouped_tables_carry_the_group_above_them():
    cards = pd.DataFrame({"role": ["CEO", "Staff"], "op_step": ["Layer"] * 2, "does": ["a", "b"],
                          "procedure": ["c", "d"]})  # fmt: skip
    tables = practice.grouped(cards, by="role", prose=["does"])
    assert [table.caption for table in tables] == ["CEO", "Staff"]
    assert "white-space:normal" in tables[0]._repr_html_()
