"""The KPI of every store over time, on a small client worked by hand."""

from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd
import pytest

from opsmodel import open_client, pilot
from opsmodel.errors import ArgumentError

ORDERS = pd.DataFrame(
    [
        ("C1", "A", "A", "2025-01-06 10:00", 100.0, 0.0),
        ("C1", "A", "A", "2025-01-14 10:00", 50.0, 20.0),
        ("C2", "A", "B", "2025-01-07 10:00", 40.0, 0.0),  # bought in A, at home in B
        (None, "A", "A", "2025-01-08 10:00", 10.0, 0.0),
        ("C3", "B", "B", "2025-01-20 10:00", 70.0, 0.0),
        ("C3", "B", "B", "2025-02-25 10:00", 30.0, 0.0),
    ],
    columns=["customer_id", "store_id", "home_store_id", "ordered_at", "amount", "refund_amount"],
)
CUSTOMERS = pd.DataFrame(
    [
        ("C1", "A", "2025-01-06 09:00", None),
        ("C2", "B", "2025-01-07 09:00", "2025-01-10 09:00"),
        ("C3", "B", "2025-01-08 09:00", "2025-03-01 09:00"),
        ("C4", "A", "2025-01-13 09:00", "2025-01-20 09:00"),  # stayed for seven days to the second
    ],
    columns=["customer_id", "store_id", "joined_at", "left_at"],
)


@dataclass
class Small:
    """As much of a client as a history reads; the chain is itself."""

    as_of: date = date(2025, 3, 3)

    @property
    def chain(self):
        return self

    @property
    def orders(self):
        return ibis.memtable(ORDERS.assign(ordered_at=pd.to_datetime(ORDERS["ordered_at"])))

    sales = orders

    @property
    def customers(self):
        times = {name: pd.to_datetime(CUSTOMERS[name]) for name in ("joined_at", "left_at")}
        return ibis.memtable(CUSTOMERS.assign(**times))


def first_weeks(kpi, n=3, **asked):
    """store -> the values of its first weeks; None where nothing could be seen."""
    found = pilot.history(Small(), kpi=kpi, **asked)
    return {
        unit: [None if pd.isna(value) else value for value in rows["value"].head(n)]
        for unit, rows in found.groupby("unit")
    }


def test_revenue_is_net_of_what_the_store_rang_up_and_a_quiet_week_is_zero():
    assert first_weeks("revenue", n=2) == {"A": [150.0, 30.0], "B": [70.0, 0.0]}


def test_orders_and_buyers_count_anonymous_sales_once():
    assert first_weeks("orders", n=2) == {"A": [3, 1], "B": [1, 0]}
    assert first_weeks("buyers", n=2) == {"A": [2, 1], "B": [1, 0]}


def test_contacts_kept_are_those_still_there_after_seven_days():
    assert first_weeks("adds", n=1)["A"] == [1]
    found = pilot.history(Small(), kpi="retained_adds")
    assert found.loc[found["unit"] == "A", "value"].head(2).tolist() == [1, 1]


def test_a_week_not_over_or_begun_before_the_first_row_is_not_shown():
    found = pilot.history(Small(), kpi="revenue")
    assert found.groupby("unit")["period"].min().astype(str).tolist() == ["2025-01-06", "2025-01-20"]
    assert str(found["period"].max())[:10] == "2025-02-24"  # the week that ends on 2 March


def test_close_rates_belong_to_the_week_of_joining_and_wait_for_their_window():
    """B's first contact comes on a Tuesday, so that its first whole week holds no contact."""
    found = pilot.history(Small(), kpi="close_rate")
    a = found[found["unit"] == "A"]
    assert a["value"].tolist()[:2] == [1, 0]
    assert found["period"].max() <= pd.Timestamp("2025-01-27")


def test_repurchase_rates_are_by_home_store_and_window():
    found = pilot.history(Small(), kpi="repurchase_rate", within_days=30)
    assert found[["unit", "value"]].values.tolist()[0] == ["A", 1.0]
    assert set(found["unit"]) == {"A", "B"}


@pytest.mark.parametrize("asked", [{"kpi": "mood"}, {"period": "day"}])
def test_another_kpi_or_period_is_refused(asked):
    with pytest.raises(ArgumentError, match="does not exist"):
        pilot.history(Small(), **asked)


@pytest.fixture(scope="module")
def demo():
    return open_client("demo")


@pytest.mark.parametrize("kpi", ["revenue", "orders"])
def test_a_bundled_client_sums_to_its_own_sales(demo, kpi):
    sales = demo.sales.execute()
    net = sales["amount"].astype(float) - sales["refund_amount"].astype(float)
    found = pilot.history(demo, kpi=kpi)
    last = found["period"].max() + pd.Timedelta(days=7)
    first = found["period"].min()
    whole = sales["ordered_at"].between(first, last, inclusive="left")
    told = (
        sales.loc[whole].groupby("store_id").size()
        if kpi == "orders"
        else net[whole].groupby(sales["store_id"]).sum()
    )
    store = "S001"  # open all along
    expected = told[store] if kpi == "revenue" else (net[whole & (sales["store_id"] == store)] > 0).sum()
    assert found.loc[found["unit"] == store, "value"].sum() == pytest.approx(expected)


def test_a_store_of_the_client_gives_the_chains_history(demo):
    pd.testing.assert_frame_equal(pilot.history(demo), pilot.history(demo.store("S001")))


def test_a_running_pilot_is_answered_from_the_client(demo):
    asked = {"stores": ("S003", "S004", "S007"), "start": "2025-04-07"}
    found = pilot.measured(demo, **asked)
    assert found[["n_treated", "n_controls", "n_pre", "n_post", "n_left_out"]].iloc[0].tolist() == [
        3,
        4,
        26,
        12,
        1,
    ]
    ended = pilot.measured(demo, end="2025-06-02", **asked)  # a Monday is a day here, and not its week
    assert ended["n_post"].iloc[0] == 8
    assert len(pilot.checked(demo, **asked)) == 5
    assert len(pilot.drawn(demo, **asked)) == 38
    assert len(pilot.by_chance(demo, **asked)) == 35
    assert pilot.repeated(demo, lift=0.2)["n_stores"].tolist() == [3]
    past = {"weeks": 8, "until": "2025-04-07"}
    assert pilot.noticed(demo, n=3, **past)["n_treated"].iloc[0] == 3
    assert pilot.graded(demo, stores=asked["stores"], **past)["n_stores"].iloc[0] == 3
    drawn = pilot.proposed(demo, n=3, by=["region"])
    assert drawn["store_name"].notna().all()
    assert len(drawn) == 3
    best = pilot.best_lately(demo, n=2)
    assert best["value"].is_monotonic_decreasing
    assert len(pilot.alike(demo, stores=asked["stores"])) == 5
