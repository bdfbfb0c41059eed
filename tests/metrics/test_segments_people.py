"""Profiles, the lifecycle and what moves between two days."""

import pandas as pd
import pytest
from people import AS_OF, Chain, fresh_food

from opsmodel import segments, wording
from opsmodel.errors import ArgumentError, EngagementError
from opsmodel.intake.engagement import Engagement


@pytest.fixture(scope="module")
def chain() -> Chain:
    return fresh_food()


@pytest.fixture
def seven(shop) -> Chain:
    """The seven customers as a client; C1 is a member since March."""
    people = shop.customers.assign(member_since=pd.NaT)
    people.loc[people["customer_id"] == "C1", "member_since"] = pd.Timestamp("2024-03-01")
    happened = shop.events.assign(home_store_id=shop.events["store_id"])
    return Chain(people, shop.orders, happened=happened)


def by_customer(table):
    return table.execute().sort_values("customer_id").set_index("customer_id")


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def test_the_profile_of_the_seven_customers(seven):
    table = by_customer(segments.profile(seven))
    assert table[["n_occasions", "n_orders", "days_since_last"]].values.tolist() == [
        [4, 4, 51], [2, 3, 131], [2, 2, 71], [1, 1, 141], [2, 2, 91], [2, 2, 5], [2, 2, 20],
    ]  # fmt: skip
    assert table["is_contact"].tolist() == [True, True, True, False, True, True, True]
    assert table["n_referred"].tolist() == [1, 0, 0, 0, 1, 0, 0]
    assert table["lifecycle"].tolist() == ["svip", *["returning"] * 2, "lost", *["returning"] * 3]
    assert table.loc["C4", "days_since_joined"] == 141
    assert sorted(table.loc["C1", "events"]) == ["joined", "ordered", "referred", "shared"]
    assert str(table.loc["C1", "last_touch_at"]) == "2024-01-04 20:00:00"  # shared; the rest tables imply


def test_what_happens_after_the_day_has_not_happened(seven):
    table = by_customer(segments.profile(seven, as_of="2024-02-12"))
    assert table.index.tolist() == ["C1", "C2", "C3", "C4"]
    assert table["is_contact"].all()  # C4 leaves on the 14th
    assert table["n_occasions"].tolist() == [2, 1, 1, 1]
    assert not table["is_member"].any()


def test_a_customer_is_known_from_the_first_sign(seven):
    people = seven.people.copy()
    people.loc[people["customer_id"] == "C7", "joined_at"] = pd.NaT  # buys in May, joining unknown
    people.loc[people["customer_id"] == "C6", "joined_at"] = pd.Timestamp("2024-06-01")  # joins after buying
    early = Chain(people, seven.sold, happened=seven.happened)
    known = segments.profile(early, columns=["customer_id"], as_of="2024-04-30").execute()
    assert sorted(known["customer_id"]) == ["C1", "C2", "C3", "C4", "C5", "C6"]


def test_only_columns_asked_for_are_there_and_an_unknown_one_is_named(seven):
    assert segments.profile(seven, columns=["spend"]).columns == ("customer_id", "store_id", "spend")
    with pytest.raises(ArgumentError, match="spned"):
        segments.profile(seven, columns=["spned"])


def test_a_table_without_lines_or_dates_gives_empty_lists(seven):
    table = by_customer(segments.profile(seven, columns=["categories", "segment", "referrer_id"]))
    assert [list(value) for value in table["categories"]] == [[]] * 7


def test_a_store_has_the_profile_it_has_in_the_chain(chain):
    whole = by_customer(segments.profile(chain, columns=["r", "f", "m", "segment", "lifecycle", "spend"]))
    alone = by_customer(
        segments.profile(chain.store("S1"), columns=["r", "f", "m", "segment", "lifecycle", "spend"])
    )
    pd.testing.assert_frame_equal(whole[whole["store_id"] == "S1"], alone)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (segments.sizes, {}),
        (segments.stages, {}),
        (segments.lint, {}),
        (segments.moves, {"period_days": 90}),
        (segments.flows, {"since": "2024-03-31"}),
        (segments.audiences, {"rules": {"a": {"spend": {"above": 100}}, "b": {"channel": "till"}}}),
        (segments.overlaps, {"rules": {"a": {"spend": {"above": 100}}, "b": {"channel": "till"}}}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_rows_of_a_store_are_what_the_store_alone_gives(chain, function, arguments):
    whole, alone = function(chain, by=["store_id"], **arguments), function(chain.store("S2"), **arguments)
    its = whole[whole["store_id"] == "S2"].drop(columns="store_id").reset_index(drop=True)
    assert len(its)
    pd.testing.assert_frame_equal(its, alone)


def test_sizes_add_up_to_the_buyers_and_their_revenue(chain):
    table = segments.sizes(chain)
    bought = segments.rfm(chain.orders, as_of=AS_OF).execute()
    assert table["segment"].tolist() == list(segments.SEGMENTS)
    assert table["n"].sum() == table["n_all"][0] == len(bought)
    assert table["revenue"].sum() == pytest.approx(bought["spend"].sum())
    assert table["share"].sum() == pytest.approx(1)
    assert table["revenue_share"].sum() == pytest.approx(1)
    assert (
        bought["segment"].value_counts().reindex(table["segment"]).fillna(0) == table["n"].to_numpy()
    ).all()


def test_a_segment_of_nobody_has_no_mean_and_no_revenue_no_share():
    people = pd.DataFrame({"segment": ["a", "a"], "spend": [0.0, 0.0]})
    table = segments.summary(people, order=["a", "b"])
    assert rows(table, "segment", "n", "share", "revenue_share", "mean_spend") == [
        ["a", 2, 1.0, None, 0.0],
        ["b", 0, 0.0, None, None],
    ]
    assert segments.summary(people[:0], order=["a"]).empty
    with pytest.raises(ArgumentError, match="leaves out"):
        segments.summary(people, order=["b"])


def test_rules_are_tried_in_order_and_overlap_gaps_and_dead_rules_are_reported(seven):
    ruled = seven.with_stages(
        ("often", {"n_occasions": {"at_least": 4}}),
        ("much", {"spend": {"above": 200}}),
        ("most", {"spend": {"above": 300}}),
        ("never", {"n_occasions": {"at_least": 9}}),
    )
    table = by_customer(segments.lifecycle(ruled))
    assert table["lifecycle"].fillna("-").tolist() == ["often", "much", "-", "-", "-", "much", "-"]
    assert rows(segments.lint(ruled), "check", "lifecycle", "earlier", "n") == [
        ["uncovered", None, None, 4],
        ["unreachable", "most", None, 1],  # C1 spent 388.90, and is in an earlier stage
        ["unreachable", "never", None, 0],
        ["overlap", "much", "often", 1],
        ["overlap", "most", "often", 1],
    ]
    sizes = segments.stages(ruled)
    assert rows(sizes, "lifecycle", "n") == [
        ["never", 0], ["most", 0], ["much", 2], ["often", 1], ["uncovered", 4],
    ]  # fmt: skip


def test_the_default_rules_leave_nobody_out(chain):
    assert segments.stages(chain).set_index("lifecycle")["n"]["uncovered"] == 0
    assert "uncovered" not in set(segments.lint(chain)["check"])


def test_a_lifecycle_rule_that_cannot_be_read_is_refused(seven, tmp_path):
    with pytest.raises(ArgumentError, match="shoe_size"):
        segments.lifecycle(seven.with_stages(("x", {"shoe_size": 40})))
    with pytest.raises(ArgumentError, match="lifecycle"):
        segments.lifecycle(seven.with_stages(("x", {"lifecycle": "x"})))
    from opsmodel.intake.engagement import read

    for wrong, told in (
        ("- {name: x, when: {spend: {atleast: 3}}}", "atleast"),
        ("- {name: x, when: {spend: 3}}\n- {name: x, when: {spend: 4}}", "twice"),
        ("- {name: x, when: {any: {spend: 3}}}", "no list of rules"),
    ):
        lines = "\n".join(f"  {line}" for line in wrong.splitlines())
        (tmp_path / "engagement.yaml").write_text(
            f"client: a\ntimezone: Asia/Shanghai\nlifecycle:\n{lines}\n", encoding="utf-8"
        )
        with pytest.raises(EngagementError, match=told):
            read(tmp_path)


def test_stages_are_called_as_the_engagement_words_them(seven):
    own = {"name": "fan", "zh": "铁粉", "when": {"spend": {"above": 0}}}
    settings = seven.engagement.model_dump(exclude={"lifecycle"}) | {"lifecycle": [own]}
    ruled = Chain(seven.people, seven.sold, engagement=Engagement.model_validate(settings))
    table = pd.DataFrame({"lifecycle": ["fan", "uncovered", None]})
    assert segments.named(table, ruled)["lifecycle"].fillna("-").tolist() == ["fan", "No rule applies", "-"]
    wording.use("zh")
    try:
        assert segments.named(table, ruled)["lifecycle"].tolist()[:2] == ["铁粉", "未被规则覆盖"]
    finally:
        wording.use("en")


def test_migration_counts_who_went_where():
    before = pd.DataFrame({"customer_id": list("abcde"), "segment": ["new", "new", "new", "loyal", None]})
    after = pd.DataFrame({"customer_id": list("abdef"), "segment": ["loyal", "new", "loyal", "new", "new"]})
    table = segments.migration(before, after)
    assert rows(table.round(4), "from", "to", "n", "n_from", "share") == [
        ["absent", "new", 2, 2, 1.0],
        ["loyal", "loyal", 1, 1, 1.0],
        ["new", "absent", 1, 3, 0.3333],
        ["new", "loyal", 1, 3, 0.3333],
        ["new", "new", 1, 3, 0.3333],
    ]
    assert segments.migration(before[:0], after[:0]).empty


def test_moves_add_up_and_are_scored_by_the_cut_values_of_the_period_before(chain):
    table = segments.moves(chain, period_days=120, by="store_id")
    sums = table.groupby(["store_id", "from"])["share"].sum()
    assert sums.tolist() == pytest.approx([1] * len(sums))
    middle = AS_OF - pd.Timedelta(days=120)
    cuts = segments.cuts(chain.orders, as_of=middle, since=middle - pd.Timedelta(days=119))
    late = segments.rfm(chain.orders, as_of=AS_OF, since=middle + pd.Timedelta(days=1), cuts=cuts).execute()
    got = table[table["to"] != "absent"].groupby("to")["n"].sum()
    assert got.to_dict() == late["segment"].value_counts().to_dict()
    assert segments.moves(chain, period_days=400).empty


def test_flows_of_the_seven_customers(seven):
    """Active in January–March: C1 to C6; in April–June: C1, C3, C6 again and C7 anew."""
    table = segments.flows(seven, since="2024-04-05", active_days=91)
    assert rows(table, "flow", "n", "n_before", "rate", "spend") == [
        ["new", 1, 6, None, 85.9],
        ["retained", 3, 6, 0.5, 209.0],
        ["resurrected", 0, 6, None, 0.0],
        ["dormant", 3, 6, 0.5, 377.6],
    ]
    back = segments.flows(seven, since="2024-04-15", active_days=30)  # C3 was last seen in February
    assert rows(back, "flow", "n") == [["new", 1], ["retained", 0], ["resurrected", 1], ["dormant", 1]]
    on_the_day = segments.flows(seven, since="2024-05-20", active_days=30)  # the first purchase of C7
    assert rows(on_the_day, "flow", "n") == [["new", 0], ["retained", 1], ["resurrected", 1], ["dormant", 1]]
    assert segments.flows(seven, since="2024-02-01").empty  # no orders before 2024
    with pytest.raises(ArgumentError, match="enclose no time"):
        segments.flows(seven, since="2024-06-30")


def test_flows_take_active_buyers_from_before_to_after(chain):
    for since, width in (("2024-03-31", None), ("2024-01-31", 60), ("2024-05-31", 90)):
        table = segments.flows(chain, since=since, active_days=width)
        n = table.set_index("flow")["n"]
        days = width or (AS_OF - pd.Timestamp(since).date()).days
        late = segments.rfm(chain.orders, as_of=AS_OF, since=AS_OF - pd.Timedelta(days=days - 1)).execute()
        assert table["n_before"][0] == n["retained"] + n["dormant"]
        assert len(late) == table["n_before"][0] + n["new"] + n["resurrected"] - n["dormant"]
