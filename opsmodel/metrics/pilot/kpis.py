"""The KPI of every store over time, from a client's tables: what a pilot is measured by."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day, require
from opsmodel.intake.kpis import PILOT_KPIS
from opsmodel.metrics.occasions import net_amount, paid_orders
from opsmodel.metrics.starts import returns

UNITS = {"week": "W", "month": "M"}
WITHIN = {"close_rate": 30, "repurchase_rate": 90, "retained_adds": 7}


def history(
    client, *, kpi: str = "revenue", period: str = "week", within_days: int | None = None
) -> pd.DataFrame:
    """One row per store and period: the KPI of every store of the chain, whole periods only.

    revenue (net of refunds), orders and buyers: of what the store rang up. adds: new contacts.
    retained_adds: those still contacts after 7 days. close_rate: share of the new contacts who buy within
    30 days. repurchase_rate: share of the first-time buyers who are back within 90 days, by home store. The
    last three belong to the period in which the customer began, and end as many days before as_of.

    client       a client; of one narrowed to a store the whole chain is taken
    kpi          one of these
    period       week (from Monday) or month
    within_days  another window than the above

    Returns unit (store_id), period (its first day), value. A store appears from the first whole period
    after its first row; from then on nothing seen is 0, and a rate without a base NaN.
    Raises ArgumentError for another KPI or period, TableError if a table or column is missing.

    >>> history(open_client("demo"), kpi="revenue").head()  # doctest: +SKIP
    """
    if kpi not in PILOT_KPIS or period not in UNITS:
        raise ArgumentError(
            "this KPI or period does not exist.",
            found=f"kpi {kpi!r}, period {period!r}",
            fix=f"use one of {PILOT_KPIS} by {' or '.join(UNITS)}.",
        )
    chain = client.chain
    wait = (within_days or WITHIN[kpi]) if kpi in WITHIN else 0
    makers = {"close_rate": _closed, "repurchase_rate": _returned}
    makers |= {"adds": _added, "retained_adds": _added}
    rows = makers.get(kpi, _sold)(chain, kpi, wait)
    counted = rows.group_by(unit=rows.unit, period=rows.day.truncate(UNITS[period])).agg(
        value=rows.value.sum() / rows.value.count() if kpi.endswith("rate") else _summed(rows, kpi),
        first_day=rows.day.min(),
    )
    return _grid(counted.execute(), period, day(client.as_of) - timedelta(days=wait), kpi)


def _summed(rows: ir.Table, kpi: str) -> ir.Value:
    return rows.value.nunique() if kpi == "buyers" else rows.value.sum()


def _sold(chain, kpi: str, wait: int) -> ir.Table:
    orders = require(chain.sales, "orders", ["store_id", "ordered_at", "amount"])
    seen = orders.filter(orders.ordered_at < ibis.timestamp(_after(chain.as_of)))
    net = net_amount(seen)
    value = {"revenue": net, "orders": (net > 0).cast("int64")}.get(kpi)
    if kpi == "buyers":
        value = ibis.ifelse((net > 0) & (seen.customer_id != ""), seen.customer_id, None)
    return seen.select(unit=seen.store_id, day=seen.ordered_at.date(), value=value)


def _joined(chain) -> ir.Table:
    table = require(chain.customers, "customers", ["customer_id", "store_id", "joined_at"])
    known = table.joined_at.notnull() & (table.joined_at < ibis.timestamp(_after(chain.as_of)))
    return table.filter(known).mutate(unit=table.store_id, day=table.joined_at.date())


def _added(chain, kpi: str, wait: int) -> ir.Table:
    seen = _joined(chain)
    if kpi == "adds":
        return seen.select("unit", "day", value=ibis.literal(1, "int64"))
    seen = require(seen, "customers", ["left_at"])
    kept = seen.left_at.isnull() | (seen.left_at >= seen.joined_at + ibis.interval(days=wait))
    return seen.select("unit", "day", value=kept.cast("int64"))


def _closed(chain, kpi: str, wait: int) -> ir.Table:
    contacts = _joined(chain).select("customer_id", "unit", "day")
    bought = paid_orders(chain.orders, as_of=chain.as_of).rows.select("customer_id", bought_on="day")
    met = contacts.join(bought, "customer_id")
    soon = (met.bought_on >= met.day) & (met.bought_on <= met.day + ibis.interval(days=wait))
    buyers = met.filter(soon).select("customer_id").distinct().mutate(hit=ibis.literal(1, "int64"))
    joined = contacts.left_join(buyers, "customer_id")
    return joined.select("unit", "day", value=joined.hit.fill_null(0))


def _returned(chain, kpi: str, wait: int) -> ir.Table:
    paid = paid_orders(chain.orders, as_of=chain.as_of, by="home_store_id")
    who = returns(paid)
    back = who.second_day <= who.first_day + ibis.interval(days=wait)
    return who.select(unit=who.home_store_id, day=who.first_day, value=back.fill_null(False).cast("int64"))


def _after(as_of) -> str:
    return (day(as_of) + timedelta(days=1)).isoformat()


def _grid(counted: pd.DataFrame, period: str, last: date, kpi: str) -> pd.DataFrame:
    """Every store in every whole period since it began."""
    if counted.empty:
        return pd.DataFrame({"unit": [], "period": pd.to_datetime([]), "value": []})
    counted["period"] = pd.to_datetime(counted["period"])
    counted["value"] = counted["value"].astype(float)
    begins = pd.to_datetime(counted.groupby("unit")["first_day"].min())
    step = pd.DateOffset(weeks=1) if period == "week" else pd.DateOffset(months=1)
    starts = pd.date_range(counted["period"].min(), counted["period"].max(), freq=step)
    whole = [start for start in starts if start + step - pd.Timedelta(days=1) <= pd.Timestamp(last)]
    grid = pd.MultiIndex.from_product([begins.index, whole], names=["unit", "period"]).to_frame(index=False)
    grid = grid[grid["period"] >= grid["unit"].map(begins)]
    found = grid.merge(counted[["unit", "period", "value"]], on=["unit", "period"], how="left")
    if not kpi.endswith("rate"):
        found["value"] = found["value"].fillna(0.0)
    return found.sort_values(["unit", "period"], ignore_index=True)
