"""A rule in plain words, for the reason beside a customer's name."""

from collections.abc import Mapping
from datetime import date
from functools import reduce

from opsmodel import numbers
from opsmodel.intake.rules import All, Criterion, Not, Rule, Value
from opsmodel.metrics.segments.naming import label
from opsmodel.wording import _

MONEY = ("spend",)
LABELLED = ("segment", "lifecycle")


def describe(rule: Rule, names: Mapping[str, str] | None = None) -> str:
    """The rule as a clause in the language spoken now.

    names  lifecycle stage -> its label, as `naming.stage_names` gives them

    >>> from opsmodel.intake.rules import parse
    >>> describe(parse({"n_occasions": {"at_least": 2}, "channel": ["till", "group"]}))
    'purchase days at least 2 and channel: any of till, group'
    """
    return _clause(rule, names or {})


def _clause(rule: Rule, names: Mapping[str, str], inside: type | None = None) -> str:
    """The clause; in brackets where it stands among clauses that are joined another way."""
    if isinstance(rule, Criterion):
        return _test(rule, names)
    if isinstance(rule, Not):
        return _("not ({clause})", clause=_clause(rule.part, names))
    clauses = [_clause(part, names, type(rule)) for part in rule.parts]
    text = reduce(_and if isinstance(rule, All) else _or, clauses)
    alone = inside in (None, type(rule)) or len(clauses) == 1
    return text if alone else _("({clause})", clause=text)


def _and(first: str, second: str) -> str:
    return _("{first} and {second}", first=first, second=second)


def _or(first: str, second: str) -> str:
    return _("{first} or {second}", first=first, second=second)


def _listed(first: str, second: str) -> str:
    return _("{first}, {second}", first=first, second=second)


def _test(test: Criterion, names: Mapping[str, str]) -> str:
    column = column_name(test.column)
    if test.how == "known":
        return (
            _("{column} known", column=column) if test.values[0] else _("{column} not known", column=column)
        )
    if test.how == "any_of" and all(isinstance(value, bool) for value in test.values):
        return column if True in test.values else _("not ({clause})", clause=column)
    texts = [_value(test.column, value, names) for value in test.values]
    values = reduce(_listed, texts)
    if test.how == "all_of":
        return _("{column}: all of {values}", column=column, values=values)
    if test.how == "any_of" and len(texts) > 1:
        return _("{column}: any of {values}", column=column, values=values)
    return {
        "any_of": lambda value: _("{column}: {value}", column=column, value=value),
        "at_least": lambda value: _("{column} at least {value}", column=column, value=value),
        "at_most": lambda value: _("{column} at most {value}", column=column, value=value),
        "above": lambda value: _("{column} above {value}", column=column, value=value),
        "below": lambda value: _("{column} below {value}", column=column, value=value),
    }[test.how](values)


def _value(column: str, value: Value, names: Mapping[str, str]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column in MONEY:
            return numbers.money(value)
        return numbers.count(value) if float(value).is_integer() else numbers.number(value)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return label(value, names) if column in LABELLED else str(value)


def column_name(column: str) -> str:
    """What a column of the profile is called inside a sentence; a tag group keeps its own name."""
    return {
        "customer_id": _("customer number"),
        "store_id": _("store"),
        "channel": _("channel"),
        "code_id": _("channel code"),
        "staff_id": _("staff member"),
        "referrer_id": _("referrer"),
        "joined_at": _("day of joining"),
        "left_at": _("day of leaving"),
        "member_since": _("start of membership"),
        "is_contact": _("still a contact"),
        "has_left": _("has deleted the contact"),
        "is_member": _("is a member"),
        "days_since_joined": _("days since joining"),
        "n_occasions": _("purchase days"),
        "n_orders": _("orders"),
        "spend": _("spend"),
        "first_day": _("first purchase"),
        "last_day": _("last purchase"),
        "days_since_last": _("days since the last purchase"),
        "days_since_first": _("days since the first purchase"),
        "r": _("R score"),
        "f": _("F score"),
        "m": _("M score"),
        "segment": _("segment"),
        "categories": _("categories bought"),
        "products": _("products bought"),
        "tiers": _("product tiers bought"),
        "events": _("events so far"),
        "last_touch_at": _("last touch"),
        "days_since_touch": _("days since the last touch"),
        "n_referred": _("people referred"),
        "lifecycle": _("lifecycle stage"),
    }.get(column, column)
