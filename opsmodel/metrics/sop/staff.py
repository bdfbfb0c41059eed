"""Fair scorecards of staff: what each was given to do is allowed for, and few tasks say little."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import TableError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.counting import tally, totals, with_rate
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.metrics.shrinkage import rates
from opsmodel.metrics.sop.bulk import bulk, credible
from opsmodel.metrics.sop.ticks import grain, ordered, source, ticks

SPLIT = "\x1f"  # between store and member of staff; in no id
BEST = ["top_quartile", "place"]


def staff(tasks, *, as_of, by: str | Sequence[str] | None = None, grace: float = 0) -> pd.DataFrame:
    """One row per member of staff: tasks done on time, for the tasks this person was given.

    Compared are all staff of the table (of each group of `by`). Ticks are taken at their word: pass
    `credible(tasks, as_of=…)` to leave out those made in bursts.

    tasks  one row per task: staff_id, due_at, done_at; sop, step where they are known
    as_of  last day observed, inclusive
    by     column or columns of tasks; staff are compared within a group
    grace  days after the due time in which a task still counts as on time

    Returns the columns of `by`, then staff_id, n_due, n_on_time, adherence with its Wilson bounds, and the
    further columns of `fair`.
    Raises TableError if a column is missing.

    >>> tasks = pd.DataFrame({"staff_id": ["E1"] * 40 + ["E2"] * 40, "due_at": "2024-05-06",
    ...                       "done_at": ["2024-05-06"] * 30 + [None] * 30 + ["2024-05-06"] * 20})
    >>> staff(tasks, as_of="2024-05-31")[["staff_id", "n_due", "n_on_time", "place"]].values.tolist()
    [['E1', 40, 30, 1.0], ['E2', 40, 20, 2.0]]
    """
    groups = column_names(by)
    keys, mix = [*dict.fromkeys([*groups, "staff_id"])], grain(tasks, "step")
    rows = ticks(tasks, as_of=as_of, grace=grace, carry=[*dict.fromkeys([*keys, *mix])])
    rows = rows.filter(rows.is_due & rows.staff_id.notnull())
    columns = [*dict.fromkeys([*keys, *mix])]
    counted = tally(rows, columns, is_on_time=rows.is_on_time)
    hit = counted["is_on_time"].astype(bool)
    counts = totals(counted, columns, n=hit | ~hit, k=hit)
    cards = fair(counts, mix=mix, by=groups).rename(columns={"n": "n_due", "k": "n_on_time"})
    cards = with_rate(cards, "adherence", "n_on_time", "n_due")
    rate = ["adherence", "adherence_low", "adherence_high"]
    first = [*keys, "n_due", "n_on_time", *rate]
    return ordered(cards[[*first, *(c for c in cards.columns if c not in first)]], keys)


def scorecards(
    client, *, as_of=None, by: str | Sequence[str] | None = None, grace: float = 0
) -> pd.DataFrame:
    """One row per member of staff in scope, compared with the staff of all stores.

    Ticks in bursts (see `bulk`) are left out: whether these tasks were done is unknown.

    client  a client or store, with tasks
    as_of   last day observed, inclusive; default: the client's
    by      columns that come first in the result: store_id
    grace   days after the due time in which a task still counts as on time

    Returns store_id, then the columns of `staff` and n_bulk (ticks in bursts). Who works in two stores has
    a row in each; who ticked in bursts only has a base of 0.

    >>> scorecards(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    whole, end = source(client.chain, as_of)
    tasks = _at(whole)
    cards = staff(credible(tasks, as_of=end), as_of=end, grace=grace)
    cards = cards.merge(bulk(tasks, as_of=end)[["staff_id", "n_bulk"]], on="staff_id", how="outer")
    counts = ["n_due", "n_on_time", "n_bulk"]
    cards[counts] = cards[counts].fillna(0).astype("int64")
    where = cards["staff_id"].str.split(SPLIT, n=1, regex=False, expand=True).reindex(columns=[0, 1])
    cards = cards.assign(store_id=where[0].astype("str"), staff_id=where[1].astype("str"))
    cards = cards[cards["store_id"].isin(client.store_ids)]
    first = [*dict.fromkeys([*column_names(by), "store_id", "staff_id"])]
    return ordered(cards[[*first, *(c for c in cards.columns if c not in first)]], first)


def _at(tasks):
    """A member of staff in a store is a person of its own."""
    return tasks.mutate(staff_id=tasks.store_id + SPLIT + tasks.staff_id)


def fair(
    counts: pd.DataFrame, *, mix: Sequence[str] = (), unit: str = "staff_id", by: Sequence[str] = (),
    least: int = SMALLEST_BASE,
) -> pd.DataFrame:  # fmt: skip
    """One row per unit: its rate, adjusted for what it was given to do and drawn towards the others.

    Adjusted (indirect standardisation): the rate of all × successes ÷ those expected if each case of this
    unit had gone as such cases go on average. A person with the hard tasks is not punished for them.

    counts  one row per unit and kind of case: unit, `mix`, `by`, n (cases), k (successes)
    mix     columns that make a kind of case: sop and step, channel, …
    by      columns within which units are compared
    least   a unit with fewer cases is not ranked

    Returns `by`, unit, n, k, expected_rate (of such cases, over all units), adjusted_rate, shrunken_rate with
    its 95 % interval, top_quartile (probability to be among the best quarter), place (1 is best; NaN below
    `least`). NaN where there is nobody to compare with.
    Raises TableError if a column is missing.
    Source: indirect standardisation; beta-binomial shrinkage, (k + α) ÷ (n + α + β).

    >>> counts = pd.DataFrame({"staff_id": ["E1", "E1", "E2", "E2"], "step": ["easy", "hard"] * 2,
    ...                        "n": [90, 10, 10, 90], "k": [81, 3, 9, 27]})
    >>> fair(counts, mix=["step"])["adjusted_rate"].tolist()
    [0.6, 0.6]
    """
    groups = list(by)
    missing = [c for c in [*groups, unit, *mix, "n", "k"] if c not in counts.columns]
    if missing:
        raise TableError(
            f"the counts have no column {missing}.",
            found=list(counts.columns),
            fix="give unit, mix, n and k.",
        )
    kinds = [*dict.fromkeys([*groups, *mix])]
    whole = (
        counts.groupby(kinds, dropna=False)[["k", "n"]].transform("sum")
        if kinds
        else counts[["k", "n"]].sum()
    )
    rows = counts.assign(expected=counts["n"] * (whole["k"] / whole["n"]))
    keys = [*dict.fromkeys([*groups, unit])]
    cards = rows.groupby(keys, as_index=False)[["n", "k", "expected"]].sum()
    team = (
        cards.groupby(groups, dropna=False)[["k", "n"]].transform("sum")
        if groups
        else cards[["k", "n"]].sum()
    )
    beside = cards["k"] / cards["expected"].where(cards["expected"] > 0)
    cards["expected_rate"] = cards["expected"] / cards["n"].where(cards["n"] > 0)
    cards["adjusted_rate"] = (beside * team["k"] / np.maximum(team["n"], 1)).clip(upper=1)
    parts = [part for _, part in cards.groupby(groups, dropna=False)] if groups else [cards]
    cards = pd.concat([_shrunken(part, least) for part in parts]) if len(cards) else _shrunken(cards, least)
    return cards.drop(columns="expected").reset_index(drop=True)


def _shrunken(cards: pd.DataFrame, least: int) -> pd.DataFrame:
    if len(cards) < 2:
        names_of = ["shrunken_rate", "shrunken_rate_low", "shrunken_rate_high", *BEST]
        return cards.assign(**dict.fromkeys(names_of, np.nan))
    found = rates((cards["adjusted_rate"] * cards["n"]).fillna(0), cards["n"]).set_index(cards.index)
    ranked = found["shrunken"].where(cards["n"] >= least)
    return cards.assign(
        shrunken_rate=found["shrunken"],
        shrunken_rate_low=found["shrunken_low"],
        shrunken_rate_high=found["shrunken_high"],
        top_quartile=found["top_quartile"].where(cards["n"] >= least),
        place=ranked.rank(ascending=False, method="min"),
    )
