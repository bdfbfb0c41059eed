"""Journeys whose later steps may come in any order after any first step (the best attempt counts)."""

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.journeys.best import first_of_customer
from opsmodel.metrics.journeys.terms import Terms, entry, steps_of


def journeys(log: ir.Table, asked: Terms) -> list[ir.Table]:
    """A table per later step, one row per customer who reached it: customer_id, started_at, reached_at.

    A step is reached once it and all steps listed before it have been seen since the start.
    """
    moments = _moments(log, asked)
    onward = ibis.window(group_by=asked.person, order_by="happened_at", following=(0, None))
    moments = moments.mutate(
        **{f"next_{step}": moments[f"time_{step}"].min().over(onward) for step in asked.steps[1:]}
    ).filter(moments["entry"])
    moments = moments.mutate(reached_1=moments["happened_at"])
    tables = []
    for step in asked.steps[1:]:
        last, time = moments[f"reached_{step - 1}"], moments[f"next_{step}"]
        valid = asked.within(moments["happened_at"], time) & last.notnull()
        for column in asked.hold:
            valid &= moments[column].notnull()
        if asked.exclude:
            valid &= ibis.coalesce(ibis.greatest(last, time) <= moments["spoils_at"], True)
        reached = valid.ifelse(ibis.greatest(last, time), ibis.null("timestamp"))
        moments = moments.mutate(**{f"reached_{step}": reached})
        arrived = moments.filter(moments[f"reached_{step}"].notnull())
        arrived = arrived.select("customer_id", started_at="happened_at", reached_at=f"reached_{step}")
        tables.append(first_of_customer(arrived))
    return tables


def _moments(log: ir.Table, asked: Terms) -> ir.Table:
    """One row a person and moment: is it an entry, and when is each step done if its event comes now?

    A step whose event was asked for before is done with the second (third, …) event from there on.
    """
    log = steps_of(log, asked)
    keys = [*asked.person, "happened_at"]
    extra = {"spoils_at": log["spoils_at"].min()} if asked.exclude else {}
    single = log.group_by([*keys, "event"]).agg(entry=entry(log, asked).any(), **extra)
    same = ibis.window(group_by=[*asked.person, "event"], order_by="happened_at")
    times = {
        f"time_{step}": (single["event"] == asked.event(step)).ifelse(
            single["happened_at"].lead(asked.occurrence(step) - 1).over(same)
            if asked.occurrence(step) > 1
            else single["happened_at"],
            ibis.null("timestamp"),
        )
        for step in asked.steps[1:]
    }
    single = single.mutate(**times)
    return single.group_by(keys).agg(
        entry=single["entry"].any(),
        **{name: single[name].min() for name in times},
        **({"spoils_at": single["spoils_at"].min()} if asked.exclude else {}),
    )
