"""Charts of the funnel: what is drawn is what the tables hold."""

from drawn import draw
from tables_to_draw import BY_CHANNEL, CONVERSION


def test_conversion_draws_who_reached_a_stage_and_apart_from_it_who_is_under_way():
    figure = draw("conversion")
    reached, pending = figure.data
    assert list(reached.x) == [200, 80, 20]
    assert list(reached.error_x.array) == [10, 10, 10]
    assert list(reached.error_x.arrayminus) == [10, 10, 10]
    assert list(pending.x) == [0, 30, 50]
    assert pending.marker.pattern.shape == "/"
    assert list(figure.layout.yaxis.ticktext) == ["acquire", "close", "close"]
    assert [note.text.strip() for note in figure.layout.annotations] == [
        "200",
        "80 · 40.0% of entrants · 40.0% of previous",
        "20 · 10.0% of entrants · 25.0% of previous",
    ]
    assert figure.layout.title.subtitle.text == "200 customers whose window is over; whiskers: 95% interval"


def test_conversion_without_pending_customers_has_one_kind_of_bar():
    assert len(draw("conversion", CONVERSION.assign(n_pending=0)).data) == 1


def test_conversion_by_group_draws_rates_of_the_largest_groups_first():
    figure = draw("conversion", BY_CHANNEL, by="channel")
    assert [trace.name for trace in figure.data] == ["till (n=200)", "&lt;ad&gt; (n=50)"]
    assert list(figure.data[0].y) == [1.0, 0.4, 0.1]
    assert figure.layout.yaxis.tickformat == ".0%"


def test_a_side_loop_is_drawn_over_its_own_base():
    figure = draw("loops")
    assert list(figure.data[0].x) == [0.1, None]
    assert list(figure.layout.yaxis.ticktext) == ["share: 20 of 200", "refer: 0 of 0"]
