"""data/README.md, the codebook: every canonical table and column, written from the contract."""

from pathlib import Path

from opsmodel.intake.contract import MONEY, TABLES, Table

PATH = Path("data/README.md")
TYPES = {
    "string": "text",
    "timestamp": "business time",
    "date": "day",
    MONEY: "money",
    "int64": "whole number",
    "float64": "number",
}

INTRODUCTION = """\
# The codebook

Every table that opsmodel calculates on, column by column. Intake fills them from the client's raw exports;
nothing else writes them. `python -m opsmodel codebook` makes this page from `opsmodel/intake/contract.py`.

A client is a folder here: `engagement.yaml` (what was decided about the client), `raw/` (its exports as they
came), and what intake makes of them: `client.duckdb` (the tables below), `quarantine/` (rows that did not go
in, with file, line, column, value and reason) and `secret.key` (of the keyed hashes; never share it).

Lists for staff (`python -m opsmodel list`) leave two things more here. `lists/<list>.csv` is the ledger of a
list: who stood on it, when, and who was held out. `list_keys.csv` is written with `--keys` only and leads
from the list id on a list to the customer id: one row a customer of the chain, `list_id` (text, C and 12
characters, the same on every list of the client) and `customer_id`. It is as secret as `secret.key`, can be
read by its owner alone, and is no table that opsmodel calculates on. Reports hold neither.

- Only `orders` has to be exported. Every other table opens chapters of the report; `check` says which.
- **Business time** is the client's local time less the day cut-off, without a zone: its date is the business
  day. A column that holds bare days is not shifted.
- **Money** is exact to the cent, in the client's currency. Net is amount less refund_amount.
- **Ids** are text. A phone number used as an id is a keyed hash. Phone numbers are read to recognise a person
  and are not kept.
- Empty means not known. `required` columns are never empty.
"""


def text() -> str:
    """The codebook as Markdown.

    >>> text().splitlines()[0]
    '# The codebook'
    """
    return "\n".join([INTRODUCTION, *(_section(table) for table in TABLES.values())])


def _section(table: Table) -> str:
    key = " + ".join(f"`{name}`" for name in table.key)
    lines = [
        f"## {table.name} ({table.zh})",
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}. Key: {key}.",
        "",
        "| column | 中文 | type | meaning |",
        "|---|---|---|---|",
    ]
    for column in table.columns:
        kind = TYPES[column.type] + (", required" if column.required else "")
        lines.append(f"| `{column.name}` | {column.zh} | {kind} | {column.meaning} |")
    return "\n".join([*lines, ""])


def write(path: Path = PATH) -> Path:
    """Write the codebook; returns where."""
    path.write_text(text(), encoding="utf-8")
    return path
