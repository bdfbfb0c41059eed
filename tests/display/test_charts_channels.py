"""Charts of channels: what is drawn is what the tables hold."""

from math import log10

from channel_tables import LOSS, MODELS, PAYBACK, PERFORMANCE
from drawn import draw


def test_returns_are_what_a_unit_of_cost_brings_back_on_a_logarithmic_axis():
    figure = draw("channel_returns")
    (dots,) = figure.data
    assert list(dots.x) == [5.0, 0.5]  # the poster has no cost to return
    assert list(dots.text) == ["¥5", "¥0.50"]
    assert list(dots.error_x.array) == [0.2, 0.2]
    assert dots.marker.color[0] != dots.marker.color[1]  # 29 adds are no basis
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.range[0] < log10(0.5) < log10(5) < figure.layout.xaxis.range[1]
    assert list(figure.layout.yaxis.ticktext) == ["till<br>n=400", "&lt;ad&gt;<br>n=29"]


def test_a_channel_that_brought_nothing_stands_at_the_edge():
    table = PERFORMANCE.assign(roi=-1.0, roi_low=float("nan"), roi_high=float("nan"))
    (dots,) = draw("channel_returns", table).data
    assert list(dots.x) == [0.01] * 3
    assert list(dots.text) == ["¥0"] * 3


def test_the_cheapest_retained_add_is_on_top():
    bars, texts = draw("retained_add_costs").data
    assert list(bars.x) == [0.5, 42.0]
    assert list(texts.text) == ["¥0.50", "¥42"]


def test_contacts_kept_begin_with_all_of_them_and_mark_day_7_and_30():
    figure = draw("contacts_kept")
    till, till_marks, advert, _ = figure.data
    assert (till.name, advert.name) == ("till", "&lt;ad&gt;")
    assert list(till.x) == [0, 1, 8, 40]
    assert list(till.y) == [1.0, 0.95, 0.92, 0.92]
    assert list(till_marks.x) == [7, 30]
    assert list(till_marks.y) == [0.95, 0.92]
    assert list(draw("contacts_kept", LOSS, upto_days=8).data[0].x) == [0, 1, 8]


def test_payback_lines_carry_their_bands():
    low, high, line, *_ = draw("channel_payback").data
    assert list(low.y) == [2, 18]
    assert list(high.y) == [4, 20]
    assert list(line.y) == [3, 19]
    only = PAYBACK.assign(staff_id=PAYBACK["channel"]).drop(columns="channel")
    assert draw("channel_payback", only, by="staff_id").data[2].name == "till"


def test_attribution_draws_each_model_that_was_not_refused():
    figure = draw("attribution")
    models = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.name for trace in models] == ["First touch", "Last touch", "Linear"]
    assert list(models[0].x) == [0.6, 0.3, 0.1]
    assert list(figure.layout.yaxis.ticktext)[-1] == "No touch known"
    spans = [list(trace.x) for trace in figure.data if trace.mode == "lines"]
    assert spans == MODELS[["lowest_share", "highest_share"]].values.tolist()
