"""Small shops for the tests of channels, worked by hand, and one drawn at random."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

AS_OF = "2024-03-31"


def frame(header, *rows):
    table = pd.DataFrame([row.split() for row in rows], columns=header.split()).replace("-", None)
    times = [c for c in table.columns if c.endswith(("_at", "_on"))]
    money = [c for c in table.columns if c in ("amount", "refund_amount", "margin", "visitors")]
    return table.assign(
        **{c: pd.to_datetime(table[c]) for c in times}, **{c: table[c].astype(float) for c in money}
    )


def two_channels():
    """Four adds by an advert, two at the till, and a poster that was paid for and brought nobody."""
    customers = frame(
        "customer_id store_id channel staff_id joined_at           left_at",
        "A1          S1       advert  E1       2024-01-10T10:00:00 2024-01-11T10:00:00",
        "A2          S1       advert  E1       2024-01-20T10:00:00 -",
        "A3          S1       advert  E2       2024-03-20T10:00:00 -",
        "A4          S2       advert  E3       2024-03-28T10:00:00 -",
        "T1          S1       till    E1       2024-01-05T12:00:00 -",
        "T2          S2       till    E3       2024-02-01T09:00:00 2024-02-09T09:00:00",
        "N1          S2       -       -        -                   -",
    )
    orders = frame(
        "order_id customer_id store_id home_store_id staff_id ordered_at          amount margin",
        "O1       T1          S1       S1            E1       2024-01-05T11:00:00  15      5",
        "O2       T1          S1       S1            E1       2024-01-05T13:00:00  20      2",
        "O3       A2          S1       S1            E1       2024-01-25T10:00:00 100     40",
        "O4       A2          S2       S1            E3       2024-02-25T10:00:00  90     30",
        "O5       A3          S1       S1            E2       2024-03-21T10:00:00  50     10",
        "O6       -           S1       S1            E1       2024-03-01T10:00:00  70     20",
        "O7       N1          S2       S2            E3       2024-03-02T10:00:00  30      9",
    )
    spend = frame(
        "channel code_id store_id spent_on   amount",
        "advert  S1-ad   S1       2024-01-01 60",
        "advert  S1-ad   S1       2024-03-15 100",
        "till    S1-till S1       2024-01-01 4",
        "poster  S2-post S2       2024-02-01 50",
    )
    return SimpleNamespace(customers=customers, orders=orders, spend=spend, as_of=AS_OF)


def at_random(seed=7, n=120):
    """A shop of three channels and two stores; leavers, repeat orders, refunds and late orders included."""
    rng = np.random.default_rng(seed)
    joined = pd.Timestamp("2023-10-01") + pd.to_timedelta(rng.integers(0, 180 * 24, n), unit="h")
    stay = pd.to_timedelta(rng.integers(1, 60 * 24, n), unit="h")
    customers = pd.DataFrame(
        {
            "customer_id": [f"C{i}" for i in range(n)],
            "store_id": rng.choice(["S1", "S2"], n),
            "channel": rng.choice(["till", "advert", "poster"], n),
            "staff_id": rng.choice(["E1", "E2", "E3"], n),
            "joined_at": joined,
            "left_at": pd.Series(joined + stay).where(rng.random(n) < 0.3),
        }
    )
    who = rng.integers(0, n, 3 * n)
    amount = rng.integers(1, 200, 3 * n).astype(float)
    orders = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy()[who],
            "store_id": rng.choice(["S1", "S2"], 3 * n),
            "home_store_id": customers["store_id"].to_numpy()[who],
            "staff_id": rng.choice(["E1", "E2", "E3"], 3 * n),
            "ordered_at": joined.to_numpy()[who]
            + pd.to_timedelta(rng.integers(-48, 90 * 24, 3 * n), unit="h"),
            "amount": amount,
            "refund_amount": np.where(rng.random(3 * n) < 0.1, amount, 0.0),
            "margin": np.round(amount * rng.random(3 * n), 2),
        }
    )
    days = pd.date_range("2023-10-01", AS_OF, freq="9D")
    spend = pd.DataFrame(
        {
            "channel": rng.choice(["till", "advert", "poster"], len(days)),
            "store_id": rng.choice(["S1", "S2"], len(days)),
            "spent_on": days,
            "amount": rng.integers(5, 90, len(days)).astype(float),
        }
    )
    return SimpleNamespace(customers=customers, orders=orders, spend=spend, as_of=AS_OF)


def shuffled(shop, seed=3):
    """The same tables with their rows in another order."""
    tables = {k: v.sample(frac=1, random_state=seed) if k != "as_of" else v for k, v in vars(shop).items()}
    return SimpleNamespace(**tables)


def narrowed(shop, store):
    """The shop as `client.store` narrows it: its own customers, their orders, its spend."""
    return SimpleNamespace(
        customers=shop.customers[shop.customers["store_id"] == store],
        orders=shop.orders[shop.orders["home_store_id"] == store],
        spend=shop.spend[shop.spend["store_id"] == store],
        as_of=shop.as_of,
        chain=shop,
    )
