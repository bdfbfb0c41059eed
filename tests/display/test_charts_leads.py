"""Charts of leads: what they draw, what stands beside it, and what they say when there is nothing."""

import pytest
from lead_tables import CALIBRATION, LIFT, PRECISION

from opsmodel import charts
from opsmodel.errors import TableError

NAN = float("nan")


def test_lift_draws_both_orders_with_whiskers_and_a_line_at_one():
    figure = charts.lead_lift(LIFT, title="The score finds buyers.", as_of="2024-06-30")
    assert [trace.name for trace in figure.data] == ["By score", "By the latest sign"]
    assert list(figure.data[0].y) == [3.0, 0.5]
    assert list(figure.data[0].error_y.array) == pytest.approx([0.6, 0.6])
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]  # a small base is grey
    assert figure.layout.shapes[0].y0 == 1
    assert figure.layout.title.text == "The score finds buyers."
    assert "2024-06-30" in figure.layout.title.subtitle.text


def test_calibration_draws_the_groups_and_the_line_on_which_both_agree():
    figure = charts.lead_calibration(CALIBRATION, title="The chances hold.")
    line, points = figure.data
    assert line.x == line.y
    assert list(points.x) == [0.1, 0.4]
    assert list(points.y) == [0.11, 0.35]
    assert points.hovertext[0] == "predicted 10.0%, seen 11.0% (22 of 200)"


def test_precision_draws_the_capacities_and_the_rate_of_all_leads():
    figure = charts.lead_precision(PRECISION, title="Call ten.")
    assert list(figure.data[0].y) == [0.3, 0.15]
    assert list(figure.layout.xaxis.ticktext) == ["10", "50"]
    assert figure.layout.shapes[0].y0 == 0.05
    assert figure.layout.yaxis.tickformat == ".0%"


@pytest.mark.parametrize(
    ("chart", "table", "measure"),
    [
        (charts.lead_lift, LIFT, "lift"),
        (charts.lead_calibration, CALIBRATION, "observed"),
        (charts.lead_precision, PRECISION, "close_rate"),
    ],
)
def test_nothing_to_draw_is_said_and_a_missing_column_named(chart, table, measure):
    for nothing in (table.head(0), table.assign(**{measure: NAN})):
        figure = chart(nothing, title="Nothing.")
        assert len(figure.data) == 0
        assert figure.layout.annotations[0].text
    with pytest.raises(TableError, match=measure):
        chart(table.drop(columns=measure), title="Nothing.")
