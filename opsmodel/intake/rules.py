"""The one way to write a rule about customers: in engagement.yaml, in a notebook, in a segment map.

    channel: [till, group]          any of these values, compared exactly
    is_contact: true                exactly this
    spend: {at_least: 500}          at_least, at_most, above, below; two of them make a range
    member_since: {known: false}    whether there is a value at all
    categories: {all_of: [a, b]}    of a column that holds a list: every one (a plain list: any one)

Several columns in one mapping must all hold: any within a column, all across columns, as in WeCom's tag
filter. `all: […]`, `any: […]` and `not: …` join rules into a tree. Nothing in a rule is ever executed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any, Union

from opsmodel.errors import ArgumentError

BOUNDS = ("at_least", "at_most", "above", "below")
TESTS = (*BOUNDS, "known", "all_of", "any_of")
JOINTS = ("all", "any", "not")
DEEPEST = 20
EXAMPLE = 'write it like {"channel": ["till"], "spend": {"at_least": 500}}.'

Value = str | int | float | bool | date


@dataclass(frozen=True)
class Criterion:
    """A condition on one column: `how` is one of TESTS."""

    column: str
    how: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Rule"


Rule = Union[Criterion, All, AnyOf, Not]  # noqa: UP007  (names itself)


def parse(rule: object, where: str = "rule") -> Rule:
    """The rule as a tree, once its form is known to be right.

    where  what the rule is called in an error

    Raises ArgumentError with the place inside the rule, what stands there and what may.

    >>> parse({"spend": {"at_least": 500}})
    Criterion(column='spend', how='at_least', values=(500,))
    >>> parse({"spend": {"atleast": 500}})
    Traceback (most recent call last):
    opsmodel.errors.ArgumentError: rule.spend has no test 'atleast'.
      found: 'atleast'
      fix: write at_least.
    """
    return _parse(rule, where, 0)


def columns(rule: Rule) -> list[str]:
    """The columns a rule reads, in the order of their first mention.

    >>> columns(parse({"any": [{"spend": {"above": 9}}, {"not": {"channel": "till"}}]}))
    ['spend', 'channel']
    """
    return list(dict.fromkeys(test.column for test in _tests(rule)))


def _tests(rule: Rule) -> Iterator[Criterion]:
    if isinstance(rule, Criterion):
        yield rule
    for part in (rule.part,) if isinstance(rule, Not) else getattr(rule, "parts", ()):
        yield from _tests(part)


def _parse(rule: object, where: str, depth: int) -> Rule:
    if depth > DEEPEST:
        raise ArgumentError(f"{where} is nested too deeply.", found=f"{depth} levels", fix="flatten it.")
    if not isinstance(rule, Mapping) or not rule:
        raise ArgumentError(f"{where} is no rule.", found=repr(rule)[:200], fix=EXAMPLE)
    parts = [_entry(key, value, where, depth + 1) for key, value in rule.items()]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _entry(key: object, value: object, where: str, depth: int) -> Rule:
    if not isinstance(key, str) or not key:
        raise ArgumentError(f"{where} names a column that is no text.", found=repr(key), fix=EXAMPLE)
    at = f"{where}.{key}"
    if key == "not":
        return Not(_parse(value, at, depth))
    if key in JOINTS:
        if not isinstance(value, list | tuple) or not value:
            raise ArgumentError(
                f"{at} is no list of rules.", found=repr(value)[:200], fix=f"write {key}: [rule, rule]."
            )
        parts = tuple(_parse(part, f"{at}[{number}]", depth) for number, part in enumerate(value))
        return All(parts) if key == "all" else AnyOf(parts)
    if isinstance(value, Mapping):
        return _tested(key, value, at)
    return Criterion(key, "any_of", _values(value, at))


def _tested(column: str, tests: Mapping[Any, object], at: str) -> Rule:
    if not tests:
        raise ArgumentError(f"{at} has no test.", found="{}", fix=EXAMPLE)
    found: list[Rule] = []
    for how, value in tests.items():
        if how not in TESTS:
            near = get_close_matches(str(how), TESTS, n=1, cutoff=0.6)
            fix = f"write {near[0] if near else 'one of ' + ', '.join(TESTS)}."
            raise ArgumentError(f"{at} has no test {how!r}.", found=repr(how), fix=fix)
        values = _values(value, f"{at}.{how}")
        if how == "known" and not isinstance(values[0], bool):
            raise ArgumentError(
                f"{at}.known is neither true nor false.", found=repr(value), fix="write true or false."
            )
        if how in (*BOUNDS, "known") and (len(values) != 1 or isinstance(value, list | tuple)):
            raise ArgumentError(
                f"{at}.{how} takes one value.", found=repr(value), fix="write a single value."
            )
        found.append(Criterion(column, how, values))
    return found[0] if len(found) == 1 else All(tuple(found))


def _values(value: object, at: str) -> tuple[Value, ...]:
    values = tuple(value) if isinstance(value, list | tuple | set) else (value,)
    if isinstance(value, set):
        values = tuple(sorted(values, key=str))
    if not values:
        raise ArgumentError(f"{at} lists no value.", found=repr(value), fix="list at least one value.")
    for one in values:
        if one is None:
            raise ArgumentError(f"{at} compares with nothing.", found="null", fix="write {known: false}.")
        if not isinstance(one, str | bool | int | float | date | datetime):
            raise ArgumentError(
                f"{at} cannot be compared with this.", found=repr(one)[:200],
                fix="use text, numbers, true, false or dates.",
            )  # fmt: skip
        if isinstance(one, float) and not isfinite(one):
            raise ArgumentError(f"{at} is no number.", found=repr(one), fix="write a number.")
    return values
