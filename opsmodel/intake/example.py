"""The seven-customer shop: small enough to check every definition by hand.

It is the shop of the `methods` notebook, of the docstring examples and of the tests.
"""

from typing import NamedTuple

import pandas as pd


class Shop(NamedTuple):
    """The canonical tables of the example, as pandas DataFrames."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    events: pd.DataFrame


def seven_customer_shop() -> Shop:
    """Seven customers of two stores in the first half of 2024; the last day observed is 2024-06-30.

    C1 buys four times. C2 orders twice on the first day, which is one purchase occasion. The second
    order of C3 is fully refunded and is none. C4 buys once and leaves. C5 returns at the other store.
    C6 gets a third back and returns late. C7 is too young for a 60-day window. One sale has no customer.

    >>> seven_customer_shop().customers["customer_id"].tolist()
    ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7']
    """
    customers = _frame(
        "customer_id store_id channel    staff_id joined_at           left_at             referrer_id",
        "C1          S1       till       E1       2024-01-03T10:00:00 -                   -          ",
        "C2          S1       till       E1       2024-01-10T09:00:00 -                   -          ",
        "C3          S1       group      E2       2024-01-20T11:00:00 -                   C1         ",
        "C4          S1       advert     E2       2024-02-10T12:00:00 2024-02-14T08:00:00 -          ",
        "C5          S2       till       E3       2024-03-01T16:00:00 -                   -          ",
        "C6          S2       advert     E3       2024-03-15T19:00:00 -                   -          ",
        "C7          S2       group      E3       2024-05-18T13:00:00 -                   C5         ",
    )
    orders = _frame(
        "order_id customer_id store_id home_store_id ordered_at          amount refund_amount margin",
        "O01      C1          S1       S1            2024-01-05T10:30:00  19.90          0.00   2.00",
        "O02      C2          S1       S1            2024-01-10T10:00:00  19.90          0.00   2.00",
        "O03      C2          S1       S1            2024-01-10T18:00:00  39.90          0.00  10.00",
        "O04      C1          S1       S1            2024-01-25T15:00:00 120.00          0.00  40.00",
        "O05      C3          S1       S1            2024-02-01T12:00:00  39.90          0.00  10.00",
        "O06      C4          S1       S1            2024-02-10T12:30:00   9.90          0.00   1.00",
        "O07      C3          S1       S1            2024-02-15T17:00:00  80.00         80.00   0.00",
        "O08      C2          S1       S1            2024-02-20T11:00:00 200.00          0.00  70.00",
        "O09      C1          S1       S1            2024-03-01T10:00:00 150.00          0.00  50.00",
        "O10      C5          S2       S2            2024-03-03T16:30:00  19.90          0.00   2.00",
        "O11      C6          S2       S2            2024-03-15T19:30:00 300.00        100.00  60.00",
        "O12      -           S1       S1            2024-03-20T14:00:00  45.00          0.00  15.00",
        "O13      C5          S1       S2            2024-03-31T13:00:00  88.00          0.00  30.00",
        "O14      C3          S1       S1            2024-04-20T18:00:00  60.00          0.00  20.00",
        "O15      C1          S1       S1            2024-05-10T09:30:00  99.00          0.00  33.00",
        "O16      C7          S2       S2            2024-05-20T20:00:00  19.90          0.00   2.00",
        "O17      C7          S2       S2            2024-06-10T20:30:00  66.00          0.00  22.00",
        "O18      C6          S2       S2            2024-06-25T11:30:00  50.00          0.00  15.00",
    )
    orders = orders.astype({"amount": float, "refund_amount": float, "margin": float})
    return Shop(customers, orders, _events(customers, orders))


def _frame(header: str, *rows: str) -> pd.DataFrame:
    frame = pd.DataFrame([row.split() for row in rows], columns=header.split()).replace("-", None)
    times = [column for column in frame.columns if column.endswith("_at")]
    return frame.assign(**{column: pd.to_datetime(frame[column]) for column in times})


def _events(customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """What happened, in the words of the default stages: joined, shared, ordered, referred."""
    known = orders[orders["customer_id"].notna() & (orders["amount"] > orders["refund_amount"])]
    days = known.assign(day=known["ordered_at"].dt.date).drop_duplicates(["customer_id", "day"])
    parts = [
        customers.rename(columns={"joined_at": "happened_at"}).assign(event="joined"),
        days.rename(columns={"ordered_at": "happened_at"}).assign(event="ordered"),
        _frame(
            "customer_id store_id event    happened_at",
            "C1          S1       shared   2024-01-04T20:00:00",
            "C6          S2       shared   2024-03-20T21:00:00",
            "C1          S1       referred 2024-01-20T11:00:00",
            "C5          S2       referred 2024-05-18T13:00:00",
        ),
    ]
    columns = ["customer_id", "store_id", "event", "happened_at"]
    return pd.concat([part[columns] for part in parts], ignore_index=True).sort_values(
        ["happened_at", "customer_id"], ignore_index=True
    )
