"""The value models: summary, fits and predictions against what was published and against other programs."""

import warnings

import ibis
import numpy as np
import pandas as pd
import pytest
from cdnow import cdnow_log, simulated
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter
from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value
from lifetimes.utils import summary_data_from_transaction_data
from scipy.integrate import quad
from scipy.stats import beta, gamma
from shops import random_shops

from opsmodel import value
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.value import purchases

warnings.filterwarnings("ignore", category=RuntimeWarning, module="lifetimes")
COLUMNS = ["customer_id", "frequency", "recency", "T", "monetary"]


@pytest.fixture(scope="module")
def weeks():
    return value.summarize(cdnow_log(), as_of="1997-09-30", unit="week").execute()


def test_the_summary_of_the_seven_customers(shop, as_of):
    table = value.summarize(shop.orders, as_of=as_of)
    assert isinstance(table, ibis.Table)
    frame = table.execute().sort_values("customer_id").astype(object)
    assert frame.where(frame.notna(), None).values.tolist() == [
        ["C1", 3, 126.0, 177.0, 123.0],
        ["C2", 1, 41.0, 172.0, 200.0],  # two orders on the first day are one occasion
        ["C3", 1, 79.0, 150.0, 60.0],  # the order given back is none
        ["C4", 0, 0.0, 141.0, None],
        ["C5", 1, 28.0, 119.0, 88.0],
        ["C6", 1, 102.0, 107.0, 50.0],
        ["C7", 1, 21.0, 41.0, 66.0],
    ]


def test_the_summary_in_weeks_of_margin_by_store(shop, as_of):
    table = value.summarize(shop.orders, as_of=as_of, unit="week", measure="margin", by="store_id").execute()
    first = table[table["customer_id"] == "C1"].iloc[0]
    assert (first["store_id"], first["recency"], first["monetary"]) == ("S1", 18.0, 41.0)


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(orders=random_shops(), last=st.integers(0, 160), multiple=st.sampled_from([1, 7]))
def test_the_summary_is_that_of_lifetimes_on_any_shop(orders, last, multiple):
    end = pd.Timestamp("2023-12-20") + pd.Timedelta(days=last)
    mine = value.summarize(orders, as_of=end, unit="day" if multiple == 1 else "week").execute()
    net = orders.assign(
        net=orders["amount"] - orders["refund_amount"], day=orders["ordered_at"].dt.normalize()
    )
    days = net.groupby(["customer_id", "day"], as_index=False)["net"].sum()
    days = days[(days["net"] > 0) & (days["day"] <= end)]
    assert len(mine) == days["customer_id"].nunique()
    if days.empty:
        return
    theirs = summary_data_from_transaction_data(
        days, "customer_id", "day", "net", observation_period_end=end, freq_multiplier=multiple
    )
    mine = mine.set_index("customer_id").loc[theirs.index].fillna({"monetary": 0.0})
    np.testing.assert_allclose(mine, theirs.rename(columns={"monetary_value": "monetary"})[mine.columns])


def test_bg_nbd_on_cdnow_as_published(weeks):
    """Fader, Hardie & Lee 2005, table 2: r .243, α 4.414, a .793, b 2.426, LL −9582.4 (2,357 customers)."""
    fitted = value.fit(weeks, model="bg_nbd", unit="week")
    assert [round(fitted.params[name], 3) for name in ("r", "alpha", "a", "b")] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert (round(fitted.log_likelihood, 1), fitted.n, fitted.converged) == (-9582.4, 2357, True)
    table = fitted.table().set_index("parameter")
    assert table.loc["r", "standard_error"] == pytest.approx(0.0126, abs=0.0003)  # of Stata and R: 0.0126
    assert (table["value_low"] < table["value"]).all()


def test_bg_nbd_forecasts_of_cdnow_as_published(weeks):
    """Fader, Hardie & Lee 2005, section 4.2: x = 2, t_x = 30.43, T = 38.86 gives 1.226 in 39 weeks."""
    fitted = value.fit(weeks, model="bg_nbd")
    assert fitted.expected(np.array([2.0]), 30.43, 38.86, 39.0)[0] == pytest.approx(1.226, abs=0.001)


@pytest.mark.parametrize(("model", "judge"), [("bg_nbd", BetaGeoFitter), ("mbg_nbd", ModifiedBetaGeoFitter)])
def test_fit_and_forecast_are_those_of_lifetimes(weeks, model, judge):
    seen = [weeks[name] for name in ("frequency", "recency", "T")]
    theirs = judge().fit(*seen)
    mine = value.fit(weeks, model=model, unit="week")
    np.testing.assert_allclose(
        list(mine.params.values()), theirs.params_[["r", "alpha", "a", "b"]], rtol=1e-4
    )
    theirs.params_ = pd.Series(mine.params)
    logs = np.log(list(mine.params.values()))
    mean_loss = judge._negative_log_likelihood(logs, *seen, weights=np.ones(len(weeks)), penalizer_coef=0)
    assert mine.log_likelihood == pytest.approx(-mean_loss * len(weeks), abs=0.001)
    scored = mine.predict(weeks, 39).set_index("customer_id").loc[weeks["customer_id"]]
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(39, *seen)
    np.testing.assert_allclose(scored["expected_orders"], expected, rtol=1e-9)
    np.testing.assert_allclose(scored["p_alive"], theirs.conditional_probability_alive(*seen), rtol=1e-9)
    ages = [1.0, 20.0, 100.0]
    by_age = [theirs.expected_number_of_purchases_up_to_time(age) for age in ages]
    np.testing.assert_allclose(mine.expected_from_start(ages), by_age)


def test_one_time_buyers_are_alive_for_certain_only_in_bg_nbd(weeks):
    once = weeks["frequency"] == 0
    alive = {m: value.fit(weeks, model=m).predict(weeks[once], 1)["p_alive"] for m in ("bg_nbd", "mbg_nbd")}
    assert (alive["bg_nbd"] == 1).all()
    assert alive["mbg_nbd"].max() < 0.7


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize(("x", "t_x", "t"), [(0, 0.0, 20.0), (1, 3.0, 20.0), (4, 18.0, 20.0)])
def test_the_likelihood_is_the_integral_over_rates_and_stops(start, x, t_x, t):
    """Of one customer by brute force: λ gamma and p beta distributed, stopped or not by now."""
    r, alpha, a, b = 0.8, 5.0, 1.3, 2.5

    nodes, weights = np.polynomial.legendre.leggauss(300)
    at, weights = (nodes + 1) / 2, weights / 2
    p, rate = beta.ppf(at, a, b)[:, None], gamma.ppf(at, r, scale=1 / alpha)[None, :]
    stays = (1 - p) ** (x + start) * rate**x * np.exp(-rate * t)
    gone = p * (1 - p) ** (x + start - 1) * rate**x * np.exp(-rate * t_x) if x + start else 0.0
    by_force = weights @ (stays + gone) @ weights
    logs, one = np.log([r, alpha, a, b]), np.array([1.0])
    found, slopes = purchases.log_likelihood(logs, one * x, one * t_x, one * t, one, start=start)
    assert found == pytest.approx(np.log(by_force), abs=1e-3)
    for i in range(4):
        step = 1e-6 * np.eye(4)[i]
        ends = [purchases.log_likelihood(logs + way, one * x, one * t_x, one * t, one, start=start)[0]
                for way in (step, -step)]  # fmt: skip
        assert slopes[i] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-5)


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize(
    "params", [(0.3, 4.0, 0.8, 2.4), (2.0, 9.0, 1.0, 3.0), (1e5, 7e5, 1.3, 1.9), (3.0, 5.0, 0.1, 300.0)]
)
@pytest.mark.parametrize("x", [0, 3, 700])
def test_forecasts_hold_where_the_printed_formula_overflows(start, params, x):
    """Against the integral over p of the purchases until a stop, (1 − (1 + p t ÷ (α + T))^−(r + x)) ÷ p."""
    r, alpha, a, b = params
    scale = alpha + 50.0

    def until_stop(u):
        p = max(beta.ppf(u**4, a, b + x + start), 1e-300)
        return 4 * u**3 * -np.expm1(-(r + x) * np.log1p(p * 52 / scale)) / p

    alive = purchases.p_alive(r, alpha, a, b, x, 49.0, 50.0, start=start)
    found = purchases.expected(r, alpha, a, b, np.array([x]), 49.0, 50.0, 52.0, start=start)[0]
    assert found == pytest.approx(alive * quad(until_stop, 0, 1, limit=200)[0], rel=1e-4)


@pytest.mark.parametrize(("model", "start"), [("bg_nbd", 0), ("mbg_nbd", 1)])
def test_planted_parameters_are_recovered_and_what_comes_next_is_foretold(model, start):
    truth = {"r": 0.6, "alpha": 5.0, "a": 0.9, "b": 2.5}
    people = simulated(20_000, truth.values(), start=start)
    fitted = value.fit(people, model=model, unit="week")
    assert fitted.converged
    for name, planted in truth.items():
        assert abs(fitted.params[name] - planted) < 3.5 * fitted.errors[name], name
    scored = fitted.predict(people, 26.0)
    assert scored["expected_orders"].sum() == pytest.approx(people["n_after"].sum(), rel=0.03)
    assert scored["p_alive"].mean() == pytest.approx(people["alive"].mean(), abs=0.02)


def test_gamma_gamma_on_cdnow_as_published():
    """Fader & Hardie 2013: p 6.25, q 3.74, v 15.44 on the 946 customers with a repeat purchase."""
    ready = load_cdnow_summary_data_with_monetary_value().rename(columns={"monetary_value": "monetary"})
    fitted = value.fit_spend(ready)
    own = value.fit_spend(value.summarize(cdnow_log(False), as_of="1997-09-30", unit="week"))
    for found in (fitted, own):
        assert [round(found.params[name], 2) for name in "pq"] == [6.25, 3.74]
        assert found.params["v"] == pytest.approx(15.44, abs=0.01)
        assert (found.n, found.converged) == (946, True)
    again = ready[ready["frequency"] > 0]
    theirs = GammaGammaFitter().fit(again["frequency"], again["monetary"])
    theirs.params_ = pd.Series(fitted.params)
    mine = fitted.predict(ready)["expected_spend"]
    np.testing.assert_allclose(
        np.sort(mine),
        np.sort(theirs.conditional_expected_average_profit(ready["frequency"], ready["monetary"])),
    )
    assert fitted.mean == pytest.approx(35.17, abs=0.01)


def test_a_prediction_names_its_horizon_and_unit_and_stays_lazy(shop, as_of):
    summary = value.summarize(shop.orders, as_of=as_of, unit="week")
    fitted, spend = value.fit(summary, unit="week"), value.fit_spend(summary)
    lazy = fitted.predict(summary, 13, spend=spend)
    assert isinstance(lazy, ibis.Table)
    frame = lazy.execute()
    more = ["expected_orders", "p_alive", "expected_spend", "expected_value", "horizon", "unit"]
    assert list(frame.columns) == COLUMNS + more
    assert set(frame["horizon"]) == {13.0}
    assert set(frame["unit"]) == {"week"}
    np.testing.assert_allclose(frame["expected_value"], frame["expected_orders"] * frame["expected_spend"])
    by_frame = fitted.predict(summary.execute(), 13, spend=spend)
    pd.testing.assert_frame_equal(
        frame.sort_values("customer_id", ignore_index=True),
        by_frame.sort_values("customer_id", ignore_index=True),
    )


def test_a_data_frame_is_scored_row_by_row_however_long_it_is():
    rng = np.random.default_rng(4)
    frequency = rng.integers(0, 5, 300_000)
    rows = pd.DataFrame(
        {"frequency": frequency, "recency": 3.0 * frequency, "T": 20.0, "monetary": frequency}
    )
    rows.index = pd.Index([f"c{number}" for number in range(len(rows))], name="customer_id")
    model = value.Purchases({"r": 0.5, "alpha": 10.0, "a": 0.8, "b": 2.4})
    found = model.predict(rows, 30, spend=value.Spend({"p": 6.0, "q": 4.0, "v": 15.0}))
    assert found.index.equals(rows.index)
    pd.testing.assert_frame_equal(found[list(rows.columns)], rows)
    expected = model.expected(frequency, 3.0 * frequency, 20.0, 30)
    np.testing.assert_allclose(found["expected_orders"], expected)


def test_what_cannot_be_fitted_says_why(shop, as_of):
    summary = value.summarize(shop.orders, as_of=as_of)
    with pytest.raises(ArgumentError, match="model does not exist"):
        value.fit(summary, model="pareto")
    with pytest.raises(ArgumentError, match="no customer to fit"):
        value.fit(summary.limit(0))
    with pytest.raises(ArgumentError, match="repeat purchase"):
        value.fit_spend(summary.filter(summary.frequency == 0))
    with pytest.raises(TableError, match="frequency"):
        value.fit(pd.DataFrame({"customer_id": ["a"]}))
    with pytest.raises(ArgumentError, match="horizon"):
        value.fit(summary).predict(summary, 0)
    with pytest.raises(ArgumentError, match="unit does not exist"):
        value.summarize(shop.orders, as_of=as_of, unit="fortnight")
