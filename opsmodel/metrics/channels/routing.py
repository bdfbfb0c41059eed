"""区域扫码: whether an add landed in the store where the customer buys."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.channels import source
from opsmodel.metrics.channels.adds import adds
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.scope import last_day


def routing(
    client, *, as_of=None, by: str | Sequence[str] | None = "channel", min_orders: int = 1, since=None
) -> pd.DataFrame:
    """One row per group: of the adds who have bought, the share whose home store is where they buy most.

    Where a customer lives is not in the tables; the store with most of the customer's purchase occasions
    stands for the nearest one. Of stores with equally many, the home store counts if it is among them.

    client      a client or store, or anything with customers and orders
    as_of       last day observed, inclusive; default: the client's
    by          column or columns of customers: channel, code_id, staff_id, store_id
    min_orders  purchase occasions a customer must have to be judged
    since       first day of joining that counts

    Returns the columns of `by`, then n_adds, n_buyers (judged), n_routed, routed_rate, routed_rate_low,
    routed_rate_high (Wilson, 95 %). Adds who never bought cannot be judged.
    Raises TableError if a column is missing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = routing(seven_customer_shop(), as_of="2024-06-30", by="store_id")
    >>> table[["store_id", "n_buyers", "n_routed"]].values.tolist()
    [['S1', 4, 4], ['S2', 3, 3]]
    """
    columns, end = column_names(by), last_day(client, as_of)
    people = _judged(client, end, columns, min_orders, since)
    sums = {
        "n_adds": people.count(),
        "n_buyers": people.shop.notnull().sum().fill_null(0),
        "n_routed": (people.shop == people.home).fill_null(False).sum().fill_null(0),
    }
    table = (people.group_by(columns).agg(**sums) if columns else people.agg(**sums)).to_pandas()
    table = with_rate(table, "routed_rate", "n_routed", "n_buyers")
    return table.sort_values(columns, ignore_index=True) if columns else table


def routing_flows(
    client, *, as_of=None, by: str | Sequence[str] | None = None, min_orders: int = 1, since=None
) -> pd.DataFrame:
    """One row per pair of stores: adds of the first who buy most in the second.

    Arguments and errors are those of `routing`.

    Returns the columns of `by`, then home_store_id, buys_at (store), n_buyers, share (of the home store's
    adds who have bought; within the group).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> routing_flows(seven_customer_shop(), as_of="2024-06-30").values.tolist()
    [['S1', 'S1', 4, 1.0], ['S2', 'S2', 3, 1.0]]
    """
    columns, end = column_names(by), last_day(client, as_of)
    columns = [column for column in columns if column != "home_store_id"]
    people = _judged(client, end, columns, min_orders, since)
    bought = people.filter(people.shop.notnull())
    keys = [*columns, "home_store_id", "buys_at"]
    counted = bought.group_by(*columns, home_store_id=bought.home, buys_at=bought.shop)
    table = counted.agg(n_buyers=bought.count()).to_pandas().sort_values(keys, ignore_index=True)
    whole = table.groupby([*columns, "home_store_id"], dropna=False)["n_buyers"].transform("sum")
    return table.assign(share=table["n_buyers"] / whole)


def _judged(client, end, columns, min_orders: int, since) -> ir.Table:
    """One row an add: `columns`, home, and shop (where the customer buys most; null if not to be judged)."""
    people = adds(client, as_of=end, by=[*dict.fromkeys([*columns, "store_id"])], since=since)
    people = people.mutate(home=people.store_id)
    days = occasions(source.table(client, "orders"), as_of=end, unit=["customer_id", "store_id"])
    shops = days.group_by(buyer=days.customer_id, shop=days.store_id).agg(n=days.count())
    homes = people.select("customer_id", "home")
    shops = shops.join(homes, shops.buyer == homes.customer_id)
    order = ibis.window(
        group_by="buyer", order_by=[shops.n.desc(), (shops.shop == shops.home).desc(), "shop"]
    )
    ranked = shops.mutate(place=ibis.row_number().over(order))
    ranked = ranked.mutate(all_orders=ranked.n.sum().over(ibis.window(group_by="buyer")))
    best = ranked.filter(ranked.place == 0, ranked.all_orders >= min_orders).select("buyer", "shop")
    return people.left_join(best, people.customer_id == best.buyer)
