"""Where rows land: text tables in DuckDB, and beside them the table of rejected rows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

import duckdb
import pyarrow as pa

REJECTED = "rejected"
_BATCH = 50_000
_LONGEST = 1_000  # characters of a rejected row that are kept
Item = TypeVar("Item")


class Landing:
    """Names and fills the tables of one intake.

    con  the connection that holds them; `rejected` (file, line, text, reason) is created in it
    """

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self.con = con
        self._n_tables = 0
        self._waiting: list[tuple[str, int, str, str]] = []
        con.execute(
            f"CREATE OR REPLACE TABLE {REJECTED} (file VARCHAR, line BIGINT, text VARCHAR, reason VARCHAR)"
        )

    @contextmanager
    def settings(self) -> Iterator[None]:
        """Rows keep their order, and no time goes into packing tables that soon go away."""
        wanted = {"preserve_insertion_order": True, "force_compression": "uncompressed"}
        before = {name: self._setting(name) for name in wanted}
        try:
            self._set(wanted)
            yield
        finally:
            self._set(before)

    def _setting(self, name: str) -> object:
        return self.con.execute("SELECT current_setting($name)", {"name": name}).fetchall()[0][0]

    def _set(self, values: dict[str, object]) -> None:
        for name, value in values.items():
            self.con.execute(f"SET {name} = '{str(value).lower()}'")

    def new_table(self) -> str:
        self._n_tables += 1
        return f"raw_{self._n_tables:04d}"

    def reject(self, file: str, line: int, text: str, reason: str) -> None:
        """Set a row aside, with the reason."""
        self._waiting.append((file, line, text[:_LONGEST], reason))
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the rejected rows that wait in memory."""
        if self._waiting:
            columns = [list(column) for column in zip(*self._waiting, strict=True)]
            kinds = [pa.string(), pa.int64(), pa.string(), pa.string()]
            self._append(REJECTED, [pa.array(c, k) for c, k in zip(columns, kinds, strict=True)])
            self._waiting = []

    def fill(self, table: str, width: int, rows: Iterable[tuple[int, list[str | None]]]) -> int:
        """Create `table` from (line, cells) and return its number of rows; every row has `width` cells."""
        columns = ", ".join(f"c{place} VARCHAR" for place in range(width))
        self.con.execute(f"CREATE TABLE {table} ({columns}, _line BIGINT)")
        n_rows = 0
        for batch in _batches(rows):
            cells = zip(*(cells for _, cells in batch), strict=True)
            arrays = [pa.array(column, pa.string()) for column in cells]
            self._append(table, [*arrays, pa.array([line for line, _ in batch], pa.int64())])
            n_rows += len(batch)
        return n_rows

    def _append(self, table: str, arrays: list[pa.Array]) -> None:
        batch = pa.table(arrays, names=[f"x{place}" for place in range(len(arrays))])
        self.con.register("opsmodel_batch", batch)
        self.con.execute(f"INSERT INTO {table} SELECT * FROM opsmodel_batch")
        self.con.unregister("opsmodel_batch")


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    items = iter(items)
    while batch := list(islice(items, _BATCH)):
        yield batch
