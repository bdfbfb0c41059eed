"""What adds brought in after joining: per add and order day, counted in whole days since joining."""

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.channels import source
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import identified


def purchases(shop, rows: ir.Table, *, as_of, margin_share: float | None = None) -> ir.Table:
    """One row per add and day with an order at or after joining. Lazy.

    rows          adds, of `adds.adds`
    margin_share  margin ÷ net revenue, for orders whose margin the client does not supply

    Returns the columns of `rows`, then days (after the day of joining), net and margin (float, currency;
    an unknown margin counts 0), unknown (whether some order's margin is not known), bought (whether the
    day is a purchase occasion).
    """
    orders = identified(source.table(shop, "orders"), as_of=as_of)
    net = orders.net.cast("float64")
    margin = orders.margin.cast("float64") if "margin" in orders.columns else ibis.null("float64")
    if margin_share is not None:
        margin = ibis.coalesce(margin, net * margin_share)
    orders = orders.select("ordered_at", "day", buyer=orders.customer_id, net=net, margin=margin)
    met = rows.join(orders, [rows.customer_id == orders.buyer, rows.joined_at <= orders.ordered_at])
    met = met.mutate(days=days_between(met.joined_day, met.day))
    days = met.group_by([*rows.columns, "days"]).agg(
        net=met.net.sum(), margin=met.margin.sum().fill_null(0.0), unknown=met.margin.isnull().max()
    )
    return days.mutate(bought=days.net > 0)
