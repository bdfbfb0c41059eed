"""Lifecycle: the stage every customer is in on a day, by the ordered rules of the engagement."""

from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.intake.rules import columns as columns_of
from opsmodel.metrics.segments.predicate import holds
from opsmodel.metrics.segments.profile import lifecycle_rules, profile
from opsmodel.metrics.segments.sizes import summary

SHOWN = ("n_occasions", "n_orders", "spend", "days_since_last")


def lifecycle(client, *, as_of=None, cuts: pd.DataFrame | None = None) -> ir.Table:
    """One row per customer: the stage of the lifecycle on a day. Lazy.

    The rules stand in engagement.yaml under `lifecycle`, or are the default ones. They are tried in
    order, and the first that holds counts, so a customer is in one stage; in none where no rule holds.

    as_of  last day observed, inclusive; default: the client's
    cuts   cut values for rules that read r, f or m; default: those of the whole chain on that day

    Returns customer_id, store_id (home store), lifecycle (null where no rule holds), n_occasions,
    n_orders, spend, days_since_last.
    Raises ArgumentError if a rule reads a column that a profile does not have.

    >>> segments.lifecycle(client)  # doctest: +SKIP
    """
    columns = ["customer_id", "store_id", "lifecycle", *SHOWN]
    return profile(client, columns=columns, cuts=cuts, as_of=as_of)


def stages(
    client, *, as_of=None, cuts: pd.DataFrame | None = None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per stage, from the first to the last of a customer's way: how many are in it, what they spent.

    The rules are written from the last stage to the first, so that the furthest counts; the table turns
    them round. Customers without a stage come last, as `uncovered`.

    by  store_id: a table a store

    Returns the columns of `by`, then lifecycle, and the columns of `segments.summary`.
    """
    rules = [stage.name for stage in reversed(client.engagement.lifecycle)]
    found = lifecycle(client, as_of=as_of, cuts=cuts)
    found = found.mutate(lifecycle=found.lifecycle.fill_null("uncovered"))
    return summary(found, column="lifecycle", by=by, order=[*rules, "uncovered"])


def lint(client, *, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row per thing to know about the lifecycle rules, each with the customers it concerns.

    Rules may overlap, for the first counts; a rule that overlaps altogether is never reached.

    by  store_id: a table a store

    Returns the columns of `by`, then check, lifecycle, earlier, n:
    overlap      n customers for whom the rule holds are in the stage `earlier`, whose rule comes first
    unreachable  nobody is in the stage; n customers for whom its rule holds are all in earlier ones
    uncovered    no rule holds for n customers (lifecycle empty)
    A check that finds nothing has no row.

    >>> segments.lint(client)  # doctest: +SKIP
    """
    names = column_names(by)
    rules = lifecycle_rules(client)
    needed = [column for rule in rules.values() for column in columns_of(rule)]
    people = profile(client, columns=[*names, *needed, "lifecycle"])
    flags = {f"holds_{number}": holds(rule, people) for number, rule in enumerate(rules.values())}
    people = people.select(*names, "lifecycle", **flags)
    counted = people.group_by([*names, "lifecycle", *flags]).agg(n=people.count()).execute()
    parts = counted.groupby(names, dropna=False, sort=True) if names else [((), counted)]
    rows = [[*key, *row] for key, one in parts for row in _checks(one, list(rules))]
    return pd.DataFrame(rows, columns=[*names, "check", "lifecycle", "earlier", "n"]).astype({"n": "int64"})


def _checks(counted: pd.DataFrame, stages: list[str]) -> list[list]:
    rows: list[list] = []
    for number, stage in enumerate(stages):
        its = counted[counted[f"holds_{number}"].astype(bool)]
        for earlier in stages[:number]:
            if n := its.loc[its["lifecycle"] == earlier, "n"].sum():
                rows.append(["overlap", stage, earlier, int(n)])
        if not its.loc[its["lifecycle"] == stage, "n"].sum():
            rows.append(["unreachable", stage, None, int(its["n"].sum())])
    if n := counted.loc[counted["lifecycle"].isna(), "n"].sum():
        rows.append(["uncovered", None, None, int(n)])
    order = ["uncovered", "unreachable", "overlap"]
    return sorted(rows, key=lambda row: order.index(row[0]))
