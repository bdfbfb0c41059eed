"""The number on the client's screen, walked to ours: planted distortions are found again, bars add up."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.sample import chain
from opsmodel.metrics import repurchase
from opsmodel.metrics.reconcile import MEASURES, likely, steps, walk

END = "2024-12-31"
SINCE, DAYS, DAY = "2024-10-01", 90, pd.Timedelta(days=1)


COLUMNS = ["order_id", "customer_id", "store_id", "home_store_id", "ordered_at", "amount", "refund_amount"]


@pytest.fixture(scope="module")
def sample():
    """Two clean stores, with anonymous sales, refunds and orders away from home in them."""
    return chain("tea", n_stores=2, n_customers=120, start="2024-01-01", end=END, seed=8)


def clean(sample) -> pd.DataFrame:
    """The orders without anything that a screen could count another way."""
    orders = sample.orders[sample.orders["customer_id"].notna() & (sample.orders["refund_amount"] == 0)]
    return orders.assign(store_id=orders["home_store_id"]).reset_index(drop=True)


def asked(orders, measure="repurchase_rate", **more):
    tables = {"orders": orders} | more.pop("tables", {})
    return steps(tables, measure=measure, as_of=END, **({"since": SINCE, "within_days": DAYS} | more))


def bars(table) -> dict[str, float]:
    return table.set_index("bar")["contribution"].dropna().to_dict()


def naive(orders, **rules) -> float:
    """期内复购率 as a till counts it, in plain pandas: the independent screen."""
    rows = orders[orders["ordered_at"] >= SINCE]
    counts = rows.groupby(rules.get("by", "customer_id"), dropna=True).size()
    n_anonymous = int(rows["customer_id"].isna().sum()) if rules.get("anonymous") else 0
    return (counts >= 2).sum() / (len(counts) + n_anonymous)


def test_the_last_level_is_our_own_repurchase_rate(sample):
    table = asked(sample.orders)
    curve = repurchase.curve(sample.orders, as_of=END, within_days=(DAYS,))
    assert table["bar"].iloc[-1] == "ours"
    assert table["level"].iloc[-1] == curve["repurchase_rate"].item()
    assert table[["k", "n"]].iloc[-1].tolist() == curve[["n_repurchased", "n_customers"]].iloc[0].tolist()


def test_a_stores_walk_ends_at_the_rate_of_its_home_customers(sample):
    home = sample.orders[sample.orders["home_store_id"] == "S002"]
    table = asked(sample.orders, stores=["S002"])
    curve = repurchase.curve(home, as_of=END, within_days=(DAYS,))
    assert table["level"].iloc[-1] == curve["repurchase_rate"].item()


def test_the_first_level_is_what_a_till_counts(sample):
    orders = sample.orders
    table = asked(orders).set_index("bar")
    gross = orders.assign(customer_id=orders["customer_id"].fillna("?" + orders["order_id"]))
    assert table.loc["usual_screen", "level"] == pytest.approx(naive(gross, by=["customer_id", "store_id"]))
    assert "unexplained" not in table.index


def test_a_stores_walk_begins_at_what_was_rung_up_there(sample):
    """The till of S002 sees guests of S001 and not its own customers who bought elsewhere."""
    till = sample.orders[sample.orders["store_id"] == "S002"]
    gross = till.assign(customer_id=till["customer_id"].fillna("?" + till["order_id"]))
    table = asked(sample.orders, stores=["S002"]).set_index("bar")
    assert table.loc["usual_screen", "level"] == pytest.approx(naive(gross))
    assert (till["home_store_id"] != "S002").any()


def planted(sample) -> dict[str, tuple[pd.DataFrame, dict, list[str]]]:
    """Distortion -> orders with it, further tables, and what else the screen keeps as it is."""
    orders = clean(sample)
    nobody, back, twice, away = (orders.copy() for _ in range(4))
    nobody.loc[nobody.index % 5 == 0, "customer_id"] = None
    back.loc[back.index % 6 == 0, "refund_amount"] = back["amount"]
    extra = orders[orders.index % 4 == 0].assign(order_id=lambda t: t["order_id"] + "b")
    twice = pd.concat([twice, extra.assign(ordered_at=extra["ordered_at"] + pd.Timedelta(minutes=1))])
    away.loc[away.index % 3 == 0, "store_id"] = away["home_store_id"].map({"S001": "S002", "S002": "S001"})
    ids = orders[["order_id", "customer_id"]].copy()
    ids.loc[ids.index % 2 == 0, "customer_id"] += " at the other staff member"
    return {
        "anonymous": (nobody, {}),
        "refunds": (back, {}),
        "same_day": (twice.reset_index(drop=True), {}),
        "cross_store": (away, {}),
        "duplicates": (orders, {"screen_ids": ids}),
        "calendar": (orders, {}),
        "immature": (orders, {}),
    }


@pytest.mark.parametrize("rule", MEASURES["repurchase_rate"])
def test_a_planted_distortion_is_recovered_and_no_other_bar_moves(sample, rule):
    orders, tables = planted(sample)[rule]
    ours = repurchase.curve(orders, as_of=END, within_days=(DAYS,))["repurchase_rate"].item()
    screen = {
        # each screen counted by hand from the planted orders, with everything else as ours has it
        "anonymous": lambda: _rolling(orders, extra=_mature_anonymous(orders)),
        "refunds": lambda: _rolling(orders.assign(refund_amount=0.0)),
        "same_day": lambda: _rolling(orders, rows=True),
        "cross_store": lambda: _rolling(orders, by=["customer_id", "store_id"]),
        "duplicates": lambda: _rolling(
            orders.drop(columns="customer_id").merge(tables["screen_ids"], on="order_id")
        ),
        "calendar": lambda: _in_period(orders),
        "immature": lambda: _rolling(orders, mature=False),
    }[rule]()
    table = asked(orders, tables=tables, reported=screen)
    only = bars(asked(orders, tables=tables, reported=screen, broken=[rule]))
    assert only[rule] == pytest.approx(ours - screen, abs=1e-12)
    assert only["unexplained"] == pytest.approx(0, abs=1e-12)
    assert abs(ours - screen) > 0.005  # the plant is there
    assert sum(bars(table).values()) == pytest.approx(ours - screen, abs=1e-12)


def _days(orders, by):
    kept = orders[orders["customer_id"].notna() & (orders["amount"] > orders["refund_amount"])]
    return kept.assign(day=kept["ordered_at"].dt.normalize()), [by] if isinstance(by, str) else by


def _rolling(orders, *, by="customer_id", mature=True, rows=False, extra=0) -> float:
    days, by = _days(orders, by)
    first = days.groupby(by)["day"].transform("min")
    age = (days["day"] - first).dt.days
    if rows:
        again = (age <= DAYS).groupby([days[c] for c in by]).sum() >= 2
    else:
        again = ((age > 0) & (age <= DAYS)).groupby([days[c] for c in by]).any()
    old = first.groupby([days[c] for c in by]).min() <= pd.Timestamp(END) - pd.Timedelta(days=DAYS)
    again = again[old] if mature else again
    return float(again.sum() / (len(again) + extra))


def _mature_anonymous(orders) -> int:
    nobody = orders[orders["customer_id"].isna()]
    return int((nobody["ordered_at"].dt.normalize() <= pd.Timestamp(END) - pd.Timedelta(days=DAYS)).sum())


def _in_period(orders) -> float:
    days, _by = _days(orders[orders["ordered_at"] >= SINCE], "customer_id")
    return float((days.groupby("customer_id")["day"].nunique() >= 2).mean())


@pytest.mark.parametrize("measure", list(MEASURES))
def test_the_bars_sum_exactly_to_the_difference(sample, measure):
    tables = {"customers": sample.customers}
    table = asked(sample.orders, measure, tables=tables, reported=0.5 if "rate" in measure else 1000.0)
    levels = table["level"]
    assert sum(bars(table).values()) == pytest.approx(levels.iloc[-1] - levels.iloc[0], abs=1e-9)
    assert bars(table)["unexplained"] == levels.iloc[1] - levels.iloc[0]


def test_net_revenue_and_buyers_end_at_plain_counts(sample):
    orders = sample.orders
    recent = orders[orders["ordered_at"] >= pd.Timestamp(END) - pd.Timedelta(days=DAYS - 1)]
    known = recent[recent["customer_id"].notna()]
    revenue = asked(orders, "revenue").set_index("bar")["level"]
    assert revenue["ours"] == pytest.approx((known["amount"] - known["refund_amount"]).sum())
    assert revenue["usual_screen"] == pytest.approx(orders.loc[orders["ordered_at"] >= SINCE, "amount"].sum())
    buyers = asked(orders, "buyers").set_index("bar")["level"]
    assert buyers["ours"] == known.loc[known["amount"] > known["refund_amount"], "customer_id"].nunique()


def test_duplicate_contacts_leavers_and_the_young_are_taken_from_the_adds(sample):
    people = sample.customers
    seen = people[people["joined_at"] >= SINCE]
    again = seen.head(7).assign(joined_at=lambda t: t["joined_at"] + pd.Timedelta(hours=1))
    contacts = pd.concat([people, again])[["customer_id", "joined_at"]]
    table = asked(None, "retained_adds", tables={"customers": people, "contacts": contacts}, within_days=92)
    found, level = bars(table), table.set_index("bar")["level"]
    assert (level["usual_screen"], found["duplicates"], found["calendar"]) == (len(seen) + 7, -7, 0)
    gone = seen["left_at"] - seen["joined_at"] < pd.Timedelta(days=7)
    assert found["left"] == -gone.sum() < 0
    young = seen["joined_at"] > pd.Timestamp("2025-01-01") - pd.Timedelta(days=7)
    assert found["immature"] == -(young & ~gone).sum() < 0
    assert level["ours"] == len(seen) - (gone | young).sum()


def test_duplicates_nobody_can_see_are_unseen_and_not_zero(sample):
    row = asked(sample.orders).set_index("bar").loc["duplicates"]
    assert np.isnan(row["contribution"])
    assert not np.isnan(row["level"])


def test_what_no_rule_explains_has_a_bar_of_its_own(sample):
    without = asked(sample.orders)
    shown = without["level"].iloc[0]
    assert bars(asked(sample.orders, reported=shown + 0.1))["unexplained"] == pytest.approx(-0.1)


def test_the_likeliest_screen_is_the_one_that_was_planted(sample):
    tables = {"orders": sample.orders}
    shown = asked(sample.orders, broken=["anonymous", "calendar"])["level"].iloc[0]
    found = likely(
        tables, measure="repurchase_rate", as_of=END, reported=shown, since=SINCE, within_days=DAYS
    )
    assert found.iloc[0][["rules", "n_rules", "off"]].tolist() == ["anonymous + calendar", 2, 0]


def test_a_client_asks_for_its_own_stores_and_windows(sample):
    client = SimpleNamespace(
        orders=sample.orders, customers=sample.customers, as_of=pd.Timestamp(END).date(), store_ids=["S002"],
        narrowed=("S002",), engagement=SimpleNamespace(windows=SimpleNamespace(within_days=DAYS)),
    )  # fmt: skip
    client.chain = client
    pd.testing.assert_frame_equal(
        walk(client, reported=0.4), asked(sample.orders, stores=["S002"], reported=0.4)
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"measure": "nps"}, "cannot be reconciled"),
        ({"broken": ["left"]}, "knows no rule 'left'"),
        ({"reported": 31.5}, "between 0 and 1"),
        ({"since": "2025-02-01"}, "begins after"),
        ({"within_days": 0}, "whole number of days"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(sample, wrong, message):
    with pytest.raises(ArgumentError, match=message):
        asked(sample.orders, **wrong)


def test_a_table_that_lacks_a_column_is_refused(sample):
    with pytest.raises(TableError, match="home_store_id"):
        asked(sample.orders.drop(columns="home_store_id"))
    with pytest.raises(TableError, match="screen_ids"):
        asked(sample.orders, tables={"screen_ids": sample.orders[["order_id"]]})


def test_no_order_at_all_is_a_walk_of_unseen_levels(sample):
    table = asked(sample.orders.head(0))
    assert table["level"].isna().all()
    assert table["contribution"].isna().all()


rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]), st.sampled_from(["S1", "S2"]), st.sampled_from(["S1", "S2"]),
        st.integers(0, 365), st.integers(1, 90), st.booleans(),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(max_examples=6, deadline=None)
@given(rows, st.sampled_from(["repurchase_rate", "revenue", "buyers"]), st.randoms(use_true_random=False))
def test_whatever_the_orders_bars_add_up_and_row_order_is_irrelevant(drawn, measure, random):
    homes = {"a": "S1", "b": "S1", "c": "S2"}
    orders = pd.DataFrame(
        [
            (f"o{place}", who, sold, homes.get(who, sold), pd.Timestamp("2024-01-01") + age * DAY,
             float(amount), float(amount) if returned else 0.0)
            for place, (who, sold, _home, age, amount, returned) in enumerate(drawn)
        ],
        columns=COLUMNS,
    )  # fmt: skip
    orders["customer_id"] = orders["customer_id"].astype("str").where(orders["customer_id"].notna(), None)
    before = orders.copy()
    table = asked(orders, measure, reported=0.5)
    levels = table["level"]
    if levels.notna().all():
        assert sum(bars(table).values()) == pytest.approx(levels.iloc[-1] - 0.5, abs=1e-9)
    mixed = list(orders.index)
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(asked(orders.loc[mixed], measure, reported=0.5), table)
    pd.testing.assert_frame_equal(orders, before)
