"""Every store against its peers: the counts, the comparison, and planted truths found again."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from opsmodel.advice import benchmarks, levers
from opsmodel.advice.gaps import for_store
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.sample import Defect, chain

END = date(2025, 6, 30)


def events(sample) -> pd.DataFrame:
    """What the client's events table would derive: joined, and ordered once a purchase occasion."""
    paid = sample.orders[sample.orders["customer_id"].notna()]
    paid = paid[paid["amount"] > paid["refund_amount"]].sort_values("ordered_at")
    days = paid.assign(day=paid["ordered_at"].dt.date).drop_duplicates(["customer_id", "day"])
    joined = sample.customers.rename(columns={"joined_at": "happened_at", "store_id": "home_store_id"})
    parts = [
        joined.assign(event="joined"),
        days.rename(columns={"ordered_at": "happened_at"}).assign(event="ordered"),
    ]
    return pd.concat([part[["customer_id", "home_store_id", "event", "happened_at"]] for part in parts])


def compared(sample, as_of=END, within_days=90) -> pd.DataFrame:
    stores = sample.stores["store_id"].tolist()
    peers = {store: [other for other in stores if other != store] for store in stores}
    window = {"as_of": as_of, "within_days": within_days, "peers": peers}
    return benchmarks.table(sample.customers, sample.orders, events(sample), **window)


@pytest.fixture(scope="module")
def planted():
    """Eight stores of which four have one defect each."""
    stages = ("retain", "close", "repurchase", "order_value")
    defects = [Defect(f"S00{number}", stage, 0.6) for number, stage in enumerate(stages, start=2)]
    sample = chain(n_stores=8, n_customers=600, defects=defects, seed=5)
    return sample, compared(sample)


@pytest.mark.parametrize(
    ("store", "lever"),
    [
        ("S002", "retained_adds"),
        ("S003", "kept_close_rate"),
        ("S004", "repurchase_rate"),
        ("S005", "repeat_order_value"),
    ],
)
def test_a_planted_defect_is_the_stores_first_finding(planted, store, lever):
    first = for_store(planted[1], store)[0]
    assert (first.kind, first.lever) == ("gap", lever)
    assert 0 < first.money_low < first.money < first.money_high


def test_stores_without_a_defect_report_nothing_in_at_least_95_of_100_cases():
    table = compared(chain(n_stores=24, n_customers=250, start="2024-07-01", seed=101))
    found = [for_store(table, store)[0].kind for store in table["store_id"].unique()]
    assert found.count("nothing") >= 23


def test_each_base_is_that_of_the_files_own_count(planted):
    sample, table = planted
    rows = table[table["store_id"] == "S001"].set_index("lever")
    adds = sample.customers[sample.customers["store_id"] == "S001"]
    old = adds[adds["joined_at"] <= pd.Timestamp("2025-07-01") - pd.Timedelta(days=7)]
    kept = old["left_at"].isna() | (old["left_at"] - old["joined_at"] >= pd.Timedelta(days=7))
    assert rows.loc["retained_adds", ["n", "k"]].tolist() == [len(old), kept.sum()]

    mine = sample.orders[(sample.orders["home_store_id"] == "S001") & sample.orders["customer_id"].notna()]
    mine = mine.assign(day=mine["ordered_at"].dt.normalize(), net=mine["amount"] - mine["refund_amount"])
    days = mine.groupby(["customer_id", "day"], as_index=False)["net"].sum().query("net > 0")
    days["age"] = (days["day"] - days.groupby("customer_id")["day"].transform("min")).dt.days
    first = days.groupby("customer_id")["day"].min()
    mature = first.index[first <= pd.Timestamp("2025-04-01")]
    days = days[days["customer_id"].isin(mature) & (days["age"] <= 90)]
    orders = days.groupby("customer_id").size()
    assert rows.loc["repurchase_rate", ["n", "k"]].tolist() == [len(mature), (orders > 1).sum()]
    assert rows.loc["orders_per_buyer", "value"] == pytest.approx(orders.mean())
    assert rows.loc["orders_per_repeater", "value"] == pytest.approx(orders[orders > 1].mean() - 1)
    assert rows.loc["order_value", "value"] == pytest.approx(days["net"].mean())
    assert rows.loc["first_order_value", "value"] == pytest.approx(days.loc[days["age"] == 0, "net"].mean())
    assert rows.loc["repeat_order_value", "value"] == pytest.approx(days.loc[days["age"] > 0, "net"].mean())
    spent = days.groupby("customer_id")["net"].sum()
    se = (spent - orders * days["net"].mean()).std(ddof=0) * np.sqrt(len(orders) ** 2 / (len(orders) - 1))
    assert rows.loc["order_value", "value_high"] == pytest.approx(
        days["net"].mean() + 1.959964 * se / orders.sum()
    )


def test_the_chain_of_levers_multiplies_to_what_a_buyer_spends(planted):
    rows = planted[1][planted[1]["store_id"] == "S001"].set_index("lever")["value"]
    spent = rows["order_value"] * rows["orders_per_buyer"]
    later = rows["repurchase_rate"] * rows["orders_per_repeater"] * rows["repeat_order_value"]
    assert rows["first_order_value"] + later == pytest.approx(spent)


def test_each_store_is_compared_with_all_others_and_not_with_itself(planted):
    table = planted[1]
    rates = table[table["lever"] == "kept_close_rate"].set_index("store_id")
    others = rates.drop(index="S003")
    assert rates.loc["S003", "n_peers"] == 7
    assert rates.loc["S003", "peer_value"] == pytest.approx(others["k"].sum() / others["n"].sum())
    assert rates.loc["S003", "peer_p75"] == pytest.approx(others["shrunken"].quantile(0.75))
    assert rates.loc["S003", "is_flagged"]
    assert rates.loc["S003", "top_quartile"] < 0.01


def test_stores_alike_are_compared_with_each_other_only(planted):
    sample, _table = planted
    near = {"S001": ["S002"], "S002": ["S001"], "S003": ["S004"], "S004": ["S003"]}
    near |= {f"S00{n}": [f"S00{m}" for m in range(5, 9) if m != n] for n in range(5, 9)}
    table = benchmarks.table(
        sample.customers, sample.orders, events(sample), as_of=END, within_days=90, peers=near
    ).set_index(["lever", "store_id"])
    assert table.loc["retained_adds", "n_peers"].tolist() == [1, 1, 1, 1, 3, 3, 3, 3]
    first, second = (table.loc[("order_value", store)] for store in ("S001", "S002"))
    assert first["peer_value"] == pytest.approx(second["value"])


def test_a_chain_of_one_store_has_no_peers():
    sample = chain(n_stores=1, n_customers=300, start="2024-07-01", seed=8)
    table = compared(sample)
    assert table[["p_value", "peer_p75", "shrunken"]].isna().all(axis=None)
    assert [finding.kind for finding in for_store(table, "S001")] == ["no_peers"]


def test_a_store_below_thirty_is_neither_tested_nor_told():
    sample = chain(n_stores=4, n_customers=300, start="2024-07-01", young={"S004": "2025-06-20"}, seed=8)
    table = compared(sample)
    young = table[table["store_id"] == "S004"]
    assert (young["n"] < 30).all()
    assert young["p_value"].isna().all()
    assert [finding.kind for finding in for_store(table, "S004")] == ["small_base"]


def test_a_file_in_which_nobody_ever_left_did_not_record_losses():
    sample = chain(
        n_stores=4, n_customers=300, start="2024-07-01", defects=[Defect("S002", "close", 0.5)], seed=8
    )
    never = sample.customers.assign(
        left_at=pd.Series(pd.NaT, index=sample.customers.index, dtype="datetime64[s]")
    )
    silent = SimpleNamespace(stores=sample.stores, customers=never, orders=sample.orders)
    table = compared(silent)
    assert (table.loc[table["lever"] == "retained_adds", "n"] == 0).all()
    first = for_store(table, "S002")[0]
    assert first.lever == "kept_close_rate"
    assert first.money > 0


def test_later_days_and_other_stores_orders_do_not_move_a_base(planted):
    sample, table = planted
    early = compared(sample, as_of=date(2025, 3, 31)).set_index(["store_id", "lever"])["n"]
    assert (table.set_index(["store_id", "lever"])["n"] >= early).all()


def test_a_chain_is_compared_by_its_own_windows_and_peers(monkeypatch, planted):
    calls = []
    monkeypatch.setattr(benchmarks, "table", lambda *_, **window: calls.append(window) or planted[1])
    peers = {"S001": ["S002"], "S002": ["S001"]}
    chain = SimpleNamespace(
        customers=None, orders=None, events=None, as_of=END, store_ids=list(peers),
        engagement=Engagement(client="demo", timezone="Asia/Shanghai"),
        store=lambda name: SimpleNamespace(peers=SimpleNamespace(store_ids=peers[name])),
    )  # fmt: skip
    benchmarks.compared(chain)
    assert calls == [{"as_of": END, "within_days": 90, "peers": peers}]


def test_raising_two_levers_shares_out_the_overlap(planted):
    rows = planted[1][planted[1]["store_id"] == "S004"]
    both = levers.worth(rows, ["repurchase_rate", "orders_per_repeater"])["money"].sum()
    alone = sum(
        levers.worth(rows, [name])["money"].item() for name in ("repurchase_rate", "orders_per_repeater")
    )
    at = rows.set_index("lever")
    target = at["shrunken"].to_dict()
    for name in ("repurchase_rate", "orders_per_repeater"):
        target[name] = at.loc[name, "peer_p75"]
    flow = {"adds": at.loc["retained_adds", "per_year"], "buyers": at.loc["first_order_value", "per_year"]}
    value = [
        levers.yearly_value(at["shrunken"].to_dict(), level, margin=at["margin_share"].to_dict(), **flow)
        for level in (at["shrunken"].to_dict(), target)
    ]
    assert both == pytest.approx(value[1] - value[0])
    assert both > alone
