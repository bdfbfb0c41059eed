"""Charts of sharing and referral: what is drawn is what the tables hold."""

from drawn import draw
from referral_tables import K

from opsmodel import referral


def test_k_is_a_dot_a_generation_with_its_interval_and_the_line_at_one():
    figure = draw("k_by_generation")
    dots = figure.data[0]
    assert list(dots.y) == [0.4, 0.25]  # the generation of four people is no basis for a conclusion
    assert list(dots.error_y.array) == [0.1, 0.15]
    assert list(figure.layout.xaxis.ticktext) == ["0<br>n=500", "1<br>n=120"]
    assert figure.layout.shapes[0].y0 == 1
    assert list(draw("k_by_generation", K.iloc[2:]).data[0].y) == [0.5]


def test_depth_sets_people_beside_revenue():
    people, revenue = draw("referral_depth").data
    assert list(people.x) == [0.75, 0.25]
    assert list(revenue.x) == [0.6, 0.4]
    assert list(draw("referral_depth").layout.yaxis.ticktext) == ["Came by themselves", "Generation 1"]


def test_the_forecast_has_its_band_only_where_k_has_one():
    figure = draw("sharing_forecast")
    assert [trace.name for trace in figure.data] == ["reached_low", "reached_high", "Contacts reached"]
    assert list(figure.data[2].y) == [100, 150, 175, 187.5]
    assert list(figure.layout.xaxis.ticktext)[1] == "1<br>day 14"
    plain = draw("sharing_forecast", referral.forecast(k=0.5, exposed=100, generations=20))
    assert len(plain.data) == 1
    assert list(plain.layout.xaxis.ticktext) == ["0", "3", "6", "9", "12", "15", "18"]


def test_schemes_set_cost_beside_margin_and_say_when_they_pay():
    figure = draw("incentive_schemes")
    paid, opened, margin, notes = figure.data
    assert (list(paid.x), list(opened.x), list(margin.x)) == (
        [500, 300, 9000], [100, 0, 0], [2000, 2000, 2000],
    )  # fmt: skip
    assert list(notes.text) == ["pays from 43.0% more referrals", "margin unknown", "never pays"]
    assert "<b>" not in figure.layout.yaxis.ticktext[1]
