"""Rows that say the same thing twice become one."""

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.cleaning.quarantine import remove
from opsmodel.intake.cleaning.recipe import HELPERS
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engine import number, run

PLACE = "_source, _line"


def merge(
    con,
    table: str,
    key: list[str],
    *,
    agree: tuple[str, ...] = (),
    combine: dict[str, str] | None = None,
    first: str = PLACE,
) -> tuple[int, int]:
    """Make `key` unique in a staged table; returns how many rows were merged and how many conflict.

    key      columns that name the thing
    agree    columns in which a row must say the same as the first row, or nothing; else it is quarantined
    combine  column -> SQL over the rows of one key; other columns keep the first value that is not empty
    first    order in which rows are believed
    """  # fmt: skip
    name = staged(table)
    keys = ", ".join(key)
    run(
        con,
        f"CREATE OR REPLACE TEMP TABLE repeated AS "
        f"SELECT {keys} FROM {name} GROUP BY ALL HAVING count(*) > 1",
    )
    if not number(con, "SELECT count(*) FROM repeated"):
        return 0, 0
    same = " AND ".join(f"t.{column} IS NOT DISTINCT FROM r.{column}" for column in key)
    leads = ", ".join(
        f"first_value({column}) OVER ranked AS lead_{column}" for column in (*agree, "_source", "_line")
    )
    agrees = " AND ".join(f"(lead_{c} IS NULL OR {c} IS NULL OR lead_{c} = {c})" for c in agree) or "true"
    differs = " ".join(
        f"WHEN lead_{c} IS NOT NULL AND {c} IS NOT NULL AND lead_{c} <> {c} THEN '{c}'" for c in agree
    )
    run(con, f"""
        CREATE OR REPLACE TEMP TABLE rivals AS
        WITH ranked AS (
            SELECT t.*, {leads} FROM {name} t
            WHERE EXISTS (SELECT 1 FROM repeated r WHERE {same})
            WINDOW ranked AS (PARTITION BY {keys} ORDER BY {first}, {PLACE}
                              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        )
        SELECT *, {agrees} AS agrees, (_source = lead__source AND _line = lead__line) AS leads,
               {f"CASE {differs} END" if agree else "NULL::VARCHAR"} AS differs
        FROM ranked
    """)  # fmt: skip
    columns = [*TABLES[table].names, *(h for h in HELPERS if h not in TABLES[table].names)]
    combined = ", ".join(
        f"{(combine or {}).get(c) or f'first({c} ORDER BY {first}, {PLACE}) FILTER ({c} IS NOT NULL)'} AS {c}"
        for c in columns
        if c not in key
    )
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE merged AS
        SELECT lead__source AS _source, lead__line AS _line, NULL::VARCHAR AS _bad, {keys}, {combined}
        FROM rivals WHERE agrees GROUP BY lead__source, lead__line, {keys}
    """,
    )
    n_merged = remove(
        con,
        table,
        "SELECT _source, _line FROM rivals WHERE agrees AND NOT leads",
        reason="merged",
        column=key[0],
    )
    n_conflicts = remove(
        con,
        table,
        'SELECT _source, _line, differs AS "column" FROM rivals WHERE NOT agrees',
        reason="conflict",
    )
    run(con, f"DELETE FROM {name} t USING merged m WHERE t._source = m._source AND t._line = m._line")
    run(con, f"INSERT INTO {name} BY NAME SELECT * FROM merged")
    return n_merged, n_conflicts


def merge_orders(con) -> tuple[int, int]:
    """The same order exported twice is one order; its refund is the largest seen, for refunds only grow."""
    latest = "ORDER BY coalesce(refund_amount, 0) DESC, _source DESC, _line DESC"
    return merge(
        con, "orders", ["order_id"], agree=("store_id", "customer_id", "amount"),
        combine={
            "refund_amount": "max(refund_amount)",
            "refunded_on": "max(refunded_on)",
            "margin": f"first(margin {latest}) FILTER (margin IS NOT NULL)",
            "ordered_at": "min(ordered_at)",
        },
    )  # fmt: skip


def merge_customers(con) -> tuple[int, int]:
    """A customer added by several staff is one: the earliest add counts, and only the last farewell."""
    return merge(
        con, "customers", ["customer_id"], first="joined_at NULLS LAST",
        combine={
            "joined_at": "min(joined_at)",
            "left_at": "CASE WHEN count(left_at) = count(*) THEN max(left_at) END",
            "member_since": "min(member_since)",
        },
    )  # fmt: skip


def merge_lines(con) -> tuple[int, int]:
    """An order's lines come from the first sheet that has it; equal rows are one; a product's rows add."""
    again = remove(
        con, "order_lines", reason="merged", column="order_id",
        doomed=f"SELECT _source, _line FROM {staged('order_lines')} "
        "QUALIFY _source > min(_source) OVER (PARTITION BY order_id)",
    )  # fmt: skip
    equal, _none = merge(con, "order_lines", TABLES["order_lines"].names)
    added, _none = merge(
        con, "order_lines", ["order_id", "product_id"],
        combine={"quantity": "sum(quantity)", "amount": "sum(amount)::DECIMAL(18, 2)"},
    )  # fmt: skip
    return again + equal + added, 0


def merge_spend(con) -> tuple[int, int]:
    """Equal rows are one; other rows of the same channel, code, store and day add."""
    equal, _none = merge(con, "spend", TABLES["spend"].names)
    key = list(TABLES["spend"].key)
    added, _none = merge(con, "spend", key, combine={"amount": "sum(amount)::DECIMAL(18, 2)"})
    return equal + added, 0


def merge_table(con, table: str) -> tuple[int, int]:
    """Make the key of a staged table unique, as fits the table."""
    special = {
        "orders": merge_orders,
        "customers": merge_customers,
        "order_lines": merge_lines,
        "spend": merge_spend,
    }
    if table in special:
        return special[table](con)
    if table == "tasks":
        return merge(con, table, ["task_id"], combine={"done_at": "min(done_at)"})
    if table == "answers":
        return merge(con, table, list(TABLES[table].key), first="answered_at DESC NULLS LAST")
    if table == "traffic":
        return merge(con, table, list(TABLES[table].key), agree=("visitors",))
    return merge(con, table, list(TABLES[table].key))
