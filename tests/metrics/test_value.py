"""Value as it was: LTV by window and origin, the teaching form, the gate of the models."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from cdnow import cdnow_log
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shops import START, order_days, random_shops

from opsmodel import value
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.rates import bootstrap_mean
from opsmodel.metrics.value import likeness, means, models

PROPERTY = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def rows(table, *columns):
    chosen = table[list(columns)].round(2).astype(object)
    return chosen.where(table[list(columns)].notna(), None).values.tolist()


def test_ltv_of_the_seven_customers_by_hand(shop, as_of):
    table = value.ltv(shop.orders, as_of=as_of, within_days=(30, 90, 150, 360))
    assert rows(table, "within_days", "n_customers", "ltv") == [
        [30, 7, 91.9],  # 139.90 + 59.80 + 39.90 + 9.90 + 107.90 + 200.00 + 85.90
        [90, 6, 161.23],  # C7 is too young: 289.90 + 259.80 + 99.90 + 9.90 + 107.90 + 200.00
        [150, 3, 249.53],  # C1 388.90, C2 259.80, C3 99.90
        [360, 0, None],
    ]
    margin = value.ltv(shop.orders, as_of=as_of, within_days=(30,), measure="margin")
    assert rows(margin, "ltv") == [[25.86]]  # (42 + 12 + 10 + 1 + 32 + 60 + 24) ÷ 7


def test_ltv_since_joining_counts_those_who_never_bought(shop, as_of):
    orders = shop.orders[shop.orders["customer_id"] != "C4"]
    table = value.ltv(orders, as_of=as_of, within_days=(90,), customers=shop.customers, by="store_id")
    assert rows(table, "store_id", "n_customers", "n_buyers", "ltv") == [
        [
            "S1",
            4,
            3,
            147.4,
        ],  # (289.90 + 259.80 + 39.90 + 0) ÷ 4: C3 joined on 20 January, 91 days before 60.00
        ["S2", 2, 2, 153.95],
    ]


def test_purchases_before_joining_are_not_of_the_window(shop, as_of):
    customers = shop.customers.assign(joined_at=pd.Timestamp("2024-02-20"))
    table = value.ltv(shop.orders, as_of=as_of, within_days=(30,), customers=customers)
    assert rows(table, "n_customers", "n_buyers") == [[7, 4]]  # C1, C2 (on the very day), C5, C6
    nobody = value.ltv(shop.orders, as_of=as_of, customers=customers.assign(joined_at=pd.NaT), by="channel")
    assert len(nobody) == 0


def test_ltv_by_channel_and_by_first_product(shop, as_of):
    orders = value.with_origin(shop.orders, shop.customers, ["channel"])
    table = value.ltv(orders, as_of=as_of, within_days=(30,), by="channel")
    assert rows(table, "channel", "n_customers", "ltv") == [
        ["advert", 2, 104.95], ["group", 2, 62.9], ["till", 3, 102.53],
    ]  # fmt: skip
    lines = shop.orders[["order_id", "amount"]].assign(product="milk")
    lines.loc[lines["order_id"].isin(["O01", "O06"]), "product"] = "bottle"
    more = pd.DataFrame({"order_id": ["O01", "O02"], "product": ["bib", "bib"], "amount": [5.0, 500.0]})
    orders = value.with_product(shop.orders, pd.concat([lines, more]))
    table = value.ltv(orders, as_of=as_of, within_days=(30,), by="product")
    assert rows(table, "product", "n_customers") == [["bib", 1], ["bottle", 2], ["milk", 4]]


def test_ltv_by_origin_is_that_of_the_orders_with_the_channel_beside_them(shop, as_of):
    client = SimpleNamespace(**shop._asdict(), as_of=as_of)
    orders = value.with_origin(shop.orders, shop.customers, ["channel"])
    expected = value.ltv(orders, as_of=as_of, by="channel")
    pd.testing.assert_frame_equal(value.by_origin(client, origin="channel"), expected)


@PROPERTY
@given(orders=random_shops(), last=st.integers(0, 200), n=st.sampled_from([1, 30, 90]))
def test_ltv_is_what_a_loop_over_customers_finds(orders, last, n):
    end = START + pd.Timedelta(days=last)
    before = orders.copy(deep=True)
    table = value.ltv(orders.sample(frac=1, random_state=1), as_of=end, within_days=(n,), by="store_id")
    days = order_days(orders, end)
    if days.empty:
        assert table.empty
        return
    starts = days.sort_values("day").drop_duplicates("customer_id")
    starts = starts[starts["day"] + pd.Timedelta(days=n) <= end]
    net = orders.assign(
        net=orders["amount"] - orders["refund_amount"], day=orders["ordered_at"].dt.normalize()
    )
    for store, own in starts.groupby("store"):
        total = 0.0
        for customer, first in zip(own["customer_id"], own["day"], strict=True):
            near = net["day"].between(first, first + pd.Timedelta(days=n))
            total += net.loc[near & (net["customer_id"] == customer), "net"].sum()
        found = table[table["store_id"] == store].iloc[0]
        assert found["n_customers"] == len(own)
        assert found["ltv"] == pytest.approx(total / len(own))
    assert table["n_customers"].sum() == len(starts)
    pd.testing.assert_frame_equal(orders, before)


def test_the_interval_is_the_bootstrap_by_customer_and_its_normal_limit():
    amounts = np.random.default_rng(3).lognormal(3, 1.2, 4000)
    drawn = means.mean(amounts)
    judge = bootstrap_mean(pd.DataFrame({"customer_id": range(4000), "v": amounts}), "v").iloc[0]
    assert drawn["plain"] == pytest.approx(judge["value"])
    assert drawn["plain_low"] == pytest.approx(judge["value_low"], rel=0.01)
    assert drawn["plain_high"] == pytest.approx(judge["value_high"], rel=0.01)
    many = means.mean(np.tile(amounts, 2))
    assert many["plain_high"] - many["plain"] == pytest.approx(1.96 * many["se"], rel=1e-3)
    assert drawn["winsorised"] < drawn["plain"]
    assert means.mean(amounts[::-1]) == drawn


def test_the_teaching_form_reads_a_tenth_of_a_long_life_in_a_short_file():
    """Lives of 2.0 years on average, four purchases a year, seen for one year."""
    rng = np.random.default_rng(5)
    n, visits = 4000, []
    joined, life = rng.uniform(0, 365, n), rng.exponential(2.0 * 365, n)
    for person in range(n):
        at = joined[person]
        while at <= min(joined[person] + life[person], 365):
            visits.append((str(person), at))
            at += rng.exponential(91)
    orders = pd.DataFrame(visits, columns=["customer_id", "at"]).assign(amount=100.0)
    orders["ordered_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(orders["at"].astype(int), unit="D")
    told = value.teaching(orders, as_of="2024-12-31").iloc[0]
    assert told["lifespan_years"] == pytest.approx(0.25, abs=0.05)  # of the 2.0 there are
    assert told["lifespan_bias"] < -0.5
    assert told["lifespan_corrected_years"] > 2 * told["lifespan_years"]
    product = told["order_value"] * told["orders_per_year"] * told["lifespan_years"]
    assert told["teaching_ltv"] == pytest.approx(product)


def test_the_teaching_form_by_store(shop, as_of):
    table = value.teaching(shop.orders, as_of=as_of, quiet_days=60, within_days=90, by="store_id")
    assert rows(table, "store_id", "n_customers", "n_living", "ltv") == [
        ["S1", 4, 1, 164.88], ["S2", 2 + 1, 2, 153.95],
    ]  # fmt: skip


def test_another_stores_gaps_end_no_life(shop, as_of):
    own = shop.orders[shop.orders["home_store_id"] == "S1"]
    alone = value.teaching(own, as_of=as_of, within_days=90)
    beside = value.teaching(shop.orders, as_of=as_of, within_days=90, by="home_store_id")
    pd.testing.assert_frame_equal(beside.iloc[[0]].drop(columns="home_store_id"), alone)
    assert beside["quiet_days"].nunique() == 2


def test_a_model_that_foretells_cdnow_passes_the_gate_and_its_card_scores_customers():
    log = cdnow_log()
    card = value.model_card(log, as_of="1998-06-30", model="bg_nbd", holdout_days=273)
    told = card.iloc[0]
    days = log.groupby("customer_id")["date"].nunique()
    assert (told["n_customers"], told["n_repeaters"], told["n_holdout"]) == (2357, (days > 1).sum(), 2357)
    assert told["holdout_orders"] == 4339 - 2457  # Fader, Hardie & Lee 2005: repeats after week 39
    assert told["holdout_expected"] == pytest.approx(1653.4, abs=0.5)
    assert (told["usable"], told["reason"], told["alike"]) == (True, "", "")
    scored = value.outlook(log, card, periods=52, as_of="1998-06-30")
    fitted = value.fit(value.summarize(log, as_of="1998-06-30", unit="week"), model="bg_nbd", unit="week")
    summary = value.summarize(log, as_of="1998-06-30", unit="week")
    by_hand = fitted.predict(summary, 52).expected_orders.sum().execute()
    assert scored["expected_orders"].iloc[0] == pytest.approx(by_hand)
    assert scored["unit"].tolist() == ["week"]


def test_a_chain_whose_customers_buy_at_one_rate_has_a_card_that_says_so():
    """Planted: everybody alive buys at the same rate, so that the maximum lies where r has no limit."""
    rng = np.random.default_rng(4)
    n = 1500
    start, stop = rng.integers(0, 300, n), rng.beta(1.3, 2.0, n)
    bought = [np.cumsum(np.r_[s, 1 + rng.exponential(30, rng.geometric(p)).astype(int)]) for s, p in
              zip(start, stop, strict=True)]  # fmt: skip
    days = pd.DataFrame({"customer_id": np.repeat(np.arange(n), [len(b) for b in bought]).astype(str)})
    days["ordered_at"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.concatenate(bought), unit="D")
    days = days.assign(amount=rng.gamma(5, 10, len(days)).round(2) + 0.01)
    told = value.model_card(days, as_of="2024-06-30").iloc[0]
    assert told["r"] > 100
    assert "rate" in told["alike"].split()
    assert (told["usable"], told["reason"]) == (abs(told["holdout_off_share"]) <= 0.15, "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"r": 400.0, "alpha": 900.0}, "rate"),
        ({"a": 300.0, "b": 700.0}, "stop"),
        ({"a": 1e-6}, "never"),
        ({"q": 500.0, "v": 9000.0}, "spend"),
        (dict.fromkeys(["r", "alpha", "a", "b", "p", "q", "v"], np.nan), ""),
    ],
)
def test_a_parameter_without_limit_is_named_by_what_it_leaves_alike(changes, words):
    told = {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4, "p": 6.25, "q": 3.74, "v": 15.44, **changes}
    bought, spent = ({name: told[name] for name in part} for part in (("r", "alpha", "a", "b"), "pqv"))
    assert likeness.alike(models.Purchases(bought), models.Spend(spent)) == words


def test_tracking_follows_the_repeat_purchases_of_cdnow_within_the_published_margin():
    """Fader, Hardie & Lee 2005, figure 6: BG/NBD stays near the cumulative repeats to week 78."""
    table = value.tracking(cdnow_log(), as_of="1998-06-30", holdout_days=273, model="bg_nbd")
    assert table["week"].tolist() == list(range(1, 79))
    assert table["repeat_orders"].iloc[-1] == 4339
    at_39 = table[table["week"] == 39].iloc[0]
    assert (at_39["repeat_orders"], at_39["in_holdout"]) == (2457, False)
    assert at_39["repeat_orders_expected"] == pytest.approx(2457, rel=0.03)
    assert table["repeat_orders_expected"].iloc[-1] == pytest.approx(4339, rel=0.1)
    assert (table["repeat_orders_expected"].diff().dropna() >= 0).all()


@pytest.mark.parametrize(("take", "reason"), [(400, "customers repeaters"), (0, "customers repeaters")])
def test_a_card_names_what_keeps_the_model_from_the_gate(take, reason):
    log = cdnow_log()
    some = log[log["customer_id"].astype(int) <= take]
    card = value.model_card(some, as_of="1998-06-30", model="bg_nbd")
    assert not card["usable"].iloc[0]
    assert set(card["reason"].iloc[0].split()) >= ({"customers"} if take else set(reason.split()))
    assert len(value.tracking(some, as_of="1998-06-30")) == (78 if take else 0)


def test_arguments_that_cannot_be_are_refused(shop, as_of):
    with pytest.raises(ArgumentError, match="whole number of days"):
        value.ltv(shop.orders, as_of=as_of, within_days=(0,))
    with pytest.raises(ArgumentError, match="measure does not exist"):
        value.ltv(shop.orders, as_of=as_of, measure="profit")
    with pytest.raises(TableError, match="margin"):
        value.ltv(shop.orders.drop(columns="margin"), as_of=as_of, measure="margin")
    with pytest.raises(TableError, match="joined_at"):
        value.ltv(shop.orders, as_of=as_of, customers=shop.customers[["customer_id"]])
    with pytest.raises(ArgumentError, match="silence"):
        value.teaching(shop.orders, as_of=as_of, quiet_days=0)
    with pytest.raises(ArgumentError, match="hold-out"):
        value.split(shop.orders, as_of=as_of, holdout_days=0)
    for ask in (value.model_card, value.tracking):
        with pytest.raises(ArgumentError, match="hold-out"):
            ask(shop.orders, as_of=as_of, holdout_days=0)
