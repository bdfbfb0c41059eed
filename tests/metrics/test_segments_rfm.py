"""RFM: scores by rank with ties kept together, cut values, the segment map and the eight fields."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from opsmodel import segments
from opsmodel.errors import ArgumentError, TableError

PUBLISHED = Path(__file__).parent / "rfm_orders" / "orders.csv.gz"
PROPERTY = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SCORES = ["r", "f", "m"]
MEASURES = ["days_since_last", "n_occasions", "spend"]


def scored(orders, **arguments):
    table = segments.rfm(orders, **arguments).execute()
    return table.sort_values("customer_id", ignore_index=True)


def cut_values(table, measure):
    return table[table["measure"] == measure]["cut"].tolist()


def shop_of(purchases):
    """Orders of customers a, b, …: one list of (day of June 2024, amount) each."""
    rows = [
        (name, f"2024-06-{day:02}", float(amount)) for name, own in purchases.items() for day, amount in own
    ]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])


def orders_drawn():
    order = st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 20), st.sampled_from([0, 10, 10, 25, 40]))
    return st.lists(order, min_size=1, max_size=40).map(
        lambda rows: pd.DataFrame(rows, columns=["customer_id", "day", "amount"]).assign(
            ordered_at=lambda t: pd.Timestamp("2024-06-01") + pd.to_timedelta(t["day"], "D"),
            amount=lambda t: t["amount"].astype(float),
        )
    )


def test_the_seven_customers_are_scored(shop, as_of):
    table = scored(shop.orders, as_of=as_of)
    assert table[["customer_id", *MEASURES, *SCORES]].values.tolist() == [
        ["C1", 51, 4, 388.9, 3, 5, 5],
        ["C2", 131, 2, 259.8, 1, 1, 4],
        ["C3", 71, 2, 99.9, 3, 1, 2],  # the refunded order is neither an occasion nor the last day
        ["C4", 141, 1, 9.9, 1, 1, 1],
        ["C5", 91, 2, 107.9, 2, 1, 3],
        ["C6", 5, 2, 250.0, 5, 1, 3],  # 100 of 300 came back
        ["C7", 20, 2, 85.9, 4, 1, 1],
    ]
    assert table["segment"].tolist() == [
        "loyal",
        "gone",
        "attention",
        "gone",
        "sleeping",
        "potential",
        "potential",
    ]


def test_the_cut_values_of_the_seven_customers(shop, as_of):
    table = segments.cuts(shop.orders, as_of=as_of)
    assert cut_values(table, "days_since_last") == [141, 91, 71, 20, 5]
    assert cut_values(table, "n_occasions") == [1, 4, 4, 4, 4]  # two occasions tie five customers at score 1
    assert cut_values(table, "spend") == [9.9, 99.9, 107.9, 259.8, 388.9]
    assert table["n_customers"].tolist() == [2, 1, 2, 1, 1, 6, 0, 0, 0, 1, 2, 1, 2, 1, 1]
    assert set(table["rule"]) == {"rank"}


def published_orders():
    table = pd.read_csv(PUBLISHED, parse_dates=["order_date"])
    return table.rename(columns={"order_date": "ordered_at", "revenue": "amount"}).astype({"amount": float})


def test_cut_values_of_the_orders_of_the_r_package_rfm():
    """By hand: of 995 customers from worst to best, the first value with 199, 398, 597, 796 below it."""
    table = segments.cuts(published_orders(), as_of="2006-12-31")
    assert cut_values(table, "days_since_last") == [976, 480, 296, 179, 113]
    assert cut_values(table, "n_occasions") == [1, 4, 5, 6, 8]
    assert cut_values(table, "spend") == [12, 255, 382, 506, 668]


def test_scores_differ_from_the_r_package_rfm_only_at_its_cuts_and_for_two_orders_on_a_day():
    """R interpolates quantiles and adds 1: it documents cuts at 115, 181, 297, 482 days, 4, 5, 6, 8 orders
    and 256, 382, 506, 666 of revenue. There, days on a cut get the better score, and orders are counted."""
    table = scored(published_orders(), as_of="2006-12-31")
    published = {
        "r": 5 - np.searchsorted([115, 181, 297.4, 482], table["days_since_last"], side="right"),
        "f": 1 + np.searchsorted([4, 5, 6, 8], table["n_orders"], side="right"),
        "m": 1 + np.searchsorted([255.8, 382, 506.4, 666], table["spend"], side="right"),
    }
    differ = {name: table[table[name] != scores] for name, scores in published.items()}
    assert set(differ["r"]["days_since_last"]) == {114, 180, 297, 481}
    assert set(differ["m"]["spend"]) == {255, 506}
    assert (differ["f"]["n_occasions"] < differ["f"]["n_orders"]).all()
    assert [len(differ[name]) for name in SCORES] == [12, 5, 2]


@PROPERTY
@given(orders=orders_drawn(), bins=st.integers(2, 6))
def test_a_score_is_what_counting_those_who_do_worse_gives(orders, bins):
    table = scored(orders, as_of="2024-06-30", bins=bins, frequency="rank")
    for score, measure, sign in zip(SCORES, MEASURES, (-1, 1, 1), strict=True):
        values = sign * table[measure].to_numpy(float)
        worse = (values[:, None] > values[None, :]).sum(axis=1)
        assert table[score].tolist() == (1 + worse * bins // max(len(table), 1)).tolist()
        assert table.groupby(measure)[score].nunique().max() in (1, np.nan) or table.empty


@PROPERTY
@given(orders=orders_drawn(), frequency=st.sampled_from(["auto", "rank", "business", (1, 3)]))
def test_the_cut_values_give_the_scores_they_were_found_with(orders, frequency):
    cuts = segments.cuts(orders, as_of="2024-06-30", frequency=frequency)
    by_rank = scored(orders, as_of="2024-06-30", frequency=frequency)
    pd.testing.assert_frame_equal(by_rank, scored(orders, as_of="2024-06-30", cuts=cuts))


@PROPERTY
@given(orders=orders_drawn(), seed=st.integers(0, 99))
def test_the_order_of_the_rows_decides_nothing_and_the_input_stays(orders, seed):
    before, shuffled = orders.copy(deep=True), orders.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(scored(orders, as_of="2024-06-30"), scored(shuffled, as_of="2024-06-30"))
    pd.testing.assert_frame_equal(orders, before)


def test_where_most_bought_once_frequency_has_classes():
    once = {name: [(1, 10)] for name in "abcdef"}
    more = {"g": [(1, 9), (2, 9)], "h": [(d, 9) for d in (1, 2, 3)], "i": [(d, 9) for d in (1, 2, 3, 4)],
            "j": [(d, 9) for d in (1, 2, 3, 4, 5)]}  # fmt: skip
    orders = shop_of(once | more)
    table = scored(orders, as_of="2024-06-30")
    assert table["f"].tolist() == [1, 1, 1, 1, 1, 1, 2, 3, 3, 5]
    assert cut_values(segments.cuts(orders, as_of="2024-06-30"), "n_occasions") == [1, 2, 3, 5, 5]
    ranked = scored(orders, as_of="2024-06-30", frequency="rank")
    assert ranked["f"].tolist() == [1, 1, 1, 1, 1, 1, 4, 4, 5, 5]
    own = scored(orders, as_of="2024-06-30", frequency=(1, 2))
    assert own["f"].tolist() == [1, 1, 1, 1, 1, 1, 5, 5, 5, 5]
    half = shop_of({"a": [(1, 1)], "b": [(1, 1), (2, 1)]})  # exactly half is not more than half
    assert segments.cuts(half, as_of="2024-06-30")["rule"].unique().tolist() == ["rank"]


def test_one_store_is_scored_as_the_chain_is(shop, as_of):
    cuts = segments.cuts(shop.orders, as_of=as_of)
    chain = scored(shop.orders, as_of=as_of, by="home_store_id")
    alone = scored(
        shop.orders[shop.orders["home_store_id"] == "S2"], as_of=as_of, cuts=cuts, by="home_store_id"
    )
    pd.testing.assert_frame_equal(chain[chain["home_store_id"] == "S2"].reset_index(drop=True), alone)
    anew = scored(shop.orders[shop.orders["home_store_id"] == "S2"], as_of=as_of)
    assert anew["r"].tolist() != alone["r"].tolist()


def test_by_carries_the_store_of_the_first_order(shop, as_of):
    orders = shop.orders.copy()
    orders.loc[orders["order_id"] == "O10", "store_id"] = "S1"  # C5 of S2 buys first in S1
    table = scored(orders, as_of=as_of, by=["home_store_id", "store_id"]).set_index("customer_id")
    assert table.loc["C5", ["home_store_id", "store_id"]].tolist() == ["S2", "S1"]


def test_only_days_since_count_where_a_period_is_given(shop, as_of):
    table = scored(shop.orders, as_of=as_of, since="2024-05-01")
    assert table[["customer_id", "n_occasions"]].values.tolist() == [["C1", 1], ["C6", 1], ["C7", 2]]


def test_the_segment_map_can_be_replaced_by_a_mapping_or_a_table(shop, as_of):
    own = {"top": {"m": [5]}, "quiet": {"days_since_last": {"above": 100}}}
    assert scored(shop.orders, as_of=as_of, segments=own)["segment"].fillna("-").tolist() == [
        "top", "quiet", "-", "quiet", "-", "-", "-",
    ]  # fmt: skip
    ends = {f"{s}_{end}": [1, 1] if end == "low" else [5, 5] for s in SCORES for end in ("low", "high")}
    table = pd.DataFrame({"segment": ["recent", "rest"]} | ends | {"r_low": [4, 1]})
    found = scored(shop.orders, as_of=as_of, segments=table)["segment"].tolist()
    assert found == ["rest", "rest", "rest", "rest", "rest", "recent", "recent"]


def test_every_customer_has_one_of_the_usual_segments_and_each_can_be_reached():
    cells = [(r, f, m, n) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6) for n in (1, 2)]
    from opsmodel.intake.contract import as_table
    from opsmodel.metrics.segments.scores import first_that_holds, segment_map

    table = as_table(pd.DataFrame(cells, columns=[*SCORES, "n_occasions"]))
    named = table.mutate(segment=first_that_holds(segment_map(None), table)).execute()
    assert named["segment"].notna().all()
    assert set(named["segment"]) == set(segments.SEGMENTS)
    best = named[(named[SCORES] >= 4).all(axis=1)]
    assert set(best["segment"]) == {"champions"}


def test_the_eight_fields_of_the_seven_customers(shop, as_of):
    """Means: 72.9 days, 2.14 occasions, 171.76 spent. 重要价值 is better than all three."""
    table = segments.grid(shop.orders, as_of=as_of).execute().sort_values("customer_id")
    assert table["segment"].tolist() == [
        "important_value", "important_retain", "general_develop", "general_retain", "general_retain",
        "important_develop", "general_develop",
    ]  # fmt: skip
    means = segments.grid_cuts(shop.orders, as_of=as_of)
    assert means["threshold"].tolist() == ["mean"] * 3
    assert means["cut"].round(2).tolist() == [72.86, 2.14, 171.76]
    again = segments.grid(shop.orders, as_of=as_of, cuts=means).execute().sort_values("customer_id")
    assert again["segment"].tolist() == table["segment"].tolist()


def test_a_fixed_threshold_is_met_by_reaching_it_a_median_by_passing_it(shop, as_of):
    fixed = {"days_since_last": 71, "n_occasions": 2, "spend": 107.9}  # the medians
    at_least = segments.grid(shop.orders, as_of=as_of, threshold=fixed).execute().set_index("customer_id")
    above = segments.grid(shop.orders, as_of=as_of, threshold="median").execute().set_index("customer_id")
    high = ["r_high", "f_high", "m_high"]
    assert at_least.loc["C3", high].tolist() == [True, True, False]
    assert above.loc["C3", high].tolist() == [False, False, False]
    assert at_least.loc["C5", high].tolist() == [False, True, True]


@pytest.mark.parametrize(
    "arguments",
    [
        {"bins": 1},
        {"bins": 2.5},
        {"bins": True},
        {"frequency": "often"},
        {"frequency": (3, 2)},
        {"frequency": (1,)},
        {"frequency": (1, 2, 3, 5), "bins": 3},
        {"segments": {}},
        {"segments": {"x": {"q": 1}}},
        {"segments": pd.DataFrame({"segment": ["x"]})},
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_meant_is_refused(shop, as_of, arguments):
    with pytest.raises(ArgumentError):
        segments.rfm(shop.orders, as_of=as_of, **arguments)


@pytest.mark.parametrize("threshold", ["best", {"spend": 5}, dict.fromkeys(MEASURES, "much")], ids=str)
def test_a_threshold_that_cannot_be_meant_is_refused(shop, as_of, threshold):
    with pytest.raises(ArgumentError):
        segments.grid(shop.orders, as_of=as_of, threshold=threshold)


def test_cut_values_of_another_shape_are_refused(shop, as_of):
    cuts = segments.cuts(shop.orders, as_of=as_of)
    for wrong in (cuts.drop(columns="cut"), cuts[cuts["measure"] != "spend"], [1, 2, 3]):
        with pytest.raises(TableError):
            segments.rfm(shop.orders, as_of=as_of, cuts=wrong)
    with pytest.raises(TableError):
        segments.grid(shop.orders, as_of=as_of, cuts=cuts)
    with pytest.raises(TableError, match="amount"):
        segments.rfm(shop.orders.drop(columns="amount"), as_of=as_of)


def test_nobody_one_customer_and_one_day_are_ordinary_shops(shop, as_of):
    assert scored(shop.orders[:0], as_of=as_of).empty
    empty = segments.cuts(shop.orders[:0], as_of=as_of)
    assert empty["n_customers"].sum() == 0
    assert empty["cut"].isna().all()
    one = scored(shop_of({"a": [(30, 5)]}), as_of="2024-06-30")
    assert one[[*MEASURES, *SCORES]].values.tolist() == [[0, 1, 5, 1, 1, 1]]
    assert segments.grid(shop.orders[:0], as_of=as_of).execute().empty
