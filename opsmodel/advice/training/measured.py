"""The measured value of every number that people are asked to guess."""

import pandas as pd

from opsmodel.advice import benchmarks, once
from opsmodel.metrics import maturity, referral, sop
from opsmodel.metrics.rates import SMALLEST_BASE, wilson

COLUMNS = ["question", "metric", "store_id", "n", "measured", "measured_low", "measured_high"]


def measured(client) -> pd.DataFrame:
    """One row per number and store, and one per number for the whole chain (store_id empty).

    The questions are named after the number and its window: retained_7d, close_90d, repurchase_90d (the days
    are those of the engagement), referred_share, sop_on_time. A store with a base under 30 has no row.

    Returns question, metric (of the glossary), store_id, n, measured, measured_low, measured_high (Wilson).

    >>> measured(open_client("demo"))  # doctest: +SKIP
    """
    days = int(client.engagement.windows.within_days)
    chain = benchmarks.stores(client)
    names = {
        "retained_adds": "retained_7d",
        "close_rate": f"close_{days}d",
        "repurchase_rate": f"repurchase_{days}d",
    }
    parts = [_numbers(chain[chain["lever"] == lever], question, lever) for lever, question in names.items()]
    if client.chapters["referral"] and client.chapters["acquire"]:
        found = once.whole(client, referred_by_store).rename(columns={"n_referred": "k", "n_customers": "n"})
        parts.append(_numbers(found, "referred_share", "referred_share"))
    if client.has("tasks"):
        found = once.whole(client, sop.credible_adherence, by="store_id", per="all")
        found = found.rename(columns={"n_on_time": "k", "n_due": "n"})
        parts.append(_numbers(found, "sop_on_time", "sop_on_time"))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def perceived(client, *, by: str | None = "role") -> pd.DataFrame:
    """`maturity.perception` of a client's people beside `measured`, on its as-of day; small roles pooled.

    client  a chain: everybody; a store: the people of the store
    by      "role", or None for everybody together

    >>> perceived(open_client("demo"))  # doctest: +SKIP
    """
    return maturity.perception(maturity.answers_of(client), measured(client), by=by, as_of=client.as_of)


def referred_by_store(client) -> pd.DataFrame:
    """`referral.referred` of every store."""
    return referral.referred(client.customers, as_of=client.as_of, by="store_id")


def _numbers(rows: pd.DataFrame, question: str, metric: str) -> pd.DataFrame:
    """The stores with a base of 30 or more, and the chain as all of them together."""
    rows = rows.loc[rows["n"] > 0, ["store_id", "k", "n"]]
    whole = pd.DataFrame({"store_id": [None], "k": [rows["k"].sum()], "n": [rows["n"].sum()]})
    rows = pd.concat([rows.astype({"store_id": "object"}), whole], ignore_index=True)
    rows = rows[rows["n"] >= SMALLEST_BASE]
    low, high = wilson(rows["k"].astype(float), rows["n"].astype(float))
    return rows.assign(
        question=question, metric=metric, measured=rows["k"] / rows["n"], measured_low=low, measured_high=high
    )
