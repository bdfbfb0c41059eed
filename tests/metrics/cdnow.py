"""The CDNOW sample that the value models were published on, and customers simulated from known parameters."""

import numpy as np
import pandas as pd
from lifetimes.datasets import load_dataset


def cdnow_log(free_orders_count=True):
    """The purchase log of the 1/10 sample, January 1997 to June 1998; the authors count free orders too."""
    log = load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+")
    log.columns = ["master_id", "customer_id", "date", "cds", "amount"]
    log = log.assign(
        customer_id=log["customer_id"].astype(str), ordered_at=pd.to_datetime(log["date"].astype(str))
    )
    return log.assign(amount=log["amount"].clip(lower=0.01)) if free_orders_count else log


def simulated(n, params, *, start, seed=7, weeks=(30.0, 90.0), after=26.0):
    """n customers of (M)BG/NBD: frequency, recency, T in weeks; alive at T; n_after, purchases in the next.

    start  chances to stop at the first purchase: 1 for MBG/NBD, 0 for BG/NBD
    """
    r, alpha, a, b = params
    rng = np.random.default_rng(seed)
    rate, stop = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    age = rng.uniform(*weeks, n)
    buys = rng.geometric(stop.clip(1e-12)).astype(float) - start  # repeats until the customer stops
    frequency, recency, n_after = np.zeros(n), np.zeros(n), np.zeros(n)
    time, left = np.zeros(n), buys.copy()
    for _ in range(2000):
        time = time + rng.exponential(1 / rate)
        going = (left > 0) & (time <= age + after)
        if not going.any():
            break
        seen = going & (time <= age)
        frequency += seen
        recency = np.where(seen, time, recency)
        n_after += going & ~seen
        left = np.where(going, left - 1, 0)
    alive = frequency < buys
    return pd.DataFrame(
        {
            "customer_id": np.arange(n).astype(str), "frequency": frequency.astype(int), "recency": recency,
            "T": age, "alive": alive, "n_after": n_after,
        }
    )  # fmt: skip
