"""Journeys without detours: between two steps lies no event of any other step."""

import ibis
import ibis.expr.types as ir

from opsmodel.metrics.journeys.best import first_chain
from opsmodel.metrics.journeys.terms import Terms, entry, steps_of


def journeys(log: ir.Table, people: ir.Table, asked: Terms) -> list[ir.Table]:
    """A table per later step, one row per customer who reached it: customer_id, started_at, reached_at.

    The step events of a person are put in line by time; at the same moment, in the order in which the
    steps are listed. Repeats of the step just done do not stand in the way.
    """
    line = _line(log, people, asked)
    before = ibis.window(group_by=asked.person, order_by=["happened_at", "event"])
    so_far = ibis.window(
        group_by=[*asked.person, "run"], order_by=["happened_at", "event"], preceding=(None, 0)
    )
    line = line.mutate(held=line["entry"].ifelse(line["happened_at"], ibis.null("timestamp")))
    tables = []
    for step in asked.steps[1:]:
        line = line.mutate(held=line["held"].max().over(so_far))
        line = line.mutate(start=line["held"].lag().over(before))
        valid = (line["event"] == asked.event(step)) & asked.within(line["start"], line["happened_at"])
        for column in asked.hold:
            valid &= line[column].notnull()
        if asked.exclude and asked.reentry == "best":
            valid &= ibis.coalesce(line["spoilt_at"] <= line["start"], True)
        line = line.mutate(held=valid.ifelse(line["start"], ibis.null("timestamp")))
        reached = line.filter(line["held"].notnull())
        reached = reached.select(*asked.person, started_at="held", last_at="happened_at")
        tables.append(first_chain(reached, asked))
    return tables


def _line(log: ir.Table, people: ir.Table, asked: Terms) -> ir.Table:
    """Every person's step events in order, with the number of the run of equal events each belongs to."""
    events = steps_of(log, asked)
    events = events.group_by([*asked.person, "event", "happened_at"]).agg(
        entry=entry(events, asked).any(),
        **({"spoilt_at": events["spoilt_at"].max()} if asked.exclude and asked.reentry == "best" else {}),
    )
    if asked.reentry == "first":
        first = people.select(*asked.person, "entered_at")
        events = events.left_join(first, asked.person)
        is_first = ibis.coalesce(events["happened_at"] == events["entered_at"], False)
        events = events.mutate(entry=events["entry"] & is_first).drop(ibis.selectors.endswith("_right"))
    before = ibis.window(group_by=asked.person, order_by=["happened_at", "event"])
    new = ibis.coalesce(events["event"] != events["event"].lag().over(before), True)
    events = events.mutate(new=new.ifelse(1, 0))
    upto = ibis.window(group_by=asked.person, order_by=["happened_at", "event"], preceding=(None, 0))
    return events.mutate(run=events["new"].sum().over(upto))
