"""Which raw sheet stands for which canonical table."""

from opsmodel.errors import IntakeError
from opsmodel.intake.aliases import Mapping, match, normal
from opsmodel.intake.checks import Observation
from opsmodel.intake.cleaning.clean import Source
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.reading.readers import RawSheet

STORE_NAMES = ("门店名称", "门店名", "店铺名称", "店名", "下单门店名称", "storename", "shopname")


def assign(sheets: list[RawSheet], engagement: Engagement) -> tuple[list[Source], list[Observation]]:
    """The sheets as sources of canonical tables, and what is worth saying about them.

    Raises IntakeError if no sheet holds orders, if the orders are empty, or if a table lacks a required
    column; EngagementError if a mapping names what does not exist.
    """
    sources: list[Source] = []
    seen: list[Observation] = []
    fitted: list[tuple[RawSheet, Mapping]] = []
    for sheet in sheets:
        if not sheet.n_rows:
            seen.append(Observation("empty_sheet", "warning", {"sheet": sheet.label}))
        mapping = _match(sheet, engagement)
        fitted.append((sheet, mapping))
        if sheet.n_titles:
            seen.append(Observation("titles", "note", {"sheet": sheet.label, "n": sheet.n_titles}))
        if mapping.table is None:
            headers = ", ".join(sheet.headers[:8])
            seen.append(Observation("unused_sheet", "warning", {"sheet": sheet.label, "headers": headers}))
            continue
        columns: dict[str, int | str] = {**mapping.columns, **_constants(mapping.table, engagement)}
        missing = [c for c in mapping.missing if c not in columns and (mapping.table, c) not in DERIVABLE]
        if missing:
            raise IntakeError(
                f"{sheet.label} looks like {mapping.table}, but no header stands for {missing[0]!r}.",
                found=sheet.headers,
                fix=f"write the header in engagement.yaml under columns.{mapping.table}.{missing[0]}.",
            )
        for column, rivals in mapping.ambiguous.items():
            values = {"column": column, "used": rivals[0], "others": ", ".join(rivals[1:])}
            seen.append(Observation("ambiguous", "note", {"sheet": sheet.label, **values}))
        _learn_store_names(mapping, sheet, columns)
        sources.append(Source(len(sources), mapping.table, sheet, columns))
    _need_orders(sources, fitted, engagement)
    return sources, seen


DERIVABLE = {("customers", "store_id")}  # a contact without a store is at home where it first bought


def _match(sheet: RawSheet, engagement: Engagement) -> Mapping:
    headers = {
        table: {column: header for column, header in columns.items() if not _is_constant(header)}
        for table, columns in engagement.columns.items()
    }
    return match(sheet.headers, headers, file=sheet.place, files=engagement.files)


def _is_constant(header: str | list[str]) -> bool:
    return isinstance(header, str) and header.startswith(("@", "="))


def _constants(table: str, engagement: Engagement) -> dict[str, str]:
    chosen = engagement.columns.get(table, {})
    return {c: header for c, header in chosen.items() if isinstance(header, str) and _is_constant(header)}


def _learn_store_names(mapping: Mapping, sheet: RawSheet, columns: dict[str, int | str]) -> None:
    if mapping.table in ("orders", "customers", "traffic") and "store_id" in columns:
        for place, header in enumerate(sheet.headers):
            if place not in columns.values() and normal(header) in STORE_NAMES:
                columns["store_name"] = place


def _need_orders(sources: list[Source], fitted, engagement: Engagement) -> None:
    orders = [source for source in sources if source.table == "orders"]
    if any(source.raw.n_rows for source in orders):
        return
    if orders:
        raise IntakeError(
            f"the orders of {engagement.client} are empty.",
            found=f"{orders[0].raw.label} has headers and no rows",
            fix="export the orders again and put the file into raw/.",
        )
    near = [(sheet, mapping) for sheet, mapping in fitted if mapping.nearest == "orders"]
    required = ", ".join(f"{c.zh} ({c.name})" for c in TABLES["orders"].columns if c.required)
    found = [f"{sheet.file}: {sheet.headers} without {mapping.missing}" for sheet, mapping in near]
    raise IntakeError(
        f"no export of {engagement.client} holds orders.",
        found=found[0] if found else [sheet.file for sheet, _mapping in fitted],
        fix=f"add an export with {required}, or map its headers under columns.orders in engagement.yaml.",
    )
