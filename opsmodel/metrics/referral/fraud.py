"""Inviters whose invitations look made up: to be checked by a person, never a verdict."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.referral.forest import NONE
from opsmodel.metrics.referral.people import people, watched
from opsmodel.metrics.scope import last_day


def flags(
    client,
    *,
    burst: int = 5,
    burst_hours: float = 1,
    instant_hours: float = 48,
    instant_share: float = 0.5,
    at_least: int = 3,
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per flag of an inviter: many people in one go, or people who are gone again at once. Lazy.

    client         a client with customers (customer_id, store_id, referrer_id, joined_at, left_at)
    burst          so many people brought within `burst_hours` are a burst
    instant_hours  a contact that leaves sooner after joining was deleted instantly
    instant_share  inviters are flagged from this share of instant deletes on, …
    at_least       … once so many of the people they brought left instantly
    as_of          last day observed, inclusive; by default the client's
    by             further columns of customers to carry along

    Returns an Ibis table: customer_id (the inviter), store_id, `by`, flag (burst or instant_deletes),
    n_invited (people brought), n_in_burst (most of them within burst_hours), n_instant (instant deletes, of
    people watched that long), instant_rate (of these).
    Raises TableError if a column is missing, ArgumentError for a threshold that flags everybody.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> flags(seven_customer_shop(), as_of="2024-06-30").count().execute()
    0
    """
    if burst < 2 or at_least < 1 or not 0 < instant_share <= 1 or min(burst_hours, instant_hours) <= 0:
        raise ArgumentError(
            "these thresholds would flag everybody, or nobody.",
            found=f"burst={burst} in {burst_hours} h, at_least={at_least}, instant_share={instant_share}",
            fix="write burst=5, burst_hours=1, instant_hours=48, instant_share=0.5, at_least=3.",
        )
    keys, until = [k for k in column_names(by) if k != "store_id"], last_day(client, as_of)
    found, forest = people(client, until=until, columns=keys)
    gone = found["left_at"] < found["joined_at"] + pd.Timedelta(hours=instant_hours)
    seen = watched(found, until, instant_hours / 24)
    brought = pd.DataFrame(
        {"inviter": forest.parent, "joined_at": found["joined_at"], "instant": gone & seen, "seen": seen}
    )
    brought = brought[(forest.parent != NONE) & found["joined_at"].notna()]
    brought = brought.sort_values(["inviter", "joined_at"], ignore_index=True)
    brought["in_burst"] = _within(brought, burst_hours)
    each = brought.groupby("inviter").agg(
        n_invited=("instant", "size"),
        n_in_burst=("in_burst", "max"),
        n_instant=("instant", "sum"),
        n_seen=("seen", "sum"),
    )
    each["instant_rate"] = each["n_instant"] / each["n_seen"].where(each["n_seen"] > 0)
    raised = {
        "burst": each["n_in_burst"] >= burst,
        "instant_deletes": (each["n_instant"] >= at_least) & (each["instant_rate"] >= instant_share),
    }
    told = pd.concat([each[mask].assign(flag=flag) for flag, mask in raised.items()])
    told = found.loc[found["at_home"], ["customer_id", "store_id", *keys]].join(told, how="inner")
    columns = ["customer_id", "store_id", *keys, "flag", "n_invited", "n_in_burst", "n_instant"]
    counts = {"n_invited": "int64", "n_in_burst": "int64", "n_instant": "int64", "flag": "str"}
    told = told.sort_values(["customer_id", "flag"], ignore_index=True).astype(counts)
    return ibis.memtable(told[[*columns, "instant_rate"]])


def flag_counts(client, *, as_of=None, by: str | Sequence[str] | None = None, **thresholds) -> pd.DataFrame:
    """One row per flag, both always there: how many inviters carry it, and how many people they brought.

    Arguments and errors are those of `flags`; `by` are columns of customers, and groups without an inviter
    have no row.

    Returns the columns of `by`, then flag, n_flagged (inviters), n_invited (people they brought), n_inviters
    (all who brought somebody), flagged_rate (n_flagged ÷ n_inviters).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = flag_counts(seven_customer_shop(), as_of="2024-06-30")
    >>> table[["flag", "n_flagged", "n_inviters"]].values.tolist()
    [['burst', 0, 2], ['instant_deletes', 0, 2]]
    """
    keys = column_names(by)
    told = flags(client, as_of=as_of, by=keys, **thresholds).execute()
    found, forest = people(client, until=last_day(client, as_of), columns=keys)
    inviter = np.unique(forest.parent[(forest.parent != NONE) & found["joined_at"].notna().to_numpy()])
    base = found.iloc[inviter]
    base = base[base["at_home"]]
    parts = []
    for flag in ("burst", "instant_deletes"):
        own = told[told["flag"] == flag]
        rows = base.assign(
            flag=flag, n_invited=base["customer_id"].map(own.set_index("customer_id")["n_invited"])
        )
        rows = rows.assign(n_flagged=rows["n_invited"].notna(), n_inviters=1)
        parts.append(rows[[*keys, "flag", "n_flagged", "n_invited", "n_inviters"]])
    counts = ["n_flagged", "n_invited", "n_inviters"]
    table = pd.concat(parts).groupby([*keys, "flag"], dropna=False, as_index=False)[counts].sum()
    table = table.astype(dict.fromkeys(counts, "int64"))
    return table.assign(flagged_rate=table["n_flagged"] / table["n_inviters"])


def _within(brought: pd.DataFrame, hours: float) -> np.ndarray:
    """For each person brought: how many the same inviter brought in the hours up to then, with this one."""
    if brought.empty:
        return np.zeros(0, dtype=np.int64)
    second = brought["joined_at"].astype("datetime64[s]").astype("int64").to_numpy()
    span = int(second.max() - second.min()) + int(hours * 3600) + 1
    key = brought["inviter"].to_numpy().astype(np.int64) * span + second - second.min()
    return np.arange(len(key)) - np.searchsorted(key, key - int(hours * 3600), side="left") + 1
