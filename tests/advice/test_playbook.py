"""The playbook: complete in both languages, an answer to every finding, money that is the finding's own."""

import ast
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pandas as pd
import pytest

import opsmodel
from opsmodel import wording
from opsmodel.advice import levers
from opsmodel.advice.design import playbook, plays
from opsmodel.advice.finding import Finding, small_base
from opsmodel.errors import EngagementError

ADVICE = Path(opsmodel.__file__).parent / "advice"
BOOK = plays.read()
SIGNS = str.maketrans("", "", "–×÷")  # beside letters, what an English sentence may hold
ASKED = {  # what the method and the engagement ask for -> the play that answers
    "low-cost high-value lead content": "lead_content",
    "code per cashier": "code_per_cashier",
    "entry product 9.9/19.9/39.9": "entry_product",
    "targeted closing": "targeted_closing",
    "90-day new-customer plan": "new_customer_90_days",
    "product ladder": "product_ladder",
    "membership lock-in": "membership",
    "interest communities with member-run content": "interest_community",
    "super users": "super_users",
    "partner tiers": "partner_tiers",
    "IP persona and content matrix": "persona_matrix",
    "staff SOP and scripts": "staff_sop",
    "provider by three criteria": "provider",
    "routing to the nearest store": "area_routing",
    "a standing sharing step": "share_step",
    "content by stage of knowing": "stage_messages",
    "bundles for the rare and dear": "bundles",
    "care, content, promotion": "contact_mix",
    "combined tags": "tags",
    "layers by RFM": "rfm_layers",
    "base system before campaigns": "base_before_campaign",
    "one organisation": "core_team",
}


def gap(lever="repurchase_rate", money=5000.0, stage="repurchase") -> Finding:
    return Finding("gap", stage, "c", "e", "do", "o", lever, 300, "w", money, money * 0.6, money * 1.4)


def chain() -> pd.DataFrame:
    """Two stores on the levers that plays and costs read."""
    rows = [
        ("S1", "kept_close_rate", 0.40, 0.50, 0.60, 400.0),
        ("S1", "first_order_value", 20.0, 25.0, 30.0, 160.0),
        ("S1", "repurchase_rate", 0.25, 0.40, 0.50, 160.0),
        ("S2", "repurchase_rate", 0.50, 0.30, 0.40, 90.0),
    ]
    columns = ["store_id", "lever", "shrunken", "peer_value", "peer_p75", "per_year"]
    return pd.DataFrame(rows, columns=columns)


def kinds_spoken() -> set[str]:
    """Every text in the code of the findings: a kind that is misspelt in the playbook is none of them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ADVICE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {node.value for node in nodes if isinstance(node.value, str)}


def test_at_least_25_plays_cover_every_stage():
    assert len(BOOK.plays) >= 25
    assert {play.stage for play in BOOK.plays} == {"acquire", "share", "close", "repurchase", "refer", "base"}


@pytest.mark.parametrize("asked", ASKED)
def test_a_play_answers(asked):
    assert BOOK[ASKED[asked]].id == ASKED[asked]


def test_every_item_of_the_checklists_is_covered_by_a_play():
    covered = {item for play in BOOK.plays for item in play.covers}
    assert covered == {item for items in playbook.CHECKLIST.values() for item in items}


@pytest.mark.parametrize("play", BOOK.plays, ids=lambda play: play.id)
def test_a_play_is_complete_in_both_languages(play):
    assert len(play.en.steps) == len(play.zh.steps) >= 4
    for field in ("name", "why", "sop", "kpi", "needs"):
        english, chinese = getattr(play.en, field), getattr(play.zh, field)
        assert english.translate(SIGNS).isascii(), english
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), chinese
    for step in play.zh.steps:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in step), step


@pytest.mark.parametrize("lever", levers.LEVERS)
def test_every_lever_has_a_play_and_the_play_names_it(lever):
    stage = levers.LEVERS[lever].stage
    found = playbook.answers(gap(lever, stage=stage), BOOK)
    assert found
    assert all(lever in play.levers for play in found)


def test_every_kind_a_play_answers_is_one_some_finding_has():
    answered = {kind for play in BOOK.plays for kind in play.kinds}
    assert answered - kinds_spoken() == set()


@pytest.mark.parametrize(
    "stage", ["acquire", "share", "close", "order_value", "repurchase", "refer", "", "成交"]
)
def test_a_finding_of_any_kind_that_asks_for_something_gets_a_play(stage):
    assert playbook.answers(Finding("a_kind_of_tomorrow", stage, "c", "e", "do"), BOOK)


def test_a_finding_that_asks_for_nothing_gets_a_play_only_by_its_kind():
    assert playbook.answers(Finding("a_kind_of_tomorrow", "close", "c", "e"), BOOK) == []
    assert [play.id for play in playbook.answers(small_base(3), BOOK)] == ["record_first"]


def test_the_expected_money_is_the_findings_own():
    table = playbook.for_findings([gap()], chain(), "S1", playbook=BOOK, currency="CNY", most=9)
    assert table["play"].iloc[0] == "new_customer_90_days"
    assert set(table["money"]) == {5000.0}
    assert set(table["money_low"]) == {3000.0}
    assert set(table["money_high"]) == {7000.0}


def test_the_target_is_what_peers_reached_and_there_is_none_above_them():
    behind = playbook.for_findings([gap()], chain(), "S1", playbook=BOOK).iloc[0]
    assert behind[["today", "target_low", "target_high"]].tolist() == [0.25, 0.40, 0.50]
    ahead = playbook.for_findings([gap()], chain(), "S2", playbook=BOOK).iloc[0]
    assert ahead["today"] == 0.50
    assert isnan(ahead["target_low"])
    assert isnan(ahead["target_high"])


def test_the_cost_follows_the_stores_own_flow():
    play = BOOK["new_customer_90_days"]  # 960 minutes a chain, 1.0 and 4 minutes a buyer
    table = playbook.for_findings([gap()], chain(), "S1", playbook=BOOK, currency="CNY", most=1)
    hours = 960 / 60 / 2 + 160 * 4 / 60
    assert play.cost[1].amount == 1
    assert table["cost"].iloc[0] == pytest.approx(160 * 1 + hours * 30)
    assert table["hours_month"].iloc[0] == pytest.approx(hours / 12)
    assert table["break_even_share"].iloc[0] == pytest.approx((160 + hours * 30) / 5000)


def test_costs_typed_in_another_currency_are_not_known():
    table = playbook.for_findings([gap()], chain(), "S1", playbook=BOOK, currency="USD")
    assert table["cost"].isna().all()
    assert table["hours_month"].notna().all()


def test_without_money_nothing_can_break_even():
    finding = replace(gap(), money=nan)
    table = playbook.for_findings([finding], None, "", playbook=BOOK)
    assert table["break_even_share"].isna().all()
    assert table["today"].isna().all()


def test_no_finding_gives_an_empty_table_that_can_be_told():
    table = playbook.for_findings([], chain(), "S1", playbook=BOOK)
    assert table.empty
    assert playbook.told(table).empty


def test_a_told_row_speaks_in_the_unit_of_its_lever():
    table = playbook.for_findings([gap()], chain(), "S1", playbook=BOOK, currency="CNY", most=1)
    row = playbook.told(table).iloc[0]
    assert row["today_to_reached"] == "25.0% → 40.0% – 50.0%"
    assert row["worth"] == "¥5,000 (¥3,000 – ¥7,000)"


def test_a_play_shows_itself_in_the_language_spoken_and_escapes_its_text():
    play = BOOK["entry_product"]
    before = wording.language()
    try:
        wording.use("zh")
        assert "引流品" in str(play)
        assert "<li>" in play._repr_html_()
    finally:
        wording.use(before)
    words = play.en.model_copy(update={"name": "<script>"})
    assert "<script>" not in play.model_copy(update={"en": words})._repr_html_()


def write(folder: Path, text: str) -> Path:
    (folder / plays.FILE).write_text(text, encoding="utf-8")
    return folder


def test_a_client_changes_one_price_and_keeps_the_rest(tmp_path):
    own = plays.read(write(tmp_path, "hour_cost: 50\nplays:\n- {id: entry_product, en: {name: Trial cup}}\n"))
    assert own.hour_cost == 50
    assert own["entry_product"].en.name == "Trial cup"
    assert own["entry_product"].en.steps == BOOK["entry_product"].en.steps
    assert [play.id for play in own.plays] == [play.id for play in BOOK.plays]


def test_a_client_adds_a_play_that_comes_first_and_drops_another(tmp_path):
    words = "{name: n, why: w, steps: [a], sop: s, kpi: k, needs: d}"
    text = (
        f"drop: [provider]\nplays:\n- {{id: own_play, stage: repurchase, levers: [repurchase_rate], "
        f"owner: store_staff, cost: [{{per: once, amount: 5}}], en: {words}, zh: {words}}}\n"
    )
    own = plays.read(write(tmp_path, text))
    assert playbook.answers(gap(), own)[0].id == "own_play"
    assert "provider" not in [play.id for play in own.plays]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("plays:\n- {id: entry_product, stage: closing}", "entry_product.stage cannot be used"),
        ("plays:\n- {id: entry_product, levers: [magic]}", "entry_product.levers cannot be used"),
        ("plays:\n- {id: entry_product, price: 3}", "entry_product.price"),
        ("plays:\n- {id: brand_new, stage: close}", "brand_new.owner is missing"),
        ("plays:\n- {stage: close}", "a play has no id"),
        ("drop: [nothing]", "drop names no play"),
        ("plays:\n- {id: entry_product, after: [nobody]}", "comes after a play that is not there"),
        ("plays: [", "is not valid YAML"),
        ("- a list", "holds no plays"),
        ("plays:\n- {id: entry_product, cost: [{per: add, amount: -1}]}", "entry_product.cost"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_clients_playbook_is_named(tmp_path, text, wrong):
    with pytest.raises(EngagementError, match=wrong):
        plays.read(write(tmp_path, text))


def test_a_play_that_is_not_there_is_an_error():
    with pytest.raises(EngagementError, match="no play 'nothing'"):
        BOOK["nothing"]


def test_the_catalogue_lists_every_play_along_the_path():
    table = playbook.catalogue(BOOK)
    assert len(table) == len(BOOK.plays)
    assert table["stage"].drop_duplicates().tolist() == [
        "acquire",
        "share",
        "close",
        "repurchase",
        "refer",
        "base",
    ]
