"""What a page tells the index, and why a chapter is left out."""

from types import SimpleNamespace

import pandas as pd
import pytest

from opsmodel import wording
from opsmodel.advice import summary
from opsmodel.advice.finding import Finding


@pytest.fixture
def benchmarks():
    shared = {"store_id": "S1", "value_low": 0.4, "value_high": 0.6, "peer_value": 0.6, "peer_p75": 0.7}
    return pd.DataFrame(
        [
            {"lever": "retained_adds", "n": 40, "value": 0.5, "is_flagged": True, **shared},
            {"lever": "repurchase_rate", "n": 29, "value": 0.5, "is_flagged": False, **shared},
        ]
    )


def gap(money: float) -> Finding:
    return Finding("gap", "close", f"worth {money}", "seen", money=money)


def test_a_headline_number_needs_a_base_of_30(benchmarks):
    numbers = summary.headline(benchmarks, "S1")
    assert numbers["retained_adds"]["value"] == 0.5
    assert (numbers["repurchase_rate"]["value"], numbers["repurchase_rate"]["n"]) == (None, 29)


def test_findings_reach_the_index_and_a_small_base_becomes_a_note(benchmarks):
    shop = SimpleNamespace(
        store_id="S1", store_name="One", grade="A", n_customers=40, as_of=pd.Timestamp("2024-06-30").date()
    )
    told = summary.published(shop, benchmarks, [gap(12.5)])
    assert [finding["money"] for finding in told["findings"]] == [12.5]
    assert told["as_of"] == "2024-06-30"
    nothing = summary.published(shop, benchmarks, [Finding("nothing", "", "None.", "looked")])
    assert nothing["findings"] == []
    small = summary.published(shop, benchmarks, [Finding("small_base", "", "Too few.", "3")])
    assert small["note"] == "Too few."
    assert "findings" not in small


@pytest.mark.parametrize(
    ("found", "en", "zh"),
    [
        ([gap(1000.0)], "One gap to the best quarter of the peers, worth about ¥1,000 a year.", "一处差距"),
        (
            [gap(1000.0), gap(500.0)],
            "2 gaps to the best quarter of the peers, together worth about ¥1,500",
            "2 处",
        ),
        ([Finding("nothing", "", "None.", "")], "None.", "None."),
    ],
)
def test_the_findings_in_one_sentence(found, en, zh):
    assert summary.claim(found).startswith(en)
    wording.use("zh")
    try:
        assert zh in summary.claim(found)
    finally:
        wording.use("en")


def test_a_chapter_is_left_out_below_30_and_where_a_period_has_too_few_buyers():
    assert summary.too_few(30) == ""
    assert "window (29), and" in summary.too_few(29)
    assert "window (0), and" in summary.too_few(float("nan"))
    assert summary.no_comparison(pd.DataFrame({"n_buyers": [30.0, 31.0]})) == ""
    assert "too few buyers (29)" in summary.no_comparison(pd.DataFrame({"n_buyers": [300.0, 29.0]}))
    assert "too few buyers (0)" in summary.no_comparison(pd.DataFrame({"n_buyers": []}))


def test_levers_are_written_out_beside_the_peers(benchmarks):
    rows = summary.levers(benchmarks, "S1")
    assert rows.iloc[0].to_dict() == {
        "lever": "retained adds",
        "n": 40,
        "this_store": "50.0%",
        "interval": "40.0% – 60.0%",
        "peers": "60.0%",
        "best_quarter": "70.0%",
        "beyond_noise": "yes",
    }
