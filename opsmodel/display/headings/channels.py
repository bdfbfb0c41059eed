"""Headings: where contacts come from."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "code_id": _("Channel code"),
        "n_adds": _("Adds"),
        "add_share": _("Share of adds"),
        "n_adds_7": _("Adds 7 days old"),
        "n_retained": _("Kept after 7 days"),
        "retained_rate": _("Retained after 7 days"),
        "n_adds_2": _("Adds 2 days old"),
        "n_fake": _("Gone within 48 hours"),
        "fake_rate": _("Share gone within 48 hours"),
        "kept_7_rate": _("Survival, 7 days"),
        "kept_30_rate": _("Survival, 30 days"),
        "kept_cost": _("Cost of the adds 7 days old"),
        "cost_per_retained_add": _("Cost per retained add"),
        "n_mature": _("Mature adds"),
        "add_revenue": _("Net revenue per add"),
        "margin": _("Margin"),
        "add_margin": _("Margin per add"),
        "cost": _("Cost"),
        "roi": _("ROI"),
        "n_ltv": _("Adds behind LTV"),
        "ltv": _("LTV"),
        "cac": _("CAC"),
        "ltv_cac": _("LTV/CAC"),
        "n_lost": _("Lost that day"),
        "kept_rate": _("Still a contact"),
        "add_cost": _("Cost per add"),
        "net_margin": _("Margin less cost, per add"),
        "payback_days": _("Payback day"),
        "denominator": _("Denominator"),
        "n_base": _("Base"),
        "n_added": _("Added"),
        "add_rate": _("Add rate"),
        "n_anonymous": _("Anonymous sales"),
        "floor_rate": _("Add rate, anonymous sales included"),
        "identified in-store buyers of the day who were not contacts yet": _(
            "identified in-store buyers of the day who were not contacts yet"
        ),
        "visitors counted at the door": _("visitors counted at the door"),
        "people who scanned a code and were not contacts yet": _(
            "people who scanned a code and were not contacts yet"
        ),
        "people who were sent a contact request and were not contacts yet": _(
            "people who were sent a contact request and were not contacts yet"
        ),
        "n_routed": _("In the store where they buy"),
        "routed_rate": _("Share in the store where they buy"),
        "buys_at": _("Buys mostly at"),
        "credit": _("Credit"),
        "n_conversions": _("First orders"),
        "n_multi_touch": _("Paths of two touches or more"),
        **_models(),
    }


def _models() -> dict[str, str]:
    """The attribution models, alone and as columns of shares."""
    models = {
        "first": _("First touch"),
        "last": _("Last touch"),
        "linear": _("Linear"),
        "time_decay": _("Time decay"),
        "position": _("Position"),
        "shapley": _("Shapley"),
        "markov": _("Markov"),
    }
    shares = {f"{model}_share": name for model, name in models.items()}
    ends = {"lowest_share": _("Lowest"), "highest_share": _("Highest"), "spread_share": _("Models apart by")}
    return models | shares | ends


def channel_name(name: object) -> str:
    """A channel as the client calls it, or words for an event that stands where a channel does.

    >>> channel_name("till"), channel_name("coupon_used")
    ('till', 'Coupon used')
    """
    touches = {
        "(untouched)": _("No touch known"),
        "replied": _("Replied"),
        "messaged": _("Message by staff"),
        "coupon_used": _("Coupon used"),
        "shared": _("Shared"),
        "campaign_received": _("Campaign received"),
        "coupon_redeemed": _("Coupon redeemed"),
    }
    return touches.get(str(name), str(name))
