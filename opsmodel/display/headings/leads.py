"""Headings: whom to call next."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "list_id": _("List id"),
        "touch": _("Suggested touch"),
        "held_out": _("Held out"),
        "order": _("Order by"),
        "decile": _("Tenth"),
        "group": _("Group"),
        "n_leads": _("Leads"),
        "n_bought": _("Bought"),
        "lift": _("Times the average"),
        "predicted": _("Predicted"),
        "observed": _("Observed"),
        "capacity": _("Leads called a week"),
        "n_called": _("Called"),
        "base_rate": _("Close rate of all leads"),
        "beyond_recency": _("More than by recency"),
        "fit": _("Fit"),
        "engagement": _("Engagement"),
        "chance": _("Chance to buy"),
        "lead_days": _("Days since joining"),
        "recency_days": _("Days since the last sign"),
        "ordered_by": _("Ordered by"),
        "leads_a_month": _("New leads a month"),
        "n_fresh_leads": _("Of these new"),
        "median_lead_days": _("Median days since joining"),
        "n_first_orders": _("First orders"),
        "n_held_out": _("People held out"),
        "held_out_share": _("Share held out"),
        "difference": _("Difference of the sides (standard deviations)"),
        "gap_days": _("Days since the last purchase"),
        "p50_days": _("P50 of the gaps"),
        "own_rhythm": _("By own gaps"),
        "touch_free_share": _("Repeats untouched"),
        "n_people": _("People"),
    }
