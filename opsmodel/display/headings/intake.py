"""Headings: what intake did."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "file": _("File"),
        "table": _("Table"),
        "rows_in": _("Rows in"),
        "kept": _("Kept"),
        "merged": _("Merged"),
        "quarantined": _("Quarantined"),
        "check": _("Check"),
        "grade": _("Grade"),
        "reason": _("Reason"),
    }
