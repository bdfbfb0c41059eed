"""Who is left alone, before a list goes out: without them nobody can say what the list was good for."""

import hashlib
import hmac
from collections.abc import Mapping
from math import ceil

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.rates import wilson

LEAST = 0.1


def hold_out(
    table,
    *,
    list_name: str,
    share: float = LEAST,
    salt: str | bytes = "",
    earlier: Mapping[str, bool] | None = None,
) -> pd.DataFrame:
    """The table with `held_out`: true for the people who are not contacted, at least `share` of them.

    The side is drawn by a hash of the person and the list's name under `salt`, not by the row: the same
    person stays on the same side of the same list, whoever else is on it, and falls anew on another list.
    Everybody whose hash lies below `share` is held out; where chance left these fewer than `share` of the
    people, those with the next lowest hashes are added.

    table      one row or more per person: customer_id (Ibis or pandas)
    list_name  name of the list; another name is another draw
    share      least share held out, 0.1 to 0.5
    salt       the key of the hash; with the client's secret nobody can foretell or arrange a side
    earlier    customer_id -> side on an earlier edition of this list, which stays as it is

    Returns a DataFrame: the rows as given and held_out. Raises TableError without customer_id, ArgumentError
    for a share below 10 % or above one half.

    >>> table = pd.DataFrame({"customer_id": [f"C{i}" for i in range(1000)]})
    >>> int(hold_out(table, list_name="june")["held_out"].sum())
    100
    """
    if not LEAST <= share <= 0.5:
        raise ArgumentError(
            "a hold-out must be at least 10 % and at most half of the list.",
            found=f"share={share!r}",
            fix="write share=0.1: with fewer left alone, what the list brought cannot be told from what "
            "would have come anyway.",
        )
    frame = table.execute() if isinstance(table, ir.Table) else table.copy()
    if "customer_id" not in frame.columns:
        raise TableError(
            "the list has no column ['customer_id'].",
            found=list(frame.columns),
            fix="keep customer_id in it.",
        )
    people = sorted({str(person) for person in frame["customer_id"].dropna()})
    sides = dict(earlier or {})
    key = salt.encode() if isinstance(salt, str) else salt
    new = sorted((_draw(key, list_name, person), person) for person in people if person not in sides)
    least = ceil(share * len(new) - 1e-9)
    sides |= {person: draw < share or place < least for place, (draw, person) in enumerate(new)}
    held = frame["customer_id"].map(lambda person: sides.get(str(person), False))
    return frame.assign(held_out=held.astype(bool))


def _draw(key: bytes, list_name: str, person: str) -> float:
    """A number from 0 to 1 that belongs to this person on this list."""
    message = f"hold-out\0{list_name}\0{person}".encode()
    code = hmac.new(key or b"\0", message, hashlib.sha256).digest()
    return int.from_bytes(code[:7], "big") / 2**56


def balance(table: pd.DataFrame, *, by: str = "store_id") -> pd.DataFrame:
    """One row per group, and one for all: how many are held out, and whether the two sides are alike.

    table  the result of `hold_out`, with `score` or another number to compare where there is one
    by     column of the groups, such as store_id, staff_id or channel

    Returns the column `by` (empty for all), n_customers, n_held_out, held_out_share with its 95 % interval,
    difference (held out − contacted: mean of score, else fit or gap_days, in standard deviations of all;
    NaN without such a column or on an empty side). Beyond 0.25 the sides are not alike in it.

    >>> rows = pd.DataFrame({"store_id": ["S1"] * 4, "score": [0.2, 0.4, 0.6, 0.8],
    ...                      "held_out": [False, True, False, False]})
    >>> balance(rows)[["store_id", "n_customers", "n_held_out", "difference"]].round(2).values.tolist()
    [['S1', 4, 1, -0.52], ['', 4, 1, -0.52]]
    """
    measure = next((name for name in ("score", "fit", "gap_days") if name in table.columns), None)
    groups = [*table.groupby(by, sort=True), ("", table)] if by in table.columns else [("", table)]
    rows = []
    for group, own in groups:
        held = own["held_out"].astype(bool)
        low, high = wilson(held.sum(), len(own))
        shares = (held.mean() if len(own) else np.nan, float(low), float(high))
        rows.append((group, len(own), int(held.sum()), *shares, _difference(own, held, measure)))
    columns = [by, "n_customers", "n_held_out", "held_out_share", "held_out_share_low", "held_out_share_high"]
    return pd.DataFrame(rows, columns=[*columns, "difference"])


def _difference(own: pd.DataFrame, held: pd.Series, measure: str | None) -> float:
    if measure is None or held.all() or not held.any():
        return np.nan
    values = own[measure].astype(float)
    spread = values.std()
    return float((values[held].mean() - values[~held].mean()) / spread) if spread > 0 else 0.0
