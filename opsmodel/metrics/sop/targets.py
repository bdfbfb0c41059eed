"""The targets that were agreed, beside what the cases since then came to."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from opsmodel.intake.contract import column_names, day
from opsmodel.intake.kpis import parse
from opsmodel.metrics.rates import SMALLEST_BASE, wilson
from opsmodel.metrics.sop.kpis import is_measured, since

HALF_YEAR = 182  # days in which the cases of a target began that has no day of its own
SHARES = ("target", "value", "value_low", "value_high")
DAYS = ("due_on", "counted_from")
COUNTS = ("n_cases", "k")
TYPES = {
    **dict.fromkeys(SHARES, "float64"),
    **dict.fromkeys(DAYS, "datetime64[us]"),
    **dict.fromkeys(COUNTS, "int64"),
}
COLUMNS = ["kpi", "target", "due_on", "owner", "counted_from", *COUNTS, *SHARES[1:], "standing"]


def targets(
    client, agreed: Sequence[Mapping], *, as_of=None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per store and target that holds for it: what was promised, and what has been seen since.

    Of several targets for the same KPI the store's own holds, and of these the last.

    Counted are the cases (tasks due, adds, first orders) that began after the last day observed when the
    target was set, and whose window is over: cases of before cannot show what changed. A target without such
    a day (of the engagement.yaml) counts the last half-year of cases whose window is over.

    client  a client or store, with the tables its KPIs need
    agreed  rows of `decisions.targets` as dicts: kpi, target, store_id ("" holds for every store), due_on,
            owner, as_of
    as_of   last day observed, inclusive; default: the client's
    by      store_id: a row for each store, its code first

    Returns `by`, kpi, target, due_on, owner, counted_from (first day a case may begin), n_cases, k, value
    with value_low, value_high (Wilson, 95 %), standing: reached (the whole interval lies at the target or
    above), short (it lies below), near (the target lies within it), waiting (fewer than 30 cases so far) or
    unknown (a KPI that is not measured here, or whose table is missing).
    Raises TableError if a column is missing.

    >>> targets(open_client("demo").store("S001"), [{"kpi": "close_90d", "target": 0.4}])  # doctest: +SKIP
    """
    end, keys = day(as_of or client.as_of), column_names(by)
    lines = [dict(line) for line in agreed]
    holding = {store: _holding(lines, store) for store in client.store_ids}
    held_by = [[store for store in holding if place in holding[store]] for place in range(len(lines))]
    parts = [
        _of_stores(client, line, stores, end) for line, stores in zip(lines, held_by, strict=True) if stores
    ]
    empty = pd.DataFrame(columns=["store_id", *COLUMNS], dtype="str").astype(TYPES)
    found = pd.concat(parts or [empty], ignore_index=True)
    return found.sort_values("store_id", kind="stable", ignore_index=True)[[*keys, *COLUMNS]]


def _holding(lines: list[dict], store: str) -> set[int]:
    """Places of the lines that hold for a store: for each KPI its own rather than that of all; the last."""
    found: dict[str, int] = {}
    for place, line in sorted(enumerate(lines), key=lambda pair: bool(pair[1].get("store_id"))):
        if line.get("store_id") in (None, "", store):
            found[line["kpi"]] = place
    return set(found.values())


def _of_stores(client, line: dict, stores: list[str], end: date) -> pd.DataFrame:
    """The rows of one target."""
    kpi, seen = line["kpi"], is_measured(client, line["kpi"])
    first = _first(line, end) if seen else None
    counts = since(client, kpi, first, as_of=end) if first else pd.DataFrame(columns=["store_id", "k", "n"])
    counts = counts.set_index("store_id").reindex(stores).fillna(0).astype("int64")
    counts = counts.rename(columns={"n": "n_cases"})
    low, high = wilson(counts["k"], counts["n_cases"])
    found = counts.reset_index().assign(
        kpi=kpi, target=float(line["target"]), owner=line.get("owner") or "", value_low=low, value_high=high,
        counted_from=pd.Timestamp(first or "NaT"), due_on=pd.Timestamp(line.get("due_on") or "NaT"),
        value=lambda shown: shown["k"] / shown["n_cases"].where(shown["n_cases"] > 0),
    )  # fmt: skip
    standing = [_standing(row) if seen else "unknown" for row in found.itertuples()]
    return found.assign(standing=pd.Series(standing, dtype="str")).astype(TYPES)


def _first(line: dict, end: date) -> date:
    """The first day on which a case of this target may begin."""
    if line.get("as_of"):
        return day(line["as_of"]) + timedelta(days=1)
    return end - timedelta(days=HALF_YEAR + parse(line["kpi"])[1] - 1)


def _standing(row) -> str:
    if row.n_cases < SMALLEST_BASE:
        return "waiting"
    if row.value_low >= row.target:
        return "reached"
    return "short" if row.value_high < row.target else "near"
