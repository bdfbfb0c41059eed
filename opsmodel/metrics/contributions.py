"""Which factor moved a product, which store moved a mean: contributions that leave no rest."""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError

TRAFFIC = ("visitors", "conversion", "average_order_value", "orders_per_buyer")
BUYERS = ("n_buyers", "average_order_value", "orders_per_buyer")
VISITS = ("visitors", "orders_per_visitor", "average_order_value")  # where too few buyers are known
ORDERS = ("n_orders", "average_order_value")
USERS = ("users", "close_rate", "value_per_buyer")


def decompose(before, after, factors: Iterable[str] | None = None) -> pd.DataFrame:
    """One row per factor: how much of the change of their product it accounts for.

    Logarithmic mean Divisia, Δ_x = L(V1, V0) · ln(x1 / x0), which leaves no rest and does not depend on
    the order of the factors. Where a factor is zero or changes its sign there is no logarithm: Shapley's
    average over all orders of change takes its place. A factor that could not be seen while the product
    is 0 (the order value of nobody) counts as unchanged.

    before, after  factors by name: a mapping, a Series, or a table of one row, such as a row of `equation`
                   (last period and this one, or `average(peers)` and the store)
    factors        the names to multiply; by default all of a mapping, and of rows of `equation` the form
                   with visitors, or without them where they were not counted in both; and with orders in
                   the place of buyers where one side does not know its buyers

    Returns factor, before, after, contribution (summing to the change of the product), share_of_change.
    Raises ArgumentError if a factor is missing from either, or unseen while the product is not 0.
    Source: Ang 2004 (LMDI-I, additive); Shapley 1953.

    >>> decompose({"buyers": 100, "value": 20.0}, {"buyers": 200, "value": 20.0})["contribution"].tolist()
    [2000.0, 0.0]
    """
    before, after = _mapping(before), _mapping(after)
    names = list(factors) if factors is not None else _names(before, after)
    if missing := [name for name in names if name not in before or name not in after]:
        raise ArgumentError(
            f"there is no factor {missing}.", found=sorted({*before, *after}), fix="name factors both have."
        )
    old, new = _known(names, before, after)
    change = float(np.prod(new) - np.prod(old))
    ratios = [b / a if a else 0.0 for a, b in zip(old, new, strict=True)]
    if all(ratio > 0 for ratio in ratios):
        parts = list(_log_mean(float(np.prod(new)), float(np.prod(old))) * np.log(ratios))
    else:
        parts = list(_products(old, new).values())
    table = {"factor": names, "before": [before[n] for n in names], "after": [after[n] for n in names]}
    share = [part / change if change else np.nan for part in parts]
    return pd.DataFrame({**table, "contribution": np.add(parts, 0.0), "share_of_change": share})


def mix_split(before, after, *, value: str, weight: str, by: str = "store_id") -> pd.DataFrame:
    """One row per store: its part in the change of a mean, within the store and by the mix of stores.

    The mean is Σ weight · value / Σ weight. within = change of the store's value at its average share;
    mix = change of its share × how far its value lies above the chain's mean. A store that opened or
    closed is mix alone. Both columns together sum to the change of the mean exactly.

    before, after  one row per store: `by`, value (such as value_per_buyer), weight (such as n_buyers)

    >>> before = pd.DataFrame({"store_id": ["A", "B"], "n": [100, 100], "value": [10.0, 20.0]})
    >>> after = pd.DataFrame({"store_id": ["A", "B"], "n": [300, 100], "value": [10.0, 20.0]})
    >>> mix_split(before, after, value="value", weight="n")[["within", "mix"]].sum().tolist()
    [0.0, -2.5]
    """
    sides = [table.set_index(by)[[value, weight]].astype(float) for table in (before, after)]
    stores = sides[0].index.union(sides[1].index)
    (old, old_n), (new, new_n) = ((s[value].reindex(stores), s[weight].reindex(stores)) for s in sides)
    old_share, new_share = (n.fillna(0) / n.sum() for n in (old_n, new_n))
    old, new = old.mask(old_share == 0).fillna(new), new.mask(new_share == 0).fillna(old)
    means = (old * old_share).sum(), (new * new_share).sum()
    within = (old_share + new_share) / 2 * (new - old)
    mix = (new_share - old_share) * ((old + new) / 2 - sum(means) / 2)
    table = {by: stores, "value_before": old, "value_after": new, "share_before": old_share}
    return pd.DataFrame({**table, "share_after": new_share, "within": within, "mix": mix}).reset_index(
        drop=True
    )


def shapley(value: Callable[[frozenset], float], names: Iterable) -> dict:
    """Each name's share of value(all) − value(none): its mean gain over all orders of joining.

    >>> shapley(lambda team: 10.0 * (len(team) == 2), ["a", "b"])
    {'a': 5.0, 'b': 5.0}
    """
    names = list(names)
    subsets = [frozenset(s) for size in range(len(names) + 1) for s in combinations(names, size)]
    worth = {subset: value(subset) for subset in subsets}
    orders = factorial(len(names))
    return {
        name: sum(
            factorial(len(s)) * factorial(len(names) - len(s) - 1) / orders * (worth[s | {name}] - worth[s])
            for s in subsets
            if name not in s
        )
        for name in names
    }


def _mapping(row) -> dict[str, float]:
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise ArgumentError(
                "this is not one period.", found=f"{len(row)} rows", fix="pick one row, or take the average."
            )
        row = row.iloc[0]
    return dict(row) if isinstance(row, Mapping) else row.to_dict()


def _names(before: dict, after: dict) -> list[str]:
    if "net_revenue" not in before:
        return list(before)
    counted = pd.notna(before["visitors"]) and pd.notna(after["visitors"])
    return list(form(counted, pd.notna(before["n_buyers"]) and pd.notna(after["n_buyers"])))


def form(counted: bool, known: bool) -> tuple[str, ...]:
    """The factors of revenue, by what could be seen: visitors at the door, and who the buyers are."""
    if known:
        return TRAFFIC if counted else BUYERS
    return VISITS if counted else ORDERS


def _known(names: list[str], before: dict, after: dict) -> tuple[list[float], list[float]]:
    """The factors of both sides, with what an empty side could not see taken from the other."""
    sides = [{name: float(side[name]) for name in names} for side in (before, after)]
    for side in sides:
        unseen = [name for name in names if np.isnan(side[name])]
        if unseen and 0 not in side.values():
            raise ArgumentError(
                f"{unseen} could not be seen.", found=side, fix="leave it out of `factors` on both sides."
            )
    pairs = [(a, b) for a, b in zip(sides[0].values(), sides[1].values(), strict=True)]
    pairs = [(b if np.isnan(a) else a, a if np.isnan(b) else b) for a, b in pairs]
    return [0.0 if np.isnan(a) else a for a, _ in pairs], [0.0 if np.isnan(b) else b for _, b in pairs]


def _log_mean(a: float, b: float) -> float:
    return a if np.isclose(a, b, rtol=1e-12, atol=0) else (a - b) / np.log(a / b)


def _products(old: list[float], new: list[float]) -> dict[int, float]:
    def product(moved: frozenset) -> float:
        return float(np.prod([new[i] if i in moved else old[i] for i in range(len(old))]))

    return shapley(product, range(len(old)))
