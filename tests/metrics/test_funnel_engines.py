"""The funnel against every chain tried by hand, against ClickHouse, and on a second engine."""

from datetime import datetime, timedelta

import funnel_by_hand as by_hand
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from opsmodel.metrics import funnel
from opsmodel.metrics.journeys import best, exclusion, terms

T0 = datetime(2024, 1, 1)
GRID = timedelta(hours=8)
STEPS = [
    list("AB"),
    list("ABC"),
    list("AAB"),
    list("ABB"),
    list("ABA"),
    list("AA"),
    list("ABAB"),
    list("ABCA"),
]

rows = st.tuples(
    st.sampled_from("ABCX"), st.integers(0, 14), st.sampled_from(["S1", "S2", "S2", None]), st.integers(0, 5)
)
logs = st.lists(rows, min_size=0, max_size=40)


def frame(log):
    return pd.DataFrame(
        {
            "customer_id": [f"C{person}" for *_, person in log],
            "store_id": pd.Series([store for _, _, store, _ in log], dtype="str"),
            "event": pd.Series([event for event, *_ in log], dtype="str"),
            "happened_at": pd.Series([T0 + tick * GRID for _, tick, _, _ in log], dtype="datetime64[us]"),
        }
    )


def records(log):
    """The same log with missing stores as None, for the hand."""
    table = frame(log)
    return table.astype(object).where(table.notna(), None)


def summary(table, by=False):
    columns = ["step", "n", "n_eligible", "n_pending", "n_entered", "n_early", "median_days", "p80_days"]
    groups = table["store_id"] if by else [""] * len(table)
    groups = [None if pd.isna(group) else group for group in groups]
    return [(g, *row) for g, row in zip(groups, table[columns].itertuples(index=False), strict=True)]


def assert_same(found, expected):
    assert [row[:7] for row in found] == [row[:7] for row in expected]
    np.testing.assert_allclose(
        *(np.array([row[7:] for row in rows], float).reshape(-1, 2) for rows in (found, expected)), atol=1e-9
    )


@given(
    logs,
    st.sampled_from(STEPS),
    st.sampled_from(["ordered", "strict", "any"]),
    st.sampled_from(["first", "best"]),
    st.sampled_from([timedelta(hours=8), timedelta(hours=25), timedelta(days=2), timedelta(days=3)]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_every_option_gives_what_trying_every_chain_gives(
    log, steps, order, reentry, window, by, hold, exclude
):
    question = {"steps": steps, "as_of": "2024-01-04", "order": order, "reentry": reentry}
    exclusion = "X" if exclude else None
    found = funnel.conversion(
        frame(log),
        within_days=pd.Timedelta(window),
        by="store_id" if by else None,
        hold_constant="store_id" if hold else None,
        exclude=exclusion,
        **question,
    )
    expected = by_hand.funnel(records(log), window=window, by=by, hold=hold, exclude=exclusion, **question)
    assert_same(summary(found, by), expected)


@pytest.mark.parametrize(("steps", "exclude"), [("ABC", None), ("ABA", "X"), ("ABCA", None), ("AABB", "X")])
def test_the_chain_of_asof_joins_and_the_window_functions_find_the_same_journeys(steps, exclude):
    asked = ask(steps=list(steps), within_days=pd.Timedelta(hours=25), reentry="best", exclude=exclude)
    log = terms.log(random_log(400, people=30, ticks=14), asked)
    log = exclusion.mark(log, asked) if exclude else log
    for one, other in zip(best.by_asof_joins(log, asked), best.by_windows(log, asked), strict=True):
        one, other = (t.order_by("customer_id").execute() for t in (one, other))
        assert len(one) > 0
        pd.testing.assert_frame_equal(one, other[one.columns])


@pytest.mark.parametrize(("seed", "ticks"), [(1, 6), (2, 60)])
def test_the_best_attempt_counts_as_many_as_windowfunnel_of_clickhouse(seed, ticks):
    """Ties and repeated events included. A step listed twice is left out: windowFunnel lets one event
    stand for both, here a repeated step needs a second event."""
    log = random_log(3000, people=300, ticks=ticks, seed=seed)
    for hours in (16, 40):
        mine = funnel.conversion(
            log,
            steps=list("ABC"),
            within_days=pd.Timedelta(hours=hours),
            as_of="2025-01-01",
            reentry="best",
        )
        assert mine["n"].tolist() == window_funnel(log, "ABC", hours)


def test_strict_counts_as_many_as_strict_order_of_clickhouse_where_no_event_comes_twice():
    """Where events repeat, or are no steps, the two differ on purpose: see the docstring of `conversion`."""
    log = random_log(1500, people=400, ticks=12).drop_duplicates(["customer_id", "event"])
    question = {"steps": list("ABC"), "within_days": pd.Timedelta(hours=40), "as_of": "2025-01-01"}
    expected = window_funnel(log[log["event"] != "X"], "ABC", 40, "strict_order")
    for reentry in ("first", "best"):
        assert funnel.conversion(log, order="strict", reentry=reentry, **question)["n"].tolist() == expected


def test_windowfunnel_lets_one_event_stand_for_two_steps_and_we_do_not():
    once = random_log(1, people=1, ticks=1).assign(event="A")
    assert window_funnel(once, "AA", 40) == [1, 1]
    assert funnel.conversion(once, steps=["A", "A"], as_of="2025-01-01")["n"].tolist() == [1, 0]


OPTIONS = [
    {},
    {"reentry": "best", "by": "store_id"},
    {"reentry": "best", "hold_constant": "store_id", "exclude": "X", "by": "store_id"},
    {"order": "strict", "by": "store_id", "exclude": "X"},
    {"order": "strict", "reentry": "best", "hold_constant": "store_id"},
    {"order": "any", "by": "store_id", "entered_from": "2024-01-02", "entered_to": "2024-01-03"},
    {"order": "any", "reentry": "best", "by": "store_id", "exclude": "X"},
    {"within_days": 2, "by": ["store_id"], "exclude": "X"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_postgresql_gives_the_same_table_as_duckdb(postgres, options):
    question = {"steps": list("ABA"), "within_days": pd.Timedelta(hours=25), "as_of": "2024-01-04"}
    local, remote = (
        funnel.conversion(events, **{**question, **options}) for events in (postgres_log(), postgres)
    )
    assert local["n"].iloc[-1] > 0
    pd.testing.assert_frame_equal(local, remote)


@pytest.fixture(scope="module")
def postgres(postgres_server):
    return postgres_server.create_table("journeys", postgres_log())


def postgres_log():
    return random_log(600, people=60, ticks=14)


def random_log(n, *, people, ticks, seed=7):
    rng = np.random.default_rng(seed)
    return frame(
        list(
            zip(
                rng.choice(list("AAABBCCX"), n).tolist(),
                rng.integers(0, ticks, n).tolist(),
                rng.choice(["S1", "S2", "S2"], n).tolist(),
                rng.integers(0, people, n).tolist(),
                strict=True,
            )
        )
    )


def ask(**question):
    nothing = dict.fromkeys(["by", "entered_from", "entered_to", "exclude", "hold_constant"])
    return terms.terms(**{**nothing, "as_of": "2024-01-10", "order": "ordered", **question})


def window_funnel(log, steps, hours, mode=""):
    """How many customers reach each step, by ClickHouse."""
    import chdb

    seconds = log.assign(at=(log["happened_at"] - T0) // timedelta(seconds=1))[["customer_id", "event", "at"]]
    values = ", ".join(f"('{who}', '{what}', {at})" for who, what, at in seconds.itertuples(index=False))
    conditions = ", ".join(f"event = '{step}'" for step in steps)
    mode = f", '{mode}'" if mode else ""
    reached = ", ".join(f"countIf(level >= {i})" for i in range(1, len(steps) + 1))
    answer = chdb.query(
        f"SELECT {reached} FROM (SELECT who, windowFunnel({hours * 3600}{mode})(toDateTime(at, 'UTC'), "
        f"{conditions}) AS level FROM values('who String, event String, at UInt32', {values}) GROUP BY who)"
    )
    return [int(count) for count in str(answer).strip().split(",")]
