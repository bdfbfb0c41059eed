"""Chains of the tests whose staff serve by chance, serve better customers, or bring customers back."""

import numpy as np
import pandas as pd

AS_OF = "2024-12-31"
START = pd.Timestamp("2024-01-01")


def chain(
    seed: int,
    *,
    adherence: float = 0.5,
    keen: float = 0.0,
    effect: float = 0.0,
    n_customers: int = 400,
    n_tasks: int = 2,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tasks and orders of four stores over a year.

    adherence  chance that a task is done on time
    keen       log-odds by which customers one standard deviation better are served more often
    effect     chance that being served brings somebody back within 30 days who would not have come
    """
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n_customers)
    monthly = np.exp(np.log(0.35) + 0.8 * quality)  # purchases a month
    parts = [
        pd.DataFrame({"who": who, "day": np.flatnonzero(rng.random(366) < min(0.5, rate / 30))})
        for who, rate in enumerate(monthly)
    ]
    orders = pd.concat(parts, ignore_index=True)
    who = np.repeat(np.arange(n_customers), n_tasks)
    due = rng.integers(110, 330, len(who))
    odds = np.log(adherence / (1 - adherence)) + keen * quality[who]
    served = rng.random(len(who)) < 1 / (1 + np.exp(-odds))
    brought = served & (rng.random(len(who)) < effect)
    extra = pd.DataFrame({"who": who[brought], "day": due[brought] + rng.integers(1, 31, brought.sum())})
    orders = pd.concat([orders, extra], ignore_index=True)
    orders = pd.DataFrame(
        {
            "order_id": [f"O{number}" for number in range(len(orders))],
            "customer_id": [f"C{number}" for number in orders["who"]],
            "store_id": [f"S{number % 4}" for number in orders["who"]],
            "ordered_at": START + pd.to_timedelta(orders["day"] * 24 + 11, unit="h"),
            "amount": 50.0,
        }
    )
    due_at = START + pd.to_timedelta(due * 24 + 20, unit="h")
    tasks = pd.DataFrame(
        {
            "task_id": [f"T{number}" for number in range(len(who))],
            "sop": "call",
            "step": "ring",
            "store_id": [f"S{number % 4}" for number in who],
            "staff_id": [f"E{number % 4}{number % 3}" for number in who],
            "customer_id": [f"C{number}" for number in who],
            "due_at": due_at,
            "done_at": pd.Series(due_at - pd.Timedelta(hours=3)).where(served),
        }
    )
    return tasks, orders
