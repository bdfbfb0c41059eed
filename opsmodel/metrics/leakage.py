"""Where the customers of a store buy: from the home store to the store that rang up the sale."""

import pandas as pd

from opsmodel.intake.contract import day, require
from opsmodel.metrics.occasions import identified


def matrix(orders, *, as_of, since=None) -> pd.DataFrame:
    """One row per home store and store of the order: who bought there, how often, for how much.

    Sales without a customer have no home and are left out. A refund lowers the revenue of its order; an
    order given back in full counts nowhere.

    orders  one row per order: customer_id, home_store_id, store_id, ordered_at, amount (refund_amount if
            there), of the whole chain
    as_of   last day observed, inclusive
    since   first day counted; default: the first of the file

    Returns home_store_id, store_id, n_customers, n_orders, revenue (net, client currency), order_share and
    revenue_share (of all that the customers of this home bought anywhere). Rows with orders only.
    Raises TableError if a column is missing.
    Source: standard algebra of a flow matrix. Its rows are complete, so a home's shares sum to 1.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> flows = matrix(seven_customer_shop().orders, as_of="2024-06-30")
    >>> flows[["home_store_id", "store_id", "n_orders", "revenue"]].values.tolist()
    [['S1', 'S1', 10, 758.5], ['S2', 'S1', 1, 88.0], ['S2', 'S2', 5, 355.8]]
    """
    require(orders, "orders", ["home_store_id", "store_id"])
    rows = identified(orders, as_of=as_of, columns=["home_store_id", "store_id"])
    rows = rows.filter(rows.is_paid)
    if since is not None:
        rows = rows.filter(rows.day >= day(since))
    keys = ["home_store_id", "store_id"]
    flows = rows.group_by(keys).agg(
        n_customers=rows.customer_id.nunique(), n_orders=rows.count(), revenue=rows.net.sum()
    )
    table = flows.execute().astype({"revenue": float}).sort_values(keys, ignore_index=True)
    home = table.groupby("home_store_id")[["n_orders", "revenue"]].transform("sum")
    return table.assign(
        order_share=table["n_orders"] / home["n_orders"],
        revenue_share=table["revenue"] / home["revenue"].where(home["revenue"] > 0),
    )


def balance(flows: pd.DataFrame) -> pd.DataFrame:
    """One row a store: what its customers spend elsewhere, and what those of other homes spend here.

    flows  the table of `matrix`

    Returns store_id, home_revenue (its customers, anywhere), away_revenue (of it, at other stores),
    away_share, till_revenue (rung up here, of known customers), guest_revenue (of it, by customers of
    other homes), guest_share and flow_revenue (guest − away: what the store gains from the chain). Sums of
    away_revenue and guest_revenue over the chain are equal.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = balance(matrix(seven_customer_shop().orders, as_of="2024-06-30"))
    >>> table[["store_id", "away_revenue", "guest_revenue"]].values.tolist()
    [['S1', 0.0, 88.0], ['S2', 88.0, 0.0]]
    """
    stores = pd.Index(sorted({*flows["home_store_id"], *flows["store_id"]}), name="store_id")
    away = flows[flows["home_store_id"] != flows["store_id"]]

    def by(column: str, rows: pd.DataFrame) -> pd.Series:
        return rows.groupby(column)["revenue"].sum().reindex(stores, fill_value=0.0).astype(float)

    home, till = by("home_store_id", flows), by("store_id", flows)
    gone, guest = by("home_store_id", away), by("store_id", away)
    return pd.DataFrame(
        {
            "home_revenue": home,
            "away_revenue": gone,
            "away_share": gone / home.where(home > 0),
            "till_revenue": till,
            "guest_revenue": guest,
            "guest_share": guest / till.where(till > 0),
            "flow_revenue": guest - gone,
        }
    ).reset_index()
