"""One repurchase rate, three scopes: home store, any store, one till."""

from collections.abc import Sequence

import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics import repurchase
from opsmodel.metrics.rates import SMALLEST_BASE


def scopes(client, *, within_days: int = 90, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """The repurchase rate of every store in three scopes side by side; the chain's own row without `by`.

    home    customers of the store that added them, back in any store: the store's work with its people
    any     customers of the store of their first order, back in any store: what the chain keeps of them
    branch  customers of each till alone: back at the same till; their sum is not the chain's

    by  "store_id" for one row a store

    Returns the columns of `by`, then for each scope n_home, home_rate with home_rate_low and home_rate_high,
    and so on; unseen_rate (home_rate − branch_rate): what the store's own till cannot see.
    Source: Youzan's help page on repurchase analysis, where branch figures do not add up to the chain.
    """
    names = column_names(by)
    found = None
    for scope in ("home", "any", "branch"):
        curve = repurchase.curve(
            client.orders, as_of=client.as_of, within_days=(within_days,), by=by, scope=scope
        )
        columns = {"n_customers": f"n_{scope}"} | {
            f"repurchase_rate{end}": f"{scope}_rate{end}" for end in ("", "_low", "_high")
        }
        part = curve.rename(columns=columns)[[*names, *columns.values()]]
        found = part if found is None else _beside(found, part, names)
    assert found is not None
    return found.assign(unseen_rate=found["home_rate"] - found["branch_rate"])


def side_by_side(scopes: pd.DataFrame) -> pd.DataFrame:
    """The table of `scopes` with one interval, that of the home store: three would hide the comparison.

    Returns the first column, n_customers (at home), home_rate with its bounds, any_rate, branch_rate and
    unseen_rate.
    """
    shown = [
        "n_home",
        "home_rate",
        "home_rate_low",
        "home_rate_high",
        "any_rate",
        "branch_rate",
        "unseen_rate",
    ]
    table = scopes[[*scopes.columns[:1].difference(shown), *shown]]
    return table.rename(columns={"n_home": "n_customers"})


def large_first(scopes: pd.DataFrame) -> pd.DataFrame:
    """The rows of `scopes` with 30 customers at home or more, the largest first; else all of them."""
    ordered = scopes.sort_values("n_home", ascending=False, kind="stable", ignore_index=True)
    large = ordered[ordered["n_home"] >= SMALLEST_BASE]
    return large if len(large) else ordered


def _beside(left: pd.DataFrame, right: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    if not names:
        return pd.concat([left, right], axis=1)
    return left.merge(right, on=names, how="outer").sort_values(names, ignore_index=True)
