"""Turn the arguments of funnel, cohort and repurchase by hand, and take the result along as code.

`explore.funnel(shop)` draws widgets in JupyterLab; in a batch report the same call shows the view with the
chosen values (see `display.panels`). `explore.funnel_view(shop, within_days=60)` needs no widget.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from opsmodel import numbers
from opsmodel.display import charts, theme
from opsmodel.display.headings import heading
from opsmodel.display.panels import Choice, Panel, View
from opsmodel.errors import ArgumentError
from opsmodel.intake import contract
from opsmodel.metrics import cohort as cohorts
from opsmodel.metrics import funnel as funnels
from opsmodel.metrics import repurchase as repeats
from opsmodel.wording import _

WINDOWS = (7, 14, 30, 60, 90, 180, 360)
SPANS = ((30, 60, 90), (30, 60, 90, 180, 360), (7, 14, 30, 60))
GROUPS = ("channel", "store_id", "staff_id")


def funnel_view(
    shop, *, within_days=30, order: str = "ordered", reentry: str = "first", by: str | None = None
) -> View:
    """How far customers get along the client's own stages, as a figure and its table.

    shop         a client, or a client narrowed to a store
    within_days  window from the entry on
    order        ordered, strict or any
    reentry      first, or best: a later entry may start the way
    by           a column of customers (channel, store_id, staff_id) to split by

    Raises ArgumentError and TableError as funnel.conversion does.
    """
    table = funnels.conversion(
        _split(shop, shop.events, by), steps=shop.stages, within_days=within_days, as_of=shop.as_of,
        order=order, reentry=reentry, by=by,
    )  # fmt: skip
    title = _("Conversion within {days} days of entry", days=f"{within_days:g}")
    return View(charts.conversion(table, title=title, as_of=shop.as_of, by=by), theme.table(table))


def cohort_view(
    shop, *, period: str = "month", mode: str = "on", measure: str = "customers", calendar: bool = False
) -> View:
    """The cohorts of a shop, as the triangle and its table of all cohorts together.

    shop      a client, or a client narrowed to a store
    period    week, month or quarter
    mode      on, on_or_after or by; the three do not compare with each other
    measure   customers, revenue, margin or orders
    calendar  ages by the calendar, to agree with a finance report

    Raises ArgumentError and TableError as cohort.retention does.
    """
    table = cohorts.retention(
        shop.orders, as_of=shop.as_of, period=period, mode=mode, measure=measure, calendar=calendar
    )
    title = _("{measure} by age of the cohort ({mode})", measure=_measures()[measure], mode=_modes()[mode])
    write = {"customers": numbers.percent, "orders": numbers.number}.get(measure, numbers.money)
    figure = charts.retention(table, title=title, as_of=shop.as_of, write=write)
    unit = {"customers": "rate", "orders": "number"}.get(measure, "money")
    units = {"rate": unit, "value": "money" if unit == "money" else "count"}
    return View(figure, theme.table(cohorts.summary(table), units=units))


def repurchase_view(
    shop, *, within_days: tuple[int, ...] = (30, 60, 90, 180, 360), by: str | None = None
) -> View:
    """The repurchase rate by window, as a figure and its table.

    shop         a client, or a client narrowed to a store
    within_days  windows, in days after the first purchase
    by           a column of customers (channel, store_id, staff_id) to split by

    Raises ArgumentError and TableError as repurchase.curve does.
    """
    orders = _split(shop, shop.orders, by)
    table = repeats.curve(orders, as_of=shop.as_of, within_days=within_days, by=by)
    title = _("Repurchase rate by window")
    return View(charts.repurchase_curve(table, title=title, as_of=shop.as_of, by=by), theme.table(table))


def funnel(shop, **start: Any) -> Panel:
    """A panel over `funnel_view`; keyword arguments say where it starts."""
    choices = {
        "within_days": Choice(_("Window (days)"), {str(days): days for days in WINDOWS}),
        "order": Choice(
            _("Order of stages"), {_("in order"): "ordered", _("strictly"): "strict", _("any order"): "any"}
        ),
        "reentry": Choice(_("Entry"), {_("first entry"): "first", _("best entry"): "best"}),
        "by": Choice(_("Split by"), _groups(shop)),
    }
    return _panel(funnel_view, shop, choices, {"within_days": 30, "by": None} | start)


def cohort(shop, **start: Any) -> Panel:
    """A panel over `cohort_view`; keyword arguments say where it starts."""
    periods = {_("Week"): "week", _("Month"): "month", _("Quarter"): "quarter"}
    measures = {text: name for name, text in _measures().items()}
    choices = {
        "period": Choice(_("Period"), periods),
        "mode": Choice(_("Mode"), {text: name for name, text in _modes().items()}),
        "measure": Choice(_("Measure"), measures),
        "calendar": Choice(_("Age"), {_("in elapsed days"): False, _("by the calendar"): True}),
    }
    return _panel(cohort_view, shop, choices, {"period": "month"} | start)


def repurchase(shop, **start: Any) -> Panel:
    """A panel over `repurchase_view`; keyword arguments say where it starts."""
    choices = {
        "within_days": Choice(_("Windows (days)"), {" · ".join(map(str, span)): span for span in SPANS}),
        "by": Choice(_("Split by"), _groups(shop)),
    }
    return _panel(repurchase_view, shop, choices, {"within_days": SPANS[1], "by": None} | start)


def _panel(view: Callable[..., View], shop, choices: dict[str, Choice], start: dict) -> Panel:
    unknown = sorted(set(start) - set(choices))
    if unknown:
        raise ArgumentError(
            f"this panel does not choose {unknown}.", found=unknown, fix=f"use some of {list(choices)}."
        )
    first = {name: next(iter(choice.values.values())) for name, choice in choices.items()}
    call = f"explore.{view.__name__}({_in_code(shop)}"
    return Panel(partial(view, shop), choices, first | start, call)


def _in_code(shop) -> str:
    """The expression that opens this shop again."""
    opened = f"open_client({shop.name!r}, as_of={str(shop.as_of)!r})"
    return opened if len(shop.store_ids) != 1 else f"{opened}.store({shop.store_ids[0]!r})"


def _groups(shop) -> dict[str, str | None]:
    held = [name for name in GROUPS if name in shop.customers.columns]
    return {_("no split"): None} | {heading(name): name for name in held}


def _split(shop, table, by: str | None):
    """The table with the customer's own value of `by` on every row."""
    if by is None:
        return table
    customers = contract.require(shop.customers, "customers", ["customer_id", by])
    values = customers.select("customer_id", by)
    rows = contract.as_table(table)
    return (rows.drop(by) if by in rows.columns else rows).inner_join(values, "customer_id")


def _modes() -> dict[str, str]:
    return {
        "on": _("active at that age"),
        "on_or_after": _("active at that age or later"),
        "by": _("returned by that age"),
    }


def _measures() -> dict[str, str]:
    return {
        "customers": _("Customers"),
        "revenue": _("Net revenue"),
        "margin": _("Margin"),
        "orders": _("Orders"),
    }
