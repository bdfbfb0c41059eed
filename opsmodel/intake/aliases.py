"""Which canonical table an export is, and which of its headers is which canonical column."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import yaml

from opsmodel.errors import EngagementError
from opsmodel.intake.contract import TABLES

_FILE = Path(__file__).with_name("aliases.yaml")
_UNITS = "元|人民币|¥|rmb|cny|yuan|人|人次|个|件|次|单|必填|选填|北京时间"
_STAND_IN = {"customer_id": "phone"}  # a phone number identifies a customer where no id is given
_TWINS = {"store_id": "store_name"}  # a list of stores without codes is keyed by its names
Overrides = dict[str, dict[str, str | list[str]]]


@dataclass(frozen=True)
class Mapping:
    """How one sheet maps to a canonical table.

    table      canonical table; None if the sheet fits nothing
    columns    canonical or helper column (phone, status) -> position of the header, from 0
    unused     headers that map to nothing
    ambiguous  column -> all headers that would fit it; the first is used
    missing    required columns without a header, in `table` or else in `nearest`
    nearest    canonical table that fits best, even if too little
    """

    table: str | None
    columns: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    nearest: str = ""


def match(
    headers: Sequence[str],
    overrides: Overrides | None = None,
    *,
    file: str = "",
    files: dict[str, str] | None = None,
) -> Mapping:
    """The canonical table and columns behind a row of headers.

    headers    header texts of one sheet, in order
    overrides  table -> {canonical column: header, or several of which a sheet has one}, as written under
               `columns:` in engagement.yaml; goes before the known aliases
    file       name of the file or of file!sheet, matched against `files`
    files      glob -> canonical table, as written under `files:` in engagement.yaml; settles the table

    A sheet counts as the table whose columns it covers best: required columns weigh double, and missing
    ones count against it.

    Raises EngagementError if an override names a table, column or header that does not exist.

    >>> match(["订单号", "下单时间", "实付金额(元)", "所属门店", "备注"]).columns
    {'order_id': 0, 'ordered_at': 1, 'amount': 2, 'store_id': 3}
    """
    overrides = overrides or {}
    _check_names(overrides, files or {})
    forced = next((table for glob, table in (files or {}).items() if fnmatch(file, glob)), None)
    candidates = [forced] if forced else list(TABLES)
    found = {table: _fit(table, headers, overrides.get(table, {})) for table in candidates}
    best = max(found, key=lambda table: _score(table, found[table][0]))
    columns, ambiguous = found[best]
    missing = _missing(best, columns)
    if not forced and (_score(best, columns) <= 0 or set(TABLES[best].key) <= set(missing)):
        return Mapping(None, unused=list(headers), missing=missing, nearest=best)
    _check_headers(best, headers, overrides.get(best, {}))
    unused = [header for place, header in enumerate(headers) if place not in columns.values()]
    return Mapping(best, columns, unused, ambiguous, missing, best)


def known(header: str) -> bool:
    """True if the header is an alias of any canonical or helper column.

    >>> known("实付金额(元)"), known("1234")
    (True, False)
    """
    return normal(header) in _all_aliases()


def normal(header: str) -> str:
    """A header without what does not matter: width, case, spaces, units in brackets.

    A unit that changes the value, as in 金额(万元), stays, so that the header is not taken for 金额.

    >>> normal(" 实付金额（元） "), normal("Order_ID"), normal("金额(万元)")
    ('实付金额', 'orderid', '金额(万元)')
    """
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    text = re.sub(r"[\s_\-*:'\"\u200b\ufeff]+", "", text)
    return re.sub(rf"[(\[【](?:{_UNITS})[)\]】]$", "", text)


def _fit(table, headers, chosen):
    """Canonical column -> header position, and column -> rival headers."""
    places: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        places.setdefault(normal(header), []).append(place)
    columns: dict[str, int] = {}
    ambiguous: dict[str, list[str]] = {}
    aliases = _aliases(table)
    for column in [*chosen, *(name for name in aliases if name not in chosen)]:
        wanted = _listed(chosen[column]) if column in chosen else aliases[column]
        hits = [place for alias in wanted for place in places.get(normal(alias), ())]
        hits = [place for place in dict.fromkeys(hits) if place not in columns.values()]
        if hits:
            columns[column] = hits[0]
        if len(hits) > 1 and column not in chosen:
            ambiguous[column] = [headers[place] for place in hits]
    for column, twin in _TWINS.items():
        if table == "stores" and column not in columns and twin in columns:
            columns[column] = columns[twin]
    order = sorted(columns, key=columns.__getitem__)
    return {column: columns[column] for column in order}, _rivals(headers, columns, ambiguous)


def _rivals(headers, columns, ambiguous):
    """Of the headers that fit one column, those left over; a name beside its code is no rival."""
    taken = {headers[place] for place in columns.values()}
    rivals = {}
    for column, names in ambiguous.items():
        used = headers[columns[column]]
        left = [name for name in names if name not in taken or (names.count(name) > 1 and name != used)]
        if column.endswith("_id"):
            left = [name for name in left if not re.search(r"名称?$|姓名$|name$", normal(name))]
        if left:
            rivals[column] = [used, *left]
    return rivals


def _score(table, columns):
    required = {column.name for column in TABLES[table].columns if column.required}
    missing = len(_missing(table, columns))
    optional = len([name for name in columns if name not in required and name in TABLES[table].names])
    return 2 * (len(required) - missing) + optional - 2 * missing


def _missing(table, columns):
    required = [column.name for column in TABLES[table].columns if column.required]
    return [name for name in required if name not in columns and _STAND_IN.get(name) not in columns]


@cache
def _book() -> dict:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@cache
def _aliases(table: str) -> dict[str, list[str]]:
    """Canonical and helper column -> its aliases, best first."""
    book = _book()
    own = book["tables"].get(table, {})
    found = {
        column.name: [
            column.name,
            column.zh,
            *(own.get(column.name) or book["columns"].get(column.name, [])),
        ]
        for column in TABLES[table].columns
    }
    helpers = {name: entry["headers"] for name, entry in book["helpers"].items() if table in entry["tables"]}
    return found | {name: headers for name, headers in helpers.items() if name not in found}


@cache
def _all_aliases() -> frozenset[str]:
    return frozenset(
        normal(alias) for table in TABLES for aliases in _aliases(table).values() for alias in aliases
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _check_names(overrides: Overrides, files: dict[str, str]) -> None:
    for table in [*overrides, *files.values()]:
        if table not in TABLES:
            raise EngagementError(
                f"there is no canonical table {table!r}.", found=table, fix=f"use one of {list(TABLES)}."
            )
    for table, columns in overrides.items():
        unknown = [column for column in columns if column not in _aliases(table)]
        if unknown:
            raise EngagementError(
                f"{table} has no column {unknown[0]!r} to map to.",
                found=f"columns.{table}.{unknown[0]}",
                fix=f"use one of {list(_aliases(table))}.",
            )


def _check_headers(table, headers, chosen) -> None:
    present = {normal(header) for header in headers}
    for column, wanted in chosen.items():
        if not any(normal(header) in present for header in _listed(wanted)):
            raise EngagementError(
                f"columns.{table}.{column} names a header that is not there: {wanted!r}.",
                found=list(headers),
                fix=f"write one of these headers under columns.{table}.{column} in engagement.yaml.",
            )
