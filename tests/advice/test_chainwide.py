"""Each branch of what the chain page says, with its numbers."""

import numpy as np
import pandas as pd
import pytest

from opsmodel.advice import findings
from opsmodel.advice.findings import screens

NAN = float("nan")


pytestmark = pytest.mark.usefixtures("lang")


def stores(*rows):
    columns = ["store_name", "n_customers", "n_told", "n_gaps", "lever", "stage", "value", "peer_p75"]
    return pd.DataFrame(rows, columns=columns)


def total(proven, every):
    rows = [("proven", "every_lever", *proven), ("every", "every_lever", *every)]
    table = pd.DataFrame(rows, columns=["scope", "lever", "n_stores", "money", "money_low", "money_high"])
    return table.assign(is_margin=False)


BEHIND = ("North", 400, 6, 1, "repurchase_rate", "repurchase", 0.31, 0.53)
LEVEL = ("South", 500, 6, 0, "", "", NAN, NAN)
YOUNG = ("New", 20, 0, 0, "", "", NAN, NAN)
SUMS = total((1, 500.0, 300.0, 700.0), (2, 650.0, 200.0, 1100.0))


def test_stores_behind_are_counted_among_those_that_can_be_judged(lang):
    found = findings.chain_gaps(stores(BEHIND, LEVEL, YOUNG), SUMS)
    assert (found.kind, found.lever, found.stage, found.n) == (
        "chain_gaps",
        "repurchase_rate",
        "repurchase",
        900,
    )
    assert (found.money, found.money_low, found.money_high) == (500, 300, 700)
    assert all(text in found.claim for text in ("1" if lang == "zh" else "One", "2", "¥500"))
    assert all(text in found.evidence for text in ("North", "31.0%", "53.0%", "¥650", "¥200", "¥1,100"))
    assert ("净营收" if lang == "zh" else "Net revenue") in found.worth
    margin = findings.chain_gaps(stores(BEHIND), SUMS.assign(is_margin=True))
    assert ("毛利" if lang == "zh" else "Margin") in margin.worth


@pytest.mark.parametrize("lang", ["en"], indirect=True)
def test_a_sentence_about_one_store_is_in_the_singular(lang):
    found = findings.chain_gaps(stores(BEHIND, LEVEL), SUMS)
    assert found.claim.startswith("One of 2 stores that can be judged falls behind its peers")
    level = findings.chain_gaps(stores(LEVEL), SUMS)
    assert level.claim == "The one store that can be judged has no gap beyond noise."
    two = findings.chain_gaps(stores(BEHIND, BEHIND, LEVEL), SUMS)
    assert two.claim.startswith("2 of 3 stores that can be judged fall behind their peers")
    alone = pd.DataFrame([("close", 300.0, "gap")], columns=["stage", "money", "state"])
    assert "¥300 a year in one store, 100%" in findings.dearest_stage(alone).claim
    assert "in 2 stores" in findings.dearest_stage(pd.concat([alone, alone])).claim


def test_a_chain_without_gaps_says_so_and_an_empty_one_says_nothing():
    found = findings.chain_gaps(stores(LEVEL), SUMS)
    assert (found.kind, np.isnan(found.money)) == ("chain_level", True)
    assert findings.chain_gaps(stores(YOUNG), SUMS).kind == "small_base"
    assert findings.chain_gaps(stores(), SUMS).kind == "small_base"


def test_the_dearest_stage_is_that_of_most_money():
    rows = [
        ("close", 300.0, "gap"),
        ("close", 300.0, "gap"),
        ("repurchase", 400.0, "gap"),
        ("acquire", 0.0, "level"),
    ]
    table = pd.DataFrame(rows, columns=["stage", "money", "state"])
    found = findings.dearest_stage(table)
    assert (found.kind, found.stage, found.money) == ("dearest_stage", "close", 600)
    assert "60%" in found.claim
    assert findings.dearest_stage(table.tail(1)).kind == "stages_level"
    assert findings.dearest_stage(table.assign(state="unseen")).kind == "stages_unseen"


def test_the_gain_names_what_is_sure_and_what_is_not():
    assert findings.chain_gain(SUMS).kind == "gain"
    assert "¥650" in findings.chain_gain(SUMS).claim
    unsure = findings.chain_gain(total((0, 0.0, 0.0, 0.0), (2, 650.0, 200.0, 1100.0)))
    assert (unsure.kind, "¥650" in unsure.claim) == ("gain_unsure", True)
    assert findings.chain_gain(total((0, 0.0, 0.0, 0.0), (0, 0.0, 0.0, 0.0))).kind == "no_gain"


@pytest.mark.parametrize(
    ("counts", "kind"),
    [((64, 32, 3.2, 28), "beyond_chance"), ((64, 4, 3.2, 0), "only_chance"), ((0, 0, 0.0, 0), "no_tests")],
)
def test_flags_stand_beside_those_of_chance(counts, kind):
    row = ("every_lever", *counts)
    flags = pd.DataFrame([row], columns=["lever", "n_tests", "n_below", "by_chance", "n_flagged"])
    found = findings.beyond_chance(flags)
    assert found.kind == kind
    assert kind == "no_tests" or "3.2" in found.evidence


def test_only_a_store_that_is_surely_best_is_called_so():
    ranking = pd.DataFrame(
        {"store_id": ["S1", "S2", "S3"], "n": [300, 200, 12], "top_quartile": [0.9, 0.2, 0.95]}
    )
    found = findings.sure_leaders(ranking, lever="repurchase_rate", names={"S1": "North"})
    assert (found.kind, found.n) == ("leaders", 500)
    assert "North" in found.claim
    assert "S3" not in found.claim
    nobody = findings.sure_leaders(ranking.assign(top_quartile=0.4), lever="repurchase_rate")
    assert nobody.kind == "no_leaders"
    assert findings.sure_leaders(ranking.assign(n=3), lever="repurchase_rate").kind == "small_base"


def test_home_and_till_are_apart_or_agree():
    row = {"n_home": 500, "n_branch": 520, "home_rate": 0.52, "branch_rate": 0.50, "unseen_rate": 0.02}
    found = findings.scopes_apart(pd.DataFrame([row]))
    assert (found.kind, found.n) == ("scopes_apart", 500)
    assert "52.0%" in found.claim
    assert findings.scopes_apart(pd.DataFrame([row | {"unseen_rate": 0.005}])).kind == "scopes_level"
    assert findings.scopes_apart(pd.DataFrame([row | {"n_home": 10}])).kind == "small_base"


def test_leakage_names_who_gives_and_who_gains():
    table = pd.DataFrame(
        [("S1", 900.0, 90.0, -90.0), ("S2", 100.0, 0.0, 90.0)],
        columns=["store_id", "home_revenue", "away_revenue", "flow_revenue"],
    )
    found = findings.leaking(table, names={"S1": "North"})
    assert found.kind == "leaking"
    assert "9.0%" in found.claim
    assert all(text in found.evidence for text in ("North", "S2", "¥90"))
    assert found.action
    calm = findings.leaking(table.assign(away_revenue=[9.0, 0.0]))
    assert (calm.kind, calm.action) == ("homely", "")
    assert findings.leaking(table.assign(home_revenue=0.0)).kind == "no_sales"


def walk(*bars, measure="repurchase_rate"):
    table = pd.DataFrame(bars, columns=["bar", "contribution", "level", "k", "n"])
    return table.assign(measure=measure)


SCREEN = ("screen", NAN, 0.30, NAN, NAN)
OURS = ("ours", NAN, 0.50, 50, 100)


def test_the_largest_step_of_the_walk_is_named_and_the_rest_too():
    steps = walk(SCREEN, ("unexplained", 0.02, 0.32, 32, 100), ("anonymous", 0.18, 0.50, 50, 100),
                 ("duplicates", NAN, 0.50, 50, 100), OURS)  # fmt: skip
    found = findings.screen_gap(steps)
    assert found.kind == "screen_apart"
    assert all(text in found.claim for text in ("30.0%", "50.0%", "+18.0", screens.rule("anonymous")))
    assert "+2.0" in found.evidence
    assert screens.rule("duplicates") in found.evidence


def test_what_nobody_can_explain_is_the_message_where_it_is_the_largest():
    found = findings.screen_gap(
        walk(SCREEN, ("unexplained", 0.15, 0.45, 45, 100), ("refunds", 0.05, 0.5, 50, 100), OURS)
    )
    assert (found.kind, bool(found.action)) == ("screen_unexplained", True)


def test_without_a_number_of_the_clients_the_walk_starts_at_a_usual_screen():
    found = findings.screen_gap(
        walk(("usual_screen", NAN, 0.3, 30, 100), ("refunds", 0.2, 0.5, 50, 100), OURS)
    )
    assert found.kind == "screen_usual"


def test_equal_numbers_agree_and_unseen_ones_are_not_compared():
    level = ("unexplained", 0.0, 0.5, 50, 100)
    assert findings.screen_gap(walk(("screen", NAN, 0.5, NAN, NAN), level, OURS)).kind == "screen_agrees"
    assert findings.screen_gap(walk(SCREEN, ("ours", NAN, NAN, 0, 0))).kind == "screen_unseen"


@pytest.mark.parametrize(
    ("measure", "text"),
    [("repurchase_rate", "+20.0"), ("revenue", "+¥0.2"), ("buyers", "+0"), ("retained_adds", "+0")],
)
def test_a_walk_is_written_in_the_unit_of_its_measure(measure, text):
    table = screens.walked(walk(SCREEN, ("refunds", 0.2, 0.5, 50, 100), OURS, measure=measure))
    assert table["changed"].tolist()[0] == table["changed"].tolist()[-1] == ""
    assert table["changed"][1].startswith(text)
    assert table["is_end"].tolist() == [True, False, True]
    assert (table["base"][1] == "100") == (measure == "repurchase_rate")
    assert screens.measure(measure) in screens.counted(walk(SCREEN, OURS, measure=measure))
