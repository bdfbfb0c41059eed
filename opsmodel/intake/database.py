"""The client's database: one DuckDB file, read-only to readers, replaced as a whole by intake."""

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from shutil import rmtree

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ClientError, IntakeError
from opsmodel.intake.contract import TABLES

FILE = "client.duckdb"
LAYOUT = "2"  # of the file; a database of another layout is built again
WORKSHOP = ".intake"
ATTACHED = "client"
JOURNEYS = "journeys"  # every event of a customer, own and derived: what funnels read

ORDER = {
    "orders": "home_store_id, ordered_at, order_id",
    "order_lines": "home_store_id, order_id, product_id",
    "events": "home_store_id, happened_at, customer_id, event",
    "customers": "store_id, customer_id",
    JOURNEYS: "home_store_id, happened_at, customer_id, event, store_id, staff_id, source",
}


@dataclass(frozen=True, eq=False)
class Database:
    """The prepared tables of a client, opened read-only; `meta` tells what they were made from."""

    path: Path
    connection: ibis.BaseBackend
    meta: dict[str, str]

    @property
    def tables(self) -> list[str]:
        return json.loads(self.meta["tables"])

    @property
    def data_version(self) -> str:
        return self.meta["data_version"]

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.meta["first_day"])

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.meta["last_day"])

    @cached_property
    def report(self):
        """What intake found: ledger, observations, grade, chapters."""
        from opsmodel.intake.report import Report

        return Report.from_json(self.meta["report"])

    @cached_property
    def stores(self) -> pd.DataFrame:
        """All stores, by store_id, sorted."""
        return self.table("stores").order_by("store_id").execute().set_index("store_id")

    def table(self, name: str) -> ir.Table:
        return self.connection.table(name, database=(ATTACHED, "main"))


def open_database(folder: Path) -> Database:
    """The prepared database of a client folder, read-only; several processes may read at once.

    Raises ClientError if it is locked by a writer, damaged, or of another layout.
    """
    path = folder / FILE
    found = path.stat()
    return _open(path, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _open(path: Path, _inode: int, _changed: int) -> Database:
    fix = f"run: python -m opsmodel intake {path.parent.name} --force"
    try:
        connection = ibis.duckdb.connect()  # attached, for DuckDB shares a file's opening within a process
        connection.con.execute(f"ATTACH {_quoted(path)} AS {ATTACHED} (READ_ONLY)").fetchall()
        rows = connection.con.execute(f"SELECT key, value FROM {ATTACHED}.main._meta").fetchall()
        meta = {str(key): str(value) for key, value in rows}
    except duckdb.IOException as error:
        raise _refused(path, error) from None
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise ClientError(
            f"{path.name} of {path.parent.name} cannot be read.", found=_line(error), fix=fix
        ) from None
    if meta.get("layout") != LAYOUT:
        raise ClientError(
            f"{path.name} of {path.parent.name} was written by another version.",
            found=f"layout {meta.get('layout')}, needed {LAYOUT}",
            fix=fix,
        )
    return Database(path, connection, meta)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]


def _refused(path: Path, error: duckdb.Error) -> ClientError:
    if "lock" in str(error).lower():
        return ClientError(
            f"the database of {path.parent.name} is locked.",
            found=f"another process has {path} open for writing",
            fix="close that process (an intake, a database browser), then run again.",
        )
    return ClientError(
        f"{path.name} of {path.parent.name} cannot be read.",
        found=_line(error),
        fix=f"run: python -m opsmodel intake {path.parent.name} --force",
    )


def refuse_locked(path: Path) -> None:
    """Raise ClientError if another process holds the database open for writing."""
    try:
        duckdb.connect(path, read_only=True).close()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise _refused(path, error) from None
    except duckdb.Error:
        pass  # damaged or in use here: about to be replaced as a whole


@contextmanager
def workshop(folder: Path):
    """A connection to scratch space beside the database, for one intake at a time; gone afterwards.

    What a killed intake left is swept out first. Raises IntakeError if another intake is at work.
    """
    space = folder / WORKSHOP
    space.mkdir(exist_ok=True)
    try:
        lock = duckdb.connect(space / "lock.duckdb")
    except duckdb.IOException:
        raise IntakeError(
            f"another intake of {folder.name} is at work.",
            found=f"{space / 'lock.duckdb'} is held by another process",
            fix="wait until it is done, then run again.",
        ) from None
    try:
        for left in space.iterdir():
            if not left.name.startswith("lock."):
                rmtree(left) if left.is_dir() else left.unlink()
        connection = ibis.duckdb.connect(space / "scratch.duckdb", temp_directory=str(space / "spill"))
        try:
            yield connection
        finally:
            connection.disconnect()
    finally:
        lock.close()
        rmtree(space, ignore_errors=True)


def publish(connection, folder: Path, tables: list[str], meta: dict[str, str]) -> None:
    """Write the finished tables and `meta` to a new file, then put it in the place of the database.

    connection  of the workshop, holding a view or table `final_<name>` for each of `tables`
    """
    new = folder / WORKSHOP / FILE
    connection.con.execute(f"ATTACH {_quoted(new)} AS target")
    for name in [*tables, JOURNEYS]:
        order = ORDER[name] if name in ORDER else ", ".join(TABLES[name].key)
        connection.con.execute(f"CREATE TABLE target.{name} AS SELECT * FROM final_{name} ORDER BY {order}")
    connection.con.execute("CREATE TABLE target._meta (key VARCHAR, value VARCHAR)")
    for key, value in sorted((meta | {"layout": LAYOUT, "tables": json.dumps(tables)}).items()):
        connection.con.execute("INSERT INTO target._meta VALUES (?, ?)", [key, value])
    connection.con.execute("DETACH target")
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(new, folder / FILE)


def content_hash(path: Path) -> str:
    """A fingerprint of every table's rows in order: equal for equal content, wherever the bytes lie."""
    with duckdb.connect(path, read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        parts = []
        for name in sorted(names):
            connection.execute(
                f"SELECT md5(string_agg(row::VARCHAR, '\n' ORDER BY rowid)) FROM "
                f"(SELECT rowid, t AS row FROM {name} t)"
            )
            parts.append(f"{name}:{connection.fetchall()[0][0]}")
    return "\n".join(parts)
