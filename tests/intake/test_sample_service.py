"""Tasks, effects, pilots and time of the generated chain are as planted."""

import numpy as np
import pandas as pd
import pytest

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample import Defect, Service, chain, until
from opsmodel.intake.sample.procedures import COACHED, PROCEDURES

DAYS = ("customers", "orders", "order_lines", "events", "spend", "traffic")
FACTORS = {"return_call": 1.6, "member_invite": 1.3}
BULK, BARE = "E012", "E023"
SERVICE = {"adherence": {"return_call": 0.5}, "bulk": (BULK,), "uncovered": (BARE,)}


@pytest.fixture(scope="module")
def plain():
    return chain(n_stores=2, n_customers=6000, seed=7, service=Service(**SERVICE))


@pytest.fixture(scope="module")
def lifted():
    return chain(n_stores=2, n_customers=14_000, seed=7, service=Service(**SERVICE, effects=FACTORS))


def windows(sample) -> pd.DataFrame:
    """The tasks whose window is over, ticked ones apart, with who was back within it."""
    days = sample.planted["sop"]["S001"]["window_days"]
    orders = sample.orders[sample.orders["amount"] > sample.orders["refund_amount"]]
    rows = sample.tasks[sample.tasks["due_at"] < pd.Timestamp("2025-07-01") - pd.Timedelta(days=days)]
    rows = rows[rows["staff_id"] != BULK]
    met = rows.merge(orders[["customer_id", "ordered_at"]], on="customer_id")
    wait = (met["ordered_at"].dt.normalize() - met["due_at"].dt.normalize()).dt.days
    back = rows["task_id"].isin(met["task_id"][wait.between(1, days)])
    return rows.assign(back=back, served=rows["done_at"].notna())


def near(yes: pd.Series, planted: float) -> bool:
    return abs(yes.mean() - planted) <= 3 * np.sqrt(planted * (1 - planted) / len(yes))


@pytest.mark.parametrize("sop", FACTORS)
@pytest.mark.parametrize("store", ["S001", "S002"])
def test_of_the_served_the_planted_factor_more_come_back_and_of_the_others_as_before(lifted, sop, store):
    planted = lifted.planted["sop"][store]["effects"][sop]
    rows = windows(lifted)
    rows = rows[(rows["sop"] == sop) & (rows["store_id"] == store)]
    assert planted["factor"] == FACTORS[sop]
    assert planted["served"] == pytest.approx(FACTORS[sop] * planted["unserved"], abs=2e-4)
    assert near(rows["back"][rows["served"]], planted["served"])
    assert near(rows["back"][~rows["served"]], planted["unserved"])


def test_without_planted_effects_serving_makes_no_difference(plain):
    rows = windows(plain)
    for sop in ("welcome", "followup", "return_call", "member_invite"):
        share = rows[rows["sop"] == sop].groupby(["store_id", "served"])["back"].agg(["mean", "size"])
        for store, part in share.groupby("store_id"):
            mean = part["mean"].to_numpy()
            error = np.sqrt((mean * (1 - mean) / part["size"]).sum())
            assert abs(mean[1] - mean[0]) <= 3.5 * error, (sop, store)


def test_tasks_without_effects_leave_every_other_table_as_it_is(plain):
    bare = chain(n_stores=2, n_customers=6000, seed=7)
    fitted = Service(fitted={"return_call": 2.0})
    fitted = chain(n_stores=2, n_customers=6000, seed=7, service=fitted, pilots={"S001": "2025-03-01"})
    for name in DAYS:
        pd.testing.assert_frame_equal(getattr(bare, name), getattr(plain, name))
        pd.testing.assert_frame_equal(getattr(bare, name), getattr(fitted, name))


def test_fitted_service_shows_the_factor_and_keeps_the_share_on_time():
    service = Service(adherence={"return_call": 0.6}, fitted={"return_call": 2.0})
    sample = chain(n_stores=2, n_customers=8000, seed=3, service=service)
    rows = windows(sample)
    for store, part in rows[rows["sop"] == "return_call"].groupby("store_id"):
        share = part.groupby("served")["back"].agg(["mean", "size"])
        error = np.sqrt(((1 - share["mean"]) / share["mean"] / share["size"]).sum())
        assert abs(np.log(share["mean"][True] / share["mean"][False] / 2.0)) <= 3.5 * error
        counted = sample.planted["sop"][store]["counted"]["return_call"]
        tasks = sample.tasks[(sample.tasks["sop"] == "return_call") & (sample.tasks["store_id"] == store)]
        assert near(tasks["done_at"] <= tasks["due_at"], counted["planted_on_time"])


def test_better_customers_get_the_birthday_touch_more_often(plain):
    orders = plain.orders[plain.orders["amount"] > plain.orders["refund_amount"]]
    rows = plain.tasks[(plain.tasks["sop"] == "birthday") & (plain.tasks["staff_id"] != BULK)]
    met = rows.merge(orders[["customer_id", "ordered_at"]], on="customer_id")
    wait = met["due_at"] - met["ordered_at"]
    recent = rows["task_id"].isin(met["task_id"][wait.between(pd.Timedelta(0), pd.Timedelta(days=90))])
    share = rows["done_at"].notna().groupby(recent).mean()
    assert share[True] > share[False] + 0.2


def test_every_task_is_due_by_its_rule(plain):
    joined = plain.customers.set_index("customer_id")["joined_at"]
    left = plain.customers.set_index("customer_id")["left_at"]
    tasks = plain.tasks
    orders = plain.orders[plain.orders["amount"] > plain.orders["refund_amount"]]
    first = orders.groupby("customer_id")["ordered_at"].min().dt.normalize()
    waited = (tasks["due_at"].dt.normalize() - tasks["customer_id"].map(first)).dt.days
    welcome = tasks["sop"] == "welcome"
    assert (
        tasks["due_at"][welcome] - tasks["customer_id"][welcome].map(joined) == pd.Timedelta(days=1)
    ).all()
    for step, days in (("day_3", 3), ("day_7", 7), ("call", 30)):
        assert (waited[tasks["step"] == step] == days).all()
    assert not (tasks["customer_id"].map(left) <= tasks["due_at"]).any()
    assert (tasks["done_at"].dropna() > tasks["customer_id"].map(joined)[tasks["done_at"].notna()]).all()
    assert BARE not in set(tasks["staff_id"])
    assert tasks["done_at"][tasks["staff_id"] == BULK].dropna().dt.strftime("%H:%M").unique() == ["20:58"]


def test_the_staff_of_a_pilot_store_do_more_from_its_first_day_and_the_past_stays():
    def sample(pilots, defects=()):
        return chain(n_stores=2, n_customers=4000, seed=9, pilots=pilots, defects=defects)

    start = "2025-01-06"
    without = sample({})
    with_it = sample({"S001": start}, [Defect("S001", "order_value", 1.3, since=start)])
    day = "2025-01-05"
    for name in (*DAYS, "tasks"):
        pd.testing.assert_frame_equal(getattr(until(without, day), name), getattr(until(with_it, day), name))
    mine = with_it.tasks[(with_it.tasks["store_id"] == "S001") & (with_it.tasks["sop"] == "followup")]
    share = (mine["done_at"] <= mine["due_at"]).groupby(mine["due_at"] >= start).mean()
    moved = np.log(share[True] / (1 - share[True])) - np.log(share[False] / (1 - share[False]))
    assert moved == pytest.approx(COACHED, abs=0.3)
    stores = with_it.stores.set_index("store_id")
    assert stores["wave"].dropna().to_dict() == {"S001": "1"}
    assert stores["started_on"].dropna().to_dict() == {"S001": pd.Timestamp(start)}


def test_time_goes_by_by_cutting_a_long_chain():
    long = chain(n_stores=2, n_customers=800, seed=5, pilots={"S002": "2025-05-05"})
    day, end = "2025-04-15", pd.Timestamp("2025-04-16")
    then = until(long, day)
    times = {"joined_at", "left_at", "member_since", "ordered_at", "happened_at", "spent_on", "counted_on",
             "due_at", "done_at", "answered_at", "opened_on", "started_on"}  # fmt: skip
    for name in TABLES:
        table = getattr(then, name)
        assert not table.duplicated(list(TABLES[name].key)).any(), name
        for column in times & set(table.columns):
            assert not (table[column] >= end).any(), (name, column)
    assert then.stores["wave"].isna().all()
    assert then.tasks["done_at"].isna().sum() > long.tasks[long.tasks["due_at"] < end]["done_at"].isna().sum()
    people = then.customers[then.customers["joined_at"] >= "2025-04-01"]
    prices = {"till": 0.5, "advert": 12.0, "poster": 3.0, "friend": 5.0}
    spend = then.spend[then.spend["spent_on"] >= "2025-04-01"]
    assert spend["amount"].sum() == pytest.approx(people["channel"].map(prices).sum(), abs=0.05)
    paid = then.orders[then.orders["home_store_id"] == "S001"]
    assert then.truth["S001"]["counted"]["n_orders"] == len(paid)
    for name in DAYS:
        pd.testing.assert_frame_equal(getattr(until(then, day), name), getattr(then, name))
        pd.testing.assert_frame_equal(getattr(until(long, "2025-06-30"), name), getattr(long, name))


@pytest.mark.parametrize("industry", ["mother_baby", "jewellery", "tea"])
def test_tasks_and_answers_keep_their_contract_in_every_industry(industry):
    sample = chain(industry, n_stores=3, n_customers=80, pilots={"S001": "2025-02-03"})
    for name in ("tasks", "answers", "actions", "stores"):
        table = getattr(sample, name)
        assert set(table.columns) <= set(TABLES[name].names)
        required = [column.name for column in TABLES[name].columns if column.required]
        assert table[required].notna().all(axis=None)
        assert not table.duplicated(list(TABLES[name].key)).any()
    assert set(sample.tasks["sop"]) <= {procedure.sop for procedure in PROCEDURES}
    assert set(sample.answers["survey"]) == {"maturity", "perception", "quiz", "satisfaction"}
    assert sample.answers["score"].between(0, 4).all()


def test_a_chain_without_contacts_has_no_tasks_and_still_its_answers():
    sample = chain(n_stores=1, n_customers=0, seed=1)
    assert sample.tasks.empty
    assert len(sample.answers)
    assert until(sample, "2024-06-30").tasks.empty


def test_effects_that_cannot_be_planted_are_refused():
    for wrong in ({"effects": {"welcome": 1.2}}, {"effects": {"return_call": 0.5}}, {"adherence": {"x": 0.5}},
                  {"fitted": {"birthday": 2.0}}, {"effects": FACTORS, "fitted": FACTORS}):  # fmt: skip
        with pytest.raises(ArgumentError):
            Service(**wrong)
