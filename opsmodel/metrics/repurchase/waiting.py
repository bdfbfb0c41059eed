"""How long customers wait with their second order, counting those who are still waiting."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from opsmodel.intake.contract import day
from opsmodel.metrics.counting import (
    days_between,
    require_whole,
    tally,
    totals,
    window_lengths,
    with_rate,
)
from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.starts import returns
from opsmodel.metrics.survival import at, kaplan_meier

FEWEST_AT_RISK = 10


def survival(orders, *, as_of, by: str | Sequence[str] | None = None, scope: str = "any") -> pd.DataFrame:
    """One row per length of wait: the share of customers back by then, by Kaplan–Meier.

    Every customer counts, for as long as there was to see: one who is not back by `as_of` is waiting
    still, and leaves the curve there.

    orders  one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of   last day observed, inclusive
    by      column or columns of orders, taken from the first paid order
    scope   any, home or branch; see `occasions.paid_orders`

    Returns the columns of `by`, then days (after the first order day), at_risk (customers still waiting
    when the day begins), events (back on that day), repurchased (share back by that day), low, high
    (95 %, Greenwood on the log(−log) scale; NaN while nobody or everybody is back).
    Raises TableError if a column is missing.
    Source: Kaplan & Meier 1958.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = survival(seven_customer_shop().orders, as_of="2024-06-30")
    >>> table[["days", "at_risk", "repurchased"]].head(3).round(3).values.tolist()
    [[20.0, 7.0, 0.143], [21.0, 6.0, 0.286], [28.0, 5.0, 0.429]]
    """
    waits, groups = _waits(orders, as_of, by, scope)
    return _as_repurchase(kaplan_meier(waits, by=groups or None), groups)


def chain_survival(client) -> pd.DataFrame:
    """`survival` of the whole chain of a client: how long people usually wait with what is sold."""
    return survival(client.chain.orders, as_of=client.as_of)


def early(
    orders,
    *,
    as_of,
    within_days: Sequence[int] = (30, 60, 90, 180, 360),
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per window: the repurchase rate read off the Kaplan–Meier curve, for a young store.

    With fewer than 30 customers old enough for a window, `curve` has little to say; this estimate uses
    the others as well, for as long as they have been seen. It stops where fewer than 10 are still at risk.

    Arguments and errors are those of `survival`; within_days and its errors those of `curve`.

    Returns the columns of `by`, then within_days, n_customers (all with a first order), at_risk (still
    waiting when day N begins), repurchase_rate (NaN if fewer than 10 are at risk), repurchase_rate_low,
    repurchase_rate_high.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> early(seven_customer_shop().orders, as_of="2024-06-30", within_days=(30,))["at_risk"].tolist()
    [4]
    """
    windows = window_lengths(within_days)
    waits, groups = _waits(orders, as_of, by, scope)
    curves = kaplan_meier(waits, by=groups or None)
    parts = curves.groupby(groups, dropna=False, sort=True) if groups else [((), curves)]
    rows = []
    for key, one in parts:
        for n in windows:
            seen = at(one, n, min_at_risk=FEWEST_AT_RISK)
            size = int(one["at_risk"].max()) if len(one) else 0
            rows.append(
                [*key, n, size, *(seen[c] for c in ("at_risk", "failed", "failed_low", "failed_high"))]
            )
    rate = ["repurchase_rate", "repurchase_rate_low", "repurchase_rate_high"]
    return pd.DataFrame(rows, columns=[*groups, "within_days", "n_customers", "at_risk", *rate])


def hazard(
    orders,
    *,
    as_of,
    period_days: int = 30,
    n_periods: int = 12,
    by: str | Sequence[str] | None = None,
    scope: str = "any",
) -> pd.DataFrame:
    """One row per period after the first order: of the customers not yet back at its start, who came in it.

    Period m covers the days (m − 1) × L + 1 to m × L after the first order day. A customer counts in a
    period once all of it lies before the end of `as_of`, so that nobody is at risk for part of it.

    period_days  L, length of a period
    n_periods    number of periods

    Returns the columns of `by`, then period (1, 2, …), from_day, to_day, n_at_risk, n_events, hazard
    (NaN if none is at risk), hazard_low, hazard_high (Wilson, 95 %).
    Raises TableError if a column is missing, ArgumentError for a length or number that is not whole.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> hazard(seven_customer_shop().orders, as_of="2024-06-30", n_periods=3)[
    ...     ["n_at_risk", "n_events"]].values.tolist()
    [[7, 3], [4, 1], [3, 1]]
    """
    require_whole(period_days=period_days, n_periods=n_periods)
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    who = returns(paid)
    counted = tally(
        who,
        paid.by,
        lived=days_between(who.first_day, ibis.literal(day(as_of))) // period_days,
        came=(days_between(who.first_day, who.second_day) + (period_days - 1)) // period_days,
    )
    lived, came = counted["lived"], counted["came"].fillna(np.inf)
    parts = []
    for m in range(1, n_periods + 1):
        at_risk = (lived >= m) & (came >= m)
        found = totals(counted, paid.by, n_at_risk=at_risk, n_events=at_risk & (came == m))
        parts.append(found.assign(period=m, from_day=(m - 1) * period_days + 1, to_day=m * period_days))
    columns = [*paid.by, "period", "from_day", "to_day", "n_at_risk", "n_events"]
    table = pd.concat(parts)[columns].sort_values([*paid.by, "period"], ignore_index=True)
    return with_rate(table, "hazard", "n_events", "n_at_risk")


def _waits(orders, as_of, by, scope) -> tuple[pd.DataFrame, list[str]]:
    """First gaps, counted by length: over (events) or cut off at the end of observation (censored)."""
    paid = paid_orders(orders, as_of=as_of, by=by, scope=scope)
    who = returns(paid)
    end = who.second_day.fill_null(ibis.literal(day(as_of)))
    counted = tally(who, paid.by, days=days_between(who.first_day, end), back=who.second_day.notnull())
    back = counted["back"].astype(bool)
    return counted.assign(events=counted["n"].where(back, 0), censored=counted["n"].where(~back, 0)), paid.by


def _as_repurchase(curve: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    names = {"failed": "repurchased", "failed_low": "low", "failed_high": "high"}
    return curve.rename(columns=names)[[*groups, "days", "at_risk", "events", *names.values()]]
