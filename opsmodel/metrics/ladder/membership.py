"""What membership adds: members against matched customers who joined later, or not yet."""

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.ladder.baskets import CUSTOMER, positive
from opsmodel.metrics.ladder.matching import COVARIATES, Rules, matched
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.rates import Z95
from opsmodel.metrics.scope import last_day

AGAINST = ("not_yet", "later_joiners")
FEWEST = 10  # matched members, for an interval


def members(
    client,
    *,
    as_of=None,
    within_days: int = 90,
    before_days: int = 180,
    against: str = "not_yet",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row: what members spend in the N days after joining, and what their matches spend in the same time.

    Members buy more than others before they join. So each is compared with up to three customers of the
    same home store who were not members on that day. Both are looked at from a purchase of their own, at
    most 28 days apart, and as many days after it as the member took to join; both have since bought
    nothing. They are alike (within half a standard deviation of the logarithm) in tenure, in what the last
    purchase cost, in net spend and purchase occasions of the P days before, and in order number. A dear
    purchase or a good month before joining is thus followed by the same return to the usual in both
    groups. What still differs within the matched sets is taken out by a regression.

    A match may join during the N days: to leave such out would keep those who bought little. The
    difference is divided by the share of the N days that matches spent outside the programme.

    client       a client, or anything with the tables customers (customer_id, store_id, member_since) and
                 orders (customer_id, ordered_at, amount) and as_of
    as_of        last day observed, inclusive; the client's own if not given
    within_days  N, in days after joining; only members of at least N days count
    before_days  P, in days up to joining
    against      not_yet: matches who were no members yet, whether they joined later or never; joiners who
                 are keener than their purchases show make the effect look too large. later_joiners: only
                 matches who did join by as_of; as keen, but known to have come back, which makes the
                 effect look too small where people join at the till
    by           column or columns of customers; matches always come from the same home store

    Returns the columns of `by`, then within_days, n_members (joined N days ago or longer), n_matched,
    n_dropped (never bought before, or nobody alike), n_others (different customers among the matches),
    later_share (of the N days, what the matches spent as members), members_spend and others_spend (net,
    client currency per person in the N days, of the matched), extra_spend (the difference, after the
    regression and the division), extra_spend_low, extra_spend_high (95 %, customers as clusters; NaN with
    fewer than 10 matched), extra_share (extra_spend ÷ what members would have spent without it),
    extra_share_low, extra_share_high.
    NaN if nobody is matched.
    Raises TableError if a column is missing, ArgumentError for a bad window or comparison.
    Source: matching before regression as in Ho, Imai, King & Stuart 2007; comparison with
    later joiners as in a sequence of trials (Hernán & Robins 2016). Watched, not tried: a hint, no proof.

    >>> from types import SimpleNamespace
    >>> people = pd.DataFrame({"customer_id": ["a", "b"], "store_id": "S1",
    ...                        "member_since": ["2024-02-01", "2024-06-01"]})
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "amount": [50.0, 80.0, 50.0, 60.0],
    ...                        "ordered_at": ["2024-02-01", "2024-03-01", "2024-02-03", "2024-03-09"]})
    >>> table = members(SimpleNamespace(customers=people, orders=orders), as_of="2024-06-30", within_days=60)
    >>> table[["n_members", "n_matched", "members_spend", "others_spend"]].values.tolist()
    [[1.0, 1.0, 80.0, 60.0]]
    """
    pairs, _, everyone, groups = _matched(client, as_of, within_days, before_days, against, by)
    sizes = everyone.groupby(groups, dropna=False, sort=True) if groups else [((), everyone)]
    found = dict(list(pairs.groupby(groups, dropna=False))) if groups else {(): pairs}
    rows = []
    for key, people in sizes:
        own = found.get(key, pairs.iloc[:0])
        n_matched = own["set"].nunique()
        n_others = own.loc[~own["member"], "customer_id"].nunique()
        counted = [within_days, len(people), n_matched, len(people) - n_matched, n_others]
        rows.append([*key, *counted, *_effect(own)])
    numbers = [
        "later_share",
        "members_spend",
        "others_spend",
        "extra_spend",
        "extra_spend_low",
        "extra_spend_high",
    ]
    numbers += ["extra_share", "extra_share_low", "extra_share_high"]
    counts = ["within_days", "n_members", "n_matched", "n_dropped", "n_others"]
    table = pd.DataFrame(rows, columns=[*groups, *counts, *numbers])
    return table.astype(dict.fromkeys(counts, "int64") | dict.fromkeys(numbers, float))


def balance(
    client,
    *,
    as_of=None,
    within_days: int = 90,
    before_days: int = 180,
    against: str = "not_yet",
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per trait: how far members and the others are apart, before and after the matching.

    Arguments and errors are those of `members`.

    Returns the columns of `by`, then trait (tenure_days, last_spend, spend_before, occasions_before,
    order_number), the means members_before and others_before (all who could have been compared, at each of
    their purchases), smd_before (difference of the means ÷ pooled standard deviation), members_after,
    others_after, smd_after (of the matched; by the standard deviation before). Below 0.1 is balanced.
    Source: standardised mean difference as in Austin 2009.
    """
    pairs, pool, _, groups = _matched(client, as_of, within_days, before_days, against, by)
    parts = pool.groupby(groups, dropna=False, sort=True) if groups else [((), pool)]
    found = dict(list(pairs.groupby(groups, dropna=False))) if groups else {(): pairs}
    rows = []
    for key, before in parts:
        after = found.get(key, pairs.iloc[:0])
        for trait in COVARIATES:
            sides = [before.loc[before["member"] == side, trait] for side in (True, False)]
            spread = np.sqrt((sides[0].var() + sides[1].var()) / 2)
            means = [*(side.mean() for side in sides), *_means(after, trait)]
            gaps = [(means[k] - means[k + 1]) / spread if spread > 0 else np.nan for k in (0, 2)]
            rows.append([*key, trait, *means[:2], gaps[0], *means[2:], gaps[1]])
    columns = ["members_before", "others_before", "smd_before", "members_after", "others_after", "smd_after"]
    return pd.DataFrame(rows, columns=[*groups, "trait", *columns]).astype(dict.fromkeys(columns, float))


def _matched(client, as_of, within_days, before_days, against, by) -> tuple:
    """Matched sets, all comparable rows, and all members old enough, each with the columns of `by`."""
    positive(within_days=within_days, before_days=before_days)
    if against not in AGAINST:
        raise ArgumentError(
            "this comparison does not exist.", found=repr(against), fix=f"use one of {AGAINST}."
        )
    groups = column_names(by)
    last = last_day(client, as_of)
    needed = list(dict.fromkeys([*CUSTOMER, "store_id", "member_since", *groups]))
    customers = require(client.customers, "customers", needed)
    since = customers.member_since.cast("timestamp").date()
    people = customers.select(
        *CUSTOMER, "store_id", member_day=ibis.ifelse(since <= last, since, ibis.null())
    )
    if against == "later_joiners":
        people = people.filter(people.member_day.notnull())
    days = occasions(client.orders, as_of=last).select(*CUSTOMER, "day", "net")
    rows = days.mutate(net=days.net.cast("float64")).join(people, CUSTOMER).execute()
    rules = Rules((pd.Timestamp(last) - pd.Timestamp(0)).days, within_days, before_days)
    pairs, pool = matched(rows, rules)
    everyone = customers.filter(since <= ibis.literal(last) - ibis.interval(days=within_days))
    everyone = everyone.select(*dict.fromkeys([*CUSTOMER, *groups])).execute()
    extra = [column for column in groups if column != "store_id"]
    if extra:
        traits = customers.select(*CUSTOMER, *extra).execute()
        pairs, pool = (frame.merge(traits, on=CUSTOMER, how="left") for frame in (pairs, pool))
        for column in extra:  # a set belongs to its member's group
            pairs[column] = pairs.groupby("set")[column].transform("first")
    return pairs, pool, everyone, groups


def _means(rows: pd.DataFrame, column: str) -> tuple[float, float]:
    """Weighted mean of members and of matches."""
    means = []
    for side in (True, False):
        own = rows[rows["member"] == side]
        means.append(np.average(own[column], weights=own["weight"]) if len(own) else np.nan)
    return means[0], means[1]


def _effect(rows: pd.DataFrame) -> list[float]:
    """Means, difference and effect with their intervals, from matched sets."""
    if rows.empty:
        return [np.nan] * 9
    own, others = _means(rows, "spend")
    later = _means(rows, "joined")[1]
    traits = np.log1p(rows[list(COVARIATES)].to_numpy(float))
    member, weight = rows["member"].to_numpy(float), rows["weight"].to_numpy(float)
    traits = traits - np.average(traits, axis=0, weights=weight)
    traits = traits[:, traits.std(axis=0) > 1e-9] if len(rows) > 2 * FEWEST else traits[:, :0]
    design = np.column_stack([np.ones(len(rows)), member, traits])
    inverse = np.linalg.pinv((design * weight[:, None]).T @ design)
    spend = rows["spend"].to_numpy(float)
    fitted = inverse @ (design * weight[:, None]).T @ spend
    score = design * (weight * (spend - design @ fitted))[:, None]
    clusters = pd.DataFrame(score).groupby(rows["customer_id"].to_numpy()).sum().to_numpy()
    variance = inverse @ clusters.T @ clusters @ inverse * len(clusters) / max(len(clusters) - 1, 1)
    without = 1 - later if later < 1 else np.nan
    difference, error = float(fitted[1]) / without, float(np.sqrt(variance[1, 1])) / without
    error = error if rows["set"].nunique() >= FEWEST else np.nan
    money = [difference, difference - Z95 * error, difference + Z95 * error]
    base = own - difference
    return [later, own, others, *money, *(value / base if base > 0 else np.nan for value in money)]
