"""How good a choice of pilot stores is, whoever made it."""

import numpy as np
import pandas as pd

from opsmodel.errors import TooFewError
from opsmodel.metrics.pilot import panel
from opsmodel.metrics.pilot.power import power
from opsmodel.metrics.pilot.traits import FEWEST, TRAITS, lately, traits
from opsmodel.metrics.rates import SEED

APART = 0.5  # standard deviations between pilot and other stores, above which they are not alike
FALLS = 0.05  # change by itself, in log KPI, above which a before/after comparison misleads
WORTH = 0.25  # a lift that most programmes do not reach; a pilot that notices no less is blind


def grade(
    history, *, stores, weeks: int = 8, recent_periods: int | None = None, seed: int = SEED
) -> pd.DataFrame:
    """One row: how far these stores are from the others, what they could notice, and how they fall back.

    Representativeness: the standardised difference of each trait (mean of the chosen less mean of the
    others ÷ pooled standard deviation) and the mean position of the chosen in the chain's range. Regression
    to the mean, by replay: at every past moment the stores at the same ranks as the chosen have now (how
    far above or below themselves they ran lately) are followed for as long as the pilot, beside the chain.

    history         one row a store and period: unit, period, value, up to the choice
    stores          the stores chosen
    weeks           length of the pilot in periods
    recent_periods  what the choice looked at; None: a period, or four where a pilot lasts that long

    Returns n_stores, n_other_stores, size_difference, trend_difference, volatility_difference,
    recent_difference (standard deviations), size_position (0.5 is the middle of the chain), mde (as
    `power` with these stores; NaN if unseen), change_expected with its range over the past (lift between
    the recent periods and the pilot's, with no effect at all), n_moments, warnings: the words
    "not_alike", "picked_high", "picked_low", "blind", "short_history" that apply, joined by a space.
    Raises ArgumentError for unknown stores, TableError for a history that is no panel.
    Source: Barnett, van der Pols & Dobson 2005 (regression to the mean); Austin 2009 (differences).

    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, np.exp(rng.normal(0, 0.15))) for u in range(60) for t in range(24)]
    >>> history = pd.DataFrame(rows, columns=["unit", "period", "value"])
    >>> best = history[history["period"] == 23].nlargest(6, "value")["unit"]
    >>> bool(grade(history, stores=best, weeks=4, recent_periods=1)["change_expected"].iloc[0] < -0.1)
    True
    """
    logs = panel.wide(history)
    chosen = panel.known(logs, stores, "stores")
    recent = recent_periods or (4 if weeks >= 4 else 1)
    table = traits(_without(history, logs.columns[-recent:]))
    now = pd.Series(lately(logs.to_numpy(), recent), logs.index)
    table["recent"] = now.reindex(table["unit"]).to_numpy()
    mine = table["unit"].isin(chosen)
    apart = {f"{name}_difference": _apart(table[name], mine) for name in TRAITS}
    moments = _fall_back(logs, chosen, recent, weeks)
    change, low, high = np.nan, np.nan, np.nan
    if len(moments):
        change, (low, high) = moments.mean(), np.quantile(moments, [0.025, 0.975])
    least = _mde(history, chosen, weeks, seed)
    return pd.DataFrame(
        [
            {
                "n_stores": len(chosen),
                "n_other_stores": len(logs) - len(chosen),
                **apart,
                "size_position": float(_position(table["size"])[mine].mean()),
                "mde": least,
                "change_expected": np.expm1(change),
                "change_expected_low": np.expm1(low),
                "change_expected_high": np.expm1(high),
                "n_moments": len(moments),
                "warnings": " ".join(_words(apart, change, least)),
            }
        ]
    )


def _without(history, recent: pd.Index) -> pd.DataFrame:
    """What the stores are like is read from the periods that the choice did not look at."""
    rows = panel.rows(history)
    earlier = rows[~rows["period"].isin(recent)]
    return earlier if earlier["period"].nunique() >= FEWEST else rows


def _apart(values: pd.Series, mine: pd.Series) -> float:
    a, b = values[mine].dropna(), values[~mine].dropna()
    if not len(a) or not len(b):
        return np.nan
    spread = np.sqrt((_variance(a, values) + _variance(b, values)) / 2)
    return float((a.mean() - b.mean()) / spread) if spread > 1e-12 else 0.0


def _variance(part: pd.Series, whole: pd.Series) -> float:
    return float(part.var()) if len(part) > 2 else float(whole.var())


def _position(values: pd.Series) -> pd.Series:
    return (values.rank() - 0.5) / max(len(values), 1)


def _fall_back(logs: pd.DataFrame, chosen: list, recent: int, weeks: int) -> np.ndarray:
    """At each past moment, what became of the stores that stood where the chosen stand now."""
    values, least = logs.to_numpy(), 3
    now = pd.Series(lately(values, recent), logs.index)
    ranks = now.rank(pct=True, method="first")[chosen].dropna().to_numpy()
    found = []
    for at in range(least + recent, values.shape[1] - weeks + 1):
        past, then = values[:, :at], values[:, at : at + weeks]
        above = lately(past, recent)
        whole = ~np.isnan(above) & ~np.isnan(then).any(axis=1)
        if whole.sum() < max(2 * len(ranks), 4) or not len(ranks):
            continue
        change = then[whole].mean(axis=1) - past[whole][:, -recent:].mean(axis=1)
        order = np.argsort(above[whole], kind="stable")
        places = np.clip(np.ceil(ranks * whole.sum()).astype(int) - 1, 0, whole.sum() - 1)
        found.append(change[order[places]].mean() - change.mean())
    return np.array(found)


def _mde(history, chosen: list, weeks: int, seed: int) -> float:
    try:
        return float(power(history, stores=chosen, weeks=weeks, effects=(0.0,), seed=seed)["mde"].iloc[0])
    except TooFewError:  # a history too short, or stores too young, for one past window
        return float("nan")


def _words(apart: dict[str, float], change: float, least: float) -> list[str]:
    size, trend, volatility = (apart[f"{name}_difference"] for name in TRAITS[:3])
    said = {
        "not_alike": max(abs(size), abs(trend), abs(volatility)) > APART,
        "picked_high": change < -FALLS,
        "picked_low": change > FALLS,
        "blind": least > WORTH,
        "short_history": np.isnan(least) or np.isnan(change),
    }
    return [word for word, applies in said.items() if applies]
