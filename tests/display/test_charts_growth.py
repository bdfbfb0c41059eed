"""Charts of growth: what is drawn is what the tables hold."""

import pytest
from drawn import draw

from opsmodel import growth


def test_the_equation_steps_from_before_to_after_by_what_each_factor_is_worth():
    figure = draw("equation", names=("2023", "2024"))
    fall = figure.data[0]
    assert list(fall.y) == [120000, 11900, -13100, 9900, 128700]
    assert list(fall.measure) == ["absolute", "relative", "relative", "relative", "total"]
    assert list(fall.text) == ["¥120,000", "+¥11,900", "-¥13,100", "+¥9,900", "¥128,700"]
    assert list(figure.layout.xaxis.ticktext) == [
        "2023", "Buyers", "Average order<br>value", "Orders per<br>buyer", "2024",
    ]  # fmt: skip
    assert sum(fall.y[:4]) == fall.y[4]


def test_the_bars_at_the_ends_are_named_after_the_periods_or_the_stores():
    ends = [
        draw(name).layout.xaxis.ticktext[end] for name in ("over_time", "beside_peers") for end in (0, -1)
    ]
    assert ends == [
        "2024-01-01 –<br>2024-03-31", "2024-04-01 –<br>2024-06-30", "Average peer", "&lt;East&gt;",
    ]  # fmt: skip


def test_the_equation_of_a_real_change_ends_at_the_revenue_after():
    table = growth.decompose({"buyers": 100, "value": 20.0}, {"buyers": 150, "value": 18.0})
    steps = list(draw("equation", table).data[0].y)
    assert steps[0] == 2000
    assert sum(steps[:-1]) == pytest.approx(steps[-1], rel=1e-5)


def test_mix_splits_each_store_within_and_between():
    within, between = draw("mix").data
    assert (list(within.x), list(between.x)) == ([12, -8], [-2, 4])
