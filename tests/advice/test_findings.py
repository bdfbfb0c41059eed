"""Every branch of every finding, with its numbers, in both languages."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import wording
from opsmodel.advice import findings
from opsmodel.advice.levers import CHAIN, LEVERS
from opsmodel.metrics import growth


def in_chinese(function, *arguments):
    wording.use("zh")
    try:
        return function(*arguments)
    finally:
        wording.use("en")


def funnel(*rows) -> pd.DataFrame:
    columns = ["step", "n", "n_pending", "step_rate", "step_rate_low", "step_rate_high"]
    return pd.DataFrame(rows, columns=columns)


CLEAR = funnel(
    ("acquire", 400, 0, np.nan, np.nan, np.nan),
    ("close", 80, 25, 0.20, 0.164, 0.242),
    ("repurchase", 40, 9, 0.50, 0.393, 0.607),
)


def test_the_weakest_step_is_named_with_its_base_and_those_still_pending():
    found = findings.weakest_step(CLEAR)
    assert (found.kind, found.stage, found.n) == ("weakest_step", "close", 400)
    assert found.claim == "The weakest step is close: 20.0% of those at acquire get there."
    assert found.evidence == (
        "80 of 400 who reached acquire in time; 95% interval 16.4% to 24.2%. 25 whose window is still open "
        "are not counted as lost."
    )
    chinese = in_chinese(findings.weakest_step, CLEAR.replace({"acquire": "引流", "close": "成交"}))
    assert chinese.claim == "最薄弱的一步是成交：到达引流的人中有 20.0% 走到这一步。"
    assert "400 人中有 80 人" in chinese.evidence


def test_two_steps_whose_intervals_overlap_are_about_equally_weak():
    table = CLEAR.copy()
    table.loc[2, ["step_rate", "step_rate_low", "step_rate_high"]] = [0.30, 0.211, 0.407]
    found = findings.weakest_step(table)
    assert found.kind == "weakest_unclear"
    assert found.claim == "close (20.0%) and repurchase (30.0%) are about equally weak."
    assert (
        in_chinese(findings.weakest_step, table).claim
        == "close（20.0%）与repurchase（30.0%）同样薄弱，难分先后。"
    )


def test_a_step_with_fewer_than_thirty_before_it_is_no_finding():
    table = CLEAR.assign(n=[29, 6, 2])
    found = findings.weakest_step(table)
    assert (found.kind, found.n) == ("small_base", 29)
    assert found.evidence == "The base is 29; below 30 a difference is mostly chance."
    assert in_chinese(findings.weakest_step, table).claim == "客户数还太少，暂时无法下结论。"
    assert findings.weakest_step(CLEAR.head(1)).kind == "small_base"


def test_a_rise_names_the_factor_that_gave_most_and_the_one_against_it():
    table = growth.decompose(
        {"visitors": 1000, "conversion": 0.10, "average_order_value": 50.0},
        {"visitors": 1500, "conversion": 0.08, "average_order_value": 50.0},
    )
    found = findings.change(table)
    assert (found.kind, round(found.money, 6)) == ("rose", 1000.0)
    assert found.claim == (
        "Net revenue rose to ¥6,000 (+¥1,000, +20.0%); the largest part by visitors: +¥2,224."
    )
    assert found.evidence == (
        "From ¥5,000 to ¥6,000, split by factor without a rest. conversion worked the other way: -¥1,224."
    )
    assert in_chinese(findings.change, table).claim == (
        "净营收升至 ¥6,000（+¥1,000、+20.0%），主要来自进店人数：+¥2,224。"
    )


def test_a_fall_a_standstill_and_a_start_from_nothing():
    fall = growth.decompose({"n_buyers": 100, "value": 100.0}, {"n_buyers": 100, "value": 75.0})
    found = findings.change(fall)
    assert found.kind == "fell"
    assert found.claim == "Net revenue fell to ¥7,500 (-¥2,500, -25.0%); the largest part by value: -¥2,500."
    assert found.evidence == "From ¥10,000 to ¥7,500, split by factor without a rest."
    assert (
        in_chinese(findings.change, fall).claim
        == "净营收降至 ¥7,500（-¥2,500、-25.0%），主要来自value：-¥2,500。"
    )
    still = growth.decompose({"users": 1000, "close_rate": 0.5}, {"users": 1002, "close_rate": 0.5})
    assert findings.change(still).kind == "unchanged"
    assert findings.change(still).claim == "Net revenue stayed at ¥501."
    assert in_chinese(findings.change, still).claim == "净营收基本持平，为 ¥501。"
    start = growth.decompose(
        {"n_buyers": 0, "value_per_buyer": np.nan}, {"n_buyers": 9, "value_per_buyer": 5.0}
    )
    assert findings.change(start).claim == (
        "Net revenue rose to ¥45 (+¥45); the largest part by the number of buyers: +¥45."
    )


def cohorts(*sizes_and_active) -> pd.DataFrame:
    rows = [
        {"cohort": pd.Timestamp(2024, month, 1), "age": age, "n_customers": n, "value": value}
        for month, (n, active) in enumerate(sizes_and_active, start=1)
        for age, value in ((0, n), (1, active))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("table", "kind", "claim", "chinese"),
    [
        (cohorts((100, 20), (100, 20), (100, 40), (100, 45)), "retention_better",
         "Newer customers come back more in period 1: 42.5%, 20.0% before.",
         "较新的客户在第 1 期回购更多：42.5%，此前为 20.0%。"),
        (cohorts((100, 40), (100, 45), (100, 20), (100, 20)), "retention_worse",
         "Newer customers come back less in period 1: 20.0%, 42.5% before.",
         "较新的客户在第 1 期回购更少：20.0%，此前为 42.5%。"),
        (cohorts((100, 30), (100, 33)), "retention_level",
         "Newer and older customers come back alike in period 1: 33.0% and 30.0%.",
         "较新与较早的客户在第 1 期回购相当：33.0% 与 30.0%。"),
        (cohorts((29, 9), (100, 33)), "small_base", "Too few customers to say anything yet.",
         "客户数还太少，暂时无法下结论。"),
        (cohorts((100, 30), (100, np.nan)), "small_base", "Too few customers to say anything yet.",
         "客户数还太少，暂时无法下结论。"),
    ],
)  # fmt: skip
def test_newer_cohorts_are_compared_with_older_ones(table, kind, claim, chinese):
    found = findings.retention_trend(table)
    assert (found.kind, found.claim) == (kind, claim)
    assert in_chinese(findings.retention_trend, table).claim == chinese


def curve(*rows) -> pd.DataFrame:
    names = ["within_days", "n_customers", "n_repurchased", "repurchase_rate", "repurchase_rate_low"]
    return pd.DataFrame(rows, columns=[*names, "repurchase_rate_high"])


def test_most_who_come_back_do_so_early_or_late():
    early = curve(
        (30, 300, 75, 0.25, 0.2, 0.3), (60, 250, 80, 0.32, 0.27, 0.38), (90, 200, 80, 0.4, 0.33, 0.47)
    )
    found = findings.repurchase_rhythm(early)
    assert found.kind == "repurchase_soon"
    assert found.claim == "40.0% of buyers come back within 90 days, half of these or more within 30."
    assert found.action == "Put the follow-up messages inside the first 30 days."
    assert found.evidence == (
        "80 of 200 buyers whose first order is at least 90 days old; 95% interval 33.0% to 47.0%."
    )
    assert in_chinese(findings.repurchase_rhythm, early).claim == (
        "40.0% 的客户在 90 天内复购，其中一半以上在 30 天内就回来了。"
    )
    late = early.assign(repurchase_rate=[0.05, 0.1, 0.4])
    found = findings.repurchase_rhythm(late)
    assert (found.kind, found.claim) == ("repurchase_late", "40.0% of buyers come back within 90 days.")
    assert in_chinese(findings.repurchase_rhythm, late).claim == "40.0% 的客户在 90 天内复购。"


def test_a_window_that_too_few_have_lived_through_is_not_told():
    table = curve((30, 40, 10, 0.25, 0.14, 0.4), (90, 12, 6, 0.5, 0.25, 0.75))
    assert findings.repurchase_rhythm(table).claim == "25.0% of buyers come back within 30 days."
    assert findings.repurchase_rhythm(table.assign(n_customers=[20, 12])).kind == "small_base"
    nobody = curve((30, 40, 0, 0.0, 0.0, 0.09), (90, 40, 0, 0.0, 0.0, 0.09))
    assert findings.repurchase_rhythm(nobody).claim == "0.0% of buyers come back within 90 days."


def lever_row(lever: str, **changed) -> dict:
    """A lever well below its peers; every rate 30 % against 40 %, every mean 30 against 40."""
    scale = 1 if LEVERS[lever].is_rate else 100
    row = {
        "store_id": "S001", "lever": lever, "within_days": 7 if lever == "retained_adds" else 90,
        "n": 200.0, "k": 60.0, "value": 0.30, "value_low": 0.24, "value_high": 0.36, "shrunken": 0.31,
        "shrunken_sd": 0.02, "n_peers": 7, "peer_value": 0.40, "peer_p75": 0.42, "peer_p75_sd": 0.005,
        "gap": 0.11, "gap_low": 0.07, "gap_high": 0.15, "p_value": 0.0004, "q_value": 0.004,
        "is_flagged": True, "per_year": 100.0, "margin_share": np.nan, "value_days": 90, "is_margin": False,
    }  # fmt: skip
    sized = ["value", "value_low", "value_high", "shrunken", "shrunken_sd", "peer_value", "peer_p75",
             "peer_p75_sd", "gap", "gap_low", "gap_high"]  # fmt: skip
    return {**row, **{name: row[name] * scale for name in sized}, **changed}


LEVEL = {"value": 0.40, "shrunken": 0.40, "gap": 0.02, "gap_low": -0.02, "is_flagged": False, "p_value": 0.9}


@pytest.mark.parametrize(
    ("lever", "claim", "chinese"),
    [
        ("retained_adds",
         "Only 30.0% of the people added are still contacts 7 days later; "
         "the best quarter of its peers keep 42.0% or more.",
         "加粉 7 天后仍是好友的只有 30.0%；同组前四分之一的门店不低于 42.0%。"),
        ("close_rate",
         "Only 30.0% of the people added buy within 90 days; "
         "the best quarter of its peers reach 42.0% or more.",
         "加粉后 90 天内成交的只有 30.0%；同组前四分之一的门店不低于 42.0%。"),
        ("kept_close_rate",
         "Only 30.0% of the contacts who stay buy within 90 days of being added; "
         "the best quarter of its peers reach 42.0% or more.",
         "留存下来的好友中，加粉后 90 天内成交的只有 30.0%；同组前四分之一的门店不低于 42.0%。"),
        ("first_order_value",
         "A first order brings ¥30; "
         "in the best quarter of its peers it brings ¥42 or more.",
         "首单金额为 ¥30；同组前四分之一的门店不低于 ¥42。"),
        ("order_value",
         "An order brings ¥30; "
         "in the best quarter of its peers it brings ¥42 or more.",
         "客单价为 ¥30；同组前四分之一的门店不低于 ¥42。"),
        ("repeat_order_value",
         "A further order brings ¥30; "
         "in the best quarter of its peers it brings ¥42 or more.",
         "再购客单价为 ¥30；同组前四分之一的门店不低于 ¥42。"),
        ("repurchase_rate",
         "Only 30.0% of first-time buyers come back within 90 days; "
         "the best quarter of its peers reach 42.0% or more.",
         "首购客户在 90 天内复购的只有 30.0%；同组前四分之一的门店不低于 42.0%。"),
        ("orders_per_repeater",
         "Returning buyers order 30.00 more times within 90 days; "
         "in the best quarter of its peers 42.00 times or more.",
         "复购客户在 90 天内平均再购 30.00 次；同组前四分之一的门店不低于 42.00 次。"),
        ("orders_per_buyer",
         "A buyer orders 30.00 times within 90 days; "
         "in the best quarter of its peers 42.00 times or more.",
         "每位客户在 90 天内平均购买 30.00 次；同组前四分之一的门店不低于 42.00 次。"),
    ],
)  # fmt: skip
def test_every_lever_has_its_words_in_both_languages(lever, claim, chinese):
    found = findings.gap_to_peers(lever_row(lever))
    assert (found.kind, found.lever, found.claim) == ("gap", lever, claim)
    assert found.action
    assert found.owner
    assert "Its 7 peers together" in found.evidence
    assert "by chance: <0.1%" in found.evidence
    translated = in_chinese(findings.gap_to_peers, lever_row(lever))
    assert translated.claim == chinese
    for text in (translated.evidence, translated.action, translated.owner):
        assert text
        assert not set("abcdefghijklmnopqrstuvwxyz") & set(text.lower())


def test_all_levers_are_told():
    assert set(CHAIN) < set(LEVERS)
    assert len(LEVERS) == 9


def test_a_row_may_be_ahead_level_small_or_without_peers():
    ahead = findings.gap_to_peers(lever_row("close_rate", value=0.5, p_value=0.02))
    assert (ahead.kind, ahead.claim) == (
        "ahead",
        "Ahead of its peers in close rate of all adds: 50.0%, theirs 40.0%.",
    )
    assert "by chance: 2.0%" in ahead.evidence
    level = findings.gap_to_peers(lever_row("close_rate", **LEVEL))
    assert level.kind == "level"
    assert level.claim == (
        "Level with its peers in close rate of all adds: 40.0%, theirs 40.0%; no more than noise apart."
    )
    small = findings.gap_to_peers(lever_row("close_rate", n=29.0))
    assert (small.kind, small.stage) == ("small_base", "close")
    assert small.evidence == (
        "Looked at: close rate of all adds. The largest base is 29; below 30 a difference is mostly chance."
    )
    alone = findings.gap_to_peers(lever_row("close_rate", p_value=np.nan))
    assert (alone.kind, alone.claim) == ("no_peers", "There is no peer store to compare with.")
    assert in_chinese(findings.gap_to_peers, lever_row("close_rate", value=0.5)).claim == (
        "加粉成交率领先同组：本店 50.0%，同组 40.0%。"
    )
    assert in_chinese(findings.gap_to_peers, lever_row("close_rate", **LEVEL)).claim == (
        "加粉成交率与同组持平：本店 40.0%，同组 40.0%，差异未超出偶然波动。"
    )
    assert in_chinese(findings.gap_to_peers, lever_row("close_rate", n=3.0)).evidence == (
        "已查看：加粉成交率。最大的基数为 3；低于 30 时，差异多半出于偶然。"
    )
    assert in_chinese(findings.gap_to_peers, lever_row("close_rate", p_value=np.nan)).claim == (
        "没有可比较的同组门店。"
    )


def table(**changed) -> pd.DataFrame:
    """The chain of one store, level with its peers but for the levers named in `changed`."""
    rows = []
    for lever in CHAIN:
        scale = 1 if LEVERS[lever].is_rate else 100
        level = {name: value * scale if name in ("value", "shrunken", "gap", "gap_low") else value
                 for name, value in LEVEL.items()}  # fmt: skip
        rows.append(lever_row(lever, **changed.get(lever, level)))
    return pd.DataFrame(rows)


def test_the_dearest_three_gaps_are_the_findings():
    behind = {lever: {} for lever in CHAIN}
    found = findings.for_store(table(**behind), "S001")
    assert len(found) == 3
    assert [f.money for f in found] == sorted((f.money for f in found), reverse=True)
    assert all(0 < f.money_low < f.money < f.money_high for f in found)


def test_money_is_the_gap_times_what_follows_it():
    found = findings.for_store(table(kept_close_rate={}), "S001")
    # 100 adds a year × 40 % kept × 11 points more buyers, each worth 40 + 0.4 × 40 × 40 = 680
    assert [f.lever for f in found] == ["kept_close_rate"]
    assert found[0].money == pytest.approx(100 * 0.40 * 0.11 * 680)
    assert found[0].worth.startswith(
        "Reaching the best quarter is worth about ¥2,992 of net revenue a year (¥"
    )
    assert found[0].worth.endswith("counting the first 90 days of every customer.")
    chinese = in_chinese(findings.for_store, table(kept_close_rate={}), "S001")[0]
    assert chinese.worth.startswith("达到同组前四分之一的水平，每年约值净营收 ¥2,992（")


def test_money_is_margin_where_the_client_supplies_it_and_says_so():
    rows = table(kept_close_rate={}).assign(is_margin=True)
    rows["margin_share"] = rows["lever"].map({"first_order_value": 0.0, "repeat_order_value": 0.5})
    found = findings.for_store(rows, "S001")[0]
    assert found.money == pytest.approx(100 * 0.40 * 0.11 * 0.4 * 40 * 40 * 0.5)
    assert "¥1,408 of margin a year" in found.worth
    assert "毛利" in in_chinese(findings.for_store, rows, "S001")[0].worth


@pytest.mark.parametrize(
    "survivor",
    [{"is_flagged": False}, {"n": 29.0}, {"gap_low": -0.001}, {"gap_low": 0.02}, {"value": 0.45}],
    ids=["chance could raise it", "small base", "shrunken away", "perhaps too small to act on", "ahead"],
)
def test_a_gap_that_does_not_survive_is_no_finding(survivor):
    (found,) = findings.for_store(table(repurchase_rate=survivor), "S001")
    assert found.kind == ("nothing_yet" if "n" in survivor else "nothing")


def test_nothing_beyond_noise_says_what_was_looked_at_and_what_chance_would_raise():
    (found,) = findings.for_store(table(), "S001")
    assert found.claim == "Nothing sets this store apart from its peers beyond noise."
    assert found.evidence == (
        "Looked at: retained adds, close rate of retained adds, first order value, repurchase rate, further "
        "orders per returning buyer, value of further orders, against 7 peers. Of the 6 comparisons made in "
        "the chain, chance alone would flag about 0.3 at the 5% level; none of this store's differences "
        "outlives that, or is large enough to act on."
    )
    chinese = in_chinese(findings.for_store, table(), "S001")[0]
    assert chinese.claim == "本店与同组门店相比，没有超出偶然波动的差距。"
    assert "仅凭偶然就会亮起约 0.3 个" in chinese.evidence


def test_nothing_yet_says_how_many_levers_cannot_be_compared():
    young = table()
    young.loc[young["lever"].isin(["repurchase_rate", "repeat_order_value"]), "n"] = 12.0
    (found,) = findings.for_store(young, "S001")
    assert found.kind == "nothing_yet"
    assert found.claim == ("Nothing beyond noise yet: 2 of 6 levers still have too few customers to compare.")
    assert "repurchase rate" not in found.evidence


def test_a_store_that_is_too_small_or_alone_says_so():
    assert findings.for_store(table().assign(n=12.0), "S001")[0].kind == "small_base"
    alone = findings.for_store(table().assign(p_value=np.nan), "S001")[0]
    assert alone.kind == "no_peers"
    assert "No other store of the group has a base of 30 or more." in alone.evidence
    assert findings.for_store(table(), "unknown")[0].kind == "small_base"


def test_a_lever_the_store_cannot_show_yet_stands_at_its_peers_level():
    rows = table(kept_close_rate={}).set_index("lever")
    rows.loc["repurchase_rate", ["n", "value", "shrunken", "shrunken_sd", "p_value"]] = [5, *[np.nan] * 4]
    found = findings.for_store(rows.reset_index(), "S001")[0]
    assert found.money == pytest.approx(100 * 0.40 * 0.11 * (40 + 0.40 * 40 * 40))


def test_a_finding_is_escaped_as_html_and_plain_as_text():
    row = CLEAR.replace({"close": "<script>alert(1)</script>"})
    html = findings.weakest_step(row)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    text = str(findings.for_store(table(kept_close_rate={}), "S001")[0]).splitlines()
    assert text[0].startswith("Only 30.0%")
    assert text[-1] == "Owner: store staff, with customer operations"


def test_roll_ups_get_plain_values():
    money = findings.for_store(table(kept_close_rate={}), "S001")[0].summary()
    assert money["money"] == 2992.0
    assert set(money) == {"kind", "stage", "lever", "claim", "money", "money_low", "money_high", "action"}
    assert findings.weakest_step(CLEAR).summary()["money"] is None
