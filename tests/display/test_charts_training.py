"""Charts, what-if and quiz of the training: what they draw, and what they say where there is nothing."""

import pandas as pd
import pytest

from opsmodel import charts, practice
from opsmodel.display.practice import letter
from opsmodel.errors import ArgumentError, TableError

NAN = float("nan")
CARD = pd.DataFrame(
    {"role": ["Staff", "Staff", "CEO"], "dimension": ["Layer", "Connect", "Layer"], "n": [9, 9, 1],
     "score": [1.0, 2.0, NAN], "score_low": [0.5, 1.5, NAN], "score_high": [1.5, 2.5, NAN]}
)  # fmt: skip
BELIEFS = pd.DataFrame(
    {"role": ["Staff", "Headquarters"], "question": ["rr", "rr"], "n": [9, 7], "guess": [0.5, 0.7],
     "measured": [0.5, 0.5], "gap": [0.0, 0.2], "gap_low": [-0.1, 0.1], "gap_high": [0.1, 0.3]}
)  # fmt: skip
REACH = pd.DataFrame(
    {"factor": ["users", "close_rate", "value_per_buyer"], "today": [100.0, 0.1, 200.0],
     "low": [90.0, 0.08, 180.0], "high": [100.0, 0.15, 220.0], "own_p10": [90.0, 0.08, 180.0],
     "own_p90": [110.0, 0.12, 210.0], "peer_p75": [95.0, 0.15, 220.0], "n_periods": 13, "n_peers": 3,
     "revenue_year": 26000.0, "gain": [0.0, 13000.0, 2600.0], "gain_share": [0.0, 0.5, 0.1],
     "loss": [-2600.0, -5200.0, -2600.0]}
)  # fmt: skip
QUIZ = pd.DataFrame(
    {"number": [1], "topic": ["Growth <b>"], "question": ["2 × 2 × 2?"], "options": [["6", "8", "9"]],
     "answer": ["B"], "right": ["8"], "why": ["It multiplies."]}
)  # fmt: skip


def test_roles_stand_beside_each_other_and_suppressed_scores_are_not_drawn():
    figure = charts.maturity(CARD, title="Apart.", as_of="2024-06-30")
    assert [trace.name for trace in figure.data] == ["Staff"]
    assert list(figure.data[0].x) == [1.0, 2.0]
    assert list(figure.data[0].error_x.array) == [0.5, 0.5]
    assert list(figure.layout.yaxis.ticktext) == ["Layer", "Connect"]
    assert figure.layout.title.text == "Apart."
    assert "2024-06-30" in figure.layout.title.subtitle.text


def test_beliefs_stand_beside_the_measured_value():
    figure = charts.perception(BELIEFS, title="Too high.", names={"rr": "Repurchase"})
    assert [trace.name for trace in figure.data] == ["Staff", "Headquarters", "Measured"]
    assert list(figure.data[2].x) == [0.5]
    assert list(figure.data[1].error_x.array) == pytest.approx([0.1])
    assert list(figure.layout.yaxis.ticktext) == ["Repurchase"]


def test_the_room_of_each_factor_is_drawn_both_ways():
    figure = charts.within_reach(REACH, title="Close rate.")
    loss, gain = figure.data
    assert list(loss.x) == [-2600, -5200, -2600]
    assert list(gain.x) == [0, 13000, 2600]
    assert "10.0% → 15.0%" in gain.text[1]
    assert gain.text[0] == ""


@pytest.mark.parametrize(
    ("draw", "table"),
    [(charts.maturity, CARD), (charts.perception, BELIEFS), (charts.within_reach, REACH)],
)
def test_an_empty_table_gives_a_figure_that_says_so_and_a_wrong_one_is_refused(draw, table):
    assert draw(table.head(0), title="Nothing.").layout.annotations[0].text
    with pytest.raises(TableError, match="no column"):
        draw(table.iloc[:, :1], title="Wrong.")


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
    from opsmodel.display.quiz_widgets import play

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
