"""What the tables of the design say: every branch, with its numbers; economics that add up."""

from math import nan

import pandas as pd
import pytest

from opsmodel.advice.design import economics, plan, pricing, reaching
from opsmodel.advice.findings import designing
from opsmodel.errors import TableError


def performance(**more) -> pd.DataFrame:
    row = {"add_margin": 30.0, "add_margin_low": 24.0, "add_margin_high": 36.0, "cost": 1000.0,
           "n_mature": 100, "retained_rate": 0.8}  # fmt: skip
    return pd.DataFrame([row | more])


def mix(**shares: float) -> pd.DataFrame:
    rows = [(kind, round(200 * share), share, 0.05, 0.02, 0.08) for kind, share in shares.items()]
    return pd.DataFrame(
        rows, columns=["kind", "n_sent", "contact_share", "lost_rate", "lost_rate_low", "lost_rate_high"]
    )


def groups(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["interest", "n_contacts", "n_hosts", "active_rate"])
    return table.assign(active_rate_low=0.1, active_rate_high=0.4)


def bought(gap: float, *, seen: float = 400.0, n: int = 200) -> pd.DataFrame:
    return pd.DataFrame([{
        "n_customers": n, "n_orders": 3 * n, "orders_a_year": 2.5, "median_gap_days": gap, "year_rate": 0.5,
        "seen_days": seen, "median_order_value": 140.0, "p80_order_value": 250.0, "first_order_value": 20.0,
        "next_order_value": 180.0,
    }])  # fmt: skip


def test_the_bars_of_an_add_sum_to_what_is_left():
    table = plan.unit_economics(performance(), giveaway=2.0, staff_hours=0.1, hour_cost=30.0).set_index(
        "item"
    )
    assert table["amount"].iloc[:-1].sum() == pytest.approx(table.loc["contribution", "amount"])
    assert table.loc["channel_cost", "amount"] == -1000 / 100 / 0.8
    low, high = table.loc["contribution", ["amount_low", "amount_high"]]
    assert (low, high) == pytest.approx(((24 - 15) / 0.8, (36 - 15) / 0.8))


@pytest.mark.parametrize(
    "more", [{"retained_rate": nan}, {"n_mature": 0}, {"add_margin": nan}, {"cost": nan}]
)
def test_what_was_not_recorded_leaves_the_rest_unseen(more):
    table = plan.unit_economics(performance(**more)).set_index("item")
    assert pd.isna(table.loc["contribution", "amount"])
    assert designing.add_economics(table.reset_index(), within_days=90).kind == "add_unknown"


def test_economics_ask_for_one_row_of_performance():
    with pytest.raises(TableError, match="one row"):
        economics.unit_economics(pd.concat([performance(), performance()]))
    with pytest.raises(TableError, match="one row"):
        economics.unit_economics(performance().drop(columns="cost"))


@pytest.mark.parametrize(
    ("more", "kind", "said"),
    [
        ({}, "add_earns", "leaves ¥25"),
        ({"cost": 6000.0}, "add_loses", "costs more than it brings: -¥37.50"),
        ({"cost": 2800.0}, "add_even", "about pays for itself"),
    ],
)
def test_an_add_earns_loses_or_about_pays(more, kind, said):
    table = plan.unit_economics(performance(**more), pd.DataFrame({"payback_days": [43.0]}))
    found = designing.add_economics(table, within_days=90)
    assert found.kind == kind
    assert said in found.claim
    assert "Paid back by day 43." in found.evidence


def test_content_that_fails_at_one_of_three_falls_behind():
    codes = pd.DataFrame({
        "code_id": ["map", "gift", "list", "new"], "n_adds": [90, 90, 90, 5],
        "cost_per_retained_add": [1.0, 9.0, 4.0, 2.0], "add_margin": [30.0, 12.0, 29.0, 50.0],
    })  # fmt: skip
    weeks = pd.DataFrame({"code_id": ["map", "gift", "list", "new"], "lasting_rate": [1.0, 1.0, 0.1, 1.0]})
    scores = plan.content_scores(codes, weeks)
    assert scores["code_id"].tolist() == ["map", "new", "gift", "list"]
    found = designing.best_content(scores)  # the new one has too few adds to be named
    assert found.kind == "content_leads"
    assert "map scores best" in found.claim
    assert "list is the first to go" in found.claim
    with pytest.raises(TableError, match="lasting has no column"):
        plan.content_scores(codes, weeks.drop(columns="lasting_rate"))


def test_one_piece_of_content_has_nothing_to_be_compared_with():
    codes = pd.DataFrame(
        {"code_id": ["map"], "n_adds": [90], "cost_per_retained_add": [1.0], "add_margin": [3.0]}
    )
    scores = plan.content_scores(codes, pd.DataFrame({"code_id": ["map"], "lasting_rate": [1.0]}))
    assert designing.best_content(scores).kind == "content_unknown"


@pytest.mark.parametrize(
    ("shares", "kind"),
    [
        ({"care": 0.4, "content": 0.3, "promotion": 0.3}, "mix_cares"),
        ({"care": 0.2, "content": 0.2, "promotion": 0.6}, "mix_promotes"),
        ({"care": 0.3, "unknown": 0.7}, "mix_unknown"),
        ({"unknown": 1.0}, "mix_unknown"),
        ({"care": 0.1}, "small_base"),
    ],
)
def test_the_mix_of_contacts_is_told(shares, kind):
    assert designing.contact_rhythm(mix(**shares)).kind == kind


def test_no_contact_is_a_small_base():
    assert designing.contact_rhythm(mix()).kind == "small_base"


def test_a_community_begins_where_people_are_alive_and_could_host():
    found = designing.community_start(groups(("milk", 60, 3, 0.2), ("toys", 40, 2, 0.5), ("few", 20, 9, 0.9)))
    assert found.kind == "community_found"
    assert "toys: 40 contacts, 2 of them could host" in found.claim


@pytest.mark.parametrize(
    ("rows", "kind"),
    [([("milk", 60, 1, 0.2)], "community_none"), ([("milk", 20, 4, 0.2)], "small_base"), ([], "small_base")],
)
def test_without_hosts_or_people_there_is_no_community(rows, kind):
    assert designing.community_start(groups(*rows)).kind == kind


@pytest.mark.parametrize(
    ("gap", "seen", "kind"),
    [
        (9.0, 400.0, "price_frequent"),
        (60.0, 400.0, "price_frequent"),
        (61.0, 400.0, "price_between"),
        (180.0, 400.0, "price_rare"),
        (nan, 400.0, "price_rare"),
        (nan, 90.0, "small_base"),
    ],
)
def test_the_price_rule_follows_the_median_gap(gap, seen, kind):
    assert pricing.price_rule(bought(gap, seen=seen)).kind == kind


def test_a_store_that_loses_people_is_not_priced_as_if_they_were_rare():
    assert pricing.price_rule(bought(nan), bought(50.0)).kind == "price_losing"
    assert pricing.price_rule(bought(nan), bought(nan)).kind == "price_rare"
    assert pricing.price_rule(bought(20.0), bought(50.0)).kind == "price_frequent"


def test_few_buyers_set_no_price():
    assert pricing.price_rule(bought(9.0, n=29)).kind == "small_base"
    assert pricing.rule(bought(9.0).head(0)) == "unknown"


def test_price_points_know_when_margin_is_missing():
    row = plan.price_points(bought(50.0)).iloc[0]
    assert row["bundle_amount"] == pytest.approx(262.5)
    assert pd.isna(row["orders_to_earn"])
    assert plan.price_points(bought(50.0), margin_share=0.4)["orders_to_earn"].iloc[0] == pytest.approx(
        160 / 72
    )


def test_rewards_are_a_round_fifth_of_an_orders_margin():
    first, tiers = reaching.schemes(76.0).values()
    assert first == [{"pays": 10.0}]
    assert tiers == [(1, 10.0), (3, 20.0), (8, 100.0)]
    assert reaching.schemes(nan) == {}
    assert reaching.schemes(0.0) == {}
    assert "no reward can be set" in reaching.no_reward({})
    assert reaching.no_reward(reaching.schemes(76.0)) == ""


@pytest.mark.parametrize(("stop", "kind"), [(49, "touches_pay"), (0, "touches_dear")])
def test_the_plan_of_contacts_says_when_to_stop(stop, kind):
    rhythm = pd.DataFrame([{
        "basis": "own", "n_customers": 300, "n_events": 120, "peak_from_day": 15, "peak_to_day": 42,
        "stop_day": stop, "horizon": 90, "order_margin": 70.0, "touch_cost": 1.5, "believable_lift": 0.2,
    }])  # fmt: skip
    touches = pd.DataFrame({"after_days": [1, 9][: 2 if stop else 0]})
    found = designing.contact_plan(rhythm, touches)
    assert found.kind == kind
    assert "days 15 to 42" in found.claim
    assert ("none after day 49" in found.claim) == bool(stop)


def test_a_stop_day_that_is_only_the_end_of_the_plan_is_not_called_one():
    rhythm = pd.DataFrame([{
        "basis": "own", "n_customers": 300, "n_events": 120, "peak_from_day": 15, "peak_to_day": 42,
        "stop_day": 90, "horizon": 90, "order_margin": 70.0, "touch_cost": 1.5, "believable_lift": 0.2,
    }])  # fmt: skip
    found = designing.contact_plan(rhythm, pd.DataFrame({"after_days": [1, 9]}))
    assert "up to day 90, where this plan ends" in found.claim
