"""Not done, or not working: what to train, what to redesign, what to replicate."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.metrics.sop.adherence import adherence, credible_adherence
from opsmodel.metrics.sop.bulk import credible
from opsmodel.metrics.sop.effects import effects

CELLS = {
    ("low", "strong"): "train",
    ("high", "strong"): "replicate",
    ("high", "weak"): "redesign",
    ("low", "weak"): "rethink",
    ("low", "unknown"): "instrument",
    ("high", "unknown"): "watch",
}


def quadrants(
    tasks,
    orders,
    *,
    as_of,
    within_days: int = 30,
    enough: float = 0.7,
    worth: float = 0.2,
    lead_gap: int = 7,
    grace: int = 0,
    same: str = "week",
    by: str | Sequence[str] | None = None,
    per: str = "step",
) -> pd.DataFrame:
    """One row per step: whether it is done, whether it works, and what follows.

    Ticks are taken at their word: pass `credible(tasks, as_of=…)` to leave out those made in bursts.

    tasks, orders, as_of, within_days, lead_gap, grace, same, by, per  as in `effects`
    enough  adherence from which a step counts as done
    worth   smallest rise worth the work: so many times the share of the unserved

    Returns the columns of `adherence` and of `effects`, then done (low, high or
    unknown: fewer than 30 due), works (strong: the effect is above 0 beyond noise, also less the lead, and
    not confounded; weak: even the upper bound lies below `worth` times the unserved rate, and not
    confounded; unknown: neither, or fewer than 30 on a side), quadrant: train (low, strong), replicate (high,
    strong), redesign (high, weak), rethink (low, weak), instrument (low, unknown), watch (high, unknown),
    none (adherence unknown).
    Raises TableError if a column is missing, ArgumentError for a threshold outside 0 to 1.
    Source: definition of the method; thresholds are arguments.

    >>> tasks = pd.DataFrame({"store_id": "S1", "customer_id": list("abcd"), "due_at": "2024-05-06",
    ...                       "done_at": ["2024-05-06", "2024-05-06", None, None]})
    >>> orders = pd.DataFrame({"customer_id": ["a"], "ordered_at": ["2024-05-08"], "amount": [9.9]})
    >>> quadrants(tasks, orders, as_of="2024-06-30")["quadrant"].tolist()
    ['none']
    """
    done = adherence(tasks, as_of=as_of, by=by, grace=grace, per=per)
    working = effects(
        tasks, orders, as_of=as_of, within_days=within_days, lead_gap=lead_gap, grace=grace, same=same,
        by=by, per=per,
    )  # fmt: skip
    return place(done, working, enough=enough, worth=worth)


def standing(
    client,
    *,
    as_of=None,
    within_days: int = 30,
    enough: float = 0.7,
    worth: float = 0.2,
    lead_gap: int = 7,
    grace: int = 0,
    same: str = "week",
    by: str | Sequence[str] | None = None,
    per: str = "step",
) -> pd.DataFrame:
    """One row per step: how well this store does it, and what it does in all stores together.

    One store serves too few to tell what a step brings; how well it is done differs from store to store.
    Ticks in bursts (see `bulk`) are left out: whether they were done is unknown.

    client  a client or store, with tasks and orders
    as_of   last day observed, inclusive; default: the client's

    The other arguments, columns and errors are those of `quadrants`; adherence is that of the stores in
    scope, by `by`, the effect that of the whole chain.

    >>> standing(shop, within_days=30)  # doctest: +SKIP
    """
    end = day(as_of or client.as_of)
    done = credible_adherence(client, as_of=end, by=by, grace=grace, per=per)
    working = effects(
        credible(client.chain, as_of=end), client.chain.orders, as_of=end, within_days=within_days,
        lead_gap=lead_gap, grace=grace, same=same, per=per,
    )  # fmt: skip
    return place(done, working, enough=enough, worth=worth)


def place(
    adherence: pd.DataFrame, effects: pd.DataFrame, *, enough: float = 0.7, worth: float = 0.2
) -> pd.DataFrame:
    """Both tables side by side, and the cell of each step; columns and thresholds as in `quadrants`."""
    for name, value in (("enough", enough), ("worth", worth)):
        if not 0 <= value <= 1:
            raise ArgumentError(f"{name} is a share, 0 to 1.", found=repr(value), fix="write 0.7 for 70 %.")
    keys = [column for column in effects.columns if column in adherence.columns]  # by, sop, step
    table = adherence.merge(effects, on=keys, how="left") if keys else adherence.join(effects)
    table[["n_served", "n_unserved"]] = table[["n_served", "n_unserved"]].fillna(0).astype("int64")
    for flag in ("is_lead_tested", "is_confounded"):
        table[flag] = table[flag].astype("boolean").fillna(False).astype(bool)
    high = table["adherence"] >= enough
    done = np.where(table["n_due"] < SMALLEST_BASE, "unknown", np.where(high, "high", "low"))
    works = _works(table, worth)
    cells = [CELLS.get(pair, "none") for pair in zip(done, works, strict=True)]
    return table.assign(done=done, works=works, quadrant=cells)


def _works(table: pd.DataFrame, worth: float) -> np.ndarray:
    judged = table[["n_served", "n_unserved"]].min(axis=1).ge(SMALLEST_BASE) & ~table["is_confounded"]
    beyond = (table["beyond_lead_low"] > 0) | ~table["is_lead_tested"]
    strong = judged & (table["effect_low"] > 0) & beyond
    weak = judged & ~strong & (table["effect_high"] < worth * table["unserved_rate"])
    return np.where(strong, "strong", np.where(weak, "weak", "unknown"))
