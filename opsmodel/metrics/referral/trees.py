"""The referral tree: per person, and by generation."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.referral.forest import NONE, below, direct
from opsmodel.metrics.referral.people import people, spent
from opsmodel.metrics.scope import last_day


def tree(client, *, as_of=None, by: str | Sequence[str] | None = None) -> ir.Table:
    """One row per person: who brought them, whom they brought, and what all of these spent. Lazy.

    Trees are those of the whole chain, so that a narrowed client sees referrers of other stores too; the
    rows are the people at home in scope.

    client  a client with customers (customer_id, store_id, referrer_id, joined_at, left_at) and orders
    as_of   last day observed, inclusive; by default the client's
    by      further columns of customers to carry along

    Returns an Ibis table: customer_id, store_id, staff_id, `by`, joined_at, referrer_id (as given), problem
    (why that link is not used: self, unknown, or cycle for the one who joined first in a ring; null
    otherwise), root (customer_id the tree starts with), generation (0 for a root), n_direct (people brought),
    n_downstream (those and everybody below), n_orders (own purchase occasions), revenue (own, net),
    direct_revenue and downstream_revenue (of the people brought, of everybody below).
    Raises TableError if a column is missing or a customer stands there twice.
    Source: pointer jumping, Wyllie 1979; the figures are those of a plain walk up and down the tree.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> rows = tree(seven_customer_shop(), as_of="2024-06-30").execute().set_index("customer_id")
    >>> rows.loc[["C1", "C3"], ["generation", "n_direct", "direct_revenue"]].values.tolist()
    [[0.0, 1.0, 99.9], [1.0, 0.0, 0.0]]
    """
    return ibis.memtable(_rows(client, as_of, column_names(by)))


def generations(client, *, as_of=None, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row per generation: how many people came in it, how many buy, and what they spent.

    Arguments and errors are those of `tree`; `by` are columns of customers.

    Returns the columns of `by`, then generation, n_customers, n_buyers, revenue (net, client currency),
    revenue_share (of all generations of the group), n_trees (trees that reach it).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> generations(seven_customer_shop(), as_of="2024-06-30")[["generation", "n_customers"]].values.tolist()
    [[0, 5], [1, 2]]
    """
    keys = column_names(by)
    rows = _rows(client, as_of, keys)
    found = rows.groupby([*keys, "generation"], dropna=False, as_index=False).agg(
        n_customers=("customer_id", "size"),
        n_buyers=("n_orders", lambda n: int((n > 0).sum())),
        revenue=("revenue", "sum"),
        n_trees=("root", "nunique"),
    )
    whole = found.groupby(keys, dropna=False)["revenue"].transform("sum") if keys else found["revenue"].sum()
    found["revenue_share"] = found["revenue"] / np.where(whole > 0, whole, np.nan)
    return found


def problems(client, *, as_of=None, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row per kind of link that cannot be: how many customers name such a referrer.

    Arguments and errors are those of `tree`.

    Returns the columns of `by`, then problem (self: brought by themselves; unknown: the referrer is no
    customer; cycle: a ring of people who brought each other; early: joined before the referrer, a link
    that the tree keeps and `k_factor` does not credit), n_customers. No row if every link can be.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> len(problems(seven_customer_shop(), as_of="2024-06-30"))
    0
    """
    keys, until = column_names(by), last_day(client, as_of)
    found, forest = people(client, until=until, columns=keys)
    joined = found["joined_at"].to_numpy()
    early = (forest.parent != NONE) & (joined < joined[forest.parent])
    found["problem"] = np.where(early, "early", forest.problem)
    told = found[found["at_home"] & found["problem"].notna()]
    return told.groupby([*keys, "problem"], dropna=False, as_index=False).agg(
        n_customers=("customer_id", "size")
    )


def _rows(client, as_of, keys: list[str]) -> pd.DataFrame:
    """The rows of `tree` as a frame, sorted by customer."""
    until = last_day(client, as_of)
    found, forest = people(client, until=until, columns=["staff_id", *keys])
    bought = spent(client, until=until).drop("first_day").execute().set_index("customer_id")
    found["n_orders"] = found["customer_id"].map(bought["n_orders"]).fillna(0).astype("int64")
    found["revenue"] = found["customer_id"].map(bought["revenue"]).fillna(0.0).astype("float64")
    revenue = found["revenue"].to_numpy()
    one = np.ones(len(found))
    found = found.assign(
        problem=forest.problem,
        root=found["customer_id"].to_numpy()[forest.root],
        generation=forest.generation,
        n_direct=direct(forest, one).astype("int64"),
        n_downstream=below(forest, one).astype("int64"),
        direct_revenue=direct(forest, revenue),
        downstream_revenue=below(forest, revenue),
    )
    columns = [*dict.fromkeys(["customer_id", "store_id", "staff_id", *keys]), "joined_at", "referrer_id"]
    columns += ["problem", "root", "generation", "n_direct", "n_downstream", "n_orders", "revenue"]
    rows = found.loc[found["at_home"], [*columns, "direct_revenue", "downstream_revenue"]]
    return rows.reset_index(drop=True)
