"""The teaching form of lifetime value, beside LTV_N, and how far its lifespan is cut off by the file."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.value.groups import at_start
from opsmodel.metrics.value.lifetime import ltv

YEAR = 365.0
QUIET = 0.9  # quantile of all gaps: a longer silence counts as an end


def teaching(
    orders,
    *,
    as_of,
    within_days: int = 360,
    measure: str = "revenue",
    quiet_days: int | None = None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row: average order value × orders a year × lifespan in years, beside LTV_N, with its bias.

    The lifespan that this form wants is measured from first to last purchase. A file shorter than a
    customer's life cuts it off: a true mean of 2.0 years reads 0.25 in a file of one year. How much is
    missing is told by the lifespan that counts customers who still buy as still living (exponential lives,
    right-censored: days lived ÷ lives ended).

    orders       one row per order: customer_id, ordered_at, amount (refund_amount, margin if there)
    as_of        last day observed, inclusive
    within_days  N of the LTV_N beside it
    measure      revenue (net of refunds) or margin
    quiet_days   silence after which a life counts as ended; default: the P90 of all gaps between occasions,
                 of each group its own
    by           column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then n_customers, order_value (of an occasion in the last 365 days),
    orders_per_year (occasions ÷ buyers of these days, scaled up in a shorter file), lifespan_years (mean from
    first to last purchase, one-timers 0), teaching_ltv (the product), quiet_days, n_living (silent for no
    longer), lifespan_corrected_years (NaN if nobody's life has ended), lifespan_bias (measured ÷ corrected −
    1: teaching_ltv is off by as much), within_days, ltv, ltv_low, ltv_high.
    Raises TableError if a column is missing, ArgumentError for a window, measure or silence that cannot be.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = teaching(seven_customer_shop().orders, as_of="2024-06-30", quiet_days=60, within_days=90)
    >>> table[["n_living", "lifespan_years", "lifespan_corrected_years"]].round(2).values.tolist()
    [[3.0, 0.16, 0.32]]
    """
    if quiet_days is not None and quiet_days < 1:
        raise ArgumentError(
            "a silence is a day or more.", found=repr(quiet_days), fix="write quiet_days=90, or leave it out."
        )
    groups = column_names(by)
    beside = ltv(orders, as_of=as_of, within_days=(within_days,), measure=measure, by=by)
    sums = _sums(orders, groups, as_of=as_of, measure=measure, quiet_days=quiet_days)
    table = sums if not groups else sums.sort_values(groups, ignore_index=True)
    scale = YEAR / table["file_days"].clip(upper=YEAR)
    order_value = table["spent"] / table["recent"].where(table["recent"] > 0)
    per_year = table["recent"] / table["recent_buyers"].where(table["recent_buyers"] > 0) * scale
    lifespan = table["lived"] / table["n_customers"].where(table["n_customers"] > 0) / YEAR
    ended = table["n_customers"] - table["n_living"]
    corrected = (table["lived"] + table["silent"]) / ended.where(ended > 0) / YEAR
    told = table[[*groups, "n_customers"]].assign(
        order_value=order_value,
        orders_per_year=per_year,
        lifespan_years=lifespan,
        teaching_ltv=order_value * per_year * lifespan,
        quiet_days=table["quiet"],
        n_living=table["n_living"],
        lifespan_corrected_years=corrected,
        lifespan_bias=lifespan / corrected.where(corrected > 0) - 1,
    )
    beside = beside[[*groups, "within_days", "ltv", "ltv_low", "ltv_high"]]
    return told.merge(beside, on=groups) if groups else pd.concat([told, beside], axis=1)


def _sums(orders, groups: list[str], *, as_of, measure: str, quiet_days: int | None) -> pd.DataFrame:
    """Per group: customers, days lived and silent, what ends a life, the last year's occasions."""
    people = _people(orders, groups, as_of=as_of, measure=measure)
    if quiet_days is None:
        people = _with_usual_gap(people, orders, groups, as_of=as_of)
    else:
        people = people.mutate(quiet=ibis.literal(float(quiet_days)))
    living = (people.silence <= people.quiet).fill_null(False)
    sums = {
        "n_customers": people.count(),
        "n_living": living.sum().fill_null(0),
        "lived": people.lived.sum(),
        "silent": people.silence.sum(where=living).fill_null(0),
        "recent": people.recent.sum(),
        "recent_buyers": (people.recent > 0).sum(),
        "spent": people.spent.sum(),
        "file_days": people.age.max() + 1,
        "quiet": people.quiet.max(),
    }
    found = (people.group_by(groups) if groups else people).agg(**sums).execute()
    counts = dict.fromkeys(["n_customers", "n_living"], "int64")
    return found.astype(dict.fromkeys(sums, "float64")).fillna(dict.fromkeys(counts, 0)).astype(counts)


def _with_usual_gap(people: ir.Table, orders, groups: list[str], *, as_of) -> ir.Table:
    """Beside each customer `quiet`, the P90 of the gaps of the group; null where nobody came back."""
    days = occasions(orders, as_of=as_of)
    window = ibis.window(group_by="customer_id", order_by="day")
    gaps = days.select("customer_id", gap=days_between(days.day.lag().over(window), days.day).cast("float64"))
    gaps = gaps.join(people.select("customer_id", *groups), "customer_id")
    usual = gaps.aggregate(by=groups, quiet=gaps.gap.quantile(QUIET))
    same = [people[name].identical_to(usual[name]) for name in groups]  # a group may have no name
    both = people.left_join(usual, same) if groups else people.cross_join(usual)
    return both.select(*people.columns, "quiet")


def _people(orders, groups: list[str], *, as_of, measure: str) -> ir.Table:
    """One row per customer: `by`, days lived (first to last), silence and age, the last year's occasions."""
    days = occasions(orders, as_of=as_of)
    last = ibis.literal(day(as_of))
    recent = days.day > ibis.literal(day(as_of) - timedelta(days=int(YEAR)))
    spent = days.net if measure == "revenue" else days.margin
    each = days.group_by("customer_id").agg(
        first=days.day.min(),
        latest=days.day.max(),
        recent=recent.sum(),
        spent=spent.sum(where=recent).cast("float64").fill_null(0.0),
    )
    each = each.mutate(
        lived=days_between(each.first, each.latest).cast("float64"),
        silence=days_between(each.latest, last).cast("float64"),
        age=days_between(each.first, last).cast("float64"),
    )
    return at_start(each, orders, as_of=as_of, groups=groups)
