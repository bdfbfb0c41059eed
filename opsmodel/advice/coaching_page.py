"""What the coaching page of a store tells the index, and when one of its chapters is left out."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.summary import about
from opsmodel.metrics.rates import SMALLEST_BASE, wilson
from opsmodel.wording import _


def published(shop, steps: pd.DataFrame) -> dict:
    """The numbers on the page of one store, as its metrics.json holds them.

    steps  the table of `sop.standing`; fewer than 30 tasks in all give a value of None
    """
    k, n = int(steps["n_on_time"].sum()), int(steps["n_due"].sum())
    low, high = wilson(k, n)
    told = n >= SMALLEST_BASE
    share = {"value": k / max(n, 1), "low": float(low), "high": float(high)}
    return {
        **about(shop),
        "headline": {
            "adherence": {
                "label": _("Adherence"),
                **{name: round(value, 6) if told else None for name, value in share.items()},
                "n": n,
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
        return _("This chapter is left out: too few cases in the weeks that are over ({n}).", n=values["n"])
    return _(
        "This chapter is left out: too few tasks count so far ({n}), and below {least} a share is "
        "mostly chance.",
        **values,
    )
