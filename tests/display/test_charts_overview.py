"""Charts of the chain: what is drawn is what the tables hold."""

import pandas as pd
import pytest

from opsmodel import charts, numbers, wording
from opsmodel.errors import TableError

NAN = float("nan")
STAGES = ("acquire", "close", "order_value", "repurchase")
MAP = pd.DataFrame(
    [("S1", stage, 0.0, "level", 90, "") for stage in STAGES[:3]]
    + [("S1", "repurchase", 500.0, "gap", 200, "repurchase_rate")]
    + [("<b>", stage, NAN, "unseen", 12, "") for stage in STAGES[1:]]
    + [("<b>", "acquire", 900.0, "gap", 80, "retained_adds")],
    columns=["store_id", "stage", "money", "state", "n", "lever"],
)
TOTAL = pd.DataFrame(
    [
        ("proven", "repurchase_rate", 1, 500.0, 300.0, 700.0),
        ("proven", "every_lever", 1, 500.0, 300.0, 700.0),
        ("every", "repurchase_rate", 2, 650.0, 200.0, 1100.0),
        ("every", "every_lever", 2, 650.0, 200.0, 1100.0),
    ],
    columns=["scope", "lever", "n_stores", "money", "money_low", "money_high"],
)
FLOWS = pd.DataFrame(
    [("S1", "S1", 5, 900.0, 0.9), ("S1", "S2", 1, 100.0, 0.1), ("S2", "S2", 4, 50.0, 1.0)],
    columns=["home_store_id", "store_id", "n_customers", "revenue", "revenue_share"],
)
WALK = pd.DataFrame(
    [
        ("the screen", "", "30.0%", NAN, 0.30, True),
        ("<anonymous>", "+10.0 pp", "40.0%", 0.10, 0.40, False),
        ("unseen", "–", "40.0%", NAN, 0.40, False),
        ("ours", "", "40.0%", NAN, 0.40, True),
    ],
    columns=["bar", "changed", "level", "contribution", "height", "is_end"],
)
DRAWN = {"store_map": MAP, "chain_total": TOTAL, "leakage": FLOWS, "screen_walk": WALK}
SEEN = ["money", "revenue_share", "height"]
every_chart = pytest.mark.parametrize("name", list(DRAWN))


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")


def draw(name, table=None, **more):
    return getattr(charts, name)(
        DRAWN[name] if table is None else table, **({"title": "The message."} | more)
    )


@every_chart
def test_the_title_is_the_message_and_the_date_is_below(name):
    figure = draw(name, as_of="2024-06-30")
    assert figure.layout.title.text == "The message."
    assert figure.layout.title.subtitle.text.endswith("as of 2024-06-30")


@every_chart
def test_a_chart_speaks_chinese_and_the_table_is_as_it_was(name):
    before = DRAWN[name].copy(deep=True)
    wording.use("zh")
    assert "截至 2024-06-30" in draw(name, title="结论。", as_of="2024-06-30").layout.title.subtitle.text
    pd.testing.assert_frame_equal(DRAWN[name], before)


@every_chart
def test_nothing_to_draw_gives_a_sentence(name):
    table = DRAWN[name]
    unseen = {"store_map": {"state": "unseen"}, "chain_total": {"n_stores": 0}}.get(name, {})
    for empty in (table.iloc[:0], table.assign(**{c: NAN for c in SEEN if c in table}, **unseen)):
        figure = draw(name, empty)
        assert len(figure.data) == 0
        assert figure.layout.annotations[0].text


@every_chart
def test_a_missing_column_is_named_and_the_same_table_gives_the_same_small_figure(name):
    with pytest.raises(TableError, match=rf"charts\.{name} has no column"):
        draw(name, DRAWN[name].iloc[:, :1])
    assert draw(name).to_json() == draw(name).to_json()
    assert "NaN" not in draw(name).to_json()
    assert len(draw(name).to_json()) < 6000


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
