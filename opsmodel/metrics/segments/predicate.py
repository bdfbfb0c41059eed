"""A rule becomes a condition on a table; a column or a type that does not fit is refused."""

from datetime import date, datetime
from difflib import get_close_matches
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.intake.rules import All, AnyOf, Criterion, Not, Rule, Value, columns

BOUNDS = {
    "at_least": lambda column, value: column >= value,
    "at_most": lambda column, value: column <= value,
    "above": lambda column, value: column > value,
    "below": lambda column, value: column < value,
}
KINDS = {"text": "text", "number": "a number", "flag": "true or false", "day": "a date", "list": "text"}


def holds(rule: Rule, table: ir.Table) -> ir.BooleanValue:
    """Whether the rule holds in each row; what is not known meets no test, so `not` makes it true.

    Raises ArgumentError for a column that is not there and for a value of another type.

    >>> from opsmodel.intake.rules import parse
    >>> table = ibis.memtable({"spend": [5.0, 700.0, None]})
    >>> table.filter(holds(parse({"not": {"spend": {"at_least": 500}}}), table)).count().execute()
    2
    """
    known(rule, table.columns)
    return _holds(rule, table)


def known(rule: Rule, names) -> None:
    """Raise ArgumentError if the rule reads a column that is none of these names."""
    for column in columns(rule):
        if column not in names:
            near = get_close_matches(column, [str(name) for name in names], n=3, cutoff=0.5)
            raise ArgumentError(
                f"the rule reads {column!r}, which is no column.",
                found=", ".join(map(str, names)),
                fix=f"write {' or '.join(near)}." if near else "use one of the columns found.",
            )


def _holds(rule: Rule, table: ir.Table) -> ir.BooleanValue:
    if isinstance(rule, All):
        return reduce(and_, [_holds(part, table) for part in rule.parts])
    if isinstance(rule, AnyOf):
        return reduce(or_, [_holds(part, table) for part in rule.parts])
    if isinstance(rule, Not):
        return ~_holds(rule.part, table)
    return _test(rule, table[rule.column]).fill_null(False)


def _test(test: Criterion, column: ir.Value) -> ir.BooleanValue:
    kind = _kind(column)
    if test.how == "known":
        there = column.notnull() & (column.length() > 0) if kind == "list" else column.notnull()
        return there if test.values[0] else ~there
    values = [_value(test, kind, value) for value in test.values]
    if kind == "flag" and test.how == "any_of":
        return reduce(or_, [column if value else ~column for value in test.values])
    if kind == "day" and column.type().is_timestamp():
        column = column.date()
    if test.how in BOUNDS and kind in ("number", "day"):
        return BOUNDS[test.how](column, values[0])
    if kind == "list" and test.how in ("any_of", "all_of"):
        join = or_ if test.how == "any_of" else and_
        return reduce(join, [column.contains(value) for value in values])
    if test.how == "any_of":
        return column.isin(values)
    raise ArgumentError(
        f"{test.column} cannot be tested with {test.how}.",
        found=f"{test.column} holds {'lists' if kind == 'list' else KINDS[kind]}",
        fix="use any_of or known." if kind != "list" else "use any_of, all_of or known.",
    )


def _kind(column: ir.Value) -> str:
    type_ = column.type()
    if type_.is_boolean():
        return "flag"
    if type_.is_numeric():
        return "number"
    if type_.is_timestamp() or type_.is_date():
        return "day"
    return "list" if type_.is_array() else "text"


def _value(test: Criterion, kind: str, value: Value) -> ir.Value:
    fits = {
        "text": isinstance(value, str),
        "list": isinstance(value, str),
        "flag": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "day": isinstance(value, str | date | datetime),
    }[kind]
    if not fits:
        raise ArgumentError(
            f"{test.column} holds {KINDS[kind]}, and is compared with something else.",
            found=repr(value)[:200],
            fix=f"write {KINDS[kind]}" + (', in quotes: "001".' if kind in ("text", "list") else "."),
        )
    return ibis.literal(day(value)) if kind == "day" else ibis.literal(value)
