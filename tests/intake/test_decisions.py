"""The engagement's ledger: explicit lines, none ever changed, undone by a further one."""

import json

import pytest

from opsmodel import decisions, open_client, reports
from opsmodel.errors import ArgumentError, EngagementError

PILOT = {
    "stores": ["S2", "S1"],
    "start": "2024-07-08",
    "weeks": 8,
    "kpi": "revenue",
    "smallest_effect": 0.1,
    "stop_rule": "停：两周退款率翻倍",
    "owner": "COO",
}


@pytest.fixture
def shop(client):
    return open_client(client())


def lines(shop):
    return (shop.folder / decisions.FILE).read_text(encoding="utf-8").splitlines()


def test_looking_writes_nothing(shop):
    before = sorted(path.name for path in shop.folder.iterdir())
    assert decisions.ledger(shop).empty
    assert decisions.pilots(shop).empty
    assert decisions.running(shop) is None
    assert sorted(path.name for path in shop.folder.iterdir()) == before


def test_a_registered_pilot_is_read_back_whole(shop):
    assert decisions.register_pilot(shop, **PILOT) == "D001"
    row = decisions.pilots(shop).iloc[0]
    told = row[["stores", "start", "end", "weeks", "kpi", "smallest_effect", "owner", "late"]].tolist()
    assert told == [["S1", "S2"], "2024-07-08", "2024-09-01", 8, "revenue", 0.1, "COO", False]
    assert row["as_of"] == "2024-06-30"
    assert json.loads(lines(shop)[0])["stop_rule"] == "停：两周退款率翻倍"


@pytest.mark.parametrize(
    "field", ["stores", "start", "weeks", "kpi", "smallest_effect", "stop_rule", "owner"]
)
def test_a_pilot_with_a_field_missing_is_not_registered(shop, field):
    with pytest.raises(ArgumentError, match="whole or not at all") as caught:
        decisions.register_pilot(shop, **{name: value for name, value in PILOT.items() if name != field})
    assert field in caught.value.found
    assert not (shop.folder / decisions.FILE).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"stores": ["S9"]},
        {"weeks": 1.5},
        {"weeks": -2},
        {"smallest_effect": -0.1},
        {"start": "soon"},
        {"kpi": "happiness"},
    ],
)
def test_a_pilot_that_cannot_be_is_not_registered(shop, wrong):
    with pytest.raises(ArgumentError):
        decisions.register_pilot(shop, **PILOT | wrong)
    assert not (shop.folder / decisions.FILE).exists()


def test_a_pilot_whose_start_has_been_seen_needs_an_open_word_and_is_marked(shop):
    late = PILOT | {"start": "2024-06-30"}
    with pytest.raises(ArgumentError, match="has begun"):
        decisions.register_pilot(shop, **late)
    decisions.register_pilot(shop, **late, late=True)
    assert decisions.pilots(shop)["late"].tolist() == [True]
    assert decisions.running(shop)["late"]


def test_a_pilot_in_time_is_not_marked_late_whatever_was_said(shop):
    decisions.register_pilot(shop, **PILOT, late=True)
    assert decisions.pilots(shop)["late"].tolist() == [False]


def test_a_withdrawal_is_a_further_line_and_the_first_stays(shop):
    first = decisions.register_pilot(shop, **PILOT)
    before = lines(shop)
    assert decisions.withdraw(shop, first, reason="stores sold") == "D002"
    assert lines(shop)[: len(before)] == before
    assert decisions.pilots(shop).empty
    told = decisions.ledger(shop)
    assert told[["kind", "withdrawn"]].values.tolist() == [["pilot", True], ["withdrawal", False]]
    for line in (first, "D002", "D099"):
        with pytest.raises(ArgumentError, match="no decision"):
            decisions.withdraw(shop, line, reason="again")


def test_targets_and_plays_are_kept_beside_the_pilots(shop):
    decisions.set_target(
        shop, kpi="close_90d", target=0.4, due_on="2024-12-31", owner="store manager", store_id="S1"
    )
    decisions.choose_play(shop, play="entry_product", start="2024-07-01", owner="COO")
    assert decisions.targets(shop)[["store_id", "kpi", "target"]].values.tolist() == [
        ["S1", "close_90d", 0.4]
    ]
    assert decisions.plays(shop)[["store_id", "play"]].values.tolist() == [["", "entry_product"]]
    with pytest.raises(ArgumentError, match="do not exist"):
        decisions.choose_play(shop, play="entry_product", start="2024-07-01", owner="COO", store_id="S9")


def test_a_store_is_told_its_own_targets_and_those_of_all(client):
    shop = open_client(client(engagement="targets: {retained_7d: 0.85}\n"))
    promise = {"due_on": "2024-12-31", "owner": "COO"}
    decisions.set_target(shop, kpi="close_90d", target=0.4, store_id="S1", **promise)
    decisions.set_target(shop, kpi="repurchase_90d", target=0.5, **promise)
    told = {name: decisions.targets(scope)["kpi"].tolist() for name, scope in
            {"chain": shop, "S1": shop.store("S1"), "S2": shop.store("S2")}.items()}  # fmt: skip
    assert told == {
        "chain": ["retained_7d", "close_90d", "repurchase_90d"],
        "S1": ["retained_7d", "close_90d", "repurchase_90d"],
        "S2": ["retained_7d", "repurchase_90d"],
    }
    first = decisions.targets(shop).iloc[0]
    assert first[["id", "as_of", "store_id", "due_on", "owner"]].tolist() == [""] * 5


@pytest.mark.parametrize(
    "wrong", [{"kpi": "happiness"}, {"target": 40}, {"target": -0.4}, {"target": "40 %"}]
)
def test_a_target_that_cannot_be_read_is_not_set(shop, wrong):
    promise = {"kpi": "close_90d", "target": 0.4, "due_on": "2024-12-31", "owner": "COO"}
    with pytest.raises(ArgumentError):
        decisions.set_target(shop, **promise | wrong)
    assert not (shop.folder / decisions.FILE).exists()


def test_the_pilot_running_is_the_registered_one_that_began_last(shop):
    decisions.register_pilot(shop, **PILOT)
    later = open_client(shop.folder, as_of="2024-07-20")
    assert decisions.running(shop) is None
    found = decisions.running(later)
    assert (found["stores"], found["registered"], found["late"]) == (["S1", "S2"], True, False)


def test_without_a_registered_pilot_the_first_wave_of_the_stores_table_runs(client):
    stores = (
        "门店编号,门店名称,批次,启动日期\nS1,一店,第1批,2024-05-06\nS2,二店,第2批,2024-06-03\nS3,三店,,\n"
    )
    found = decisions.running(open_client(client(stores=stores)))
    assert (found["stores"], found["start"], found["registered"]) == (["S1"], "2024-05-06", False)


def test_a_last_line_cut_short_is_named_and_a_missing_line_end_is_healed(shop):
    decisions.register_pilot(shop, **PILOT)
    path = shop.folder / decisions.FILE
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    decisions.register_pilot(shop, **PILOT)
    assert len(lines(shop)) == 2
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "D003", "ki')
    with pytest.raises(EngagementError, match="line 3"):
        decisions.ledger(shop)


def test_a_decision_makes_the_reports_that_tell_it_again(shop):
    before = reports._version(shop)
    decisions.register_pilot(shop, **PILOT)
    assert reports._version(shop) != before
