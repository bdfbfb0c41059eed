"""How many leads there are, how many come in a month, and what a first order brings."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.leads import panel
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.scope import chain, last_day


def overview(client, *, as_of=None, within_days: int = 30, by: str | Sequence[str] | None = None):
    """One row in all, or one a group: the open leads, how many are fresh, and the value of a first order.

    as_of        last day observed, inclusive; default: the client's
    within_days  a lead is fresh if it came within so many days; first orders older than a year are left out
    by           columns of customers: store_id, channel, staff_id

    Returns the columns of `by`, then n_leads (contacts who have not bought), n_fresh_leads, median_lead_days
    (since joining; NaN without leads), n_first_orders (of the last 365 days) and first_order_value (net;
    NaN without one) and leads_a_month (new leads of the whole chain, which decide what order is used).
    Raises TableError if a column is missing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> overview(seven_customer_shop(), as_of="2024-05-18")[["n_leads", "n_fresh_leads"]].values.tolist()
    [[1, 1]]
    """
    end = last_day(client, as_of)
    names = column_names(by)
    rows = panel.leads(client, cuts=[end], as_of=end, within_days=within_days)
    rows = rows.mutate(lead_days=panel.age_days(rows, "joined_day"))
    days = occasions(client.orders, as_of=end)
    first = days.mutate(number=ibis.row_number().over(group_by="customer_id", order_by="day"))
    first = first.filter(first.number == 0, first.day > end - timedelta(days=365))
    first = first.select(buyer="customer_id", net=first.net.cast("float64"))
    home = client.customers
    home = panel.require(home, "customers", ["customer_id", *names])
    bought = first.join(home, first.buyer == home.customer_id).select(*names, "net")
    counts = rows.agg if not names else rows.group_by(names).agg
    sums = bought.agg if not names else bought.group_by(names).agg
    found = counts(
        n_leads=rows.count(),
        n_fresh_leads=(rows.lead_days < within_days).sum(),
        median_lead_days=rows.lead_days.cast("float64").median(),
    ).execute()
    worth = sums(n_first_orders=bought.count(), first_order_value=bought.net.mean()).execute()
    if names:
        table = found.merge(worth, on=names, how="outer").sort_values(names, ignore_index=True)
    else:
        table = pd.concat([found, worth], axis=1)
    whole = ["n_leads", "n_fresh_leads", "n_first_orders"]
    table[whole] = table[whole].fillna(0).astype("int64")
    table["leads_a_month"] = panel.monthly_leads(chain(client), as_of=end)
    return table.astype({"median_lead_days": float, "first_order_value": float})
