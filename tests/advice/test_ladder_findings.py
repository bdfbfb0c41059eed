"""Each branch of the findings on the product ladder, with its numbers."""

import pandas as pd
import pytest

from opsmodel import ladder
from opsmodel.advice import findings

NAN = float("nan")


pytestmark = pytest.mark.usefixtures("lang")


def climb(*rungs):
    rows = [(a, b, 90, n, 2, k, k / n if n else NAN, low, high) for a, b, n, k, low, high in rungs]
    columns = ["from_tier", "to_tier", "within_days", "n_customers", "n_same_day", "n_reached", "reach_rate"]
    return pd.DataFrame(rows, columns=[*columns, "reach_rate_low", "reach_rate_high"])


ENTRY, CORE = ("entry", "core", 200, 40, 0.15, 0.26), ("core", "premium", 100, 50, 0.4, 0.6)


def test_the_weakest_rung_stands_clear_of_the_next():
    found = findings.weakest_rung(climb(CORE, ENTRY))
    assert (found.kind, found.n) == ("rung_weakest", 200)
    assert "20.0%" in found.claim
    assert "40" in found.evidence
    assert "15.0%" in found.evidence


def test_two_rungs_may_be_about_as_weak():
    found = findings.weakest_rung(climb(("entry", "core", 100, 45, 0.35, 0.55), CORE))
    assert found.kind == "rung_unclear"
    assert "45.0%" in found.claim
    assert "50.0%" in found.claim


def test_a_single_rung_with_a_base_is_told_alone():
    found = findings.weakest_rung(climb(ENTRY, ("core", "premium", 12, 1, 0.0, 0.3)))
    assert found.kind == "rung_only"
    assert "20.0%" in found.claim


def test_a_rung_below_the_peers_comes_first(lang):
    peers = pd.concat([climb(("entry", "core", 900, 180, 0, 1), ("core", "premium", 500, 400, 0, 1))] * 2)
    found = findings.weakest_rung(climb(ENTRY, CORE), peers)
    assert (found.kind, found.n) == ("rung_behind", 100)  # core → premium: 50 % here, 80 % there
    assert "80.0%" in found.claim
    assert ("高端品" if lang == "zh" else "premium product") in found.claim
    level = findings.weakest_rung(climb(ENTRY, CORE), climb(ENTRY, CORE))
    assert level.kind == "rung_weakest"


def test_tiers_of_the_client_keep_their_names():
    assert "999" in findings.weakest_rung(climb(("9.9", "999", 50, 10, 0.1, 0.3))).claim


def test_a_ladder_nobody_stands_on_says_so():
    assert findings.weakest_rung(climb(("entry", "core", 29, 5, 0.1, 0.3))).kind == "small_base"
    assert findings.weakest_rung(climb()).kind == "small_base"


def entrants(front, total, low, high, day, day_low, day_high, *, n=120, share=1.0, product="wipes"):
    row = {
        "entry_product": product, "within_days": 180, "n_customers": n, "front_margin": front,
        "entrant_margin": total, "entrant_margin_low": low, "entrant_margin_high": high, "payback_day": day,
        "payback_day_low": day_low, "payback_day_high": day_high, "paid_back_share": share,
    }  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("row", "kind", "told"),
    [
        ((5, 60, 40, 80, 0, 0, 0), "front_end_earns", "¥60"),
        ((-12, 60, 40, 80, 27, 20, 35), "front_end_pays_back", "27"),
        ((-12, 6, -4, 18, 150, 90, NAN), "front_end_maybe", "150"),
        ((-12, -3, -9, 4, NAN, 120, NAN), "front_end_open", "¥12"),
        ((-12, -8, -11, -4, NAN, NAN, NAN), "front_end_loses", "-¥8"),
    ],
)
def test_the_front_end_pays_back_or_does_not(row, kind, told):
    found = findings.front_end(entrants(*row, share=0.4))
    assert (found.kind, found.n, bool(found.action)) == (kind, 120, True)
    assert told in found.claim
    assert "120" in found.evidence
    assert bool(found.worth) == (kind != "front_end_earns")
    if kind == "front_end_pays_back":
        assert "20" in found.worth
        assert "35" in found.worth
    elif found.worth:
        assert "40.0%" in found.worth


def test_few_entrants_say_nothing():
    assert findings.front_end(entrants(-12, 60, 40, 80, 27, 20, 35, n=29)).kind == "small_base"
    assert findings.front_end(entrants(-12, 60, 40, 80, 27, 20, 35).iloc[:0]).kind == "small_base"


def test_entry_products_differ_where_their_intervals_do_not_touch():
    wipes = entrants(-12, 60, 50, 70, 27, 20, 35)
    spoon = entrants(-12, 20, 10, 30, 90, 60, 150, product="spoon")
    found = findings.entry_products(pd.concat([wipes, spoon]))
    assert (found.kind, found.n) == ("entry_apart", 240)
    assert "wipes" in found.claim
    assert "spoon" in found.action
    alike = findings.entry_products(
        pd.concat([wipes, entrants(-12, 45, 35, 55, 30, 20, 40, product="spoon")])
    )
    assert (alike.kind, alike.action) == ("entry_alike", "")
    assert findings.entry_products(wipes).kind == "small_base"


def pairs(*rows):
    columns = [
        "first_item",
        "next_item",
        "n_customers",
        "n_next",
        "next_share",
        "base_share",
        "lift",
        "q_value",
    ]
    return pd.DataFrame(rows, columns=columns).assign(within_days=90)


def test_the_next_product_moves_the_most_customers():
    found = findings.next_product(
        pairs(
            ("tea", "cake", 400, 160, 0.4, 0.2, 2.0, 0.001),
            ("jam", "bread", 40, 30, 0.75, 0.15, 5.0, 0.0001),
            ("milk", "tea", 900, 500, 0.55, 0.3, 1.8, 0.2),
        )
    )
    assert (found.kind, found.n) == ("next_product", 400)
    assert "40.0%" in found.claim
    assert "cake" in found.action
    assert "2.00" in found.evidence
    assert "0.1%" in found.evidence


def test_pairs_within_chance_are_no_finding():
    found = findings.next_product(pairs(("tea", "cake", 400, 160, 0.4, 0.35, 1.1, 0.2)))
    assert found.kind == "next_none"
    assert "1" in found.evidence
    assert findings.next_product(pairs(("tea", "cake", 20, 16, 0.8, 0.3, 2.7, 0.001))).kind == "small_base"
    assert findings.next_product(pairs()).kind == "small_base"


def club(extra, low, high, *, matched=80, n=100):
    row = {
        "within_days": 90, "n_members": n, "n_matched": matched, "n_others": 150, "members_spend": 260.0,
        "extra_spend": extra, "extra_spend_low": low, "extra_spend_high": high,
    }  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ((40.0, 10.0, 70.0), "members_more"),
        ((-40.0, -70.0, -10.0), "members_less"),
        ((10.0, -10.0, 30.0), "members_level"),
    ],
)
def test_members_spend_more_or_less_or_alike(row, kind):
    found = findings.membership(club(*row))
    assert (found.kind, found.n) == (kind, 80)
    assert "¥260" in found.claim
    assert f"¥{260 - row[0]:.0f}" in found.claim
    assert "150" in found.evidence


def test_members_with_nobody_alike_cannot_be_judged():
    found = findings.membership(club(NAN, NAN, NAN, matched=3))
    assert (found.kind, found.n) == ("members_alone", 100)
    assert "3" in found.evidence
    assert findings.membership(club(1.0, 0.5, 2.0, n=12, matched=12)).kind == "small_base"


def test_the_findings_read_the_tables_as_they_are_calculated():
    lines = pd.DataFrame(
        {
            "customer_id": [f"c{k}" for k in range(40)] * 2, "tier": ["entry"] * 40 + ["core"] * 40,
            "ordered_at": ["2024-01-01"] * 40 + ["2024-02-01"] * 40,
            "product": ["wipes"] * 40 + ["milk"] * 40, "amount": 10.0, "margin": [-5.0] * 40 + [8.0] * 40,
        }
    )  # fmt: skip
    as_of = "2024-12-31"
    assert (
        findings.weakest_rung(ladder.climb(lines, as_of=as_of, tiers=("entry", "core"))).kind == "rung_only"
    )
    assert findings.front_end(ladder.entrants(lines, as_of=as_of, product=None)).kind == "front_end_pays_back"
    pairs_found = ladder.next_products(lines, as_of=as_of)  # everybody began alike: nothing to compare with
    assert findings.next_product(pairs_found).kind == "next_none"
