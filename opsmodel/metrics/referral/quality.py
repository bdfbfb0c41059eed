"""Whether invited people are worth as much as others, and whether invitations still reach new ones."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.counting import days_between, with_rate
from opsmodel.metrics.occasions import paid_orders
from opsmodel.metrics.referral.forest import NONE
from opsmodel.metrics.referral.people import KEPT_DAYS, kept, people, watched
from opsmodel.metrics.scope import chain, last_day
from opsmodel.metrics.starts import returns

INVITED, OTHER = "invited", "other_adds"


def quality(
    client, *, within_days: int = 90, as_of=None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Two rows: people somebody brought, and all others; whether they stay, and whether they buy again.

    client       a client with customers and orders
    within_days  N of RR_N, in days after the first order day
    as_of        last day observed, inclusive; by default the client's
    by           a column of customers, or several

    Returns the columns of `by`, then origin (invited: a known referrer; other_adds), n_adds (joined at least
    7 days ago), n_retained (of these, still contacts 7 days after joining), retained_rate, n_customers
    (first order at least N days ago), n_repurchased (ordered again within N days), repurchase_rate; both
    rates with …_low, …_high (Wilson, 95 %).
    Raises TableError if a column is missing, ArgumentError for a window below 1 day.
    Source: RR_N as in `repurchase.curve`, in any store of the chain.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> quality(seven_customer_shop(), as_of="2024-06-30", within_days=30)[
    ...     ["origin", "n_adds", "n_retained", "n_customers", "n_repurchased"]].values.tolist()
    [['invited', 2, 2, 2, 1], ['other_adds', 5, 4, 5, 2]]
    """
    if within_days < 1:
        raise ArgumentError(
            "a window has at least one day.", found=f"within_days={within_days}", fix="write within_days=90."
        )
    keys, until = column_names(by), last_day(client, as_of)
    found, forest = people(client, until=until, columns=keys)
    found["origin"] = np.where(forest.parent != NONE, INVITED, OTHER)
    found["n_adds"] = watched(found, until, KEPT_DAYS)
    found["n_retained"] = found["n_adds"] & kept(found)
    back = returns(paid_orders(chain(client).orders, as_of=until))
    back = back.select(
        "customer_id",
        n_customers=days_between(back.first_day, ibis.literal(until)) >= within_days,
        soon=(days_between(back.first_day, back.second_day) <= within_days).fill_null(False),
    ).execute()
    found = found.merge(back, on="customer_id", how="left").fillna({"n_customers": False, "soon": False})
    bought = found["n_customers"].astype(bool)
    found = found.assign(n_customers=bought, n_repurchased=bought & found["soon"].astype(bool))
    groups, counts = [*keys, "origin"], ["n_adds", "n_retained", "n_customers", "n_repurchased"]
    home = found[found["at_home"]]
    table = home.groupby(groups, dropna=False, as_index=False)[counts].sum()
    table = table.astype(dict.fromkeys(counts, "int64"))
    table = with_rate(table, "retained_rate", "n_retained", "n_adds")
    return with_rate(table, "repurchase_rate", "n_repurchased", "n_customers")


def saturation(
    client, *, invites: str | Sequence[str] = "invited", as_of=None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row: the share of invitations that reached people who were contacts already.

    Invitations are events of the person invited (a poster scanned, a link opened). A person without a row in
    customers, or without a join time, is new.

    invites  the events that count as an invitation received
    as_of    last day observed, inclusive; by default the client's
    by       a column of events, or several

    Returns the columns of `by`, then n_invites, n_known (joined before the invitation), known_rate (NaN if
    there is no invitation, as where the client records none), known_rate_low, known_rate_high (Wilson, 95 %).
    Raises TableError if a column is missing, ArgumentError if no event counts.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> saturation(seven_customer_shop(), as_of="2024-06-30", invites="shared")[
    ...     ["n_invites", "n_known"]].values.tolist()
    [[2, 2]]
    """
    kinds, keys = [invites] if isinstance(invites, str) else list(invites), column_names(by)
    if not kinds:
        raise ArgumentError(
            "no event counts as an invitation.", found="invites=[]", fix='write invites=["scanned"].'
        )
    until = last_day(client, as_of)
    end = ibis.timestamp((until + timedelta(days=1)).isoformat())
    events = require(client.events, "events", ["customer_id", "event", "happened_at", *keys])
    rows = events.filter(events.event.isin(kinds), events.happened_at < end)
    joined = require(chain(client).customers, "customers", ["customer_id", "joined_at"])
    joined = joined.select(person="customer_id", joined_at="joined_at")
    met = rows.left_join(joined, rows.customer_id == joined.person)
    known = (met.joined_at < met.happened_at).fill_null(False).sum()
    table = met.aggregate(by=keys, n_invites=met.count(), n_known=known).execute()
    table = table.fillna({"n_known": 0}).astype({"n_invites": "int64", "n_known": "int64"})
    table = table.sort_values(keys, ignore_index=True) if keys else table
    return with_rate(table, "known_rate", "n_known", "n_invites")
