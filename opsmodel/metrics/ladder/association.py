"""What customers buy next: products that follow a first basket more often than they come anyway."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.metrics.counting import days_between, with_rate
from opsmodel.metrics.ladder.baskets import CUSTOMER, baskets, positive, source
from opsmodel.metrics.rates import above_peers, benjamini_hochberg


def next_products(
    order_lines,
    *,
    orders=None,
    as_of=None,
    within_days: int = 90,
    item: str = "product",
    min_support: int = 30,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per pair A → B: of those whose first basket held A, the share who bought B next, and the lift.

    The first basket is everything of the first order day. B is next if it was not in it and is bought in
    the N days after. Whoever had B already can no longer buy it next and is left out of the pair: the
    base is the customers with A and without B, and they are compared with those with neither.

    order_lines  a client; or one row per product of an order: order_id, `item` (amount if there) with
                 `orders`; or a table that carries customer_id, ordered_at and amount itself
    orders       one row per order: order_id, customer_id, ordered_at, amount (refund_amount if there)
    as_of        last day observed, inclusive; a client's own if not given
    within_days  N, in days after the first order day; only customers of at least N days count
    item         column of the lines: product, category, tier, …
    min_support  fewest customers with A and without B first, and fewest who bought B next whatever came
                 first: pairs below are not tested, so that rare ones do not blunt the correction
    by           column or columns of orders, taken from the first paid order

    Returns the columns of `by`, then first_item, next_item, within_days, n_customers (A first, without B),
    n_next (of them, B next), next_share with …_low and …_high (Wilson, 95 %), n_others (neither first),
    n_others_next, base_share (of the others), lift (next_share ÷ base_share; infinite if no other bought
    B), p_value (Fisher's exact test, one-sided: more often than the others), q_value (Benjamini–Hochberg
    over all rows of the group). The smallest q_value first, then the highest lift.
    Raises TableError if a column is missing, ArgumentError for a bad window or support.
    Source: Fisher 1922; Benjamini & Hochberg 1995; lift as in Brin, Motwani, Ullman & Tsur 1997, but
    against those without A. A lift says that B follows, not that A is the reason: wide first baskets
    belong to customers who buy more of everything.

    >>> lines = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b", "b", "c", "c", "d", "e"],
    ...     "ordered_at": ["2024-01-01", "2024-01-09"] * 3 + ["2024-01-01"] * 2,
    ...     "product": ["tea", "cake", "tea", "cake", "tea", "milk", "milk", "milk"], "amount": 9.0})
    >>> table = next_products(lines, as_of="2024-03-31", within_days=30, min_support=1)
    >>> table[["first_item", "next_item", "n_customers", "n_next", "n_others"]].head(2).values.tolist()
    [['tea', 'cake', 3, 2, 2], ['milk', 'cake', 2, 0, 3]]
    """
    positive(within_days=within_days, min_support=min_support)
    given = source(order_lines, orders, as_of=as_of)
    bought = baskets(given, item, by)
    start = bought.starts.filter(bought.starts.first_day <= given.as_of - timedelta(days=within_days))
    rows = bought.rows.select(*CUSTOMER, "day", "item").join(start, CUSTOMER)
    rows = rows.mutate(wait=days_between(rows.first_day, rows.day))
    rows = rows.filter(rows.wait <= within_days)
    held = rows.group_by([*bought.by, *CUSTOMER, "item"]).agg(wait=rows.wait.min())
    counts = _counts(held, bought.by, min_support).execute()
    table = _tested(_pairs(counts, bought.by, min_support), bought.by)
    table.insert(len(bought.by) + 2, "within_days", within_days)
    return table


def _counts(held: ir.Table, by: list[str], min_support: int) -> ir.Table:
    """One query: customers by group, by item (first, next), and by pair (both first; A first and B next)."""
    first, later = held.filter(held.wait == 0), held.filter(held.wait > 0)
    nothing = ibis.null("string")

    def counted(rows: ir.Table, what: str, a: str | None = None, b: str | None = None) -> ir.Table:
        rows = rows.mutate(
            what=ibis.literal(what),
            a=rows[a].cast("string") if a else nothing,
            b=rows[b].cast("string") if b else nothing,
        )
        return rows.group_by([*by, "what", "a", "b"]).agg(n=rows.count())

    def often(rows: ir.Table) -> ir.Table:
        window = ibis.window(group_by=[*by, "item"])
        rows = rows.mutate(size=rows.customer_id.count().over(window))
        return rows.filter(rows.size >= min_support)

    own = often(first).select(*CUSTOMER, a="item")

    def pairs(rows: ir.Table, what: str) -> ir.Table:
        both = own.join(rows, CUSTOMER)
        return counted(both.filter(both.a != both.item), what, "a", "item")

    goals = often(later)
    wanted = first.semi_join(goals.select(*by, "item").distinct(), [*by, "item"])
    return ibis.union(
        counted(held.select(*by, *CUSTOMER).distinct(), "all"),
        counted(first, "first", "item"),
        counted(later, "next", None, "item"),
        pairs(wanted, "both_first"),
        pairs(goals, "pair"),
    )


def _pairs(counts: pd.DataFrame, by: list[str], min_support: int) -> pd.DataFrame:
    """Every pair with support on both sides, with the four counts of its table."""

    def part(what: str, *names: str, n: str) -> pd.DataFrame:
        rows = counts.loc[counts["what"] == what, [*by, *names, "n"]]
        return rows.rename(columns={"a": "first_item", "b": "next_item", "n": n})

    firsts = part("first", "a", n="n_first")
    nexts = part("next", "b", n="n_bought")
    had = firsts.rename(columns={"first_item": "next_item", "n_first": "n_had"})
    often = firsts[firsts["n_first"] >= min_support], nexts[nexts["n_bought"] >= min_support]
    table = often[0].merge(often[1], on=by or None, how="inner" if by else "cross")
    table = table[table["first_item"] != table["next_item"]]
    pair = [*by, "first_item", "next_item"]
    if by:
        table = table.merge(part("all", n="n_all"), on=by)
    else:
        table = table.assign(n_all=counts.loc[counts["what"] == "all", "n"].sum())
    table = table.merge(had, on=[*by, "next_item"], how="left")
    table = table.merge(part("both_first", "a", "b", n="n_both"), on=pair, how="left")
    table = table.merge(part("pair", "a", "b", n="n_next"), on=pair, how="left")
    table = table.fillna({"n_had": 0, "n_both": 0, "n_next": 0})
    counted = ["n_customers", "n_next", "n_others", "n_others_next"]
    table["n_customers"] = table["n_first"] - table["n_both"]
    table["n_others"] = table["n_all"] - table["n_had"] - table["n_customers"]
    table["n_others_next"] = table["n_bought"] - table["n_next"]
    table[counted] = table[counted].astype("int64")
    table = table.loc[table["n_customers"] >= min_support, [*pair, *counted]].reset_index(drop=True)
    return with_rate(table, "next_share", "n_next", "n_customers")


def _tested(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    k, n, others, k_others = (
        table[c].to_numpy() for c in ("n_next", "n_customers", "n_others", "n_others_next")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(others > 0, k_others / others, np.nan)
        table["base_share"], table["lift"] = base, table["next_share"] / base
    table["p_value"] = above_peers(k, n, k_others, others)
    if by:
        groups = table.groupby(by, dropna=False, sort=False)["p_value"]
        table["q_value"] = groups.transform(lambda p: benjamini_hochberg(p))
    else:
        table["q_value"] = benjamini_hochberg(table["p_value"])
    last = ["first_item", "next_item"]
    order, up = [*by, "q_value", "lift", *last], [True] * len(by) + [True, False, True, True]
    return table.sort_values(order, ascending=up, ignore_index=True)
