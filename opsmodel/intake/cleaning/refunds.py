"""What was paid back: from a status, from a column, from rows of their own."""

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.cleaning.quarantine import remove
from opsmodel.intake.engine import number, run

ORDERS = staged("orders")


def settle(con) -> dict[str, int]:
    """Bring every refund onto its order, 0 to amount; rows that are no sale leave the staged orders.

    已退款 without an amount is the whole order. A row with a negative amount is a refund of the order with
    its number, paid back on the day of the row. A refund is never counted twice: of a column and a row the
    larger counts.

    Returns counts: n_partial_unknown (partly refunded, amount not given: taken as 0), n_refund_rows.
    """
    run(con, f"UPDATE {ORDERS} SET refund_amount = abs(refund_amount) WHERE refund_amount < 0")
    remove(
        con, "orders", reason="unpaid", column="status",
        doomed=f"SELECT _source, _line FROM {ORDERS} "
        "WHERE status = 'unpaid' AND coalesce(refund_amount, 0) = 0",
    )  # fmt: skip
    n_refund_rows = _refund_rows(con)
    run(
        con,
        f"UPDATE {ORDERS} SET refund_amount = amount "
        "WHERE status = 'full' AND coalesce(refund_amount, 0) = 0 AND amount > 0",
    )
    n_partial = number(
        con, f"SELECT count(*) FROM {ORDERS} WHERE status = 'partial' AND coalesce(refund_amount, 0) = 0"
    )
    remove(
        con, "orders", reason="refund_above_order", column="refund_amount",
        doomed=f"SELECT _source, _line FROM {ORDERS} WHERE refund_amount > amount",
    )  # fmt: skip
    return {"n_partial_unknown": n_partial, "n_refund_rows": n_refund_rows}


def _refund_rows(con) -> int:
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE refunds AS
        WITH negative AS (SELECT DISTINCT order_id, ordered_at, amount FROM {ORDERS} WHERE amount < 0)
        SELECT order_id, sum(-amount)::DECIMAL(18, 2) AS refunded, max(ordered_at)::DATE AS last_on
        FROM negative WHERE order_id IN (SELECT order_id FROM {ORDERS} WHERE amount >= 0) GROUP BY order_id
    """,
    )
    n = remove(
        con, "orders", reason="merged", column="amount",
        doomed=f"SELECT _source, _line FROM {ORDERS} "
        "WHERE amount < 0 AND order_id IN (SELECT order_id FROM refunds)",
    )  # fmt: skip
    run(
        con,
        f"""
        UPDATE {ORDERS} SET refund_amount = greatest(coalesce(refund_amount, 0), refunded),
                            refunded_on = coalesce(refunded_on, last_on)
        FROM refunds WHERE {ORDERS}.order_id = refunds.order_id
    """,
    )
    remove(
        con, "orders", reason="negative_amount", column="amount",
        doomed=f"SELECT _source, _line FROM {ORDERS} WHERE amount < 0",
    )  # fmt: skip
    return n
