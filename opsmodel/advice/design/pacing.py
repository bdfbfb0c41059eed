"""How far a new-customer plan looks, by how often the chain's customers buy."""

from typing import NamedTuple

HALF_YEAR, YEAR = 182, 364  # days of the curve a plan is placed by


class Pace(NamedTuple):
    """How finely the return of new customers is looked at, and how far the plan reaches, in days."""

    period_days: int
    n_periods: int
    horizon: int


def pace(trade: str, *, within_days: int) -> Pace:
    """Weeks of half a year, a plan of one window; for what is bought rarely fortnights and a year.

    trade        of `plan.trade`
    within_days  window of the plan

    >>> pace("frequent", within_days=90), pace("rare", within_days=90)
    (Pace(period_days=7, n_periods=26, horizon=90), Pace(period_days=14, n_periods=26, horizon=364))
    """
    if trade == "rare":
        return Pace(14, YEAR // 14, max(within_days, YEAR))
    return Pace(7, HALF_YEAR // 7, within_days)
