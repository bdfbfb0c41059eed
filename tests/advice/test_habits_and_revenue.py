"""Each branch of the findings on waiting, the order ladder and the average peer, with its numbers."""

import pandas as pd
import pytest

from opsmodel import wording
from opsmodel.advice import findings


@pytest.fixture(params=["en", "zh"])
def lang(request):
    yield wording.use(request.param)
    wording.use("en")


def survival(*rows):
    return pd.DataFrame(rows, columns=["days", "at_risk", "repurchased", "low", "high"])


def ladder(first, second):
    rows = [(1, *first), (2, *second)]
    return pd.DataFrame(rows, columns=["order_number", "n_customers", "n_next"])


def gap(before, after):
    names = ["n_buyers", "average_order_value"]
    table = pd.DataFrame({"factor": names, "before": before, "after": after})
    change = after[0] * after[1] - before[0] * before[1]
    return table.assign(contribution=[change * 0.8, change * 0.2])


def test_half_of_the_buyers_are_back(lang):
    found = findings.waiting(
        survival((10, 60, 0.2, 0.1, 0.3), (45, 40, 0.52, 0.4, 0.6), (90, 9, 0.7, 0.5, 0.8))
    )
    assert (found.kind, found.n) == ("half_back", 60)
    assert "45" in found.claim
    assert "60" in found.evidence
    assert ("天" in found.claim) == (lang == "zh")


def test_fewer_than_half_are_back_as_far_as_the_file_reaches(lang):
    found = findings.waiting(survival((10, 60, 0.2, 0.1, 0.3), (200, 12, 0.41, 0.3, 0.5)))
    assert found.kind == "half_away"
    assert "200" in found.claim
    assert "41.0%" in found.claim


@pytest.mark.parametrize("table", [survival(), survival((10, 29, 0.6, 0.4, 0.8))])
def test_waiting_needs_thirty_buyers(lang, table):
    assert findings.waiting(table).kind == "small_base"


def test_the_second_order_makes_the_habit(lang):
    found = findings.order_ladder(ladder((300, 90), (90, 60)))
    assert (found.kind, found.n) == ("habit_forms", 300)
    assert "30.0%" in found.claim
    assert "66.7%" in found.claim
    assert found.action


@pytest.mark.parametrize("second", [(90, 28), (90, 9)])  # alike; and fewer after the second
def test_the_second_order_makes_no_habit(lang, second):
    found = findings.order_ladder(ladder((300, 90), second))
    assert (found.kind, found.action) == ("habit_level", "")


def test_the_ladder_needs_thirty_customers_on_both_rungs(lang):
    assert findings.order_ladder(ladder((300, 90), (29, 20))).kind == "small_base"


@pytest.mark.parametrize(
    ("after", "kind", "percent"),
    [
        ((150, 10.0), "above_peers", "50.0%"),
        ((80, 10.0), "below_peers", "20.0%"),
        ((101, 10.0), "like_peers", ""),
    ],
)
def test_the_store_beside_the_average_peer(lang, after, kind, percent):
    found = findings.beside_peers(gap((100, 10.0), after))
    assert found.kind == kind
    assert percent in found.claim
    assert found.money == pytest.approx(after[0] * after[1] - 1000)


def test_a_finding_under_a_chart_does_not_repeat_its_claim():
    found = findings.order_ladder(ladder((300, 90), (90, 60)))
    assert found.claim in found._repr_html_()
    assert found.claim not in found.detail._repr_html_()
    assert found.evidence in found.detail._repr_html_()
