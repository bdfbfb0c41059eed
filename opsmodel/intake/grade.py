"""How far the data can be trusted, and which chapters of the report it allows."""

from collections.abc import Callable
from dataclasses import dataclass

from opsmodel.intake.checks import Observation
from opsmodel.intake.cleaning.quarantine import Entry
from opsmodel.wording import _


@dataclass(frozen=True)
class Grade:
    """A (use it) to D (talk to the client first), and the reasons that took it down."""

    letter: str
    reasons: list[tuple[str, float]]

    def texts(self) -> list[str]:
        """The reasons, in the language spoken now."""
        return [_REASONS[kind](value=value) for kind, value in self.reasons]


@dataclass(frozen=True)
class Chapter:
    """A chapter of the report: whether the data allows it, and the columns that would unlock it."""

    name: str
    allowed: bool
    needs: list[str]

    @property
    def title(self) -> str:
        return chapter_titles()[self.name]


NEEDS: dict[str, tuple[str, ...]] = {
    "growth": (),
    "cohort": (),
    "repurchase": (),
    "segments": (),
    "lifecycle": ("customers.joined_at",),
    "acquire": ("customers.joined_at",),
    "funnel": ("customers.joined_at",),
    "retained_adds": ("customers.joined_at", "customers.left_at"),
    "channels": ("customers.channel",),
    "channel_cost": ("customers.channel", "spend.amount"),
    "referral": ("customers.referrer_id",),
    "share": ("events.event=shared",),
    "traffic": ("traffic.visitors",),
    "margin": ("orders.margin",),
    "ladder": ("order_lines.tier",),
    "staff": ("customers.staff_id",),
    "leads": ("customers.joined_at",),
    "sop": ("tasks.due_at",),
    "maturity": ("answers.score",),
    "waves": ("stores.wave",),
}  # fmt: skip


def chapter_titles() -> dict[str, str]:
    """Chapter -> its title, in the language spoken now."""
    return {
        "growth": _("Growth equation"),
        "cohort": _("Cohort retention"),
        "repurchase": _("Repurchase"),
        "segments": _("Segments"),
        "lifecycle": _("Lifecycle"),
        "acquire": _("Acquisition"),
        "funnel": _("Funnel from contact to repurchase"),
        "retained_adds": _("Contacts kept and lost"),
        "channels": _("Channels"),
        "channel_cost": _("Channel cost and return"),
        "referral": _("Referral"),
        "share": _("Sharing"),
        "traffic": _("Door traffic and conversion"),
        "margin": _("Margin views"),
        "ladder": _("Product ladder"),
        "staff": _("Views by staff"),
        "leads": _("Whom to call next"),
        "sop": _("Standard procedures"),
        "maturity": _("Maturity of the team"),
        "waves": _("Roll-out waves"),
    }


def chapters(filled: dict[str, set[str]]) -> list[Chapter]:
    """Every chapter, allowed or not.

    filled  table -> its columns that hold at least one value; of events also event=<name>

    >>> [c.name for c in chapters({"orders": {"amount"}, "customers": {"joined_at"}}) if c.allowed]
    ['growth', 'cohort', 'repurchase', 'segments', 'lifecycle', 'acquire', 'funnel', 'leads']
    """
    found = []
    for name, needs in NEEDS.items():
        missing = [need for need in needs if need.split(".")[1] not in filled.get(need.split(".")[0], set())]
        found.append(Chapter(name, not missing, [need.split("=")[0] for need in missing]))
    return found


def grade(
    ledger: list[Entry],
    observations: list[Observation],
    filled: dict[str, set[str]],
    *,
    n_days: int,
    excused: dict[str, int],
) -> Grade:
    """The data grade: A loses a letter for every serious reason and for every two warnings.

    n_days   days from the first to the last order
    excused  table -> quarantined rows that are no fault of the data (cancelled and unpaid orders)
    """  # fmt: skip
    seen = {observation.kind: observation for observation in observations}
    points: list[tuple[str, float, int]] = []

    def judge(kind: str, value: float, warning: bool, serious: bool) -> None:
        if warning or serious:
            points.append((kind, value, 2 if serious else 1))

    for table, kind in (("orders", "lost_orders"), ("customers", "lost_customers")):
        rows = sum(entry.rows_in for entry in ledger if entry.table == table)
        lost = sum(entry.quarantined for entry in ledger if entry.table == table) - excused.get(table, 0)
        share = lost / rows if rows else 0.0
        judge(kind, share, share > 0.01, share > 0.05)
        if share > 0.15:
            points.append((kind, share, 4))
    if "identified" in seen:
        share = seen["identified"].values["share"]
        judge("identified", share, share < 0.6, share < 0.3)
    judge("short", n_days, n_days < 365, n_days < 180)
    judge("no_customers", 1, False, "no_customers" in seen)
    if "no_customers" not in seen:
        judge("no_join_dates", 1, False, "joined_at" not in filled.get("customers", set()))
    if "gaps" in seen:
        judge("gaps", seen["gaps"].values["n_stores"], True, False)
    if "partial_unknown" in seen:
        judge("partial_unknown", seen["partial_unknown"].values["n"], True, False)
    total = sum(weight for _kind, _value, weight in points)
    letter = "ABCD"[min(3, (total + 1) // 2)] if total else "A"
    reasons = {kind: value for kind, value, _weight in points}
    return Grade(letter, list(reasons.items()))


_REASONS: dict[str, Callable[..., str]] = {
    "lost_orders": lambda **v: _("{value:.1%} of the order rows are quarantined.", **v),
    "lost_customers": lambda **v: _("{value:.1%} of the customer rows are quarantined.", **v),
    "identified": lambda **v: _("Only {value:.1%} of net revenue belongs to known customers.", **v),
    "short": lambda **v: _("The orders cover only {value:.0f} days.", **v),
    "no_customers": lambda **v: _(
        "There is no list of customers: contacts who never bought are not seen.", **v
    ),
    "no_join_dates": lambda **v: _("Nobody's join date is known.", **v),
    "gaps": lambda **v: _("{value:.0f} stores have gaps in their orders.", **v),
    "partial_unknown": lambda **v: _("{value:.0f} partial refunds have no amount.", **v),
}
