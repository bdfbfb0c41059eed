"""Partner candidates: customers who come unasked, bring others who stay, and know the range."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, require
from opsmodel.metrics.absent import holds
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.occasions import identified, paid_orders
from opsmodel.metrics.quiet import repeats
from opsmodel.metrics.referral.people import KEPT_DAYS, customers
from opsmodel.metrics.scope import chain, last_day
from opsmodel.metrics.starts import starts
from opsmodel.wording import _

TOUCHES = ("messaged", "coupon_used")
MEASURES = ("touch_free_repeats", "retained_referrals", "n_categories", "tenure_days")
WEIGHTS = {
    "touch_free_repeats": 0.4,
    "retained_referrals": 0.4,
    "n_categories": 0.1,
    "tenure_days": 0.1,
}
EVERYBODY = 2**31 - 1
YEAR = 365  # tenure counts up to here: who was there first has had the most time for everything else
MARKS = {"first": "\1", "second": "\2", "third": "\3"}  # where a value of the row goes into a sentence


def partners(
    client,
    *,
    top: int = 20,
    touches: str | Sequence[str] = TOUCHES,
    quiet_days: int = 7,
    weights: Mapping[str, float] | None = None,
    as_of=None,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per partner candidate, the best of each group first in `place`. Lazy.

    A candidate is still a contact, has repeated untouched at least once and has brought at least one person
    who stayed: both a habit of their own and other people's trust. Among those who buy, each measure becomes
    a rank score from 0 to 1 (the share of the other buyers it exceeds), tenure up to a year; the weighted
    mean of these orders the list. What a customer spends is not looked at.

    client      a client with customers, orders and events; categories count where order_lines give them
    top         candidates a group
    touches     the events that count as an approach: staff message, coupon, group push
    quiet_days  D: a repeat is touch-free if no approach reached the person in the D days before
    weights     measure -> weight, for touch_free_repeats, retained_referrals, n_categories and tenure_days;
                what cannot be seen is left out of the mean
    as_of       last day observed, inclusive; by default the client's
    by          a column of customers, or several; candidates are ranked inside each group

    Returns an Ibis table: customer_id, store_id, staff_id, `by`, place (1 is the best; equal scores: the
    lower id first), score (0 to 1), touch_free_repeats (repeat occasions no approach preceded),
    retained_referrals (people brought, still contacts 7 days after joining), n_categories (bought; null
    without order_lines), tenure_days (from the first contact or order to `as_of`), touch (what to do) and
    reason, in the language spoken now.
    Raises TableError if a column is missing, ArgumentError for weights that do not fit or no place.
    Source: the four marks of an advocate; rank scores as percentile ranks.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> found = partners(seven_customer_shop(), as_of="2024-06-30", touches="messaged").execute()
    >>> found[["customer_id", "place", "touch_free_repeats", "retained_referrals"]].values.tolist()
    [['C1', 1, 3, 1], ['C5', 2, 1, 1]]
    """
    chosen = WEIGHTS if weights is None else dict(weights)
    _check(chosen, top)
    keys, until = column_names(by), last_day(client, as_of)
    found = _measures(client, until, touches, quiet_days, [k for k in keys if k != "home_store_id"])
    if "home_store_id" in keys:
        found = found.mutate(home_store_id=found.store_id)
    seen = {name: found[name] for name in chosen if name in found.columns}
    if "tenure_days" in seen:
        seen["tenure_days"] = ibis.least(found.tenure_days, YEAR)
    rank = {name: ibis.percent_rank().over(group_by=keys, order_by=value) for name, value in seen.items()}
    whole = sum(chosen[name] for name in seen)
    found = found.mutate(score=sum(rank[name] * (chosen[name] / whole) for name in seen))
    found = found.filter(found.held, found.touch_free_repeats >= 1, found.retained_referrals >= 1)
    order = [found.score.round(12).desc(), found.customer_id.asc()]
    found = found.mutate(place=ibis.row_number().over(group_by=keys, order_by=order) + 1)
    found = found.filter(found.place <= top)
    if "n_categories" not in found.columns:
        found = found.mutate(n_categories=ibis.null("int64"))
    columns = dict.fromkeys(["customer_id", "store_id", "staff_id", *keys, "place", "score", *MEASURES])
    touch = _(
        "Ask in person whether they would like to be a partner; explain the rules, promise nothing more."
    )
    return found.select(*columns, touch=ibis.literal(touch), reason=_reason(found)).order_by([*keys, "place"])


def partner_counts(client, *, as_of=None, by: str | Sequence[str] | None = None, **question) -> pd.DataFrame:
    """One row (per group): how many partner candidates there are, and what half of them reach or exceed.

    question  touches and quiet_days of `partners`

    Returns the columns of `by`, n_partners, touch_free_repeats and retained_referrals (medians; NaN without
    candidates). Errors and source are those of `partners`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> partner_counts(seven_customer_shop(), as_of="2024-06-30", touches="messaged")["n_partners"].item()
    2
    """
    found = partners(client, top=EVERYBODY, as_of=as_of, by=by, **question)
    counted = found.aggregate(
        by=column_names(by),
        n_partners=found.count(),
        touch_free_repeats=found.touch_free_repeats.median(),
        retained_referrals=found.retained_referrals.median(),
    )
    return counted.execute().sort_values(column_names(by), ignore_index=True) if by else counted.execute()


def _measures(client, until, touches, quiet_days: int, keys: Sequence[str]) -> ir.Table:
    """One row a buyer at home in scope: the measures, and held (still a contact)."""
    end = ibis.timestamp((until + timedelta(days=1)).isoformat())
    needed = dict.fromkeys(["customer_id", "store_id", "staff_id", "joined_at", "left_at", *keys])
    home = customers(client, list(needed)).select(*needed)
    paid = paid_orders(client.orders, as_of=until)
    first = starts(paid)
    again = repeats(paid, first, client.events, touches=touches, quiet_days=quiet_days)
    free = again.group_by("customer_id").agg(n_free=(~again.touched).sum())
    brought = _brought(chain(client).customers, end)
    found = home.join(first, "customer_id")
    found = found.left_join(free, "customer_id").drop("customer_id_right")
    found = found.left_join(brought, found.customer_id == brought.referrer_id).drop("referrer_id")
    lines = _categories(client, until)
    if lines is not None:
        found = found.left_join(lines, "customer_id").drop("customer_id_right")
        found = found.mutate(n_categories=found.n_categories.fill_null(0))
    joined = ibis.coalesce(found.joined_at.date(), found.first_day)
    return found.mutate(
        touch_free_repeats=found.n_free.fill_null(0),
        retained_referrals=found.n_kept.fill_null(0),
        tenure_days=days_between(ibis.least(joined, found.first_day), ibis.literal(until)),
        held=found.joined_at.notnull() & (found.left_at.isnull() | (found.left_at >= end)).fill_null(True),
    )


def _brought(everybody, end) -> ir.Table:
    """Per referrer, the people brought who were watched for 7 days and stayed."""
    table = require(everybody, "customers", ["customer_id", "referrer_id", "joined_at", "left_at"])
    until = table.joined_at + ibis.interval(days=KEPT_DAYS)
    stayed = table.left_at.isnull() | (table.left_at >= until)
    rows = table.filter(table.referrer_id != table.customer_id, until <= end, stayed)
    return rows.group_by("referrer_id").agg(n_kept=rows.count())


def _categories(client, until) -> ir.Table | None:
    """Per customer the number of categories paid for; None where the client has no order lines."""
    if not holds(client, "order_lines"):
        return None
    lines = require(client.order_lines, "order_lines", ["order_id", "category"])
    orders = identified(client.orders, as_of=until, columns=["order_id"])
    orders = orders.filter(orders.is_paid)
    rows = lines.select("order_id", "category").join(orders.select("order_id", "customer_id"), "order_id")
    return rows.group_by("customer_id").agg(n_categories=rows.category.nunique())


def _reason(found: ir.Table) -> ir.Value:
    """Why this customer is on the list, in words."""
    own = _filled(
        _(
            "Repeat orders nobody asked for: {first}; people brought who stayed: {second}; "
            "days known: {third}",
            **MARKS,
        ),
        [found.touch_free_repeats, found.retained_referrals, found.tenure_days],
    )
    wide = _filled(_("; categories bought: {first}", first=MARKS["first"]), [found.n_categories])
    return own + (found.n_categories > 1).fill_null(False).ifelse(wide, "")


def _filled(text: str, values: Sequence[ir.Value]) -> ir.Value:
    """The text with the values of the row at their marks, in whichever order the language puts them."""
    parts = re.split(f"([{''.join(MARKS.values())}])", text)
    at = dict(zip(MARKS.values(), values, strict=False))
    return ibis.literal("").concat(*(at[p].cast("string") if p in at else ibis.literal(p) for p in parts))


def _check(weights: Mapping[str, float], top: int) -> None:
    if (
        not set(weights) <= set(MEASURES)
        or min(weights.values(), default=0) < 0
        or sum(weights.values()) <= 0
    ):
        raise ArgumentError(
            "a partner is ranked by these measures only, and never by spend.",
            found=dict(weights),
            fix=f"weigh some of {', '.join(MEASURES)}, 0 or more each.",
        )
    if top < 1:
        raise ArgumentError("the list has no place.", found=f"top={top}", fix="write top=20.")
