"""Each branch of the findings on channels and on adding, with its numbers."""

import pandas as pd
import pytest

from opsmodel.advice import findings

NAN = float("nan")


pytestmark = pytest.mark.usefixtures("lang")


def performance(*rows):
    columns = ["channel", "n_mature", "margin", "cost", "roi", "roi_low", "roi_high", "contribution"]
    return pd.DataFrame(rows, columns=columns)


TILL = ("till", 300, 900.0, 100.0, 8.0, 7.0, 9.0, 800.0)


def test_a_channel_that_costs_more_than_it_brings():
    found = findings.channel_returns(
        performance(TILL, ("advert", 200, 400.0, 1000.0, -0.6, -0.7, -0.5, -600.0))
    )
    assert (found.kind, found.n) == ("channel_loses", 500)
    assert "advert" in found.claim
    assert "¥0.40" in found.claim
    assert "¥600" in found.claim
    assert "till" in found.action
    alone = findings.channel_returns(performance(("advert", 200, 400.0, 1000.0, -0.6, -0.7, -0.5, -600.0)))
    assert alone.kind == "channel_loses"
    assert "till" not in alone.action


def test_channels_that_differ_beyond_their_intervals():
    found = findings.channel_returns(performance(TILL, ("poster", 90, 300.0, 100.0, 2.0, 1.0, 3.0, 200.0)))
    assert found.kind == "channels_differ"
    assert "¥9" in found.claim
    assert "¥3" in found.claim


def test_channels_whose_intervals_meet_are_alike():
    found = findings.channel_returns(performance(TILL, ("poster", 90, 300.0, 100.0, 2.0, -0.1, 7.5, 200.0)))
    assert (found.kind, found.action) == ("channels_alike", "")


def test_a_small_channel_is_no_subject():
    small = ("poster", 29, 0.0, 100.0, -1.0, -1.0, -0.9, -100.0)
    assert findings.channel_returns(performance(TILL, small)).kind == "channels_alike"
    assert findings.channel_returns(performance(small)).kind == "small_base"


def test_without_costs_there_is_no_return():
    unknown = ("till", 300, 900.0, NAN, NAN, NAN, NAN, NAN)
    assert findings.channel_returns(performance(unknown)).kind == "costs_unknown"


def fakes(*rows):
    table = pd.DataFrame(rows, columns=["channel", "n_adds_2", "n_fake"])
    return table.assign(fake_rate=table["n_fake"] / table["n_adds_2"])


def test_fake_adds_of_one_channel():
    found = findings.fake_adds(fakes(("till", 400, 20), ("poster", 200, 50), ("advert", 100, 6)))
    assert (found.kind, found.n) == ("fake_adds", 200)
    assert "poster" in found.claim
    assert "25.0%" in found.claim
    assert "5.2%" in found.claim  # 26 of 500


def test_fake_adds_alike_in_every_channel():
    found = findings.fake_adds(fakes(("till", 400, 20), ("poster", 200, 11)))
    assert found.kind == "fake_level"
    assert "5.2%" in found.claim


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (fakes(("till", 400, 20), ("poster", 29, 29)), "small_base"),
        (fakes(("till", 400, NAN), ("poster", 200, NAN)), "losses_unknown"),
    ],
)
def test_fake_adds_that_cannot_be_told(table, kind):
    assert findings.fake_adds(table).kind == kind


def days(*rows):
    columns = ["channel", "n_adds", "payback_days", "payback_days_low", "payback_days_high"]
    return pd.DataFrame(rows, columns=columns).assign(net_margin=1.0)


def test_payback_names_the_slowest_or_those_that_never_do():
    paid = findings.channel_payback(days(("till", 200, 3.0, 1.0, 5.0), ("poster", 90, 40.0, 30.0, NAN)), 180)
    assert (paid.kind, paid.n) == ("paid_back", 290)
    assert "40" in paid.claim
    assert "poster" in paid.claim
    never = findings.channel_payback(days(("till", 200, 3.0, 1.0, 5.0), ("advert", 90, NAN, NAN, NAN)), 180)
    assert never.kind == "not_paid_back"
    assert "advert" in never.claim
    assert "180" in never.claim
    assert findings.channel_payback(days(("till", 29, 3.0, 1.0, 5.0)), 180).kind == "small_base"


def test_an_unknown_cost_is_not_a_cost_that_was_never_paid_back():
    unknown = days(("till", 200, NAN, NAN, NAN)).assign(net_margin=NAN)
    assert findings.channel_payback(unknown, 180).kind == "costs_unknown"
    partly = pd.concat([unknown, days(("poster", 90, 40.0, 30.0, NAN))])
    assert findings.channel_payback(partly, 180).kind == "paid_back"


def models(first, last, n=100, markov=NAN):
    table = pd.DataFrame({"channel": ["till", "replied"], "first_share": first, "last_share": last})
    low, high = (
        table[["first_share", "last_share"]].min(axis=1),
        table[["first_share", "last_share"]].max(axis=1),
    )
    return table.assign(markov_share=markov, spread_share=high - low, n_conversions=n, n_multi_touch=80)


def test_models_disagree_about_who_brings_and_who_closes(lang):
    found = findings.attribution_gap(models([0.8, 0.2], [0.3, 0.7]))
    assert (found.kind, found.n) == ("models_disagree", 100)
    assert "80.0%" in found.claim
    assert "70.0%" in found.claim
    assert ("回复" in found.claim) == (lang == "zh")
    assert "80" in found.evidence  # paths: too few for Markov


def test_models_may_disagree_about_what_lies_between_first_and_last():
    table = models([0.5, 0.5], [0.5, 0.5]).assign(
        spread_share=[0.2, 0.2], lowest_share=[0.3, 0.5], highest_share=[0.5, 0.7]
    )
    found = findings.attribution_gap(table)
    assert found.kind == "models_disagree"
    assert "30.0%" in found.claim


def test_models_agree():
    found = findings.attribution_gap(models([0.52, 0.48], [0.48, 0.52], markov=0.5))
    assert found.kind == "models_agree"
    assert "500" not in found.evidence


def test_models_need_thirty_first_orders():
    table = models([0.8, 0.2], [0.3, 0.7], n=29)
    assert findings.attribution_gap(table).kind == "small_base"
    assert findings.attribution_gap(table.iloc[:0]).kind == "small_base"


def rate(k, n):
    return pd.DataFrame({"n_base": [n], "n_added": [k]})


@pytest.mark.parametrize(
    ("k", "kind"),
    [(20, "add_rate_below"), (95, "add_rate_above"), (52, "add_rate_level"), (NAN, "joins_unknown")],
)
def test_the_add_rate_beside_the_peers(k, kind):
    found = findings.add_rate_gap(rate(k, 100), rate(500, 1000))
    assert found.kind == kind
    assert ("50.0%" in found.claim) == (kind != "joins_unknown")
    assert ("30" in found.claim) == (kind == "add_rate_below")  # 50 expected, 20 added


def test_the_add_rate_needs_thirty_on_both_sides():
    assert findings.add_rate_gap(rate(20, 29), rate(500, 1000)).kind == "small_base"


@pytest.mark.parametrize(("k", "kind"), [(70, "misrouted"), (98, "well_routed"), (93, "well_routed")])
def test_routing_is_well_unless_clearly_below_95_percent(k, kind):
    table = pd.DataFrame({"n_buyers": [60, 40], "n_routed": [k - 40, 40]})
    found = findings.add_routing(table)
    assert (found.kind, found.n) == (kind, 100)
    assert f"{k}.0%" in found.claim


def test_routing_needs_thirty_buyers():
    assert findings.add_routing(pd.DataFrame({"n_buyers": [29], "n_routed": [2]})).kind == "small_base"
