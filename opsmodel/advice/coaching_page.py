"""What the coaching page of a store tells the index, and when one of its chapters is left out."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import SMALLEST_BASE
from opsmodel.wording import _


def published(shop, overall: pd.DataFrame) -> dict:
    """The numbers on the page of one store, as its metrics.json holds them.

    overall  the row of `sop.adherence(…, per="all")`; a base below 30 gives a value of None
    """
    row = overall.iloc[0].to_dict() if len(overall) else {"n_due": 0}
    told = row["n_due"] >= SMALLEST_BASE
    bounds = {"value": "adherence", "low": "adherence_low", "high": "adherence_high"}
    return {
        "store_id": shop.store_id,
        "store_name": shop.store_name,
        "grade": shop.grade,
        "n_customers": shop.n_customers,
        "as_of": shop.as_of.isoformat(),
        "headline": {
            "adherence": {
                "label": _("Adherence"),
                **{name: round(float(row[column]), 6) if told else None for name, column in bounds.items()},
                "n": int(row["n_due"]),
                "format": "percent",
            }
        },
    }


def too_few(n: float, *, weeks: bool = False) -> str:
    """Why a chapter is left out, or nothing: fewer than 30 tasks or cases.

    weeks  whether the cases are those of control charts
    """
    n = 0 if pd.isna(n) else int(n)
    if n >= SMALLEST_BASE:
        return ""
    values = {"n": numbers.count(n), "least": SMALLEST_BASE}
    if weeks:
        return _("This chapter is left out: only {n} cases in the weeks that are over.", n=values["n"])
    return _(
        "This chapter is left out: only {n} tasks count so far, and below {least} a share is mostly chance.",
        **values,
    )
