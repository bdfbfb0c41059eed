"""Channels of a generated chain: what was planted in them is found again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from opsmodel import channels
from opsmodel.intake.sample import chain
from opsmodel.intake.sample.behaviour import EARLY_DAYS, LOSS_A_DAY
from opsmodel.intake.sample.industry import INDUSTRIES

END = "2025-06-30"
PLANTED = {channel.name: channel for channel in INDUSTRIES["mother_baby"].channels}


@pytest.fixture(scope="module")
def sample():
    return chain("mother_baby", n_stores=3, n_customers=4000, start="2024-01-01", end=END, seed=11)


@pytest.fixture(scope="module")
def table(sample):
    return channels.performance(sample, as_of=END, within_days=30, booked="month").set_index("channel")


def lost_early(hours):
    """Of the real contacts, those gone by then: the early leavers and the daily loss, over the stores."""
    days, stay = hours / 24, 0.90
    return 1 - (1 - (1 - stay) * (1 - np.exp(-days / EARLY_DAYS))) * np.exp(-LOSS_A_DAY * days)


@pytest.mark.parametrize("name", list(PLANTED))
def test_the_cost_of_an_add_is_the_planted_one(sample, table, name):
    row = table.loc[name]
    assert row["cost"] / row["n_mature"] == pytest.approx(PLANTED[name].cost)  # to 31 May: whole months
    week = channels.performance(sample, as_of="2025-06-07", booked="month").set_index("channel").loc[name]
    assert week["kept_cost"] / week["n_adds_7"] == pytest.approx(PLANTED[name].cost)


@pytest.mark.parametrize("name", list(PLANTED))
def test_the_fake_share_is_the_planted_one_and_those_who_left_early_anyway(table, name):
    fake = PLANTED[name].fake
    expected = fake + (1 - fake) * lost_early(48)
    assert table.loc[name, "fake_rate_low"] < expected < table.loc[name, "fake_rate_high"]


@pytest.mark.parametrize("name", list(PLANTED))
def test_survival_is_the_planted_one(table, name):
    for days in (7, 30):
        expected = (1 - PLANTED[name].fake) * (1 - lost_early(24 * days))
        row = table.loc[name]
        assert row[f"kept_{days}_rate_low"] - 0.005 < expected < row[f"kept_{days}_rate_high"] + 0.005


@pytest.mark.parametrize("name", ["advert", "poster", "friend"])
def test_channels_close_by_their_planted_factors(table, name):
    def odds(channel):
        return PLANTED[channel].close * (1 - PLANTED[channel].fake)

    expected = table.loc["till", "close_rate"] * odds(name) / odds("till")
    assert table.loc[name, "close_rate"] == pytest.approx(expected, abs=0.03)


def test_first_touch_credit_is_the_count_of_buyers_by_channel(sample):
    found = channels.attribution(sample, model="first", as_of=END).set_index("channel")["credit"]
    paid = sample.orders[sample.orders["amount"] > sample.orders["refund_amount"]]
    people = sample.customers.set_index("customer_id")["channel"]
    buyers = people.reindex(paid["customer_id"].dropna().unique()).value_counts()
    assert found.to_dict() == buyers.astype(float).to_dict()


def test_adds_put_into_a_wrong_store_are_seen_by_where_they_buy(sample):
    people, orders = sample.customers, sample.orders
    bought = people["customer_id"].isin(orders["customer_id"].dropna())
    wrong = (people["channel"] == "poster") & bought & (np.arange(len(people)) % 4 == 0)
    elsewhere = people["store_id"].map({"S001": "S002", "S002": "S003", "S003": "S001"})
    moved = replace(sample, customers=people.assign(store_id=people["store_id"].where(~wrong, elsewhere)))
    before = channels.routing(sample, as_of=END).set_index("channel")
    after = channels.routing(moved, as_of=END).set_index("channel")
    assert (before["routed_rate"] > 0.99).all()
    assert after.loc[["till", "advert", "friend"], "n_routed"].equals(
        before.loc[["till", "advert", "friend"], "n_routed"]
    )
    share = wrong.sum() / before.loc["poster", "n_buyers"]
    assert 1 - after.loc["poster", "routed_rate"] == pytest.approx(share, abs=0.02)
    flows = channels.routing_flows(moved, as_of=END, by="channel")
    away = flows[(flows["channel"] == "poster") & (flows["home_store_id"] != flows["buys_at"])]
    pairs = set(zip(away["home_store_id"], away["buys_at"], strict=True))
    assert pairs >= {("S002", "S001"), ("S003", "S002"), ("S001", "S003")}


def test_each_store_of_the_chain_is_the_store_alone(sample):
    one = replace(
        sample,
        customers=sample.customers[sample.customers["store_id"] == "S002"],
        orders=sample.orders[sample.orders["home_store_id"] == "S002"],
        spend=sample.spend[sample.spend["store_id"] == "S002"],
        events=sample.events[sample.events["store_id"] == "S002"],
    )
    for ask in (channels.performance, channels.payback):
        chainwide = ask(sample, as_of=END, by=["store_id", "channel"])
        own = chainwide[chainwide["store_id"] == "S002"].drop(columns="store_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, ask(one, as_of=END, by="channel"))
