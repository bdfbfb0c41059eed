"""Journeys counted from each customer's first entry: every step is the next event after the last."""

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.journeys.terms import Terms, entry


def entrants(log: ir.Table, asked: Terms) -> ir.Table:
    """One row per customer who entered: customer_id, entered_at, and the traits of the entry event.

    Of several first entries at the same moment, the one whose traits sort first is taken.
    """
    starts = log.filter(entry(log, asked))
    if not asked.traits:
        return starts.group_by("customer_id").agg(entered_at=starts["happened_at"].min())
    turn = ibis.row_number().over(
        group_by="customer_id",
        order_by=["happened_at", *(starts[c].asc(nulls_first=False) for c in asked.traits)],
    )
    first = starts.mutate(turn=turn).filter(lambda t: t["turn"] == 0)
    return first.select("customer_id", *asked.traits, entered_at="happened_at")


def journeys(log: ir.Table, people: ir.Table, asked: Terms) -> list[ir.Table]:
    """A table per later step, one row per customer who reached it: customer_id, started_at, reached_at.

    Taking the earliest possible event at every step reaches every step that can be reached.
    """
    held = people.select(
        *asked.person, started_at="entered_at", moment_1="entered_at", reached_at="entered_at"
    )
    tables = []
    for step in asked.steps[1:]:
        held = _next(log, held, step, asked)
        tables.append(held)
    return tables


def _next(log: ir.Table, held: ir.Table, step: int, asked: Terms) -> ir.Table:
    """The customers of `held` who also reach `step`, with the moment of it."""
    events = log.filter(log["event"] == asked.event(step)).select(*asked.person, "happened_at")
    joined = held.join(events, asked.person)
    same = asked.earlier_same(step)
    after = [asked.within(joined["started_at"], joined["happened_at"])]
    if asked.order == "ordered":
        after.append(joined["happened_at"] >= joined["reached_at"])
    else:
        after.append(joined["happened_at"] >= joined["started_at"])
    if same:
        after.append(joined["happened_at"] > joined[f"moment_{same}"])
    kept = [name for name in held.columns if name not in [*asked.person, "reached_at"]]
    found = (
        joined.filter(after)
        .group_by(asked.person)
        .agg(
            **{name: joined[name].max() for name in [*kept, "reached_at"]},
            **{f"moment_{step}": joined["happened_at"].min()},
        )
    )
    moment = found[f"moment_{step}"]
    reached = moment if asked.order == "ordered" else ibis.greatest(found["reached_at"], moment)
    needed = {f"moment_{asked.earlier_same(later)}" for later in asked.steps if later > step}
    return found.mutate(reached_at=reached).select(
        *asked.person, "started_at", "reached_at", *(c for c in [*kept, f"moment_{step}"] if c in needed)
    )
