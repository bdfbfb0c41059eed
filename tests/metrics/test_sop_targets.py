"""Targets: what was promised, beside the cases that began since and are over."""

import pandas as pd
import pytest

from opsmodel.metrics import sop

AS_OF = "2024-06-30"
ON_TIME = {"kpi": "sop_on_time", "target": 0.7}


class Shop:
    """As much of a client as targets ask for: two stores, tables as given."""

    as_of = AS_OF
    store_ids = ("S1", "S2")

    def __init__(self, **tables):
        self.__dict__ |= tables

    def has(self, table):
        return hasattr(self, table)


def tasks(store: str, due: str, n: int, k: int) -> pd.DataFrame:
    """`n` tasks of a store, each of other staff, `k` of them on time."""
    at = pd.Timestamp(due) + pd.Timedelta(hours=20)
    done = [at - pd.Timedelta(hours=1)] * k + [pd.NaT] * (n - k)
    return pd.DataFrame(
        {"store_id": store, "staff_id": [f"E{number}" for number in range(n)], "due_at": at, "done_at": done}
    )


def shop(k=50, n=100) -> Shop:
    parts = [
        tasks("S1", "2023-12-31", 90, 90), tasks("S1", "2024-01-01", 40, 40), tasks("S1", "2024-05-20", n, k),
        tasks("S1", "2024-07-01", 80, 80), tasks("S2", "2024-06-30", 10, 10),
    ]  # fmt: skip
    return Shop(tasks=pd.concat(parts, ignore_index=True))


def test_a_target_of_the_engagement_counts_the_last_half_year():
    found = sop.targets(shop(), [ON_TIME], by="store_id")
    told = found[["store_id", "counted_from", "n_cases", "k"]].values.tolist()
    first = pd.Timestamp("2024-01-01")  # 182 days up to the day observed
    assert told == [["S1", first, 140, 90], ["S2", first, 10, 10]]
    assert found["value"].tolist() == [pytest.approx(90 / 140), 1.0]
    assert found["due_on"].isna().all()


def test_a_target_of_the_ledger_counts_what_began_after_it_was_set_and_for_its_store_only():
    line = ON_TIME | {"store_id": "S1", "as_of": "2024-05-19", "due_on": "2024-12-31", "owner": "COO"}
    found = sop.targets(shop(), [line], by="store_id")
    assert found[["store_id", "n_cases", "k", "owner"]].values.tolist() == [["S1", 100, 50, "COO"]]
    assert found["due_on"].tolist() == [pd.Timestamp("2024-12-31")]
    later = sop.targets(shop(), [line | {"as_of": "2024-05-20"}], by="store_id")
    assert later[["n_cases", "standing"]].values.tolist() == [[0, "waiting"]]
    assert later["value"].isna().all()


def test_a_store_s_own_target_comes_before_that_of_all_and_a_later_one_before_an_earlier():
    own = {"store_id": "S1", "as_of": "2024-05-19"}
    lines = [
        ON_TIME | own | {"target": 0.5}, ON_TIME | own | {"target": 0.6},
        ON_TIME | {"target": 0.7, "store_id": ""}, ON_TIME | {"target": 0.8, "store_id": ""},
        ON_TIME | {"kpi": "close_90d", "target": 0.3},
    ]  # fmt: skip
    found = sop.targets(shop(), lines, by="store_id")
    assert found[["store_id", "kpi", "target"]].values.tolist() == [
        ["S1", "sop_on_time", 0.6],
        ["S1", "close_90d", 0.3],
        ["S2", "sop_on_time", 0.8],
        ["S2", "close_90d", 0.3],
    ]


@pytest.mark.parametrize(
    ("k", "n", "standing"),
    [
        (80, 100, "reached"),  # Wilson 95 %: 0.711 to 0.867
        (75, 100, "near"),
        (65, 100, "near"),
        (50, 100, "short"),  # 0.404 to 0.596
        (29, 29, "waiting"),
    ],
)
def test_a_target_is_reached_or_missed_only_beyond_noise(k, n, standing):
    line = ON_TIME | {"as_of": "2024-05-19"}
    assert sop.targets(shop(k, n), [line], by="store_id")["standing"].tolist()[0] == standing


def test_new_contacts_count_once_their_window_is_over():
    joined = pd.to_datetime(["2024-05-01 09:00", "2024-06-23 09:00", "2024-06-24 09:00"])
    people = pd.DataFrame(
        {"customer_id": ["C1", "C2", "C3"], "store_id": "S1", "joined_at": joined,
         "left_at": [pd.Timestamp("2024-05-03"), pd.NaT, pd.NaT]}
    )  # fmt: skip
    line = {"kpi": "retained_7d", "target": 0.8, "as_of": "2024-04-30"}
    found = sop.targets(Shop(customers=people), [line], by="store_id")
    assert found[["n_cases", "k"]].values.tolist() == [[2, 1], [0, 0]]


def test_a_table_that_is_missing_and_a_kpi_that_is_none():
    assert sop.targets(Shop(), [ON_TIME], by="store_id")["standing"].tolist() == ["unknown", "unknown"]
    empty = sop.targets(shop(), [], by="store_id")
    assert len(empty) == 0
    assert list(empty.columns) == list(sop.targets(shop(), [ON_TIME], by="store_id").columns)
    smiles = sop.targets(shop(), [ON_TIME | {"kpi": "smiles"}], by="store_id")
    assert smiles[["kpi", "n_cases", "standing"]].values.tolist() == [["smiles", 0, "unknown"]] * 2
    assert smiles["counted_from"].isna().all()
