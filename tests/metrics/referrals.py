"""Histories of who brought whom, for the tests: typed in, random, and with a planted truth."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

DAY = pd.Timestamp("2024-01-01")


class History(NamedTuple):
    """What the referral functions read of a client, for a chain or narrowed to some stores of `chain`."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    events: pd.DataFrame
    as_of: str = "2024-12-31"


class Narrowed(NamedTuple):
    """A history seen from some of its stores."""

    chain: History
    narrowed: tuple[str, ...]
    customers: pd.DataFrame
    orders: pd.DataFrame
    events: pd.DataFrame
    as_of: str


def customers(*rows) -> pd.DataFrame:
    """Rows (customer_id, referrer_id, joined: day of 2024, left: day or None[, store_id])."""
    rows = [(*row, "S1")[:5] for row in rows]
    frame = pd.DataFrame(rows, columns=["customer_id", "referrer_id", "joined", "left", "store_id"])
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"].astype(object),
            "store_id": frame["store_id"].astype(object),
            "staff_id": "E1",
            "referrer_id": frame["referrer_id"].astype(object),
            "joined_at": _time(frame["joined"]),
            "left_at": _time(frame["left"]),
        }
    )


def _time(days: pd.Series) -> pd.Series:
    return (DAY + pd.to_timedelta(days.astype(float), unit="D")).dt.round("s")


def orders(*rows) -> pd.DataFrame:
    """Rows (customer_id, day of 2024, amount); the margin is a quarter."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return pd.DataFrame(
        {
            "order_id": [f"O{number}" for number in range(len(frame))],
            "customer_id": frame["customer_id"].astype(object),
            "ordered_at": _time(frame["day"].astype(float) + 0.5),
            "amount": frame["amount"].astype(float),
            "margin": frame["amount"].astype(float) / 4,
        }
    )


def events(*rows) -> pd.DataFrame:
    """Rows (customer_id, event, day of 2024)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "event", "day"])
    return (
        frame.assign(happened_at=_time(frame["day"]), store_id="S1")
        .drop(columns="day")
        .astype({"event": object})
    )


def history(people: pd.DataFrame, bought: pd.DataFrame | None = None, happened=None) -> History:
    return History(people, orders() if bought is None else bought, events() if happened is None else happened)


def narrowed(whole: History, *stores: str) -> Narrowed:
    """The history as a client narrowed to these stores shows it."""
    home = whole.customers[whole.customers["store_id"].isin(stores)]
    ours = (rows[rows["customer_id"].isin(home["customer_id"])] for rows in (whole.orders, whole.events))
    return Narrowed(whole, stores, home, *ours, whole.as_of)


def random_links(most=14):
    """Up to fourteen people who name anybody as their referrer: themselves, each other, strangers, nobody."""
    people = st.integers(1, most).flatmap(
        lambda n: st.lists(
            st.tuples(st.integers(-2, n - 1), st.integers(0, 200), st.one_of(st.none(), st.integers(0, 40))),
            min_size=n,
            max_size=n,
        )
    )
    return people.map(_linked)


def _linked(rows) -> pd.DataFrame:
    referrers = {-1: None, -2: "stranger"}
    people = []
    for place, (link, joined, stay) in enumerate(rows):
        left = None if stay is None else joined + stay
        people.append(
            (f"p{place:02d}", referrers.get(link, f"p{link:02d}"), joined, left, f"S{place % 2 + 1}")
        )
    return customers(*people)


def branching(k: float, *, roots: int, generations: int, seed: int, kept: float = 0.8) -> pd.DataFrame:
    """A chain in which everybody brings a Poisson number of people within 20 days, of whom `kept` stay.

    k  people brought a head who stay: K_ret
    """
    rng = np.random.default_rng(seed)
    names, referrers, joined, left = (
        [f"r{i}" for i in range(roots)],
        [None] * roots,
        [0.0] * roots,
        [None] * roots,
    )
    parents = list(range(roots))
    for _generation in range(generations):
        children = []
        for parent, n in zip(parents, rng.poisson(k / kept, len(parents)), strict=True):
            for _child in range(n):
                children.append(len(names))
                names.append(f"c{len(names)}")
                referrers.append(names[parent])
                joined.append(joined[parent] + rng.uniform(0, 20))
                left.append(None if rng.uniform() < kept else joined[-1] + rng.uniform(0, 6.9))
        parents = children
    return customers(*zip(names, referrers, joined, left, strict=True))
