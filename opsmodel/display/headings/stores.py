"""Headings: who and where."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "store_id": _("Store"),
        "store_name": _("Store name"),
        "home_store_id": _("Home store"),
        "region": _("Region"),
        "city_tier": _("City tier"),
        "format": _("Store format"),
        "channel": _("Channel"),
        "staff_id": _("Staff"),
        "tier": _("Product tier"),
        "category": _("Category"),
        "period": _("Period"),
        "month": _("Month"),
        "n": _("Count"),
        "n_customers": _("Customers"),
        "n_orders": _("Orders"),
        "n_stores": _("Stores"),
        "rate": _("Rate"),
        "share": _("Share"),
        "value": _("Value"),
    }
