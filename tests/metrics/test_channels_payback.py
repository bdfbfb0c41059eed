"""Payback day by day, the add rate over its denominators, and the store an add lands in."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from channel_shops import AS_OF, at_random, frame, two_channels

from opsmodel import channels
from opsmodel.errors import ArgumentError, TableError


def by_loop(shop, channel, day):
    """Margins by the day, of the adds old enough for it, one by one; and the cost until the last of them."""
    end = pd.Timestamp(AS_OF)
    margins = []
    for person in shop.customers[shop.customers["channel"] == channel].itertuples():
        joined = person.joined_at.normalize()
        if (end - joined).days < day or person.joined_at >= end + pd.Timedelta(days=1):
            continue
        own = shop.orders[shop.orders["customer_id"] == person.customer_id]
        own = own[(own["ordered_at"] >= person.joined_at) & (own["ordered_at"] < end + pd.Timedelta(days=1))]
        margins.append(own.loc[(own["ordered_at"].dt.normalize() - joined).dt.days <= day, "margin"].sum())
    spent = shop.spend[shop.spend["channel"] == channel]
    return margins, spent.loc[spent["spent_on"] <= end - pd.Timedelta(days=day), "amount"].sum()


@pytest.mark.parametrize("day", [0, 1, 13, 40, 90])
def test_each_day_counts_the_adds_old_enough_for_it(day):
    shop = at_random()
    curve = channels.payback(shop, upto_days=90).set_index(["channel", "days"])
    for channel in ("advert", "poster", "till"):
        margins, cost = by_loop(shop, channel, day)
        row = curve.loc[(channel, day)]
        assert row["n_adds"] == len(margins)
        assert row["add_margin"] == pytest.approx(np.mean(margins))
        assert row["add_cost"] == pytest.approx(cost / len(margins))
        assert row["net_margin"] == pytest.approx(np.mean(margins) - cost / len(margins))


def test_on_day_n_payback_and_performance_say_the_same():
    shop = at_random()
    table = channels.performance(shop, within_days=45)
    curve = channels.payback(shop, upto_days=45)
    last = curve[curve["days"] == 45].reset_index(drop=True)
    assert last["n_adds"].tolist() == table["n_mature"].tolist()
    assert (last["net_margin"] * last["n_adds"]).tolist() == pytest.approx(table["contribution"].tolist())
    bounds = (table["add_margin_low"] - table["cost"] / table["n_mature"]).tolist()
    assert last["net_margin_low"].tolist() == pytest.approx(bounds)


def test_an_add_pays_back_on_the_day_its_margin_passes_its_cost_for_good():
    shop = two_channels()
    days = channels.payback_days(channels.payback(shop, upto_days=60)).set_index("channel")
    assert days.loc["advert", "payback_days"] == 36  # two adds cost 60, bring 40 on day 5 and 30 on day 36
    assert np.isnan(days.loc["till", "payback_days"])  # 2 of 4
    assert "poster" not in days.index  # nobody to watch


def test_no_payback_without_costs_or_margins():
    shop = two_channels()
    del shop.spend
    assert channels.payback(shop)["net_margin"].isna().all()
    shop.orders.loc[2, "margin"] = np.nan
    curve = channels.payback(shop).set_index(["channel", "days"])["add_margin"]
    assert curve["advert"].isna().sum() == 67  # from day 5 on, as long as that add is seen: to day 71
    assert curve["till"].notna().all()
    with pytest.raises(ArgumentError):
        channels.payback(shop, upto_days=-1)


def till(n_buyers=40, n_added=20, anonymous=10):
    """Buyers of one day, of whom some are added on the day or in the week after it."""
    people = [f"B{i}" for i in range(n_buyers)]
    bought = pd.Timestamp("2024-03-04T12:00")
    joined = [bought + pd.Timedelta(days=i % 8) if i < n_added else pd.NaT for i in range(n_buyers)]
    orders = pd.DataFrame({"customer_id": [*people, *[None] * anonymous], "amount": 20.0})
    orders = orders.assign(ordered_at=bought, store_id="S1", home_store_id="S1", staff_id="E1")
    customers = pd.DataFrame({"customer_id": people, "store_id": "S1", "joined_at": joined})
    return SimpleNamespace(customers=customers, orders=orders, as_of="2024-03-31")


def test_twenty_of_forty_buyers_are_half_with_an_interval_of_35_to_65_percent():
    row = channels.add_rate(till()).iloc[0]
    assert row[["n_base", "n_added", "add_rate"]].tolist() == [40, 20, 0.5]
    assert row[["add_rate_low", "add_rate_high"]].round(2).tolist() == [0.35, 0.65]
    assert row["denominator"].startswith("identified in-store buyers")
    assert row[["n_anonymous", "identified_share", "floor_rate"]].tolist() == [10, 0.8, 0.4]


def test_who_was_a_contact_before_that_day_is_not_to_be_added_again():
    shop = till()
    shop.customers.loc[39, "joined_at"] = pd.Timestamp("2024-03-03T23:59")
    assert channels.add_rate(shop)["n_base"].tolist() == [39]
    shop.customers.loc[39, "joined_at"] = pd.Timestamp("2024-03-04T08:00")  # the same visit
    assert channels.add_rate(shop)[["n_base", "n_added"]].values.tolist() == [[40, 21]]
    shop.customers.loc[39, "joined_at"] = pd.Timestamp("2024-03-12T08:00")  # the eighth day after
    assert channels.add_rate(shop)[["n_base", "n_added"]].values.tolist() == [[40, 20]]


def test_a_day_counts_once_its_week_has_passed():
    assert channels.add_rate(till(), as_of="2024-03-11")["n_base"].tolist() == [40]
    young = channels.add_rate(till(), as_of="2024-03-10").iloc[0]
    assert (young["n_base"], np.isnan(young["add_rate"])) == (0, True)


def test_buyers_belong_to_the_store_and_the_staff_of_the_purchase():
    shop = two_channels()
    by_store = channels.add_rate(shop, by="store_id").set_index("store_id")
    assert by_store["n_base"].to_dict() == {"S1": 1, "S2": 1}  # T1 on the day of joining; N1 who never did
    assert by_store["n_added"].to_dict() == {"S1": 1, "S2": 0}
    assert by_store["n_anonymous"].to_dict() == {"S1": 1, "S2": 0}
    assert channels.add_rate(shop, by="staff_id")["n_base"].sum() == 2


def test_door_traffic_is_a_denominator_on_the_days_it_was_counted():
    shop = two_channels()
    shop.traffic = frame(
        "store_id counted_on visitors", "S1 2024-01-05 40", "S1 2024-01-20 60", "S2 2024-03-28 5"
    )
    table = channels.add_rate(shop, "traffic", by="store_id")
    assert table[["n_base", "n_added"]].values.tolist() == [[100, 2], [5, 1]]
    door = channels.add_rate(shop, "traffic", channels=["till"])
    assert door[["n_base", "n_added"]].values.tolist() == [[105, 1]]


@pytest.mark.parametrize("base", ["scans", "requests"])
def test_scans_and_requests_are_people_asked_who_were_not_contacts_yet(base):
    shop = two_channels()
    event = {"scans": "scanned", "requests": "requested"}[base]
    shop.events = frame(
        "customer_id store_id event happened_at",
        f"A2         S1       {event} 2024-01-18T09:00:00",
        f"A2         S1       {event} 2024-01-18T10:00:00",
        f"T2         S2       {event} 2024-01-01T10:00:00",
        f"T1         S1       {event} 2024-01-06T10:00:00",
    )
    row = channels.add_rate(shop, base).iloc[0]  # A2 accepts; T2 far too late; T1 was one already
    assert row[["n_base", "n_added", "add_rate"]].tolist() == [2, 1, 0.5]
    with pytest.raises(ArgumentError, match="nobody has an event"):
        channels.add_rate(shop, base, event="waved")


@pytest.mark.parametrize(
    "question",
    [{"base": "sellers"}, {"by": "channel"}, {"base": "traffic", "by": "staff_id"}, {"within_days": -1}],
)
def test_a_denominator_nobody_knows_is_refused(question):
    with pytest.raises(ArgumentError):
        channels.add_rate(till(), **question)


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(TableError, match="traffic"):
        channels.add_rate(till(), "traffic")


def test_where_nobody_is_known_to_have_joined_the_rate_is_not_zero():
    shop = till()
    shop.customers = shop.customers.assign(joined_at=pd.NaT)
    row = channels.add_rate(shop).iloc[0]
    assert row["n_base"] == 40
    assert row[["n_added", "add_rate", "floor_rate"]].isna().all()


def visits(*rows):
    customers = frame(
        "customer_id store_id channel joined_at",
        *(f"{who} S1 till 2024-01-01" for who in dict.fromkeys(r.split()[0] for r in rows)),
    )
    orders = frame("customer_id store_id ordered_at", *rows).assign(amount=10.0)
    return SimpleNamespace(customers=customers, orders=orders, as_of=AS_OF)


def test_an_add_is_well_routed_where_most_of_the_purchases_are():
    shop = visits(
        "A S1 2024-01-02", "A S1 2024-01-05", "A S2 2024-01-06",  # at home
        "B S2 2024-01-02", "B S2 2024-01-05", "B S1 2024-01-06",  # mostly at S2
        "C S2 2024-01-02", "C S1 2024-01-05",  # as often: home counts
        "D S2 2024-01-02", "D S2 2024-01-02",  # one day is one purchase
    )  # fmt: skip
    row = channels.routing(shop).iloc[0]
    assert row[["n_adds", "n_buyers", "n_routed", "routed_rate"]].tolist() == [4, 4, 2, 0.5]
    flows = channels.routing_flows(shop)[["home_store_id", "buys_at", "n_buyers", "share"]]
    assert flows.values.tolist() == [["S1", "S1", 2, 0.5], ["S1", "S2", 2, 0.5]]
    assert channels.routing(shop, min_orders=2)["n_buyers"].tolist() == [3]


def test_cost_of_the_last_day_counts():
    shop = two_channels()
    shop.spend = frame(
        "channel store_id spent_on amount", "advert S1 2024-03-01 31", "advert S1 2024-03-02 9"
    )
    table = channels.performance(shop, within_days=30).set_index("channel")
    assert table.loc["advert", "cost"] == 31


def test_a_contact_lost_on_a_day_that_is_not_over_is_not_lost_yet():
    shop = two_channels()
    shop.customers = frame(
        "customer_id store_id channel joined_at           left_at",
        "A           S1       till    2024-03-24T23:00:00 2024-03-31T23:30:00",
    )
    table = channels.loss(shop)  # the eighth day ends after the last day observed
    assert table[["days", "at_risk", "n_lost", "kept_rate"]].values.tolist() == [[7, 1, 0, 1]]


def test_a_client_whose_people_never_joined_has_no_payback_and_no_error():
    shop = two_channels()
    nobody = SimpleNamespace(**vars(shop)) if hasattr(shop, "__dict__") else SimpleNamespace(**shop._asdict())
    nobody.customers = shop.customers.assign(joined_at=pd.NaT)
    for by in (None, "channel"):
        curve = channels.payback(nobody, as_of=AS_OF, by=by)
        assert curve.empty
        assert channels.payback_days(curve).empty
