"""What became of the targets: reached, short, or not told apart from chance yet."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.metrics.sop.words import kpi_name
from opsmodel.wording import _


def targets_state(table: pd.DataFrame) -> Finding:
    """Which agreed target is missed by most, beyond noise; else how many are reached.

    table  of `sop.targets` (one store)

    Returns a finding of kind "targets_short", "targets_reached" (some are, none is short), "targets_near"
    (none can be told from its target), "targets_waiting" (too few cases on each), "targets_unknown" (none is
    measured here) or "no_targets".
    """
    n = len(table)
    if not n:
        claim = _("No target is agreed for this store; the plan shows what peers have reached.")
        return Finding("no_targets", "", claim, "", n=0)
    if (table["standing"] == "unknown").all():
        claim = _("None of the agreed targets ({n}) can be measured with these tables.", n=numbers.count(n))
        return Finding("targets_unknown", "", claim, "", n=0)
    told = table[table["standing"].isin(["reached", "short", "near"])]
    if told.empty:
        claim = _("Targets agreed: {n}. There are too few cases since then to tell.", n=numbers.count(n))
        return Finding("targets_waiting", "", claim, "", n=0)
    short, reached = (told[told["standing"] == standing] for standing in ("short", "reached"))
    if len(short):
        row = short.iloc[(short["value"] / short["target"]).argmin()]
        claim = _(
            "Short of target: {n} of {agreed}. Furthest off: {kpi}, {value} where {target} was agreed.",
            n=numbers.count(len(short)), agreed=numbers.count(n), **_values(row),
        )  # fmt: skip
        action = _("Take a play that moves this number, or lower the target and say why.")
        return Finding(
            "targets_short", "", claim, _evidence(row), action, str(row["owner"]), n=int(row["n_cases"])
        )
    row = told.iloc[(told["value"] / told["target"]).argmin()]
    if reached.empty:
        claim = _("No target can be told from what was seen; the tightest: {kpi}, {value} for {target}.",
                  **_values(row))  # fmt: skip
        return Finding("targets_near", "", claim, _evidence(row), n=int(row["n_cases"]))
    claim = _("Targets reached beyond noise: {n} of {agreed}; none is missed beyond noise.",
              n=numbers.count(len(reached)), agreed=numbers.count(n))  # fmt: skip
    return Finding("targets_reached", "", claim, _evidence(row), n=int(row["n_cases"]))


def _values(row) -> dict[str, str]:
    return {
        "kpi": kpi_name(row["kpi"]), "value": numbers.percent(row["value"]),
        "target": numbers.percent(row["target"]),
    }  # fmt: skip


def _evidence(row) -> str:
    told = _(
        "{kpi}: {k} of {n} cases since {day} (95% interval {low} to {high}), target {target}.",
        k=numbers.count(row["k"]), n=numbers.count(row["n_cases"]), day=f"{row['counted_from']:%Y-%m-%d}",
        low=numbers.percent(row["value_low"]), high=numbers.percent(row["value_high"]),
        kpi=_values(row)["kpi"], target=_values(row)["target"],
    )  # fmt: skip
    due = _("Due on {day}.", day=f"{row['due_on']:%Y-%m-%d}") if pd.notna(row["due_on"]) else ""
    return f"{told} {due}".strip()
