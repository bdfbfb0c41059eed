"""What earlier months teach: how often leads of each kind bought, counted before the day of the score."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

PRIOR = 50.0  # leads' worth of the overall rate mixed into the rate of each kind
NONE = "–"


def counts(rows: ir.Table, keys: Sequence[str]) -> pd.DataFrame:
    """One row per cut and combination of `keys`, where the outcome is known: n, k. One query."""
    known = rows.filter(rows.bought.notnull()).select("cut", "bought", **{c: _said(rows, c) for c in keys})
    found = known.group_by(["cut", *keys]).agg(n=known.count(), k=known.bought.sum()).execute()
    found = found.assign(cut=pd.to_datetime(found["cut"]))
    return found.astype({"n": float, "k": float}).sort_values(["cut", *keys], ignore_index=True)


def rates(counted: pd.DataFrame, key: str, cuts, *, within_days: int) -> pd.DataFrame:
    """One row per cut and value of `key`: the rate of earlier leads, drawn towards that of all of them.

    Only windows that were over at the cut are counted: nothing that was not known on that day.

    Returns cut, the key, rate = (k + 50 p) / (n + 50) and overall = p; no row for a cut without a past.
    """
    parts = []
    for cut in pd.to_datetime(list(cuts)):
        past = counted[counted["cut"] + timedelta(days=within_days) <= cut]
        if past.empty:
            continue
        overall = past["k"].sum() / past["n"].sum()
        sums = past.groupby(key, as_index=False)[["n", "k"]].sum()
        sums = sums.assign(rate=(sums["k"] + PRIOR * overall) / (sums["n"] + PRIOR))
        parts.append(sums.assign(cut=cut, overall=overall)[["cut", key, "rate", "overall"]])
    columns = ["cut", key, "rate", "overall"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def with_rate(rows: ir.Table, learned: pd.DataFrame, key: str, name: str) -> ir.Table:
    """The rows with the learned rate of their `key` as `name`; a new value has the overall rate. Lazy."""
    cuts = learned.drop_duplicates("cut")
    whole = _lookup(cuts["cut"], all_rate=cuts["overall"])
    own = _lookup(learned["cut"], own_rate=learned["rate"], said=learned[key])
    columns = rows.columns
    rows = rows.mutate(said_here=_said(rows, key))
    found = rows.left_join(whole, rows.cut == whole.known_cut).select(*rows.columns, "all_rate")
    found = found.left_join(own, [found.cut == own.known_cut, found.said_here == own.said])
    rate = found.own_rate.fill_null(found.all_rate)
    return found.select(*columns, "all_rate", **{name: rate})


def _lookup(cut: pd.Series, **columns: pd.Series) -> ir.Table:
    kinds = {name: "string" if name == "said" else "float64" for name in columns}
    data = {
        "known_cut": [day.date() for day in cut],
        **{name: values.tolist() for name, values in columns.items()},
    }
    return ibis.memtable(data, schema={"known_cut": "date", **kinds})


def _said(rows: ir.Table, column: str) -> ir.StringValue:
    """The value as text; nothing said is a kind of its own."""
    return rows[column].cast("string").fill_null(NONE)
