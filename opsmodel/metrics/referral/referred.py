"""How many of the contacts were brought by somebody."""

import ibis
import pandas as pd

from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.counting import with_rate


def referred(customers, *, as_of, by=None) -> pd.DataFrame:
    """One row, or one per group: the share of contacts who have a known referrer.

    customers  one row a customer: referrer_id, joined_at
    as_of      last day observed, inclusive
    by         column or columns of customers: store_id, channel

    Returns the columns of `by`, then n_customers, n_referred, referred_share and its Wilson bounds.
    Raises TableError if a column is missing.

    >>> people = pd.DataFrame({"referrer_id": ["a", None], "joined_at": ["2024-06-01"] * 2})
    >>> referred(people, as_of="2024-06-30")["referred_share"].tolist()
    [0.5]
    """
    keys = column_names(by)
    table = require(customers, "customers", ["referrer_id", "joined_at", *keys])
    joined = table.filter(table.joined_at.date() <= ibis.date(day(as_of)))
    found = joined.aggregate(
        by=keys, n_customers=joined.count(), n_referred=joined.referrer_id.nullif("").count()
    ).to_pandas()
    table = with_rate(found, "referred_share", "n_referred", "n_customers")
    return table.sort_values(keys or "n_customers", ignore_index=True)
