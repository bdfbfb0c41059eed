"""The training: glossary, beliefs, quiz, role cards and effect, each branch with its numbers."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from ibis import memtable

from opsmodel import growth, maturity, open_client, sop, wording
from opsmodel.advice import findings, training
from opsmodel.advice.training import roles as training_roles
from opsmodel.advice.training import sheet
from opsmodel.advice.training import terms as training_glossary
from opsmodel.advice.training import values as training_values
from opsmodel.advice.training.effect import changes_by_store, effect
from opsmodel.errors import ArgumentError
from opsmodel.metrics.maturity.model import model

NAN = float("nan")


@pytest.fixture(scope="module")
def demo():
    return open_client("demo")


@pytest.fixture(params=["en", "zh"])
def lang(request):
    yield wording.use(request.param)
    wording.use("en")


def perceived(*rows):
    table = pd.DataFrame(rows, columns=["role", "question", "n", "guess", "gap", "gap_low", "gap_high"])
    return table.assign(measured=table["guess"] - table["gap"], is_suppressed=table["n"] < 5)


MEASURED = pd.DataFrame(
    {"question": ["retained_7d", "sop_on_time"], "metric": ["retained_adds", "sop_on_time"]}
)


def test_the_widest_sure_gap_of_belief_is_the_finding(lang):
    table = perceived(
        ("ceo+headquarters", "retained_7d", 7, 0.9, 0.05, 0.01, 0.09),
        ("staff", "sop_on_time", 30, 0.5, -0.2, -0.3, -0.1),
        ("regional", "sop_on_time", 6, 0.9, 0.4, -0.1, 0.9),  # wide, but not beyond chance
    )
    found = findings.perception_gap(table, MEASURED, within_days=90)
    assert found.kind == "believed_lower"
    assert "50.0%" in found.claim
    assert "70.0%" in found.claim
    assert found.n == 30
    higher = findings.perception_gap(table.head(1), MEASURED, within_days=90)
    assert higher.kind == "believed_higher"


def test_beliefs_that_hold_and_too_few_answers_say_so(lang):
    level = perceived(("staff", "retained_7d", 30, 0.8, 0.01, -0.05, 0.07))
    assert findings.perception_gap(level, MEASURED, within_days=90).kind == "belief_holds"
    few = perceived(("ceo", "retained_7d", 1, NAN, NAN, NAN, NAN))
    assert findings.perception_gap(few, MEASURED, within_days=90).kind == "few_answers"
    assert findings.perception_gap(few.head(0), MEASURED, within_days=90).kind == "few_answers"


def alignment(*rows):
    names = ["dimension", "n", "n_roles", "role_high", "score_role_high", "role_low", "score_role_low"]
    names += ["difference", "difference_low", "difference_high", "q_value"]
    return pd.DataFrame(rows, columns=names)


def test_roles_apart_names_the_widest_item(lang):
    table = alignment(
        ("layer", 20, 2, "ceo+headquarters", 3.0, "staff", 1.0, 2.0, 1.5, 2.5, 0.001),
        ("connect", 20, 2, "staff", 2.5, "ceo+headquarters", 2.0, 0.5, -0.2, 1.2, 0.4),
    )
    found = findings.roles_apart(table)
    assert found.kind == "roles_apart"
    assert model()["items"]["layer"][lang] in found.claim
    assert findings.roles_apart(table.tail(1)).kind == "roles_agree"
    assert findings.roles_apart(table.head(0)).kind == "few_answers"
    assert len(training.apart(table)) == 2


def test_the_weakest_item_tells_the_anchor_and_the_next_one(lang):
    card = pd.DataFrame(
        {"block": "steps", "dimension": ["layer", "connect"], "n": 20, "score": [0.9, 2.0],
         "score_low": [0.7, 1.8], "score_high": [1.1, 2.2], "level": [0.0, 2.0], "is_suppressed": False}
    )  # fmt: skip
    found = findings.weakest_item(card)
    anchors = model()["items"]["layer"][f"anchors_{lang}"]
    assert found.kind == "weakest_item"
    assert anchors[0] in found.evidence
    assert anchors[1] in found.action
    assert findings.weakest_item(card.assign(score=NAN)).kind == "few_answers"
    assert training.too_few_people(card) == ""
    assert training.too_few_people(card.assign(is_suppressed=True, n=3)) != ""


def third_level(low, high):
    row = {
        "level": 3.0,
        "measure": "sop_on_time",
        "n_trained": 3,
        "n_untrained": 4,
        "before": 0.6,
        "after": 0.8,
    }
    row |= {"untrained_before": 0.6, "untrained_after": 0.6, "effect": (low + high) / 2, "effect_low": low}
    return pd.DataFrame([row | {"effect_high": high, "p_value": 0.03, "window_days": 84, "n": NAN}])


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [(0.1, 0.3, "training_done"), (-0.3, -0.1, "training_down"), (-0.1, 0.3, "training_open")],
)
def test_the_effect_of_training_is_told_by_its_interval(lang, low, high, kind):
    assert findings.training_effect(third_level(low, high)).kind == kind


def test_without_a_wave_there_is_no_effect(lang):
    assert findings.training_effect(third_level(0, 1).head(0)).kind == "not_trained"
    assert training.no_effect(third_level(0, 1).head(0)) != ""
    assert training.no_effect(third_level(0, 1)) == ""


def test_levels_are_written_in_the_unit_of_their_row():
    rows = third_level(-0.1, 0.3)
    money = rows.assign(level=4.0, measure="net_revenue", before=30000.0, after=31000.0,
                        untrained_before=20000.0, untrained_after=20000.0)  # fmt: skip
    table = training.levels(pd.concat([rows, money]))
    assert table["training_effect"].tolist() == ["+10.0 pp", "+10.0%"]
    assert table["interval"].tolist() == ["-10.0 to +30.0 pp", "-10.0% to +30.0%"]
    assert table["before"].tolist() == ["60.0%", "¥30,000"]


def reach(gains):
    factors = ["users", "close_rate", "value_per_buyer"]
    table = pd.DataFrame({"factor": factors, "today": [100.0, 0.1, 200.0], "gain": gains, "loss": -10.0})
    share = table["gain"] / 1000
    return table.assign(
        high=table["today"] * (1 + share),
        low=table["today"] * 0.99,
        gain_share=share,
        own_p10=table["today"] * 0.99,
        own_p90=table["today"] * 1.1,
        peer_p75=table["today"] * (1 + share),
        n_periods=13,
        n_peers=3,
        revenue_year=1000.0,
    )


def test_the_largest_lever_is_the_one_that_gains_most(lang):
    found = findings.largest_lever(reach([0.0, 300.0, 100.0]))
    assert (found.kind, found.lever, found.money) == ("lever_within_reach", "close_rate", 300.0)
    assert "10.0%" in found.claim
    assert "13.0%" in found.claim
    assert findings.largest_lever(reach([0.0, 0.0, 0.0])).kind == "at_the_top"
    assert findings.largest_lever(reach([0.0, 0.0, 0.0]).head(0)).kind == "no_reach"
    assert training.reachable(reach([0.0, 300.0, 100.0]))["gain"].tolist()[0] == "–"
    assert training.compounded(reach([0.0, 0.0, 0.0]))["revenue"].tolist() == pytest.approx(
        [1100, 1210, 1331]
    )


def test_the_glossary_is_complete_in_both_languages(lang):
    keys = {"name", "formula", "base", "left_out"}
    for metric, entry in training_glossary.entries().items():
        assert {"stage", "unit", "en", "zh"} == set(entry), metric
        assert set(entry["en"]) == set(entry["zh"]) == keys, metric
        assert all(isinstance(text, str) and text for side in ("en", "zh") for text in entry[side].values())
        assert training_glossary.stage_name(entry["stage"])
        assert entry["unit"] in training_glossary.WRITERS


def test_a_value_of_a_small_base_is_said_to_be_small(lang):
    rows = pd.DataFrame({"metric": ["retained_adds", "ltv"], "value": [0.5, NAN], "value_low": [0.4, NAN],
                         "value_high": [0.6, NAN], "n": [12.0, 0.0]})  # fmt: skip
    table = training_glossary.written(rows, within_days=60)
    assert table["this_store"].tolist()[0] != "50.0%"
    assert table["this_store"].tolist()[1] == "–"
    assert training_glossary.written(rows.head(0), within_days=60).empty


def test_every_role_has_a_card_for_every_step_in_both_languages(lang):
    cards = training_roles.entries()
    assert list(cards) == list(model()["roles"])
    steps = [name for name, item in model()["items"].items() if item["block"] == "steps"]
    for role, card in cards.items():
        assert list(card) == steps, role
        assert all(set(entry["en"]) == set(entry["zh"]) == {"does", "sop"} for entry in card.values())
        assert all(entry["kpi"] in training_glossary.entries() for entry in card.values())
    empty = training_glossary.written(pd.DataFrame(columns=["metric"]), within_days=90)
    assert len(training.role_cards(empty, within_days=90)) == 25
    assert len(training.role_cards(empty, within_days=90, role="staff")) == 5
    with pytest.raises(ArgumentError, match="no such role"):
        training.role_cards(empty, within_days=90, role="guest")


def test_options_are_sorted_by_their_number_and_alike_ones_are_one():
    asked = sheet.Question("t", "q", right="39.8%", wrong=("60.2%", "5.1%", "39.8%"), why="w")
    row = sheet.table([asked]).iloc[0]
    assert row["options"] == ["5.1%", "39.8%", "60.2%"]
    assert (row["answer"], row["right"]) == ("B", "39.8%")
    two = sheet.Question("t", "q", right="1", wrong=("2", "2"), why="w")
    assert sheet.table([two]).empty
    key = training.key(sheet.table([asked]))
    assert key["answer"].tolist() == ["B · 39.8%"]


def test_the_answers_of_the_quiz_are_those_of_the_tables(demo):
    shop = demo.store("S003")
    quiz = training.quiz(shop)
    assert quiz.equals(training.quiz(shop))
    assert len(quiz) >= 8
    for row in quiz.to_dict("records"):
        assert row["options"]["ABCDEF".index(row["answer"])] == row["right"]
    values = training_values.values(shop).set_index("metric")["value"]
    rights = quiz["right"].tolist()
    for metric in ("close_rate", "repurchase_rate"):
        assert f"{100 * values[metric]:.1f}%" in rights
    assert f"{100 * values['revenue_share']:.0f}%" in rights


def test_the_demo_shows_what_was_planted_in_the_answers(demo):
    """Headquarters believe 0.6 log-odds too much, staff rate 0.3 points too low, training adds knowledge."""
    table = training.perceived(demo).set_index(["role", "question"])["gap"].unstack("role")
    assert (table["ceo+headquarters"] > table["staff"]).all()
    card = maturity.chain_scorecard(demo, by="role").set_index(["dimension", "role"])["score"].unstack("role")
    assert (card["staff"] < card["ceo+headquarters"]).all()
    rows = effect(demo).set_index("measure")
    assert rows.loc["quiz", "effect_low"] > 0
    assert rows.loc["sop_on_time", "effect"] > 0  # one log-odds more from the first day of the wave
    assert rows.loc["net_revenue", "effect_low"] < 0 < rows.loc["net_revenue", "effect_high"]  # none planted
    assert rows.loc["sop_on_time", ["n_trained", "n_untrained"]].tolist() == [
        3,
        4,
    ]  # the new store is left out


def test_the_measured_values_of_the_demo_are_those_of_its_stores(demo):
    rows = training.measured(demo)
    late = rows[(rows["store_id"] == "S008") & (rows["question"] == "close_90d")]
    assert late.empty  # 13 contacts are old enough
    for question, of_question in rows.groupby("question"):
        whole = of_question[of_question["store_id"].isna()]
        assert len(whole) == 1, question
        assert whole["n"].item() >= of_question["n"].max()


def test_on_time_is_the_same_number_in_training_and_in_coaching(demo):
    believed = training.measured(demo).query("question == 'sop_on_time'").set_index("store_id")["measured"]
    for store in ("S001", "S002"):  # in S002 one person ticks in bursts
        steps = sop.standing(demo.store(store))
        coached = steps["n_on_time"].sum() / steps["n_due"].sum()
        taught = training_values.values(demo.store(store)).set_index("metric")["value"]
        assert believed[store] == pytest.approx(coached)
        assert taught["sop_on_time"] == pytest.approx(coached)


def test_a_task_due_on_a_day_is_on_time_until_its_end():
    days = pd.date_range("2024-01-01", periods=91, freq="D").astype("datetime64[us]")
    one = pd.DataFrame({"staff_id": "01", "due_at": days, "done_at": days + pd.Timedelta(hours=12)})
    tasks = pd.concat([one.assign(store_id=store) for store in ("S1", "S2")])
    sales = tasks.assign(ordered_at=tasks["due_at"], amount=1.0, customer_id="a")
    chain = SimpleNamespace(
        stores=memtable({"store_id": ["S1", "S2"], "started_on": ["2024-02-15", None]}),
        tasks=memtable(tasks), sales=memtable(sales), as_of=date(2024, 3, 31), has=lambda table: True,
    )  # fmt: skip
    chain.chain = chain
    rows = changes_by_store(chain).query("measure == 'sop_on_time'")
    assert rows[["before", "after"]].to_numpy().tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_a_year_of_the_what_if_is_the_revenue_of_the_periods(demo):
    table = training.reach(demo.store("S003"))
    own = growth.recent(demo.store("S003"), period_days=28, n_periods=13)
    assert table["revenue_year"].iloc[0] == pytest.approx(own["net_revenue"].sum())
    assert training.reach(demo.store("S008")).empty
    assert training.no_reach(training.reach(demo.store("S008"))) != ""
