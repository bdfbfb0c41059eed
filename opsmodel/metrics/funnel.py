"""How far customers get along the steps of the operating model, how many of them, and how fast."""

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.metrics import rates
from opsmodel.metrics.journeys import any_order, best, counts, exclusion, first, strict, terms
from opsmodel.metrics.journeys.terms import Terms


def conversion(
    events,
    *,
    steps: Sequence[str] | Mapping[str, str],
    within_days=30,
    as_of,
    order: str = "ordered",
    reentry: str = "first",
    by: str | Sequence[str] | None = None,
    entered_from=None,
    entered_to=None,
    exclude: str | Sequence[str] | None = None,
    hold_constant: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per step (and group): how many of the customers who entered reached it in time.

    A customer enters with the first event of step 1 in the entry range and has `within_days` from
    there; later events of step 1 do not restart the clock. The base is everybody whose window is over.
    Who is still inside the window counts as early if the step is reached and as pending if not, never
    as lost. Equal moments count as in order; a step whose event is asked for twice needs two events at
    different moments.

    events         one row per event: customer_id, event, happened_at (canonical names). Rows without a
                   customer, and rows after `as_of`, are left out
    steps          events in order, or label -> event
    within_days    length of the window in days of 24 hours, its last moment included, or a pandas
                   Timedelta; a wait is measured in whole days, or seconds for a Timedelta
    as_of          last day observed, inclusive
    order          "ordered": the steps come in order, other events may lie between. "strict": between
                   two steps lies no event of another step (repeats of the step just done may). "any":
                   after entry the later steps come in any order, and a step is reached once it and all
                   steps above it are
    reentry        "first": the clock starts at the first entry. "best": any later step 1 in the entry
                   range may start a new attempt, and the attempt that gets furthest counts. The base,
                   the groups and what is pending stay those of the first entry, so that a later `as_of`
                   never shrinks a base
    by             column or columns of events; a customer belongs to the value at the first entry
    entered_from   first and last day of entry, both included
    entered_to
    exclude        event or events that remove a customer: one after the first entry, inside the window
                   and before the last step is reached. With "best" it also voids a later attempt
    hold_constant  column or columns that must be the same at every step, such as store_id; an event
                   without a value there is no later step

    Returns the columns of `by`, step, n (of the base, how many reached the step), n_eligible (the
    base), n_pending, step_rate (n of the base of the step above; NaN on the first row), entry_rate (n of
    n_eligible), each with _low and _high (Wilson, 95 %), median_days and p80_days (Kaplan–Meier over all
    entrants, young ones included; NaN where fewer get there; with "best" from the start of the
    attempt that arrived first), n_entered (all entrants) and n_early.
    Raises TableError if a column is missing, ArgumentError if an argument cannot be used.
    Source: Mixpanel's funnel documentation for window, re-entry, any order and held-constant
    properties; ClickHouse windowFunnel for "best"; PostHog's funnels for removal by an excluded event.
    "strict" looks at step events only. It departs from windowFunnel's strict_order, which also stops at
    events that are no step, gives up for good at the first skipped step, and lets an earlier step come
    again in between. A repeated step needs two events here; windowFunnel lets one stand for both.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> steps = {"acquire": "joined", "close": "ordered", "repurchase": "ordered"}
    >>> funnel = conversion(seven_customer_shop().events, steps=steps, within_days=60, as_of="2024-06-30")
    >>> funnel[["step", "n", "n_eligible", "median_days"]].values.tolist()
    [['acquire', 6, 6, 0.0], ['close', 6, 6, 2.0], ['repurchase', 3, 6, 41.0]]
    """
    asked = terms.terms(
        steps,
        within_days=within_days,
        as_of=as_of,
        order=order,
        reentry=reentry,
        by=by,
        entered_from=entered_from,
        entered_to=entered_to,
        exclude=exclude,
        hold_constant=hold_constant,
    )
    everything = terms.log(events, asked)
    log = exclusion.mark(everything, asked) if asked.exclude else everything
    people = first.entrants(log, asked)
    reached = _journeys(log, people, asked)
    if asked.exclude:
        people = exclusion.keep(people, everything, reached[-1] if reached else None, asked)
    return counts.table(counts.counted(people, reached, asked), asked)


def cross_store(events, *, column: str = "store_id", **question) -> pd.DataFrame:
    """One row per step (and group): who reached it only by going to another store.

    column    what is held constant in the comparison
    question  the arguments of `conversion`, except hold_constant

    Returns the columns of `by`, step, n_eligible, n (reached it in any store), n_held (reached it with
    every step in the store of entry), n_crossed (the difference), crossed_share (n_crossed of n; NaN if
    n is 0), crossed_share_low, crossed_share_high (Wilson, 95 %).
    Source: the difference of two funnels of `conversion`; a person without a store at a step crosses.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> steps = {"close": "ordered", "repurchase": "ordered"}
    >>> flow = cross_store(seven_customer_shop().events, steps=steps, within_days=60, as_of="2024-06-30")
    >>> flow[["step", "n", "n_held", "n_crossed"]].values.tolist()
    [['close', 6, 6, 0], ['repurchase', 3, 2, 1]]
    """
    anywhere = conversion(events, **question)
    held = conversion(events, hold_constant=column, **question)
    keys = [*_groups(anywhere), "step"]
    if len(anywhere) != len(held):  # an exclusion can empty a group of one of the two
        held = anywhere[keys].merge(held, on=keys, how="left").fillna({"n": 0}).astype({"n": "int64"})
    flow = anywhere[[*keys, "n_eligible", "n"]].assign(n_held=held["n"])
    flow["n_crossed"] = flow["n"] - flow["n_held"]
    share = np.divide(flow["n_crossed"], flow["n"], where=flow["n"] > 0, out=np.full(len(flow), np.nan))
    low, high = rates.wilson(flow["n_crossed"], flow["n"])
    return flow.assign(crossed_share=share, crossed_share_low=low, crossed_share_high=high)


def side_loop(
    events, *, after: str, event: str, within_days=30, as_of, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row (per group): of the customers who did `after`, how many did `event` within the window.

    For the optional loops of the operating model, sharing and referring: each has its own base and
    takes nobody out of the funnel.

    after, event  names of events; if they are the same, a second one is meant

    Returns the columns of `by`, n_eligible (did `after` at least the window before `as_of`), n (of
    these, did `event` in time), n_pending, rate (NaN if nobody is eligible), low, high (Wilson, 95 %),
    median_days (Kaplan–Meier over all who did `after`; NaN if half of them never do `event`).
    Source: `conversion` with two steps.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> side_loop(seven_customer_shop().events, after="joined", event="shared", within_days=30,
    ...           as_of="2024-06-30")[["n_eligible", "n"]].values.tolist()
    [[7, 2]]
    """
    both = conversion(events, steps=[after, event], within_days=within_days, as_of=as_of, by=by)
    names = {"entry_rate": "rate", "entry_rate_low": "low", "entry_rate_high": "high"}
    loop = both.iloc[1::2].rename(columns=names).reset_index(drop=True)
    return loop[[*_groups(both), "n_eligible", "n", "n_pending", "rate", "low", "high", "median_days"]]


def side_loops(events, loops: Mapping[str, tuple[str, str]], **question) -> pd.DataFrame:
    """One row per loop: `side_loop` for each of them, with its label in the column loop.

    loops     label -> (event it follows, event), such as `client.loops`
    question  within_days, as_of and by of `side_loop`

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> side_loops(seven_customer_shop().events, {"share": ("joined", "shared")}, within_days=30,
    ...            as_of="2024-06-30")["loop"].tolist()
    ['share']
    """
    rows = [
        side_loop(events, after=after, event=event, **question).assign(loop=label)
        for label, (after, event) in loops.items()
    ]
    found = pd.concat(rows, ignore_index=True)
    return found[["loop", *(column for column in found.columns if column != "loop")]]


def _groups(funnel: pd.DataFrame) -> list[str]:
    return list(funnel.columns[: list(funnel.columns).index("step")])


def _journeys(log: ir.Table, people: ir.Table, asked: Terms) -> list[ir.Table]:
    """Who reached which later step, by the quickest way the engine offers."""
    if asked.order == "strict":
        return strict.journeys(log, people, asked)
    if asked.reentry == "first":
        return first.journeys(log, people, asked)
    if asked.order == "any":
        return any_order.journeys(log, asked)
    if log.get_backend().name == "duckdb":
        return best.by_asof_joins(log, asked)
    return best.by_windows(log, asked)
