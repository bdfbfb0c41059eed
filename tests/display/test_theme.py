"""The look that all figures share."""

import subprocess
import sys

import plotly.io as pio
import pytest

from opsmodel import theme, wording


def test_the_title_is_wrapped_and_the_base_and_the_date_stand_below_it():
    figure = theme.figure("word " * 30, base="412 customers", as_of="2024-06-30")
    assert figure.layout.title.text == "<br>".join([" ".join(["word"] * 16), " ".join(["word"] * 14)])
    assert figure.layout.title.subtitle.text == "412 customers · as of 2024-06-30"


def test_a_longer_title_makes_the_figure_taller_and_not_its_plot_smaller():
    short, long = theme.figure("a"), theme.figure("word " * 60)
    assert long.layout.height - long.layout.margin.t == short.layout.height - short.layout.margin.t


def test_text_of_the_client_in_a_title_is_not_read_as_markup():
    assert theme.figure("<b>A&B</b>").layout.title.text == "&lt;b&gt;A&amp;B&lt;/b&gt;"


def test_every_new_figure_wears_the_one_template():
    assert pio.templates.default == "opsmodel"
    import plotly.graph_objects as go

    assert go.Figure().layout.template == theme.TEMPLATE
    assert "Noto Sans CJK SC" in theme.TEMPLATE.layout.font.family


def test_a_figure_costs_little_in_a_notebook():
    assert len(theme.figure("A title").to_json()) < 2500


@pytest.mark.parametrize(
    ("lang", "texts"),
    [("en", ["¥0", "¥100,000", "¥200,000", "¥300,000"]), ("zh", ["¥0", "¥10万", "¥20万", "¥30万"])],
)
def test_money_on_an_axis_is_written_as_the_language_does(lang, texts):
    wording.use(lang)
    axis = theme.money_axis(0, 360_000)
    assert axis == {"tickvals": [0.0, 100000.0, 200000.0, 300000.0], "ticktext": texts}


def test_a_money_axis_reaches_below_zero():
    assert theme.money_axis(-5000, 12000)["tickvals"] == [-5000.0, 0.0, 5000.0, 10000.0]


def test_importing_the_theme_loads_no_engine():
    code = (
        "import opsmodel.display.charts, sys; print([m for m in ('ibis', 'duckdb', 'IPython', 'ipywidgets') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
