"""The KPIs that decisions name: a pilot is judged by one, a target or an action promises another."""

import re

from opsmodel.errors import ArgumentError

PILOT_KPIS = ("revenue", "orders", "buyers", "adds", "close_rate", "repurchase_rate", "retained_adds")


def parse(kpi: str) -> tuple[str, int]:
    """What a share counts, case by case, and within how many days.

    sop_on_time: tasks by their due day, on time. retained_Nd: adds still contacts after N days. close_Nd:
    adds who buy within N days. repurchase_Nd: first-time buyers back within N days.

    Raises ArgumentError for anything else.

    >>> parse("close_90d"), parse("sop_on_time")
    (('close', 90), ('sop', 0))
    """
    if kpi == "sop_on_time":
        return "sop", 0
    found = re.fullmatch(r"(retained|close|repurchase)_([1-9]\d{0,3})d", str(kpi))
    if not found:
        raise ArgumentError(
            "this KPI is not known.",
            found=repr(kpi),
            fix="use sop_on_time, retained_7d, close_90d, repurchase_90d or another number of days.",
        )
    return found[1], int(found[2])


def check_target(kpi: str, target: float) -> None:
    """Raises ArgumentError unless the KPI is known and the target is a share of its cases.

    >>> check_target("close_90d", 0.35)
    """
    parse(kpi)
    if isinstance(target, bool) or not isinstance(target, int | float) or not 0 < target <= 1:
        raise ArgumentError(
            f"a target of {kpi} is a share above 0.", found=repr(target), fix="write 0.35 for 35 %."
        )
