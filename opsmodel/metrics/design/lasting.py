"""How long a piece of content, or a code, goes on bringing people who stay."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.counting import days_between

KEPT_DAYS = 7


def lasting(
    client, *, as_of=None, n_weeks: int = 26, by: str | Sequence[str] | None = "code_id"
) -> pd.DataFrame:
    """One row per channel code: in how many of the last weeks it brought somebody who stayed.

    A week counts once its youngest adds are 7 days old. A code younger than `n_weeks` is measured from its
    first add on.

    client   a Client, or anything with a table customers
    as_of    last day observed, inclusive; default: the client's
    n_weeks  weeks looked at
    by       column or columns of customers: code_id, channel, store_id

    Returns the columns of `by`, then n_weeks (looked at, since the first add), n_weeks_alive (with an add
    still a contact after 7 days), lasting_rate.
    Raises TableError if a column is missing, ArgumentError for n_weeks below 1.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> lasting(seven_customer_shop(), as_of="2024-06-30", n_weeks=10, by="channel").values.tolist()
    [['advert', 10, 0, 0.0], ['group', 10, 1, 0.1], ['till', 10, 0, 0.0]]
    """
    if n_weeks < 1:
        raise ArgumentError("n_weeks is below 1.", found=repr(n_weeks), fix="write n_weeks=26.")
    names = column_names(by)
    last = day(client.as_of if as_of is None else as_of) - timedelta(days=KEPT_DAYS)
    table = require(client.customers, "customers", ["joined_at", "left_at", *names])
    adds = table.filter(table.joined_at.notnull(), table.joined_at.date() <= ibis.literal(last))
    adds = adds.filter(*(adds[name].notnull() for name in names))
    ago = days_between(adds.joined_at.date(), ibis.literal(last)) // 7
    stays = adds.left_at.isnull() | (adds.left_at >= adds.joined_at + ibis.interval(days=KEPT_DAYS))
    seen = adds.mutate(week=ago, stays=stays)
    kept = seen.stays & (seen.week < n_weeks)
    figures = {"oldest": seen.week.max(), "n_weeks_alive": seen.week.nunique(where=kept)}
    found = (seen.group_by(names).agg(**figures) if names else seen.agg(**figures)).execute()
    weeks = (found["oldest"] + 1).clip(upper=n_weeks).astype("int64")
    found = found.assign(n_weeks=weeks, n_weeks_alive=found["n_weeks_alive"].fillna(0).astype("int64"))
    found = found.assign(lasting_rate=found["n_weeks_alive"] / found["n_weeks"])
    found = found[[*names, "n_weeks", "n_weeks_alive", "lasting_rate"]]
    return found.sort_values(names, ignore_index=True) if names else found
