"""What each channel, code, member of staff or store brings: adds kept, closed, paid for and paid back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.channels.adds import adds, losses_recorded
from opsmodel.metrics.channels.costs import costs, matched
from opsmodel.metrics.channels.figures import SUMS, with_figures
from opsmodel.metrics.channels.loss import curve, kept_after
from opsmodel.metrics.channels.money import purchases
from opsmodel.metrics.scope import last_day

KEPT_DAYS, FAKE_DAYS = 7, 2
SURVIVAL_DAYS = (7, 30)
COUNTS = ["n_adds", "n_adds_7", "n_adds_2", "n_mature", "n_buyers", "n_ltv", "n_unknown"]
KEPT = ["n_retained", "n_fake"]
MONEY = [*SUMS, "revenue", "ltv_margin"]


def performance(
    client,
    *,
    as_of=None,
    within_days: int = 90,
    ltv_days: int | None = None,
    by: str | Sequence[str] | None = "channel",
    since=None,
    booked: str = "day",
    margin_share: float | None = None,
    giveaway: float | Mapping[str, float] = 0.0,
    staff_hours: float | Mapping[str, float] = 0.0,
    hour_cost: float = 0.0,
) -> pd.DataFrame:
    """One row per channel (or code, staff, store): adds, how many stay and buy, what they cost and bring.

    Every figure has its own mature base: an add counts for retention once 7 days have passed since the
    day of joining, for money once `within_days` have. Cost is taken up to the same day as the adds it is
    set against, so that the cost of adds too young to have paid back is not held against the others.

    client        a client or store, or anything with customers, orders and spend
    as_of         last day observed, inclusive; default: the client's
    within_days   N, days after the day of joining in which orders count
    ltv_days      days for the value of an add in LTV/CAC; default: within_days
    by            column or columns of customers: channel, code_id, staff_id, store_id
    since         first day of joining, and of cost, that counts; default: all
    booked        day, or month if each row of spend is the cost of its whole calendar month
    margin_share  margin ÷ net revenue for orders without a margin; default: their margin is not known
    giveaway      gifts per add, currency; a number, or one for each value of the last column of `by`
    staff_hours   hours of staff per add, likewise; hour_cost: currency an hour

    Returns the columns of `by`, then
    n_adds, add_share (of all adds of the store, or of the table where `by` holds no store);
    n_adds_7 (old enough), n_retained, retained_rate: still a contact 7 days after joining;
    n_adds_2, n_fake, fake_rate: gone within 48 hours;
    kept_7_rate, kept_30_rate: Kaplan–Meier over all adds, the youngest included;
    kept_cost (spent up to 7 days before as_of), cost_per_retained_add;
    n_mature (N days old), n_buyers, close_rate: bought within N days;
    revenue, margin (of the n_mature within N days), add_revenue, add_margin (per mature add);
    cost (spent up to N days before as_of), roi = (margin − cost) ÷ cost;
    contribution = margin − cost − gifts and hours of the mature adds;
    n_ltv, ltv (margin per add within ltv_days), cac (cost per add), ltv_cac = ltv ÷ cac.
    A code that cost and brought nobody is a row too, with an ROI of −1.
    Rates, cost_per_retained_add, add_margin and roi carry …_low and …_high (95 %: Wilson; bootstrap by
    customer for money, the cost taken as known). NaN: nobody old enough, nothing spent to set it against,
    or losses, costs or margins that were not recorded.
    Raises TableError if a column is missing, ArgumentError for a window below 1.
    Source: the field's own terms; where an order comes before the contact on the day of joining it is
    left out, for the channel did not bring it.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = performance(seven_customer_shop(), as_of="2024-06-30", within_days=60)
    >>> table[["channel", "n_adds", "n_retained", "n_mature", "n_buyers", "margin"]].values.tolist()
    [['advert', 2, 1.0, 2, 2, 61.0], ['group', 2, 2.0, 1, 1, 10.0], ['till', 3, 3.0, 3, 3, 206.0]]
    """
    ltv_days = within_days if ltv_days is None else ltv_days
    for name, value in (("within_days", within_days), ("ltv_days", ltv_days)):
        if value < 1:
            raise ArgumentError(f"{name} is below 1.", found=repr(value), fix=f"write {name}=90 or so.")
    columns, end = column_names(by), last_day(client, as_of)
    start = None if since is None else day(since)
    people = adds(client, as_of=end, by=columns, since=start)
    each = _with_money(client, people, end, within_days, ltv_days, margin_share)
    windows = {"kept_cost": KEPT_DAYS, "cost": within_days, "ltv_cost": ltv_days}
    until = {name: end - timedelta(days=days) for name, days in windows.items()}
    spent = costs(client, by=columns, until=until, booked=booked, since=start)
    table = matched(_counted(each, columns, within_days, ltv_days), spent, columns, windows)
    table = _whole(table, losses_recorded(client))
    curves = kept_after(curve(client, as_of=end, by=columns, since=start), columns, SURVIVAL_DAYS)
    table = table.merge(curves, on=columns, how="left") if columns else table.join(curves)
    extra = _per_add(table, columns, giveaway) + _per_add(table, columns, staff_hours) * hour_cost
    table = with_figures(table, columns, extra)
    return table.sort_values(columns, ignore_index=True) if columns else table


def _with_money(client, people: ir.Table, end, within_days: int, ltv_days: int, share) -> ir.Table:
    """One row an add, with what it bought within N days of joining (null if nothing)."""
    days = purchases(client, people, as_of=end, margin_share=share)
    near, far = days.days <= within_days, days.days <= ltv_days
    spent = days.group_by(days.customer_id).agg(
        bought=days.bought.max(where=near),
        revenue=days.net.sum(where=near),
        margin=days.margin.sum(where=near),
        ltv_margin=days.margin.sum(where=far),
        unknown=days.unknown.max(where=near | far),
    )
    return people.left_join(spent, "customer_id").drop("customer_id_right")


def _counted(each: ir.Table, by: list[str], within_days: int, ltv_days: int) -> pd.DataFrame:
    """One row per group: the counts and sums from which every figure follows."""
    age, lost = each.age_days, each.lost_day
    mature, old = age >= within_days, age >= ltv_days
    margin = each.margin.fill_null(0.0)
    sums = {
        "n_adds": each.count(),
        "n_adds_7": (age >= KEPT_DAYS).sum(),
        "n_retained": ((age >= KEPT_DAYS) & (lost.fill_null(KEPT_DAYS + 1) > KEPT_DAYS)).sum(),
        "n_adds_2": (age >= FAKE_DAYS).sum(),
        "n_fake": ((age >= FAKE_DAYS) & (lost.fill_null(FAKE_DAYS + 1) <= FAKE_DAYS)).sum(),
        "n_mature": mature.sum(),
        "n_buyers": (mature & each.bought.fill_null(False)).sum(),
        "n_ltv": old.sum(),
        "revenue": each.revenue.sum(where=mature),
        "margin": margin.sum(where=mature),
        "margin_2": (margin * margin).sum(where=mature),
        "margin_3": (margin * margin * margin).sum(where=mature),
        "ltv_margin": each.ltv_margin.sum(where=old),
        "n_unknown": (each.unknown.fill_null(False) & (mature | old)).sum(),
    }
    return (each.group_by(by).agg(**sums) if by else each.agg(**sums)).to_pandas()


def _whole(table: pd.DataFrame, losses: bool) -> pd.DataFrame:
    """Counts of groups that only cost are 0; what was not recorded is NaN."""
    table[COUNTS] = table[COUNTS].fillna(0).astype("int64")
    table[KEPT] = table[KEPT].astype(float).fillna(0.0) if losses else np.nan
    table[MONEY] = table[MONEY].astype(float).fillna(0.0)
    table.loc[table["n_unknown"] > 0, [*SUMS, "ltv_margin"]] = np.nan
    return table


def _per_add(table: pd.DataFrame, by: list[str], given: float | Mapping[str, float]) -> pd.Series:
    """The number for each row: one for all, or by the value of the last column; 0 where none is named."""
    if not isinstance(given, Mapping):
        return pd.Series(float(given), index=table.index)
    if not by:
        raise ArgumentError("there are no groups to look up.", found=repr(given), fix="give one number.")
    return table[by[-1]].map(given).astype(float).fillna(0.0)
