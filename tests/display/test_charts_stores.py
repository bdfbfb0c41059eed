"""Charts that compare stores, and findings in money: what is drawn is what the tables hold."""

from dataclasses import dataclass

import pandas as pd
from drawn import draw
from tables_to_draw import STORES


def test_peers_stand_by_rank_with_this_store_in_colour():
    figure = draw("peers", target=0.35)
    others, own = figure.data
    assert (list(others.x), list(others.y)) == ([0.4], [0])
    assert (list(own.x), list(own.y)) == ([0.2], [1])
    assert own.marker.color != others.marker.color
    assert list(figure.layout.yaxis.ticktext) == ["S2", "<b>&lt;East&gt;</b>"]
    assert figure.layout.shapes[0].x0 == 0.35
    assert figure.layout.annotations[0].text == "P75 of peers: 35.0%"


def test_peers_are_drawn_from_the_benchmarks_of_a_lever():
    stores = STORES.rename(columns=lambda name: name.replace("repurchase_rate", "value"))
    stores = stores.assign(lever="first_order_value", peer_p75=[0.3, 0.9, 0.9])
    other = stores.assign(lever="close_rate", value=0.9)
    figure = draw("peers", pd.concat([stores, other]), lever="first_order_value")
    assert (list(figure.data[0].x), list(figure.data[1].x)) == ([0.4], [0.2])
    assert figure.layout.shapes[0].x0 == 0.3
    assert figure.layout.xaxis.title.text == "First order value"


def test_a_long_list_of_peers_names_this_store_alone_and_stays_on_a_page():
    stores = pd.DataFrame({"store_id": [f"S{i}" for i in range(300)], "repurchase_rate": 0.3})
    stores = stores.assign(repurchase_rate_low=0.2, repurchase_rate_high=0.4)
    figure = draw("peers", stores, store="S7")
    assert [text for text in figure.layout.yaxis.ticktext if text] == ["<b>S7</b>"]
    assert figure.layout.height < 1200


def test_findings_are_bars_of_money_the_largest_on_top():
    figure = draw("money")
    bars, labels = figure.data
    assert list(bars.x) == [90000, 20000]
    assert list(bars.error_x.arrayminus) == [40000, 21000]
    assert list(labels.text) == ["¥90,000", "¥20,000"]
    assert list(figure.layout.yaxis.ticktext) == ["large", "small"]


def test_findings_can_be_drawn_without_a_table():
    @dataclass
    class Finding:
        claim: str
        money: float
        money_low: float
        money_high: float

    assert list(draw("money", [Finding("a", 5.0, 1.0, 9.0)]).data[0].x) == [5.0]
    assert len(draw("money", []).data) == 0
