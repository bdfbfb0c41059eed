"""What earlier days teach: how often leads like this one bought, counted before the day of the score."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

PRIOR = 50.0  # leads' worth of the overall rate mixed into what is learned of a kind
OF_A_HEIGHT = 10.0  # and of a height of the order, which is known to matter
AGES = (0, 3, 7, 14, 30, 60, 90, 180)  # days since joining up to which leads are of one age
UNSAID = "–"


def counts(rows: ir.Table, keys: Sequence[str]) -> pd.DataFrame:
    """One row per cut and combination of `keys`, where the outcome is known: n, k. One query."""
    known = rows.filter(rows.bought.notnull())
    known = known.select("cut", "bought", **{key: _said(known, key) for key in keys})
    found = known.group_by(["cut", *keys]).agg(n=known.count(), k=known.bought.sum()).execute()
    found = found.assign(cut=pd.to_datetime(found["cut"]))
    return found.astype({"n": float, "k": float}).sort_values(["cut", *keys], ignore_index=True)


def overall(counted: pd.DataFrame, cuts, *, within_days: int) -> pd.DataFrame:
    """One row per cut with a past: cut, value = the share of all earlier leads who bought."""
    return _learn(counted, cuts, within_days, lambda past: pd.DataFrame({"value": [_share(past)]}))


def rates(counted: pd.DataFrame, key: str, cuts, *, within_days: int) -> pd.DataFrame:
    """One row per cut and value of `key`: value = (k + 10 p) / (n + 10), p the share of all earlier leads."""

    def share(past: pd.DataFrame) -> pd.DataFrame:
        sums = past.groupby(key, as_index=False)[["n", "k"]].sum()
        drawn = (sums["k"] + OF_A_HEIGHT * _share(past)) / (sums["n"] + OF_A_HEIGHT)
        return sums.assign(value=drawn)[[key, "value"]]

    return _learn(counted, cuts, within_days, share)


def lifts(counted: pd.DataFrame, key: str, cuts, *, within_days: int) -> pd.DataFrame:
    """One row per cut and value of `key`: how many times as often these leads bought as others of their age.

    value = (k + 50 p) / (e + 50 p), where e is what their number would give if each bought as often as all
    leads of the same age do: a store of young leads is not a better store.

    counted  with the column age
    """

    def lift(past: pd.DataFrame) -> pd.DataFrame:
        ages = past.groupby("age")[["n", "k"]].sum()
        expected = past["n"] * past["age"].map(ages["k"] / ages["n"])
        sums = past.assign(e=expected).groupby(key, as_index=False)[["e", "k"]].sum()
        prior = PRIOR * _share(past)
        return sums.assign(value=((sums["k"] + prior) / (sums["e"] + prior)).fillna(1.0))[[key, "value"]]

    return _learn(counted, cuts, within_days, lift)


def with_value(rows: ir.Table, learned: pd.DataFrame, name: str, key: str | None = None) -> ir.Table:
    """The rows with what was learned for their cut, and their `key`, as `name`; else null. Lazy."""
    if learned.empty:
        return rows.mutate(**{name: ibis.null("float64")})
    kinds = {"known_cut": "date", "value": "float64"} | ({"said": "string"} if key else {})
    data = {"known_cut": [day.date() for day in learned["cut"]], "value": learned["value"].tolist()}
    if key is None:
        known = ibis.memtable(data, schema=kinds)
        joined = rows.left_join(known, rows.cut == known.known_cut)
    else:
        known = ibis.memtable({**data, "said": learned[key].tolist()}, schema=kinds)
        joined = rows.left_join(known, [rows.cut == known.known_cut, _said(rows, key) == known.said])
    return joined.select(*rows.columns, **{name: joined["value"]})


def age_group(days: ir.IntegerValue) -> ir.IntegerValue:
    """The first of AGES that is not below the days since joining."""
    return ibis.cases(*[(days <= edge, edge) for edge in AGES], else_=AGES[-1] + 1)


def _learn(counted, cuts, within_days: int, lesson: Callable) -> pd.DataFrame:
    parts = [lesson(past).assign(cut=cut) for cut, past in _pasts(counted, cuts, within_days)]
    empty = pd.DataFrame({name: [] for name in [*counted.columns, "value"]})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _pasts(counted: pd.DataFrame, cuts, within_days: int) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Every cut with what was known then: windows that were over, and nothing else."""
    for cut in pd.to_datetime(list(cuts)):
        past = counted[counted["cut"] + timedelta(days=within_days) <= cut]
        if past["n"].sum():
            yield cut, past


def _share(past: pd.DataFrame) -> float:
    return past["k"].sum() / past["n"].sum()


def _said(rows: ir.Table, column: str) -> ir.StringValue:
    """The value as text; nothing said is a kind of its own."""
    return rows[column].cast("string").fill_null(UNSAID)
