"""The tracking plot: repeat purchases week by week, seen and foretold."""

import ibis
import numpy as np
import pandas as pd

from opsmodel.intake.contract import day
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.value.gate import LONGEST_HOLDOUT, fits, rhythm
from opsmodel.metrics.value.models import MODELS
from opsmodel.metrics.value.summary import UNITS, before, check, summarize


def tracking(
    orders,
    *,
    as_of,
    holdout_days: int | None = None,
    model: str = "mbg_nbd",
    unit: str = "week",
) -> pd.DataFrame:
    """One row per week of the file: repeat purchases so far, seen and foretold by the model.

    The model knows nothing of the last `holdout_days`; the customers are those known before them.

    Returns week (1, 2, …), week_end (its last day), repeat_orders and repeat_orders_expected (cumulative),
    in_holdout. No row where there is nobody to fit, or the file is shorter than two weeks. Arguments and
    errors are those of `model_card`.
    Source: the tracking plot of Fader, Hardie & Lee 2005.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = tracking(seven_customer_shop().orders, as_of="2024-06-30", holdout_days=60)
    >>> len(table), float(table["repeat_orders"].iloc[-1])
    (25, 7.0)
    """
    check(model=(model, MODELS), unit=(unit, UNITS))
    columns = ["week", "week_end", "repeat_orders", "repeat_orders_expected", "in_holdout"]
    first, _ = rhythm(orders, as_of)
    n_weeks = ((day(as_of) - first).days + 1) // 7 if first else 0
    if n_weeks < 2:
        return pd.DataFrame(columns=columns)
    held_out = min(7 * n_weeks // 3, LONGEST_HOLDOUT) if holdout_days is None else holdout_days
    known_to = before(as_of, holdout_days=held_out)
    seen = summarize(orders, as_of=known_to, unit=unit)
    fitted, _ = fits(seen.select("frequency", "recency", "T", "monetary").execute(), model, unit)
    born, repeats = _by_day(orders, as_of, known_to, first)
    ends = 7 * np.arange(1, n_weeks + 1) - 1  # days since the first of the file
    ages = ends[:, None] - born["at"].to_numpy()[None, :]
    foretold = fitted.expected_from_start(np.arange(ages.max() + 1) / UNITS[unit])
    expected = np.where(ages >= 0, foretold[np.maximum(ages, 0)], 0.0) @ born["n"].to_numpy(float)
    so_far = [float(repeats.loc[repeats["at"] <= end, "n"].sum()) for end in ends]
    week_end = pd.Timestamp(first) + pd.to_timedelta(ends, unit="D")
    rows = [range(1, n_weeks + 1), week_end, so_far, expected, week_end > pd.Timestamp(known_to)]
    return pd.DataFrame(dict(zip(columns, rows, strict=True)))


def chain_tracking(client) -> pd.DataFrame:
    """`tracking` of all orders of a client, by the model that `chain_card` judges.

    >>> chain_tracking(client)["repeat_orders_expected"]  # doctest: +SKIP
    """
    return tracking(client.orders, as_of=client.as_of)


def _by_day(orders, as_of, known_to, first) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers known by then by their first day, and their repeat occasions by day: `at` and n each."""
    days = occasions(orders, as_of=as_of)
    start = days.group_by("customer_id").agg(first_day=days.day.min())
    start = start.filter(start.first_day <= ibis.literal(known_to))
    later = days.join(start, "customer_id").filter(lambda t: t.day > t.first_day)
    zero = ibis.literal(first)
    born = start.group_by(at=days_between(zero, start.first_day)).agg(n=start.count())
    repeats = later.group_by(at=days_between(zero, later.day)).agg(n=later.count())
    return born.execute(), repeats.execute()
