"""The maximum of a likelihood whose parameters are above 0, and how sharp it is."""

from collections.abc import Callable, Mapping

import numpy as np

LIMIT = 14.0  # of the logs of the parameters: beyond e^14 a parameter means "infinite"


def maximum(likelihood: Callable, *starts: Mapping[str, float]) -> dict:
    """The maximum found from the first start that leads to one: params, errors, log_likelihood, converged."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    def loss(logs):
        value, gradient = likelihood(logs)
        return -value / size, -gradient / size

    names = list(starts[0])
    size = max(abs(likelihood(np.log(list(starts[0].values())))[0]), 1.0)
    with threadpool_limits(1, "blas"):  # four numbers are no work for several threads
        for at in starts:
            logs, least, converged = _least(loss, np.log(list(at.values())))
            if converged:
                break
        errors = _errors(loss, logs, size) * np.exp(logs)
    return {
        "params": dict(zip(names, np.exp(logs).tolist(), strict=True)),
        "errors": dict(zip(names, errors.tolist(), strict=True)),
        "log_likelihood": -least * size,
        "converged": converged,
    }


def _least(loss: Callable, start: np.ndarray) -> tuple[np.ndarray, float, bool]:
    """Where the loss is least, the loss there, and whether it is flat (or falls only beyond the limit)."""
    from scipy.optimize import minimize

    best = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(-LIMIT, LIMIT)] * len(start),
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
    )  # fmt: skip
    outwards = (np.abs(best.x) >= LIMIT) & (best.jac * best.x < 0)
    return best.x, float(best.fun), float(np.max(np.abs(np.where(outwards, 0.0, best.jac)))) < 1e-5


def _errors(loss: Callable, logs: np.ndarray, size: float, step: float = 1e-4) -> np.ndarray:
    """Standard errors of the logs, from the curvature of the likelihood; NaN where it is flat."""
    bends = np.array([loss(logs + way)[1] - loss(logs - way)[1] for way in step * np.eye(len(logs))])
    bends = size * (bends + bends.T) / (4 * step)
    if not np.all(np.isfinite(bends)) or np.linalg.eigvalsh(bends)[0] <= 0:
        return np.full(len(logs), np.nan)
    return np.sqrt(np.diag(np.linalg.inv(bends)))
