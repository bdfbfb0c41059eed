"""The codes of the tables in words, in the language spoken now."""

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.kpis import parse
from opsmodel.wording import _


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The table for readers: sop and step as one column sop_step, and the codes of KPIs and states in words.

    table  of any function of `sop`

    >>> named(pd.DataFrame({"kpi": ["close_30d"], "k": [3]}))["kpi"].tolist()
    ['first order within 30 days']
    """
    shown = table.copy()
    steps = [column for column in ("sop", "step") if column in shown.columns]
    if steps:
        shown.insert(list(shown.columns).index(steps[0]), "sop_step", step_names(shown))
        shown = shown.drop(columns=steps)
    codes = {"kpi": kpi_name, "status": status_name, "moved": moved_name, "standing": standing_name}
    for column, words in codes.items():
        if column in shown.columns:
            shown[column] = shown[column].map(words, na_action="ignore").astype("str")
    return shown


def step_names(table: pd.DataFrame) -> list[str]:
    """Procedure and step of each row in one text.

    >>> step_names(pd.DataFrame({"sop": ["New buyers", None], "step": ["day 3", "ring"]}))
    ['New buyers · day 3', 'ring']
    """
    columns = [column for column in ("sop", "step") if column in table.columns]
    rows = table[columns].itertuples(index=False)
    return [" · ".join(str(part) for part in row if isinstance(part, str) and part) for row in rows]


def kpi_name(kpi: str) -> str:
    """What a KPI measures; the client's own word where it is not one of ours."""
    totals = {
        "revenue": _("net revenue"), "orders": _("orders"), "buyers": _("buyers"), "adds": _("adds"),
        "close_rate": _("close rate"), "repurchase_rate": _("repurchase rate"),
        "retained_adds": _("new contacts who stay 7 days"),
    }  # fmt: skip
    if kpi in totals:
        return totals[kpi]
    try:
        what, days = parse(kpi)
    except ArgumentError:
        return str(kpi)
    return {
        "sop": lambda: _("tasks done on time"),
        "retained": lambda: _("still a contact after {days} days", days=days),
        "close": lambda: _("first order within {days} days", days=days),
        "repurchase": lambda: _("second order within {days} days", days=days),
    }[what]()


def status_name(status: str) -> str:
    told = {"open": _("open"), "done": _("done"), "dropped": _("dropped")}
    return told.get(status, str(status))


def moved_name(moved: str) -> str:
    """What the remeasurement of an action says."""
    return {
        "up": _("up, beyond noise"),
        "down": _("down, beyond noise"),
        "still": _("no more than noise"),
        "waiting": _("too early to tell"),
        "dropped": _("not measured: dropped"),
        "unknown": _("not measured here"),
    }[moved]


def standing_name(standing: str) -> str:
    """How a target stands."""
    return {
        "reached": _("reached, beyond noise"),
        "short": _("short, beyond noise"),
        "near": _("cannot be told apart from it"),
        "waiting": _("too few cases so far"),
        "unknown": _("not measured here"),
    }[standing]
