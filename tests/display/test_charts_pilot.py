"""Charts of a pilot: what is drawn is what the tables hold."""

import pytest
from drawn import draw
from pilot_tables import PATHS, POWER
from tables_to_draw import NAN

from opsmodel.display import theme


def test_the_paths_are_lines_and_the_start_is_marked():
    figure = draw("pilot_paths")
    assert [list(line.y) for line in figure.data] == [
        list(PATHS[name]) for name in ("pilot", "controls", "synthetic_control")
    ]
    assert figure.layout.shapes[0].x0 == "2025-01-20"
    assert [line.name for line in figure.data] == ["Pilot stores", "Controls", "Synthetic control"]


def test_the_placebos_are_shares_and_the_pilot_a_line():
    figure = draw("pilot_placebos")
    assert sum(figure.data[0].y) == pytest.approx(1, abs=1e-4)
    assert figure.layout.shapes[0].x0 == 0.3
    assert figure.layout.annotations[0].text == "the pilot: +30.0%"


def test_the_power_curve_marks_the_smallest_lift_noticed():
    figure = draw("pilot_power")
    assert list(figure.data[0].y) == [0.05, 0.6, 0.99]
    assert figure.layout.annotations[0].text == "+30.0%"
    unseen = draw("pilot_power", POWER.assign(mde=NAN))
    assert not unseen.layout.annotations


def test_checks_are_coloured_by_whether_they_hold_and_an_open_range_has_no_whisker():
    figure = draw("pilot_robustness")
    dots = figure.data[0]
    assert list(dots.marker.color) == [theme.BLUE, theme.ORANGE, theme.FAINT]
    assert list(dots.x) == [0, 0.105171, None]
    assert list(dots.error_x.array) == [0.105171, 0, 0]
    assert figure.layout.annotations[0].text == "not possible here"


def test_waves_are_bars_with_a_mark_at_chance_and_their_names_are_only_text():
    figure = draw("replicability")
    assert list(figure.data[0].y) == [0.75, None]
    assert list(figure.data[1].y) == [0.25, 0.25]
    assert figure.layout.xaxis.ticktext[0].startswith("&lt;first")
