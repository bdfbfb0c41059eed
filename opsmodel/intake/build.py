"""From a client's raw exports to its database: the steps of an intake, in order."""

import hashlib
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from opsmodel import wording
from opsmodel.errors import ClientError, IntakeError
from opsmodel.intake import checks, database
from opsmodel.intake import engagement as settings
from opsmodel.intake.checks import Observation
from opsmodel.intake.cleaning import homes, merge, persons, plausible, quarantine, refunds
from opsmodel.intake.cleaning.clean import stage, staged
from opsmodel.intake.cleaning.sources import assign
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.engine import number, run
from opsmodel.intake.events import all_events
from opsmodel.intake.grade import chapters, grade
from opsmodel.intake.raw import code_version, data_version, exports, secret_key, settings_version
from opsmodel.intake.reading.readers import read_folder
from opsmodel.intake.report import Report

MEMORY = "2500MB"


def intake(client: str | Path, *, force: bool = False, progress: bool = True) -> Report:
    """Read the raw exports of a client into its database; what cannot be used goes to quarantine/.

    client    a folder under data/, or a path
    force     read again even if neither exports nor engagement changed
    progress  say on stderr what is being done

    The database is replaced as a whole at the end, or not at all. Raises ClientError, EngagementError or
    IntakeError, and then nothing has been written over.
    """
    folder = settings.find_client(client)
    engagement = settings.read(folder)
    say = _speaker(engagement, progress)
    raw = exports(folder, engagement, say)
    version = data_version(raw, engagement)
    meta = {"data_version": version, "settings": settings_version(engagement)}
    made_by = meta["made_by"] = hashlib.sha256((version + code_version()).encode()).hexdigest()
    if (folder / database.FILE).is_file() and not force:
        with suppress(ClientError):  # damaged, or of another layout: made again
            found = database.open_database(folder)
            if found.meta.get("made_by") == made_by:
                return Report.from_json(found.meta["report"])
    if (folder / database.FILE).is_file():
        database.refuse_locked(folder / database.FILE)
    before = wording.language()
    wording.use(engagement.language)
    try:
        with database.workshop(folder) as con:
            report = _build(con, folder, raw, engagement, meta, say)
    finally:
        wording.use(before)
    return report


def check(client: str | Path) -> Report:
    """The report of the last intake; takes the exports in first where something changed."""
    return intake(client)


def _build(con, folder: Path, raw: Path, engagement: Engagement, meta: dict[str, str], say) -> Report:
    run(con, f"SET memory_limit = '{MEMORY}'")
    run(con, "SET preserve_insertion_order = false")
    run(con, "SET enable_progress_bar = false")
    say("reading")
    sheets = read_folder(raw, con.con)
    sources, seen = assign(sheets, engagement)
    rejected = run(con, "SELECT file, line, text, reason FROM rejected ORDER BY ALL")
    broken = [row for row in rejected if row[3] not in quarantine.NO_DATA]
    if broken:
        seen.append(Observation("rejected", "warning", {"n": len(broken)}))
    quarantine.prepare(con)
    tables = [name for name in TABLES if any(source.table == name for source in sources)]
    key = secret_key(folder)
    for table in tables:
        say(f"cleaning {table}")
        stage(con, table, [s for s in sources if s.table == table], engagement, key)
        plausible.unusable(con, table)
        plausible.impossible(con, table, engagement.as_of or date.today())
    say("joining")
    seen += _join(con, tables)
    ledger = quarantine.ledger(con, sources, rejected)
    if not checks.span(con)["n_orders"]:
        raise IntakeError(
            f"no order of {engagement.client} can be used.",
            found=f"{sum(e.rows_in for e in ledger if e.table == 'orders')} order rows, none kept",
            fix="look at the reasons: " + ", ".join(sorted(_lost(con).get("orders", {"no rows": 0}))) + ".",
        )
    say("checking")
    seen += checks.observe(con)
    _finish(con, tables, engagement)
    tables = [name for name in TABLES if name in {*tables, "stores", "customers"}]
    report = _report(con, folder, engagement, tables, ledger, seen)
    span = checks.span(con)
    meta |= {"first_day": span["first_day"].isoformat(), "last_day": span["last_day"].isoformat()}
    meta["report"] = report.to_json()
    say("writing")
    quarantine.write(con, folder / "quarantine", sources, rejected)
    database.publish(con, folder, tables, meta)
    return report


def _join(con, tables: list[str]) -> list[Observation]:
    """Bring the staged tables together: stores, refunds, persons, doubles, homes."""
    seen = []
    stores = homes.name_stores(con, tables)
    if not stores["listed"]:
        seen.append(Observation("no_stores", "note", {"n": len(stores["added"])}))
    elif stores["added"]:
        values = {"n": len(stores["added"]), "store": stores["added"][0]}
        seen.append(Observation("stores_added", "warning", values))
    if stores["n_named"]:
        seen.append(Observation("stores_named", "note", {"n": stores["n_named"]}))
    united = persons.unite(con, tables)
    refunded = refunds.settle(con)
    conflicts = sum(merge.merge_table(con, table)[1] for table in tables)
    settled = homes.settle(con, tables)
    found = {
        "united": ("note", united["n_united"]),
        "shared_phones": ("warning", united["n_shared_phones"]),
        "partial_unknown": ("warning", refunded["n_partial_unknown"]),
        "refund_rows": ("note", refunded["n_refund_rows"]),
        "conflicts": ("warning", conflicts),
        "homed": ("note", settled["n_homed"]),
    }
    seen += [Observation(kind, weight, {"n": n}) for kind, (weight, n) in found.items() if n]
    if "customers" not in tables:
        seen.append(Observation("no_customers", "serious", {"n": settled["n_created"]}))
    elif settled["n_created"]:
        values = {"n": settled["n_created"], "n_orders": settled["n_orphan_orders"]}
        seen.append(Observation("orphans", "warning", values))
    return seen


def _finish(con, tables: list[str], engagement: Engagement) -> None:
    """final_<table>: canonical columns only, home store beside every row of a customer; then the journeys."""
    for name in {*tables, "stores", "customers"}:
        table = con.table(staged(name))
        chosen = table.select(*(c for c in TABLES[name].names if c != "home_store_id"))
        if name == "orders":
            chosen = chosen.mutate(refund_amount=chosen.refund_amount.fill_null(0))
            chosen = _at_home(con, chosen).select(*TABLES[name].names)
        elif name == "order_lines":
            orders = _at_home(con, con.table(staged("orders")).select("order_id", "customer_id", "store_id"))
            chosen = chosen.join(orders.select("order_id", "home_store_id"), "order_id", how="left")
            chosen = chosen.select(*TABLES[name].names, "home_store_id")
        elif name in ("events", "tasks"):
            chosen = _at_home(con, chosen)
        con.create_view(f"final_{name}", chosen)
    finished = {name: con.table(f"final_{name}") for name in {*tables, "stores", "customers"}}
    stages = (*engagement.stages, *engagement.loops)
    con.create_view(f"final_{database.JOURNEYS}", all_events(finished, stages))


def _at_home(con, table):
    homes_of = con.table(staged("customers"))
    homes_of = homes_of.select(known=homes_of.customer_id, home=homes_of.store_id)
    joined = table.join(homes_of, table.customer_id == homes_of.known, how="left")
    homed = joined.mutate(home_store_id=joined.home.coalesce(joined.store_id))
    return homed.select(*table.columns, "home_store_id")


def _report(con, folder: Path, engagement: Engagement, tables, ledger, seen) -> Report:
    filled = {name: _filled(con, name) for name in tables}
    counts = {name: number(con, f"SELECT count(*) FROM final_{name}") for name in tables}
    lost = _lost(con)
    span = checks.span(con)
    excused = {table: found.get("unpaid", 0) for table, found in lost.items()}
    n_days = (span["last_day"] - span["first_day"]).days + 1
    return Report(
        client=engagement.title,
        language=engagement.language,
        ledger=ledger,
        counts=counts,
        lost=lost,
        observations=seen,
        grade=grade(ledger, seen, filled, n_days=n_days, excused=excused),
        chapters=chapters(filled),
        quarantine=f"{folder.name}/quarantine/",
    )


def _filled(con, name: str) -> set[str]:
    columns = TABLES[name].names
    wanted = ", ".join(f"count({column}) > 0" for column in columns)
    flags = run(con, f"SELECT {wanted} FROM final_{name}")[0]
    filled = {column for column, flag in zip(columns, flags, strict=True) if flag}
    if name == "events":
        filled |= {f"event={event}" for (event,) in run(con, f"SELECT DISTINCT event FROM final_{name}")}
    return filled


def _lost(con) -> dict[str, dict[str, int]]:
    rows = run(
        con,
        f"SELECT \"table\", reason, count(*) FROM {quarantine.FATES} WHERE reason <> 'merged' "
        "GROUP BY ALL ORDER BY ALL",
    )
    lost: dict[str, dict[str, int]] = {}
    for table, reason, n in rows:
        lost.setdefault(table, {})[reason] = n
    return lost


def _speaker(engagement: Engagement, progress: bool):
    return lambda step: print(f"{engagement.client}: {step}", file=sys.stderr) if progress else None
