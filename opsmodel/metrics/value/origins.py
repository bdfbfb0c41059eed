"""Where customers come from, put beside their orders, so that LTV can be told by it."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import as_table, column_names, require
from opsmodel.metrics.value.lifetime import WINDOWS, ltv

CONTACT = ("channel", "code_id")


def with_origin(orders, customers, columns: Sequence[str] = CONTACT) -> ir.Table:
    """The orders with columns of their buyer beside them, so that `by="channel"` works on them. Lazy.

    An order of a buyer whom `customers` does not know has null there.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> shop = seven_customer_shop()
    >>> with_origin(shop.orders, shop.customers, ["channel"]).channel.count().execute()
    17
    """
    table, people = as_table(orders), require(customers, "customers", ["customer_id", *columns])
    people = people.select(origin_id=people.customer_id, **{f"origin_{c}": people[c] for c in columns})
    both = table.left_join(people, table.customer_id == people.origin_id)
    kept = [c for c in table.columns if c not in columns]
    return both.select(*kept, **{c: both[f"origin_{c}"] for c in columns})


def with_product(orders, order_lines, column: str = "product") -> ir.Table:
    """The orders with the product each is mainly about, so that `by="product"` means the first product. Lazy.

    column  of order_lines: product, product_id, category or tier

    It is the one with the highest amount of the order's lines, summed up by `column`; of equals the lowest
    name. An order without lines has null there.

    >>> orders = pd.DataFrame({"order_id": ["O1"], "customer_id": ["C1"]})
    >>> lines = pd.DataFrame({"order_id": ["O1"] * 3, "product": list("abb"), "amount": [9.0, 5.0, 6.0]})
    >>> with_product(orders, lines).execute()["product"].tolist()
    ['b']
    """
    table, lines = as_table(orders), require(order_lines, "order_lines", ["order_id", column, "amount"])
    lines = lines.filter(lines[column].notnull())
    sums = lines.group_by("order_id", name=lines[column]).agg(paid=lines.amount.sum())
    order = [sums.paid.desc(), sums.name.asc()]
    ranked = sums.mutate(rank=ibis.row_number().over(group_by="order_id", order_by=order))
    main = ranked.filter(ranked["rank"] == 0).select(main_id="order_id", main="name")
    both = table.left_join(main, table.order_id == main.main_id)
    kept = [c for c in table.columns if c != column]
    return both.select(*kept, **{column: both.main})


def by_origin(
    client,
    *,
    origin: str = "channel",
    since: str = "first_order",
    within_days: Sequence[int] = WINDOWS,
    measure: str = "revenue",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per origin and window: `ltv` by where customers come from, straight from a client's tables.

    origin  channel or code_id (of the contact), product, product_id, category or tier (first product), or
            staff_id: who sold the first order; since joining, who holds the contact
    since   first_order, or joined: then those who never bought count too (not with a product)
    by      store_id or home_store_id: the customer's home store, on top

    Returns the columns of `by`, the origin, then those of `ltv`.
    Raises ArgumentError for another `since`; otherwise as `ltv`.

    >>> by_origin(shop, origin="channel", within_days=(90,))  # doctest: +SKIP
    """
    stores = column_names(by)
    told = {"as_of": client.as_of, "within_days": within_days, "measure": measure}
    if since == "joined":
        return ltv(client.orders, customers=client.customers, by=[*stores, origin], **told)
    if since != "first_order":
        raise ArgumentError("this start does not exist.", found=repr(since), fix="use first_order or joined.")
    orders = require(client.orders, "orders", ["home_store_id"])
    orders = orders.mutate(store_id=orders.home_store_id)
    if origin in CONTACT:
        orders = with_origin(orders, client.customers, [origin])
    elif origin in ("product", "product_id", "category", "tier"):
        orders = with_product(orders, client.order_lines, origin)
    return ltv(orders, by=[*stores, origin], **told)
