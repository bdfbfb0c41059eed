"""Synthetic control: its weights against two independent solvers, its placebos counted."""

import numpy as np
import pytest
from pilot_panels import chain, long
from scipy.optimize import minimize, nnls

from opsmodel import pilot
from opsmodel.metrics.pilot import synthetic
from opsmodel.metrics.pilot.synthetic import simplex_weights


def problem(seed, controls=8, periods=12):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(1, periods)), rng.normal(size=(controls, periods)), float(rng.uniform(0, 2))


@pytest.mark.parametrize("seed", range(6))
def test_the_weights_are_those_of_scipys_slsqp(seed):
    target, pool, ridge = problem(seed)
    ours = simplex_weights(target, pool, np.ones((1, len(pool)), bool), ridge)[0]

    def loss(weights):
        return ((target[0] - weights @ pool) ** 2).sum() + ridge * (weights**2).sum()

    theirs = minimize(
        loss,
        np.full(len(pool), 1 / len(pool)),
        method="SLSQP",
        bounds=[(0, 1)] * len(pool),
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 500},
    ).x
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert loss(ours) <= loss(theirs) + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_weights_are_those_of_nonnegative_least_squares_with_a_heavy_row_for_the_sum(seed):
    target, pool, ridge = problem(seed, controls=30)
    ours = simplex_weights(target, pool, np.ones((1, 30), bool), ridge)[0]
    heavy = 1e5
    rows = np.vstack([pool.T, np.sqrt(ridge) * np.eye(30), heavy * np.ones(30)])
    theirs, _rest = nnls(rows, np.concatenate([target[0], np.zeros(30), [heavy]]))
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_weights_are_shares_and_a_control_not_allowed_gets_none():
    target, pool, ridge = problem(1)
    allowed = np.ones((2, len(pool)), bool)
    allowed[1, :4] = False
    found = simplex_weights(np.vstack([target, target]), pool, allowed, ridge)
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert (found >= 0).all()
    assert found[1, :4].tolist() == [0, 0, 0, 0]


def test_a_store_that_is_a_mixture_of_two_others_gets_their_path():
    values = chain(2, n=12, periods=20, noise=0.2)
    values[0] = np.sqrt(values[3] * values[7])
    values[0, 15:] *= 1.25
    found = pilot.effect(long(values), treated=["S000"], start=15, estimator="synthetic_control").iloc[0]
    assert found["lift_rate"] == pytest.approx(0.25, abs=0.12)


def test_the_p_value_of_one_store_ranks_it_among_the_controls():
    values = chain(3, n=10, periods=12, noise=0.02, drift=0.0)
    values[4, 8:] *= 2
    row = pilot.effect(long(values), treated=["S004"], start=8, estimator="synthetic_control").iloc[0]
    assert row["p"] == pytest.approx(1 / 10)  # nine controls, none of them near it
    assert np.isinf(row["high"])  # nine placebos cannot say what 95 % stay below


def test_no_control_is_part_of_its_own_mixture():
    """The placebos, one control after the other taken out of the pool by hand."""
    values = np.log(chain(3, n=9, periods=12))
    before, after = values[:, :8], values[:, 8:]
    level = before.mean(axis=1, keepdims=True)
    before, after = before - level, after - level
    found = synthetic._placebos(before, after, 1, 0.1, seed=1)
    by_hand = []
    for place in range(9):
        others, later = np.delete(before, place, 0), np.delete(after, place, 0)
        weights = simplex_weights(before[[place]], others, np.ones((1, 8), bool), 0.1)[0]
        by_hand.append((after[place] - weights @ later).mean())
    assert found == pytest.approx(by_hand, abs=1e-6)
