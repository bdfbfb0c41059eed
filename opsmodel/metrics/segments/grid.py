"""The eight fields: recent or not, often or not, much or not, as client teams in China draw them."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.segments.buyers import buyers
from opsmodel.metrics.segments.cutoffs import LOWER_IS_BETTER, MEASURES

FIELDS = {  # (recent, often, much) -> field: 重要/一般 by spend, 价值/发展/保持/挽留 by the other two
    (True, True, True): "important_value",
    (True, False, True): "important_develop",
    (False, True, True): "important_keep",
    (False, False, True): "important_retain",
    (True, True, False): "general_value",
    (True, False, False): "general_develop",
    (False, True, False): "general_keep",
    (False, False, False): "general_retain",
}
COMPUTED = ("mean", "median")
COLUMNS = ["measure", "threshold", "cut"]


def grid(
    orders,
    *,
    as_of,
    threshold: str | Mapping[str, float] = "mean",
    cuts: pd.DataFrame | None = None,
    since=None,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per customer who bought: the field of the 8-grid (重要价值 … 一般挽留). Lazy.

    orders     one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of      last day observed, inclusive
    threshold  mean or median of all customers of `orders`: high is better than it; or fixed values such as
               {"days_since_last": 30, "n_occasions": 3, "spend": 500}: high is as good as it, or better
    cuts       the table of `grid_cuts`, of the same or of other customers: takes the place of `threshold`
    since      first day counted; default: all days up to `as_of`
    by         column or columns of orders, taken from the first paid order

    Returns customer_id, the columns of `by`, first_day, last_day, days_since_last, n_occasions, n_orders,
    spend, r_high, f_high, m_high, segment (a key of FIELDS; `segments.named` gives its name).
    Raises ArgumentError for another threshold, TableError if a column is missing.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> found = grid(seven_customer_shop().orders, as_of="2024-06-30").execute().set_index("customer_id")
    >>> found.loc[["C1", "C2", "C7"], "segment"].tolist()
    ['important_value', 'important_retain', 'general_develop']
    """
    who = buyers(orders, as_of=as_of, since=since, by=by)
    if cuts is None:
        cuts = grid_cuts(orders, as_of=as_of, threshold=threshold, since=since)
    ends = _checked(cuts)
    high = {f"{name}_high": _high(who, measure, *ends[measure]) for name, measure in MEASURES.items()}
    found = who.mutate(high)
    fields = [
        ((found.r_high == r) & (found.f_high == f) & (found.m_high == m), ibis.literal(field))
        for (r, f, m), field in FIELDS.items()
    ]
    return found.mutate(segment=ibis.cases(*fields, else_=ibis.null("string")))


def grid_cuts(orders, *, as_of, threshold: str | Mapping[str, float] = "mean", since=None) -> pd.DataFrame:
    """One row per measure: the threshold that parts high from low, for the legend and for other stores.

    Returns measure (days_since_last, n_occasions, spend), threshold (mean, median or fixed), cut (NaN if
    nobody bought). Arguments and errors are those of `grid`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> grid_cuts(seven_customer_shop().orders, as_of="2024-06-30", threshold="median")["cut"].tolist()
    [71.0, 2.0, 107.9]
    """
    if isinstance(threshold, Mapping):
        kind, values = "fixed", _fixed(threshold)
    elif threshold in COMPUTED:
        who = buyers(orders, as_of=as_of, since=since)
        middles = {measure: getattr(who[measure], threshold)() for measure in MEASURES.values()}
        kind, values = threshold, who.agg(**middles).execute().iloc[0].to_dict()
    else:
        raise ArgumentError(
            "this threshold does not exist.", found=repr(threshold),
            fix='write "mean", "median" or {"days_since_last": 30, "n_occasions": 3, "spend": 500}.',
        )  # fmt: skip
    rows = [[measure, kind, values[measure]] for measure in MEASURES.values()]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"cut": float})


def _high(who: ir.Table, measure: str, kind: str, end: float) -> ir.BooleanValue:
    """Better than a computed threshold; a fixed one is reached by meeting it."""
    value, cut = who[measure], ibis.literal(float(end))
    if measure in LOWER_IS_BETTER:
        return value <= cut if kind == "fixed" else value < cut
    return value >= cut if kind == "fixed" else value > cut


def _fixed(threshold: Mapping[str, float]) -> dict[str, float]:
    measures = sorted(MEASURES.values())
    numeric = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in threshold.values()
    )
    if sorted(threshold) != measures or not numeric:
        raise ArgumentError(
            "fixed thresholds need a number for each measure.", found=repr(dict(threshold)),
            fix='write {"days_since_last": 30, "n_occasions": 3, "spend": 500}.',
        )  # fmt: skip
    return {name: float(value) for name, value in threshold.items()}


def _checked(cuts: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Measure -> kind of threshold and its value."""
    if not isinstance(cuts, pd.DataFrame) or not set(COLUMNS) <= set(cuts.columns):
        found = list(cuts.columns) if isinstance(cuts, pd.DataFrame) else type(cuts).__name__
        raise TableError("these are no thresholds.", found=found, fix="pass what segments.grid_cuts returns.")
    return {row["measure"]: (row["threshold"], row["cut"]) for row in cuts.to_dict("records")}
