"""Values that can be read but cannot be true."""

from datetime import date, timedelta

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.cleaning.quarantine import remove
from opsmodel.intake.contract import TABLES
from opsmodel.intake.engine import number, run

SEEN = ("ordered_at", "joined_at", "left_at", "member_since", "happened_at", "done_at", "answered_at")
COUNTED = ("spent_on", "counted_on")
HUGE_TIMES = 100  # times the P99 of the chain's orders
HUGE = 100_000_000


def unusable(con, table: str) -> None:
    """Quarantine rows with an empty required cell or one that cannot be read."""
    found = run(
        con,
        f"SELECT DISTINCT split_part(_bad, '|', 2) FROM {staged(table)} WHERE _bad IS NOT NULL ORDER BY 1",
    )
    for (reason,) in found:
        remove(
            con, table, reason=reason,
            doomed=f"SELECT _source, _line, split_part(_bad, '|', 1) AS \"column\" FROM {staged(table)} "
            f"WHERE split_part(_bad, '|', 2) = '{reason}'",
        )  # fmt: skip


def impossible(con, table: str, last: date) -> None:
    """Quarantine what was seen after the last day observed, and amounts and counts that cannot be.

    last  last day observed, inclusive
    """
    end = (last + timedelta(days=1)).isoformat()
    for column in TABLES[table].names:
        if column in SEEN + COUNTED:
            _doom(con, table, column, "future", f"{column} >= TIMESTAMP '{end}'")
    if table == "orders":
        typical = number(con, f"SELECT quantile_disc(amount, 0.99) FROM {staged(table)} WHERE amount > 0")
        limit = min(HUGE, max(HUGE_TIMES * (typical or HUGE), 10_000))
        _doom(con, table, "amount", "huge_amount", f"abs(amount) > {limit}")
    if table == "spend":
        _doom(con, table, "amount", "negative_count", "amount < 0")
    if table == "traffic":
        _doom(con, table, "visitors", "negative_count", "visitors < 0")


def _doom(con, table: str, column: str, reason: str, condition: str) -> None:
    doomed = f"SELECT _source, _line FROM {staged(table)} WHERE {condition}"
    remove(con, table, doomed, reason=reason, column=column)
