"""SQL on the workshop's connection, one finished statement at a time."""

from typing import Any


def run(con, sql: str, values: list | None = None) -> list[tuple[Any, ...]]:
    """Run a statement and take its rows; DuckDB wants each result finished before the next statement.

    con     Ibis connection to DuckDB
    values  values of the statement's question marks
    """
    return con.con.execute(sql, values or []).fetchall()


def number(con, sql: str) -> Any:
    """The single value a query gives; None where it gives NULL."""
    return run(con, sql)[0][0]
