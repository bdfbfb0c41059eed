"""Channels: adds, retained adds, loss, money and cost, worked by hand and against independent judges."""

import numpy as np
import pandas as pd
import pytest
from channel_shops import AS_OF, at_random, frame, narrowed, shuffled, two_channels
from lifelines import KaplanMeierFitter

from opsmodel import channels
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.channels.means import bootstrap_bounds
from opsmodel.metrics.rates import bootstrap_mean


def worked(**question):
    return channels.performance(two_channels(), within_days=30, **question).set_index("channel")


def test_adds_count_for_each_figure_once_they_are_old_enough():
    table = worked()
    columns = ["n_adds", "n_adds_7", "n_retained", "n_adds_2", "n_fake", "n_mature", "n_buyers"]
    assert table.loc["advert", columns].tolist() == [4, 3, 2, 4, 1, 2, 1]
    assert table.loc["till", columns].tolist() == [2, 2, 2, 2, 0, 2, 1]


def test_rates_have_the_mature_adds_below_them():
    table = worked()
    assert table.loc["advert", "retained_rate"] == pytest.approx(2 / 3)
    assert table.loc["advert", "fake_rate"] == pytest.approx(1 / 4)
    assert table.loc["advert", "close_rate"] == pytest.approx(1 / 2)
    assert table.loc["advert", "add_share"] == pytest.approx(4 / 6)


def test_money_counts_from_the_moment_of_joining_for_n_days():
    table = worked()
    assert table.loc["till", ["revenue", "margin"]].tolist() == [20, 2]  # not the order an hour before
    assert table.loc["advert", ["revenue", "margin", "add_margin"]].tolist() == [100, 40, 20]  # not day 36


def test_cost_is_set_against_the_adds_of_its_own_period():
    table = worked()
    assert table.loc["advert", ["cost", "kept_cost"]].tolist() == [60, 160]  # to 1 March, to 24 March
    assert table.loc["advert", "roi"] == pytest.approx((40 - 60) / 60)
    assert table.loc["till", "roi"] == pytest.approx((2 - 4) / 4)
    assert table.loc["advert", "cost_per_retained_add"] == pytest.approx(160 / 2)


def test_a_channel_that_cost_and_brought_nobody_lost_all_of_it():
    poster = worked().loc["poster"]
    assert poster[["n_adds", "n_mature", "cost", "roi", "contribution"]].tolist() == [0, 0, 50, -1, -50]
    assert poster[["retained_rate", "close_rate", "add_margin", "cost_per_retained_add"]].isna().all()


def test_contribution_bears_gifts_and_hours():
    table = worked(giveaway=3.0, staff_hours={"till": 0.5}, hour_cost=20.0)
    assert table.loc["advert", "contribution"] == 40 - 60 - 2 * 3
    assert table.loc["till", "contribution"] == 2 - 4 - 2 * (3 + 0.5 * 20)


def test_ltv_over_cac_may_look_further_than_roi():
    table = worked(ltv_days=60)
    assert table.loc["advert", ["n_ltv", "ltv", "cac"]].tolist() == [2, 35, 30]  # 40 + 30 over two adds
    assert table.loc["advert", "ltv_cac"] == pytest.approx(35 / 30)
    assert worked().loc["advert", "ltv_cac"] == pytest.approx(worked().loc["advert", "roi"] + 1)


def test_the_cost_of_a_month_is_spread_over_its_days():
    shop = two_channels()
    shop.spend = frame("channel store_id spent_on amount", "advert S1 2024-03-01 31")
    table = channels.performance(shop, within_days=30, booked="month").set_index("channel")
    assert table.loc["advert", ["cost", "kept_cost"]].tolist() == pytest.approx([1, 24])


def test_adds_and_cost_before_since_do_not_count():
    table = worked(since="2024-01-15")
    assert table.loc["advert", ["n_adds", "n_mature", "cost", "kept_cost"]].tolist() == [3, 1, 0, 100]


@pytest.mark.parametrize(("by", "keys"), [("staff_id", ["E1", "E2", "E3"]), ("store_id", ["S1", "S2"])])
def test_groups_are_columns_of_the_customers(by, keys):
    table = channels.performance(two_channels(), within_days=30, by=by)
    assert table[by].tolist() == keys
    assert table["n_adds"].sum() == 6
    assert table["cost"].isna().all() == (by == "staff_id")  # nobody books cost by staff


def test_what_was_not_recorded_is_not_zero():
    shop = two_channels()
    shop.customers = shop.customers.assign(left_at=pd.NaT)
    shop.orders = shop.orders.drop(columns="margin")
    del shop.spend
    table = channels.performance(shop, within_days=30)
    unseen = [
        "n_retained",
        "retained_rate",
        "kept_7_rate",
        "fake_rate",
        "margin",
        "cost",
        "roi",
        "contribution",
    ]
    assert table[unseen].isna().all(axis=None)
    assert table["close_rate"].tolist() == [0.5, 0.5]
    shared = channels.performance(shop, within_days=30, margin_share=0.3).set_index("channel")
    assert shared.loc["advert", "margin"] == pytest.approx(30)


def test_one_order_without_a_margin_leaves_the_margin_of_its_channel_unknown():
    shop = two_channels()
    shop.orders.loc[2, "margin"] = np.nan
    table = channels.performance(shop, within_days=30).set_index("channel")
    assert table["margin"].isna().to_dict() == {"advert": True, "poster": False, "till": False}


def test_a_shop_of_nobody_has_no_rows():
    shop = two_channels()
    shop.customers, shop.spend = shop.customers.head(0), shop.spend.head(0)
    assert channels.performance(shop).empty
    assert channels.loss(shop).empty
    assert channels.payback(shop).empty
    assert channels.routing(shop).empty


def test_one_customer_on_the_last_day_is_too_young_for_all():
    shop = two_channels()
    shop.customers = shop.customers[shop.customers["customer_id"] == "A4"]
    table = channels.performance(shop, as_of="2024-03-28", within_days=20)
    row = table.set_index("channel").loc["advert"]
    assert row[["n_adds", "n_adds_7", "n_mature"]].tolist() == [1, 0, 0]
    assert row[["retained_rate", "close_rate", "add_margin", "roi", "contribution"]].isna().all()
    assert row["cost"] == 60


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"within_days": 0}, ArgumentError),
        ({"ltv_days": 0}, ArgumentError),
        ({"booked": "year"}, ArgumentError),
        ({"by": None, "giveaway": {"till": 1.0}}, ArgumentError),
        ({"by": "colour"}, TableError),
    ],
)
def test_a_question_without_an_answer_is_refused(wrong, error):
    with pytest.raises(error):
        channels.performance(two_channels(), **wrong)


CALLS = {
    "performance": lambda shop: channels.performance(shop, within_days=30, by=["store_id", "channel"]),
    "loss": lambda shop: channels.loss(shop, by=["store_id", "channel"]),
    "payback": lambda shop: channels.payback(shop, by=["store_id", "channel"], upto_days=40),
    "routing": lambda shop: channels.routing(shop, by=["store_id", "channel"]),
    "flows": lambda shop: channels.routing_flows(shop, by="store_id"),
}
every_call = pytest.mark.parametrize("name", list(CALLS))


@every_call
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_decides_nothing(name, seed):
    shop = at_random(seed)
    pd.testing.assert_frame_equal(CALLS[name](shop), CALLS[name](shuffled(shop)))


@every_call
def test_other_stores_change_nothing(name):
    shop = at_random()
    chain, store = CALLS[name](shop), CALLS[name](narrowed(shop, "S1"))
    own = chain[chain["store_id"] == "S1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, store, check_dtype=False)


@every_call
def test_the_tables_are_as_they_were(name):
    shop, before = at_random(), at_random()
    CALLS[name](shop)
    for table in ("customers", "orders", "spend"):
        pd.testing.assert_frame_equal(getattr(shop, table), getattr(before, table))


def test_what_happens_after_the_last_day_changes_nothing():
    shop, cut = at_random(), at_random()
    after = pd.Timestamp("2024-02-01")
    cut.orders = cut.orders[cut.orders["ordered_at"] < after]
    cut.customers = cut.customers[cut.customers["joined_at"] < after]
    cut.customers["left_at"] = cut.customers["left_at"].where(cut.customers["left_at"] < after)
    day = "2024-01-31"
    pd.testing.assert_frame_equal(
        channels.performance(shop, as_of=day, within_days=30),
        channels.performance(cut, as_of=day, within_days=30),
    )


def test_loss_is_the_curve_of_lifelines():
    shop = at_random()
    table = channels.loss(shop, by=None)
    people, end = shop.customers, pd.Timestamp(AS_OF)
    people = people[people["joined_at"] < end + pd.Timedelta(days=1)]
    age = (end - people["joined_at"].dt.normalize()).dt.days
    day = (people["left_at"] - people["joined_at"]) // pd.Timedelta(days=1) + 1
    lost = day <= age
    judge = KaplanMeierFitter().fit(day.where(lost, age), lost)
    assert table["kept_rate"].to_numpy() == pytest.approx(judge.predict(table["days"]).to_numpy())
    inside = table["kept_rate"].between(0, 1, inclusive="neither")
    bounds = judge.confidence_interval_.loc[table.loc[inside, "days"]].to_numpy()
    found = table.loc[inside, ["kept_rate_low", "kept_rate_high"]].to_numpy()
    assert found == pytest.approx(bounds, abs=1e-9)


def test_the_retained_rate_is_the_curve_once_all_are_old_enough():
    shop = at_random()
    shop.customers = shop.customers[shop.customers["joined_at"] < "2024-03-20"]
    table = channels.performance(shop, by="channel")
    assert table["kept_7_rate"].tolist() == pytest.approx(table["retained_rate"].tolist())


def test_a_bond_with_one_of_the_staff_may_end_while_another_lasts():
    shop = two_channels()
    shop.events = frame(
        "customer_id staff_id event  happened_at",
        "A2          E1       joined 2024-01-20T10:00:00",
        "A2          E1       left   2024-01-22T10:00:00",
        "A2          E2       added  2024-01-21T10:00:00",
        "T1          E1       joined 2024-01-05T12:00:00",
        "T1          E1       left   2024-01-06T12:00:00",
        "T1          E1       joined 2024-01-08T12:00:00",
    )
    edges = channels.loss(shop, by="staff_id", level="edge")
    assert edges.groupby("staff_id")["n_lost"].sum().to_dict() == {"E1": 1, "E2": 0}
    assert edges.groupby("staff_id")["at_risk"].max().to_dict() == {"E1": 2, "E2": 1}
    by_channel = channels.loss(shop, by="channel", level="edge")
    assert by_channel.groupby("channel")["at_risk"].max().to_dict() == {"advert": 2, "till": 1}


def test_another_level_is_refused():
    with pytest.raises(ArgumentError):
        channels.loss(two_channels(), level="phone")


def test_the_interval_of_a_mean_is_that_of_a_bootstrap_by_customer():
    values = np.random.default_rng(1).lognormal(3, 1, 80) * (np.arange(80) % 3 == 0)
    rows = pd.DataFrame({"customer_id": range(80), "margin": values})
    drawn = bootstrap_mean(rows, "margin", draws=20_000).iloc[0]
    low, high = bootstrap_bounds(80, values.sum(), (values**2).sum(), (values**3).sum())
    width = drawn["value_high"] - drawn["value_low"]
    assert abs(low - drawn["value_low"]) < 0.02 * width
    assert abs(high - drawn["value_high"]) < 0.02 * width
