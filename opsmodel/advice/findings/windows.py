"""Whether the window of the page fits how often these customers buy."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

YEAR = 360
WINDOWS = (30, 60, 90, 180, 360)
SEES = 0.5  # of those who return within the year: a window that sees fewer calls the others lost too early
ENOUGH = 0.95  # a much shorter window that sees as many gives the same answer earlier
MUCH_SHORTER = 1 / 3


def window_fits(survival: pd.DataFrame, within_days: int) -> Finding:
    """How much of a year's return the window of the page sees, and which window would fit better.

    survival     the table of `repurchase.survival` of the whole chain: how often people buy belongs to what
                 is sold, not to one store
    within_days  the window of the page

    Returns a finding of kind "window_short" (most of those who return within 360 days do so after it: rare
    purchases), "window_long" (a window a third as long sees as many: frequent purchases), "window_fits" or
    "small_base". Where fewer than 30 have been waiting for 360 days the year ends with them.
    """
    seen = survival[survival["at_risk"] >= SMALLEST_BASE]
    if seen.empty:
        return small_base(survival["at_risk"].max() if len(survival) else 0)
    year = min(YEAR, int(seen["days"].max()))
    whole = _back(seen, year)
    if whole == 0 or year < within_days:
        return small_base(0)
    shares = {days: _back(seen, days) / whole for days in (*WINDOWS, within_days) if days <= year}
    share = shares[within_days]
    shorter = [n for n, part in shares.items() if n <= within_days * MUCH_SHORTER and part >= ENOUGH]
    longer = [n for n, part in shares.items() if n > within_days and part >= SEES]
    values = {"days": within_days, "year": year, "share": numbers.percent(share, 0)}
    evidence = _(
        "{n} first-time buyers of the chain, {rate} of them back within {year} days (Kaplan–Meier).",
        n=numbers.count(seen["at_risk"].max()), rate=numbers.percent(whole), year=year,
    )  # fmt: skip
    if share < SEES and longer:
        better = min(longer)
        return Finding(
            "window_short",
            "repurchase",
            _("A window of {days} days sees only {share} of those who return within {year} days: people buy "
              "this rarely.", **values),
            evidence,
            _("Write within_days: {better} under windows in engagement.yaml, which sees {more}; until then "
              "read a rate of {days} days as early, not as low.",
              better=better, more=numbers.percent(shares[better], 0), days=within_days),
            n=int(seen["at_risk"].max()),
        )  # fmt: skip
    if shorter:
        better = min(shorter)
        return Finding(
            "window_long",
            "repurchase",
            _("Of those who return within {year} days, {more} are back within {better}: people buy this "
              "often.", year=year, more=numbers.percent(shares[better], 0), better=better),
            evidence,
            _("A window of {better} days tells the same {sooner} days sooner (within_days under windows in "
              "engagement.yaml).", better=better, sooner=within_days - better),
            n=int(seen["at_risk"].max()),
        )  # fmt: skip
    claim = _("A window of {days} days sees {share} of those who return within {year} days.", **values)
    return Finding("window_fits", "repurchase", claim, evidence, n=int(seen["at_risk"].max()))


def _back(survival: pd.DataFrame, days: int) -> float:
    """Share back by a day."""
    reached = survival.loc[survival["days"] <= days, "repurchased"]
    return float(reached.iloc[-1]) if len(reached) else 0.0
