"""What each buyer has done up to a day: the measures that scores, grids and rules are made of."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import CUSTOMER, occasions, paid_orders
from opsmodel.metrics.starts import starts

HOME = "home_store_id"


def buyers(orders, *, as_of, since=None, by: str | Sequence[str] | None = None) -> ir.Table:
    """One row per customer with a purchase occasion: when, how often, how much. Lazy.

    since  first day counted; default: all days up to `as_of`
    by     column or columns of orders, taken from the first paid order

    Returns customer_id, the columns of `by`, first_day, last_day, days_since_last (whole days from the
    last occasion to `as_of`), n_occasions, n_orders (paid orders), spend (net of refunds).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> found = buyers(seven_customer_shop().orders, as_of="2024-06-30").execute()
    >>> found[found["customer_id"] == "C2"][["days_since_last", "n_occasions", "n_orders"]].values.tolist()
    [[131, 2, 3]]
    """
    names = column_names(by)
    own = [name for name in names if name == HOME]  # the same in every order of a customer
    days = occasions(orders, as_of=as_of, unit=[*CUSTOMER, *own])
    if since is not None:
        days = days.filter(days.day >= day(since))
    found = days.group_by([*CUSTOMER, *own]).agg(
        first_day=days.day.min(),
        last_day=days.day.max(),
        n_occasions=days.count(),
        n_orders=days.n_orders.sum(),
        spend=days.net.sum().cast("float64"),
    )
    carried = [name for name in names if name not in own]
    if carried:
        paid = paid_orders(require(orders, "orders", carried), as_of=as_of, by=carried)
        found = found.join(starts(paid).select(*CUSTOMER, *carried), CUSTOMER)
    quiet = days_between(found.last_day, ibis.literal(day(as_of)))
    return found.select(
        *CUSTOMER, *names, "first_day", "last_day", "n_occasions", "n_orders", "spend", days_since_last=quiet
    )
