"""Whom a design reaches and with what reward: audiences and incentive schemes fitted to the store."""

from math import isnan

from opsmodel import numbers
from opsmodel.wording import _

STEPS = (1, 2, 5)  # rewards are round: 1, 2 or 5 times a power of ten
REWARD = 0.2  # of the margin of an order: what a buyer brought earns the one who brought him


def audiences(client) -> dict[str, dict]:
    """Name -> rule of the lists the plan starts with, the dearest first; names in the language spoken now.

    Only rules whose columns the client's exports can fill. They are read by `segments.audiences`; a customer
    in two of them belongs to the first.
    """
    rules: dict[str, dict] = {
        _("Best customers slipping away"): {"segment": ["cannot_lose", "at_risk"], "is_contact": True},
    }
    if client.chapters.get("ladder"):
        rules[_("Bought entry products only")] = {
            "tiers": "entry", "not": {"tiers": ["core", "premium"]}, "is_contact": True,
        }  # fmt: skip
    rules[_("One order, not yet back")] = {"n_occasions": 1, "is_contact": True}
    rules[_("Contacts who never bought")] = {"n_occasions": 0, "is_contact": True}
    return rules


def schemes(order_margin: float) -> dict[str, list]:
    """Name -> incentive scheme to replay, its rewards a round fifth of the margin of an order.

    order_margin  of `plan.order_margin`; nothing to replay where it is not known

    >>> schemes(76.0)
    {'¥10 for each buyer brought': [{'pays': 10.0}], 'tiers: ¥10 from 1, ¥20 from 3, ¥100 from 8': \
[(1, 10.0), (3, 20.0), (8, 100.0)]}
    """
    if isnan(order_margin) or order_margin <= 0:
        return {}
    one, three, eight = (_round(order_margin * REWARD * times) for times in (1, 3, 8))
    values = {"one": numbers.money(one), "three": numbers.money(three), "eight": numbers.money(eight)}
    return {
        _("{one} for each buyer brought", one=values["one"]): [{"pays": one}],
        _("tiers: {one} from 1, {three} from 3, {eight} from 8", **values): [
            (1, one),
            (3, three),
            (8, eight),
        ],
    }


def no_reward(schemes: dict[str, list]) -> str:
    """Why no scheme is replayed, or nothing.

    schemes  of `schemes`
    """
    if schemes:
        return ""
    return _("This chapter is left out: what a further order leaves is not known, so no reward can be set.")


def _round(amount: float) -> float:
    """The largest of 1, 2, 5 × 10^k that is not above the amount.

    >>> [_round(x) for x in (15.2, 45.6, 121.6, 0.7)]
    [10.0, 20.0, 100.0, 0.5]
    """
    power = 10.0
    while power > amount:
        power /= 10
    while power * 10 <= amount:
        power *= 10
    return max(step * power for step in STEPS if step * power <= amount * (1 + 1e-12))
