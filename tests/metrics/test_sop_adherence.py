"""Adherence, order of steps, bursts of ticks and coverage, against tables worked by hand."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from opsmodel import sop
from opsmodel.errors import ArgumentError, TableError

PROPERTY = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
AS_OF = "2024-05-31"
TASKS = pd.DataFrame(
    [
        # sop, step, store, staff, customer, due, done
        ("new", "day 3", "S1", "E1", "a", "2024-05-03 20:00", "2024-05-03 12:00"),  # on time
        ("new", "day 7", "S1", "E1", "a", "2024-05-07 20:00", "2024-05-09 20:00"),  # two days late
        ("new", "day 3", "S1", "E2", "b", "2024-05-04 20:00", "2024-05-08 14:00"),  # late, after its day 7
        ("new", "day 7", "S1", "E2", "b", "2024-05-08 20:00", "2024-05-07 10:00"),  # on time
        ("new", "day 3", "S2", "E3", "c", "2024-05-05 20:00", None),  # never
        ("new", "day 7", "S2", "E3", "c", "2024-05-09 20:00", "2024-05-09 20:00"),  # to the minute
        ("new", "day 3", "S2", "E3", "d", "2024-05-31 20:00", "2024-06-01 09:00"),  # done after as_of
        ("new", "day 7", "S2", "E3", "d", "2024-06-04 20:00", "2024-05-30 09:00"),  # pending, though done
    ],
    columns=["sop", "step", "store_id", "staff_id", "customer_id", "due_at", "done_at"],
)


def wilson_by_hand(k, n, z=1.959964):
    """The two roots of (p̂ − p)² = z² p (1 − p) ÷ n (Wilson 1927)."""
    a, b, c = 1 + z**2 / n, -(2 * k / n + z**2 / n), (k / n) ** 2
    root = (b**2 - 4 * a * c) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def test_only_what_was_due_counts_and_it_is_on_time_late_or_never():
    table = sop.adherence(TASKS, as_of=AS_OF)
    counts = ("step", "n_due", "n_on_time", "n_late", "n_never", "n_pending")
    assert rows(table, *counts) == [["day 3", 4, 1, 1, 2, 0], ["day 7", 3, 2, 1, 0, 1]]
    assert table["adherence"].tolist() == [0.25, pytest.approx(2 / 3)]
    assert table["done_rate"].tolist() == [0.5, 1.0]
    for row in table.itertuples():
        bounds = (row.adherence_low, row.adherence_high)
        assert bounds == pytest.approx(wilson_by_hand(row.n_on_time, row.n_due))


def test_a_task_is_due_once_its_time_and_the_grace_lie_before_the_end_of_the_day():
    assert sop.adherence(TASKS, as_of="2024-05-30", per="all")["n_due"].tolist() == [6]
    assert sop.adherence(TASKS, as_of=AS_OF, per="all")["n_due"].tolist() == [7]
    graced = sop.adherence(TASKS, as_of=AS_OF, per="all", grace=2)
    assert rows(graced, "n_due", "n_on_time", "n_late", "n_never") == [[6, 4, 1, 1]]


def test_a_due_date_means_the_whole_day():
    dates = pd.DataFrame({"due_at": ["2024-05-30"] * 3, "done_at": ["2024-05-30 21:00", "2024-05-31", None]})
    table = sop.adherence(dates, as_of=AS_OF)
    assert rows(table, "n_due", "n_on_time", "n_late", "n_never") == [[3, 1, 1, 1]]
    assert table["median_delay_days"].tolist() == [1.0]


def test_the_delay_waits_on_for_what_was_not_done():
    table = sop.adherence(TASKS, as_of=AS_OF, per="all")
    delays = [0, 2, 3.75, 0, 26 + 4 / 24, 0, 4 / 24]
    seen = [True, True, True, True, False, True, False]
    judge = KaplanMeierFitter().fit(delays, seen)  # lifelines
    assert table["median_delay_days"][0] == pytest.approx(judge.median_survival_time_)
    assert table["p80_delay_days"][0] == pytest.approx(judge.percentile(0.2))


def test_grains_groups_and_errors():
    assert sop.adherence(TASKS, as_of=AS_OF, per="sop")["n_due"].tolist() == [7]
    by_store = sop.adherence(TASKS, as_of=AS_OF, by="store_id", per="all")
    assert rows(by_store, "store_id", "n_due", "n_on_time") == [["S1", 4, 2], ["S2", 3, 1]]
    empty = sop.adherence(TASKS.head(0).astype({"due_at": "datetime64[us]", "done_at": "datetime64[us]"}),
                          as_of=AS_OF)  # fmt: skip
    assert len(empty) == 0
    with pytest.raises(TableError, match="done_at"):
        sop.adherence(TASKS.drop(columns="done_at"), as_of=AS_OF)
    with pytest.raises(TableError, match="neither a table nor a client"):
        sop.adherence([TASKS], as_of=AS_OF)
    for bad in ({"grace": -1}, {"per": "week"}, {"as_of": None}):
        with pytest.raises(ArgumentError):
            sop.adherence(TASKS, **({"as_of": AS_OF} | bad))


@PROPERTY
@given(st.permutations(range(len(TASKS))))
def test_neither_the_order_of_the_rows_nor_other_stores_change_anything(order):
    mixed, before = TASKS.iloc[list(order)], TASKS.copy()
    pd.testing.assert_frame_equal(sop.adherence(mixed, as_of=AS_OF), sop.adherence(TASKS, as_of=AS_OF))
    pd.testing.assert_frame_equal(TASKS, before)
    for measure in (sop.adherence, sop.violations, sop.bulk):
        whole = measure(mixed, as_of=AS_OF, by="store_id")
        alone = measure(TASKS[TASKS["store_id"] == "S1"], as_of=AS_OF, by="store_id")
        own = whole[whole["store_id"] == "S1"].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone)


def test_a_step_is_out_of_order_if_an_earlier_one_came_after_it_or_never():
    table = sop.violations(TASKS, as_of=AS_OF)
    counts = ("step", "n_done", "n_reversed", "n_skipped", "n_violations")
    assert rows(table, *counts) == [["day 7", 3, 1, 1, 2]]
    assert table["violation_rate"].tolist() == [pytest.approx(2 / 3)]
    assert len(sop.violations(TASKS[TASKS["step"] == "day 3"], as_of=AS_OF)) == 0


def test_a_second_round_of_a_procedure_is_judged_by_itself():
    again = TASKS[TASKS["customer_id"] == "a"].assign(
        due_at=["2024-05-20 20:00", "2024-05-24 20:00"], done_at=["2024-05-20 12:00", "2024-05-24 12:00"]
    )
    both = pd.concat([TASKS[TASKS["customer_id"] == "a"], again])
    assert rows(sop.violations(both, as_of=AS_OF), "step", "n_done", "n_violations") == [["day 7", 2, 0]]


def test_a_burst_is_many_ticks_of_one_person_in_any_sixty_seconds():
    seconds = [0, 20, 40, 59, 100, 160, 221]
    done = pd.Timestamp("2024-05-30 20:58:30") + pd.to_timedelta(seconds, unit="s")
    ticked = pd.DataFrame({"staff_id": "E1", "due_at": "2024-05-01 20:00", "done_at": done})
    other = ticked.assign(staff_id="E2").head(2)
    table = sop.bulk(pd.concat([ticked, other]), as_of=AS_OF, at_least=4)
    columns = ("staff_id", "n_done", "most_at_once", "n_bulk", "is_bulk")
    assert rows(table, *columns) == [["E1", 7, 4, 4, True], ["E2", 2, 2, 0, False]]
    left = sop.credible(ticked, as_of=AS_OF, at_least=4).execute()
    assert sorted(left["done_at"]) == list(done[4:])
    with pytest.raises(ArgumentError):
        sop.bulk(ticked, as_of=AS_OF, at_least=1)


def test_the_staff_number_of_two_stores_is_two_persons():
    done = pd.Timestamp("2024-05-30 20:58:30") + pd.to_timedelta(range(6), unit="s")
    each = {"staff_id": "01", "due_at": "2024-05-01 20:00", "done_at": done}
    both = pd.concat([pd.DataFrame(each | {"store_id": store}) for store in ("S1", "S2")])
    assert sop.bulk(both, as_of=AS_OF, by="store_id")["most_at_once"].tolist() == [6, 6]
    assert sop.credible(both, as_of=AS_OF).count().execute() == 12
    assert sop.credible(both.drop(columns="store_id"), as_of=AS_OF).count().execute() == 0


def test_ticks_that_are_only_dates_are_no_burst():
    dates = pd.DataFrame({"staff_id": "E1", "due_at": "2024-05-01", "done_at": ["2024-05-01"] * 40})
    assert sop.bulk(dates, as_of=AS_OF)["n_bulk"].tolist() == [0]


class Shop:
    """As much of a client as coverage asks for."""

    as_of = AS_OF

    def __init__(self, customers, tasks):
        self.customers, self.tasks, self.chain = customers, tasks, self

    def has(self, table):
        return len(getattr(self, table)) > 0


def test_coverage_counts_who_joined_and_stayed_and_had_a_task_in_time():
    people = pd.DataFrame(
        [
            ("a", "E1", "2024-05-02 10:00", None),  # served
            ("b", "E1", "2024-05-02 10:00", None),  # a task, not done
            ("c", "E2", "2024-05-02 10:00", None),  # no task
            ("d", "E2", "2024-05-02 10:00", "2024-05-04 10:00"),  # left within the week
            ("e", "E2", "2024-05-28 10:00", None),  # too young
            ("f", "E2", "2024-04-20 10:00", None),  # before tasks were given
            ("g", "E2", "2024-05-03 10:00", None),  # a task too late
        ],
        columns=["customer_id", "staff_id", "joined_at", "left_at"],
    ).astype({"joined_at": "datetime64[us]", "left_at": "datetime64[us]"})
    tasks = pd.DataFrame(
        {
            "customer_id": ["a", "b", "g"],
            "sop": "welcome",
            "due_at": pd.to_datetime(["2024-05-02 20:00", "2024-05-03 20:00", "2024-05-20 20:00"]),
            "done_at": pd.to_datetime(["2024-05-04 09:00", None, "2024-05-20 09:00"]),
        }
    )
    table = sop.coverage(Shop(people, tasks), by="staff_id")
    columns = ("staff_id", "n_should", "n_tasked", "n_served")
    assert rows(table, *columns) == [["E1", 2, 2, 1], ["E2", 2, 0, 0]]
    assert table["coverage"].tolist() == [0.5, 0.0]
    assert sop.coverage(Shop(people, tasks), sop="other")["n_tasked"].tolist() == [0]
    with pytest.raises(ArgumentError):
        sop.coverage(Shop(people, tasks), within_days=0)
