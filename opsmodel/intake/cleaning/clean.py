"""From text as exported to canonical columns: one staged table for every canonical table."""

from dataclasses import dataclass, replace
from pathlib import PurePath

from opsmodel.intake.cleaning.recipe import Shape, clocks, query
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.engine import number, run
from opsmodel.intake.reading.sheet import RawSheet


@dataclass(frozen=True)
class Source:
    """A raw sheet that stands for a canonical table.

    number   its number in this intake, from 0
    raw      the sheet; its `table` is the engine's: c0, c1, … as text, and _line
    columns  canonical or helper column -> position of the header, or @line, @file, @sheet, or =text
    """

    number: int
    table: str
    raw: RawSheet
    columns: dict[str, int | str]

    @property
    def places(self) -> dict[str, int | str]:
        """The columns, with the names of file and sheet filled in."""
        named = {"@file": f"={PurePath(self.raw.file).stem}", "@sheet": f"={self.raw.sheet}"}
        return {column: named.get(str(place), place) for column, place in self.columns.items()}


def staged(table: str) -> str:
    """Name of the engine's table that holds a canonical table on its way in."""
    return f"staged_{table}"


def stage(con, table: str, sources: list[Source], engagement: Engagement, key: bytes) -> None:
    """Write `staged_<table>`: one row a raw row, canonical columns typed, where it came from, what is wrong.

    Columns: _source and _line (where it came from), _bad ("column|reason" of the first cell that cannot be
    used, NULL if none), the canonical columns, and the helper columns phone, status and store_name.
    A blank cell in a required column and a cell that cannot be read are bad; an unreadable optional date
    (of a store, an action, a refund) only becomes empty.
    """
    for at, source in enumerate(sources):
        raw = f"raw AS (SELECT *, {source.number}::INTEGER AS _source FROM {source.raw.table})"
        how = f"INSERT INTO {staged(table)} BY NAME" if at else f"CREATE TABLE {staged(table)} AS"
        run(con, f"{how} WITH {raw}, {query(_shape(con, source, raw, engagement, key))}")


def _shape(con, source: Source, raw: str, engagement: Engagement, key: bytes) -> Shape:
    """The sheet's shape. A sheet of bare days has no clock to shift: its times stay what they are."""
    cutoff = engagement.day_cutoff.hour + engagement.day_cutoff.minute / 60
    shape = Shape(
        table=source.table,
        columns=tuple(source.places.items()),
        zone=engagement.source_timezone,
        to_zone=engagement.timezone,
        cutoff=cutoff,
        day_first=engagement.day_first,
        clocks=frozenset(),
        key=key,
    )
    if not cutoff and engagement.source_timezone == engagement.timezone:
        return shape
    times = [
        c.name for c in TABLES[source.table].columns if c.type == "timestamp" and c.name in source.columns
    ]
    moved = [name for name in times if number(con, f"WITH {raw} {clocks(shape, name)}")]
    return replace(shape, clocks=frozenset(moved))
