"""Which week of a control chart calls for a visit."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.sop.words import kpi_name
from opsmodel.wording import _


def signals(chart: pd.DataFrame, *, last: int = 4) -> Finding:
    """Which KPI calls for a visit now: a signal in its last weeks.

    chart  the table of `sop.control_chart` by kpi (one store)
    last   so many last weeks of each KPI count as now

    Returns a finding of kind "signal_below", "signal_above" (signals, none of them below), "in_control" or
    "small_base" (no KPI has limits).
    """
    drawn = chart[chart["sigma_z"].notna()]
    if drawn.empty:
        return small_base(chart["n"].sum() if len(chart) else 0)
    recent = drawn.groupby("kpi", sort=False).tail(last)
    raised = recent[recent["signal"]]
    n, kpis = int(drawn["n"].sum()), drawn["kpi"].nunique()
    evidence = _(
        "{weeks} weeks of {kpis} KPIs against the limits of their own past (Laney p′); about one week in 100 "
        "signals by chance alone.",
        weeks=numbers.count(len(drawn)), kpis=numbers.count(kpis),
    )  # fmt: skip
    if raised.empty:
        claim = _("No KPI is out of line in the last {last} weeks: no call is needed.", last=last)
        return Finding("in_control", "", claim, evidence, n=n)
    below = raised[raised["side"] == "below"]
    row = (below if len(below) else raised).iloc[-1]
    values = {
        "kpi": kpi_name(row["kpi"]), "rate": numbers.percent(row["rate"]),
        "centre": numbers.percent(row["centre"]), "week": f"{pd.Timestamp(row['period']):%Y-%m-%d}",
    }  # fmt: skip
    if len(below):
        kind = "signal_below"
        claim = _(
            "Out of line downwards: {kpi}, {rate} in the week of {week} against {centre} usually.", **values
        )
        action = _("Call the store this week: ask what changed, before anything is changed.")
    else:
        kind = "signal_above"
        claim = _(
            "Out of line upwards: {kpi}, {rate} in the week of {week} against {centre} usually.", **values
        )
        action = _("Ask the store what it does differently, and write it down.")
    return Finding(kind, "", claim, evidence, action, owner=_("regional manager"), n=n)
