"""转介绍 in money: what buyers bring in through the people they refer."""

from collections.abc import Sequence
from math import ceil

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.counting import days_between, with_rate
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.referral.forest import NONE, Forest, direct
from opsmodel.metrics.referral.people import people, spent
from opsmodel.metrics.referral.uncertainty import mean_interval
from opsmodel.metrics.scope import chain, last_day

TOP = 0.01


def revenue(
    client,
    *,
    within_days: int | None = None,
    since=None,
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row: what a buyer brings in through the people referred, and what share of buyers comes that way.

    client       a client with customers and orders
    within_days  count the net revenue of the people referred in the N days after the referrer's first order
                 day, over buyers at least N days old; by default all of it until `as_of`, over all buyers
    since        first day on which a first order makes a new buyer; by default every buyer was new
    as_of        last day observed, inclusive; by default the client's
    by           a column of customers, or several, as they are for the referrer and for the new buyer

    Returns the columns of `by`, then
    n_buyers, n_referring (brought a buyer), referral_revenue (net, of people they brought directly),
    referral_value (referral_revenue ÷ n_buyers), referral_value_low, …_high (95 %, bootstrap by customer),
    share_top_1 (share of referral_revenue that the top 1 % of buyers bring in; at least one buyer),
    n_new_buyers, n_referred (of these, with a known referrer), referred_rate, …_low, …_high (Wilson, 95 %),
    referred_revenue (net, of buyers with a known referrer), referred_revenue_share (of all revenue of known
    customers), depth (deepest generation with a buyer; 0 if nobody was referred).
    NaN where the base is empty. Raises TableError if a column is missing, ArgumentError for a window below 1.
    Source: 转介绍; the share of the top 1 % as in a Lorenz curve.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> row = revenue(seven_customer_shop(), as_of="2024-06-30").iloc[0]
    >>> row[["n_buyers", "n_referring", "referral_revenue", "n_referred"]].astype(float).round(2).tolist()
    [7.0, 2.0, 185.8, 2.0]
    """
    if within_days is not None and within_days < 1:
        raise ArgumentError(
            "a window has at least one day.", found=f"within_days={within_days}", fix="write within_days=365."
        )
    keys, until = column_names(by), last_day(client, as_of)
    found, forest = people(client, until=until, columns=keys)
    found = found.merge(spent(client, until=until).execute(), on="customer_id", how="left")
    found = found.fillna({"n_orders": 0, "revenue": 0.0})
    first = pd.to_datetime(found["first_day"])
    buyer = (found["n_orders"] > 0).to_numpy()
    if within_days is None:
        base, earned = buyer, direct(forest, found["revenue"].to_numpy(float))
    else:
        base = buyer & (first + pd.Timedelta(days=within_days) <= pd.Timestamp(until)).to_numpy()
        earned = _windowed(client, found, forest, until, within_days)
    new = buyer & (first >= pd.Timestamp(day(since))).to_numpy() if since is not None else buyer
    known = forest.parent != NONE
    found = found.assign(
        base=base, earned=np.where(base, earned, 0.0), new=new, referred=new & known,
        referring=base & (direct(forest, buyer.astype(float)) > 0),
        depth=np.where(buyer, forest.generation, 0), led_revenue=found["revenue"].where(known, 0.0),
    )  # fmt: skip
    home = found[found["at_home"]]
    groups = [home] if not keys else [rows for _key, rows in home.groupby(keys, dropna=False)]
    table = pd.DataFrame([_row(rows, keys) for rows in groups])
    return with_rate(table, "referred_rate", "n_referred", "n_new_buyers")[_columns(keys)]


def _columns(keys: list[str]) -> list[str]:
    value = [f"referral_value{end}" for end in ("", "_low", "_high")]
    rate = [f"referred_rate{end}" for end in ("", "_low", "_high")]
    money = [*keys, "n_buyers", "n_referring", "referral_revenue", *value, "share_top_1"]
    return [
        *money,
        "n_new_buyers",
        "n_referred",
        *rate,
        "referred_revenue",
        "referred_revenue_share",
        "depth",
    ]


def _row(rows: pd.DataFrame, keys: list[str]) -> dict:
    earned = np.sort(rows.loc[rows["base"], "earned"].to_numpy())[::-1]
    n, total, whole = len(earned), earned.sum(), rows["revenue"].sum()
    low, high = mean_interval(earned)
    led = rows["led_revenue"].sum()
    return {
        **{key: rows[key].iloc[0] for key in keys},
        "n_buyers": n,
        "n_referring": int(rows["referring"].sum()),
        "referral_revenue": total,
        "referral_value": total / n if n else np.nan,
        "referral_value_low": low,
        "referral_value_high": high,
        "share_top_1": earned[: ceil(TOP * n)].sum() / total if total > 0 else np.nan,
        "n_new_buyers": int(rows["new"].sum()),
        "n_referred": int(rows["referred"].sum()),
        "referred_revenue": led,
        "referred_revenue_share": led / whole if whole > 0 else np.nan,
        "depth": int(rows["depth"].max()) if len(rows) else 0,
    }


def _windowed(client, found: pd.DataFrame, forest: Forest, until, within_days: int) -> np.ndarray:
    """For each person the net revenue of the people brought directly, in the window after the first order."""
    led = forest.parent != NONE
    referrer = forest.parent[led]
    links = pd.DataFrame(
        {
            "customer_id": found["customer_id"].to_numpy()[led],
            "referrer": referrer,
            "start": found["first_day"].to_numpy()[referrer],
        }
    )
    links = links[links["start"].notna()]
    if links.empty:
        return np.zeros(len(found))
    edges = ibis.memtable(links.assign(start=pd.to_datetime(links["start"])))
    days = occasions(chain(client).orders, as_of=until).join(edges, "customer_id")
    wait = days_between(days.start.date(), days.day)
    days = days.filter(wait >= 0, wait <= within_days)
    sums = days.group_by("referrer").agg(net=days.net.sum().cast("float64")).execute()
    earned = np.zeros(len(found))
    earned[sums["referrer"].to_numpy(int)] = sums["net"]
    return earned
