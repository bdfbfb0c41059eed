"""Repurchase: windows, waiting times, ladders, and what the usual rate gets wrong."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from opsmodel import repurchase
from opsmodel.errors import ArgumentError, TableError

PROPERTY = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def shops(max_orders=25):
    """Random shops: few customers and days, so that same-day orders and ties are common."""
    order = st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from(["S1", "S2"]),
        st.integers(0, 60),
        st.integers(0, 3),
        st.sampled_from([0, 10, 25]),
        st.sampled_from([0, 0, 10]),
    )
    return st.lists(order, min_size=1, max_size=max_orders).map(_frame)


def _frame(orders):
    frame = pd.DataFrame(
        orders, columns=["customer_id", "store_id", "day", "hour", "amount", "refund_amount"]
    )
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"] * 24 + frame["hour"], unit="h")
    frame = frame.assign(order_id=[f"O{i}" for i in range(len(frame))], ordered_at=when)
    return frame.drop(columns=["day", "hour"]).astype({"amount": float, "refund_amount": float})


def test_the_curve_of_the_seven_customers(shop, as_of):
    table = repurchase.curve(shop.orders, as_of=as_of, within_days=(20, 21, 30, 60, 120, 360))
    assert rows(table, "within_days", "n_customers", "n_repurchased") == [
        [20, 7, 1],
        [21, 7, 2],
        [30, 7, 3],
        [60, 6, 3],
        [120, 4, 3],  # C5 came on the 119th day before the end and is not old enough
        [360, 0, 0],
    ]
    assert table["repurchase_rate"].round(4).tolist()[2:5] == [0.4286, 0.5, 0.75]
    assert table["repurchase_rate"].isna().tolist() == [False] * 5 + [True]


def test_a_customer_counts_in_a_window_from_the_day_it_is_over(shop):
    first = pd.Timestamp("2024-05-20")  # C7
    for extra, n in ((29, 6), (30, 7)):
        table = repurchase.curve(shop.orders, as_of=first + pd.Timedelta(days=extra), within_days=(30,))
        assert table["n_customers"].tolist() == [n]
        rungs = repurchase.ladder(shop.orders, as_of=first + pd.Timedelta(days=extra), within_days=30)
        assert rungs["n_customers"][0] == n


def test_the_rate_on_one_base_counts_the_same_customers_in_every_window(shop, as_of):
    table = repurchase.common_base(shop.orders, as_of=as_of, within_days=(30, 60, 90))
    assert rows(table, "within_days", "n_customers", "n_repurchased") == [[30, 6, 2], [60, 6, 3], [90, 6, 4]]


def test_scope_says_whose_customer_it_is_and_where_the_return_counts(shop, as_of):
    orders = shop.orders.copy()
    orders.loc[orders["order_id"] == "O10", "store_id"] = "S1"  # C5 of S2 first buys in S1, then again there

    def by_store(scope):
        table = repurchase.curve(orders, as_of=as_of, within_days=(30,), by="store_id", scope=scope)
        return rows(table, "store_id", "n_customers", "n_repurchased")

    assert by_store("any") == [["S1", 5, 2], ["S2", 2, 1]]
    assert by_store("home") == [["S1", 4, 1], ["S2", 3, 2]]
    assert by_store("branch") == [["S1", 5, 2], ["S2", 2, 1]]
    unchanged = repurchase.curve(shop.orders, as_of=as_of, within_days=(30,), by="store_id", scope="branch")
    assert rows(unchanged, "store_id", "n_customers", "n_repurchased") == [["S1", 5, 1], ["S2", 3, 1]]


def test_the_home_row_of_a_store_is_what_its_own_orders_give(shop, as_of):
    chain = repurchase.curve(shop.orders, as_of=as_of, within_days=(30, 60), by="store_id", scope="home")
    for store, one in chain.groupby("store_id"):
        own = repurchase.curve(
            shop.orders[shop.orders["home_store_id"] == store], as_of=as_of, within_days=(30, 60)
        )
        pd.testing.assert_frame_equal(one.drop(columns="store_id").reset_index(drop=True), own)


def test_survival_of_the_seven_customers(shop, as_of):
    table = repurchase.survival(shop.orders, as_of=as_of)
    assert rows(table.round(4), "days", "at_risk", "events", "repurchased") == [
        [20, 7, 1, 0.1429],
        [21, 6, 1, 0.2857],
        [28, 5, 1, 0.4286],
        [41, 4, 1, 0.5714],
        [79, 3, 1, 0.7143],
        [102, 2, 1, 0.8571],
        [141, 1, 0, 0.8571],  # C4 waits since 2024-02-10
    ]


@PROPERTY
@given(orders=shops(60))
def test_survival_agrees_with_lifelines(orders):
    as_of = pd.Timestamp("2024-03-01")
    table = repurchase.survival(orders, as_of=as_of)
    first = _plain_days(orders).groupby("customer_id")["day"].agg(lambda d: sorted(d))
    if not len(first):
        assert table.empty
        return
    back = first.map(len) > 1
    waits = [(d[1] if len(d) > 1 else as_of) - d[0] for d in first]
    fitted = KaplanMeierFitter().fit([w.days for w in waits], back)
    expected = 1 - fitted.survival_function_at_times(table["days"]).to_numpy()
    np.testing.assert_allclose(table["repurchased"], expected, atol=1e-12)
    low = 1 - fitted.confidence_interval_.iloc[:, 1]
    inside = table[table["repurchased"].between(1e-9, 1 - 1e-9)]
    np.testing.assert_allclose(inside["low"], low.reindex(inside["days"]), atol=1e-9)


def test_a_young_store_is_read_off_the_curve_while_ten_are_at_risk():
    day = pd.Timestamp("2024-06-01")
    first = pd.DataFrame({"customer_id": [f"c{i}" for i in range(12)], "ordered_at": day, "amount": 10.0})
    again = pd.DataFrame(
        {
            "customer_id": ["c0", "c1", "c2"],
            "ordered_at": day + pd.to_timedelta([5, 9, 20], unit="D"),
            "amount": 5.0,
        }
    )
    orders = pd.concat([first, again])
    table = repurchase.early(orders, as_of="2024-06-30", within_days=(5, 9, 20, 25, 30))
    assert rows(table.round(4), "within_days", "n_customers", "at_risk", "repurchase_rate") == [
        [5, 12, 12, 0.0833],
        [9, 12, 11, 0.1667],
        [20, 12, 10, 0.25],
        [25, 12, 9, None],
        [30, 12, 0, None],
    ]


def test_the_ladder_of_the_seven_customers(shop, as_of):
    table = repurchase.ladder(shop.orders, as_of=as_of, within_days=40, n_orders=4)
    assert rows(table, "order_number", "n_customers", "n_next") == [
        [1, 7, 3],
        [2, 4, 1],
        [3, 1, 0],
        [4, 1, 0],
    ]
    first_rung = repurchase.curve(shop.orders, as_of=as_of, within_days=(40,))
    assert table["next_rate"][0] == first_rung["repurchase_rate"][0]


def test_gaps_count_those_who_still_wait(shop, as_of):
    table = repurchase.gaps(shop.orders, as_of=as_of, n_orders=3)
    assert rows(table, "order_number", "n_customers", "n_next", "median_days", "p80_days") == [
        [1, 7, 6, 41.0, 102.0],
        [2, 6, 1, None, None],
        [3, 1, 1, 70.0, 70.0],
    ]
    completers = [20, 21, 28, 41, 79, 102]
    assert np.median(completers) < 41.0


def test_the_hazard_of_the_seven_customers(shop, as_of):
    table = repurchase.hazard(shop.orders, as_of=as_of, n_periods=4)
    assert rows(table, "period", "from_day", "to_day", "n_at_risk", "n_events") == [
        [1, 1, 30, 7, 3],
        [2, 31, 60, 4, 1],
        [3, 61, 90, 3, 1],
        [4, 91, 120, 1, 0],  # C6 returns on day 102, but has not lived through day 120
    ]


def test_a_repeat_order_after_a_message_is_not_touch_free(shop, as_of):
    def touched(**moments):
        events = pd.DataFrame(
            {
                "customer_id": list(moments),
                "event": "message",
                "happened_at": pd.to_datetime(list(moments.values())),
            }
        )
        table = repurchase.touch_free(
            shop.orders, events, as_of=as_of, touches=["message"], quiet_days=7, within_days=(30,)
        )
        return rows(table, "n_customers", "n_repurchased", "n_touch_free")[0]

    assert touched(C4="2024-02-11") == [7, 3, 3]
    assert touched(C1="2024-01-18 08:00") == [7, 3, 2]  # 7 days before the order of 2024-01-25
    assert touched(C1="2024-01-17 23:00") == [7, 3, 3]  # 8 days before
    assert touched(C1="2024-01-25 15:00") == [7, 3, 2]  # at the very moment
    assert touched(C1="2024-01-25 15:01") == [7, 3, 3]  # after the order


def test_touch_free_needs_only_one_order_that_nobody_asked_for(shop, as_of):
    events = pd.DataFrame(
        {"customer_id": ["C1"], "event": "coupon", "happened_at": pd.to_datetime(["2024-01-24"])}
    )
    args = {"as_of": as_of, "touches": ["coupon"], "within_days": (30, 60)}
    table = repurchase.touch_free(shop.orders, events, **args)
    assert rows(table, "within_days", "n_repurchased", "n_touch_free") == [[30, 3, 2], [60, 3, 3]]


def test_the_rate_within_a_period_counts_orders_as_a_screen_does(shop):
    period = {"since": "2024-01-01", "as_of": "2024-02-15"}
    by_orders = repurchase.within_period(shop.orders, **period)
    by_days = repurchase.within_period(shop.orders, count="days", **period)
    columns = ["n_buyers", "n_repeat_buyers", "period_repeat_rate"]
    assert rows(by_orders, *columns) == [[4, 2, 0.5]]  # C1, and C2 with two orders on one day
    assert rows(by_days, *columns) == [[4, 1, 0.25]]


def test_equal_behaviour_scores_differently_within_a_period_as_the_store_grows():
    """Every customer returns after 60 days; only the share of late comers differs."""

    def period_rate(n_late):
        days = [0] * 10 + [200] * n_late
        orders = [(f"c{i}", d + gap) for i, d in enumerate(days) for gap in (0, 60)]
        frame = pd.DataFrame(orders, columns=["customer_id", "day"])
        frame = frame.assign(
            ordered_at=pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], "D"), amount=9.0
        )
        args = {"as_of": "2024-08-15"}
        naive = repurchase.within_period(frame, since="2024-01-01", **args)["period_repeat_rate"][0]
        return naive, repurchase.curve(frame, within_days=(60,), **args)["repurchase_rate"][0]

    assert period_rate(0) == (1.0, 1.0)
    assert period_rate(30) == (0.25, 1.0)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (repurchase.curve, {"within_days": (0,)}),
        (repurchase.curve, {"within_days": ()}),
        (repurchase.curve, {"within_days": (30.5,)}),
        (repurchase.curve, {"within_days": ("month",)}),
        (repurchase.curve, {"within_days": (float("nan"),)}),
        (repurchase.curve, {"within_days": "30"}),
        (repurchase.early, {"within_days": (0,)}),
        (repurchase.curve, {"scope": "everywhere"}),
        (repurchase.ladder, {"within_days": 0}),
        (repurchase.ladder, {"within_days": 30.5}),
        (repurchase.ladder, {"within_days": (30, 60)}),
        (repurchase.gaps, {"n_orders": 0}),
        (repurchase.hazard, {"period_days": 0}),
        (repurchase.hazard, {"n_periods": "12"}),
        (repurchase.within_period, {"since": "2024-01-01", "count": "weeks"}),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(shop, as_of, function, arguments):
    with pytest.raises(ArgumentError):
        function(shop.orders, as_of=as_of, **arguments)


def test_one_window_may_stand_alone(shop, as_of):
    one = repurchase.curve(shop.orders, as_of=as_of, within_days=60)
    pd.testing.assert_frame_equal(one, repurchase.curve(shop.orders, as_of=as_of, within_days=(60,)))


@pytest.mark.parametrize("wrong", [{"touches": []}, {"quiet_days": -1}, {"within_days": (0,)}])
def test_touch_free_refuses_what_cannot_be_meant(shop, as_of, wrong):
    with pytest.raises(ArgumentError):
        repurchase.touch_free(shop.orders, shop.events, as_of=as_of, **{"touches": ["messaged"], **wrong})


def test_a_missing_column_is_named(shop, as_of):
    with pytest.raises(TableError, match="amount"):
        repurchase.curve(shop.orders.drop(columns="amount"), as_of=as_of)
    with pytest.raises(TableError, match="channel"):
        repurchase.survival(shop.orders, as_of=as_of, by="channel")


@pytest.mark.parametrize("name", ["curve", "common_base", "survival", "early", "gaps", "ladder", "hazard"])
def test_no_orders_give_a_table_without_customers(shop, as_of, name):
    function = getattr(repurchase, name)
    full = function(shop.orders, as_of=as_of)
    nobody = function(shop.orders[:0], as_of=as_of)
    assert list(nobody.columns) == list(full.columns)
    assert nobody.get("n_customers", pd.Series([0])).sum() == 0
    assert function(shop.orders, as_of="2023-01-01", by="store_id").empty


def test_one_customer_and_one_day_are_an_ordinary_shop(as_of):
    orders = pd.DataFrame({"customer_id": ["a"], "ordered_at": [pd.Timestamp(as_of)], "amount": [1.0]})
    assert rows(repurchase.survival(orders, as_of=as_of), "days", "at_risk", "events") == [[0, 1, 0]]
    assert repurchase.curve(orders, as_of=as_of)["n_customers"].tolist() == [0] * 5


def _plain_days(orders):
    net = orders["amount"] - orders["refund_amount"]
    days = orders.assign(day=orders["ordered_at"].dt.normalize(), net=net)
    days = days.groupby(["customer_id", "day"], as_index=False)["net"].sum()
    return days[days["net"] > 0]


def _reference_curve(orders, as_of, windows):
    days = _plain_days(orders[orders["ordered_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)])
    result = []
    for n in windows:
        base = again = 0
        for _, own in days.groupby("customer_id")["day"]:
            gaps = sorted((own - own.min()).dt.days)
            if own.min() + pd.Timedelta(days=n) <= pd.Timestamp(as_of):
                base += 1
                again += len(gaps) > 1 and gaps[1] <= n
        result.append([n, base, again])
    return result


@PROPERTY
@given(orders=shops(), last=st.integers(5, 70))
def test_the_curve_is_what_a_loop_over_customers_counts(orders, last):
    as_of = pd.Timestamp("2024-01-01") + pd.Timedelta(days=last)
    table = repurchase.curve(orders, as_of=as_of, within_days=(1, 10, 30))
    assert rows(table, "within_days", "n_customers", "n_repurchased") == _reference_curve(
        orders, as_of, (1, 10, 30)
    )


@PROPERTY
@given(
    orders=shops(),
    seed=st.integers(0, 99),
    name=st.sampled_from(["curve", "survival", "ladder", "gaps", "hazard"]),
)
def test_row_order_and_other_stores_decide_nothing_and_the_input_stays(orders, seed, name):
    function, before = getattr(repurchase, name), orders.copy(deep=True)
    shuffled = orders.sample(frac=1, random_state=seed)
    args = {"as_of": "2024-03-01", "by": "store_id"}
    pd.testing.assert_frame_equal(function(orders, **args), function(shuffled, **args))
    table = function(orders, scope="branch", **args)
    alone = function(orders[orders["store_id"] == "S1"], scope="branch", **args)
    pd.testing.assert_frame_equal(table[table["store_id"] == "S1"].reset_index(drop=True), alone)
    pd.testing.assert_frame_equal(orders, before)


@PROPERTY
@given(orders=shops(), last=st.integers(5, 60), later=st.integers(1, 30))
def test_a_later_end_never_shrinks_a_base_and_rates_stay_between_0_and_1(orders, last, later):
    start = pd.Timestamp("2024-01-01")
    args = {"within_days": (5, 20, 40)}
    early = repurchase.curve(orders, as_of=start + pd.Timedelta(days=last), **args)
    late = repurchase.curve(orders, as_of=start + pd.Timedelta(days=last + later), **args)
    assert (late["n_customers"] >= early["n_customers"]).all()
    assert (late["n_repurchased"] >= early["n_repurchased"]).all()
    common = repurchase.common_base(orders, as_of=start + pd.Timedelta(days=last), **args)
    assert common["repurchase_rate"].dropna().is_monotonic_increasing
    assert common["n_customers"].nunique() == 1
    ladder = repurchase.ladder(orders, as_of=start + pd.Timedelta(days=last), within_days=10)
    hazard = repurchase.hazard(orders, as_of=start + pd.Timedelta(days=last), period_days=10)
    for rate in (late["repurchase_rate"], ladder["next_rate"], hazard["hazard"]):
        assert rate.dropna().between(0, 1).all()
