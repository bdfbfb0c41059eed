"""The same orders, the same answers: DuckDB's quick way, the plain way, and PostgreSQL."""

from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

from opsmodel import cohort, growth, repurchase
from opsmodel.metrics import starts
from opsmodel.metrics.occasions import occasions

AS_OF = "2024-06-30"
QUESTIONS = {
    "retention": lambda o, **a: cohort.retention(o, **a),
    "calendar weeks": lambda o, **a: cohort.retention(o, period="week", calendar=True, **a),
    "calendar quarters": lambda o, **a: cohort.retention(o, period="quarter", calendar=True, **a),
    "calendar years": lambda o, **a: cohort.retention(o, period="year", calendar=True, **a),
    "days": lambda o, **a: cohort.retention(o, period="day", **a),
    "or later": lambda o, **a: cohort.retention(o, mode="on_or_after", **a),
    "back by": lambda o, **a: cohort.retention(o, mode="by", calendar=True, **a),
    "revenue": lambda o, **a: cohort.retention(o, measure="revenue", **a),
    "margin": lambda o, **a: cohort.retention(o, measure="margin", **a),
    "curve": repurchase.curve,
    "common base": repurchase.common_base,
    "survival": repurchase.survival,
    "early": repurchase.early,
    "gaps": repurchase.gaps,
    "ladder": repurchase.ladder,
    "hazard": repurchase.hazard,
    "period": lambda o, **a: repurchase.within_period(o, since="2024-02-01", **a),
}


def orders(n=400, people=60, returned_goods=False):
    """A made-up shop with orders at the same moment in two stores, refunds and anonymous sales."""
    rng = np.random.default_rng(5)
    hours = rng.integers(0, 180 * 6, n) * 4
    amount = rng.integers(1, 9, n) * 10.25
    if returned_goods:
        amount = np.where(rng.random(n) < 0.1, -amount, amount)
    who = [f"C{i}" if i else None for i in rng.integers(0, people, n)]
    return pd.DataFrame(
        {
            "order_id": [f"O{i}" for i in range(n)],
            "customer_id": who,
            "store_id": rng.choice(["S1", "S2", "S3"], n),
            "home_store_id": [f"S{hash_of(c) % 3 + 1}" for c in who],
            "channel": rng.choice(["till", "group"], n),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, unit="h"),
            "amount": amount,
            "refund_amount": np.where((rng.random(n) < 0.1) & (amount > 0), amount, 0.0),
            "margin": amount / 5,
        }
    )


def hash_of(customer):
    return int(customer[1:]) if customer else 0


@contextmanager
def quick_from(n_rows):
    many, starts.MANY = starts.MANY, n_rows
    try:
        yield
    finally:
        starts.MANY = many


@pytest.fixture(scope="module")
def postgres(postgres_server):
    return {
        returned: postgres_server.create_table(f"orders_{returned}".lower(), orders(returned_goods=returned))
        for returned in (False, True)
    }


@pytest.mark.parametrize("name", QUESTIONS)
def test_postgresql_gives_the_same_table_as_duckdb(postgres, name):
    ask = QUESTIONS[name]
    for more in ({}, {"by": "store_id"}, {"by": "store_id", "scope": "home"}):
        local, remote = ask(orders(), as_of=AS_OF, **more), ask(postgres[False], as_of=AS_OF, **more)
        assert len(local)
        pd.testing.assert_frame_equal(local, remote)


@pytest.mark.parametrize("name", ["retention", "revenue", "margin", "curve", "ladder"])
def test_postgresql_agrees_where_goods_came_back(postgres, name):
    ask, more = QUESTIONS[name], {"by": "store_id", "scope": "branch"}
    local = ask(orders(returned_goods=True), as_of=AS_OF, **more)
    pd.testing.assert_frame_equal(local, ask(postgres[True], as_of=AS_OF, **more))


def test_postgresql_keeps_the_same_books_of_the_months(postgres_server):
    rows = orders()
    rows = rows.assign(refunded_on=rows["ordered_at"].dt.normalize() + pd.Timedelta(days=40))
    remote = postgres_server.create_table("orders_refunded", rows)
    for by in (None, "store_id"):
        local = growth.months(rows, as_of="2024-06-15", by=by)
        assert local["later_amount"].sum() > 0
        pd.testing.assert_frame_equal(local, growth.months(remote, as_of="2024-06-15", by=by))


def test_postgresql_finds_the_same_occasions_and_touches(postgres, postgres_server):
    def days(table):
        found = occasions(table, as_of=AS_OF, carry=["store_id"]).execute()
        found = found.sort_values(["customer_id", "day"], ignore_index=True)
        return found.assign(day=pd.to_datetime(found["day"]).astype("datetime64[us]")).astype(
            {"net": float, "margin": float, "n_orders": int, "first_at": "datetime64[us]"}
        )

    pd.testing.assert_frame_equal(days(orders(returned_goods=True)), days(postgres[True]), check_dtype=False)
    events = orders(80).rename(columns={"ordered_at": "happened_at"}).assign(event="message")
    remote = postgres_server.create_table("approaches", events[["customer_id", "event", "happened_at"]])
    postgres_server.raw_sql("ANALYZE").close()
    local = repurchase.touch_free(orders(), events, as_of=AS_OF, touches=["message"], by="store_id")
    pd.testing.assert_frame_equal(
        local, repurchase.touch_free(postgres[False], remote, as_of=AS_OF, touches=["message"], by="store_id")
    )


@pytest.mark.parametrize("n_rows", [0, 10**9])
@pytest.mark.parametrize("by", ["store_id", ["store_id"], ["store_id", "channel"], ["channel", "store_id"]])
@pytest.mark.parametrize("turn", [0, 1, 2])
def test_of_first_orders_at_one_moment_the_lowest_value_counts(n_rows, by, turn):
    table = pd.DataFrame(
        [["a", "S2", "app"], ["a", "S1", "till"], ["a", "S1", "shop"], ["a", "S0", "app"]],
        columns=["customer_id", "store_id", "channel"],
    )
    times = ["2024-01-01 10:00"] * 3 + ["2024-01-01 12:00"]
    table = table.assign(ordered_at=pd.to_datetime(times), amount=1.0)
    table = pd.concat([table.iloc[turn:], table.iloc[:turn]])
    lowest = {"store_id": ["S1"], "store_id channel": ["S1", "shop"], "channel store_id": ["app", "S2"]}
    with quick_from(n_rows):
        for found in (
            repurchase.curve(table, as_of=AS_OF, by=by),
            cohort.retention(table, as_of=AS_OF, by=by),
        ):
            names = [by] if isinstance(by, str) else by
            assert found[names].drop_duplicates().values.tolist() == [lowest[" ".join(names)]]


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"by": "store_id"},
        {"by": ["store_id", "channel"]},
        {"by": ["channel", "store_id"], "scope": "branch"},
    ],
    ids=str,
)
def test_the_quick_way_gives_the_same_table_as_the_plain_one(name, more):
    table, ask = orders(), QUESTIONS[name]
    with quick_from(0):
        quick = ask(table, as_of=AS_OF, **more)
    with quick_from(10**9):
        pd.testing.assert_frame_equal(quick, ask(table, as_of=AS_OF, **more))
