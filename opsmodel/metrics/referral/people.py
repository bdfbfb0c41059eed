"""The people of a client and who brought them, read once; trees are those of the whole chain."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import TableError
from opsmodel.intake.contract import require
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.referral.forest import Forest, grow
from opsmodel.metrics.scope import chain

KEPT_DAYS = 7  # a retained add is still a contact so many days after joining
NEEDED = ["customer_id", "store_id", "referrer_id", "joined_at", "left_at"]


def people(client, *, until: date, columns: Sequence[str] = ()) -> tuple[pd.DataFrame, Forest]:
    """Everybody of the chain known by `until`, and the trees they form.

    Returns one row a person: customer_id, store_id, referrer_id, joined_at, left_at, `columns`, at_home
    (whether the home store is in the client's scope); and the forest, in the same order.
    Raises TableError if a column is missing or a customer stands there twice.
    """
    extra = [c for c in columns if c not in (*NEEDED, "home_store_id")]
    table = customers(chain(client), [*NEEDED, *extra])
    end = ibis.timestamp((until + timedelta(days=1)).isoformat())
    table = table.filter(table.joined_at.isnull() | (table.joined_at < end))
    found = table.select(*NEEDED, *extra).execute().sort_values("customer_id", ignore_index=True)
    if found["customer_id"].duplicated().any():
        twice = found.loc[found["customer_id"].duplicated(), "customer_id"].iloc[0]
        raise TableError("a customer stands in customers twice.", found=twice, fix="give one row a customer.")
    found["left_at"] = found["left_at"].where(found["left_at"] < pd.Timestamp(until) + pd.Timedelta(days=1))
    if "home_store_id" in columns:
        found["home_store_id"] = found["store_id"]
    narrowed = getattr(client, "narrowed", None)
    found["at_home"] = True if narrowed is None else found["store_id"].isin(narrowed)
    return found, grow(found["customer_id"], found["referrer_id"], found["joined_at"])


def customers(client, columns: Sequence[str]) -> ir.Table:
    """The customers with these columns; whoever holds a contact may be unknown."""
    needed = [column for column in dict.fromkeys(columns) if column != "staff_id"]
    table = require(client.customers, "customers", needed)
    unknown = {} if "staff_id" in table.columns else {"staff_id": ibis.null("string")}
    return table.mutate(**unknown) if unknown else table


def kept(found: pd.DataFrame) -> np.ndarray:
    """Whether each person was still a contact 7 days after joining, had all of them been seen."""
    stayed = found["left_at"].isna() | (found["left_at"] >= found["joined_at"] + pd.Timedelta(days=KEPT_DAYS))
    return (found["joined_at"].notna() & stayed).to_numpy()


def watched(found: pd.DataFrame, until: date, days: float) -> np.ndarray:
    """Whether so many days after joining lie before the end of `until`."""
    end = pd.Timestamp(until) + pd.Timedelta(days=1)
    return (found["joined_at"] + pd.Timedelta(days=days) <= end).to_numpy()


def spent(client, *, until: date) -> ir.Table:
    """One row a buyer of the chain: first_day, n_orders (purchase occasions), revenue (net). Lazy."""
    days = occasions(chain(client).orders, as_of=until)
    return days.group_by("customer_id").agg(
        first_day=days.day.min(), n_orders=days.count(), revenue=days.net.sum().cast("float64")
    )
