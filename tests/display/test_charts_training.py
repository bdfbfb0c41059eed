"""Charts of the training: what is drawn is what the tables hold."""

import pytest
from drawn import draw


def test_roles_stand_beside_each_other_and_suppressed_scores_are_not_drawn():
    figure = draw("maturity")
    assert [trace.name for trace in figure.data] == ["Staff"]
    assert list(figure.data[0].x) == [1.0, 2.0]
    assert list(figure.data[0].error_x.array) == [0.5, 0.5]
    assert list(figure.layout.yaxis.ticktext) == ["Layer", "Connect"]


def test_beliefs_stand_beside_the_measured_value():
    figure = draw("perception", names={"rr": "Repurchase"})
    assert [trace.name for trace in figure.data] == ["Staff", "Headquarters", "Measured"]
    assert list(figure.data[2].x) == [0.5]
    assert list(figure.data[1].error_x.array) == pytest.approx([0.1])
    assert list(figure.layout.yaxis.ticktext) == ["Repurchase"]


def test_the_room_of_each_factor_is_drawn_both_ways():
    figure = draw("within_reach")
    loss, gain = figure.data
    assert list(loss.x) == [-2600, -5200, -2600]
    assert list(gain.x) == [0, 13000, 2600]
    assert "10.0% → 15.0%" in gain.text[1]
    assert gain.text[0] == ""
