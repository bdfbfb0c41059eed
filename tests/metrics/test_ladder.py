"""Product ladder: from tier to tier, and rung by rung."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from opsmodel import ladder
from opsmodel.errors import ArgumentError, TableError

AS_OF = "2024-06-30"
PROPERTY = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TIERS = ("entry", "core", "premium")


def bought(*rows):
    """Lines that carry everything themselves: customer, day of 2024, tier."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "tier"])
    return frame.assign(ordered_at=pd.to_datetime("2024-" + frame["ordered_at"]), amount=10.0)


BY_HAND = bought(
    ("a", "01-01", "entry"), ("a", "01-31", "core"), ("a", "02-10", "premium"),  # climbs, 30 and 10 days
    ("b", "01-05", "entry"), ("b", "01-05", "core"),  # two rungs at once, and no further
    ("c", "01-10", "entry"), ("c", "02-01", "premium"), ("c", "02-20", "core"),  # skips a rung
    ("d", "02-01", "entry"), ("d", "05-20", "core"),  # 109 days: too late for a window of 90
    ("e", "05-01", "entry"), ("e", "05-03", "core"),  # too young for a window of 90
    ("f", "03-01", "core"), ("f", "04-01", "entry"),  # down the ladder
)  # fmt: skip


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def shops():
    line = st.tuples(
        st.sampled_from("abcd"), st.sampled_from(["S1", "S2"]), st.integers(0, 120), st.integers(0, 2),
        st.sampled_from([*TIERS, "service", None]),
    )  # fmt: skip
    return st.lists(line, min_size=1, max_size=30).map(_frame)


def _frame(lines):
    frame = pd.DataFrame(lines, columns=["customer_id", "home_store_id", "day", "hour", "tier"])
    frame["home_store_id"] = frame.groupby("customer_id")["home_store_id"].transform("first")
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"] * 24 + frame["hour"], unit="h")
    frame = frame.assign(
        ordered_at=when, amount=5.0, tier=frame["tier"].astype("str").where(frame["tier"].notna())
    )
    return frame.drop(columns=["day", "hour"])


def test_the_transitions_of_six_customers_by_hand():
    table = ladder.transitions(BY_HAND, as_of=AS_OF)
    assert rows(table, "from_tier", "to_tier", "rungs", "n_customers", "n_same_day", "n_reached") == [
        ["entry", "core", 1, 4, 1, 3],  # a after 30 days, b at once, c after 41; d is late, e young
        ["entry", "premium", 2, 4, 0, 2],
        ["core", "entry", -1, 1, 0, 1],
        ["core", "premium", 1, 1, 0, 0],
        ["premium", "entry", -2, 0, 0, 0],
        ["premium", "core", -1, 0, 0, 0],
    ]
    assert table["reach_rate"].tolist()[:4] == [0.75, 0.5, 1.0, 0.0]
    assert table["reach_rate"].isna().tolist() == [False] * 4 + [True] * 2
    assert (
        table["median_days"].tolist()[0] == 30
    )  # waits 0, 2, 30, 41, 109: over all five who began with entry


def test_who_buys_the_next_tier_at_once_can_stand_apart():
    table = ladder.transitions(BY_HAND, as_of=AS_OF, same_day="apart")
    assert rows(table.head(1), "n_customers", "n_same_day", "n_reached") == [[3, 1, 2]]


def test_the_climb_of_six_customers_by_hand():
    table = ladder.climb(BY_HAND, as_of=AS_OF)
    assert rows(table, "from_tier", "to_tier", "n_customers", "n_same_day", "n_reached") == [
        ["entry", "core", 4, 1, 3],
        ["core", "premium", 2, 0, 1],  # a and b; c had premium before core; d and e reached core too late
    ]


def test_the_last_day_of_the_window_counts_and_so_does_who_is_just_old_enough():
    lines = bought(("a", "04-01", "entry"), ("a", "06-30", "core"))  # day 90 is the last day observed
    for calculate in (ladder.transitions, ladder.climb):
        assert rows(calculate(lines, as_of=AS_OF).head(1), "n_customers", "n_reached") == [[1, 1]]
        assert rows(calculate(lines, as_of="2024-06-29").head(1), "n_customers", "n_reached") == [[0, 0]]


def test_lines_joined_to_orders_give_the_same_as_lines_that_carry_everything():
    orders = BY_HAND.groupby(["customer_id", "ordered_at"], as_index=False)["amount"].sum()
    orders["order_id"] = [f"O{number}" for number in range(len(orders))]
    lines = BY_HAND.merge(orders[["customer_id", "ordered_at", "order_id"]])[["order_id", "tier", "amount"]]
    for table in (ladder.transitions, ladder.climb):
        pd.testing.assert_frame_equal(
            table(lines, orders=orders, as_of=AS_OF), table(BY_HAND, as_of=AS_OF), check_dtype=False
        )


def test_refunded_orders_gifts_and_strangers_take_no_rung():
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4", "5"],
            "customer_id": ["a", "a", "a", "a", None],
            "ordered_at": pd.to_datetime(
                ["2024-01-01", "2024-01-10", "2024-01-20", "2024-07-02", "2024-01-01"]
            ),
            "amount": [10.0, 50.0, 50.0, 50.0, 9.0],
            "refund_amount": [0.0, 50.0, 0.0, 0.0, 0.0],
        }
    )
    lines = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "3", "4", "5"],
            "tier": ["entry", "core", "premium", "core", "core", "entry"],
            "amount": [10.0, 50.0, 50.0, 0.0, 50.0, 9.0],
        }
    )
    table = ladder.transitions(lines, orders=orders, as_of=AS_OF)
    assert rows(table.head(2), "to_tier", "n_customers", "n_reached") == [["core", 1, 0], ["premium", 1, 1]]


def by_definition(lines, as_of, within_days):
    """The definition read aloud, customer by customer."""
    counts = {(a, b): [0, 0] for a in TIERS for b in TIERS if a != b}
    seen = lines[lines["tier"].isin(TIERS)]
    for _customer, own in seen.groupby("customer_id"):
        start = own["ordered_at"].min()
        first = min(own.loc[own["ordered_at"] == start, "tier"], key=TIERS.index)
        if (pd.Timestamp(as_of) - start.normalize()).days < within_days:
            continue
        for tier in TIERS:
            if tier != first:
                waits = (
                    own.loc[own["tier"] == tier, "ordered_at"].dt.normalize() - start.normalize()
                ).dt.days
                counts[first, tier][0] += 1
                counts[first, tier][1] += bool((waits <= within_days).any())
    return counts


@PROPERTY
@given(shops())
def test_the_counts_are_those_of_the_definition_read_aloud(lines):
    table = ladder.transitions(lines, as_of="2024-04-10", within_days=30)
    found = {(r.from_tier, r.to_tier): [r.n_customers, r.n_reached] for r in table.itertuples()}
    assert found == by_definition(lines, "2024-04-10", 30)


@PROPERTY
@given(shops(), st.randoms())
def test_row_order_and_other_stores_change_nothing_and_the_input_is_as_it_was(lines, random):
    before = lines.copy(deep=True)
    for calculate in (ladder.transitions, ladder.climb):
        whole = calculate(lines, as_of="2024-04-10", within_days=30, by="home_store_id")
        order = list(range(len(lines)))
        random.shuffle(order)
        shuffled = calculate(lines.iloc[order], as_of="2024-04-10", within_days=30, by="home_store_id")
        pd.testing.assert_frame_equal(whole, shuffled)
        for store, part in whole.groupby("home_store_id"):
            alone = calculate(lines[lines["home_store_id"] == store], as_of="2024-04-10", within_days=30)
            pd.testing.assert_frame_equal(
                part.drop(columns="home_store_id").reset_index(drop=True), alone, check_dtype=False
            )
    pd.testing.assert_frame_equal(lines, before)


def planted(seed, n=4000, core=0.40, premium=0.25):
    """A chain in which a share `core` of entrants buys core after 1 to 60 days, a share of these premium."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 200, n)
    climbs = rng.random(n) < core
    second = start + rng.integers(1, 61, n)
    third = second + rng.integers(1, 61, n)
    again = climbs & (rng.random(n) < premium)
    people = np.arange(n)
    parts = [
        (people, start, "entry"),
        (people[climbs], second[climbs], "core"),
        (people[again], third[again], "premium"),
    ]
    frame = pd.concat(
        [pd.DataFrame({"customer_id": who, "day": day, "tier": tier}) for who, day, tier in parts]
    )
    frame["ordered_at"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    return frame.assign(amount=20.0, customer_id=frame["customer_id"].astype("str"))


def test_planted_rates_are_found_again():
    inside = 0
    for seed in range(20):
        table = ladder.climb(planted(seed), as_of="2023-12-31", within_days=60)
        truth = np.array([0.40, 0.25])
        inside += int(((table["reach_rate_low"] <= truth) & (truth <= table["reach_rate_high"])).sum())
        assert (table["reach_rate"] - truth).abs().max() < 0.04
    assert inside >= 34  # 40 intervals of 95 %


def test_the_median_is_that_of_lifelines():
    lines = planted(3, n=500, core=0.8)
    lines = lines[lines["ordered_at"] <= "2023-06-30"]
    first = lines[lines["tier"] == "entry"].set_index("customer_id")["ordered_at"]
    core = lines[lines["tier"] == "core"].set_index("customer_id")["ordered_at"].reindex(first.index)
    waits = (core.fillna(pd.Timestamp("2023-06-30")) - first).dt.days
    judge = KaplanMeierFitter().fit(waits, core.notna()).median_survival_time_
    table = ladder.climb(lines, as_of="2023-06-30", within_days=60)
    assert table["median_days"].iloc[0] == judge


def test_a_ladder_of_other_tiers_reads_in_its_own_order():
    lines = BY_HAND.assign(tier=BY_HAND["tier"].map({"entry": "9.9", "core": "199", "premium": "999"}))
    table = ladder.climb(lines, as_of=AS_OF, tiers=("9.9", "199", "999"))
    assert table["n_reached"].tolist() == [3, 1]


def test_a_client_may_hold_its_tables_in_pandas():
    orders = BY_HAND.assign(order_id=[f"O{n}" for n in range(len(BY_HAND))], home_store_id="S1")
    lines = orders[["order_id", "tier", "amount"]]
    client = SimpleNamespace(orders=orders.drop(columns="tier"), order_lines=lines, as_of=AS_OF)
    pd.testing.assert_frame_equal(ladder.climb(client), ladder.climb(BY_HAND, as_of=AS_OF))


def test_an_empty_table_and_one_customer_are_ordinary():
    empty = ladder.transitions(BY_HAND.iloc[:0], as_of=AS_OF)
    assert empty["n_customers"].tolist() == [0] * 6
    assert empty["reach_rate"].isna().all()
    one = ladder.climb(BY_HAND.iloc[:1], as_of=AS_OF)
    assert rows(one, "n_customers", "n_reached") == [[1, 0], [0, 0]]


def test_wrong_questions_are_answered_with_what_to_write():
    with pytest.raises(TableError, match="who bought and when"):
        ladder.transitions(BY_HAND[["tier", "amount"]], as_of=AS_OF)
    with pytest.raises(TableError, match="tier"):
        ladder.transitions(BY_HAND.drop(columns="tier"), as_of=AS_OF)
    with pytest.raises(ArgumentError, match="last day"):
        ladder.transitions(BY_HAND)
    with pytest.raises(ArgumentError, match="within_days"):
        ladder.transitions(BY_HAND, as_of=AS_OF, within_days=0)
    with pytest.raises(ArgumentError, match="two tiers"):
        ladder.climb(BY_HAND, as_of=AS_OF, tiers=("entry",))
    with pytest.raises(ArgumentError, match="rule"):
        ladder.climb(BY_HAND, as_of=AS_OF, same_day="later")
