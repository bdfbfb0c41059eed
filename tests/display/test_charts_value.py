"""Charts of value: what is drawn is what the tables hold."""

from drawn import draw

from opsmodel.display import theme


def test_ltv_bars_carry_their_interval_and_grey_where_few_stand_behind():
    bars = draw("ltv").data[0]
    assert list(bars.y) == [220, 310, None]
    assert list(bars.error_y.array) == [15, 15, 0]
    assert list(bars.marker.color) == [theme.BLUE, theme.FAINT, theme.FAINT]


def test_origins_are_in_order_of_worth_and_their_names_are_only_text():
    figure = draw("ltv_by_origin")
    assert list(figure.data[0].x) == [220, 150]
    labels = figure.layout.yaxis.ticktext
    assert "n=12" in labels[0]
    assert "<advert>" not in labels[0]


def test_the_lorenz_curve_marks_the_best_tenth():
    figure = draw("lorenz")
    assert list(figure.data[1].y) == [0, 0.15, 0.55, 1]
    assert figure.layout.annotations[0].text == "the best 10%: 45.0%"


def test_tracking_draws_both_lines_and_where_the_hold_out_begins():
    figure = draw("tracking")
    seen, foretold = figure.data
    assert (list(seen.y), list(foretold.y)) == ([0, 5, 9], [0.4, 4.6, 9.9])
    assert figure.layout.shapes[0].x0 == "2024-01-21"
