"""The rules in which a till's or a community tool's screen usually differs from ours, in the order walked."""

from collections.abc import Iterable

from opsmodel.errors import ArgumentError

# rule -> what the screen does where it does not keep it:
# anonymous   a sale without a customer counts, as a customer of its own (or as revenue)
# duplicates  one person under several contact ids counts once for each
# refunds     what was given back still counts as bought
# same_day    a second order on the same day counts as coming back
# cross_store every till counts its own orders and customers; ours follows the customer home
# calendar    a calendar period so far; ours counts a rolling window of days
# left        contacts who left within seven days count as won
# immature    customers count whose window is not over yet
RULES = ("anonymous", "duplicates", "refunds", "same_day", "cross_store", "calendar", "left", "immature")

MEASURES: dict[str, tuple[str, ...]] = {
    "repurchase_rate": (
        "anonymous",
        "duplicates",
        "refunds",
        "same_day",
        "cross_store",
        "calendar",
        "immature",
    ),
    "buyers": ("anonymous", "duplicates", "refunds", "cross_store", "calendar"),
    "revenue": ("anonymous", "refunds", "cross_store", "calendar"),
    "retained_adds": ("duplicates", "calendar", "left", "immature"),
}


def applying(measure: str, broken: Iterable[str] | None) -> tuple[str, ...]:
    """The rules that matter for a measure and that the screen breaks, in the order walked.

    broken  names of rules; None: all of them

    Raises ArgumentError for a measure or a rule that does not exist.
    """
    if measure not in MEASURES:
        raise ArgumentError(
            "this measure cannot be reconciled.", found=repr(measure), fix=f"use one of {list(MEASURES)}."
        )
    chosen = MEASURES[measure] if broken is None else tuple(broken)
    if unknown := [rule for rule in chosen if rule not in MEASURES[measure]]:
        raise ArgumentError(
            f"{measure} knows no rule {unknown[0]!r}.",
            found=list(chosen),
            fix=f"use some of {list(MEASURES[measure])}.",
        )
    return tuple(rule for rule in MEASURES[measure] if rule in chosen)
