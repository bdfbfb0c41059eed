"""Events that spoil a journey: which customers they remove, and which later attempts they void."""

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.journeys.terms import Terms


def mark(log: ir.Table, asked: Terms) -> ir.Table:
    """The step events, each with the nearest excluded events of the customer around it.

    Adds spoilt_at (the last excluded event strictly before) and spoils_at (the first strictly after).
    """
    marked = log.mutate(excluded=asked.is_step(log["event"]).ifelse(0, 1))
    time = (marked["excluded"] == 1).ifelse(marked["happened_at"], ibis.null("timestamp"))
    earlier = ibis.window(group_by="customer_id", order_by=["happened_at", "excluded"], preceding=(None, 0))
    later = ibis.window(
        group_by="customer_id", order_by=["happened_at", marked["excluded"].desc()], following=(0, None)
    )
    marked = marked.mutate(spoilt_at=time.max().over(earlier), spoils_at=time.min().over(later))
    return marked.filter(marked["excluded"] == 0).drop("excluded")


def keep(people: ir.Table, log: ir.Table, finished: ir.Table | None, asked: Terms) -> ir.Table:
    """The entrants without an excluded event after entry, inside the window and before the last step.

    finished  customers who reached the last step: customer_id, reached_at
    """
    spoils = log.filter(~asked.is_step(log["event"])).select("customer_id", spoilt="happened_at")
    first = people.select("customer_id", "entered_at").join(spoils, "customer_id")
    first = first.filter(
        first["spoilt"] > first["entered_at"], asked.within(first["entered_at"], first["spoilt"])
    )
    first = first.group_by("customer_id").agg(spoilt=first["spoilt"].min())
    if finished is not None:
        done = finished.select("customer_id", "reached_at")
        first = first.left_join(done, "customer_id").drop("customer_id_right")
        first = first.filter(first["reached_at"].isnull() | (first["reached_at"] > first["spoilt"]))
    removed = first.select(removed_id="customer_id")
    kept = people.left_join(removed, people["customer_id"] == removed["removed_id"])
    return kept.filter(kept["removed_id"].isnull()).drop("removed_id")
