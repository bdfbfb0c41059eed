"""Headings: coming back."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "cohort": _("First order in"),
        "age": _("Age"),
        "within_days": _("Within (days)"),
        "n_repurchased": _("Returned"),
        "n_at_risk": _("At risk"),
        "repurchase_rate": _("Repurchase rate"),
        "days": _("Days"),
        "at_risk": _("At risk"),
        "events": _("Returned that day"),
        "repurchased": _("Returned so far"),
        "order_number": _("Order number"),
        "n_buyers": _("Buyers"),
        "n_repeat_buyers": _("Repeat buyers"),
        "period_repeat_rate": _("Repeat buyers of the period"),
        "n_next": _("Ordered again"),
        "next_rate": _("Share who order again"),
        "n_events": _("Returned"),
        "from_day": _("From day"),
        "to_day": _("To day"),
        "hazard": _("Chance to return now"),
        "n_touch_free": _("Returned untouched"),
        "touch_free_rate": _("Touch-free repurchase"),
        "n_cohorts": _("Cohorts"),
    }
