"""Charts of leads: what is drawn is what the tables hold."""

import pytest
from drawn import draw


def test_lift_draws_both_orders_with_whiskers_and_a_line_at_one():
    figure = draw("lead_lift")
    assert [trace.name for trace in figure.data] == ["By score", "By the latest sign"]
    assert list(figure.data[0].y) == [3.0, 0.5]
    assert list(figure.data[0].error_y.array) == pytest.approx([0.6, 0.6])
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]  # a small base is grey
    assert figure.layout.shapes[0].y0 == 1


def test_calibration_draws_the_groups_and_the_line_on_which_both_agree():
    figure = draw("lead_calibration")
    line, points = figure.data
    assert line.x == line.y
    assert list(points.x) == [0.1, 0.4]
    assert list(points.y) == [0.11, 0.35]
    assert points.hovertext[0] == "predicted 10.0%, seen 11.0% (22 of 200)"


def test_precision_draws_the_capacities_and_the_rate_of_all_leads():
    figure = draw("lead_precision")
    assert list(figure.data[0].y) == [0.3, 0.15]
    assert list(figure.layout.xaxis.ticktext) == ["10", "50"]
    assert figure.layout.shapes[0].y0 == 0.05
    assert figure.layout.yaxis.tickformat == ".0%"
