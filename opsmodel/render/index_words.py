"""What the index of a report folder says: names of reports, why one is missing, the chain in one line."""

from collections.abc import Mapping
from typing import Any

from opsmodel import numbers
from opsmodel.wording import _

NAMES = {"zh": "中文", "en": "English"}


def note(metrics: Mapping[str, Any]) -> str:
    """What stands where findings would: the notebook's own note, or that it looked and found none."""
    if metrics.get("note"):
        return str(metrics["note"])
    return _("Nothing to report beyond noise") if metrics.get("findings") == [] else ""


def report(notebook: str) -> str:
    known = {
        "0_chain": _("The chain"),
        "1_investigate": _("Diagnosis"),
        "2_train": _("Training"),
        "3_design": _("Plan"),
        "4_coach": _("Coaching"),
        "methods": _("Methods"),
        "explore": _("Exploration"),
    }
    return known.get(notebook, notebook.replace("_", " "))


def failure(row: Mapping[str, Any]) -> str:
    reasons = {
        "error": _("the calculation stopped with an error"),
        "exited": _("the notebook left before its end"),
        "died": _("the calculation was killed, perhaps for lack of memory"),
        "cell_timeout": _("a step took too long"),
        "notebook_timeout": _("the report took too long"),
        "no_start": _("the calculation could not be started"),
        "page": _("the page could not be written"),
    }
    reason = reasons.get(row["status"], row["status"])
    return _("{report} ({language}): {reason}", report=report(row["notebook"]), language=NAMES[row["lang"]],
             reason=reason) + f" — {' '.join(str(row['error']).split())[:240]}"  # fmt: skip


def summary(lines: list[dict]) -> list[str]:
    """The chain in one line: stores, grades, money, failures."""
    grades: dict[str, int] = {}
    for line in lines:
        if line["grade"]:
            grades[line["grade"]] = grades.get(line["grade"], 0) + 1
    money = sum(line["money"] for line in lines)
    customers = sum(line["n_customers"] or 0 for line in lines)
    failed = sum(bool(line["failures"]) for line in lines)
    parts = [_("{n} stores", n=len(lines)) if len(lines) != 1 else _("one store")]
    if customers:
        parts.append(_("{n} customers", n=numbers.count(customers)))
    if money:
        parts.append(_("findings worth {money} a year in all", money=numbers.money(money)))
    parts += [
        _("stores of data grade {grade}: {n}", grade=grade, n=grades[grade]) for grade in sorted(grades)
    ]
    if failed:
        parts.append(_("stores without a report: {n}", n=failed))
    return parts


def labels() -> dict[str, str]:
    return {
        "reports": _("Store reports"),
        "search": _("Find a store or a finding"),
        "store": _("Store"),
        "grade": _("Data grade"),
        "customers": _("Customers"),
        "findings": _("Findings, worth a year"),
        "links": _("Reports"),
        "failed": _("No report"),
        "old": _("from older data"),
        "found": _("stores shown"),
    }
