"""The words of each lever: what it is called, what a gap means, what to do about it, and who does it."""

from collections.abc import Callable

from opsmodel import numbers
from opsmodel.advice.levers import LEVERS
from opsmodel.wording import _


def name(lever: str) -> str:
    """The lever as a label."""
    return {
        "retained_adds": lambda: _("retained adds"),
        "close_rate": lambda: _("close rate of all adds"),
        "kept_close_rate": lambda: _("close rate of retained adds"),
        "first_order_value": lambda: _("first order value"),
        "order_value": lambda: _("order value"),
        "repeat_order_value": lambda: _("value of further orders"),
        "repurchase_rate": lambda: _("repurchase rate"),
        "orders_per_repeater": lambda: _("further orders per returning buyer"),
        "orders_per_buyer": lambda: _("orders per buyer"),
    }[lever]()


def figure(lever: str) -> Callable[[float], str]:
    """How a figure of this lever is written."""
    if LEVERS[lever].is_rate:
        return numbers.percent
    return numbers.money if LEVERS[lever].stage == "order_value" else numbers.number


def base(lever: str, n: float, days: float) -> str:
    """The denominator in words, with its count."""
    values = {"n": numbers.count(n), "days": numbers.count(days)}
    return {
        "retained_adds": lambda: _("{n} people added at least {days} days ago", **values),
        "close_rate": lambda: _("{n} people added at least {days} days ago", **values),
        "kept_close_rate": lambda: _(
            "{n} people added at least {days} days ago who stayed longer than a week", **values
        ),
        "first_order_value": lambda: _("first orders of {n} buyers, at least {days} days old", **values),
        "order_value": lambda: _("orders of {n} buyers in the {days} days after their first one", **values),
        "repeat_order_value": lambda: _(
            "further orders of {n} buyers who came back within {days} days", **values
        ),
        "repurchase_rate": lambda: _("{n} buyers whose first order is at least {days} days old", **values),
        "orders_per_repeater": lambda: _("{n} buyers who came back within {days} days", **values),
        "orders_per_buyer": lambda: _("{n} buyers whose first order is at least {days} days old", **values),
    }[lever]()


def claim(row) -> str:
    """What a gap to the peers means, in one sentence.

    row  one row of `benchmarks.stores`: lever, within_days, value, peer_p75
    """
    show = figure(row["lever"])
    values = {
        "value": show(row["value"]),
        "target": show(row["peer_p75"]),
        "days": numbers.count(row["within_days"]),
    }
    return {
        "retained_adds": lambda: _(
            "Only {value} of the people added are still contacts {days} days later; the best quarter of its "
            "peers keep {target} or more.",
            **values,
        ),
        "close_rate": lambda: _(
            "Only {value} of the people added buy within {days} days; the best quarter of its peers reach "
            "{target} or more.",
            **values,
        ),
        "kept_close_rate": lambda: _(
            "Only {value} of the contacts who stay buy within {days} days of being added; the best quarter "
            "of its peers reach {target} or more.",
            **values,
        ),
        "first_order_value": lambda: _(
            "A first order brings {value}; in the best quarter of its peers it brings {target} or more.",
            **values,
        ),
        "order_value": lambda: _(
            "An order brings {value}; in the best quarter of its peers it brings {target} or more.", **values
        ),
        "repeat_order_value": lambda: _(
            "A further order brings {value}; in the best quarter of its peers it brings {target} or more.",
            **values,
        ),
        "repurchase_rate": lambda: _(
            "Only {value} of first-time buyers come back within {days} days; the best quarter of its peers "
            "reach {target} or more.",
            **values,
        ),
        "orders_per_repeater": lambda: _(
            "Returning buyers order {value} more times within {days} days; in the best quarter of its peers "
            "{target} times or more.",
            **values,
        ),
        "orders_per_buyer": lambda: _(
            "A buyer orders {value} times within {days} days; in the best quarter of its peers {target} "
            "times or more.",
            **values,
        ),
    }[row["lever"]]()


def action(lever: str) -> str:
    """What to do first about a gap in this lever. Source: the operating method of the engagement."""
    shared = {
        "first": lambda: _(
            "Put a set beside the entry product that solves the buyer's next question too; the entry product "
            "itself may stay cheap as long as people come back."
        ),
        "bundle": lambda: _(
            "Build sets and bundles in which one product calls for the next, and show staff which dearer "
            "product follows which."
        ),
        "close_rate": lambda: _(
            "Find who showed interest (came to a trial, replied, asked a price) and write to them first, "
            "with one easy first purchase and a different message for each stage of knowing the shop."
        ),
        "repurchase": lambda: _(
            "Set a follow-up rhythm after the first order that gives a reason other than a discount, and "
            "offer the dearer product to those who liked the entry product."
        ),
        "more": lambda: _(
            "Layer customers by how recently and how often they buy, give the best an adviser, and lock the "
            "relation with a membership that is used again and again."
        ),
    }
    return {
        "retained_adds": lambda: _(
            "Count an add only after seven days. Replace the giveaway by content that only real customers "
            "want, and let the first message arrive by itself and say what staying is good for."
        ),
        "close_rate": shared["close_rate"],
        "kept_close_rate": shared["close_rate"],
        "first_order_value": shared["first"],
        "order_value": shared["bundle"],
        "repeat_order_value": shared["bundle"],
        "repurchase_rate": shared["repurchase"],
        "orders_per_repeater": shared["more"],
        "orders_per_buyer": shared["more"],
    }[lever]()


def owner(lever: str) -> str:
    """The post that acts on this lever."""
    return {
        "acquire": lambda: _("store manager, with the channel lead"),
        "close": lambda: _("store staff, with customer operations"),
        "order_value": lambda: _("head-office product lead, with store staff"),
        "repurchase": lambda: _("customer operations, with store staff"),
    }[LEVERS[lever].stage]()
