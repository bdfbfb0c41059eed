"""Charts of the chain: what is drawn is what the tables hold."""

import pandas as pd
from drawn import draw
from overview_tables import MAP


def test_the_map_tells_money_level_and_unseen_apart_and_puts_the_dearest_store_on_top():
    figure = draw("store_map", names={"S1": "First"})
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;", "First")
    assert [list(row) for row in figure.data[0].text] == [["¥900", "–", "–", "–"], ["·", "·", "·", "¥500"]]


def test_a_large_chain_is_drawn_with_its_dearest_stores_only():
    many = pd.concat([MAP[MAP["store_id"] == "S1"].assign(store_id=f"T{n:03d}") for n in range(60)])
    figure = draw("store_map", many)
    assert len(figure.data[0].z) == 40
    assert "40 of 60 stores" in figure.layout.title.subtitle.text


def test_the_total_draws_what_is_sure_beside_what_is_not():
    sure, every = draw("chain_total").data
    assert (list(sure.x), list(every.x)) == ([500, 500], [650, 650])
    assert list(every.error_x.arrayminus) == [450, 450]
    assert draw("chain_total").layout.yaxis.ticktext[-1] == "All levers together"


def test_money_that_stays_at_home_has_no_colour():
    heat = draw("leakage").data[0]
    assert [list(row) for row in heat.z] == [[0, 100], [0, 0]]
    assert [list(row) for row in heat.text] == [["90.0%", "10.0%"], ["", "100.0%"]]


def test_the_walk_leaves_out_a_rule_nobody_could_see():
    steps = draw("screen_walk").data[0]
    assert list(steps.x) == [0.3, 0.1, 0.4]
    assert list(steps.measure) == ["absolute", "relative", "total"]
    assert list(steps.text) == ["30.0%", "+10.0 pp", "40.0%"]
