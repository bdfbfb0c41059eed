"""Tasks, questionnaires, pilot wave and actions of the bundled client, after intake, are those planted."""

import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.special import logit

from opsmodel import funnel, open_client, repurchase
from opsmodel.intake.build import intake

DEMO = Path(__file__).parents[1] / "data" / "demo"
TRUTH = yaml.safe_load((DEMO / "truth.yaml").read_text(encoding="utf-8"))
SOPS = {entry["name"]: sop for sop, entry in TRUTH["sop"]["procedures"].items()}
STORES = list(TRUTH["sop"]["stores"])
BULK = TRUTH["sop"]["staff_who_tick_at_one_minute"][0]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients") / "demo"
    shutil.copytree(DEMO / "raw", folder / "raw")
    shutil.copy(DEMO / "engagement.yaml", folder)
    intake(folder, progress=False)
    return open_client(folder)


@pytest.fixture(scope="module")
def tasks(client) -> pd.DataFrame:
    rows = client.tasks.execute()
    return rows.assign(
        sop=rows["sop"].map(SOPS),
        on_time=rows["done_at"] <= rows["due_at"],
        done=rows["done_at"].notna(),
        real=rows["staff_id"] != BULK,
    )


@pytest.fixture(scope="module")
def answers(client) -> pd.DataFrame:
    return client.answers.execute()


@pytest.fixture(scope="module")
def back(client, tasks) -> pd.DataFrame:
    """The tasks whose window is over, with who was back within it and who came in the month before."""
    orders = client.orders.execute()
    orders = orders[orders["customer_id"].notna() & (orders["amount"] > orders["refund_amount"])]
    days = TRUTH["sop"]["window_days"]
    over = tasks["due_at"].dt.normalize() + pd.Timedelta(days=days) <= pd.Timestamp(client.as_of)
    rows = tasks[over & tasks["real"]]
    met = rows.merge(orders[["customer_id", "ordered_at"]], on="customer_id")
    wait = (met["ordered_at"].dt.normalize() - met["due_at"].dt.normalize()).dt.days
    return rows.assign(
        back=rows["task_id"].isin(met["task_id"][wait.between(1, days)]),
        came_before=rows["task_id"].isin(met["task_id"][wait.between(-days, -1)]),
    )


def within_stores(rows: pd.DataFrame, outcome: str) -> tuple[float, float]:
    """The ratio of the shares of served and unserved, pooled over stores (Mantel and Haenszel 1959), and
    the standard error of its logarithm (Greenland and Robins 1985)."""
    top = bottom = spread = 0.0
    for _store, part in rows.groupby("store_id"):
        served, other, n = part[part["done"]], part[~part["done"]], len(part)
        hits, misses = served[outcome].sum(), other[outcome].sum()
        top += hits * len(other) / n
        bottom += misses * len(served) / n
        spread += (len(served) * len(other) * (hits + misses) - hits * misses * n) / n**2
    return top / bottom, math.sqrt(spread / (top * bottom))


@pytest.mark.parametrize("store", STORES)
def test_a_stores_tasks_are_counted_as_planted(tasks, store):
    mine = tasks[tasks["store_id"] == store]
    for sop, planted in TRUTH["sop"]["stores"][store]["counted"].items():
        rows = mine[mine["sop"] == sop]
        counted = (len(rows), int(rows["done"].sum()), int(rows["on_time"].sum()), int((~rows["real"]).sum()))
        assert counted == tuple(planted[n] for n in ("n_due", "n_done", "n_on_time", "n_ticked")), sop


def test_the_share_on_time_is_the_planted_one_in_every_store_and_procedure(tasks):
    checked = 0
    for (store, sop), rows in tasks[tasks["real"]].groupby(["store_id", "sop"]):
        planted = TRUTH["sop"]["stores"][store]["counted"][sop]["planted_on_time"]
        error = math.sqrt(planted * (1 - planted) / len(rows))
        assert abs(rows["on_time"].mean() - planted) <= 4 * error, (store, sop)
        checked += 1
    assert checked == 40


def test_second_steps_done_first_and_first_steps_skipped_are_counted_as_planted(tasks):
    rows = tasks[(tasks["sop"] == "followup") & tasks["real"]].sort_values("due_at")
    pairs = rows[rows["customer_id"].duplicated(keep=False)].groupby("customer_id", sort=True)
    steps = pairs.nth(0).merge(pairs.nth(1), on=["customer_id", "store_id"], suffixes=("_3", "_7"))
    for store, part in steps.groupby("store_id"):
        planted = TRUTH["sop"]["stores"][store]["counted"]["followup"]
        assert int((part["done_at_3"] > part["done_at_7"]).sum()) == planted["n_reversed"]
        assert int((part["done_at_3"].isna() & part["done_at_7"].notna()).sum()) == planted["n_skipped"]


def test_one_member_of_staff_ticks_a_month_in_one_minute_and_no_other_does(tasks):
    minutes = tasks[tasks["done"]].groupby(["staff_id", tasks["done_at"].dt.floor("min")]).size()
    largest = minutes.groupby("staff_id").max()
    assert largest.idxmax() == BULK
    assert largest[BULK] >= 20
    assert largest.drop(BULK).max() <= 3


def test_the_customers_of_two_members_of_staff_have_no_tasks(client, tasks):
    people = client.customers.execute().groupby("staff_id").size()
    for member in TRUTH["sop"]["staff_whose_customers_have_no_tasks"]:
        assert people[member] > 20
        assert member not in set(tasks["staff_id"])


@pytest.mark.parametrize("sop", TRUTH["sop"]["times_as_many_of_the_served_are_back"])
def test_the_served_are_back_as_often_as_planted_within_stores(back, sop):
    planted = TRUTH["sop"]["times_as_many_of_the_served_are_back"][sop]
    ratio, error = within_stores(back[back["sop"] == sop], "back")
    assert abs(math.log(ratio / planted)) <= 2.5 * error
    assert math.log(ratio) > 2 * error


@pytest.mark.parametrize("sop", ["welcome", "followup"])
def test_a_procedure_without_effect_shows_none(back, sop):
    ratio, error = within_stores(back[back["sop"] == sop], "back")
    assert abs(math.log(ratio)) <= 2 * error


def test_the_birthday_touch_looks_effective_and_its_lead_gives_it_away(back):
    rows = back[back["sop"] == "birthday"]
    for outcome in ("back", "came_before"):
        ratio, error = within_stores(rows, outcome)
        assert math.log(ratio) > 3 * error, outcome


def test_the_wave_stands_in_three_stores_and_moves_what_staff_do_there_only(client, tasks):
    stores = client.stores.execute().set_index("store_id")
    pilot = TRUTH["pilot"]["stores"]
    assert stores["wave"].dropna().to_dict() == dict.fromkeys(pilot, TRUTH["pilot"]["wave"])
    assert stores["started_on"].dropna().astype(str).str[:10].to_dict() == pilot
    rows = tasks[tasks["real"]].assign(
        pilot=tasks["store_id"].isin(list(pilot)), later=tasks["due_at"] >= min(pilot.values())
    )
    share = rows.groupby(["pilot", "later"])["on_time"].mean()
    assert share[True, True] - share[True, False] > 0.08
    assert abs(share[False, True] - share[False, False]) < 0.04


def test_the_respondents_are_as_many_as_planted_by_role(answers):
    n = answers.groupby("role")["respondent_id"].nunique().to_dict()
    assert n == TRUTH["answers"]["respondents"]
    assert n["ceo"] < 5
    assert n["regional"] < 5


def test_maturity_is_rated_as_planted_by_dimension_and_by_role(answers):
    rows = answers[answers["survey"] == "maturity"]
    planted = TRUTH["answers"]
    point = rows["dimension"].map(planted["maturity"]) + rows["role"].map(
        planted["maturity_points_added_by_role"]
    )
    off = rows["score"] - point
    inner = point.between(0.9, 3.1)
    assert off[inner].groupby(rows["dimension"]).mean().abs().max() < 0.3
    roles = off[inner].groupby(rows["role"]).mean()
    assert roles[["headquarters", "store_manager", "staff"]].abs().max() < 0.25
    by_role = rows.groupby("role")["score"].mean()
    assert by_role["ceo"] > by_role["store_manager"] > by_role["staff"] + 0.5


def test_guesses_stray_from_the_measured_number_as_planted_by_role(answers):
    rows = answers[answers["survey"] == "perception"]
    planted = TRUTH["answers"]
    truth = [
        planted["measured"][store if isinstance(store, str) else "chain"][name]
        for store, name in zip(rows["store_id"], rows["question"], strict=True)
    ]
    off = logit(rows["score"]) - logit(np.array(truth))
    roles = off.groupby(rows["role"]).agg(["mean", "size"])
    for role, shift in planted["perception_log_odds_added_by_role"].items():
        assert abs(roles["mean"][role] - shift) <= 4 * 0.40 / math.sqrt(roles["size"][role]), role


def test_the_quiz_is_known_better_after_the_training_and_both_phases_are_kept(answers):
    rows = answers[answers["survey"] == "quiz"]
    for phase, planted in TRUTH["answers"]["quiz_share_right"].items():
        part = rows[rows["phase"] == phase]
        assert abs(part["score"].mean() - planted) <= 4 * math.sqrt(0.25 / len(part))
    people = rows.groupby("phase")["respondent_id"].unique()
    assert set(people["after"]) < set(people["before"])
    trained = rows[rows["phase"] == "after"]["store_id"].unique()
    assert sorted(trained) == sorted(TRUTH["pilot"]["stores"])


def test_the_training_is_liked_as_planted(answers):
    liked = answers[answers["survey"] == "satisfaction"].groupby("question")["score"].mean()
    assert liked.to_dict() == pytest.approx(TRUTH["answers"]["satisfaction"], abs=0.5)


def test_the_baselines_of_the_actions_are_what_the_calculations_find_on_that_day(client, tasks):
    measured_on = TRUTH["actions"]["baselines_measured_on"]
    actions = client.actions.execute().set_index("action_id")
    orders = repurchase.curve(client.orders, as_of=measured_on, within_days=(90,), by="home_store_id")
    steps = funnel.conversion(
        client.events, steps=["joined", "ordered"], within_days=90, as_of=measured_on, by="home_store_id"
    )
    closed = steps[steps["step"] == "ordered"].set_index("home_store_id")["entry_rate"]
    then = tasks[tasks["due_at"] < pd.Timestamp(measured_on) + pd.Timedelta(days=1)]
    expected = {
        "close_90d": closed,
        "repurchase_90d": orders.set_index("home_store_id")["repurchase_rate"],
        "sop_on_time": then.groupby("store_id")["on_time"].mean(),
    }
    for action in actions[actions["kpi"] != "retained_7d"].itertuples():
        assert action.baseline == pytest.approx(expected[action.kpi][action.store_id], abs=0.003), action
    assert set(actions["status"]) == {"done", "open", "dropped"}
