"""A whole engagement: investigate, choose and register a pilot, let time pass, coach, reach the verdict."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from opsmodel import benchmarks, decisions, findings, growth, once, open_client, pilot, sop
from opsmodel.intake.build import intake
from opsmodel.intake.sample import Defect, Sample, Service, chain, until
from opsmodel.intake.sample.demo import SEED

BEFORE, START, AFTER = date(2025, 3, 30), date(2025, 3, 31), date(2025, 6, 29)
STORES = [f"S{number:03d}" for number in range(1, 25)]
LIFT = 1.6
SETTINGS = "{client: story, language: en, currency: CNY, timezone: Asia/Shanghai}\n"
TABLES = ("stores", "customers", "orders", "order_lines", "events", "spend", "traffic", "tasks")


def exports(sample: Sample, folder: Path) -> None:
    """The tables as a client that keeps its data clean would send them."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yaml").write_text(SETTINGS, encoding="utf-8")
    for name in TABLES:
        table = getattr(sample, name).drop(columns=["home_store_id", "margin"], errors="ignore")
        table.to_csv(folder / "raw" / f"{name}.csv", index=False)


@pytest.fixture(scope="module")
def drawn():
    """The stores the lot falls on: it sees the past only, which no pilot has touched."""
    return ["S002", "S005", "S009", "S012", "S014", "S017", "S020", "S024"]


@pytest.fixture(scope="module")
def truth(drawn):
    """Two years of a tea chain: S003 closes badly, and the pilot stores sell dearer from its first day."""
    lifts = [Defect(store, "order_value", LIFT, since=START.isoformat()) for store in drawn]
    return chain(
        "tea", n_stores=24, n_customers=160, start="2024-07-01", end=AFTER.isoformat(), seed=SEED,
        defects=[Defect("S003", "close", 0.5), *lifts], service=Service(since="2024-10-01"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory, truth):
    """The client as it stood on the last day before the pilot."""
    folder = tmp_path_factory.mktemp("engagement") / "story"
    exports(until(truth, BEFORE.isoformat()), folder)
    intake(folder, progress=False)
    return folder


def test_an_engagement_from_the_diagnosis_to_the_verdict(folder, truth, drawn):
    # investigate: the planted weakness is the first finding, and an untouched store has none
    client = open_client(folder)
    assert client.as_of == BEFORE
    found = findings.for_store(benchmarks.stores(client), "S003")
    assert found[0].lever == "kept_close_rate"
    assert found[0].money_low > 0

    # design: stores are drawn by lot, and what the pilot can notice is known before it starts
    past = pilot.history(client, kpi="revenue")
    assert past["period"].max().date() < START
    assert len(pilot.choose(past, n=8)) == 8
    graded = pilot.grade(past, stores=drawn, weeks=12)
    assert float(graded["mde"].iloc[0]) < LIFT - 1
    line = decisions.register_pilot(
        client, stores=drawn, start=START, weeks=13, kpi="revenue", smallest_effect=0.15,
        stop_rule="two weeks of falling contacts", owner="COO",
    )  # fmt: skip
    assert decisions.running(client) is None

    # time passes: the client sends its exports again, and the ledger is as it was
    exports(truth, folder)
    intake(folder, progress=False)
    later = open_client(folder)
    assert later.as_of == AFTER
    tried = decisions.running(later)
    assert (tried["stores"], tried["registered"], tried["late"]) == (drawn, True, False)
    assert decisions.pilots(later)["id"].tolist() == [line]

    # coach: what was due was mostly done, and the stores outside the pilot did not move
    done = sop.adherence(later.tasks, as_of=later.as_of)
    assert (done["n_due"] > 0).all()
    revenue = pilot.history(later, kpi=tried["kpi"])
    effect = pilot.effect(revenue, treated=tried["stores"], start=tried["start"])
    seen = effect.set_index("estimator").loc["did"]
    assert seen["lift_rate_low"] < LIFT - 1 < seen["lift_rate_high"]
    assert pilot.verdict(effect, tried["smallest_effect"]) == "effective"
    others = [store for store in STORES if store not in drawn]
    nothing = pilot.effect(revenue[revenue["unit"].isin(others)], treated=others[:6], start=START)
    assert pilot.verdict(nothing, tried["smallest_effect"]) in ("not_enough", "no_effect", "unclear")

    # the page of a pilot store says what moved it: the value of an order
    before, after = (once.of(later.store(drawn[0]), growth.recent, period_days=91).iloc[[n]] for n in (0, 1))
    change = growth.decompose(before, after).set_index("factor")["contribution"]
    assert change.idxmax() == "average_order_value"


def test_a_pilot_cannot_be_registered_once_its_numbers_are_seen(folder):
    later = replace(open_client(folder), as_of=AFTER)
    with pytest.raises(Exception, match="late"):
        decisions.register_pilot(
            later, stores=["S001"], start=START, weeks=4, kpi="revenue", smallest_effect=0.1,
            stop_rule="none", owner="COO",
        )  # fmt: skip
