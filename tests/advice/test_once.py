"""Tables computed once for the chain: they tell a store what its own table would, and age with the data."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pytest

from opsmodel.advice import once
from opsmodel.errors import ArgumentError
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.sample import chain
from opsmodel.metrics import cohort, funnel, growth, repurchase, value

END = date(2025, 6, 30)
STEPS = {"引流": "joined", "成交": "ordered", "复购": "ordered"}


@dataclass(frozen=True)
class Client:
    """As much of a client as `once` looks at; its tables are pandas DataFrames."""

    folder: Path
    tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    store_ids: tuple[str, ...] = ("S001", "S002", "S003")
    data_version: str = "v1"
    as_of: date = END

    engagement = Engagement(client="demo", timezone="Asia/Shanghai")
    chain = property(lambda self: replace(self, store_ids=("S001", "S002", "S003")))
    orders = property(lambda self: self._of("orders", "home_store_id"))
    events = property(lambda self: self._of("events", "home_store_id"))
    sales = property(lambda self: self._of("orders", "store_id"))
    traffic = property(lambda self: self._of("traffic", "store_id"))
    customers = property(lambda self: self._of("customers", "store_id"))

    def _of(self, name, column):
        return self.tables[name][self.tables[name][column].isin(self.store_ids)]

    def has(self, table):
        return table in self.tables

    def store(self, *store_ids):
        return replace(self, store_ids=store_ids)


@pytest.fixture(scope="module")
def tables():
    sample = chain("tea", n_stores=3, n_customers=150, start="2025-01-01", end="2025-06-30", seed=4)
    joined = sample.customers.rename(columns={"joined_at": "happened_at", "store_id": "home_store_id"})
    bought = sample.orders.rename(columns={"ordered_at": "happened_at"})
    events = pd.concat([joined.assign(event="joined"), bought.assign(event="ordered")])
    events = events[["customer_id", "home_store_id", "event", "happened_at"]].dropna()
    orders = sample.orders[
        ~sample.orders["store_id"].eq("S003") | (sample.orders["ordered_at"] >= "2025-04-01")
    ]
    return {"orders": orders, "events": events, "traffic": sample.traffic, "customers": sample.customers}


@pytest.fixture
def counted(monkeypatch):
    """How often the cheapest of all calculations is made."""
    calls = []

    def sizes(client, *, by=None, **question):
        calls.append(question)
        return client.orders.groupby("store_id", as_index=False).size()

    sizes.__module__ = "opsmodel.metrics.sizes"
    sizes.calls = calls
    return sizes


QUESTIONS = [
    (funnel.conversion, "events", {"steps": STEPS, "within_days": 30}),
    (funnel.side_loops, "events", {"loops": {"again": ("ordered", "ordered")}, "within_days": 30}),
    (cohort.retention, "orders", {"mode": "by"}),
    (repurchase.curve, "orders", {"within_days": (7, 30)}),
    (repurchase.early, "orders", {}),
    (repurchase.survival, "orders", {}),
    (repurchase.ladder, "orders", {"within_days": 30}),
    (repurchase.gaps, "orders", {}),
    (repurchase.within_period, "orders", {"since": date(2025, 5, 1)}),
    (growth.recent, "", {"period_days": 80}),
    (value.ltv, "orders", {"within_days": (30,)}),
    (value.teaching, "orders", {"within_days": 30}),
    (value.concentration, "orders", {}),
    (value.svip_at_risk, "orders", {}),
]


@pytest.mark.parametrize(
    ("calculate", "table", "question"), QUESTIONS, ids=[q[0].__name__ for q in QUESTIONS]
)
def test_a_store_reads_what_its_own_table_would_have_told(tmp_path, tables, calculate, table, question):
    client = Client(tmp_path, tables)
    for name in client.store_ids:
        shop = client.store(name)
        given = (
            calculate(getattr(shop, table), as_of=END, **question) if table else calculate(shop, **question)
        )
        read = once.of(shop, calculate, table, **question)
        pd.testing.assert_frame_equal(read.reset_index(drop=True), given.reset_index(drop=True))
    assert len(list((tmp_path / once.FOLDER).glob("*.parquet"))) == 1


def test_several_stores_keep_the_column_that_names_them(tmp_path, tables):
    peers = Client(tmp_path, tables).store("S001", "S003")
    assert once.of(peers, growth.recent, n_periods=1)["store_id"].tolist() == ["S001", "S003"]


@pytest.mark.parametrize(
    ("calculate", "table", "question"), QUESTIONS, ids=[q[0].__name__ for q in QUESTIONS]
)
def test_stores_the_chain_says_nothing_about_are_told_the_same(tmp_path, tables, calculate, table, question):
    late = (
        tables["orders"]
        .head(3)
        .assign(store_id="S008", home_store_id="S008", ordered_at=pd.Timestamp("2026-01-01"))
    )
    client = Client(tmp_path, tables | {"orders": pd.concat([tables["orders"], late])})
    for nobody in (client.store("S009"), client.store("S008")):
        own = (
            calculate(getattr(nobody, table), as_of=END, **question)
            if table
            else calculate(nobody, **question)
        )
        told = once.of(nobody, calculate, table, **question)
        pd.testing.assert_frame_equal(told, own, check_dtype=False, check_index_type=False)
    assert once.of(client.store("S008", "S009"), calculate, table, **question).empty
    assert len(list((tmp_path / once.FOLDER).glob("*.parquet"))) == 2


def test_a_table_without_rows_is_read_back_without_rows(tmp_path, tables, counted):
    def none(client, *, by=None):
        return pd.DataFrame({"store_id": [], "n": []}, dtype=object)

    none.__module__ = counted.__module__
    for _ in range(2):
        assert once.of(Client(tmp_path, tables).store("S001"), none).empty


def test_a_table_is_made_once_for_its_data_day_question_and_code(tmp_path, tables, counted, monkeypatch):
    client = Client(tmp_path, tables)
    for shop in (client.store("S001"), client.store("S002"), client):
        once.of(shop, counted, days=30)
    assert counted.calls == [{"days": 30}]
    once.of(client, counted, days=60)
    once.of(replace(client, data_version="v2"), counted, days=30)
    once.of(replace(client, as_of=date(2025, 6, 29)), counted, days=30)
    assert len(counted.calls) == 4
    monkeypatch.setattr(once, "ROOMS", ("metrics",))
    once.of(client, counted, days=30)
    assert len(counted.calls) == 5


def test_a_batch_run_learns_what_was_computed_and_not_what_was_read_back(
    tmp_path, tables, counted, monkeypatch
):
    monkeypatch.setenv(once.TIMINGS, str(tmp_path / "timings.jsonl"))
    for name in ("S001", "S002"):
        once.of(Client(tmp_path, tables).store(name), counted)
    (line,) = (tmp_path / "timings.jsonl").read_text().splitlines()
    assert json.loads(line)["table"].startswith("metrics.sizes.")
    assert json.loads(line)["seconds"] >= 0


def test_the_chain_itself_is_asked_once_too(tmp_path, tables, counted):
    shop = Client(tmp_path, tables).store("S002")
    first = once.whole(shop, counted)
    assert first["store_id"].tolist() == ["S001", "S002", "S003"]
    pd.testing.assert_frame_equal(once.whole(shop.store("S001"), counted), first)
    assert len(counted.calls) == 1


def test_who_asks_at_the_same_time_waits_for_the_one_who_computes(tmp_path, tables, counted):
    client = Client(tmp_path, tables)
    askers = [Thread(target=once.of, args=(client.store("S001"), counted)) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(counted.calls) == 1


def test_a_damaged_file_is_made_anew_and_an_unwritable_folder_costs_only_time(tmp_path, tables, counted):
    client = Client(tmp_path, tables)
    first = once.whole(client, counted)
    (kept,) = (tmp_path / once.FOLDER).glob("*.parquet")
    kept.write_bytes(b"half a file")
    pd.testing.assert_frame_equal(once.whole(client, counted), first)
    (tmp_path / "taken").write_text("a file where the folder should be")
    elsewhere = replace(client, folder=tmp_path / "taken")
    pd.testing.assert_frame_equal(once.whole(elsewhere, counted), first)
    assert once.of(elsewhere.store("S002"), repurchase.curve, "orders").shape[0] == 5
    assert len(counted.calls) == 3


def test_a_function_of_the_notebook_is_never_kept(tmp_path, tables):
    def mine(client, *, by=None):
        return pd.DataFrame({"n": [client.store_ids]})

    assert once.of(Client(tmp_path, tables).store("S001"), mine)["n"].item() == ("S001",)
    assert not (tmp_path / once.FOLDER).exists()


def test_a_table_is_no_part_of_a_question(tmp_path, tables, counted):
    with pytest.raises(ArgumentError, match=r"peers cannot be part of a question(.|\n)*found: DataFrame"):
        once.of(Client(tmp_path, tables), counted, peers=tables["orders"])


def test_nobody_is_told_nothing(tmp_path, tables):
    shop = Client(tmp_path, tables, store_ids=())
    assert once.of(shop, growth.recent, n_periods=1).empty


def asking(shop, calculate, *names):
    return [lambda name=name: once.whole(shop, calculate, name=name) for name in names]


def asked(calculate):
    return [question["name"] for question in calculate.calls]


def test_whoever_goes_ahead_stops_at_the_first_question_that_is_answered(tmp_path, tables, counted):
    shop = Client(tmp_path, tables)
    once.whole(shop, counted, name="b")
    once.ahead(*asking(shop, counted, "d", "d", "c", "b", "a"))
    assert asked(counted) == ["b", "d", "c"]


def test_whoever_goes_ahead_does_not_wait_for_an_answer_that_is_being_given(tmp_path, tables, counted):
    shop = Client(tmp_path, tables)
    began, go_on = Event(), Event()

    def slow(client, *, name):
        began.set()
        go_on.wait(10)
        return counted(client, name=name)

    slow.__module__ = counted.__module__
    other = Thread(target=once.whole, args=(shop, slow), kwargs={"name": "b"})
    other.start()
    assert began.wait(10)
    once.ahead(*asking(shop, counted, "c"), *asking(shop, slow, "b"), *asking(shop, counted, "a"))
    assert asked(counted) == ["c"]
    go_on.set()
    other.join()
    once.ahead(*asking(shop, counted, "a"))  # on its own again
    assert asked(counted) == ["c", "b", "a"]


def test_a_question_that_cannot_be_asked_ahead_is_left_out(tmp_path, tables, counted):
    shop = Client(tmp_path, tables)
    once.ahead(lambda: unknown, lambda: once.whole(shop, counted, name={1}), *asking(shop, counted, "a"))  # noqa: F821
    assert asked(counted) == ["a"]


def test_an_answer_that_cannot_be_kept_is_not_given_ahead(tmp_path, tables, counted):
    (tmp_path / once.FOLDER).write_text("no folder")
    shop = Client(tmp_path, tables)
    once.ahead(*asking(shop, counted, "b", "a"))
    assert asked(counted) == []
    once.whole(shop, counted, name="a")
    assert asked(counted) == ["a"]


def test_an_answer_given_ahead_may_rest_on_one_that_was_there(tmp_path, tables, counted):
    shop = Client(tmp_path, tables)

    def upper(client, *, name):
        return once.whole(client, counted, name="base").assign(name=name)

    upper.__module__ = counted.__module__
    once.whole(shop, counted, name="base")
    once.ahead(*asking(shop, upper, "b", "a"))
    assert len(list((tmp_path / once.FOLDER).glob("upper-*.parquet"))) == 2
