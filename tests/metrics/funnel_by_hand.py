"""The funnel's definitions spelt out person by person, by trying every chain: slow, and easy to believe."""

from datetime import timedelta
from itertools import groupby

import pandas as pd

from opsmodel.metrics import survival

DAY = timedelta(days=1)


def chains(rows, steps, order, start):
    """Every way to go through the steps from the row `start`: lists of row numbers.

    rows  (event, time) in line: by time, at the same time in the order of the steps
    """
    found, ends = [[start]], [[start]]
    for step in steps[1:]:
        longer = []
        for path in ends:
            for j, (event, time) in enumerate(rows):
                if event != step or j in path:
                    continue
                if order == "any" and time < rows[start][1]:
                    continue
                if order == "ordered" and time < rows[path[-1]][1]:
                    continue
                if order == "strict":
                    between = {rows[i][0] for i in range(path[-1] + 1, j)}
                    if j <= path[-1] or not between <= {rows[path[-1]][0]}:
                        continue
                longer.append([*path, j])
        found += longer
        ends = longer
    return found


def attempts(rows, steps, order, starts, window, spoils):
    """step number -> (when it was first reached, latest start of such a chain) for one journey's rows."""
    best = {}
    for start in starts:
        for path in chains(rows, steps, order, start):
            begun, reached = rows[start][1], max(rows[i][1] for i in path)
            if reached - begun > window or any(begun < x < reached for x in spoils):
                continue
            known = best.get(len(path))
            if known is None or (reached, -begun.timestamp()) < (known[0], -known[1].timestamp()):
                best[len(path)] = (reached, begun)
    return best


def person(
    events, *, steps, window, order, reentry, entered_from=None, entered_before=None, exclude=None, hold=None
):
    """One customer: (entry time, store at entry, {step: (reached, begun)}), or None if never in."""
    spoils = [e.happened_at for e in events if e.event == exclude]
    inside = [
        e
        for e in events
        if e.event == steps[0]
        and (entered_from is None or e.happened_at >= entered_from)
        and (entered_before is None or e.happened_at < entered_before)
    ]
    if not inside:
        return None
    entry = min(inside, key=lambda e: (e.happened_at, e.store_id is None, e.store_id or ""))
    places = {e.store_id for e in events} - {None} if hold else {"anywhere"}
    best = {}
    for place in places:
        if hold and reentry == "first" and entry.store_id != place:
            continue
        here = {
            (e.event, e.happened_at) for e in events if e.event in steps and (not hold or e.store_id == place)
        }
        rows = sorted(here, key=lambda r: (r[1], steps.index(r[0])))
        firsts = {e.happened_at for e in inside if not hold or e.store_id == place}
        if reentry == "first":
            firsts = {entry.happened_at}
        starts = [i for i, row in enumerate(rows) if row[0] == steps[0] and row[1] in firsts]
        for step, (reached, begun) in attempts(rows, steps, order, starts, window, spoils).items():
            known = best.get(step)
            if known is None or (reached, -begun.timestamp()) < (known[0], -known[1].timestamp()):
                best[step] = (reached, begun)
    best[1] = (entry.happened_at, entry.happened_at)
    done = best.get(len(steps), (None,))[0]
    for x in spoils:
        if entry.happened_at < x <= entry.happened_at + window and (done is None or done > x):
            return None
    return entry.happened_at, entry.store_id, best


def funnel(events: pd.DataFrame, *, steps, window, as_of, by=False, unit=timedelta(seconds=1), **question):
    """Rows of group, step, n, n_eligible, n_pending, n_entered, n_early, median_days, p80_days."""
    end = pd.Timestamp(as_of).to_pydatetime() + DAY
    seen = [e for e in events.itertuples() if e.happened_at < end]
    seen.sort(key=lambda e: e.customer_id)
    people = [
        person(list(group), steps=steps, window=window, **question)
        for _, group in groupby(seen, key=lambda e: e.customer_id)
    ]
    people = [p for p in people if p is not None]
    groups = sorted({p[1] if by else "" for p in people}, key=lambda g: (g is None, g or ""))
    result = []
    for group in groups if by else [""]:
        mine = [p for p in people if not by or p[1] == group]
        mature = [p[0] + window < end for p in mine]
        for step in range(1, len(steps) + 1):
            hit = [step in p[2] for p in mine]
            result.append(
                (
                    group,
                    steps[step - 1],
                    sum(m and h for m, h in zip(mature, hit, strict=True)),
                    sum(mature),
                    sum(not m and not h for m, h in zip(mature, hit, strict=True)),
                    len(mine),
                    sum(not m and h for m, h in zip(mature, hit, strict=True)),
                    *times(mine, step, window, end, unit),
                )
            )
    return result


def times(people, step, window, end, unit):
    waits = []
    for entered, _, best in people:
        if step in best:
            waits.append(((best[step][0] - best[step][1]) // unit, 1, 0))
        else:
            waits.append((min(window, end - entered) // unit, 0, 1))
    counted = pd.DataFrame(waits, columns=["days", "events", "censored"])
    curve = survival.kaplan_meier(counted.assign(days=counted["days"] * (unit / DAY)))
    return survival.quantile(curve, 0.5), survival.quantile(curve, 0.8)
