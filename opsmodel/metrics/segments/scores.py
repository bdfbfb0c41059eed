"""RFM: how long ago, how often and how much, scored by rank, and the segments the scores name."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.rules import parse
from opsmodel.metrics.segments import cutoffs
from opsmodel.metrics.segments.buyers import buyers
from opsmodel.metrics.segments.predicate import holds

SEGMENTS: dict[str, dict] = {  # of several that hold, the first counts; every customer has one
    "champions": {"r": [4, 5], "f": [4, 5], "m": [4, 5]},
    "loyal": {"r": [3, 4, 5], "f": [3, 4, 5], "m": [3, 4, 5]},
    "new_buyers": {"r": [4, 5], "n_occasions": 1},
    "potential": {"r": [4, 5]},
    "promising": {"r": 3, "n_occasions": 1},
    "attention": {"r": 3},
    "cannot_lose": {"r": [1, 2], "f": [4, 5], "m": [4, 5]},
    "at_risk": {"r": [1, 2], "f": [2, 3, 4, 5], "m": [2, 3, 4, 5]},
    "sleeping": {"r": 2},
    "gone": {"r": 1},
}
SLIPPING = ("cannot_lose", "at_risk")  # were good customers, and have not been seen for long


def rfm(
    orders,
    *,
    as_of,
    bins: int = 5,
    cuts: pd.DataFrame | None = None,
    frequency: str | Sequence[float] = "auto",
    segments: Mapping[str, Mapping] | pd.DataFrame | None = None,
    since=None,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per customer who bought: scores from 1 (worst) to `bins`, and the segment they name. Lazy.

    A score is 1 + ⌊bins × share of customers who do worse⌋, over all customers of `orders`; equal values
    get equal scores, so a score may stay empty. `by` carries a column along and ranks nobody anew: to
    score one store as the chain does, pass the chain's `cuts`.

    orders     one row per order: customer_id, ordered_at, amount (refund_amount if there)
    as_of      last day observed, inclusive
    bins       number of scores
    cuts       the table of `segments.cuts`, of the same or of other customers: scores by these values
    frequency  rank; business: 1, 2, 3–4, 5 or more occasions score 1, 2, 3 and the highest score; where
               classes begin, such as (1, 2, 4); auto: business where more than half of the customers
               bought on one day only, for a rank then says little, else rank
    segments   segment -> rule on r, f, m and the measures (see `intake.rules`), the first that holds
               counts; or a table with segment and r_low, r_high, f_low, f_high, m_low, m_high
    since      first day counted; default: all days up to `as_of`
    by         column or columns of orders, taken from the first paid order

    Returns customer_id, the columns of `by`, first_day, last_day, days_since_last, n_occasions,
    n_orders, spend (net of refunds), r, f, m, segment (null where no rule of the map holds).
    days_since_last counts back from `as_of`; it is not the recency of `value.summarize`.
    Raises TableError if a column is missing, ArgumentError for bins, classes or a map that cannot be used.
    Source: Hughes 1994 for the scores; ties as in the R package rfm, whose cuts are interpolated.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> scored = rfm(seven_customer_shop().orders, as_of="2024-06-30").execute().set_index("customer_id")
    >>> scored.loc[["C1", "C4"], ["days_since_last", "n_occasions", "r", "f", "m"]].values.tolist()
    [[51, 4, 3, 5, 5], [141, 1, 1, 1, 1]]
    """
    who = buyers(orders, as_of=as_of, since=since, by=by)
    given = cutoffs.scores_by(who, cuts) if cuts is not None else None
    scored = who.mutate(given or cutoffs.scores(who, bins=bins, frequency=frequency))
    return scored.mutate(segment=first_that_holds(segment_map(segments), scored))


def cuts(
    orders, *, as_of, bins: int = 5, frequency: str | Sequence[float] = "auto", since=None
) -> pd.DataFrame:
    """One row per measure and score: the value at which the score begins.

    Found once on the whole chain for a period, they score every store, and any later day, alike:
    `rfm(orders, cuts=…)`. Arguments and errors are those of `rfm`.

    Returns measure (days_since_last, n_occasions, spend), score, cut (at most so many days; at least so
    many occasions or so much spend; NaN where ties leave the score out of reach), n_customers with the
    score, rule (rank or classes). A cut that is repeated skips a score.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = cuts(seven_customer_shop().orders, as_of="2024-06-30")
    >>> table[table["measure"] == "spend"]["cut"].tolist()
    [9.9, 99.9, 107.9, 259.8, 388.9]
    """
    who = buyers(orders, as_of=as_of, since=since)
    scored = who.mutate(cutoffs.scores(who, bins=bins, frequency=frequency))
    combinations = scored.group_by(["r", "f", "m"]).agg(
        n=scored.count(),
        n_once=(scored.n_occasions == 1).sum(),
        days_since_last=scored.days_since_last.max(),
        n_occasions=scored.n_occasions.min(),
        spend=scored.spend.min(),
    )
    return cutoffs.found_in(combinations.execute(), bins=bins, frequency=frequency)


def chain_cuts(client, *, bins: int = 5, frequency: str | Sequence[float] = "auto") -> pd.DataFrame:
    """`cuts` of the whole chain of a client, as of its last day: found once, used for every store."""
    return cuts(client.chain.orders, as_of=client.as_of, bins=bins, frequency=frequency)


def segment_map(segments: Mapping[str, Mapping] | pd.DataFrame | None) -> dict[str, object]:
    """Segment -> parsed rule, from a mapping or from a table of score ranges."""
    if segments is None:
        segments = SEGMENTS
    if isinstance(segments, pd.DataFrame):
        segments = _from_ranges(segments)
    if not isinstance(segments, Mapping) or not segments:
        raise ArgumentError(
            "this is no segment map.", found=repr(segments)[:200],
            fix='write {"champions": {"r": [4, 5], "f": [4, 5]}, …}.',
        )  # fmt: skip
    return {str(name): parse(rule, f"segments.{name}") for name, rule in segments.items()}


def _from_ranges(table: pd.DataFrame) -> dict[str, dict]:
    ends = [f"{score}_{end}" for score in "rfm" for end in ("low", "high")]
    missing = [name for name in ["segment", *ends] if name not in table.columns]
    if missing:
        raise ArgumentError(
            f"the segment map has no column {missing}.", found=list(table.columns),
            fix="give segment, r_low, r_high, f_low, f_high, m_low, m_high.",
        )  # fmt: skip
    return {
        str(row["segment"]): {
            score: {"at_least": int(row[f"{score}_low"]), "at_most": int(row[f"{score}_high"])}
            for score in "rfm"
        }
        for row in table.to_dict("records")
    }


def first_that_holds(rules: Mapping, table: ir.Table) -> ir.StringValue:
    """The name of the first rule that holds in each row; null where none does."""
    return ibis.cases(
        *((holds(rule, table), ibis.literal(name)) for name, rule in rules.items()), else_=ibis.null("string")
    )
