"""One row per customer: all that rules, audiences and lifecycle stages may ask about a person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import day, require
from opsmodel.intake.rules import columns as columns_of
from opsmodel.intake.rules import parse
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.segments import cutoffs
from opsmodel.metrics.segments.beside import beside, tag_groups, with_lists, with_tags
from opsmodel.metrics.segments.buyers import buyers
from opsmodel.metrics.segments.predicate import known
from opsmodel.metrics.segments.scores import chain_cuts, first_that_holds, segment_map

PERSON = ("customer_id", "store_id", "channel", "code_id", "staff_id", "referrer_id")
DATES = ("joined_at", "left_at", "member_since")
STATE = ("is_contact", "has_left", "is_member", "days_since_joined")
BOUGHT = ("n_occasions", "n_orders", "spend", "first_day", "last_day", "days_since_last", "days_since_first")
SCORED = ("r", "f", "m", "segment")
BASKET = {"categories": "category", "products": "product", "tiers": "tier"}
MET = ("events", "last_touch_at", "days_since_touch", "n_referred")
COLUMNS = (*PERSON, *DATES, *STATE, *BOUGHT, *SCORED, *BASKET, *MET, "lifecycle")
OWN = ("joined", "left", "ordered", "referred")  # derived from tables, not touches


def profile(
    client,
    *,
    columns: Iterable[str] | None = None,
    tags=None,
    cuts: pd.DataFrame | None = None,
    as_of=None,
) -> ir.Table:
    """One row per customer known by a day, with what is known of the person then. Lazy.

    A customer is known from the first of joining, becoming a member and buying. What happened after
    `as_of` has not happened: a contact who leaves the week after is one still.

    client   a client, the chain or narrowed to stores
    columns  which columns; default: all. Only what they need is computed
    tags     one row per customer and tag: customer_id, tag_group, tag. Each group becomes a column that
             holds the customer's tags of that group
    cuts     cut values for r, f, m; default: those of the whole chain on `as_of` (`segments.cuts`)
    as_of    last day observed, inclusive; default: the client's

    Returns customer_id, store_id (home store), channel, code_id, staff_id, referrer_id, joined_at, left_at,
    member_since; is_contact (joined and not left), has_left, is_member, days_since_joined; n_occasions,
    n_orders, spend (0 if none), first_day, last_day, days_since_last, days_since_first (null if none);
    r, f, m, segment (null if none); categories, products, tiers (lists of what was bought), events (list of
    what happened), last_touch_at, days_since_touch (last own event of the client: a message, a reply,
    a coupon, …), n_referred; lifecycle. Lists are empty where nothing is known.
    Raises ArgumentError for a column that does not exist, TableError for a table that cannot be used.

    >>> segments.profile(client, columns=["spend", "lifecycle"])  # doctest: +SKIP
    """
    client = client if as_of is None else replace(client, as_of=day(as_of))
    groups = tag_groups(tags, COLUMNS)
    wanted = list(dict.fromkeys(["customer_id", "store_id", *(columns or [*COLUMNS, *groups])]))
    for column in wanted:
        known(parse({column: {"known": True}}, "columns"), [*COLUMNS, *groups])
    needed = _needed(client, wanted)
    table = _people(client)
    if needed & {*BOUGHT, *SCORED}:
        table = _with_orders(client, table)
    if needed & set(SCORED):
        table = _with_scores(table, chain_cuts(client) if cuts is None else cuts)
    if needed & set(BASKET):
        table = _with_baskets(client, table, [name for name in BASKET if name in needed])
    if needed & set(MET):
        table = _with_events(client, table)
    if needed & set(groups):
        table = with_tags(table, tags, [name for name in groups if name in needed])
    if "lifecycle" in needed:
        table = table.mutate(lifecycle=first_that_holds(lifecycle_rules(client), table))
    return table.select(*wanted)


def lifecycle_rules(client) -> dict:
    """Lifecycle stage -> parsed rule, in the order of the engagement.

    Raises ArgumentError if a rule reads a column that a profile does not have, or the lifecycle itself.
    """
    rules = {
        stage.name: parse(stage.when, f"lifecycle.{stage.name}") for stage in client.engagement.lifecycle
    }
    for rule in rules.values():
        known(rule, [column for column in COLUMNS if column != "lifecycle"])
    return rules


def _needed(client, wanted: Iterable[str]) -> set[str]:
    needed = set(wanted)
    if "lifecycle" in needed:
        needed |= {column for rule in lifecycle_rules(client).values() for column in columns_of(rule)}
    return needed


def _people(client) -> ir.Table:
    """Everybody known by the day; what lies after it is empty."""
    rows = require(client.customers, "customers", ["customer_id", "store_id"])
    rows = rows.select(
        *[name if name in rows.columns else ibis.null("string").name(name) for name in PERSON],
        *[name if name in rows.columns else ibis.null("timestamp").name(name) for name in DATES],
    )
    orders, end = client.orders, _end(client)
    came = orders.group_by("customer_id").agg(ordered_first=orders.ordered_at.min())
    rows = rows.left_join(came, "customer_id").select(*rows.columns, "ordered_first")
    seen = ibis.least(rows.joined_at, rows.member_since, rows.ordered_first)
    rows = rows.filter(seen.isnull() | (seen < end)).drop("ordered_first")
    rows = rows.mutate({name: (rows[name] < end).ifelse(rows[name], None) for name in DATES})
    return rows.mutate(
        is_contact=rows.joined_at.notnull() & rows.left_at.isnull(),
        has_left=rows.left_at.notnull(),
        is_member=rows.member_since.notnull(),
        days_since_joined=days_between(rows.joined_at.date(), ibis.literal(client.as_of)),
    )


def _end(client) -> ir.Value:
    return ibis.timestamp((client.as_of + timedelta(days=1)).isoformat())


def _with_orders(client, table: ir.Table) -> ir.Table:
    table = beside(table, buyers(client.orders, as_of=client.as_of))
    counted = {name: table[name].fill_null(0) for name in ("n_occasions", "n_orders", "spend")}
    since = days_between(table.first_day, ibis.literal(client.as_of))
    return table.mutate(counted, days_since_first=since)


def _with_scores(table: ir.Table, cuts: pd.DataFrame) -> ir.Table:
    bought = table.n_occasions > 0
    found = cutoffs.scores_by(table, cuts)
    table = table.mutate({name: bought.ifelse(score, None) for name, score in found.items()})
    return table.mutate(segment=bought.ifelse(first_that_holds(segment_map(None), table), None))


def _with_baskets(client, table: ir.Table, names: list[str]) -> ir.Table:
    if client.has("order_lines"):
        orders, lines = client.orders, client.order_lines
        bought = orders.filter(orders.ordered_at < _end(client), orders.amount > orders.refund_amount)
        lines = lines.join(bought.select("order_id", "customer_id"), "order_id")
        lists = {name: lines[BASKET[name]].collect(distinct=True) for name in names}
        table = beside(table, lines.group_by("customer_id").agg(lists))
    return with_lists(table, names)


def _with_events(client, table: ir.Table) -> ir.Table:
    events = client.events
    happened = events.filter(events.happened_at < _end(client))
    own = [*OWN, *(stage.name for stage in (*client.engagement.stages, *client.engagement.loops))]
    touches = happened.event.notin(own)
    met = happened.group_by("customer_id").agg(
        events=happened.event.collect(distinct=True),
        last_touch_at=happened.happened_at.max(where=touches),
        n_referred=(happened.event == "referred").sum(),
    )
    table = with_lists(beside(table, met), ["events"])
    quiet = days_between(table.last_touch_at.date(), ibis.literal(client.as_of))
    return table.mutate(days_since_touch=quiet, n_referred=table.n_referred.fill_null(0))
