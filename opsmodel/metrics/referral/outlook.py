"""How far sharing runs: generation by generation, until the people still to be reached run out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError


def forecast(
    *,
    k: float | Sequence[float],
    exposed: float,
    population: float | None = None,
    known: float | None = None,
    k_low: float | Sequence[float] | None = None,
    k_high: float | Sequence[float] | None = None,
    generations: int = 6,
    cycle_days: float | None = None,
) -> pd.DataFrame:
    """One row per generation: how many new kept contacts sharing brings, with the range K allows.

    Each generation brings K new contacts a head. As more of the population is known, invitations meet
    people who are contacts already, and each other: of U people still unknown, E × K invitations that
    are worth K at today's reach leave exp(−E × K ÷ U₀) unreached. Without a population this is the
    geometric series E × K, E × K², …

    k             K_ret, new kept contacts each exposed person brings; a sequence gives one a generation, the
                  last of which goes on
    exposed       people exposed to begin with
    population    people who could ever become contacts; none: no saturation
    known         contacts when the forecast starts, at whose reach K was measured; by default `exposed`
    k_low, k_high bounds of K (those of `k_factor`); without them the bounds are NaN
    generations   how many generations to go on
    cycle_days    days a generation takes; without it days is NaN

    Returns generation (0: those exposed), days, n_new (expected, not whole), n_new_low, n_new_high,
    reached (contacts after it), reached_low, reached_high, known_share (of the population, NaN without one).
    Raises ArgumentError for a negative K or count, bounds that do not enclose K, or a population below known.
    Source: branching process with mean K; depletion as in the Reed–Frost chain binomial (Abbey 1952).

    >>> forecast(k=0.5, exposed=100, generations=3)["n_new"].tolist()
    [0.0, 50.0, 25.0, 12.5]
    >>> forecast(k=0.5, exposed=100, population=1000, generations=3)["n_new"].round(1).tolist()
    [0.0, 48.6, 22.7, 10.4]
    """
    start = exposed if known is None else known
    _check(exposed, population, start, generations, cycle_days)
    middle = _series(k, generations)
    bounds = {end: _series(bound, generations) for end, bound in (("low", k_low), ("high", k_high))}
    if (bounds["low"] > middle).any() or (bounds["high"] < middle).any():
        raise ArgumentError(
            "the bounds do not enclose K.",
            found=f"{k_low} to {k_high}, K {k}",
            fix="give k_low <= k <= k_high.",
        )
    table = pd.DataFrame({"generation": range(generations + 1)})
    table["days"] = table["generation"] * (np.nan if cycle_days is None else float(cycle_days))
    runs = {"": middle, "_low": bounds["low"], "_high": bounds["high"]}
    new = {end: _run(series, float(exposed), population, float(start)) for end, series in runs.items()}
    for end, brought in new.items():
        table[f"n_new{end}"] = brought
    for end, brought in new.items():
        table[f"reached{end}"] = start + np.cumsum(brought)
    table["known_share"] = table["reached"] / (np.nan if population is None else population)
    return table


def _run(k: np.ndarray, exposed: float, population: float | None, known: float) -> np.ndarray:
    """New contacts of each generation, 0 for the one that starts it."""
    brought = np.zeros(len(k) + 1)
    people, unknown = exposed, np.inf if population is None else population - known
    for place, each in enumerate(k, start=1):
        invitations = people * each
        if population is None:
            people = invitations
        else:
            reach = population - known
            people = unknown * -np.expm1(-invitations / reach) if unknown > 0 else 0.0 * each
            unknown -= people
        brought[place] = people
    return brought


def _series(k, generations: int) -> np.ndarray:
    """K of each generation; NaN where no K is given."""
    given = np.atleast_1d(np.asarray(np.nan if k is None else k, float))
    if len(given) == 0 or (given < 0).any():
        raise ArgumentError("K is 0 or more.", found=repr(k), fix="give k_ret of referral.k_factor.")
    return np.concatenate([given, np.full(max(0, generations - len(given)), given[-1])])[:generations]


def _check(exposed, population, known, generations: int, cycle_days) -> None:
    if exposed < 0 or known < 0 or generations < 1 or (cycle_days is not None and cycle_days <= 0):
        raise ArgumentError(
            "a forecast needs people, a generation, and a cycle of some length.",
            found=f"exposed={exposed}, known={known}, generations={generations}, cycle_days={cycle_days}",
            fix="write exposed=1000, generations=6, cycle_days=14.",
        )
    if population is not None and population < max(known, exposed):
        raise ArgumentError(
            "more people are known than there are.",
            found=f"population {population}, known {max(known, exposed)}",
            fix="give the number of people who could ever become contacts.",
        )
