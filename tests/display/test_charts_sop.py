"""Charts of coaching: what is drawn is what the tables hold."""

import pytest
from drawn import draw
from sop_tables import STEPS


def test_adherence_parts_the_tasks_due_the_weakest_first():
    figure = draw("sop_adherence")
    assert [trace.name for trace in figure.data[:3]] == ["Done on time", "Done late", "Never done"]
    assert list(figure.data[0].x) == [0.2, 0.75]
    assert [sum(parts) for parts in zip(*(trace.x for trace in figure.data[:3]), strict=True)] == [1.0, 1.0]
    assert list(figure.data[3].error_x.array) == pytest.approx([0.22, 0.05])
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]  # a small base is grey


def test_quadrants_stand_at_adherence_and_effect_hollow_where_unknown():
    figure = draw("sop_quadrants")
    points = {trace.name: trace for trace in figure.data}
    assert set(points) == {"Replicate", "Do it first, then measure"}
    assert (points["Replicate"].x[0], points["Replicate"].y[0]) == (0.75, 0.1)
    assert points["Replicate"].marker.symbol == "circle"
    assert points["Do it first, then measure"].marker.symbol == "circle-open"
    assert {shape.x0 for shape in figure.layout.shapes} >= {0.7}


def test_control_charts_have_a_panel_a_kpi_and_mark_signals():
    figure = draw("control_charts")
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [trace.yaxis for trace in lines] == ["y", "y2"]
    assert list(lines[0].y) == [0.5, 0.6, 0.1]
    assert lines[0].marker.color[2] != lines[0].marker.color[1]
    assert list(lines[1].y) == [0.4, 0.5]  # a week without a case has no point
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert [note.text for note in figure.layout.annotations] == ["a", "b"]


def test_staff_are_drawn_best_first_without_those_who_had_no_task():
    figure = draw("sop_staff")
    assert list(figure.data[1].x) == [0.7, 0.62]
    assert figure.data[1].marker.color[0] != figure.data[1].marker.color[1]
    assert list(figure.layout.yaxis.ticktext) == ["E2 (n=20)", "E1 (n=100)"]


def test_targets_stand_beside_what_was_seen_and_those_without_a_case_are_left_out():
    figure = draw("sop_targets")
    targets, seen = figure.data
    assert (list(targets.x), list(seen.x)) == ([0.5, 0.8], [0.6, 0.7])
    assert seen.marker.color[0] != seen.marker.color[1]  # a base under 30 is grey
    assert list(seen.error_x.array) == pytest.approx([0.09, 0.15])
    assert list(figure.layout.yaxis.ticktext) == ["a", "b"]


def test_text_of_the_client_cannot_become_markup():
    figure = draw("sop_quadrants", STEPS.assign(sop_step="<b>x</b>"))
    assert "<b>" not in figure.data[0].text[0]
    assert "<b>" not in figure.data[0].hovertext[0]
