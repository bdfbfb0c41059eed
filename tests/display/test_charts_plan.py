"""The charts of the plan say what their tables say."""

import pytest
from drawn import DRAWN, draw
from plan_tables import economics, hazard, rhythm
from tables_to_draw import NAN

from opsmodel import plan


def test_the_weeks_stand_behind_the_touches():
    touches, _others = DRAWN["ninety_days"]
    figure = draw("ninety_days")
    bars = figure.data[0]
    assert list(bars.y) == [0.05, 0.210526, 0.0666667, 0.0357143]
    drawn = [when for trace in figure.data[1:] for when in trace.x]
    assert sorted(drawn) == touches["after_days"].tolist()
    assert any("stop day" in note.text for note in figure.layout.annotations)


def test_where_no_touch_pays_only_the_weeks_are_drawn():
    pace = rhythm(touch_cost=500.0)
    figure = draw("ninety_days", plan.touches(pace, hazard()), rhythm=pace)
    assert len(figure.data) == 1
    assert not figure.layout.annotations


def test_without_a_week_the_chart_says_so():
    figure = draw("ninety_days", hazard=hazard().head(0))
    assert "watched" in figure.layout.annotations[0].text


def test_the_waterfall_ends_at_what_is_left_and_leaves_out_what_cost_nothing():
    figure = draw("unit_economics")
    fall = figure.data[0]
    assert list(fall.x) == ["Margin", "Channel cost", "Gifts", "Left over"]
    assert list(fall.y) == [37.5, -12.5, -2.5, 22.5]
    assert list(fall.measure) == ["relative", "relative", "relative", "total"]
    whisker = figure.data[1].error_y
    assert (whisker.arrayminus[0], whisker.array[0]) == pytest.approx((7.5, 7.5))


def test_a_loss_is_drawn_below_zero():
    figure = draw("unit_economics", economics(cost=9000.0))
    assert figure.layout.yaxis.range[0] < -70


def test_what_is_not_recorded_is_said():
    figure = draw("unit_economics", economics(cost=NAN))
    assert "not recorded" in figure.layout.annotations[0].text
