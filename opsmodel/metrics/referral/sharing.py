"""裂变: how many kept contacts a contact brings, how soon, and whether that carries itself."""

from collections.abc import Sequence
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.referral.forest import NONE
from opsmodel.metrics.referral.people import KEPT_DAYS, kept, people
from opsmodel.metrics.referral.uncertainty import count_interval
from opsmodel.metrics.scope import chain, last_day
from opsmodel.metrics.survival import kaplan_meier, quantiles


def k_factor(
    client,
    *,
    within_days: int = 30,
    exposed: str = "joined",
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per generation of inviters: K_ret, the kept contacts each exposed person brings within W days.

    K_ret = new contacts credited to inviters within W days of their exposure and still contacts 7 days after
    joining ÷ all persons exposed, whether they invite or not. A person counts once W and those 7 days lie
    before the end of `as_of`, so that whoever was brought last could be watched as well.

    client       a client with customers (customer_id, store_id, referrer_id, joined_at, left_at)
    within_days  W, in days after the exposure
    exposed      what exposes a person: joined (became a contact), or an event of the client (poster_sent, …)
                 whose first time counts
    as_of        last day observed, inclusive; by default the client's
    by           a column of customers, or several, as they are for the inviter

    Returns the columns of `by`, then generation (of the inviters; 0 came without a known referrer), n_exposed
    (old enough), n_inviters (brought one or more), n_invited (contacts brought within W), n_retained (of
    these, kept for 7 days), k_ret (NaN if none is old enough), k_ret_low, k_ret_high (95 %, Poisson
    limits widened by overdispersion), inviter_rate (n_inviters ÷ n_exposed), cycle_days (median days from
    exposure to the joining of a person brought within W), median_days (days until half of all exposed have
    brought someone, Kaplan–Meier over everybody; NaN if the curve never gets there).
    Raises TableError if a column is missing, ArgumentError for a window below 1 day or an unknown event.
    Source: the viral coefficient, 裂变系数, counted on kept contacts by generation of the inviter.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = k_factor(seven_customer_shop(), as_of="2024-06-30", within_days=30)
    >>> table[["generation", "n_exposed", "n_retained", "k_ret"]].values.tolist()
    [[0.0, 5.0, 1.0, 0.2], [1.0, 2.0, 0.0, 0.0]]
    """
    return _k(client, within_days, exposed, as_of, column_names(by), ["generation"])


def k_overall(
    client,
    *,
    within_days: int = 30,
    exposed: str = "joined",
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row: K_ret over all generations. Arguments, columns (but generation) and errors as in `k_factor`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> k_overall(seven_customer_shop(), as_of="2024-06-30", within_days=90)[
    ...     ["n_exposed", "n_invited", "n_retained"]].values.tolist()
    [[6, 2, 2]]
    """
    return _k(client, within_days, exposed, as_of, column_names(by), [])


def cycle(
    client, *, exposed: str = "joined", as_of=None, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per length of wait: the share of exposed persons who have brought somebody by then.

    Kaplan–Meier: a person who has brought nobody by the end of `as_of` is waiting still.
    Arguments and errors are those of `k_factor`.

    Returns the columns of `by`, then days (after the exposure), at_risk (waiting when the day begins),
    events (brought the first one that day), inviter_rate (share by then), inviter_rate_low, …_high.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = cycle(seven_customer_shop(), as_of="2024-06-30")
    >>> table.loc[table["events"] > 0, ["days", "at_risk"]].values.tolist()
    [[17.0, 7.0], [78.0, 5.0]]
    """
    keys = column_names(by)
    inviters, _credits = _exposures(client, last_day(client, as_of), exposed, keys)
    curve = _waiting(inviters, keys)
    shares = {f"failed{end}": f"inviter_rate{end}" for end in ("", "_low", "_high")}
    return curve.rename(columns=shares)[[*keys, "days", "at_risk", "events", *shares.values()]]


def _k(client, within_days: int, exposed: str, as_of, keys: list[str], split: list[str]) -> pd.DataFrame:
    if within_days < 1:
        raise ArgumentError(
            "a window has at least one day.", found=f"within_days={within_days}", fix="write within_days=30."
        )
    until, groups = last_day(client, as_of), [*keys, *split]
    inviters, credits = _exposures(client, until, exposed, keys)
    credits = credits[credits["wait"] <= within_days]
    brought = credits.groupby("inviter").agg(invited=("kept", "size"), retained=("kept", "sum"))
    inviters = inviters.join(brought).fillna({"invited": 0, "retained": 0})
    old = inviters["age"] >= within_days + KEPT_DAYS
    counts = pd.DataFrame(
        {
            **{key: inviters[key] for key in groups},
            "n_exposed": old,
            "n_inviters": old & (inviters["invited"] > 0),
            "n_invited": inviters["invited"].where(old, 0),
            "n_retained": inviters["retained"].where(old, 0),
            "squares": (inviters["retained"] ** 2).where(old, 0),
        }
    )
    columns = ["n_exposed", "n_inviters", "n_invited", "n_retained", "squares"]
    table = _summed(counts, groups, columns)
    base = table["n_exposed"].where(table["n_exposed"] > 0)
    table["k_ret"] = table["n_retained"] / base
    limits = count_interval(table["n_retained"], table["squares"], table["n_exposed"])
    table["k_ret_low"], table["k_ret_high"] = limits
    table["inviter_rate"] = table["n_inviters"] / base
    waits = credits.join(inviters.loc[old, groups], on="inviter", how="inner")
    table["cycle_days"] = _median(waits, groups, table)
    table["median_days"] = _half(inviters, groups, table)
    return table.drop(columns="squares")


def _exposures(client, until, exposed: str, keys: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Persons in scope who were exposed, and the people credited to them.

    Returns inviters (by place: `keys`, generation, age in days, first: days until the first one brought)
    and credits (inviter, wait in days, kept).
    """
    found, forest = people(client, until=until, columns=keys)
    start = _exposed_at(client, found, exposed, until)
    day, joined = start.dt.normalize(), found["joined_at"]
    found = found.assign(generation=forest.generation, age=(pd.Timestamp(until) - day).dt.days)
    place = np.flatnonzero(forest.parent != NONE)
    inviter = forest.parent[place]
    wait = (joined.dt.normalize().iloc[place].array - day.iloc[inviter].array).days
    credits = pd.DataFrame({"inviter": inviter, "wait": np.asarray(wait, float), "kept": kept(found)[place]})
    in_time = joined.iloc[place].array >= start.iloc[inviter].array
    credits = credits[np.asarray(in_time, bool) & found["at_home"].to_numpy()[inviter]]
    first = credits.groupby("inviter")["wait"].min().rename("first")
    here = found["at_home"] & start.notna()
    return found.loc[here, [*dict.fromkeys(keys), "generation", "age"]].join(first), credits


def _exposed_at(client, found: pd.DataFrame, exposed: str, until) -> pd.Series:
    if exposed == "joined":
        return found["joined_at"]
    events = require(chain(client).events, "events", ["customer_id", "event", "happened_at"])
    end = ibis.timestamp((until + timedelta(days=1)).isoformat())
    rows = events.filter(events.event == exposed, events.happened_at < end)
    first = rows.group_by("customer_id").agg(happened_at=rows.happened_at.min()).execute()
    if first.empty:
        raise ArgumentError(
            "nobody was exposed by this event.", found=repr(exposed), fix="name an event of client.events."
        )
    return found["customer_id"].map(first.set_index("customer_id")["happened_at"])


def _summed(rows: pd.DataFrame, groups: list[str], columns: list[str]) -> pd.DataFrame:
    if groups:
        table = rows.groupby(groups, dropna=False, as_index=False)[columns].sum()
    else:
        table = rows[columns].sum().to_frame().T
    return table.astype(dict.fromkeys(columns[:-1], "int64"))


def _median(waits: pd.DataFrame, groups: list[str], table: pd.DataFrame) -> pd.Series:
    if not groups:
        return pd.Series([waits["wait"].median()], dtype=float)
    median = waits.groupby(groups, dropna=False)["wait"].median().rename("cycle_days").reset_index()
    return table[groups].merge(median, on=groups, how="left")["cycle_days"].astype(float)


def _half(inviters: pd.DataFrame, groups: list[str], table: pd.DataFrame) -> pd.Series:
    half = quantiles(_waiting(inviters, groups), groups or None, median_days=0.5)
    if groups:
        half = table[groups].merge(half, on=groups, how="left")
    return half["median_days"].astype(float)


def _waiting(inviters: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Kaplan–Meier curves of the wait for the first person brought."""
    ended = inviters["first"].notna()
    waits = inviters[groups].assign(
        days=inviters["first"].fillna(inviters["age"]), events=ended, censored=~ended
    )
    return kaplan_meier(waits, by=groups or None)
