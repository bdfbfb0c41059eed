"""From any audience, lead, partner or win-back table to one row a person, in text that no program runs."""

import unicodedata

import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import TableError
from opsmodel.wording import _

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−")
LONGEST = 1000  # characters of a cell
COLUMNS = ("store_id", "staff_id", "rank", "reason", "touch")


def people(table) -> pd.DataFrame:
    """One row a person, by rank: customer_id, store_id, staff_id, rank, reason, touch, held_out where there.

    The name of an audience is the reason of a table without one, the place of a partner the rank. Rows
    without a customer are left out. Of a person with several rows the best rank, the first store and
    staff count, and different reasons and touches are joined.

    Raises TableError if there is no customer_id.

    >>> rows = pd.DataFrame({"customer_id": ["a", "b", "a"], "reason": ["new", "late", "big"]})
    >>> people(rows)[["customer_id", "reason"]].values.tolist()
    [['a', 'new; big'], ['b', 'late']]
    """
    frame = table.execute() if isinstance(table, ir.Table) else table
    if "customer_id" not in frame.columns:
        raise TableError(
            "a list needs people.", found=list(frame.columns), fix="pass a table with a column customer_id."
        )
    if "audience" in frame.columns and "reason" not in frame.columns:
        frame = frame.assign(reason=frame["audience"])
    if "place" in frame.columns and "rank" not in frame.columns:
        frame = frame.assign(rank=frame["place"])
    frame = frame[frame["customer_id"].notna()].astype({"customer_id": "str"})
    if "rank" in frame.columns:
        frame = frame.sort_values(["rank", "customer_id"], kind="stable")
    rules = {
        **dict.fromkeys(("store_id", "staff_id", "rank"), "first"),
        **dict.fromkeys(("reason", "touch"), _joined),
        "held_out": "max",
    }
    present = {name: rule for name, rule in rules.items() if name in frame.columns}
    one = frame[["customer_id", *present]]
    if frame["customer_id"].duplicated().any():
        one = one.groupby("customer_id", sort=False, as_index=False).agg(present)
    sides = ["held_out"] if "held_out" in present else []
    return one.reindex(columns=["customer_id", *COLUMNS, *sides]).reset_index(drop=True)


def _joined(texts: pd.Series) -> str:
    return _("; ").join(dict.fromkeys(str(text) for text in texts.dropna() if str(text)))


def inert(value) -> str:
    """The value as text that a spreadsheet shows and never runs; nothing becomes empty text.

    Control and invisible characters go. Text that begins like a formula, also in full width and after
    blanks, gets an apostrophe in front.

    >>> inert("=1+1"), inert(" ＝cmd"), inert("007"), inert(None)
    ("'=1+1", "'＝cmd", '007', '')
    """
    if pd.isna(value):
        return ""
    text = "".join(
        " " if char in "\t\r\n" else char
        for char in str(value)
        if char in "\t\r\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    text = text.strip()[:LONGEST]
    return f"'{text}" if text.startswith(FORMULA) else text
