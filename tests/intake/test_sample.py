"""The generated chain behaves as planted, and alike every time."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample import Defect, chain, generate_events, generate_orders
from opsmodel.intake.sample.draw import Draw

END = pd.Timestamp("2025-07-01")
DEFECTS = (
    Defect("S001", "close", 0.5),
    Defect("S002", "repurchase", 0.6),
    Defect("S003", "retain", 0.6),
    Defect("S004", "order_value", 0.7),
)


@pytest.fixture(scope="module")
def sample():
    return chain(n_stores=4, n_customers=8000, defects=DEFECTS, seed=11)


def share(yes: pd.Series, planted: float) -> bool:
    """Is the counted share within four standard errors of the planted one?"""
    return abs(yes.mean() - planted) <= 4 * np.sqrt(planted * (1 - planted) / len(yes))


@pytest.mark.parametrize("store", ["S001", "S002", "S003", "S004"])
def test_the_counted_rates_of_a_large_store_are_the_planted_ones(sample, store):
    planted = sample.truth[store]["planted"]
    contacts = sample.customers[sample.customers["store_id"] == store]
    orders = sample.orders[(sample.orders["home_store_id"] == store) & sample.orders["customer_id"].notna()]
    valid = orders[orders["amount"] > orders["refund_amount"]]
    mature = contacts[contacts["joined_at"] <= END - pd.Timedelta(days=90)]
    first = mature["customer_id"].map(valid.groupby("customer_id")["ordered_at"].min())
    days = valid.assign(day=valid["ordered_at"].dt.normalize()).drop_duplicates(["customer_id", "day"])
    days = days.sort_values("day").groupby("customer_id")["day"].agg(["first", lambda d: d.iloc[1:2].max()])
    old = days[days["first"] <= END - pd.Timedelta(days=91)].set_axis(["first", "second"], axis=1)
    stay = mature["left_at"] - mature["joined_at"]
    full = orders[orders["amount"] > 40]["amount"]

    assert share(~(stay < pd.Timedelta(days=7)), planted["retained_7d"])
    assert share((first - mature["joined_at"]) <= pd.Timedelta(days=90), planted["close_90d"])
    assert share((old["second"] - old["first"]).dt.days <= 90, planted["repurchase_90d"])
    assert full.mean() == pytest.approx(planted["full_price_order"], rel=0.05)


def test_a_planted_defect_lowers_its_own_rate_and_is_named_in_the_truth(sample):
    planted = {store: truth["planted"] for store, truth in sample.truth.items()}
    assert planted["S001"]["close_90d"] < 0.6 * planted["S004"]["close_90d"]
    assert planted["S002"]["repurchase_90d"] < 0.7 * planted["S004"]["repurchase_90d"]
    assert planted["S003"]["retained_7d"] < 0.7 * planted["S004"]["retained_7d"]
    assert planted["S004"]["full_price_order"] < 0.8 * planted["S001"]["full_price_order"]
    assert sample.truth["S002"]["defects"] == [{"stage": "repurchase", "factor": 0.6}]


def test_the_same_arguments_give_the_same_chain():
    one, two = (chain(n_stores=2, n_customers=60, seed=4) for _ in range(2))
    for name in ("customers", "orders", "order_lines", "events", "spend", "traffic"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.truth == two.truth


def test_the_stream_of_chance_never_changes():
    assert Draw(7, 1).uniform(3).tolist() == [0.7701409510034741, 0.1119272443176843, 0.18909773329712753]


def test_counts_are_poisson_as_scipy_inverts_it():
    means = np.linspace(0.01, 60, 500)
    expected = poisson.ppf(Draw(7, 2).uniform(500), means)
    assert Draw(7, 2).count(means).tolist() == expected.astype(int).tolist()


def test_another_stores_defect_changes_nothing_in_this_store():
    def first_store(defects):
        sample = chain(n_stores=2, n_customers=60, seed=4, defects=defects)
        return sample.customers[sample.customers["store_id"] == "S001"], sample.truth["S001"]

    plain, truth = first_store(())
    beside, truth_beside = first_store((Defect("S002", "close", 0.3),))
    pd.testing.assert_frame_equal(plain, beside)
    assert truth == truth_beside


@pytest.mark.parametrize("industry", ["mother_baby", "jewellery", "tea"])
def test_every_table_keeps_its_contract(industry):
    sample = chain(industry, n_stores=3, n_customers=80, start="2024-06-01", end="2025-06-30")
    for name in ("stores", "customers", "orders", "order_lines", "events", "spend", "traffic"):
        table = getattr(sample, name)
        assert set(table.columns) <= set(TABLES[name].names), name
        required = [column.name for column in TABLES[name].columns if column.required]
        assert table[required].notna().all(axis=None), name
        assert not table.duplicated(list(TABLES[name].key)).any(), name


def test_the_tables_agree_with_each_other():
    sample = chain(n_stores=3, n_customers=200, young={"S003": "2025-03-20"})
    people = sample.customers.set_index("customer_id")
    orders, lines = sample.orders, sample.order_lines
    known = orders[orders["customer_id"].notna()].set_index("customer_id")

    assert known.index.isin(people.index).all()
    assert (known["home_store_id"] == people["store_id"].reindex(known.index)).all()
    assert (known["ordered_at"] > people["joined_at"].reindex(known.index)).all()
    assert ((orders["refund_amount"] >= 0) & (orders["refund_amount"] <= orders["amount"])).all()
    assert orders["ordered_at"].max() < END
    assert people.loc[people["store_id"] == "S003", "joined_at"].min() >= pd.Timestamp("2025-03-20")
    assert (people["left_at"].dropna() > people.loc[people["left_at"].notna(), "joined_at"]).all()
    paid = lines.groupby("order_id")["amount"].sum().round(2)
    assert (paid.reindex(orders["order_id"]).to_numpy() == orders["amount"].to_numpy()).all()
    brought = people[people["referrer_id"].notna()]
    referrer = people["joined_at"].reindex(brought["referrer_id"]).to_numpy()
    assert len(brought) > 20
    assert (referrer < brought["joined_at"].to_numpy()).all()
    assert (
        people["store_id"].reindex(brought["referrer_id"]).to_numpy() == brought["store_id"].to_numpy()
    ).all()


def test_a_late_defect_starts_on_its_day():
    late = Defect("S001", "order_value", 2.0, since="2025-01-01")
    orders = chain(n_stores=1, n_customers=3000, defects=(late,)).orders
    full = orders[orders["amount"] > 40]
    after = full["ordered_at"] >= "2025-01-01"
    assert full[after]["amount"].mean() == pytest.approx(2 * full[~after]["amount"].mean(), rel=0.07)


def test_unknown_industries_and_stages_are_refused_with_the_known_ones():
    with pytest.raises(ArgumentError, match="mother_baby"):
        chain("bakery")
    with pytest.raises(ArgumentError, match="order_value"):
        Defect("S001", "basket", 0.5)
    with pytest.raises(ArgumentError, match="start late"):
        Defect("S001", "close", 0.5, since="2025-01-01")


def test_bulk_orders_have_the_size_asked_for_and_lie_sorted_by_home_store():
    orders = generate_orders(20_000, 2_000, n_stores=10, seed=2)
    assert len(orders) == 20_000
    assert orders["order_id"].is_unique
    assert orders["customer_id"].nunique() < 2_000
    assert (orders["home_store_id"] != orders["home_store_id"].shift()).sum() == 10
    assert orders.groupby("customer_id")["home_store_id"].nunique().max() == 1
    assert orders.groupby("home_store_id", sort=False)["ordered_at"].is_monotonic_increasing.all()
    pd.testing.assert_frame_equal(orders, generate_orders(20_000, 2_000, n_stores=10, seed=2))


def test_bulk_events_fall_in_number_from_step_to_step():
    counts = generate_events(10_000, 500, seed=2)["event"].value_counts()
    assert counts.index.tolist() == ["joined", "opened", "replied", "ordered", "shared"]
    assert counts.sum() == 10_000
