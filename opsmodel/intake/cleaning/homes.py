"""Where things belong: store names become ids, every customer gets a home store, orphans are settled."""

import unicodedata
from typing import Any

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.cleaning.quarantine import remove
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engine import number, run


def name_stores(con, tables: list[str]) -> dict[str, Any]:
    """Write store ids for store names in every staged table, and complete the list of stores.

    A store that sells or has customers but is not listed is added under the text that names it.
    Returns: n_named (spellings brought to an id), added (stores not listed), listed (is there a list?).
    """
    listed = "stores" in tables
    if not listed:
        _empty(con, "stores")
    used = [t for t in tables if t != "stores" and "store_id" in TABLES[t].names]
    _names_from_orders(con, used)
    stores = run(con, f"SELECT store_id, store_name FROM {staged('stores')} ORDER BY ALL")
    by_spelling = _spellings(stores)
    texts = run(
        con,
        " UNION ".join(f"SELECT DISTINCT store_id FROM {staged(t)} WHERE store_id IS NOT NULL" for t in used)
        + " ORDER BY store_id",
    )
    known = {store for store, _name in stores}
    changes = {
        text: by_spelling[spelling(text)]
        for (text,) in texts
        if text not in known and spelling(text) in by_spelling
    }
    added = [text for (text,) in texts if text not in known and text not in changes]
    if changes:
        run(
            con,
            "CREATE TABLE spelled_stores AS "
            "SELECT unnest(?::VARCHAR[]) AS spelled, unnest(?::VARCHAR[]) AS known",
            [list(changes), list(changes.values())],
        )
        for table in used:
            run(
                con,
                f"UPDATE {staged(table)} SET store_id = s.known FROM spelled_stores s "
                f"WHERE {staged(table)}.store_id = s.spelled",
            )
    run(
        con,
        f"INSERT INTO {staged('stores')} (_source, store_id) SELECT -1, unnest(?::VARCHAR[])",
        [added],
    )
    return {"n_named": len(changes), "added": added, "listed": listed}


def spelling(text: str) -> str:
    """A store's name without what does not matter: width of letters, case, spaces.

    >>> spelling("南京西路（一）店 ") == spelling("南京西路(一) 店")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _spellings(stores: list[tuple[str, str | None]]) -> dict[str, str]:
    """Spelling of an id or of a name that one store alone has -> store id."""
    owners: dict[str, set[str]] = {}
    for store, name in stores:
        for text in (store, name):
            if text:
                owners.setdefault(spelling(text), set()).add(store)
    return {text: next(iter(ids)) for text, ids in owners.items() if len(ids) == 1}


def _names_from_orders(con, used: list[str]) -> None:
    """Where an export writes a store's name beside its id, the list of stores learns the name."""
    for table in used:
        run(
            con,
            f"""
            CREATE OR REPLACE TEMP TABLE heard AS
            SELECT store_id, arg_max(store_name, (n, store_name)) AS store_name FROM (
                SELECT store_id, store_name, count(*) AS n FROM {staged(table)}
                WHERE store_id IS NOT NULL AND store_name IS NOT NULL GROUP BY ALL
            ) GROUP BY store_id
        """,
        )
        run(
            con,
            f"UPDATE {staged('stores')} s SET store_name = h.store_name FROM heard h "
            "WHERE s.store_id = h.store_id AND s.store_name IS NULL",
        )
        run(
            con,
            f"INSERT INTO {staged('stores')} (_source, store_id, store_name) SELECT -1, store_id, store_name "
            f"FROM heard WHERE store_id NOT IN (SELECT store_id FROM {staged('stores')})",
        )


def settle(con, tables: list[str]) -> dict[str, int]:
    """Give every customer a home store; complete the customers; drop what belongs to nothing.

    A buyer who is in no list of customers is added, at home in the store of the first order (or, without
    an order, of the first event). Lines without an order and events without a customer are quarantined.
    Returns counts: n_created (customers added), n_homed (listed without a store, home by first order),
    n_orphan_orders (orders of customers added, where there was a list).
    """
    listed = "customers" in tables
    if not listed:
        _empty(con, "customers")
    _first_stores(con, tables)
    customers = staged("customers")
    homeless = f"SELECT count(*) FROM {customers} WHERE store_id IS NULL"
    before = number(con, homeless)
    run(
        con,
        f"UPDATE {customers} SET store_id = f.store_id FROM first_stores f "
        f"WHERE {customers}.store_id IS NULL AND {customers}.customer_id = f.customer_id",
    )
    n_homed = before - number(con, homeless)
    remove(
        con, "customers", reason="no_store", column="store_id",
        doomed=f"SELECT _source, _line FROM {customers} WHERE store_id IS NULL",
    )  # fmt: skip
    run(
        con,
        "CREATE OR REPLACE TEMP TABLE created AS SELECT customer_id, store_id FROM first_stores "
        f"WHERE customer_id NOT IN (SELECT customer_id FROM {customers})",
    )
    run(
        con,
        f"INSERT INTO {customers} (_source, customer_id, store_id) "
        "SELECT -1, customer_id, store_id FROM created",
    )
    n_created = number(con, "SELECT count(*) FROM created")
    n_orphans = number(
        con, f"SELECT count(*) FROM {staged('orders')} WHERE customer_id IN (SELECT customer_id FROM created)"
    )
    if "order_lines" in tables:
        remove(
            con, "order_lines", reason="no_order", column="order_id",
            doomed=f"SELECT _source, _line FROM {staged('order_lines')} l WHERE NOT EXISTS "
            f"(SELECT 1 FROM {staged('orders')} o WHERE o.order_id = l.order_id)",
        )  # fmt: skip
    if "events" in tables:
        remove(
            con, "events", reason="no_customer", column="customer_id",
            doomed=f"SELECT _source, _line FROM {staged('events')} e WHERE NOT EXISTS "
            f"(SELECT 1 FROM {customers} c WHERE c.customer_id = e.customer_id)",
        )  # fmt: skip
    return {"n_created": n_created, "n_homed": n_homed, "n_orphan_orders": n_orphans if listed else 0}


def _first_stores(con, tables: list[str]) -> None:
    """first_stores: customer_id -> store of the first order, else of the first event."""
    events = (
        f"UNION ALL SELECT customer_id, store_id, 1, happened_at, event FROM {staged('events')} "
        "WHERE store_id IS NOT NULL"
        if "events" in tables
        else ""
    )
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE first_stores AS
        SELECT customer_id, arg_min(store_id, (kind, seen_at, id)) AS store_id FROM (
            SELECT customer_id, store_id, 0 AS kind, ordered_at AS seen_at, order_id AS id
            FROM {staged("orders")} WHERE customer_id IS NOT NULL {events}
        ) GROUP BY customer_id
    """,
    )


def _empty(con, table: str) -> None:
    columns = ", ".join(f"{c.name} {_SQL.get(c.type, c.type)}" for c in TABLES[table].columns)
    run(
        con,
        f"CREATE OR REPLACE TABLE {staged(table)} "
        f"(_source INTEGER, _line BIGINT, _bad VARCHAR, {columns}, phone VARCHAR, status VARCHAR)",
    )


_SQL = {"string": "VARCHAR", "float64": "DOUBLE", "int64": "BIGINT"}
