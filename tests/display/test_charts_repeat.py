"""Charts of repurchase: what is drawn is what the tables hold."""

from drawn import draw


def test_the_repurchase_curve_has_no_point_where_nobody_is_old_enough():
    figure = draw("repurchase_curve")
    line = figure.data[0]
    assert (list(line.x), list(line.y)) == ([30, 90], [0.12, 0.25])
    assert list(line.text) == ["12.0%", "25.0%"]
    assert list(figure.layout.xaxis.ticktext) == ["30<br>n=1,000", "90<br>n=29", "360<br>n=0"]


def test_a_mark_on_fewer_than_thirty_customers_is_grey():
    blue, grey = draw("repurchase_curve").data[0].marker.color
    assert blue != grey
    assert list(draw("order_ladder").data[0].marker.color) == [blue, grey]


def test_survival_steps_up_from_zero_and_counts_who_is_still_watched():
    figure = draw("survival")
    low, high, curve = figure.data
    assert list(curve.x) == [0, 10, 20, 40]
    assert list(curve.y) == [0, 0.1, 0.28, 0.352]
    assert (curve.line.shape, high.fill) == ("hv", "tonexty")
    assert list(low.y) == [0, 0.05, 0.2, 0.25]
    ticks = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert ticks[0] == "0<br>100"
    assert ticks[20] == "20<br>60"
    assert ticks[30] == "30<br>20"


def test_gaps_say_where_fewer_than_half_have_returned():
    figure = draw("gaps")
    assert list(figure.data[0].x) == [None, 33.0]
    assert list(figure.data[0].error_x.array) == [0, 38.0]
    assert list(figure.layout.yaxis.ticktext) == ["1 → 2 (n=500)", "2 → 3 (n=100)"]
    assert figure.layout.annotations[0].text == "fewer than half have returned so far"


def test_ladder_and_hazard_write_their_rates_over_the_whiskers():
    for name, rates, texts in (
        ("order_ladder", [0.2, 0.5], ["20.0%", "50.0%"]),
        ("hazard", [0.1, 0.05], ["10.0%", "5.0%"]),
    ):
        bars, labels = draw(name).data
        assert list(bars.y) == rates
        assert list(labels.text) == texts
