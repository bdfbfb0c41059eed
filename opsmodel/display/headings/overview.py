"""Headings: the chain, and the client's screen."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "every_lever": _("All levers together"),
        "peer_group": _("Peer group"),
        "bottleneck": _("Bottleneck"),
        "bottleneck_worth": _("Worth a year of this gap"),
        "all_gaps": _("All gaps of the store a year"),
        "seen": _("Seen"),
        "likely": _("Most likely"),
        "best_chance": _("Chance of the best quarter"),
        "n_tests": _("Comparisons"),
        "n_below": _("Stand out at 5%"),
        "by_chance": _("Raised by chance alone"),
        "home_rate": _("By home store"),
        "any_rate": _("By first store, back anywhere"),
        "branch_rate": _("Same till only"),
        "unseen_rate": _("Not seen by the till"),
        "home_revenue": _("Spend of its customers"),
        "away_revenue": _("Of it, elsewhere"),
        "away_share": _("Share elsewhere"),
        "guest_revenue": _("From guests of other stores"),
        "guest_share": _("Share of guests"),
        "flow_revenue": _("Net gain from other stores"),
        "bar": _("Step"),
        "changed": _("Changes by"),
        "level": _("Number after it"),
        "base": _("Base"),
    }
