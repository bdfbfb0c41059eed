"""Charts of a pilot: what is drawn is what the tables hold."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import charts, wording
from opsmodel.display import theme
from opsmodel.errors import TableError

PATHS = pd.DataFrame(
    {
        "period": pd.date_range("2025-01-06", periods=4, freq="W-MON"),
        "pilot": [1.0, 1.0, 1.2, 1.3],
        "controls": [0.9, 1.1, 1.0, 1.0],
        "synthetic_control": [1.0, 1.0, 1.0, 1.0],
        "after": [False, False, True, True],
    }
)
PLACEBOS = pd.DataFrame(
    {"assignment": ["pilot", *["chance"] * 99], "lift_rate": [0.3, *np.linspace(-0.2, 0.2, 99)]}
)
POWER = pd.DataFrame(
    {
        "lift_rate": [0.0, 0.2, 0.4],
        "detected_rate": [0.05, 0.6, 0.99],
        "detected_rate_low": [0.03, 0.55, 0.97],
        "detected_rate_high": [0.08, 0.65, 1.0],
        "mde": [0.3] * 3,
        "n_replays": [400] * 3,
    }
)
CHECKS = pd.DataFrame(
    {
        "check": ["pre_trend", "leave_one_out", "neighbours"],
        "effect": [0.0, 0.1, np.nan],
        "low": [-0.1, -np.inf, np.nan],
        "high": [0.1, np.inf, np.nan],
        "holds": ["yes", "no", "not_seen"],
    }
)
WAVES = pd.DataFrame(
    {
        "wave": ["<first>", "2"],
        "n_stores": [12, 5],
        "n_seen": [12, 0],
        "replicability": [0.75, np.nan],
        "replicability_low": [0.47, np.nan],
        "replicability_high": [0.91, np.nan],
        "chance_rate": [0.25, 0.25],
    }
)
DRAWN = {
    "pilot_paths": (PATHS, ["pilot", "controls", "synthetic_control"]),
    "pilot_placebos": (PLACEBOS, ["lift_rate"]),
    "pilot_power": (POWER, ["detected_rate"]),
    "pilot_robustness": (CHECKS, ["effect"]),
    "replicability": (WAVES, ["replicability"]),
}


@pytest.fixture(autouse=True)
def english():
    wording.use("en")
    yield
    wording.use("en")


def test_the_paths_are_lines_and_the_start_is_marked():
    figure = charts.pilot_paths(PATHS, title="The message.")
    assert [list(line.y) for line in figure.data] == [list(PATHS[name]) for name in DRAWN["pilot_paths"][1]]
    assert figure.layout.shapes[0].x0 == "2025-01-20"
    assert [line.name for line in figure.data] == ["Pilot stores", "Controls", "Synthetic control"]


def test_the_placebos_are_shares_and_the_pilot_a_line():
    figure = charts.pilot_placebos(PLACEBOS, title="The message.")
    assert sum(figure.data[0].y) == pytest.approx(1, abs=1e-4)
    assert figure.layout.shapes[0].x0 == 0.3
    assert figure.layout.annotations[0].text == "the pilot: +30.0%"


def test_the_power_curve_marks_the_smallest_lift_noticed():
    figure = charts.pilot_power(POWER, title="The message.")
    assert list(figure.data[0].y) == [0.05, 0.6, 0.99]
    assert figure.layout.annotations[0].text == "+30.0%"
    unseen = charts.pilot_power(POWER.assign(mde=np.nan), title="The message.")
    assert not unseen.layout.annotations


def test_checks_are_coloured_by_whether_they_hold_and_an_open_range_has_no_whisker():
    figure = charts.pilot_robustness(CHECKS, title="The message.")
    dots = figure.data[0]
    assert list(dots.marker.color) == [theme.BLUE, theme.ORANGE, theme.FAINT]
    assert list(dots.x) == [0, 0.105171, None]
    assert list(dots.error_x.array) == [0.105171, 0, 0]
    assert figure.layout.annotations[0].text == "not possible here"


def test_waves_are_bars_with_a_mark_at_chance_and_their_names_are_only_text():
    figure = charts.replicability(WAVES, title="The message.")
    assert list(figure.data[0].y) == [0.75, None]
    assert list(figure.data[1].y) == [0.25, 0.25]
    assert figure.layout.xaxis.ticktext[0].startswith("&lt;first")


@pytest.mark.parametrize("name", DRAWN)
def test_a_table_with_nothing_to_draw_says_so_and_a_column_missing_is_named(name):
    table, shown = DRAWN[name]
    figure = getattr(charts, name)(table.assign(**dict.fromkeys(shown, np.nan)), title="The message.")
    assert not figure.data
    assert figure.layout.annotations[0].text
    with pytest.raises(TableError, match=rf"charts\.{name} has no column"):
        getattr(charts, name)(table.drop(columns=shown[0]), title="The message.")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_speaks_both_languages(name, lang):
    wording.use(lang)
    figure = getattr(charts, name)(DRAWN[name][0], title="消息", as_of="2025-06-30")
    assert ("截至" in figure.layout.title.subtitle.text) == (lang == "zh")
