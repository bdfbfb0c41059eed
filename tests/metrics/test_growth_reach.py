"""The what-if on the growth equation: bounded by the store's own worst tenth and the peers' best quarter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmodel import growth
from opsmodel.errors import ArgumentError


def periods(rows: list[tuple], store: str = "S", days: int = 28) -> pd.DataFrame:
    """visitors, buyers, orders, revenue a period -> the columns of growth.periods, users fixed at 100."""
    starts = pd.date_range("2024-01-01", periods=len(rows), freq=f"{days}D")
    table = pd.DataFrame(rows, columns=["visitors", "n_buyers", "n_orders", "net_revenue"]).astype(float)
    table = table.assign(
        identified_share=1.0,
        users=100.0,
        conversion=table["n_buyers"] / table["visitors"],
        average_order_value=table["net_revenue"] / table["n_orders"],
        orders_per_buyer=table["n_orders"] / table["n_buyers"],
        close_rate=table["n_buyers"] / 100,
        value_per_buyer=table["net_revenue"] / table["n_buyers"],
    )
    ends = starts + pd.Timedelta(days=days - 1)
    return table.assign(store_id=store, start=starts.date, end=ends.date)


OWN = periods([(100, 20, 30, 3000.0)] * 5 + [(50, 10, 15, 1500.0)] * 5)
PEERS = pd.concat(
    [
        periods([(100, 30, 45, 4500.0)] * 6, "P1"),
        periods([(200, 20, 30, 3000.0)] * 6, "P2"),
        periods([(100, 20, 40, 2000.0)] * 6, "P3"),
    ]
)


def test_the_bounds_are_the_own_p10_and_the_peers_p75():
    table = growth.within_reach(OWN, PEERS).set_index("factor")
    assert table["today"].to_dict() == pytest.approx(
        {"visitors": 75, "conversion": 0.2, "average_order_value": 100, "orders_per_buyer": 1.5}
    )
    assert table["own_p10"].to_dict() == pytest.approx(
        {"visitors": 50, "conversion": 0.2, "average_order_value": 100, "orders_per_buyer": 1.5}
    )
    # peers: visitors 100 200 100, conversion .3 .1 .2, order value 100 100 50, orders 1.5 1.5 2
    assert table["peer_p75"].to_dict() == pytest.approx(
        {"visitors": 150, "conversion": 0.25, "average_order_value": 100, "orders_per_buyer": 1.75}
    )
    assert table["n_periods"].unique().tolist() == [10]
    assert table["n_peers"].unique().tolist() == [3]


def test_a_year_is_thirteen_periods_of_four_weeks_and_gains_are_of_it():
    table = growth.within_reach(OWN, PEERS).set_index("factor")
    assert table["revenue_year"].unique() == pytest.approx([2250 * 13])
    assert table["gain"].to_dict() == pytest.approx(
        {"visitors": 29250, "conversion": 7312.5, "average_order_value": 0, "orders_per_buyer": 4875}
    )
    assert table.loc["visitors", "loss"] == pytest.approx(-9750)


def test_a_store_above_its_peers_gains_nothing_and_is_not_pulled_down():
    table = growth.within_reach(periods([(500, 200, 600, 90000.0)] * 6), PEERS)
    assert table["gain"].tolist() == [0, 0, 0, 0]
    assert table["high"].tolist() == table["today"].tolist()


def test_the_form_with_users_multiplies_to_the_same_revenue():
    table = growth.within_reach(OWN, PEERS, form="users")
    assert table["factor"].tolist() == ["users", "close_rate", "value_per_buyer"]
    assert table["revenue_year"].unique() == pytest.approx([2250 * 13])


def test_without_a_door_count_the_number_of_buyers_stands_for_it():
    uncounted = OWN.assign(visitors=np.nan, conversion=np.nan)
    factors = growth.within_reach(uncounted, PEERS)["factor"].tolist()
    assert factors == ["n_buyers", "average_order_value", "orders_per_buyer"]


def test_periods_before_the_first_sale_and_the_one_it_falls_in_are_left_out():
    young = periods([(90, 0, 0, 0.0)] * 3 + [(9, 1, 1, 10.0)] + [(100, 20, 30, 3000.0)] * 6)
    table = growth.within_reach(young, PEERS).set_index("factor")
    assert table.loc["visitors", ["today", "n_periods"]].tolist() == [100, 6]


def test_too_few_periods_or_peers_give_no_row():
    assert growth.within_reach(OWN.head(5), PEERS).empty
    assert growth.within_reach(OWN, PEERS[PEERS["store_id"] == "P1"]).empty
    assert growth.within_reach(OWN.head(0), PEERS.head(0)).empty
    small = periods([(10, 1, 1, 10.0)] * 6, "P4")  # six buyers set no mark
    assert growth.within_reach(OWN, pd.concat([PEERS, small]))["n_peers"].unique().tolist() == [3]


def test_unlike_periods_and_unknown_forms_are_refused():
    with pytest.raises(ArgumentError, match="length"):
        growth.within_reach(OWN, periods([(100, 30, 45, 4500.0)] * 6, "P1", days=7))
    with pytest.raises(ArgumentError, match="form"):
        growth.within_reach(OWN, PEERS, form="profit")


def test_a_what_if_is_the_product_and_its_parts_sum_to_the_change():
    reach = growth.within_reach(OWN, PEERS)
    parts = growth.what_if(reach, {"visitors": 150.0, "conversion": 0.25})
    assert parts["contribution"].sum() == pytest.approx(29250 * (2 * 1.25 - 1))
    assert parts.set_index("factor").loc["average_order_value", "contribution"] == 0


@pytest.mark.parametrize(("factor", "level"), [("visitors", 151.0), ("visitors", 49.0), ("conversion", 0.3)])
def test_a_what_if_beyond_the_bounds_is_refused(factor, level):
    with pytest.raises(ArgumentError, match="cannot be moved"):
        growth.what_if(growth.within_reach(OWN, PEERS), {factor: level})


def test_a_what_if_on_an_unknown_factor_is_refused():
    with pytest.raises(ArgumentError, match="no factor"):
        growth.what_if(growth.within_reach(OWN, PEERS), {"profit": 1.0})


def test_nothing_moved_changes_nothing():
    reach = growth.within_reach(OWN, PEERS)
    rounded = {row.factor: float(f"{row.today:.6g}") for row in reach.itertuples()}
    assert growth.what_if(reach, rounded)["contribution"].tolist() == [0, 0, 0, 0]


def test_three_doubled_factors_give_eight():
    assert growth.compounding(1.0, factors=3, revenue=10.0)["revenue"].tolist() == [20.0, 40.0, 80.0]
    assert growth.compounding(0.1, factors=2)["times_added"].tolist() == pytest.approx([1.1, 1.2])
    with pytest.raises(ArgumentError):
        growth.compounding(-1.0)


@given(st.floats(-0.9, 3), st.integers(1, 6), st.lists(st.floats(0.1, 1000), min_size=6, max_size=6))
def test_raising_k_factors_by_the_same_share_multiplies_by_the_power(share, k, factors):
    raised = np.prod([value * (1 + share) if place < k else value for place, value in enumerate(factors)])
    times = growth.compounding(share, factors=6)["times"].tolist()[k - 1]
    assert raised == pytest.approx(np.prod(factors) * times)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_every_what_if_within_the_bounds_stays_between_the_worst_and_the_best(shares):
    reach = growth.within_reach(OWN, PEERS)
    levels = {
        row.factor: row.low + share * (row.high - row.low)
        for row, share in zip(reach.itertuples(), shares, strict=True)
    }
    after = reach["revenue_year"].iloc[0] + growth.what_if(reach, levels)["contribution"].sum()
    times = reach["revenue_year"].iloc[0] / reach["today"].prod()
    worst, best = (times * reach[side].prod() for side in ("low", "high"))
    assert worst * (1 - 1e-4) <= after <= best * (1 + 1e-4)
