"""Cohorts: who bought at which age, and which cells cannot be seen yet."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import shops
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from opsmodel import cohort
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics import starts

PROPERTY = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NAN = float("nan")
CHOICES = list(product(cohort.PERIODS, cohort.MODES, cohort.MEASURES, (False, True)))


def wide(table, column="value"):
    grid = table.pivot(index="cohort", columns="age", values=column)
    return {f"{day:%Y-%m}": row.tolist() for day, row in grid.iterrows()}


def assert_wide(table, expected, column="value"):
    found = wide(table, column)
    assert list(found) == list(expected)
    for month, row in expected.items():
        np.testing.assert_allclose(found[month], row, err_msg=month)


def test_retention_of_the_seven_customers_by_age(shop, as_of):
    table = cohort.retention(shop.orders, as_of=as_of)
    assert table.groupby("cohort")["n_customers"].first().tolist() == [2, 2, 2, 1]
    assert_wide(
        table,
        {
            "2024-01": [2, 2, 0, 0, 1, NAN],  # C1 on days 0, 20, 56, 126; C2 on days 0, 41
            "2024-02": [2, 0, 1, 0, NAN, NAN],  # the refunded order of C3 on day 14 is none
            "2024-03": [2, 0, 0, NAN, NAN, NAN],  # C6 returns on day 102, at an age C5 has not completed
            "2024-05": [1, NAN, NAN, NAN, NAN, NAN],
        },
    )
    assert_wide(table.query("age < 2"), {k: v[:2] for k, v in wide(table, "rate").items()}, "rate")
    assert table["rate"].dropna().tolist() == [1, 1, 0, 0, 0.5, 1, 0, 0.5, 0, 1, 0, 0, 1]


def test_retention_of_the_seven_customers_by_calendar_month(shop, as_of):
    assert_wide(
        cohort.retention(shop.orders, as_of=as_of, calendar=True),
        {
            "2024-01": [2, 1, 1, 0, 1, 0],
            "2024-02": [2, 0, 1, 0, 0, NAN],
            "2024-03": [2, 0, 0, 1, NAN, NAN],
            "2024-05": [1, 1, NAN, NAN, NAN, NAN],
        },
    )


def test_bought_at_that_age_or_later(shop, as_of):
    assert_wide(
        cohort.retention(shop.orders, as_of=as_of, mode="on_or_after"),
        {
            "2024-01": [2, 2, 1, 1, 1, NAN],
            "2024-02": [2, 1, 1, 0, NAN, NAN],
            "2024-03": [2, 1, 1, NAN, NAN, NAN],
            "2024-05": [1, NAN, NAN, NAN, NAN, NAN],
        },
    )


def test_bought_again_by_the_end_of_that_age(shop, as_of):
    assert_wide(
        cohort.retention(shop.orders, as_of=as_of, mode="by"),
        {
            "2024-01": [1, 2, 2, 2, 2, NAN],
            "2024-02": [0, 0, 1, 1, NAN, NAN],
            "2024-03": [1, 1, 1, NAN, NAN, NAN],
            "2024-05": [1, NAN, NAN, NAN, NAN, NAN],
        },
    )


def test_revenue_is_net_of_refunds_and_per_customer_of_the_initial_cohort(shop, as_of):
    table = cohort.retention(shop.orders, as_of=as_of, measure="revenue")
    assert_wide(
        table,
        {
            "2024-01": [199.7, 350.0, 0, 0, 99.0, NAN],
            "2024-02": [49.8, 0, 60.0, 0, NAN, NAN],
            "2024-03": [307.9, 0, 0, NAN, NAN, NAN],
            "2024-05": [85.9, NAN, NAN, NAN, NAN, NAN],
        },
    )
    assert table["rate"].round(2).tolist()[:2] == [99.85, 175.0]


@pytest.mark.parametrize(
    ("measure", "january"),
    [
        ("margin", [54, 120, 0, 0, 33, NAN]),
        ("orders", [4, 2, 0, 0, 1, NAN]),
        ("occasions", [3, 2, 0, 0, 1, NAN]),
    ],
)
def test_other_measures_of_the_january_cohort(shop, as_of, measure, january):
    table = cohort.retention(shop.orders, as_of=as_of, measure=measure)
    np.testing.assert_allclose(wide(table)["2024-01"], january)


@pytest.mark.parametrize(
    ("mode", "january"),
    [
        ("on", [54, NAN, 0, 0, 33, NAN]),
        ("by", [40, NAN, NAN, NAN, NAN, NAN]),
        ("on_or_after", [NAN, NAN, 33, 33, 33, NAN]),
    ],
)
def test_a_margin_nobody_supplied_is_unseen_and_not_nought(shop, as_of, mode, january):
    """At age 1 C1 and C2 place the orders O08 and O09, and nothing else."""
    orders = shop.orders.copy()
    orders.loc[orders["order_id"].isin(["O08", "O09"]), "margin"] = NAN
    table = cohort.retention(orders, as_of=as_of, measure="margin", mode=mode)
    np.testing.assert_allclose(wide(table)["2024-01"], january)
    no_margins = cohort.retention(shop.orders.assign(margin=None), as_of=as_of, measure="margin")
    assert no_margins.loc[no_margins["age"] == 0, "rate"].isna().all()


def test_a_cell_is_seen_on_the_last_day_of_its_youngest_member(shop):
    def rate(as_of):
        table = cohort.retention(shop.orders, as_of=as_of)
        return table[(table["cohort"] == "2024-01-01") & (table["age"] == 1)]["rate"].tolist()

    assert np.isnan(rate("2024-03-08")).all()  # C2 began on 2024-01-10: day 59 is 2024-03-09
    assert rate("2024-03-09") == [1.0]


def test_the_summary_weighs_cohorts_by_size_and_leaves_out_the_unseen(shop, as_of):
    table = cohort.summary(cohort.retention(shop.orders, as_of=as_of))
    assert table[["age", "n_cohorts", "n_customers"]].values.tolist() == [
        [0, 4, 7],
        [1, 3, 6],
        [2, 3, 6],
        [3, 2, 4],
        [4, 1, 2],
        [5, 0, 0],
    ]
    np.testing.assert_allclose(table["rate"], [1, 2 / 6, 1 / 6, 0, 0.5, NAN])


def test_stores_are_those_of_the_first_order_or_the_home_store(shop, as_of):
    table = cohort.retention(shop.orders, as_of=as_of, by="store_id")
    assert list(table.columns) == ["store_id", "cohort", "age", "n_customers", "value", "rate"]
    sizes = table.groupby("store_id").apply(lambda one: one.groupby("cohort")["n_customers"].first().sum())
    assert sizes.to_dict() == {"S1": 4, "S2": 3}
    home = cohort.retention(shop.orders, as_of=as_of, by="store_id", scope="home")
    own = cohort.retention(shop.orders[shop.orders["home_store_id"] == "S2"], as_of=as_of)
    part = home[home["store_id"] == "S2"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, own)


def test_a_branch_counts_its_own_first_orders(shop, as_of):
    table = cohort.retention(shop.orders, as_of=as_of, by="store_id", scope="branch")
    march = table[(table["cohort"] == "2024-03-01") & (table["age"] == 0)]
    assert march[["store_id", "n_customers"]].values.tolist() == [["S1", 1], ["S2", 2]]  # C5 in both


@pytest.mark.parametrize(
    "wrong", [{"period": "decade"}, {"mode": "in"}, {"measure": "profit"}, {"scope": "all"}]
)
def test_an_unknown_choice_is_refused_with_those_that_exist(shop, as_of, wrong):
    with pytest.raises(ArgumentError, match=repr(next(iter(wrong.values())))):
        cohort.retention(shop.orders, as_of=as_of, **wrong)


def test_margin_needs_a_margin_column(shop, as_of):
    with pytest.raises(TableError, match="margin"):
        cohort.retention(shop.orders.drop(columns="margin"), as_of=as_of, measure="margin")


def test_no_orders_give_no_cohorts(shop, as_of):
    full = cohort.retention(shop.orders, as_of=as_of, by="store_id")
    for empty in (shop.orders[:0], shop.orders[shop.orders["customer_id"].isna()]):
        table = cohort.retention(empty, as_of=as_of, by="store_id")
        assert table.empty
        assert list(table.columns) == list(full.columns)
        assert cohort.summary(table).empty


def test_one_customer_on_one_day_is_a_cohort_not_yet_seen():
    orders = pd.DataFrame({"customer_id": ["a"], "ordered_at": ["2024-06-30"], "amount": [1.0]})
    table = cohort.retention(orders, as_of="2024-06-30")
    assert table[["age", "n_customers"]].values.tolist() == [[0, 1]]
    assert table["rate"].isna().all()
    assert cohort.retention(orders, as_of="2024-07-29")["rate"].tolist() == [1.0]


def check(orders, as_of, period, mode, measure, calendar, by):
    table = cohort.retention(
        orders,
        as_of=as_of,
        period=period,
        mode=mode,
        measure=measure,
        calendar=calendar,
        by="store_id" if by else None,
    )
    expected = shops.retention(orders, as_of, period, mode, measure, calendar, by)
    keys = zip(table["store_id"] if by else [None] * len(table), table["cohort"], table["age"], strict=True)
    found = dict(zip(keys, zip(table["n_customers"], table["value"], strict=True), strict=True))
    assert set(found) == set(expected)
    for key, (n, value) in expected.items():
        assert found[key][0] == n, key
        np.testing.assert_allclose(
            found[key][1], NAN if value is None else value, atol=1e-9, err_msg=str(key)
        )


@settings(PROPERTY, max_examples=25)
@given(
    orders=shops.random_shops(), last=st.integers(20, 170), choice=st.sampled_from(CHOICES), by=st.booleans()
)
def test_every_cell_is_what_a_loop_over_customers_counts(orders, last, choice, by):
    check(orders, shops.START + pd.Timedelta(days=last), *choice, by)


@pytest.mark.parametrize("calendar", [False, True])
@pytest.mark.parametrize("by", [False, True])
@PROPERTY
@given(orders=shops.random_shops(), last=st.integers(20, 170), period=st.sampled_from(list(cohort.PERIODS)))
def test_the_quick_way_of_large_tables_counts_the_same(calendar, by, orders, last, period):
    many, starts.MANY = starts.MANY, 0
    try:
        end = shops.START + pd.Timedelta(days=last)
        check(orders, end, period, "on", "customers", calendar, by)
        check(orders, end, period, "by", "customers", calendar, by)
    finally:
        starts.MANY = many


@pytest.mark.parametrize("many", [0, 10**9])
def test_the_first_of_march_is_two_calendar_months_after_the_last_of_january(many, monkeypatch):
    orders = pd.DataFrame({"customer_id": "a", "ordered_at": ["2023-01-31", "2023-03-01"], "amount": 1.0})
    monkeypatch.setattr(starts, "MANY", many)
    table = cohort.retention(orders, as_of="2023-03-01", calendar=True)
    assert table["age"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(table["value"], [1, 0, NAN])
    table = cohort.retention(orders, as_of="2023-03-31", calendar=True)
    assert table["value"].tolist() == [1, 0, 1]


@pytest.mark.parametrize("last", [31, 32, 60, 61, 62, 63, 64, 100])
def test_every_age_has_its_own_bit_up_to_the_last_one(last, monkeypatch):
    start = pd.Timestamp("2024-01-01")
    days = pd.DataFrame({"customer_id": "a", "ordered_at": start + pd.to_timedelta([0, last - 1, last], "D")})
    monkeypatch.setattr(starts, "MANY", 0)
    table = cohort.retention(days.assign(amount=1.0), as_of=start + pd.Timedelta(days=last), period="day")
    assert table.loc[table["value"] > 0, "age"].tolist() == [0, last - 1, last]


@PROPERTY
@given(orders=shops.random_shops(), seed=st.integers(0, 99), mode=st.sampled_from(cohort.MODES))
def test_row_order_decides_nothing_and_the_input_stays(orders, seed, mode):
    before = orders.copy(deep=True)
    args = {"as_of": "2024-04-15", "mode": mode, "by": "store_id", "measure": "revenue"}
    table = cohort.retention(orders, **args)
    pd.testing.assert_frame_equal(
        table, cohort.retention(orders.sample(frac=1, random_state=seed), **args), check_exact=True
    )
    pd.testing.assert_frame_equal(orders, before)
    of_s1 = cohort.retention(orders[orders["store_id"] == "S1"], scope="branch", **args)
    branch = cohort.retention(orders, scope="branch", **args)
    pd.testing.assert_frame_equal(branch[branch["store_id"] == "S1"].reset_index(drop=True), of_s1)


@PROPERTY
@given(orders=shops.random_shops(), last=st.integers(10, 120), later=st.integers(1, 60))
def test_modes_keep_their_shape_and_a_later_end_shows_more(orders, last, later):
    end = shops.START + pd.Timedelta(days=last)
    tables = {mode: cohort.retention(orders, as_of=end, mode=mode) for mode in cohort.MODES}
    on, after, by = (tables[mode] for mode in ("on", "on_or_after", "by"))
    assert (on.loc[on["age"] == 0, "rate"].dropna() == 1).all()
    for table in tables.values():
        assert table["rate"].dropna().between(0, 1).all()
    assert (after.groupby("cohort")["value"].diff().dropna() <= 0).all()
    assert (by.groupby("cohort")["value"].diff().dropna() >= 0).all()
    more = cohort.retention(orders, as_of=end + pd.Timedelta(days=later))
    keys = ["cohort", "age"]
    both = on.merge(more, on=keys, how="left", suffixes=("", "_later"))
    assert (both["n_customers_later"] >= both["n_customers"]).all()
