"""Rules, the audiences they pick, how these overlap, and the words that give the reason."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people import AS_OF, Chain, fresh_food

from opsmodel import segments, wording
from opsmodel.errors import ArgumentError
from opsmodel.intake.rules import parse
from opsmodel.metrics.segments.words import describe

PROPERTY = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHAIN = fresh_food()
PROFILE = segments.profile(CHAIN).execute()
COLUMNS = ["customer_id", "store_id", "staff_id", "audience", "reason"]


def picked(rule, chain=CHAIN, **more):
    return sorted(segments.audience(chain, rule, **more).execute()["customer_id"])


def leaves():
    number = st.sampled_from(["spend", "n_occasions", "days_since_last", "m", "days_since_touch"])
    bound = st.sampled_from(["at_least", "at_most", "above", "below"])
    value = st.sampled_from([0, 1, 2, 3, 60, 120.5, 300])
    return st.one_of(
        st.builds(lambda c, b, v: {c: {b: v}}, number, bound, value),
        st.builds(lambda v: {"channel": v}, st.lists(st.sampled_from(["till", "group", "x"]), min_size=1)),
        st.builds(lambda v: {"is_member": v}, st.booleans()),
        st.builds(lambda v: {"left_at": {"known": v}}, st.booleans()),
        st.builds(
            lambda v: {"joined_at": {"at_least": v}}, st.sampled_from(["2023-06-01", date(2024, 1, 1)])
        ),
        st.builds(
            lambda how, v: {"categories": {how: v}},
            st.sampled_from(["any_of", "all_of"]),
            st.lists(st.sampled_from(["fruit", "milk", "meat"]), min_size=1, unique=True),
        ),
    )


def trees():
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=6,
    )


def holds(rule, person) -> bool:
    """The same rule, read by a loop over plain values."""
    return all(_entry(key, value, person) for key, value in rule.items())


def _entry(key, value, person) -> bool:
    if key == "all":
        return all(holds(part, person) for part in value)
    if key == "any":
        return any(holds(part, person) for part in value)
    if key == "not":
        return not holds(value, person)
    found = person[key]
    unknown = not isinstance(found, (list, np.ndarray)) and pd.isna(found)
    if not isinstance(value, dict):
        values = value if isinstance(value, list) else [value]
        return not unknown and found in values
    for how, wanted in value.items():
        if how == "known":
            fits = unknown != wanted
        elif how in ("any_of", "all_of"):
            fits = (any if how == "any_of" else all)(one in found for one in wanted)
        elif unknown:
            fits = False
        else:
            seen = found.date() if isinstance(found, pd.Timestamp) else found
            end = pd.Timestamp(wanted).date() if isinstance(found, pd.Timestamp) else wanted
            fits = {
                "at_least": seen >= end,
                "at_most": seen <= end,
                "above": seen > end,
                "below": seen < end,
            }[how]
        if not fits:
            return False
    return True


@PROPERTY
@given(rule=trees())
def test_an_audience_is_what_a_loop_over_the_profiles_picks(rule):
    expected = [p["customer_id"] for p in PROFILE.to_dict("records") if holds(rule, p)]
    assert picked(rule) == sorted(expected)


@settings(PROPERTY, max_examples=12)
@given(rules=st.lists(trees(), min_size=1, max_size=3))
def test_lists_hold_everybody_once_on_the_first_that_fits(rules):
    named = {f"list {number}": rule for number, rule in enumerate(rules)}
    assigned = segments.assign(CHAIN, named).execute().set_index("customer_id")["audience"]
    table = segments.audiences(CHAIN, named).set_index("audience")
    sets = {name: set(picked(rule)) for name, rule in named.items()}
    left = set()
    for name, its in sets.items():
        others = set().union(*[other for key, other in sets.items() if key != name])
        assert set(assigned.index[assigned == name]) == its - left
        assert table.loc[name, ["n", "n_shared", "n_listed"]].tolist() == [
            len(its), len(its & others), len(its - left),
        ]  # fmt: skip
        left |= its
    assert assigned.index.is_unique


def test_an_audience_is_ready_to_be_written_as_a_list():
    table = segments.audience(CHAIN, {"is_contact": True}, name="contacts")
    assert list(table.columns) == COLUMNS
    found = table.execute()
    assert set(found["audience"]) == {"contacts"}
    assert set(found["reason"]) == {"still a contact"}
    assert list(segments.assign(CHAIN, {"a": {"is_contact": True}}).columns) == COLUMNS


def test_a_list_of_values_is_any_of_them_and_several_columns_are_all():
    any_within = picked({"channel": ["till", "group"]})
    assert any_within == sorted(PROFILE[PROFILE["channel"].isin(["till", "group"])]["customer_id"])
    across = picked({"channel": ["till", "group"], "is_member": True})
    assert across == sorted(set(any_within) & set(picked({"is_member": True})))


def test_tags_are_any_within_a_group_and_all_across_groups():
    tags = pd.DataFrame(
        [["P01", "likes", "fruit"], ["P01", "area", "east"], ["P02", "likes", "fish"],
         ["P02", "area", "west"], ["P03", "likes", "milk"], ["P03", "area", "east"], ["P04", "area", "east"]],
        columns=["customer_id", "tag_group", "tag"],
    )  # fmt: skip
    assert picked({"likes": ["fruit", "fish"]}, tags=tags) == ["P01", "P02"]
    assert picked({"likes": ["fruit", "fish", "milk"], "area": ["east"]}, tags=tags) == ["P01", "P03"]
    assert picked({"area": "east", "not": {"likes": {"known": True}}}, tags=tags) == ["P04"]
    with pytest.raises(ArgumentError, match="tag group"):
        picked({"spend": 1}, tags=tags.assign(tag_group="spend"))


def test_several_conditions_at_once_and_either_of_them_give_a_reason_each():
    rule = {"any": [{"spend": {"above": 900}}, {"categories": "fish"}]}
    table = segments.audience(CHAIN, rule).execute().set_index("customer_id")["reason"]
    big = PROFILE[PROFILE["spend"] > 900]["customer_id"]
    assert set(table.loc[list(big)]) == {"spend above ¥900"}
    assert set(table.drop(list(big))) == {"categories bought: fish"}


def test_audiences_say_how_large_how_shared_and_how_old_they_are():
    rules = {
        "members": {"is_member": True},
        "touched": {"events": "messaged"},
        "nobody": {"spend": {"above": 10**6}},
    }
    table = segments.audiences(CHAIN, rules)
    members, touched = (set(picked(rules[name])) for name in ("members", "touched"))
    assert table["n"].tolist() == [len(members), len(touched), 0]
    assert table["n_all"].tolist() == [len(PROFILE)] * 3
    assert table["n_shared"].tolist() == [len(members & touched)] * 2 + [0]
    assert table["coverage"][0] == len(members) / len(PROFILE)
    assert np.isnan(table["overlap"][2])
    newest = CHAIN.happened["happened_at"]
    newest = newest[newest < "2024-07-01"].max().date()
    assert table["stale_days"][1] == (AS_OF - newest).days
    pairs = segments.overlaps(CHAIN, rules)
    assert len(pairs) == 6
    assert pairs["n_both"][0] == len(members & touched)


def test_text_of_a_client_stays_text():
    nasty = "'; DROP TABLE customers; --"
    people = CHAIN.people.copy()
    people.loc[0, "channel"] = nasty
    chain = Chain(people, CHAIN.sold, CHAIN.lines, CHAIN.happened)
    assert picked({"channel": nasty}, chain) == ["P00"]
    assert picked({"channel": "%"}, chain) == []
    assert picked({"channel": ["TILL", "till "]}, chain) == []
    name = '"><script>'
    assert set(segments.audience(chain, {"channel": nasty}, name=name).execute()["audience"]) == {name}
    assert describe(parse({"channel": "{0.__class__}"})) == "channel: {0.__class__}"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, "is no rule"),
        ("spend > 500", "is no rule"),
        ({"spned": 3}, "write spend"),
        ({"spend": "500"}, "holds a number"),
        ({"spend": True}, "holds a number"),
        ({"is_member": 1}, "true or false"),
        ({"channel": 3}, "holds text"),
        ({"channel": {"above": "a"}}, "cannot be tested with above"),
        ({"categories": {"at_least": "a"}}, "cannot be tested with at_least"),
        ({"spend": {"at_least": [1, 2]}}, "takes one value"),
        ({"spend": {"atleast": 1}}, "write at_least"),
        ({"spend": {}}, "has no test"),
        ({"spend": []}, "lists no value"),
        ({"spend": None}, "known: false"),
        ({"spend": float("nan")}, "is no number"),
        ({"joined_at": "soon"}, "not a date"),
        ({"joined_at": {"known": "yes"}}, "neither true nor false"),
        ({"any": {"spend": 1}}, "no list of rules"),
        ({"all": []}, "no list of rules"),
        ({"any": [{"spend": {"over": 1}}]}, r"rule\.any\[0\]\.spend"),
        ({3: 1}, "no text"),
        ({"channel": {"any_of": [{"a": 1}]}}, "cannot be compared"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_meant_is_refused(rule, told):
    with pytest.raises(ArgumentError, match=told):
        segments.audience(CHAIN, rule)


def test_a_rule_without_end_is_refused():
    rule = {"spend": 1}
    for _level in range(30):
        rule = {"not": rule}
    with pytest.raises(ArgumentError, match="too deeply"):
        segments.audience(CHAIN, rule)
    for wrong in ({}, [{"spend": 1}]):
        with pytest.raises(ArgumentError, match="no audiences"):
            segments.audiences(CHAIN, wrong)


RULE = {
    "any": [
        {"n_occasions": {"at_least": 2}, "channel": ["till", "group"]},
        {"not": {"is_member": True}, "lifecycle": "new"},
        {"left_at": {"known": False}, "joined_at": {"at_least": "2024-01-01"}},
    ]
}


def test_a_rule_reads_as_a_sentence_in_both_languages():
    assert describe(parse(RULE)) == (
        "(purchase days at least 2 and channel: any of till, group) or (not (is a member) and lifecycle "
        "stage: New) or (day of leaving not known and day of joining at least 2024-01-01)"
    )
    wording.use("zh")
    try:
        assert describe(parse(RULE)) == (
            "（购买次数不低于 2，且渠道为 till、group 之一），或（非（已入会），且生命周期阶段为“新客”），"
            "或（流失时间为空，且添加时间不低于 2024-01-01）"
        )
    finally:
        wording.use("en")


def test_nobody_is_an_ordinary_audience():
    empty = Chain(CHAIN.people[:0], CHAIN.sold[:0], CHAIN.lines[:0], CHAIN.happened[:0])
    assert segments.profile(empty).execute().empty
    assert segments.audience(empty, {"spend": {"above": 1}}).execute().empty
    assert segments.audiences(empty, {"a": {"spend": {"above": 1}}})["n"].tolist() == [0]
