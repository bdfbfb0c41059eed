"""From text as exported to canonical columns: one staged table for every canonical table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import ibis
import ibis.expr.types as ir

from opsmodel.intake import convert
from opsmodel.intake.contract import MONEY, TABLES, Column
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.engine import run

PEOPLE = ("customer_id", "referrer_id", "respondent_id", "staff_id")
HELPERS = {"phone": "string", "status": "string", "store_name": "string"}


@dataclass(frozen=True)
class Source:
    """A raw sheet that stands for a canonical table.

    number   its number in this intake, from 0
    raw      the engine's table of it: c0, c1, … as text and _line
    columns  canonical or helper column -> position of the header, or text every row shares
    """

    number: int
    table: str
    raw: str
    file: str
    sheet: str
    n_rows: int
    columns: dict[str, int | str]

    @property
    def label(self) -> str:
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    @property
    def place(self) -> str:
        """The sheet as the reader names it."""
        return f"{self.file}!{self.sheet}" if self.sheet else self.file

    def text(self, rows: ir.Table, column: str) -> ir.StringValue:
        """The column as exported, empty text where the sheet lacks it."""
        at = self.columns[column]
        if isinstance(at, int):
            return rows[f"c{at}"]
        if at == "@line":
            return ibis.literal(f"{self.number}-") + rows["_line"].cast("string")
        return ibis.literal(
            {"@file": PurePath(self.file).stem, "@sheet": self.sheet}.get(at, at.removeprefix("="))
        )


def staged(table: str) -> str:
    """Name of the engine's table that holds a canonical table on its way in."""
    return f"staged_{table}"


def stage(con, table: str, sources: list[Source], engagement: Engagement, key: bytes) -> None:
    """Write `staged_<table>`: one row a raw row, canonical columns typed, where it came from, what is wrong.

    Columns: _source and _line (where it came from), _bad ("column|reason" of the first cell that cannot be
    used, NULL if none), the canonical columns, and the helper columns phone, status and store_name.
    A blank cell in a required column and a cell that cannot be read are bad; an unreadable optional date
    of a store or an action only becomes empty.
    """
    for at, source in enumerate(sources):
        typed = _typed(con, source, engagement, key)
        judged = _judged(ibis.table(typed.schema(), name="typed"), source)
        how = f"INSERT INTO {staged(table)} BY NAME" if at else f"CREATE TABLE {staged(table)} AS"
        run(con, f"{how} WITH typed AS ({ibis.to_sql(typed)}) {ibis.to_sql(judged)}")


def _typed(con, source: Source, engagement: Engagement, key: bytes) -> ir.Table:
    """The columns typed, each beside its text; judged in a query around it, so that nothing is done twice."""
    places = [at for at in source.columns.values() if isinstance(at, int)]
    rows = ibis.table({f"c{at}": "string" for at in sorted(set(places))} | {"_line": "int64"}, name=source.raw)
    values: dict[str, ir.Value] = {}
    texts: dict[str, ir.Value] = {}
    for column in TABLES[source.table].columns:
        if column.name not in source.columns:
            values[column.name] = ibis.null(column.type)
            continue
        text = texts[f"_text_{column.name}"] = source.text(rows, column.name)
        values[column.name] = _converter(con, source, rows, column, engagement, key)(text)
    if "phone" in source.columns:
        texts["_text_phone"] = source.text(rows, "phone")
    return rows.select(
        _source=ibis.literal(source.number, "int32"),
        _line=rows["_line"].cast("int64"),
        **values,
        **_helpers(source, rows, values, key),
        **texts,
    )


def _judged(typed: ir.Table, source: Source) -> ir.Table:
    """The typed rows with _bad; a cell is looked at again only where it gave no value."""
    table = TABLES[source.table]
    nothing = ibis.null("string")
    causes = [nothing]
    for column in table.columns:
        if column.name not in source.columns or (column.type == "date" and not column.required):
            continue
        text = typed[f"_text_{column.name}"]
        missing = ibis.literal(f"{column.name}|blank") if column.required else nothing
        why = [(convert.is_blank(text), missing)]
        if column.type in ("timestamp", "date"):
            why.append((convert.is_ambiguous_day(text), ibis.literal(f"{column.name}|ambiguous_day")))
        cause = ibis.cases(*why, else_=ibis.literal(f"{column.name}|unreadable"))
        if column.name == "customer_id" and "phone" in source.columns:
            cause = typed.phone.notnull().ifelse(nothing, cause)
        causes.append(typed[column.name].isnull().ifelse(cause, nothing))
    bad = ibis.coalesce(*causes)
    kept = [name for name in typed.columns if not name.startswith("_text_")]
    return typed.select(*kept, _bad=bad)


def _helpers(source: Source, rows, values, key) -> dict[str, ir.Value]:
    """The phone's keyed hash, also where the phone is the customer id; the status as a word."""
    found: dict[str, ir.Value] = {name: ibis.null(kind) for name, kind in HELPERS.items()}
    if "phone" in source.columns:
        found["phone"] = convert.keyed_hash(source.text(rows, "phone"), key)
    if "customer_id" in source.columns:
        text = source.text(rows, "customer_id")
        phone_as_id = _might_be_phone(text).ifelse(values["customer_id"], ibis.null("string"))
        found["phone"] = ibis.coalesce(found["phone"], phone_as_id)
    if "status" in source.columns:
        found["status"] = convert.refunded(source.text(rows, "status"))
    if "store_name" in source.columns and source.table != "stores":
        found["store_name"] = convert.label(source.text(rows, "store_name"))
    if source.table == "stores":
        del found["store_name"]
    return found


def _might_be_phone(text: ir.StringValue) -> ir.BooleanValue:
    """looks_like_phone, asked only of text long enough: most ids are not."""
    return (text.length() >= 11).ifelse(convert.looks_like_phone(text), False).fill_null(False)


def _person(text: ir.StringValue, key: bytes) -> ir.StringValue:
    return _might_be_phone(text).ifelse(convert.keyed_hash(text, key), convert.identifier(text))


def _converter(con, source: Source, rows, column: Column, engagement: Engagement, key: bytes) -> Callable:
    if column.name == "respondent_id":
        return lambda text: convert.keyed_hash(text, key)
    if column.name in PEOPLE:
        return lambda text: _person(text, key)
    if column.name.endswith("_id"):
        return convert.identifier
    if column.type in ("timestamp", "date"):
        zone, first = engagement.source_timezone, engagement.day_first
        if column.type == "date":
            return lambda text: convert.time(text, zone=zone, day_first=first).date()
        shift = _shift(con, source, rows, column, engagement)
        return lambda text: shift(convert.time(text, zone=zone, day_first=first))
    return {MONEY: convert.money, "int64": convert.count, "float64": convert.number}.get(
        column.type, convert.label
    )


def _shift(con, source: Source, rows, column: Column, engagement: Engagement) -> Callable:
    """To business time, unless the sheet holds bare days: a day has no clock to shift."""
    cutoff = engagement.day_cutoff.hour + engagement.day_cutoff.minute / 60
    zones = {"from_zone": engagement.source_timezone, "to_zone": engagement.timezone}
    if not cutoff and engagement.source_timezone == engagement.timezone:
        return lambda time: time
    time = convert.time(
        source.text(rows, column.name), zone=engagement.source_timezone, day_first=engagement.day_first
    )
    clocks = con.execute((time != time.truncate("D")).any())
    if not clocks:
        return lambda time: time
    return lambda time: convert.to_business_time(time, **zones, cutoff=cutoff)
