"""Orders and events by the million, quickly: for benchmarks, where only size and shape matter."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import ndtri

SPAN_DAYS = 731
START = np.datetime64("2023-07-01", "s")


def generate_orders(n_orders: int, n_customers: int, *, n_stores: int = 300, seed: int = 1) -> pd.DataFrame:
    """One row an order of two years to 2025-06-30, sorted by home store and time.

    A few customers buy most: the number of orders follows a gamma of shape 0.5. First days spread over
    the two years. Columns: order_id, customer_id, store_id, home_store_id, ordered_at, amount, refund_amount.

    >>> generate_orders(5, 2, seed=3)["customer_id"].nunique() <= 2
    True
    """
    uniform = np.random.Generator(np.random.PCG64(seed))
    height = np.cumsum(np.square(_normal(uniform, n_customers)))  # squared normals: a gamma of shape one half
    reached = np.floor(height / height[-1] * n_orders).astype(np.int64)
    customer = np.repeat(np.arange(n_customers), np.diff(reached, prepend=0))
    first = uniform.random(n_customers) * (SPAN_DAYS - 30)
    days = first[customer] + (SPAN_DAYS - first[customer]) * uniform.random(n_orders)
    seconds = np.minimum((days * 86_400).astype(np.int64), SPAN_DAYS * 86_400 - 1)
    home = customer * n_stores // n_customers
    order = np.argsort(home * SPAN_DAYS * 86_400 + seconds, kind="stable")
    customer, seconds, home = customer[order], seconds[order], home[order]
    away = uniform.random(n_orders) < 0.03
    store = np.where(away, (home + 1) % n_stores, home)
    cents = np.rint(np.exp(9.3 + 0.6 * _normal(uniform, n_orders))).astype(np.int64)
    refund = np.where(uniform.random(n_orders) < 0.02, cents, 0)
    return pd.DataFrame(
        {
            "order_id": _ids("o", np.arange(n_orders)),
            "customer_id": _ids("c", customer),
            "store_id": _ids("S", store),
            "home_store_id": _ids("S", home),
            "ordered_at": START + seconds.astype("timedelta64[s]"),
            "amount": cents / 100,
            "refund_amount": refund / 100,
        }
    )


def generate_events(
    n_events: int,
    n_customers: int,
    *,
    steps: tuple[str, ...] = ("joined", "opened", "replied", "ordered", "shared"),
    seed: int = 1,
) -> pd.DataFrame:
    """One row an event, sorted by time: the earlier a step, the more events, in any order a customer.

    Columns: customer_id, event, happened_at.

    >>> sorted(generate_events(100, 10, seed=3)["event"].unique())
    ['joined', 'opened', 'ordered', 'replied', 'shared']
    """
    uniform = np.random.Generator(np.random.PCG64(seed))
    customer = (uniform.random(n_events) * n_customers).astype(np.int64)
    share = np.cumsum(0.6 ** np.arange(len(steps)))
    step = np.searchsorted(share / share[-1], uniform.random(n_events), side="right").clip(0, len(steps) - 1)
    start = uniform.random(n_customers) * (SPAN_DAYS - 120)
    days = start[customer] + 120 * uniform.random(n_events)
    seconds = np.rint(days * 86_400).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    return pd.DataFrame(
        {
            "customer_id": _ids("c", customer[order]),
            "event": pd.Series(pa.array(steps).take(pa.array(step[order])), dtype="str"),
            "happened_at": START + seconds[order].astype("timedelta64[s]"),
        }
    )


def _normal(uniform: np.random.Generator, n: int) -> np.ndarray:
    return ndtri(np.clip(uniform.random(n), 1e-12, 1 - 1e-12))


def _ids(letter: str, numbers: np.ndarray) -> pd.Series:
    text = pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
    return pd.Series(text, dtype="str")
