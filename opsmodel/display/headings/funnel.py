"""Headings: the path."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "step": _("Stage"),
        "loop": _("Loop"),
        "n_eligible": _("Old enough"),
        "n_entered": _("Entered"),
        "n_pending": _("Still open"),
        "n_early": _("Reached, window still open"),
        "step_rate": _("Of previous stage"),
        "entry_rate": _("Of all who entered"),
        "n_held": _("In the store of entry"),
        "n_crossed": _("In another store"),
        "crossed_share": _("Cross-store share"),
        "median_days": _("Median days"),
        "p80_days": _("P80 days"),
    }
