"""How far customers get along the steps of the operating model, how many of them, and how fast."""

from collections.abc import Mapping, Sequence

import pandas as pd

from opsmodel.metrics import funnel_counts, funnel_first, funnel_terms


def conversion(
    events,
    *,
    steps: Sequence[str] | Mapping[str, str],
    within_days=30,
    as_of,
    order: str = "ordered",
    reentry: str = "first",
    by: str | Sequence[str] | None = None,
    entered_from=None,
    entered_to=None,
    exclude: str | Sequence[str] | None = None,
    hold_constant: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per step (and group): how many of the customers who entered reached it in time.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> steps = {"acquire": "joined", "close": "ordered", "repurchase": "ordered"}
    >>> funnel = conversion(seven_customer_shop().events, steps=steps, within_days=60, as_of="2024-06-30")
    >>> funnel[["step", "n", "n_eligible", "n_pending"]].values.tolist()
    [['acquire', 6, 6, 0], ['close', 6, 6, 0], ['repurchase', 3, 6, 0]]
    """
    asked = funnel_terms.terms(
        steps,
        within_days=within_days,
        as_of=as_of,
        order=order,
        reentry=reentry,
        by=by,
        entered_from=entered_from,
        entered_to=entered_to,
        exclude=exclude,
        hold_constant=hold_constant,
    )
    log = funnel_terms.log(events, asked)
    people = funnel_first.entrants(log, asked)
    reached = funnel_first.journeys(log, people, asked)
    return funnel_counts.table(funnel_counts.counted(people, reached, asked), asked)
