"""Whether a week is out of line: Laney's p′ chart, a p chart that knows that proportions vary by nature."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.contract import column_names

D2 = 1.128  # mean moving range of two neighbours of a normal process, in standard deviations
RUN = 8  # so many in a row on one side of the centre
EXPECTED = 5  # successes and failures from which the limits of a normal distribution hold
TAIL = 0.00135  # beyond three standard deviations on one side
SMALLEST = 5  # a period with a smaller base is drawn and not judged


def control_chart(
    counts: pd.DataFrame,
    *,
    period: str = "period",
    k: str = "k",
    n: str = "n",
    by: str | Sequence[str] | None = None,
    baseline: int | None = None,
    sigma_z: float | None = None,
    run: int = RUN,
    smallest: int = SMALLEST,
) -> pd.DataFrame:
    """One row per period: its rate, the limits it should keep to, and whether it calls for a look.

    Limits: p̄ ± 3 σ_p σ_z with σ_p = √(p̄ (1 − p̄) ÷ n) and σ_z = mean |z_i − z_(i−1)| ÷ 1.128, the spread
    that weeks have anyway, as a multiple of what counting alone gives. With σ_z = 1 it is the p chart, whose
    limits are far too narrow for large bases. Two rules signal: a point beyond a limit; `run` points in a
    row on one side of the centre (each from the last of them on). Where fewer than 5 successes or 5 failures
    are expected, limits of a normal distribution do not hold: there a point is beyond only if counting alone
    would also give so much in fewer than 0.135 % of such weeks.

    counts    one row per period: the columns named by `period`, `k` (successes) and `n` (base)
    by        column or columns; one chart each
    baseline  so many first periods set centre and limits; default: all
    sigma_z   to be used instead of the estimate; 1 gives the p chart
    run       points in a row on one side that are a signal
    smallest  a period with a base below this is drawn, and neither judged nor learned from

    Returns the columns of `by` (charts in the order given), then period, k, n, rate (NaN where n is 0),
    centre, low, high (limits, cut at 0 and 1), sigma_z, signal (true or false), rule ("beyond", "run" or
    empty), side ("above", "below" or empty: of the centre). With fewer than two periods to learn from there
    are no limits (NaN), no signals.
    Raises TableError if a column is missing or a count is impossible, ArgumentError for a bad argument.
    Source: Laney, D. B. 2002, Improved control charts for attributes, Quality Engineering 14(4); the run of
    eight: Western Electric 1956.

    >>> weeks = pd.DataFrame({"period": [1, 2, 3, 4], "k": [50, 60, 50, 60], "n": [100] * 4})
    >>> control_chart(weeks)[["centre", "sigma_z"]].round(3).values.tolist()[0]
    [0.55, 1.782]
    """
    keys = column_names(by)
    missing = [column for column in [*keys, period, k, n] if column not in counts.columns]
    if missing:
        raise TableError(
            f"the counts have no column {missing}.",
            found=list(counts.columns),
            fix='name them: control_chart(counts, period="week", k="n_on_time", n="n_due").',
        )
    table = counts[[*keys, period, k, n]].set_axis([*keys, "period", "k", "n"], axis=1)
    _check(table, baseline, sigma_z, run, smallest)
    table = table.sort_values("period", ignore_index=True, kind="stable")
    charts = counts[keys].drop_duplicates().merge(table, on=keys) if keys else table  # in the order given
    parts = [part for _, part in charts.groupby(keys, dropna=False, sort=False)] if keys else [charts]
    drawn = [_chart(part, baseline, sigma_z, run, smallest) for part in parts]
    return pd.concat(drawn, ignore_index=True) if drawn else _chart(table, baseline, sigma_z, run, smallest)


def _check(table: pd.DataFrame, baseline, sigma_z, run: int, smallest: int) -> None:
    if bool(((table["k"] < 0) | (table["k"] > table["n"])).any()):
        raise TableError(
            "more successes than cases, or fewer than none.",
            found=table[(table["k"] < 0) | (table["k"] > table["n"])].head(3).to_dict("records"),
            fix="k counts cases out of n.",
        )
    if (baseline is not None and baseline < 2) or (sigma_z is not None and sigma_z <= 0) or run < 2:
        raise ArgumentError(
            "no limits can be drawn so.",
            found=f"baseline={baseline}, sigma_z={sigma_z}, run={run}, smallest={smallest}",
            fix="write baseline=12, sigma_z=None, run=8, smallest=5.",
        )


def _chart(rows: pd.DataFrame, baseline, sigma_z, run: int, smallest: int) -> pd.DataFrame:
    k, n = rows["k"].to_numpy(float), rows["n"].to_numpy(float)
    base = np.where(n > 0, n, np.nan)
    rate, told = k / base, n >= max(smallest, 1)
    learned = told & (np.arange(len(n)) < (len(n) if baseline is None else baseline))
    centre = k[learned].sum() / n[learned].sum() if learned.any() else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma_p = np.sqrt(centre * (1 - centre) / base)
        z = np.where(sigma_p > 0, (rate - centre) / sigma_p, 0.0)
    spread = _spread(z[learned]) if sigma_z is None else float(sigma_z)
    reach = 3 * sigma_p * spread
    low, high = np.clip(centre - reach, 0, 1), np.clip(centre + reach, 0, 1)
    side = np.where(told, np.sign(np.round(rate - centre, 12)), 0.0)
    # what rounding leaves is no distance
    beyond = told & ((rate > centre + reach + 1e-12) | (rate < centre - reach - 1e-12))
    beyond &= _beyond_counting(k, n, centre)
    in_a_row = _in_a_row(side, told) >= run
    rule = np.where(beyond, "beyond", np.where(in_a_row, "run", "")) if np.isfinite(spread) else ""
    rows = rows.assign(rate=rate, centre=centre, low=low, high=high, sigma_z=spread, rule=rule)
    names = np.select([side > 0, side < 0], ["above", "below"], "")
    rows = rows.assign(signal=rows["rule"].ne(""), side=names)
    return rows.reset_index(drop=True)


def _spread(z: np.ndarray) -> float:
    """σ_z by the moving range of neighbours."""
    return float(np.abs(np.diff(z)).mean() / D2) if len(z) > 1 else np.nan


def _beyond_counting(k: np.ndarray, n: np.ndarray, centre: float) -> np.ndarray:
    """Whether the exact binomial tail is as thin as that of three sigmas; true where enough are expected."""
    from scipy.special import bdtr, bdtrc

    enough = n * min(centre, 1 - centre) >= EXPECTED
    whole = n.astype("int64")
    upper = np.where(k > 0, bdtrc(np.maximum(k - 1, 0), whole, centre), 1.0)  # as many or more
    lower = bdtr(k, whole, centre)
    return enough | (np.minimum(upper, lower) <= TAIL)


def _in_a_row(side: np.ndarray, told: np.ndarray) -> np.ndarray:
    """How many judged periods up to this one lie on its side of the centre, without a break."""
    length = np.zeros(len(side), dtype=int)
    before, count = 0.0, 0
    for place in np.flatnonzero(told):
        count = count + 1 if side[place] and side[place] == before else int(side[place] != 0)
        before, length[place] = side[place], count
    return length
