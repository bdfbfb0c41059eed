"""From who reached which step, and when, to the funnel table: counted in the engine, finished here."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.metrics import rates, survival
from opsmodel.metrics.journeys.terms import DAY, Terms

SECONDS_A_DAY = 86_400


def counted(people: ir.Table, reached: list[ir.Table], asked: Terms) -> pd.DataFrame:
    """How many customers share a step, maturity, length of observation and waiting time; one query.

    Returns the columns of `by`, step (1 counts the entrants), mature (the window is over), seen and
    waited (units of time since entry, NaN wait for nobody), n.
    """
    entered = _grouped(people.mutate(step=ibis.literal(1, "int32"), waited=ibis.literal(0, "int64")), asked)
    if not reached:
        return entered.execute()
    times = [
        table.select(
            "customer_id",
            step=ibis.literal(step, "int32"),
            waited=_units(table["started_at"], table["reached_at"], asked.unit),
        )
        for step, table in zip(asked.steps[1:], reached, strict=True)
    ]
    later = people.join(ibis.union(*times) if len(times) > 1 else times[0], "customer_id")
    return entered.union(_grouped(later, asked)).execute()


def _grouped(known: ir.Table, asked: Terms) -> ir.Table:
    window = ibis.interval(microseconds=asked.window // timedelta(microseconds=1))
    end = ibis.literal(asked.end, type="timestamp")
    mature = known["entered_at"] + window < end
    seen = mature.ifelse(asked.window // asked.unit, _units(known["entered_at"], end, asked.unit))
    keys = [*asked.by, "step", "mature", "seen", "waited"]
    return known.mutate(mature=mature, seen=seen.cast("int64")).group_by(keys).agg(n=lambda t: t.count())


def _units(start, stop, unit: timedelta):
    """Whole units between two moments, each cut to its second so that every engine agrees."""
    seconds = stop.truncate("s").epoch_seconds() - start.truncate("s").epoch_seconds()
    return (seconds / int(unit.total_seconds())).floor().cast("int64")


def table(counts: pd.DataFrame, asked: Terms) -> pd.DataFrame:
    """The funnel table from `counted`: a row per group and step, with rates, intervals and times."""
    frame = _frame(counts, asked)
    keys = [*asked.by, "step_number"]
    counts = counts.rename(columns={"step": "step_number"})
    mature = counts[counts["mature"]].groupby(keys, dropna=False, observed=True)["n"].sum()
    young = counts[~counts["mature"]].groupby(keys, dropna=False, observed=True)["n"].sum()
    frame = frame.merge(mature.rename("n").reset_index(), on=keys, how="left")
    frame = frame.merge(young.rename("n_early").reset_index(), on=keys, how="left")
    frame[["n", "n_early"]] = frame[["n", "n_early"]].fillna(0).astype("int64")
    group = frame.index // len(asked.events)
    entered = frame[["n", "n_early"]].groupby(group).transform("first")
    frame["n_eligible"] = entered["n"]
    frame["n_entered"] = entered["n"] + entered["n_early"]
    frame["n_pending"] = entered["n_early"] - frame["n_early"]
    base = frame["n"].groupby(group).shift().fillna(0)
    for name, n in (("step_rate", base), ("entry_rate", frame["n_eligible"])):
        with np.errstate(divide="ignore", invalid="ignore"):
            frame[name] = np.where(n > 0, frame["n"] / n, np.nan)
        frame[f"{name}_low"], frame[f"{name}_high"] = rates.wilson(frame["n"], n)
    frame = frame.merge(_times(counts, keys, asked), on=keys, how="left")
    order = "step n n_eligible n_pending step_rate step_rate_low step_rate_high entry_rate entry_rate_low"
    order += " entry_rate_high median_days p80_days n_entered n_early"
    return frame[[*asked.by, *order.split()]]


def _frame(counts: pd.DataFrame, asked: Terms) -> pd.DataFrame:
    """Every group with every step, reached or not."""
    steps = pd.DataFrame({"step_number": list(asked.steps), "step": asked.labels})
    if not asked.by:
        return steps
    groups = counts[asked.by].drop_duplicates().sort_values(asked.by, ignore_index=True)
    return groups.merge(steps, how="cross")


def _times(counts: pd.DataFrame, keys: list[str], asked: Terms) -> pd.DataFrame:
    """Median and 80th percentile of the waits, Kaplan–Meier over all entrants, in days."""
    ended = counts.assign(days=counts["waited"], events=counts["n"], censored=0)
    entered = counts[counts["step_number"] == 1]
    cut = [entered.assign(step_number=step) for step in asked.steps]
    cut += [counts.assign(n=-counts["n"])]
    open_ = pd.concat(cut).assign(events=0)
    open_ = open_.assign(days=open_["seen"], censored=open_["n"])
    waits = pd.concat([ended, open_])[[*keys, "days", "events", "censored"]]
    waits = waits.groupby([*keys, "days"], as_index=False, dropna=False, observed=True).sum()
    waits["days"] = waits["days"] * (asked.unit / DAY)
    curves = survival.kaplan_meier(waits[(waits["events"] > 0) | (waits["censored"] > 0)], by=keys)
    return survival.quantiles(curves, by=keys, median_days=0.5, p80_days=0.8)
