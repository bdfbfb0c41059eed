"""The charts of the plan say what their tables say."""

import pandas as pd
import pytest

from opsmodel.advice.design import plan
from opsmodel.display import charts
from opsmodel.errors import TableError

DAY = "2025-06-30"


def hazard() -> pd.DataFrame:
    table = pd.DataFrame({
        "from_day": [1, 8, 15, 22], "to_day": [7, 14, 21, 28],
        "n_at_risk": [400, 380, 300, 280], "n_events": [20, 80, 20, 10],
    })  # fmt: skip
    return table.assign(hazard=table["n_events"] / table["n_at_risk"])


def rhythm(**more) -> pd.DataFrame:
    return plan.rhythm(hazard(), **({"order_margin": 50.0, "touch_cost": 0.5, "horizon": 28} | more))


def economics(**more) -> pd.DataFrame:
    row = {
        "add_margin": 30.0,
        "add_margin_low": 24.0,
        "add_margin_high": 36.0,
        "cost": 1000.0,
        "n_mature": 100,
    }
    return plan.unit_economics(pd.DataFrame([row | {"retained_rate": 0.8} | more]), giveaway=2.0)


def test_the_weeks_stand_behind_the_touches():
    pace = rhythm()
    touches = plan.touches(pace, hazard())
    figure = charts.ninety_days(touches, hazard=hazard(), rhythm=pace, title="Stop.", as_of=DAY)
    bars = figure.data[0]
    assert list(bars.y) == [0.05, 0.210526, 0.0666667, 0.0357143]
    drawn = [when for trace in figure.data[1:] for when in trace.x]
    assert sorted(drawn) == touches["after_days"].tolist()
    assert figure.layout.title.text == "Stop."
    assert "as of 2025-06-30" in figure.layout.title.subtitle.text
    assert any("stop day" in note.text for note in figure.layout.annotations)


def test_where_no_touch_pays_only_the_weeks_are_drawn():
    pace = rhythm(touch_cost=500.0)
    figure = charts.ninety_days(plan.touches(pace, hazard()), hazard=hazard(), rhythm=pace, title="None.")
    assert len(figure.data) == 1
    assert not figure.layout.annotations


def test_without_a_week_the_chart_says_so():
    pace = rhythm()
    empty = hazard().head(0)
    figure = charts.ninety_days(plan.touches(pace, hazard()), hazard=empty, rhythm=pace, title="Nothing.")
    assert "watched" in figure.layout.annotations[0].text


def test_the_waterfall_ends_at_what_is_left_and_leaves_out_what_cost_nothing():
    figure = charts.unit_economics(economics(), title="Left.", as_of=DAY)
    fall = figure.data[0]
    assert list(fall.x) == ["Margin", "Channel cost", "Gifts", "Left over"]
    assert list(fall.y) == [37.5, -12.5, -2.5, 22.5]
    assert list(fall.measure) == ["relative", "relative", "relative", "total"]
    whisker = figure.data[1].error_y
    assert (whisker.arrayminus[0], whisker.array[0]) == pytest.approx((7.5, 7.5))


def test_a_loss_is_drawn_below_zero():
    figure = charts.unit_economics(economics(cost=9000.0), title="Loss.")
    assert figure.layout.yaxis.range[0] < -70


def test_what_is_not_recorded_is_said():
    figure = charts.unit_economics(economics(cost=float("nan")), title="?")
    assert "not recorded" in figure.layout.annotations[0].text


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="amount"):
        charts.unit_economics(economics().drop(columns="amount"), title="?")
    with pytest.raises(TableError, match="after_days"):
        charts.ninety_days(pd.DataFrame({"kind": []}), hazard=hazard(), rhythm=rhythm(), title="?")
