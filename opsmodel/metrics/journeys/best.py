"""Journeys that may start at any first step: of all attempts, the one that gets furthest counts.

At every event of a step it is enough to know the latest start from which a valid chain arrives there:
a later start leaves more of the window. That start is carried by the latest valid event of the step
before. Two steps with the same event need two events, so a chain must not use one moment twice for
them: a chain "from floor" is one whose steps at its last moment begin with step `floor` or later.
"""

from functools import cache

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.journeys.terms import Terms, entry, steps_of


def floor_of(step: int, asked: Terms) -> int:
    """The first step of the longest run of different events that ends with `step`."""
    floor = step
    while floor > 1 and asked.event(floor - 1) not in asked.events[floor - 1 : step]:
        floor -= 1
    return floor


def by_asof_joins(log: ir.Table, asked: Terms) -> list[ir.Table]:
    """A table per later step (customer_id, started_at, reached_at), where the engine has ASOF joins."""

    @cache
    def chains(step: int, floor: int) -> ir.Table:
        """Events of `step` that end a chain: the columns of a person, last_at, started_at."""
        if step == 1:
            return log.filter(entry(log, asked)).select(
                *asked.person, last_at="happened_at", started_at="happened_at"
            )
        events = log.filter(log["event"] == asked.event(step))
        events = events.select(*asked.person, "happened_at", *(["spoilt_at"] if asked.exclude else []))
        shared = floor_of(step - 1, asked)
        if step > 2:  # few are left by now: sort only their events
            events = events.semi_join(chains(step - 1, shared), asked.person)
        if floor == step:
            found = _carried(events, chains(step - 1, shared), asked, strictly=True)
        elif floor <= shared:
            found = _carried(events, chains(step - 1, shared), asked, strictly=False)
        else:
            before = _carried(events, chains(step - 1, shared), asked, strictly=True)
            found = _carried(before, chains(step - 1, floor), asked, strictly=False)
        valid = [asked.within(found["started_at"], found["happened_at"])]
        if asked.exclude:
            valid.append(ibis.coalesce(found["spoilt_at"] <= found["started_at"], True))
        return found.filter(valid).select(*asked.person, "started_at", last_at="happened_at")

    return [first_chain(chains(step, floor_of(step, asked)), asked) for step in asked.steps[1:]]


def _carried(events: ir.Table, held: ir.Table, asked: Terms, *, strictly: bool) -> ir.Table:
    """The events, with the start carried by the latest chain of `held` before each of them."""
    held = held.rename(carried_at="started_at")
    latest = events["happened_at"] > held["last_at"] if strictly else events["happened_at"] >= held["last_at"]
    joined = events.asof_join(held, on=latest, predicates=asked.person)
    start = joined["carried_at"]
    if "started_at" in events.columns:
        start = ibis.greatest(joined["started_at"], start)
    kept = [name for name in events.columns if name != "started_at"]
    return joined.select(*kept, started_at=start)


def by_windows(log: ir.Table, asked: Terms) -> list[ir.Table]:
    """The same tables from window functions alone, on one row a person and moment."""
    log = steps_of(log, asked)
    moments = log.group_by([*asked.person, "happened_at"]).agg(
        entry=entry(log, asked).any(),
        **{f"is_{step}": (log["event"] == asked.event(step)).any() for step in asked.steps[1:]},
        **({"spoilt_at": log["spoilt_at"].max()} if asked.exclude else {}),
    )
    earlier = ibis.window(group_by=asked.person, order_by="happened_at", preceding=(None, 1))
    moments = moments.mutate(
        chain_1_1=moments["entry"].ifelse(moments["happened_at"], ibis.null("timestamp"))
    )
    for step in asked.steps[1:]:
        shared = f"chain_{step - 1}_{floor_of(step - 1, asked)}"
        moments = moments.mutate(before=moments[shared].max().over(earlier))
        for floor in range(floor_of(step, asked), step + 1):
            start = moments["before"]
            if floor < step:  # a chain that went on at this moment started no earlier
                start = ibis.coalesce(moments[f"chain_{step - 1}_{floor}"], start)
            valid = moments[f"is_{step}"] & asked.within(start, moments["happened_at"])
            for column in asked.hold:
                valid &= moments[column].notnull()
            if asked.exclude:
                valid &= ibis.coalesce(moments["spoilt_at"] <= start, True)
            moments = moments.mutate(**{f"chain_{step}_{floor}": valid.ifelse(start, ibis.null("timestamp"))})
    tables = []
    for step in asked.steps[1:]:
        chain = moments.select(
            *asked.person, started_at=f"chain_{step}_{floor_of(step, asked)}", last_at="happened_at"
        )
        tables.append(first_chain(chain.filter(chain["started_at"].notnull()), asked))
    return tables


def first_chain(chain: ir.Table, asked: Terms) -> ir.Table:
    """One row per customer: the first time the step was reached, and the start of that chain.

    The starts of a person never go back in time, so the first chain has the smallest of both.
    """
    first = chain.group_by(asked.person).agg(
        started_at=chain["started_at"].min(), reached_at=chain["last_at"].min()
    )
    return first_of_customer(first) if asked.hold else first


def first_of_customer(chains: ir.Table) -> ir.Table:
    """Of several chains of a customer, the one that arrives first; of those, the one that started last."""
    turn = ibis.row_number().over(
        group_by="customer_id", order_by=[chains["reached_at"], chains["started_at"].desc()]
    )
    first = chains.mutate(turn=turn).filter(lambda t: t["turn"] == 0)
    return first.select("customer_id", "started_at", "reached_at")
