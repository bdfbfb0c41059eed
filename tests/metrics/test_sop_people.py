"""Staff scorecards, KPIs by week and the action ledger, against tables worked by hand."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import open_client, sop
from opsmodel.errors import ArgumentError, TableError

AS_OF = "2024-06-30"


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def test_who_has_the_hard_tasks_is_not_punished_for_them():
    counts = pd.DataFrame(
        {"staff_id": ["E1", "E1", "E2", "E2"], "step": ["easy", "hard"] * 2, "n": [90, 10, 10, 90]}
    ).assign(k=[81, 3, 9, 27])
    cards = sop.fair(counts, mix=["step"])
    # easy tasks are done in 90 %, hard ones in 30 %, by both: 84 and 36 of 100, 60 % in all
    assert rows(cards, "staff_id", "n", "k") == [["E1", 100, 84], ["E2", 100, 36]]
    assert cards["expected_rate"].tolist() == pytest.approx([0.84, 0.36])
    assert cards["adjusted_rate"].tolist() == pytest.approx([0.6, 0.6])
    unfair = sop.fair(counts)
    assert unfair["adjusted_rate"].tolist() == pytest.approx([0.84, 0.36])


def test_few_tasks_are_drawn_to_the_others_and_not_ranked():
    counts = pd.DataFrame(
        {"staff_id": list("abcde"), "n": [200, 200, 200, 200, 29], "k": [120, 140, 100, 130, 25]}
    )
    cards = sop.fair(counts).set_index("staff_id")
    assert cards["place"].tolist()[:4] == [3.0, 1.0, 4.0, 2.0]
    assert np.isnan(cards.loc["e", "place"])
    assert np.isnan(cards.loc["e", "top_quartile"])
    assert 0.62 < cards.loc["e", "shrunken_rate"] < 25 / 29 - 0.03
    assert abs(cards.loc["b", "shrunken_rate"] - 0.7) < 0.02
    assert (cards["shrunken_rate_low"] < cards["shrunken_rate"]).all()
    assert sop.fair(counts.head(1))["shrunken_rate"].isna().all()
    with pytest.raises(TableError, match="no column"):
        sop.fair(counts.drop(columns="k"))


def test_equal_staff_rank_by_chance_and_are_drawn_together():
    rng = np.random.default_rng(6)
    counts = pd.DataFrame({"staff_id": range(40), "n": 60, "k": rng.binomial(60, 0.6, 40)})
    cards = sop.fair(counts)
    raw = counts["k"] / counts["n"]
    assert cards["shrunken_rate"].std() < raw.std() / 2
    assert cards["top_quartile"].max() < 0.95


def test_staff_of_tasks_with_their_counts():
    tasks = pd.DataFrame(
        {"staff_id": ["E1"] * 40 + ["E2"] * 40, "sop": "call", "step": "ring", "due_at": "2024-05-06 20:00"}
    ).assign(done_at=["2024-05-06 10:00"] * 30 + [None] * 30 + ["2024-05-06 11:00"] * 20)
    cards = sop.staff(tasks, as_of=AS_OF)
    assert rows(cards, "staff_id", "n_due", "n_on_time", "place") == [["E1", 40, 30, 1], ["E2", 40, 20, 2]]
    assert cards["adherence"].tolist() == [0.75, 0.5]
    assert len(sop.staff(tasks.assign(staff_id=None), as_of=AS_OF)) == 0


class Shop:
    """As much of a client as KPIs and actions ask for: two stores, tables as given."""

    as_of = AS_OF

    def __init__(self, **tables):
        self.__dict__ |= tables
        self.chain = self

    def has(self, table):
        return hasattr(self, table)


def tasks(store, due, share, n):
    """`n` tasks of a store, due on `due`, the first of them on time."""
    at = pd.Timestamp(due) + pd.Timedelta(hours=20)
    hit = np.arange(n) < round(share * n)
    done = pd.Series(at - pd.Timedelta(hours=1), index=range(n)).where(hit)
    staff = [f"E{number}" for number in range(n)]  # nobody ticks in bursts
    return pd.DataFrame({"store_id": store, "staff_id": staff, "due_at": at, "done_at": done})


def actions(**more):
    row = {
        "action_id": "A1", "store_id": "S1", "finding": "late", "play": "list", "owner": "manager",
        "due_on": "2024-05-01", "status": "done", "kpi": "sop_on_time", "baseline": 0.5,
        "remeasure_on": "2024-07-31",
    }  # fmt: skip
    frame = pd.DataFrame([row | more])
    return frame.astype({"due_on": "datetime64[us]", "remeasure_on": "datetime64[us]"})


def shop(after=0.8, n=100, **more):
    parts = [
        tasks("S1", "2024-04-10", 0.5, 100), tasks("S1", "2024-05-01", 0.5, 60),
        tasks("S1", "2024-05-20", after, n),
        tasks("S2", "2024-04-10", 0.6, 100), tasks("S2", "2024-05-20", 0.65, 100),
        tasks("S1", "2024-08-01", 1.0, 50),
    ]  # fmt: skip
    return Shop(tasks=pd.concat(parts, ignore_index=True), actions=_table(actions(**more)))


def _table(frame):
    import ibis

    return ibis.memtable(frame)


def test_an_action_is_measured_on_what_came_after_it_and_beside_the_other_stores():
    row = sop.actions(shop()).iloc[0]
    assert (row["n_before"], row["before"], row["n_since"], row["value"]) == (160, 0.5, 100, 0.8)
    assert row["change"] == pytest.approx(0.3)
    assert row["change_low"] == pytest.approx(0.18, abs=0.01)  # Newcombe 1998, method 10
    assert row["change_high"] == pytest.approx(0.40, abs=0.01)
    assert row["elsewhere_change"] == pytest.approx(0.05)
    assert row["moved"] == "up"
    assert not row["is_overdue"]
    assert row["measured_until"] == pd.Timestamp(AS_OF)


@pytest.mark.parametrize(
    ("more", "moved", "overdue"),
    [
        ({"after": 0.2}, "down", False),
        ({"after": 0.53}, "still", False),
        ({"n": 29}, "waiting", False),
        ({"status": "open"}, "up", True),
        ({"status": "open", "due_on": AS_OF}, "waiting", False),
        ({"status": "dropped"}, "dropped", False),
        ({"kpi": "smiles"}, "unknown", False),
        ({"kpi": "repurchase_90d"}, "unknown", False),  # there are no orders
        ({"remeasure_on": "2024-05-10"}, "waiting", False),  # too soon for any case
    ],
)
def test_every_state_of_an_action(more, moved, overdue):
    row = sop.actions(shop(**more)).iloc[0]
    assert (row["moved"], row["is_overdue"]) == (moved, overdue)


def test_a_client_without_actions_or_tasks_has_empty_tables():
    nothing = Shop(orders=None)
    assert len(sop.actions(nothing)) == 0
    assert len(sop.adherence(nothing)) == 0
    assert len(sop.bulk(nothing)) == 0
    assert len(sop.violations(nothing)) == 0
    weeks = sop.weekly(Shop(), by="store_id")
    assert weeks.dtypes.astype(str).tolist()[2:] == ["datetime64[us]", "int64", "int64"]
    assert len(sop.control_chart(weeks, by=["store_id", "kpi"])) == 0
    with pytest.raises(ArgumentError):
        sop.actions(nothing, before_days=0)


def test_weeks_count_only_when_all_their_cases_are_over():
    store = Shop(
        tasks=pd.concat([tasks("S1", day, 0.5, 4) for day in ("2024-06-17", "2024-06-23", "2024-06-24")])
    )
    found = sop.weekly(store, kpis=["sop_on_time"], as_of="2024-06-29")
    assert rows(found, "period", "k", "n") == [[pd.Timestamp("2024-06-17"), 4, 8]]
    whole = sop.weekly(store, kpis=["sop_on_time"], as_of="2024-06-30")
    assert whole["n"].tolist() == [8, 4]
    assert len(sop.weekly(store, kpis=["sop_on_time"], n_periods=1)) == 1


def test_kpis_of_the_seven_customers(shop):
    from opsmodel.metrics.sop.kpis import cases

    joined = Shop(customers=shop.customers, orders=shop.orders)

    def counted(kpi):
        found = cases(joined, kpi, as_of=AS_OF).execute()
        return len(found), int(found["is_hit"].sum())

    assert counted("repurchase_30d") == (7, 3)  # as repurchase.curve counts
    assert counted("retained_7d") == (7, 6)  # C4 left after four days
    assert counted("close_2d") == (7, 6)  # C3 came after twelve days
    assert counted("close_90d") == (6, 6)
    with pytest.raises(ArgumentError, match="KPI"):
        cases(joined, "close", as_of=AS_OF)


def test_the_demo_tells_what_was_planted():
    client = open_client("demo")
    cards = sop.scorecards(client.store("S002")).set_index("staff_id")
    assert cards.loc["E023", ["n_due", "n_bulk"]].tolist() == [0, 349]
    assert cards["n_bulk"].drop("E023").sum() == 0
    missing = sop.coverage(client, by="staff_id").set_index("staff_id")
    assert set(missing.index[missing["n_tasked"] == 0]) == {"E064", "E083"}
    cells = sop.standing(client.chain, same="month").set_index("sop")["quadrant"]
    assert cells["二单入会邀请"] == "train"
    assert cells["未复购回访"] == "replicate"
    assert cells["生日关怀"] == "instrument"  # looks effective, and is confounded
