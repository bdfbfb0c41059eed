"""From rung to rung of the product ladder: who goes on to a higher tier, and how soon."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.counting import days_between, tally, totals, with_rate
from opsmodel.metrics.ladder.baskets import Baskets, baskets, positive, source
from opsmodel.metrics.survival import kaplan_meier, quantiles

TIERS = ("entry", "core", "premium")
SAME_DAY = ("counts", "apart")


def transitions(
    order_lines,
    *,
    orders=None,
    as_of=None,
    within_days: int = 90,
    tiers: Sequence[str] = TIERS,
    same_day: str = "counts",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per first tier i and other tier j: of those who began in i, the share who buy j within N days.

    The first tier is that of the customer's first paid line; of several in that order, the lowest on the
    ladder. A customer counts once N days have passed since then.

    order_lines  a client; or one row per product of an order: order_id, tier (amount if there) with
                 `orders`; or a table that carries customer_id, ordered_at, amount and tier itself
    orders       one row per order: order_id, customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive; a client's own if not given
    within_days  N, in days after the first order of tier i
    tiers        the ladder, from the bottom up; lines of other tiers are left out
    same_day     counts: who buys j on the first day, too, has reached it, after 0 days;
                 apart: had no way left to go and is in neither n_customers nor n_reached
    by           column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then from_tier, to_tier, rungs (1: the next tier up; negative: down),
    within_days, n_customers (old enough), n_same_day (of the old enough, with j on the first day),
    n_reached, reach_rate (NaN if none is old enough), reach_rate_low, reach_rate_high (Wilson, 95 %),
    median_days (Kaplan–Meier over all who began in i, also the young; NaN if fewer than half get there).
    Raises TableError if a column is missing, ArgumentError for a bad window, ladder or rule.
    Source: a mature conversion rate between states, as in `funnel.conversion`; Kaplan & Meier 1958.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> orders = seven_customer_shop().orders
    >>> lines = orders.assign(tier=["entry" if a < 40 else "core" for a in orders["amount"]])
    >>> table = transitions(lines, as_of="2024-06-30", within_days=40, tiers=("entry", "core"))
    >>> table.loc[table["rungs"] == 1, ["n_customers", "n_reached"]].values.tolist()
    [[6, 3]]
    """
    steps = [(a, b) for a in tiers for b in tiers if a != b]
    found, names, last = _first_days(order_lines, orders, as_of, tiers, by)
    start = _case(found, tiers, found.began, "at")
    waits = found.select(
        *names, from_tier="began", start=start.date(), **{f"day_{k}": f"day_{k}" for k in range(len(tiers))}
    )
    goals = waits.cross_join(ibis.memtable({"to_tier": list(tiers)}))
    goals = goals.filter(goals.from_tier != goals.to_tier)
    goals = goals.mutate(goal=_case(goals, tiers, goals.to_tier, "day"))
    return _reached(goals, names, steps, tiers, last, within_days, same_day)


def climb(
    order_lines,
    *,
    orders=None,
    as_of=None,
    within_days: int = 90,
    tiers: Sequence[str] = TIERS,
    same_day: str = "counts",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per rung a → b → c: of those who came up in this order, the share who take the next rung.

    The base of the first row began in the lowest tier. The base of every later row has bought the tiers so
    far one after the other (days may be equal) and, for the first time, the next one no sooner; who
    skipped a rung stands in `transitions` alone. The window starts anew on every rung.

    Arguments, columns and errors are those of `transitions`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> orders = seven_customer_shop().orders
    >>> tiers = ["entry" if a < 40 else "core" if a < 150 else "premium" for a in orders["amount"]]
    >>> climb(orders.assign(tier=tiers), as_of="2024-06-30")[
    ...     ["from_tier", "to_tier", "n_customers", "n_reached"]].values.tolist()
    [['entry', 'core', 5, 3], ['core', 'premium', 2, 1]]
    """
    steps = list(pairwise(tiers))
    found, names, last = _first_days(order_lines, orders, as_of, tiers, by)
    found = found.filter(found.began == tiers[0])
    lower, upper = zip(*steps, strict=True)
    rungs = ibis.memtable({"rung": list(range(len(steps))), "from_tier": lower, "to_tier": upper})
    goals = found.cross_join(rungs)
    goals = goals.mutate(
        start=_case(goals, tiers, goals.from_tier, "day"), goal=_case(goals, tiers, goals.to_tier, "day")
    )
    came = ibis.literal(True)
    for k in range(1, len(steps)):
        came &= (goals.rung < k) | (goals[f"day_{k}"] >= goals[f"day_{k - 1}"]).fill_null(False)
    goals = goals.filter(came & (goals.goal.isnull() | (goals.goal >= goals.start)))
    return _reached(goals, names, steps, tiers, last, within_days, same_day)


def _first_days(order_lines, orders, as_of, tiers, by):
    """One row per customer: `by`, began (tier), and of every tier the first time (at_k) and day (day_k)."""
    if len(tiers) < 2 or len(set(tiers)) < len(tiers):
        raise ArgumentError(
            "a ladder has two tiers or more, each once.", found=repr(tiers), fix=f"write tiers={TIERS}."
        )
    given = source(order_lines, orders, as_of=as_of)
    bought: Baskets = baskets(given, "tier", by)
    rows = bought.rows.filter(bought.rows.item.isin(list(tiers)))
    firsts = {}
    for k, tier in enumerate(tiers):
        firsts[f"at_{k}"] = rows.ordered_at.min(where=rows.item == tier)
        firsts[f"day_{k}"] = rows.day.min(where=rows.item == tier)
    found = rows.group_by("customer_id").agg(first_at=rows.ordered_at.min(), **firsts)
    branches = [(found[f"at_{k}"] == found.first_at, ibis.literal(tier)) for k, tier in enumerate(tiers)]
    found = found.mutate(began=ibis.cases(*branches))
    if bought.by:
        found = found.join(bought.starts.select("customer_id", *bought.by), "customer_id")
    return found, bought.by, given.as_of


def _case(table: ir.Table, tiers: Sequence[str], which: ir.Value, what: str) -> ir.Value:
    """The column of the tier that `which` names: at_k or day_k."""
    return ibis.cases(*((which == tier, table[f"{what}_{k}"]) for k, tier in enumerate(tiers)))


def _reached(goals: ir.Table, names, steps, tiers, last, within_days: int, same_day: str) -> pd.DataFrame:
    """From one row per customer and step (from_tier, to_tier, start, goal) to the rates, in one query."""
    positive(within_days=within_days)
    if same_day not in SAME_DAY:
        raise ArgumentError("this rule does not exist.", found=repr(same_day), fix=f"use one of {SAME_DAY}.")
    keys = [*names, "from_tier", "to_tier"]
    end = goals.goal.fill_null(ibis.literal(last))
    counted = tally(
        goals,
        keys,
        days=days_between(goals.start, end),
        over=goals.goal.notnull(),
        old=goals.start <= last - timedelta(days=within_days),
    )
    over, old = counted["over"].astype(bool), counted["old"].astype(bool)
    at_once = over & (counted["days"] == 0)
    inside = ~at_once if same_day == "apart" else old | ~old
    found = totals(
        counted,
        keys,
        n_customers=old & inside,
        n_same_day=old & at_once,
        n_reached=old & inside & over & (counted["days"] <= within_days),
    )
    waits = counted.assign(events=counted["n"].where(over, 0), censored=counted["n"].where(~over, 0))
    times = quantiles(kaplan_meier(waits[inside], by=keys), by=keys, median_days=0.5)
    grid = pd.DataFrame(steps, columns=["from_tier", "to_tier"])
    place = {tier: k for k, tier in enumerate(tiers)}
    grid["rungs"] = [place[b] - place[a] for a, b in steps]
    grid["row"] = range(len(grid))
    if names:
        grid = found[names].drop_duplicates().merge(grid, how="cross")
    table = grid.merge(found, on=keys, how="left").merge(times, on=keys, how="left")
    counts = ["n_customers", "n_same_day", "n_reached"]
    table[counts] = table[counts].fillna(0).astype("int64")
    table = table.sort_values([*names, "row"], ignore_index=True)
    table = with_rate(table, "reach_rate", "n_reached", "n_customers").drop(columns="row")
    rate = ["reach_rate", "reach_rate_low", "reach_rate_high", "median_days"]
    return table.assign(within_days=within_days)[[*keys, "rungs", "within_days", *counts, *rate]].astype(
        dict.fromkeys(rate, float)
    )
