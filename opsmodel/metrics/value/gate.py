"""Whether a fitted model may be used: enough customers, a long enough file, and a hold-out it foretells."""

from collections.abc import Mapping

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.value.likeness import alike
from opsmodel.metrics.value.models import MODELS, Purchases, Spend, fit, fit_spend
from opsmodel.metrics.value.summary import UNITS, check, split, summarize

FEWEST_CUSTOMERS = 500
FEWEST_REPEATERS = 100
GAPS_IN_FILE = 3  # the file covers that many median gaps or more
FURTHEST_OFF = 0.15  # of the hold-out total
LONGEST_HOLDOUT = 182  # days
PURCHASE, SPEND = ("r", "alpha", "a", "b"), ("p", "q", "v")


def model_card(
    orders,
    *,
    as_of,
    model: str = "mbg_nbd",
    unit: str = "week",
    measure: str = "revenue",
    holdout_days: int | None = None,
) -> pd.DataFrame:
    """One row: a model fitted to all customers, what it was fitted to, and whether it passes the gate.

    The gate: 500 customers or more, 100 of them with a repeat; a file of 3 median gaps or more; both fits
    converged; and, fitted again without the last `holdout_days`, the purchases foretold for them add up to
    within 15 % of those that came. Where it does not pass, use `ltv`.

    orders        one row per order: customer_id, ordered_at, amount (refund_amount, margin if there)
    as_of         last day observed, inclusive
    model         mbg_nbd or bg_nbd
    unit, measure as for `summarize`
    holdout_days  default: a third of the file, at most 182

    Returns model, unit, measure, as_of (text), n_customers, n_repeaters, file_days, median_gap_days (of all
    gaps between occasions), r, alpha, a, b, log_likelihood, p, q, v, mean_spend (of a purchase; NaN for q up
    to 1), spend_correlation (of frequency and monetary among repeaters: Gamma–Gamma takes it for 0),
    alike (in what the models see no difference among customers: rate, stop, never, spend, see
    `likeness.alike`; empty if in nothing. No part of the gate: the hold-out judges such a model, too),
    holdout_days, n_holdout (customers known before it), holdout_orders and holdout_expected (their
    purchases in it), holdout_off_share (expected ÷ seen − 1), holdout_revenue, holdout_revenue_expected,
    usable, reason (what keeps it from the gate, as words of this list: customers, repeaters, file, fit,
    holdout; empty if usable).
    Raises TableError if a column is missing, ArgumentError for another model, unit or measure.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> card = model_card(seven_customer_shop().orders, as_of="2024-06-30")
    >>> card[["n_customers", "n_repeaters", "usable"]].values.tolist()
    [[7, 6, False]]
    """
    check(model=(model, MODELS), unit=(unit, UNITS))
    seen = summarize(orders, as_of=as_of, unit=unit, measure=measure).drop("customer_id").execute()
    first, gap = rhythm(orders, as_of)
    file_days = (day(as_of) - first).days + 1 if len(seen) else 0
    third = min(max(file_days // 3, 1), LONGEST_HOLDOUT)
    held_out = third if holdout_days is None else holdout_days
    tested = holdout(orders, as_of=as_of, holdout_days=held_out, model=model, unit=unit, measure=measure)
    again = seen[seen["frequency"] > 0]
    bought, spent = fits(seen, model, unit)
    card = {
        "model": model,
        "unit": unit,
        "measure": measure,
        "as_of": day(as_of).isoformat(),
        "n_customers": len(seen),
        "n_repeaters": len(again),
        "file_days": file_days,
        "median_gap_days": gap,
        **bought.params,
        "log_likelihood": bought.log_likelihood,
        **spent.params,
        "mean_spend": spent.mean,
        "spend_correlation": _correlation(again),
        "alike": alike(bought, spent),
        **tested,
    }
    fails = {
        "customers": len(seen) < FEWEST_CUSTOMERS,
        "repeaters": len(again) < FEWEST_REPEATERS,
        "file": not file_days >= GAPS_IN_FILE * gap,
        "fit": not (bought.converged and spent.converged and spent.mean > 0),
        "holdout": not abs(tested["holdout_off_share"]) <= FURTHEST_OFF,
    }
    reason = " ".join(name for name, failed in fails.items() if failed)
    return pd.DataFrame([card | {"usable": not reason, "reason": reason}])


def chain_card(
    client, *, model: str = "mbg_nbd", unit: str = "week", measure: str = "revenue"
) -> pd.DataFrame:
    """`model_card` of all orders of a client: fitted once at chain level, for every store's page.

    >>> chain_card(client)["usable"]  # doctest: +SKIP
    """
    return model_card(client.orders, as_of=client.as_of, model=model, unit=unit, measure=measure)


def from_card(card: pd.DataFrame) -> tuple[Purchases, Spend]:
    """The two fitted models that a card tells of, to score customers with."""
    row = card.iloc[0]
    n, n_again = int(row["n_customers"]), int(row["n_repeaters"])
    bought = {name: float(row[name]) for name in PURCHASE}
    spent = {name: float(row[name]) for name in SPEND}
    return (
        Purchases(bought, n=n, model=row["model"], unit=row["unit"], log_likelihood=row["log_likelihood"]),
        Spend(spent, n=n_again),
    )


def holdout(
    orders,
    *,
    as_of,
    holdout_days: int,
    model: str = "mbg_nbd",
    unit: str = "week",
    measure: str = "revenue",
) -> dict[str, float]:
    """What a model fitted without the last `holdout_days` foretold for them, and what came.

    Only customers known before the hold-out count. NaN where there was nobody to fit.

    Returns holdout_days, n_holdout, holdout_orders, holdout_expected, holdout_off_share, holdout_revenue,
    holdout_revenue_expected: see `model_card`.
    """
    known = split(orders, as_of=as_of, holdout_days=holdout_days, unit=unit, measure=measure)
    frame = known.drop("customer_id").execute()
    bought, spent = fits(frame, model, unit)
    expected = expected_value = np.nan
    if len(frame) and bought.params["r"] > 0:
        scored = bought.predict(frame, holdout_days / UNITS[unit], spend=spent)
        expected, expected_value = (scored[c].sum() for c in ("expected_orders", "expected_value"))
    came = int(frame["n_holdout"].sum())
    return {
        "holdout_days": holdout_days,
        "n_holdout": len(frame),
        "holdout_orders": came,
        "holdout_expected": float(expected),
        "holdout_off_share": expected / came - 1 if came else np.nan,
        "holdout_revenue": float(frame["value_holdout"].sum()),
        "holdout_revenue_expected": float(expected_value) if spent.mean > 0 else np.nan,
    }


def outlook(
    orders, card: pd.DataFrame, *, periods: float, as_of, by: str | list[str] | None = None
) -> pd.DataFrame:
    """What the customers of these orders will do in the next `periods`, by a model fitted to the chain.

    card     the table of `model_card`; periods are in its unit
    by       column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then n_customers, n_alive (expected number not lost for good),
    expected_orders, expected_value (client currency), horizon, unit.
    """
    bought, spent = from_card(card)
    measure = card["measure"].iloc[0]
    summary = summarize(orders, as_of=as_of, unit=bought.unit, measure=measure, by=by)
    scored = bought.predict(summary, periods, spend=spent)
    sums: Mapping = {
        "n_customers": scored.count(),
        "n_alive": scored.p_alive.sum(),
        "expected_orders": scored.expected_orders.sum(),
        "expected_value": scored.expected_value.sum(),
    }
    groups = column_names(by)
    found = (scored.group_by(groups) if groups else scored).agg(**sums).execute()
    found = found.assign(horizon=float(periods), unit=bought.unit)
    return found.sort_values(groups, ignore_index=True) if groups else found


def fits(frame: pd.DataFrame, model: str, unit: str) -> tuple[Purchases, Spend]:
    """Both models fitted, or models of NaN where there is nobody to fit."""
    try:
        bought = fit(frame, model=model, unit=unit)
    except ArgumentError:
        bought = Purchases(dict.fromkeys(PURCHASE, np.nan), model=model, unit=unit, converged=False)
    try:
        return bought, fit_spend(frame)
    except ArgumentError:
        return bought, Spend(dict.fromkeys(SPEND, np.nan), converged=False)


def rhythm(orders, as_of) -> tuple:
    """The day of the first occasion and the median of all gaps between occasions, in days."""
    days = occasions(orders, as_of=as_of)
    window = ibis.window(group_by="customer_id", order_by="day")
    gaps = days.select("day", gap=days_between(days.day.lag().over(window), days.day))
    row = gaps.agg(first=gaps.day.min(), gap=gaps.gap.cast("float64").median()).to_pyarrow().to_pylist()[0]
    return row["first"], np.nan if row["gap"] is None else row["gap"]


def _correlation(again: pd.DataFrame) -> float:
    known = again[["frequency", "monetary"]].dropna()
    varied = len(known) > 2 and bool((known.std() > 0).all())
    return float(np.corrcoef(known["frequency"], known["monetary"])[0, 1]) if varied else np.nan
