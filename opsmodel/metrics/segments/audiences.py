"""Audiences: the customers a rule picks, how they overlap, and lists in which each stands once."""

from collections.abc import Mapping, Sequence
from math import nan

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.intake.rules import AnyOf, Rule, columns, parse
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.segments.beside import tag_groups, with_tags
from opsmodel.metrics.segments.freshness import stale_days
from opsmodel.metrics.segments.naming import stage_names
from opsmodel.metrics.segments.predicate import holds
from opsmodel.metrics.segments.profile import profile
from opsmodel.metrics.segments.words import describe

LISTED = ("customer_id", "store_id", "staff_id")


def audience(client, rule: Mapping, *, name: str = "audience", tags=None, cuts=None) -> ir.Table:
    """One row per customer whom the rule picks, with the reason in plain words. Lazy.

    client  a client, the chain or narrowed to stores; or a table of your own with a row per customer:
            customer_id, store_id and what the rule reads, such as a profile with further columns
    rule    conditions on columns of `segments.profile`, joined by all, any and not (see below)
    name    what the audience is called
    tags    one row per customer and tag: customer_id, tag_group, tag; a group is a column of the rule
    cuts    cut values for r, f, m; default: those of the whole chain

    A rule is a mapping of column -> what it must be, and all of its columns must fit; a list means any of
    its values. That is what WeCom's tag filter does: any within a group, all across groups. Further:

        {"channel": ["till", "group"], "is_contact": True}      these two, together
        {"spend": {"at_least": 500, "below": 2000}}             at_least, at_most, above, below
        {"member_since": {"known": False}}                      whether there is a value
        {"categories": {"all_of": ["fruit", "milk"]}}           lists: every one; a plain list: any one
        {"any": [rule, rule]}, {"all": [rule, rule]}, {"not": rule}

    Text is compared exactly. What is not known fits no condition, so it fits the `not` of one.

    Returns customer_id, store_id (home store), staff_id, audience (the name), reason (of a rule `any`: its
    first part that fits the customer), in no particular order.
    Raises ArgumentError for a column that is not there, a value of another type, or a rule of another form.

    >>> segments.audience(client, {"spend": {"at_least": 500}, "channel": ["group"]})  # doctest: +SKIP
    """
    tree, words = parse(rule), _words(client)
    people = _people(client, columns(tree), tags, cuts)
    chosen = people.filter(holds(tree, people))
    return chosen.select(*LISTED, audience=ibis.literal(str(name)), reason=_reason(tree, chosen, words))


def assign(client, rules: Mapping[str, Mapping], *, tags=None, cuts=None) -> ir.Table:
    """One row per customer whom at least one rule picks: lists that do not overlap. Lazy.

    rules  name -> rule, the most important first: a customer stands on the first list that fits

    Returns and raises what `audience` does; `audience` is the name of the list.

    >>> rules = {"call": {"spend": {"above": 999}}, "write": {"is_contact": True}}
    >>> segments.assign(client, rules)  # doctest: +SKIP
    """
    trees, words = _parsed(rules), _words(client)
    needed = [column for tree in trees.values() for column in columns(tree)]
    people = _people(client, needed, tags, cuts)
    picks = [(holds(tree, people), name, _reason(tree, people, words)) for name, tree in trees.items()]
    nothing = ibis.null("string")
    listed = people.select(
        *LISTED,
        audience=ibis.cases(*((pick, ibis.literal(name)) for pick, name, _ in picks), else_=nothing),
        reason=ibis.cases(*((pick, reason) for pick, _, reason in picks), else_=nothing),
    )
    return listed.filter(listed.audience.notnull())


def audiences(
    client,
    rules: Mapping[str, Mapping],
    *,
    by: str | Sequence[str] | None = None,
    tags=None,
    cuts=None,
) -> pd.DataFrame:
    """One row per audience: how many it holds, what share of the customers, and what of it others hold too.

    rules  name -> rule, the most important first
    by     store_id: a table a store

    Returns the columns of `by`, then audience, n, n_all (customers known), coverage = n ÷ n_all with
    coverage_low, coverage_high (Wilson, 95 %), n_shared (also in another of these audiences),
    overlap = n_shared ÷ n (NaN if empty), n_listed (left to it by `assign`), stale_days (days to as_of
    from the newest row of the data the rule relies on, of several tables the oldest; NaN without dates).
    Raises ArgumentError as `audience` does.

    >>> segments.audiences(client, {"big": {"spend": {"above": 999}}}, by="store_id")  # doctest: +SKIP
    """
    names, trees = column_names(by), _parsed(rules)
    patterns = _patterns(client, trees, names, tags, cuts)
    read = {name: columns(tree) for name, tree in trees.items()}
    stale = dict.fromkeys(trees, nan) if _is_table(client) else stale_days(client, read)
    parts = patterns.groupby(names, dropna=False, sort=True) if names else [((), patterns)]
    rows = [[*key, *row, stale[row[0]]] for key, one in parts for row in _sizes(one, list(trees))]
    counts = ["audience", "n", "n_all", "n_shared", "n_listed"]
    found = pd.DataFrame(rows, columns=[*names, *counts, "stale_days"]).astype(
        dict.fromkeys(counts[1:], "int64")
    )
    found = with_rate(found.astype({"stale_days": float}), "coverage", "n", "n_all")
    found["overlap"] = found["n_shared"] / found["n"].where(found["n"] > 0)
    share = ["coverage", "coverage_low", "coverage_high"]
    return found[[*names, *counts[:3], *share, "n_shared", "overlap", "n_listed", "stale_days"]]


def overlaps(
    client,
    rules: Mapping[str, Mapping],
    *,
    by: str | Sequence[str] | None = None,
    tags=None,
    cuts=None,
) -> pd.DataFrame:
    """One row per ordered pair of audiences: what share of the first is in the second as well.

    Arguments and errors are those of `audiences`.

    Returns the columns of `by`, then audience, other, n (of `audience`), n_both, overlap = n_both ÷ n (NaN if
    empty), overlap_low, overlap_high (Wilson, 95 %).
    """
    names, trees = column_names(by), _parsed(rules)
    patterns = _patterns(client, trees, names, tags, cuts)
    parts = patterns.groupby(names, dropna=False, sort=True) if names else [((), patterns)]
    rows = []
    for key, one in parts:
        for i, first in enumerate(trees):
            for j, second in enumerate(trees):
                if i != j:
                    its = one[f"in_{i}"]
                    both = its & one[f"in_{j}"]
                    rows.append([*key, first, second, one.loc[its, "n"].sum(), one.loc[both, "n"].sum()])
    found = pd.DataFrame(rows, columns=[*names, "audience", "other", "n", "n_both"])
    return with_rate(found.astype({"n": "int64", "n_both": "int64"}), "overlap", "n_both", "n")


def _people(client, needed: Sequence[str], tags, cuts) -> ir.Table:
    """The columns that rules read, of the client's profile or of the table given in its place."""
    if not _is_table(client):
        return profile(client, columns=[*LISTED, *needed], tags=tags, cuts=cuts)
    table = require(client, "customers", ["customer_id", "store_id"])
    if "staff_id" not in table.columns:
        table = table.mutate(staff_id=ibis.null("string"))
    return with_tags(table, tags, tag_groups(tags, table.columns)) if tags is not None else table


def _is_table(client) -> bool:
    return isinstance(client, ir.Table | pd.DataFrame)


def _words(client) -> dict[str, str]:
    return {} if _is_table(client) else stage_names(client)


def _patterns(client, trees: dict[str, Rule], names: list[str], tags, cuts) -> pd.DataFrame:
    """Customers counted by which audiences hold them: columns in_0, in_1, … and n. One query."""
    needed = [column for tree in trees.values() for column in columns(tree)]
    people = _people(client, [*names, *needed], tags, cuts)
    flags = {f"in_{number}": holds(tree, people) for number, tree in enumerate(trees.values())}
    people = people.select(*names, **flags)
    counted = people.group_by([*names, *flags]).agg(n=people.count()).execute()
    return counted.astype(dict.fromkeys(flags, bool))


def _sizes(counted: pd.DataFrame, audiences: list[str]) -> list[list]:
    flags = counted[[f"in_{number}" for number in range(len(audiences))]]
    rows = []
    for number, name in enumerate(audiences):
        its = flags[f"in_{number}"]
        shared = its & (flags.sum(axis=1) > 1)
        free = its & ~flags.iloc[:, :number].any(axis=1)
        sums = [counted.loc[mask, "n"].sum() for mask in (its, its | ~its, shared, free)]
        rows.append([name, *sums])
    return rows


def _reason(tree: Rule, people: ir.Table, words: Mapping[str, str]) -> ir.StringValue:
    """The rule in words; of several that would do, the first that does for this customer."""
    if not isinstance(tree, AnyOf):
        return ibis.literal(describe(tree, words))
    parts = [(holds(part, people), ibis.literal(describe(part, words))) for part in tree.parts]
    return ibis.cases(*parts, else_=ibis.null("string"))


def _parsed(rules: Mapping[str, Mapping]) -> dict[str, Rule]:
    if not isinstance(rules, Mapping) or not rules:
        raise ArgumentError(
            "these are no audiences.", found=repr(rules)[:200],
            fix='write {"big spenders": {"spend": {"at_least": 500}}, …}.',
        )  # fmt: skip
    return {str(name): parse(rule, str(name)) for name, rule in rules.items()}
