"""Would the order have found the buyers? Past scores against what happened after them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.leads.scoring import history
from opsmodel.metrics.rates import Z95, wilson

NEEDED = ["cut", "customer_id", "score", "recency_days", "bought"]
ORDERS = ("score", "recency")


def backtest(
    client_or_history, *, n_groups: int = 10, by: str | Sequence[str] | None = None, **question
) -> pd.DataFrame:
    """One row per order and tenth of it: the share who bought, and how many times that of all leads.

    Leads are put in order on every past day by themselves, by score and, beside it, by recency alone (the
    last sign first); equals fall in an order of their own that says nothing. Tenth 1 is called first.

    client_or_history  a Client (then `history` is asked, with **question), or the table of `history` or
                       `model_history`
    n_groups           tenths, fifths, …
    by                 columns of the history (store_id): an order in each group

    Returns the columns of `by`, then order (score, recency), decile, n_leads (rows: a lead counts on each
    day it was one), n_bought, close_rate with its Wilson interval, lift (close_rate ÷ that of all) with a
    95 % interval by customer (delta method on its logarithm: days of one person are not independent).
    Raises TableError if the history lacks a column, ArgumentError for fewer than two groups.
    Source: gains and lift tables of direct marketing; the interval treats customers as clusters.

    >>> rows = pd.DataFrame({"cut": pd.Timestamp("2024-01-31"), "customer_id": list("abcd"),
    ...                      "score": [0.9, 0.8, 0.3, 0.1], "recency_days": [9.0, 1.0, 3.0, 2.0],
    ...                      "bought": [True, False, False, False]})
    >>> backtest(rows, n_groups=2)[["order", "decile", "n_bought", "lift"]].values.tolist()
    [['score', 1, 1, 2.0], ['score', 2, 0, 0.0], ['recency', 1, 0, 0.0], ['recency', 2, 1, 2.0]]
    """
    if n_groups < 2:
        raise ArgumentError("n_groups is below 2.", found=repr(n_groups), fix="write n_groups=10.")
    names = column_names(by)
    rows = _history(client_or_history, [*NEEDED, *names], question)
    parts = []
    for order in ORDERS:
        place, size = _places(rows, order, ["cut", *names])
        decile = np.ceil((place + 1) * n_groups / size).astype("int64")
        parts.append(_lifts(rows.assign(decile=decile), names).assign(order=order))
    table = pd.concat(parts, ignore_index=True)
    bounds = ["close_rate", "close_rate_low", "close_rate_high", "lift", "lift_low", "lift_high"]
    table = table[[*names, "order", "decile", "n_leads", "n_bought", *bounds]]
    return table.sort_values(names, kind="stable", ignore_index=True) if names else table


def calibration(client_or_history, *, n_groups: int = 10, **question) -> pd.DataFrame:
    """One row per group of like chances: what was predicted, and what share then bought.

    client_or_history, question  as in `backtest`; leads without a chance (no past to learn from) are left out
    n_groups                     groups of about equal size; equal chances are never torn apart

    Returns group (1 = lowest), n_leads, predicted (mean chance), n_bought, observed with its 95 % interval.
    Raises TableError if the history lacks a column.

    >>> rows = pd.DataFrame({"cut": pd.Timestamp("2024-01-31"), "customer_id": list("abcd"),
    ...                      "chance": [0.1, 0.1, 0.4, 0.4], "bought": [False, False, True, False]})
    >>> calibration(rows, n_groups=2)[["group", "predicted", "observed"]].values.tolist()
    [[1.0, 0.1, 0.0], [2.0, 0.4, 0.5]]
    """
    rows = _history(client_or_history, ["customer_id", "chance", "bought"], question)
    rows = rows[rows["chance"].notna()]
    rank = rows["chance"].rank(method="min", pct=False) - 1
    cell = (rank * n_groups / max(len(rows), 1)).astype("int64")
    found = rows.groupby(cell.to_numpy()).agg(
        n_leads=("bought", "size"), predicted=("chance", "mean"), n_bought=("bought", "sum")
    )
    found = found.astype({"n_leads": "int64", "n_bought": "int64", "predicted": float}).reset_index(drop=True)
    found.insert(0, "group", np.arange(1, len(found) + 1))
    low, high = wilson(found["n_bought"], found["n_leads"])
    return found.assign(observed=found["n_bought"] / found["n_leads"], observed_low=low, observed_high=high)


def precision(
    client_or_history,
    *,
    capacity: int | Sequence[int] = (10, 20, 50),
    per: str | Sequence[str] | None = "store_id",
    **question,
) -> pd.DataFrame:
    """One row per order and capacity: of the first k leads of each store, the share who bought.

    client_or_history, question  as in `backtest`
    capacity                     k, leads called after a day looked back from (staff can call so many a week)
    per                          columns of the history within which k counts; None: k in all

    Returns order (score, recency), capacity, n_called, n_bought, close_rate with its 95 % interval,
    base_rate (of all leads), beyond_recency (close_rate − that of the same capacity by recency) with its
    95 % interval by customer; NaN for recency itself.
    Raises TableError if the history lacks a column, ArgumentError for a capacity below 1.

    >>> rows = pd.DataFrame({"cut": pd.Timestamp("2024-01-31"), "customer_id": list("abcd"),
    ...                      "score": [0.9, 0.8, 0.3, 0.1], "recency_days": [9.0, 1.0, 3.0, 2.0],
    ...                      "bought": [True, False, False, False]})
    >>> precision(rows, capacity=1, per=None)[["order", "close_rate", "base_rate"]].values.tolist()
    [['score', 1.0, 0.25], ['recency', 0.0, 0.25]]
    """
    sizes = [capacity] if isinstance(capacity, int) else list(capacity)
    if not sizes or min(sizes) < 1:
        raise ArgumentError("a capacity is below 1.", found=repr(capacity), fix="write capacity=20.")
    names = [per] if isinstance(per, str) else list(per or [])
    rows = _history(client_or_history, [*NEEDED, *names], question)
    bought = rows["bought"].to_numpy(float)
    place = {order: _places(rows, order, ["cut", *names])[0] for order in ORDERS}
    found = []
    for order in ORDERS:
        for k in sizes:
            called, recent = place[order] < k, place["recency"] < k
            beyond = (
                (np.nan,) * 3 if order == "recency" else _beyond(rows["customer_id"], bought, called, recent)
            )
            found.append((order, k, int(called.sum()), int(bought[called].sum()), *beyond))
    beyond_names = ["beyond_recency", "beyond_recency_low", "beyond_recency_high"]
    table = pd.DataFrame(found, columns=["order", "capacity", "n_called", "n_bought", *beyond_names])
    low, high = wilson(table["n_bought"], table["n_called"])
    rate = table["n_bought"] / table["n_called"].where(table["n_called"] > 0)
    base = bought.mean() if len(bought) else np.nan
    table = table.assign(close_rate=rate, close_rate_low=low, close_rate_high=high, base_rate=base)
    bounds = ["close_rate", "close_rate_low", "close_rate_high", "base_rate", *beyond_names]
    return table[["order", "capacity", "n_called", "n_bought", *bounds]]


def _history(data, columns: list[str], question: dict) -> pd.DataFrame:
    rows = data if isinstance(data, pd.DataFrame) else history(data, **question)
    if missing := [c for c in columns if c not in rows.columns]:
        raise TableError(
            f"the history has no column {missing}.",
            found=list(rows.columns),
            fix="pass the table of leads.history or leads.model_history.",
        )
    return rows.reset_index(drop=True)


def _places(rows: pd.DataFrame, order: str, within: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Place from 0 of every row in the order of its day, and how many there are."""
    value = -rows["score"] if order == "score" else rows["recency_days"]
    tie = pd.util.hash_pandas_object(rows["customer_id"].astype(str), index=False).to_numpy()
    sorted_rows = rows[within].assign(value=value.to_numpy(float), tie=tie).sort_values(["value", "tie"])
    groups = sorted_rows.groupby(within, dropna=False, sort=False)
    place = groups.cumcount().reindex(rows.index).to_numpy()
    size = groups["value"].transform("size").reindex(rows.index).to_numpy()
    return place, size


def _lifts(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    parts = [((), rows)] if not names else rows.groupby(names, dropna=False, sort=True)
    found = []
    for group, own in parts:
        bought, person = own["bought"].to_numpy(float), own["customer_id"]
        for decile in np.unique(own["decile"]):
            inside = (own["decile"] == decile).to_numpy()
            found.append((*group, decile, *_lift(person, bought, inside)))
    columns = [*names, "decile", "n_leads", "n_bought", "lift", "lift_low", "lift_high"]
    table = pd.DataFrame(found, columns=columns).astype({"n_leads": "int64", "n_bought": "int64"})
    low, high = wilson(table["n_bought"], table["n_leads"])
    return table.assign(
        close_rate=table["n_bought"] / table["n_leads"], close_rate_low=low, close_rate_high=high
    )


def _lift(person: pd.Series, bought: np.ndarray, inside: np.ndarray) -> tuple[float, ...]:
    """n, k, and the lift of the rows inside with its interval."""
    n, k, total = inside.sum(), bought[inside].sum(), bought.sum()
    if not total:
        return n, k, np.nan, np.nan, np.nan
    overall = total / len(bought)
    lift = k / n / overall
    if not k:
        return n, k, 0.0, 0.0, float(wilson(0, n)[1]) / overall
    pull = np.where(inside, (bought - k / n) / k, 0.0) - (bought - overall) / total
    reach = Z95 * np.sqrt(np.square(_by_customer(person, pull)).sum())
    return n, k, lift, lift * np.exp(-reach), lift * np.exp(reach)


def _beyond(
    person: pd.Series, bought: np.ndarray, called: np.ndarray, recent: np.ndarray
) -> tuple[float, ...]:
    """The difference of two close rates over the same people, with its interval."""
    if not called.any():
        return (np.nan,) * 3
    rate, other = bought[called].mean(), bought[recent].mean()
    pull = np.where(called, (bought - rate) / called.sum(), 0.0)
    pull -= np.where(recent, (bought - other) / recent.sum(), 0.0)
    reach = Z95 * np.sqrt(np.square(_by_customer(person, pull)).sum())
    return rate - other, rate - other - reach, rate - other + reach


def _by_customer(person: pd.Series, pull: np.ndarray) -> np.ndarray:
    return np.bincount(pd.factorize(person)[0], weights=pull)
