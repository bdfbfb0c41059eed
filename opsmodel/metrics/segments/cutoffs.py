"""Cut values: where one score ends and the next begins, so that a chain's cuts can score any store."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError

MEASURES = {"r": "days_since_last", "f": "n_occasions", "m": "spend"}
LOWER_IS_BETTER = ("days_since_last",)
BUSINESS = (1, 2, 3, 5)  # one occasion, two, three to four, five or more
COLUMNS = ["measure", "score", "cut", "n_customers", "rule"]


def by_rank(buyers: ir.Table, measure: str, bins: int) -> ir.Value:
    """Score 1 to `bins`: one more than the share of customers who do worse, in whole parts of 1 / bins.

    Customers with the same value do equally well and get the same score.
    """
    value = buyers[measure]
    order = value.desc() if measure in LOWER_IS_BETTER else value.asc()
    worse = ibis.rank().over(ibis.window(order_by=order))
    return (1 + (worse * bins) // buyers.count().over(ibis.window())).cast("int64")


def by_classes(value: ir.Value, classes: Sequence[float]) -> ir.Value:
    """Score of classes that begin at these values: counted from 1, a repeated start skips a score."""
    return sum(((value >= start).ifelse(1, 0) for start in classes[1:]), ibis.literal(1, "int64"))


def classes_of(frequency, bins: int) -> tuple[float, ...] | None:
    """Where the frequency classes begin, padded so that the highest class gets the highest score.

    None where customers are ranked. Raises ArgumentError for anything that is no rising list.

    >>> classes_of((1, 2, 3, 5), 5)
    (1, 2, 3, 5, 5)
    """
    if isinstance(frequency, str) and frequency == "rank":
        return None
    starts = BUSINESS if isinstance(frequency, str) and frequency in ("auto", "business") else frequency
    fits = not isinstance(starts, str) and 2 <= len(list(starts)) <= bins
    if fits and all(low < high for low, high in zip(starts, list(starts)[1:], strict=False)):
        return (*starts, *[list(starts)[-1]] * (bins - len(list(starts))))
    if isinstance(frequency, str) and frequency == "auto":
        return None
    raise ArgumentError(
        "these frequency classes cannot be used.",
        found=f"frequency={frequency!r}, bins={bins}",
        fix='write "auto", "rank", "business" or where 2 to `bins` classes begin: (1, 2, 3, 5).',
    )


def mostly_once(buyers: ir.Table) -> ir.Value:
    """Whether more than half of the customers bought on one day only."""
    once = buyers.n_occasions == 1
    return once.sum().over(ibis.window()) * 2 > buyers.count().over(ibis.window())


def scores(buyers: ir.Table, *, bins: int, frequency) -> dict[str, ir.Value]:
    """The three scores by rank, or frequency by classes where `frequency` says so."""
    if isinstance(bins, bool) or not isinstance(bins, int) or not 2 <= bins <= 100:
        raise ArgumentError("bins is no number of scores.", found=repr(bins), fix="write bins=5.")
    found = {name: by_rank(buyers, measure, bins) for name, measure in MEASURES.items()}
    classes = classes_of(frequency, bins)
    if classes:
        counted = by_classes(buyers.n_occasions, classes)
        auto = isinstance(frequency, str) and frequency == "auto"
        found["f"] = mostly_once(buyers).ifelse(counted, found["f"]) if auto else counted
    return found


def scores_by(buyers: ir.Table, cuts: pd.DataFrame) -> dict[str, ir.Value]:
    """The three scores by cut values that were found before, perhaps on other customers."""
    table = checked(cuts)
    found = {}
    for name, measure in MEASURES.items():
        value = buyers[measure]
        ends = table[(table["measure"] == measure) & (table["score"] > 1)]["cut"].dropna().tolist()
        reached = [value <= end if measure in LOWER_IS_BETTER else value >= end for end in ends]
        found[name] = sum((one.ifelse(1, 0) for one in reached), ibis.literal(1, "int64"))
    return found


def checked(cuts) -> pd.DataFrame:
    """The table of cut values, once it is known to be one. Raises TableError."""
    if not isinstance(cuts, pd.DataFrame) or not set(COLUMNS[:3]) <= set(cuts.columns):
        found = list(cuts.columns) if isinstance(cuts, pd.DataFrame) else type(cuts).__name__
        raise TableError(
            "this is no table of cut values.", found=found, fix="pass what segments.cuts returns."
        )
    missing = sorted(set(MEASURES.values()) - set(cuts["measure"]))
    if missing:
        raise TableError(
            f"the cut values lack {missing}.", found=sorted(set(cuts["measure"])),
            fix="pass what segments.cuts returns, all measures of it.",
        )  # fmt: skip
    return cuts


def found_in(scored: pd.DataFrame, *, bins: int, frequency) -> pd.DataFrame:
    """The cut values of scored customers.

    scored  one row per combination of scores: r, f, m, n, n_once, and the worst value of each measure
    """
    classes = classes_of(frequency, bins)
    once, everyone = scored["n_once"].sum(), scored["n"].sum()
    business = classes is not None and (frequency != "auto" or 2 * once > everyone)
    rows = []
    for name, measure in MEASURES.items():
        worst = "max" if measure in LOWER_IS_BETTER else "min"
        per_score = scored.groupby(name).agg(cut=(measure, worst), n=("n", "sum"))
        ranked = not (name == "f" and business)
        for score in range(1, bins + 1):
            reached = per_score[per_score.index >= score]["cut"]
            cut = float(getattr(reached, worst)()) if len(reached) else np.nan
            if not ranked:
                cut = float(classes[score - 1])  # type: ignore[index]
            n = int(per_score["n"].get(score, 0))
            rows.append([measure, score, cut, n, "rank" if ranked else "classes"])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"cut": float})
