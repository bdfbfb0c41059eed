"""Who carries the revenue, whether they go on carrying it, and which of the best are overdue."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shops import START, order_days, random_shops

from opsmodel import value
from opsmodel.errors import ArgumentError
from opsmodel.metrics.value import inequality

PROPERTY = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def rows(table, *columns):
    return table[list(columns)].round(3).values.tolist()


def test_concentration_of_the_seven_customers_by_hand(shop, as_of):
    table = value.concentration(shop.orders, as_of=as_of, top=(0.01, 0.2, 1.0))
    assert rows(table, "top", "n_top", "top_revenue", "revenue_share") == [
        [0.01, 1, 388.9, 0.323],
        [0.2, 2, 648.7, 0.54],  # 388.90 + 259.80 of 1,202.30
        [1.0, 7, 1202.3, 1.0],
    ]
    assert set(table["gini"].round(4)) == {0.3885}
    assert ((table["gini_low"] < table["gini"]) & (table["gini"] < table["gini_high"])).all()


@PROPERTY
@given(orders=random_shops(), last=st.integers(0, 160))
def test_gini_and_lorenz_are_what_all_pairs_and_running_sums_give(orders, last):
    end = START + pd.Timedelta(days=last)
    spent = order_days(orders, end).groupby("customer_id")["net"].sum().to_numpy()
    table = value.concentration(orders.sample(frac=1, random_state=2), as_of=end, top=(0.5,)).iloc[0]
    points = value.lorenz(orders, as_of=end)
    if not len(spent):
        assert np.isnan(table["gini"])
        assert points.empty
        return
    pairs = np.abs(spent[:, None] - spent[None, :]).mean()
    assert table["gini"] == pytest.approx(pairs / (2 * spent.mean()))
    assert points["revenue_share"].tolist() == pytest.approx([0, *np.cumsum(np.sort(spent)) / spent.sum()])
    area = np.trapezoid(points["revenue_share"], points["customer_share"])
    assert table["gini"] == pytest.approx(1 - 2 * area)


def test_many_customers_get_the_interval_that_drawing_them_gives():
    amounts = np.random.default_rng(1).lognormal(0, 1.2, 4900)
    tops = [0.01, 0.1, 0.2]
    found = [inequality.shares(amounts, tops)[name] for name in (*tops, "gini")]
    low, high = inequality._limit(amounts, tops, [value for value, *_ in found])
    np.testing.assert_allclose(low, [bounds[1] for bounds in found], atol=0.003)
    np.testing.assert_allclose(high, [bounds[2] for bounds in found], atol=0.003)


def test_another_stores_rows_change_nothing(shop, as_of):
    for calculate in (value.concentration, value.lorenz, value.svip_at_risk, value.persistence):
        together = calculate(shop.orders, as_of=as_of, by="home_store_id")
        alone = calculate(shop.orders[shop.orders["home_store_id"] == "S1"], as_of=as_of)
        mine = together[together["home_store_id"] == "S1"].drop(columns="home_store_id")
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), alone, check_dtype=False)


def test_who_was_best_by_luck_falls_back_in_the_next_period():
    """Everybody spends alike; the best tenth of one year brings a tenth of the next."""
    rng = np.random.default_rng(11)
    people = np.repeat(np.arange(2000), 2)
    when = np.tile(pd.to_datetime(["2023-06-30", "2024-06-30"]), 2000)
    orders = pd.DataFrame({"customer_id": people.astype(str), "ordered_at": when})
    orders["amount"] = rng.lognormal(4, 0.8, 4000).round(2)
    first = pd.DataFrame({"customer_id": ["x"], "ordered_at": [pd.Timestamp("2022-01-01")], "amount": [1.0]})
    told = value.persistence(pd.concat([orders, first]), as_of="2024-12-31", top=(0.1,)).iloc[0]
    assert (told["n_customers"], told["n_top"]) == (2000, 200)
    assert told["revenue_share"] > 0.28
    assert told["share_next"] == pytest.approx(0.1, abs=0.02)
    assert told["stay_rate"] == pytest.approx(0.1, abs=0.06)


def test_a_file_too_short_for_two_periods_says_nothing(shop, as_of):
    table = value.persistence(shop.orders, as_of=as_of)
    assert table["revenue_share"].isna().all()
    assert table["stay_rate"].isna().all()


def test_svip_at_risk_is_silent_for_longer_than_most_of_their_own_gaps(shop, as_of):
    table = value.svip(shop.orders, as_of=as_of, top=0.5)
    assert isinstance(table, ibis.Table)
    found = table.execute().sort_values("revenue", ascending=False)
    assert rows(found, "customer_id", "silent_days", "p80_gap_days", "overdue") == [
        ["C1", 51, 56.4, False],  # gaps of 20, 36 and 70 days
        ["C2", 131, 41.0, True],
        ["C6", 5, 102.0, False],
        ["C5", 91, 28.0, True],
    ]
    told = value.svip_at_risk(shop.orders, as_of=as_of, top=0.5, min_gaps=3)
    assert rows(told, "n_svip", "n_rhythm", "n_overdue", "revenue_overdue") == [[4, 1, 0, 0.0]]


def test_customers_level_with_the_last_svip_are_in():
    orders = pd.DataFrame({"customer_id": list("abcde"), "ordered_at": "2024-01-01", "amount": 5.0})
    assert value.svip(orders, as_of="2024-06-30", top=0.2).count().execute() == 5


@pytest.mark.parametrize(
    "calculate", [value.concentration, value.lorenz, value.persistence, value.svip_at_risk]
)
def test_an_empty_and_a_one_customer_shop_are_ordinary(calculate, shop, as_of):
    for customer, n in (("nobody", 0), ("C4", 1)):
        own = shop.orders[shop.orders["customer_id"] == customer]
        table = calculate(own, as_of=as_of)
        sizes = [c for c in ("n_customers", "n_svip") if c in table.columns]
        assert (table[sizes] <= n).all(axis=None)


def test_arguments_that_cannot_be_are_refused(shop, as_of):
    with pytest.raises(ArgumentError, match="top share"):
        value.concentration(shop.orders, as_of=as_of, top=(0,))
    with pytest.raises(ArgumentError, match="period"):
        value.persistence(shop.orders, as_of=as_of, period_days=0)
    with pytest.raises(ArgumentError, match="SVIP"):
        value.svip(shop.orders, as_of=as_of, top=2)
