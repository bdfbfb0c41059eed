"""Where a page's numbers come from, what was left out on the way, and what the data cannot tell."""

from importlib.metadata import version

import pandas as pd

from opsmodel import numbers
from opsmodel.intake.report import column_label, table_label
from opsmodel.wording import _

ENGINES = ("duckdb", "ibis-framework", "pandas")


def lacks(client, chapter: str) -> str:
    """Why the client's data cannot carry a chapter of the report; empty if it can.

    chapter  a name of `grade.NEEDS`
    """
    needs: list[str] = next((c.needs for c in client.database.report.chapters if c.name == chapter), [])
    if not needs:
        return ""
    columns = _(", ").join(column_label(need) for need in needs)
    return _(
        "This chapter is left out: the exports hold no {columns}. Adding it unlocks the chapter.",
        columns=columns,
    )


def ledger(client) -> pd.DataFrame:
    """One row per table: rows in = kept + merged + quarantined, over all export files of the chain.

    Returns table, rows_in, kept, merged, quarantined.
    """
    columns = ["rows_in", "kept", "merged", "quarantined"]
    rows = pd.DataFrame([vars(entry) for entry in client.database.report.ledger])
    rows = rows.groupby("table", sort=False)[columns].sum().reset_index()
    return rows.assign(table=[table_label(name) for name in rows["table"]])


def limits(client) -> pd.DataFrame:
    """One row per thing a reader of the page should know about the data, most serious first.

    Returns weight (serious, warning, note) and limit (a sentence).
    """
    weights = {"serious": _("serious"), "warning": _("warning"), "note": _("note")}
    seen = sorted(client.database.report.observations, key=lambda found: list(weights).index(found.weight))
    return pd.DataFrame(
        [(weights[found.weight], found.text()) for found in seen], columns=["weight", "limit"], dtype="str"
    )


def sources(client) -> pd.DataFrame:
    """What the page was made from: client, store or chain, day, data version, rows, program versions."""
    if client.narrowed is None:
        scope, customers, orders = (
            {_("Stores"): numbers.count(len(client.store_ids))},
            _("Customers"),
            _("Orders"),
        )
    else:
        scope = {_("Store"): f"{client.store_id} {client.store_name}"}
        customers, orders = _("Customers of this store"), _("Orders of these customers")
    rows = {
        _("Client"): client.title,
        **scope,
        _("Last day observed"): client.as_of.isoformat(),
        _("Data grade"): client.grade,
        _("Data version"): client.data_version,
        customers: numbers.count(client.n_customers),
        orders: numbers.count(client.orders.count().execute()),
        "opsmodel": version("opsmodel"),
        **{name: version(name) for name in ENGINES},
    }
    return pd.DataFrame(rows.items(), columns=["source", "value"])
