"""Chains of leads whose truth is planted: what makes them buy is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

START = pd.Timestamp("2024-01-01")


def chain(n=4000, days=300, *, replies_matter=True, fresh_matters=False, channels=("a",), seed=1):
    """Contacts joining over `days`; each replies now and then, and buys within days of a reply, or at random.

    replies_matter  a reply makes a first order within 20 days likely (45 %); otherwise orders fall by chance
    channels        the first buys three times as often as the last
    """
    rng = np.random.default_rng(seed)
    joined = START + pd.to_timedelta(rng.integers(0, days, n), unit="D") + pd.Timedelta(hours=10)
    channel = rng.integers(0, len(channels), n)
    people = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(n)],
            "store_id": np.where(rng.random(n) < 0.5, "S1", "S2"),
            "staff_id": "E1",
            "channel": np.array(channels)[channel],
            "joined_at": joined,
            "left_at": pd.NaT,
        }
    )
    replied = rng.random(n) < 0.3
    reply = joined + pd.to_timedelta(rng.integers(1, days, n), unit="D")
    if replies_matter:
        buys = replied & (rng.random(n) < 0.45)
        order = reply + pd.to_timedelta(rng.integers(1, 20, n), unit="D")
    else:
        lift = np.where(channel == 0, 3.0, 1.0) if len(channels) > 1 else 1.0
        order = joined + pd.to_timedelta(1 + np.floor(rng.exponential(500 / lift, n)), unit="D")
        buys = np.ones(n, bool)
    end = START + pd.Timedelta(days=days)
    events = pd.concat(
        [
            people[["customer_id", "store_id"]].assign(event="joined", happened_at=joined),
            people.loc[replied, ["customer_id", "store_id"]].assign(
                event="replied", happened_at=reply[replied]
            ),
        ]
    )
    orders = people.loc[buys & (order < end), ["customer_id", "store_id"]].assign(
        home_store_id=lambda rows: rows["store_id"],
        ordered_at=order[buys & (order < end)],
        amount=50.0,
        refund_amount=0.0,
    )
    orders.insert(0, "order_id", [f"O{number}" for number in range(len(orders))])
    events = events[events["happened_at"] < end].reset_index(drop=True)
    return SimpleNamespace(
        customers=people, orders=orders.reset_index(drop=True), events=events,
        as_of=(end - pd.Timedelta(days=1)).date(),
    )  # fmt: skip
