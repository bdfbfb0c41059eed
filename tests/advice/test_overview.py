"""The chain in money: bottlenecks, sums, ranks, and how they agree with the reports of the stores."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from test_findings import table as one_store

from opsmodel import open_client
from opsmodel.advice import benchmarks, levers, overview
from opsmodel.advice.findings import for_store
from opsmodel.metrics import leakage, repurchase


@pytest.fixture(scope="module")
def demo():
    return open_client("demo")


@pytest.fixture(scope="module")
def compared(demo):
    return benchmarks.stores(demo)


def made(**stores) -> pd.DataFrame:
    """Benchmarks of several stores: store -> the levers changed, as in the tests of findings."""
    return pd.concat([one_store(**changed).assign(store_id=store) for store, changed in stores.items()])


def test_the_bottleneck_is_the_first_finding_of_the_stores_own_report(demo, compared):
    stores = overview.stores(demo).set_index("store_id")
    assert sorted(stores.index) == demo.store_ids
    for store, row in stores.iterrows():
        found = [f for f in for_store(compared, store) if f.kind == "gap"]
        assert row["n_gaps"] >= len(found)
        assert row["lever"] == (found[0].lever if found else "")
        if found:
            assert row[["gap_money", "gap_money_low", "gap_money_high"]].tolist() == pytest.approx(
                [found[0].money, found[0].money_low, found[0].money_high]
            )
            assert row["total_money_low"] < row["total_money"] < row["total_money_high"]


def test_the_planted_weaknesses_of_the_demo_are_its_bottlenecks(demo):
    stores = overview.stores(demo).set_index("store_id")
    assert stores.loc["S005", "stage"] == "repurchase"
    assert stores.loc["S006", "stage"] == "acquire"
    assert stores.loc["S003", "stage"] == "close"
    assert stores.loc["S008", ["lever", "n_gaps", "total_money"]].tolist() == ["", 0, 0.0]


def test_stage_store_and_chain_add_up_to_the_same_money(demo, compared):
    stores, stages = overview.stores(demo), overview.by_stage(compared)
    total = overview.total(compared).set_index(["scope", "lever"])
    money = total.loc[("proven", overview.EVERY), "money"]
    assert stages["money"].sum() == pytest.approx(money)
    assert stores["total_money"].sum() == pytest.approx(money)
    parts = total.drop(index=overview.EVERY, level="lever")["money"].groupby(level="scope").sum()
    assert parts["every"] == pytest.approx(total.loc[("every", overview.EVERY), "money"])


def test_a_store_of_its_own_is_worth_what_its_levers_are():
    rows = made(S001={"kept_close_rate": {}})
    total = overview.total(rows).set_index(["scope", "lever"])
    worth = levers.worth(rows, ["kept_close_rate"]).iloc[0]
    assert total.loc[("proven", "kept_close_rate"), "money"] == pytest.approx(worth["money"])
    assert total.loc[("proven", overview.EVERY), "n_stores"] == 1


def test_chance_of_two_stores_partly_cancels_while_their_money_adds():
    alone, both = (overview.total(made(**s)).query("scope == 'proven' and lever == 'every_lever'").iloc[0]
                   for s in ({"S001": {"kept_close_rate": {}}},
                             {"S001": {"kept_close_rate": {}}, "S002": {"kept_close_rate": {}}}))  # fmt: skip
    assert both["money"] == pytest.approx(2 * alone["money"])
    width = [row["money_high"] - row["money_low"] for row in (alone, both)]
    assert width[0] * 1.2 < width[1] < width[0] * 1.9


def test_no_gap_at_all_is_a_total_of_nothing():
    total = overview.total(made(S001={})).set_index(["scope", "lever"])
    assert total.loc[("proven", overview.EVERY), ["n_stores", "money", "money_high"]].tolist() == [0, 0, 0]
    assert set(overview.by_stage(made(S001={}))["state"]) == {"level"}


def test_a_stage_with_small_bases_is_unseen_and_not_level():
    small = {name: {"n": 12.0, "is_flagged": False} for name in ("repurchase_rate", "orders_per_repeater")}
    stages = overview.by_stage(made(S001=small)).set_index("stage")
    assert stages.loc["repurchase", "state"] == "unseen"
    assert np.isnan(stages.loc["repurchase", "money"])


def test_the_ranking_follows_the_posterior_and_not_the_raw_rate(compared):
    ranking = overview.ranking(compared, "kept_close_rate")
    assert ranking["shrunken"].is_monotonic_decreasing
    assert (
        ranking.loc[ranking["value"].idxmax(), "rank"] > 1
    )  # the new store, 12 customers, leads the raw table
    assert ranking["top_quartile"].between(0, 1).all()


def test_flags_count_the_tests_and_what_chance_alone_raises(compared):
    flags = overview.flags(compared).set_index("lever")
    every, rest = flags.loc[overview.EVERY], flags.drop(index=overview.EVERY)
    assert every["by_chance"] == pytest.approx(0.05 * every["n_tests"])
    assert (
        every[["n_tests", "n_below", "n_flagged"]].tolist()
        == rest[["n_tests", "n_below", "n_flagged"]].sum().tolist()
    )


def test_the_three_scopes_are_those_of_the_curve(demo):
    scopes = overview.scopes(demo, within_days=90, by="store_id").set_index("store_id")
    for scope in ("home", "any", "branch"):
        curve = repurchase.curve(demo.orders, as_of=demo.as_of, within_days=(90,), by="store_id", scope=scope)
        rates = curve.set_index("store_id")["repurchase_rate"]
        pd.testing.assert_series_equal(scopes[f"{scope}_rate"], rates, check_names=False)
    whole = overview.scopes(demo)
    assert whole["unseen_rate"].item() == pytest.approx(
        whole["home_rate"].item() - whole["branch_rate"].item()
    )
    assert overview.side_by_side(whole).columns[0] == "n_customers"


def test_names_stand_in_place_of_ids(demo):
    table = overview.named(demo, pd.DataFrame({"store_id": ["S001", "S999"], "n": [1, 2]}))
    assert table.columns.tolist() == ["store_name", "n"]
    assert table["store_name"].tolist() == [demo.store("S001").store_name, "S999"]


def test_what_is_published_is_plain_and_complete(demo, compared):
    told = overview.published(demo, overview.stores(demo), overview.total(compared))
    assert told["as_of"] == "2025-06-30"
    assert date.fromisoformat(told["as_of"])
    assert {row["store_id"] for row in told["stores"]} == set(demo.store_ids)


def test_leakage_of_the_demo_is_the_revenue_of_its_known_customers(demo):
    flows = leakage.matrix(demo.orders, as_of=demo.as_of)
    orders = demo.orders.execute()
    known = orders[orders["customer_id"].notna() & (orders["customer_id"] != "")]
    net = (known["amount"] - known["refund_amount"].fillna(0)).astype(float)
    assert flows["revenue"].sum() == pytest.approx(net.sum())
