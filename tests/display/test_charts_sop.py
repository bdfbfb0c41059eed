"""Charts of coaching: what they draw, and what they say when there is nothing."""

import pandas as pd
import pytest

from opsmodel import charts
from opsmodel.errors import TableError

NAN = float("nan")
STEPS = pd.DataFrame(
    {
        "sop_step": ["call · ring", "new · day 3", "gone"], "n_due": [200, 20, 0], "n_on_time": [150, 4, 0],
        "n_late": [30, 6, 0], "n_never": [20, 10, 0], "adherence": [0.75, 0.2, NAN],
        "adherence_low": [0.69, 0.08, NAN], "adherence_high": [0.8, 0.42, NAN],
        "effect": [0.1, -0.02, NAN], "effect_low": [0.02, -0.1, NAN], "effect_high": [0.18, 0.06, NAN],
        "is_confounded": False, "quadrant": ["replicate", "instrument", "none"],
    }
)  # fmt: skip
WEEKS = pd.DataFrame(
    {
        "kpi": ["a"] * 3 + ["b"] * 3, "period": ["2025-06-02", "2025-06-09", "2025-06-16"] * 2,
        "n": 50, "rate": [0.5, 0.6, 0.1, 0.4, NAN, 0.5], "centre": 0.5, "low": 0.3, "high": 0.7,
        "signal": [False, False, True, False, False, False],
    }
)  # fmt: skip
STAFF = pd.DataFrame(
    {"staff_id": ["E1", "E2", "E3"], "n_due": [100, 20, 0], "adherence": [0.6, 0.9, NAN],
     "shrunken_rate": [0.62, 0.7, NAN], "shrunken_rate_low": [0.55, 0.5, NAN],
     "shrunken_rate_high": [0.7, 0.85, NAN]}
)  # fmt: skip


def test_adherence_parts_the_tasks_due_the_weakest_first():
    figure = charts.sop_adherence(STEPS, title="Two steps.", as_of="2025-06-30")
    assert [trace.name for trace in figure.data[:3]] == ["Done on time", "Done late", "Never done"]
    assert list(figure.data[0].x) == [0.2, 0.75]
    assert [sum(parts) for parts in zip(*(trace.x for trace in figure.data[:3]), strict=True)] == [1.0, 1.0]
    assert list(figure.data[3].error_x.array) == pytest.approx([0.22, 0.05])
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]  # a small base is grey
    assert figure.layout.title.text == "Two steps."
    assert "2025-06-30" in figure.layout.title.subtitle.text


def test_quadrants_stand_at_adherence_and_effect_hollow_where_unknown():
    figure = charts.sop_quadrants(STEPS, title="A map.", enough=0.7)
    points = {trace.name: trace for trace in figure.data}
    assert set(points) == {"Replicate", "Do it first, then measure"}
    assert (points["Replicate"].x[0], points["Replicate"].y[0]) == (0.75, 0.1)
    assert points["Replicate"].marker.symbol == "circle"
    assert points["Do it first, then measure"].marker.symbol == "circle-open"
    assert {shape.x0 for shape in figure.layout.shapes} >= {0.7}


def test_control_charts_have_a_panel_a_kpi_and_mark_signals():
    figure = charts.control_charts(WEEKS, title="Calm.")
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [trace.yaxis for trace in lines] == ["y", "y2"]
    assert list(lines[0].y) == [0.5, 0.6, 0.1]
    assert lines[0].marker.color[2] != lines[0].marker.color[1]
    assert list(lines[1].y) == [0.4, 0.5]  # a week without a case has no point
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert [note.text for note in figure.layout.annotations] == ["a", "b"]


def test_staff_are_drawn_best_first_without_those_who_had_no_task():
    figure = charts.sop_staff(STAFF, title="Staff.")
    assert list(figure.data[1].x) == [0.7, 0.62]
    assert figure.data[1].marker.color[0] != figure.data[1].marker.color[1]
    assert list(figure.layout.yaxis.ticktext) == ["E2 (n=20)", "E1 (n=100)"]


@pytest.mark.parametrize(
    ("chart", "table"),
    [
        (charts.sop_adherence, STEPS), (charts.sop_quadrants, STEPS), (charts.control_charts, WEEKS),
        (charts.sop_staff, STAFF),
    ],
)  # fmt: skip
def test_nothing_to_draw_is_said_and_a_wrong_table_refused(chart, table):
    empty = chart(table.head(0), title="Nothing.")
    assert len(empty.data) == 0
    assert len(empty.layout.annotations) == 1
    with pytest.raises(TableError, match="no column"):
        chart(table[["n_due"]] if "n_due" in table else table[["kpi"]], title="Wrong.")


def test_text_of_the_client_cannot_become_markup():
    figure = charts.sop_quadrants(STEPS.assign(sop_step="<b>x</b>"), title="A map.")
    assert "<b>" not in figure.data[0].text[0]
    assert "<b>" not in figure.data[0].hovertext[0]
