"""How the text of a sheet becomes typed columns: one query, worked out once for each shape of sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import ibis
import ibis.expr.types as ir

from opsmodel.intake import convert
from opsmodel.intake.contract import MONEY, TABLES, Column

PEOPLE = ("customer_id", "referrer_id", "respondent_id", "staff_id")
HELPERS = {"phone": "string", "status": "string", "store_name": "string"}
LINE = "@line"


@dataclass(frozen=True)
class Shape:
    """What decides a sheet's query, whichever rows it holds.

    table      canonical table
    columns    canonical or helper column, and where it stands: a position, =text (the same in every row), or
               @line (source and line number)
    zone       IANA zone of the export's clock
    to_zone    IANA zone of the client
    cutoff     hours after midnight at which the business day starts
    day_first  how 3/4/2024 is meant
    clocks     time columns that hold clock times and not bare days: only these are shifted
    key        of the keyed hashes
    """

    table: str
    columns: tuple[tuple[str, int | str], ...]
    zone: str
    to_zone: str
    cutoff: float
    day_first: bool | None
    clocks: frozenset[str]
    key: bytes

    @property
    def places(self) -> Mapping[str, int | str]:
        return dict(self.columns)


def text(rows: ir.Table, place: int | str) -> ir.StringValue:
    """The cells at a place: a column, a text that every row shares, or the number of the row."""
    if isinstance(place, int):
        return rows[f"c{place}"]
    if place == LINE:
        return rows["_source"].cast("string") + "-" + rows["_line"].cast("string")
    return ibis.literal(place.removeprefix("="))


def raw_rows(columns: Mapping[str, int | str]) -> ir.Table:
    """The sheet as the query sees it: a table named `raw` with the columns it needs."""
    places = sorted({place for place in columns.values() if isinstance(place, int)})
    kinds = {f"c{place}": "string" for place in places} | {"_line": "int64", "_source": "int32"}
    return ibis.table(kinds, name="raw")


@cache
def query(shape: Shape) -> str:
    """What follows `WITH raw AS (…),`: _source, _line, _bad, the canonical columns and the helper columns.

    _bad is "column|reason" of the first cell that cannot be used, NULL if every cell can.
    """
    typed = _typed(shape)
    judged = _judged(ibis.table(typed.schema(), name="typed"), shape)
    return f"typed AS ({_sql(typed)}) {_sql(judged)}"


@cache
def clocks(shape: Shape, column: str) -> str:
    """SQL over `raw` telling whether any time of a column has a clock time beside its day."""
    rows = raw_rows(shape.places)
    time = convert.time(text(rows, shape.places[column]), zone=shape.zone, day_first=shape.day_first)
    return _sql((time != time.truncate("D")).any().as_table())


def _sql(table: ir.Table) -> str:
    return str(ibis.to_sql(table, dialect="duckdb", pretty=False))


def _typed(shape: Shape) -> ir.Table:
    """The columns typed, each beside its text; judged in a query around it, so that nothing is done twice."""
    rows = raw_rows(shape.places)
    texts = {f"_text_{name}": text(rows, place) for name, place in shape.columns}
    values = {
        column.name: _value(texts[f"_text_{column.name}"], column, shape)
        if column.name in shape.places
        else ibis.null(column.type)
        for column in TABLES[shape.table].columns
    }
    return rows.select("_source", "_line", **(_helpers(shape, texts, values) | values), **texts)


def _judged(typed: ir.Table, shape: Shape) -> ir.Table:
    """The typed rows with _bad; a cell is looked at again only where it gave no value."""
    nothing = ibis.null("string")
    causes = [nothing]
    for column in TABLES[shape.table].columns:
        if column.name not in shape.places or (column.type == "date" and not column.required):
            continue
        cell = typed[f"_text_{column.name}"]
        missing = ibis.literal(f"{column.name}|blank") if column.required else nothing
        why = [(convert.is_blank(cell), missing)]
        if column.type in ("timestamp", "date"):
            why.append((convert.is_ambiguous_day(cell), ibis.literal(f"{column.name}|ambiguous_day")))
        cause = ibis.cases(*why, else_=ibis.literal(f"{column.name}|unreadable"))
        if column.name == "customer_id" and "phone" in shape.places:
            cause = typed.phone.notnull().ifelse(nothing, cause)
        causes.append(typed[column.name].isnull().ifelse(cause, nothing))
    kept = [name for name in typed.columns if not name.startswith("_text_")]
    return typed.select(*kept, _bad=ibis.coalesce(*causes))


def _helpers(shape: Shape, texts, values) -> dict[str, ir.Value]:
    """The phone's keyed hash, also where the phone is the customer id; the status as a word."""
    found: dict[str, ir.Value] = {name: ibis.null(kind) for name, kind in HELPERS.items()}
    if "phone" in shape.places:
        found["phone"] = convert.keyed_hash(texts["_text_phone"], shape.key)
    if "customer_id" in shape.places:
        known = _might_be_phone(texts["_text_customer_id"]).ifelse(values["customer_id"], ibis.null("string"))
        found["phone"] = ibis.coalesce(found["phone"], known)
    if "status" in shape.places:
        found["status"] = convert.refunded(texts["_text_status"])
    if "store_name" in shape.places:
        found["store_name"] = convert.label(texts["_text_store_name"])
    return found


def _might_be_phone(cell: ir.StringValue) -> ir.BooleanValue:
    """looks_like_phone, asked only of text long enough: most ids are not."""
    return (cell.length() >= 11).ifelse(convert.looks_like_phone(cell), False).fill_null(False)


def _value(cell: ir.StringValue, column: Column, shape: Shape) -> ir.Value:
    if column.name == "respondent_id":
        return convert.keyed_hash(cell, shape.key)
    if column.name in PEOPLE:
        return _might_be_phone(cell).ifelse(convert.keyed_hash(cell, shape.key), convert.identifier(cell))
    if column.name.endswith("_id"):
        return convert.identifier(cell)
    if column.type in ("timestamp", "date"):
        time = convert.time(cell, zone=shape.zone, day_first=shape.day_first)
        if column.type == "date":
            return time.date()
        if column.name not in shape.clocks:
            return time
        return convert.to_business_time(
            time, from_zone=shape.zone, to_zone=shape.to_zone, cutoff=shape.cutoff
        )
    kinds = {MONEY: convert.money, "int64": convert.count, "float64": convert.number}
    return kinds.get(column.type, convert.label)(cell)
