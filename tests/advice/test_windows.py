"""Does the window fit the trade, how much revenue is known, and what is told of a chain of many stores."""

import numpy as np
import pandas as pd
import pytest

from opsmodel import findings, growth, overview


def survival(back, n=400):
    """A curve on which these shares are back by these days."""
    days = sorted(back)
    return pd.DataFrame({"days": days, "at_risk": n, "repurchased": [back[day] for day in days]})


@pytest.mark.parametrize(
    ("back", "kind"),
    [
        ({30: 0.02, 90: 0.07, 180: 0.14, 360: 0.18}, "window_short"),  # 39 % of a year's return by day 90
        ({30: 0.25, 90: 0.48, 180: 0.52, 360: 0.53}, "window_fits"),
        ({30: 0.70, 90: 0.72, 180: 0.72, 360: 0.72}, "window_long"),
    ],
)
def test_the_window_is_held_against_how_often_these_customers_buy(back, kind):
    assert findings.window_fits(survival(back), 90).kind == kind


def test_a_short_window_is_told_the_one_that_sees_most_of_the_return():
    found = findings.window_fits(survival({30: 0.02, 90: 0.07, 180: 0.14, 360: 0.18}), 90)
    assert found.claim == (
        "A window of 90 days sees only 39% of those who return within 360 days: people buy this rarely."
    )
    assert "within_days: 180" in found.action
    assert "78%" in found.action


def test_a_window_beyond_what_thirty_have_waited_for_is_not_judged():
    assert findings.window_fits(survival({30: 0.2, 60: 0.3}), 90).kind == "small_base"
    assert findings.window_fits(survival({30: 0.2, 400: 0.3}, n=29), 90).kind == "small_base"
    assert findings.window_fits(survival({}), 90).kind == "small_base"


def days_of_sales(known: int, anonymous: int) -> pd.DataFrame:
    people = [f"C{n % 9}" for n in range(known)] + [None] * anonymous
    days = pd.date_range("2025-01-01", periods=len(people), freq="h")
    return pd.DataFrame({"store_id": "S1", "customer_id": people, "ordered_at": days, "amount": 10.0})


class Shop:
    as_of = "2025-03-31"
    customers = pd.DataFrame(
        {"customer_id": ["C1"], "store_id": "S1", "joined_at": pd.to_datetime(["2025-01-01"])}
    )

    def __init__(self, sales):
        self.sales = sales

    def has(self, _table):
        return False


@pytest.mark.parametrize(("known", "kind", "seen"), [(50, "known_part", True), (10, "known_few", False)])
def test_buyers_are_not_reckoned_from_a_few_known_ones(known, kind, seen):
    rows = growth.recent(Shop(days_of_sales(known, 100 - known)), period_days=90, n_periods=1)
    assert rows["n_orders"].notna().all()
    assert rows["n_buyers"].notna().all() == seen
    assert findings.known_part(rows).kind == kind


def test_revenue_is_split_by_visits_and_orders_where_buyers_are_not_known():
    rows = growth.recent(Shop(days_of_sales(10, 90)), period_days=45, n_periods=2)
    by_orders = growth.decompose(rows.iloc[[0]], rows.iloc[[1]])
    assert by_orders["factor"].tolist() == ["n_orders", "average_order_value"]
    counted = rows.assign(visitors=500.0, orders_per_visitor=rows["n_orders"] / 500)
    by_visits = growth.decompose(counted.iloc[[0]], counted.iloc[[1]])
    assert by_visits["factor"].tolist() == ["visitors", "orders_per_visitor", "average_order_value"]
    for parts in (by_orders, by_visits):
        assert parts["contribution"].sum() == pytest.approx(np.diff(rows["net_revenue"]).item())


def test_of_hundreds_of_stores_those_that_can_be_judged_come_first():
    scopes = pd.DataFrame({"store_id": list("abc"), "n_home": [5, 40, 300], "home_rate": [1.0, 0.4, 0.5]})
    assert overview.large_first(scopes)["store_id"].tolist() == ["c", "b"]
    assert len(overview.large_first(scopes.head(1))) == 1
