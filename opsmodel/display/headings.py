"""The heading of every result column, in the language of the report; names of factors and levers too."""

from functools import cache

from opsmodel.wording import _, language


def heading(name: str) -> str:
    """What the reader sees for a canonical column name; an unknown name without its underscores.

    A column of the client's own tables is called in Chinese what an export calls it.

    >>> heading("n_customers"), heading("visits_per_moon")
    ('Customers', 'visits per moon')
    """
    return _headings(language()).get(name) or _exported(language()).get(name) or name.replace("_", " ")


@cache
def _exported(lang: str) -> dict[str, str]:
    if lang != "zh":
        return {}
    from opsmodel.intake.contract import TABLES  # brings Ibis along, which a chart does without

    columns = [column for table in TABLES.values() for column in table.columns]
    return {column.name: column.zh for column in reversed(columns)}


@cache
def _headings(lang: str) -> dict[str, str]:
    return _stores() | _funnel() | _repeat() | _money() | _intake()


def _stores() -> dict[str, str]:
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


def _funnel() -> dict[str, str]:
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


def _repeat() -> dict[str, str]:
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


def _money() -> dict[str, str]:
    return {
        "factor": _("Factor"),
        "before": _("Before"),
        "after": _("After"),
        "contribution": _("Contribution"),
        "share_of_change": _("Share of the change"),
        "within": _("Within the store"),
        "mix": _("Mix"),
        "value_before": _("Value before"),
        "value_after": _("Value after"),
        "share_before": _("Share before"),
        "share_after": _("Share after"),
        "net_revenue": _("Net revenue"),
        "net": _("Net spend"),
        "day": _("Day"),
        "peer_value": _("Peers together"),
        "peer_p75": _("P75 of peers"),
        "n_peers": _("Peer stores"),
        "shrunken": _("Drawn towards peers"),
        "gap": _("Gap to P75"),
        "revenue": _("Net revenue"),
        "amount": _("Amount"),
        "identified_revenue": _("Identified revenue"),
        "identified_share": _("Identified share"),
        "users": _("Contacts"),
        "visitors": _("Visitors"),
        "conversion": _("Conversion"),
        "close_rate": _("Close rate"),
        "average_order_value": _("Average order value"),
        "orders_per_buyer": _("Orders per buyer"),
        "value_per_buyer": _("Value per buyer"),
        "claim": _("Finding"),
        "this_store": _("This store"),
        "interval": _("95% interval"),
        "peers": _("Peers"),
        "best_quarter": _("Best quarter of peers"),
        "beyond_noise": _("Beyond noise"),
        "start": _("From"),
        "end": _("To"),
        "weight": _("Weight"),
        "limit": _("What to know"),
        "source": _("Source"),
        "money": _("Worth a year"),
        "action": _("What to do"),
        "owner": _("Owner"),
        "lever": _("Lever"),
        "retained_adds": _("Retained adds"),
        "kept_close_rate": _("Close rate of retained adds"),
        "first_order_value": _("First order value"),
        "order_value": _("Order value"),
        "repeat_order_value": _("Repeat order value"),
        "orders_per_repeater": _("Further orders per returning buyer"),
    }


def _intake() -> dict[str, str]:
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
