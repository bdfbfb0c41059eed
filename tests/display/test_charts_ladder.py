"""Charts of the product ladder: what is drawn is what the tables hold."""

import pandas as pd
from drawn import draw
from ladder_tables import PAYBACK


def test_the_ladder_draws_rates_and_greys_small_bases():
    bars, beside = draw("tier_ladder").data
    assert list(bars.x) == [0.3, 0.5]
    assert list(bars.error_x.array) == [0.07, 0.2]
    assert bars.marker.color[0] != bars.marker.color[1]
    assert list(beside.text) == ["30.0%", "50.0% · half by day 45"]
    assert draw("tier_ladder").layout.yaxis.ticktext[0].startswith("Entry product")


def test_payback_draws_a_band_and_the_line_through_zero():
    figure = draw("front_end_payback")
    low, high, line = figure.data
    assert (list(low.y), list(high.y), list(line.y)) == ([-9, -3, 0.5], [-7, 1, 5], [-8, -1, 3])
    assert figure.layout.shapes[0].y0 == 0


def test_payback_by_product_draws_lines_of_their_own():
    table = pd.concat([PAYBACK.assign(entry_product="wipes"), PAYBACK.assign(entry_product="<spoon>")])
    figure = draw("front_end_payback", table)
    assert {trace.name for trace in figure.data} == {"wipes", "&lt;spoon&gt;"}
    assert "240" in figure.layout.title.subtitle.text


def test_pairs_within_chance_are_hollow_and_names_are_safe():
    figure = draw("next_products")
    dots, base, lifts = figure.data
    assert list(dots.marker.symbol) == ["circle", "circle-open"]
    assert (list(dots.x), list(base.x)) == ([0.4, 0.3], [0.2, 0.25])
    assert list(lifts.text) == ["lift 2.00", "lift 1.20"]
    assert "<tea>" not in "".join(figure.layout.yaxis.ticktext)


def test_members_stand_above_what_they_would_have_spent():
    own, without, texts = draw("members").data
    assert (list(own.x), list(without.x)) == ([260], [220])
    assert (list(without.error_x.array), list(without.error_x.arrayminus)) == ([30], [30])
    assert list(texts.text) == ["¥260", "¥220"]
