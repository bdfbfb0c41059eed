"""Leads: fit and engagement by hand, the past as it was known then, and the order when there are few."""

from math import exp
from types import SimpleNamespace

import ibis.expr.types as ir
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lead_chains import chain

from opsmodel import leads, wording
from opsmodel.errors import ArgumentError, TableError

PROPERTY = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def client(people, orders=(), events=(), as_of="2024-06-30"):
    """A chain typed in: people (id, store, channel, joined, left), orders (id, day), events (id, it, day)."""
    customers = pd.DataFrame(people, columns=["customer_id", "store_id", "channel", "joined_at", "left_at"])
    bought = pd.DataFrame(orders, columns=["customer_id", "ordered_at"]).assign(amount=10.0)
    happened = pd.DataFrame(events, columns=["customer_id", "event", "happened_at"]).astype("str")
    times = {"joined_at": pd.to_datetime(customers["joined_at"])}
    times["left_at"] = pd.to_datetime(customers["left_at"])
    bought["ordered_at"] = pd.to_datetime(bought["ordered_at"])
    bought["customer_id"] = bought["customer_id"].astype("str")
    happened["happened_at"] = pd.to_datetime(happened["happened_at"], format="ISO8601")
    return SimpleNamespace(
        customers=customers.assign(**times), orders=bought, events=happened, as_of=pd.Timestamp(as_of).date()
    )


THREE = client(
    [
        ("a", "S1", "till", "2024-06-01", None),
        ("b", "S1", "till", "2024-06-20", None),
        ("c", "S2", "till", "2024-06-29", None),
        ("gone", "S1", "till", "2024-06-01", "2024-06-10"),
        ("buyer", "S1", "till", "2024-06-01", None),
        ("future", "S1", "till", "2024-07-01", None),
    ],
    orders=[("buyer", "2024-06-02"), ("a", "2024-07-03")],
    events=[
        ("a", "joined", "2024-06-01"),
        ("a", "replied", "2024-06-16"),
        ("a", "replied", "2024-06-30T23:00"),
        ("a", "replied", "2024-07-02"),
        ("b", "joined", "2024-06-20"),
        ("b", "messaged", "2024-06-30"),
        ("c", "joined", "2024-06-29"),
    ],
)


def table(result):
    return result.execute().set_index("customer_id").sort_index()


def test_only_contacts_who_have_not_bought_by_the_last_day_are_leads():
    assert table(leads.score(THREE)).index.tolist() == ["a", "b", "c"]


def test_engagement_decays_by_whole_days_and_what_staff_does_counts_nothing():
    found = table(leads.score(THREE, tau_days=14))
    assert found.at["a", "engagement"] == pytest.approx(exp(-29 / 14) + 2 * (exp(-14 / 14) + 1), abs=1e-6)
    assert found.at["b", "engagement"] == pytest.approx(exp(-10 / 14), abs=1e-6)
    assert found["recency_days"].tolist() == [0, 10, 1]
    assert found["lead_days"].tolist() == [29, 10, 1]


def test_a_group_of_signs_counts_up_to_its_cap_and_groups_add_up():
    capped = table(leads.score(THREE, cap=1.5))
    assert capped.at["a", "engagement"] == pytest.approx(exp(-29 / 14) + 1.5, abs=1e-6)
    together = table(leads.score(THREE, groups={"joined": "all", "replied": "all"}, cap=1.5))
    assert together.at["a", "engagement"] == 1.5
    apart = table(leads.score(THREE, cap={"replied": 0.5}))
    assert apart.at["a", "engagement"] == pytest.approx(exp(-29 / 14) + 0.5, abs=1e-6)


def test_weights_are_those_of_the_caller():
    found = table(leads.score(THREE, weights={"replied": 0, "messaged": 4}, tau_days=7, cap=9))
    assert found.at["a", "engagement"] == pytest.approx(exp(-29 / 7), abs=1e-6)
    assert found.at["b", "engagement"] == pytest.approx(exp(-10 / 7) + 4, abs=1e-6)


def test_few_leads_are_ordered_by_recency_and_the_table_says_so():
    found = table(leads.score(THREE))
    assert set(found["ordered_by"]) == {"recency"}
    assert found["rank"].to_dict() == {"a": 1, "c": 2, "b": 3}
    many = table(leads.score(THREE, few=0))
    assert set(many["ordered_by"]) == {"score"}
    assert many["rank"].to_dict() == {"a": 1, "c": 2, "b": 3}  # engagement 2.7, 0.9, 0.5
    assert table(leads.score(THREE, by="store_id"))["rank"].to_dict() == {"a": 1, "b": 2, "c": 1}


def test_leads_a_month_counts_those_who_did_not_buy_on_the_day_they_came():
    overview = leads.overview(THREE)
    assert overview["leads_a_month"].tolist() == [30 * 5 / 30]  # a, b, c, gone, buyer (next day); of 30 days
    assert overview[["n_leads", "n_fresh_leads", "n_first_orders"]].values.tolist() == [[3, 3, 1]]


def fit_case():
    """One earlier day, 31 May, on which all joined: 2 of 10 of channel x bought in June, 0 of 10 of y."""
    people = [(f"{c}{i}", "S1", c, "2024-05-31", None) for c in "xy" for i in range(10)]
    people += [("new_x", "S1", "x", "2024-06-30", None), ("new_z", "S1", "z", "2024-06-30", None)]
    return client(people, orders=[("x0", "2024-06-30"), ("x1", "2024-06-05")], events=[])


def test_fit_is_the_share_of_earlier_leads_times_the_drawn_lift_of_the_kind():
    found = table(leads.score(fit_case(), fit=["channel"]))
    p = 2 / 20  # and 50 p = 5 leads' worth of it
    assert found.at["new_x", "fit"] == pytest.approx(p * (2 + 5) / (1 + 5), abs=1e-6)
    assert found.at["y0", "fit"] == pytest.approx(p * (0 + 5) / (1 + 5), abs=1e-6)
    assert found.at["new_z", "fit"] == pytest.approx(p, abs=1e-6)  # a new channel is as good as all
    both = table(leads.score(fit_case(), fit=["channel", "store_id"]))
    assert both.at["new_x", "fit"] == found.at["new_x", "fit"]  # the one store bought as often as all


def test_a_store_of_young_leads_is_not_a_better_store():
    """Both stores close alike at each age; S2 has only young leads, who buy more often."""
    people = [(f"o{i}", "S1", "t", "2024-01-15", None) for i in range(100)]
    people += [(f"y{i}", "S1", "t", "2024-05-30", None) for i in range(50)]
    people += [(f"z{i}", "S2", "t", "2024-05-30", None) for i in range(50)]
    orders = [(f"{c}{i}", "2024-06-10") for c in "yz" for i in range(20)]
    found = table(leads.score(client(people, orders), fit=["store_id"], n_cuts=1))
    assert found.groupby("store_id")["fit"].first().nunique() == 1


def test_the_chance_is_what_earlier_leads_at_the_same_height_did():
    shop = chain(seed=3)
    history = leads.history(shop)
    assert history["cut"].nunique() == 8  # of nine days to look back from, the first has no past
    assert history["chance"].between(0, 1).all()
    first = history[history["cut"] == history["cut"].min()]
    assert first.groupby(first["score"].rank(pct=True) > 0.99)["chance"].mean().is_monotonic_increasing


def test_no_score_knows_what_came_after_its_day():
    shop = chain(n=1500, seed=5)
    before = leads.history(shop)
    middle = before["cut"].sort_values().unique()[3]
    cut = pd.Timestamp(middle) + pd.Timedelta(days=1)
    known = SimpleNamespace(
        customers=shop.customers[shop.customers["joined_at"] < cut],
        orders=shop.orders[shop.orders["ordered_at"] < cut],
        events=shop.events[shop.events["happened_at"] < cut],
        as_of=pd.Timestamp(middle).date(),
    )
    now = leads.score(known, few=0).execute().set_index("customer_id").sort_index()
    then = before[before["cut"] == middle].set_index("customer_id").sort_index()
    columns = ["engagement", "recency_days", "fit", "score", "chance"]
    assert now.index.equals(then.index)
    pd.testing.assert_frame_equal(now[columns].astype(float), then[columns].astype(float), check_names=False)


def test_the_outcome_is_a_first_order_within_the_window_and_open_windows_are_left_out():
    people = [(f"p{i}", "S1", "t", "2024-03-01", None) for i in range(6)]
    orders = [("p0", "2024-05-31"), ("p1", "2024-06-01"), ("p2", "2024-06-30"), ("p3", "2024-07-01")]
    found = leads.history(client(people, orders, as_of="2024-06-30"), within_days=30)
    last = found[found["cut"] == "2024-05-31"]
    assert last.set_index("customer_id")["bought"].to_dict() == {
        "p1": True, "p2": True, "p3": False, "p4": False, "p5": False,
    }  # fmt: skip
    assert found["cut"].max() == pd.Timestamp("2024-05-31")


def test_the_table_is_lazy_and_the_input_stays_as_it_was():
    copies = [frame.copy() for frame in (THREE.customers, THREE.orders, THREE.events)]
    assert isinstance(leads.score(THREE), ir.Table)
    leads.score(THREE).execute()
    for frame, copy in zip((THREE.customers, THREE.orders, THREE.events), copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@PROPERTY
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_rows_is_irrelevant(seed):
    shop = chain(n=300, days=150, seed=seed % 3)
    mixed = SimpleNamespace(
        **{name: getattr(shop, name).sample(frac=1, random_state=seed) for name in ("customers", "orders")},
        events=shop.events.sample(frac=1, random_state=seed), as_of=shop.as_of,
    )  # fmt: skip
    pd.testing.assert_frame_equal(table(leads.score(shop, few=0)), table(leads.score(mixed, few=0)))


def test_the_reason_is_spoken_in_the_language_of_the_moment():
    english = table(leads.score(THREE)).loc["a", ["reason", "touch"]].tolist()
    assert english == [
        "replied 0 days ago, contact for 29 days",
        "Answer today, in person: take up what they showed interest in.",
    ]
    wording.use("zh")
    try:
        assert table(leads.score(THREE)).at["b", "reason"] == "加好友 10 天，之后没有互动"
    finally:
        wording.use("en")


def test_nobody_one_lead_and_one_day_are_ordinary():
    nobody = client([], as_of="2024-06-30")
    nobody.customers = nobody.customers.astype({"customer_id": "str", "store_id": "str", "channel": "str"})
    assert leads.score(nobody).execute().empty
    assert leads.history(nobody).empty
    alone = client([("a", "S1", None, "2024-06-30", None)], as_of="2024-06-30")
    found = table(leads.score(alone))
    assert found[["lead_days", "rank"]].values.tolist() == [[0, 1]]
    assert pd.isna(found.at["a", "fit"])
    assert pd.isna(found.at["a", "chance"])


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ({"tau_days": 0}, "decay"),
        ({"cap": -1}, "decay"),
        ({"weights": {"replied": -2}}, "negative"),
        ({"fit": ["amount"]}, "fit"),
        ({"within_days": 0}, "within_days"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused(question, wrong):
    with pytest.raises(ArgumentError, match=wrong):
        leads.score(THREE, **question)


def test_a_missing_column_is_named():
    broken = SimpleNamespace(**vars(THREE) | {"customers": THREE.customers.drop(columns="joined_at")})
    with pytest.raises(TableError, match="joined_at"):
        leads.score(broken)
