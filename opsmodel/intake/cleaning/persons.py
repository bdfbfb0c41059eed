"""One person, one id: the same phone under two customer ids is the same customer."""

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.engine import number, run

SHARED_BY = 5  # a phone under more ids than this is a shop's own or a stand-in, and joins nobody


def unite(con, tables: list[str]) -> dict[str, int]:
    """Give every person one customer_id in all staged tables; a row with only a phone gets the phone's owner.

    Of several ids the one that was added first stays, then the smallest. Ids are joined through any chain
    of phones. Returns counts: n_united (ids that became another), n_shared_phones (left alone).
    """
    with_phone = [t for t in tables if t in ("customers", "orders", "events")]
    pairs = " UNION ".join(
        f"SELECT customer_id, phone FROM {staged(t)} WHERE customer_id IS NOT NULL AND phone IS NOT NULL"
        for t in with_phone
    )
    run(con, f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT DISTINCT * FROM ({pairs})")
    shared = f"SELECT phone FROM pairs GROUP BY 1 HAVING count(*) > {SHARED_BY}"
    n_shared = number(con, f"SELECT count(*) FROM ({shared})")
    run(con, f"DELETE FROM pairs WHERE phone IN ({shared})")
    _owners(con, "customers" in tables)
    n_united = number(con, "SELECT count(*) FROM owners WHERE customer_id <> owner")
    for table in tables:
        for column in ("customer_id", "referrer_id"):
            if n_united and _has(con, table, column):
                run(
                    con,
                    f"UPDATE {staged(table)} SET {column} = owner FROM owners "
                    f"WHERE {staged(table)}.{column} = owners.customer_id AND owners.customer_id <> owner",
                )
    for table in with_phone:
        name = staged(table)
        nameless = "customer_id IS NULL AND phone IS NOT NULL"
        if not number(con, f"SELECT count(*) FROM {name} WHERE {nameless}"):
            continue
        run(
            con,
            f"""
            UPDATE {name} SET customer_id = coalesce(
                (SELECT min(owner) FROM pairs JOIN owners USING (customer_id)
                 WHERE pairs.phone = {name}.phone), phone)
            WHERE {nameless}
        """,
        )
    return {"n_united": n_united, "n_shared_phones": n_shared}


def _owners(con, contacts: bool) -> None:
    """owners: customer_id -> the id its person goes by. Ranks spread over shared phones until none moves."""
    added = (
        f"SELECT customer_id, min(joined_at) AS added FROM {staged('customers')} GROUP BY 1"
        if contacts
        else "SELECT NULL::VARCHAR AS customer_id, NULL::TIMESTAMP AS added"
    )
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE ranks AS
        SELECT p.customer_id, row_number() OVER (ORDER BY a.added NULLS LAST, a.customer_id IS NULL,
                                                 p.customer_id) AS rank
        FROM (SELECT DISTINCT customer_id FROM pairs) p LEFT JOIN ({added}) a USING (customer_id)
    """,
    )
    run(con, "CREATE OR REPLACE TEMP TABLE spread AS SELECT customer_id, rank AS best FROM ranks")
    while True:
        run(
            con,
            """
            CREATE OR REPLACE TEMP TABLE wider AS
            SELECT p.customer_id, min(phones.best) AS best FROM pairs p JOIN (
                SELECT phone, min(best) AS best FROM pairs JOIN spread USING (customer_id) GROUP BY phone
            ) phones USING (phone) GROUP BY p.customer_id
        """,
        )
        moved = number(
            con, "SELECT count(*) FROM wider w JOIN spread s USING (customer_id) WHERE w.best < s.best"
        )
        run(con, "CREATE OR REPLACE TEMP TABLE spread AS SELECT * FROM wider")
        if not moved:
            break
    run(
        con,
        """
        CREATE OR REPLACE TEMP TABLE owners AS
        SELECT s.customer_id, r.customer_id AS owner FROM spread s JOIN ranks r ON s.best = r.rank
    """,
    )


def _has(con, table: str, column: str) -> bool:
    return column in con.table(staged(table)).columns
