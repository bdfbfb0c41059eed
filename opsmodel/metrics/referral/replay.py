"""Incentive schemes on replayed history: what they would have cost, and what they must bring to pay."""

from collections.abc import Mapping, Sequence

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.referral.forest import NONE, Forest
from opsmodel.metrics.referral.people import KEPT_DAYS, kept, people, watched
from opsmodel.metrics.referral.schemes import Tier, read
from opsmodel.metrics.scope import chain, last_day

COUNTED = ["n_earned", "n_redeemed", "n_lapsed", "n_open"]
SUMS = ["n_inviters", "n_referred", *COUNTED, "paid", "commission", "open_cost", "margin", "unknown"]


def incentives(
    client,
    *,
    tiers: Mapping[str, Sequence[Mapping]] | Sequence[Mapping],
    valid_days: int | None = 90,
    welcome: float = 0.0,
    margin_rate: float | None = None,
    since=None,
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per scheme: what it would have cost for the referrals that came anyway, and its break-even.

    The history is replayed as it was; nobody behaves differently. The cost is therefore what is paid for
    nothing unless referrals grow, and `break_even_rate` says by how much they must.

    client       a client, or a history: anything with customers and orders
    tiers        one scheme as a list of tiers, or several by name. A tier (needs, pays) pays a reward
                 once, when an inviter has brought `needs` buyers; written out, it has level (1: people
                 brought directly, the default; 2: people brought by those), counts (buyers, the default, or
                 contacts kept for 7 days), needs (left out: for each of them) and pays (client currency), or
                 share (0 to 1, of the net revenue of that level's buyers, paid in cash). More than two
                 levels, and pay for heads on level 2, are refused
    valid_days   a reward is a voucher, used on the inviter's next purchase occasion within so many days after
                 the day it is earned, and lapsed afterwards; None: paid in cash
    welcome      gift to each person brought who buys, client currency
    margin_rate  margin ÷ net revenue, used where orders give no margin
    since        first day on which a referral counts; by default all
    as_of        last day observed, inclusive; by default the client's
    by           a column of customers, or several, as they are for the inviter

    Returns scheme, the columns of `by`, n_inviters (brought somebody who bought), n_referred (buyers they
    brought), n_earned (rewards), n_redeemed, n_lapsed, n_open (may still be used), breakage_rate (n_lapsed ÷
    rewards used or lapsed), cost (rewards used, shares and welcome gifts), open_cost (open rewards at full
    value), margin (of the buyers brought, from `since` to `as_of`), cost_share (cost and open_cost ÷ margin),
    margin_after (margin − cost − open_cost), break_even_rate (by how much referrals must grow through the
    scheme for their added margin to pay all of it; inf: never; NaN: margin unknown).
    Raises ArgumentError for a scheme that must be refused (platform rules and anti-pyramid law: ask counsel)
    or cannot be read, TableError if a column is missing.
    Source: growth u pays when u × margin = (1 + u) × cost, hence u = cost ÷ (margin − cost).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> row = incentives(seven_customer_shop(), as_of="2024-06-30", tiers=[{"needs": 1, "pays": 8}]).iloc[0]
    >>> row[["n_earned", "n_redeemed", "n_lapsed", "cost", "margin"]].astype(float).tolist()
    [2.0, 1.0, 0.0, 8.0, 54.0]
    """
    schemes = read(tiers)
    if (valid_days is not None and valid_days < 1) or welcome < 0 or not 0 <= (margin_rate or 0) <= 1:
        raise ArgumentError(
            "a voucher is valid for a day or more, a gift costs 0 or more, a margin rate is 0 to 1.",
            found=f"valid_days={valid_days}, welcome={welcome}, margin_rate={margin_rate}",
            fix="write valid_days=90, welcome=0, margin_rate=0.3.",
        )
    keys, until = column_names(by), last_day(client, as_of)
    found, forest = people(client, until=until, columns=keys)
    days = _days(client, until, margin_rate)
    start = pd.Timestamp(day(since)) if since is not None else pd.Timestamp.min
    brought = _brought(found, forest, days, start, until)
    home = found.loc[found["at_home"], keys]
    parts = []
    for name, own in schemes.items():
        sums = _replay(own, brought, days, until, valid_days).reindex(home.index).fillna(0)
        table = pd.concat([home, sums], axis=1)
        if keys:
            table = table.groupby(keys, dropna=False, as_index=False)[SUMS].sum()
        else:
            table = table[SUMS].sum().to_frame().T
        parts.append(_judged(table, welcome).assign(scheme=name))
    return pd.concat(parts, ignore_index=True)[["scheme", *keys, *_columns()]]


def _columns() -> list[str]:
    money = [
        "breakage_rate",
        "cost",
        "open_cost",
        "margin",
        "cost_share",
        "margin_after",
        "break_even_rate",
    ]
    return ["n_inviters", "n_referred", *COUNTED, *money]


def _days(client, until, margin_rate: float | None) -> pd.DataFrame:
    """Purchase occasions of the chain: customer_id, day, net, margin (NaN where it is unknown)."""
    table = occasions(chain(client).orders, as_of=until)
    known = table.margin.cast("float64") if "margin" in table.columns else ibis.null("float64")
    net = table.net.cast("float64")
    margin = known if margin_rate is None else ibis.coalesce(known, net * margin_rate)
    found = table.select("customer_id", "day", net=net, margin=margin).execute()
    return found.assign(day=pd.to_datetime(found["day"])).sort_values(
        ["day", "customer_id"], ignore_index=True
    )


def _brought(
    found: pd.DataFrame, forest: Forest, days: pd.DataFrame, start: pd.Timestamp, until
) -> pd.DataFrame:
    """One row a person brought: inviter and grand (their places; -1 for none), buyers and contacts (day on
    which the person counts as one), net, margin, unknown (days without a margin)."""
    told = days[days["day"] >= start]
    told = told.assign(unknown=told["margin"].isna(), margin=told["margin"].fillna(0.0))
    sums = ["net", "margin", "unknown"]
    spent = told.groupby("customer_id")[sums].sum()
    first = days.groupby("customer_id")["day"].min()
    stayed = found["joined_at"].dt.normalize() + pd.Timedelta(days=KEPT_DAYS)
    rows = pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "inviter": forest.parent,
            "grand": np.where(forest.parent == NONE, NONE, forest.parent[forest.parent]),
            "buyers": first.reindex(found["customer_id"]).to_numpy(),
            "contacts": stayed.where(kept(found) & watched(found, until, KEPT_DAYS)),
        }
    )
    rows["inviter_id"] = found["customer_id"].to_numpy()[forest.parent]
    rows = rows[rows["inviter"] != NONE]
    rows = rows.assign(**{name: spent[name].reindex(rows["customer_id"]).to_numpy() for name in sums})
    for moment in ("buyers", "contacts"):
        rows[moment] = rows[moment].where(rows[moment] >= start)
    rows[sums] = rows[sums].astype(float).where(rows["buyers"].notna(), 0.0)
    return rows


def _replay(
    tiers: Sequence[Tier], brought: pd.DataFrame, days: pd.DataFrame, until, valid_days: int | None
) -> pd.DataFrame:
    """One row per inviter's place: the columns of SUMS."""
    bought = brought[brought["buyers"].notna()]
    each = bought.assign(n_referred=1).groupby("inviter")[["n_referred", "margin", "unknown"]].sum()
    parts = [each.assign(n_inviters=1)]
    for tier in tiers:
        of = "inviter" if tier.level == 1 else "grand"
        if tier.share:
            nets = bought[bought[of] != NONE].groupby(of)["net"].sum()
            parts.append((nets * tier.share).rename("commission").to_frame())
        if tier.pays:
            earned = _earned(tier, brought)
            parts.append(_used(earned, days, until, valid_days, tier.pays))
    whole = pd.concat(parts).reindex(columns=SUMS).astype(float).fillna(0.0)
    return whole.groupby(level=0).sum()


def _earned(tier: Tier, brought: pd.DataFrame) -> pd.DataFrame:
    """The rewards of a tier: inviter, inviter_id, day earned."""
    rows = brought[brought[tier.counts].notna()].sort_values([tier.counts, "customer_id"])
    if tier.needs is not None:
        rows = rows[rows.groupby("inviter").cumcount() + 1 == tier.needs]
    return rows[["inviter", "inviter_id"]].assign(earned=rows[tier.counts])


def _used(
    earned: pd.DataFrame, days: pd.DataFrame, until, valid_days: int | None, pays: float
) -> pd.DataFrame:
    """Per inviter, how many rewards were earned, used, lapsed or are open, and what that costs."""
    if valid_days is None:
        told = earned.assign(n_redeemed=1, n_lapsed=0, n_open=0)
    else:
        text = {"inviter_id": "str"}  # where there is no row, pandas would take an id for any object
        visits = days[["customer_id", "day"]].rename(columns={"customer_id": "inviter_id"}).astype(text)
        told = pd.merge_asof(
            earned.sort_values("earned").astype(text | {"earned": visits["day"].dtype}), visits,
            left_on="earned", right_on="day", by="inviter_id", direction="forward",
            allow_exact_matches=False, tolerance=pd.Timedelta(days=valid_days),
        )  # fmt: skip
        used = told["day"].notna()
        over = told["earned"] + pd.Timedelta(days=valid_days) <= pd.Timestamp(until)
        told = told.assign(n_redeemed=used, n_lapsed=~used & over, n_open=~used & ~over)
    told = told.assign(n_earned=1)
    sums = told.groupby("inviter")[COUNTED].sum().astype(float)
    return sums.assign(paid=sums["n_redeemed"] * pays, open_cost=sums["n_open"] * pays)


def _judged(table: pd.DataFrame, welcome: float) -> pd.DataFrame:
    """Cost, breakage and break-even from the sums."""
    closed = table["n_redeemed"] + table["n_lapsed"]
    cost = table["paid"] + table["commission"] + welcome * table["n_referred"]
    whole, margin = cost + table["open_cost"], table["margin"].where(table["unknown"] == 0)
    counts = dict.fromkeys(["n_inviters", "n_referred", *COUNTED], "int64")
    growth = np.where(margin > whole, whole / (margin - whole).where(margin > whole), np.inf)
    return table.astype(counts).assign(
        breakage_rate=table["n_lapsed"] / closed.where(closed > 0),
        cost=cost,
        margin=margin,
        cost_share=whole / margin.where(margin > 0),
        margin_after=margin - whole,
        break_even_rate=np.where(margin.isna(), np.nan, np.where(whole > 0, growth, 0.0)),
    )
