"""Looking back: a planted score is found out, a useless one too; chances come true where they are planted."""

import numpy as np
import pandas as pd
import pytest
from lead_chains import chain
from sklearn.metrics import roc_auc_score

from opsmodel import leads
from opsmodel.errors import ArgumentError, TableError


def scored(n=6000, cuts=6, seed=0, planted=True):
    """A typed-in history: each chance is drawn, and comes true with itself (or, not planted, with 10 %)."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(1, 9, n)
    return pd.DataFrame(
        {
            "cut": pd.Timestamp("2024-01-31") + pd.to_timedelta(30 * rng.integers(0, cuts, n), unit="D"),
            "customer_id": [f"C{number}" for number in rng.integers(0, n // 2, n)],
            "store_id": np.where(rng.random(n) < 0.5, "S1", "S2"),
            "score": chance,
            "chance": chance,
            "recency_days": rng.integers(0, 300, n).astype(float),
            "bought": rng.random(n) < (chance if planted else 0.1),
        }
    )


@pytest.fixture(scope="module")
def replies():
    return leads.history(chain(seed=2))


def test_lift_is_the_rate_of_a_tenth_over_the_rate_of_all():
    rows = scored()
    table = leads.backtest(rows)
    first = table[(table["order"] == "score") & (table["decile"] == 1)].iloc[0]
    top = pd.concat(own.nlargest(int(len(own) / 10), "score") for _, own in rows.groupby("cut"))
    assert first["lift"] == pytest.approx(top["bought"].mean() / rows["bought"].mean(), rel=0.02)
    assert first["lift"] == pytest.approx(first["close_rate"] / rows["bought"].mean())
    assert table.groupby("order")["n_leads"].sum().tolist() == [6000, 6000]


def test_a_score_that_knows_lifts_and_one_that_does_not_covers_one():
    known = leads.backtest(scored()).query("order == 'score'")
    assert known["lift_low"].iloc[0] > 2
    assert known["lift_high"].iloc[-1] < 0.6
    covered = [
        (table["lift_low"] <= 1) & (table["lift_high"] >= 1)
        for table in (leads.backtest(scored(seed=seed, planted=False)) for seed in range(40))
    ]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_engagement_that_predicts_is_found_on_a_generated_chain(replies):
    table = leads.backtest(replies).query("order == 'score'")
    assert table["lift_low"].iloc[0] > 2.5
    assert roc_auc_score(replies["bought"], replies["score"]) > 0.6


def test_engagement_that_does_not_predict_lifts_nothing_on_a_generated_chain():
    table = leads.backtest(leads.history(chain(seed=40, replies_matter=False)))
    inside = (table["lift_low"] <= 1) & (table["lift_high"] >= 1)
    assert inside.sum() >= len(table) - 3
    assert table["lift"].iloc[0] < 1.3


def test_a_planted_channel_is_found_by_fit():
    history = leads.history(chain(seed=6, replies_matter=False, channels=("good", "poor")), fit=["channel"])
    late = history[history["cut"] == history["cut"].max()].groupby("channel")["fit"].first()
    assert 2 < late["good"] / late["poor"] < 4


def test_planted_chances_lie_in_their_intervals_and_groups_hold_all_leads():
    table = leads.calibration(scored(20_000))
    inside = (table["predicted"] >= table["observed_low"]) & (table["predicted"] <= table["observed_high"])
    assert inside.sum() >= 9
    assert table["n_leads"].tolist() == [2000] * 10


def test_chances_that_are_half_of_the_truth_are_seen_to_be_off():
    rows = scored(20_000)
    table = leads.calibration(rows.assign(chance=rows["chance"] / 2))
    assert (table["predicted"] < table["observed_low"]).sum() >= 8


def test_the_chances_of_the_score_come_true(replies):
    table = leads.calibration(replies)
    expected = (table["predicted"] * table["n_leads"]).sum()
    assert table["n_bought"].sum() == pytest.approx(expected, rel=0.15)


def test_precision_at_capacity_calls_so_many_a_store_and_day():
    rows = scored()
    table = leads.precision(rows, capacity=(5, 40)).set_index(["order", "capacity"])
    assert table.loc[("score", 5), "n_called"] == 5 * 2 * 6
    called = rows.sort_values("score", ascending=False).groupby(["cut", "store_id"]).head(40)
    assert table.loc[("score", 40), "close_rate"] == pytest.approx(called["bought"].mean())
    assert table.loc[("score", 40), "beyond_recency_low"] > 0
    assert table["base_rate"].iloc[0] == rows["bought"].mean()
    assert np.isnan(table.loc[("recency", 5), "beyond_recency"])


def test_a_score_that_says_nothing_is_not_beyond_recency():
    found = [
        leads.precision(scored(seed=seed, planted=False), capacity=40).iloc[0] for seed in range(30)
    ]  # fmt: skip
    covered = [row["beyond_recency_low"] <= 0 <= row["beyond_recency_high"] for row in found]
    assert np.mean(covered) >= 0.85


def test_equals_fall_in_an_order_that_says_nothing():
    rows = scored(2000).assign(score=1.0).sort_values("bought", ascending=False)
    first = leads.backtest(rows).iloc[0]
    assert first["lift_low"] <= 1 <= first["lift_high"]


def test_a_group_of_its_own_is_the_table_of_its_rows_alone():
    rows = scored()
    both = leads.backtest(rows, by="store_id")
    alone = leads.backtest(rows[rows["store_id"] == "S1"])
    mine = both[both["store_id"] == "S1"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)


def test_the_classifier_is_split_by_time_and_its_chances_come_true():
    shop = chain(n=6000, seed=8)
    found = leads.model_history(shop)
    past = leads.history(shop)
    assert found["cut"].min() > past["cut"].sort_values().unique()[1]
    table = leads.calibration(found, n_groups=5)
    assert table["n_bought"].sum() == pytest.approx((table["predicted"] * table["n_leads"]).sum(), rel=0.15)
    assert leads.backtest(found).iloc[0]["lift_low"] > 2.5
    shuffled = found.assign(bought=found["bought"].sample(frac=1, random_state=1).to_numpy())
    top = leads.backtest(shuffled).iloc[0]
    assert top["lift_low"] < 1.1  # what it finds is in the rows, not in the counting


def test_the_classifier_orders_the_leads_of_today():
    found = leads.model(chain(n=6000, seed=8), by="store_id")
    assert set(found["ordered_by"]) == {"model"}
    assert found["chance"].between(0, 1).all()
    for _, own in found.groupby("store_id"):
        assert own.sort_values("rank")["chance"].is_monotonic_decreasing


def test_what_cannot_be_looked_back_on_is_refused():
    with pytest.raises(TableError, match="score"):
        leads.backtest(scored().drop(columns="score"))
    with pytest.raises(ArgumentError, match="n_groups"):
        leads.backtest(scored(), n_groups=1)
    with pytest.raises(ArgumentError, match="capacity"):
        leads.precision(scored(), capacity=0)


def test_an_empty_history_gives_empty_tables():
    nothing = scored().head(0)
    assert leads.backtest(nothing).empty
    assert leads.calibration(nothing).empty
    assert leads.precision(nothing)["n_called"].tolist() == [0] * 6
