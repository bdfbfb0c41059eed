"""The tasks of one store, done well or badly."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from opsmodel.intake.sample import effect
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.due import EVENING, Shop, due
from opsmodel.intake.sample.journey import DAY, NEVER, OPENS, TRADES
from opsmodel.intake.sample.procedures import KEENER, PROCEDURES, REVERSED, Procedure

TICK = 20 * 3600 + 58 * 60  # the minute of the one who ticks everything
RECENT_DAYS = 90


def served(shop: Shop, key: tuple[int, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The purchases with the effects of serving in them, and the tasks.

    key  of the streams of chance: seed and number of the store

    Tasks: person, sop, step, staff (position), due and done (seconds, NEVER if not done), `chance`, the
    planted probability of being done on time, and `ticked`, done on paper only. Without effects the
    purchases come back as they were.
    """
    parts = []
    for place, procedure in enumerate(PROCEDURES):
        tasks = due(procedure, shop, Draw(*key, 40 + place))
        tasks = _done(procedure, shop, tasks, Draw(*key, 20 + place))
        parts.append(tasks)
        factor = shop.crew.service.effects.get(procedure.sop, 1.0)
        if factor > 1:
            bought = effect.lifted(procedure, shop, tasks, factor, Draw(*key, 30 + place))
            shop = replace(shop, bought=bought)
    tasks = pd.concat(parts, ignore_index=True).sort_values(["due", "person", "sop", "step"], kind="stable")
    return shop.bought, tasks.reset_index(drop=True)


def _done(procedure: Procedure, shop: Shop, tasks: pd.DataFrame, draw: Draw) -> pd.DataFrame:
    n, time, staff = len(tasks), tasks["due"].to_numpy(), tasks["staff"].to_numpy()
    keen = np.zeros(n)
    if procedure.sop == "birthday":
        keen = np.where(_recent(tasks, shop.bought), KEENER, -KEENER / 2)
    chance = shop.crew.on_time(procedure.sop, staff, time, keen)
    on_time, late = chance, np.full(n, procedure.late)
    if procedure.sop in shop.crew.service.fitted:
        factor = shop.crew.service.fitted[procedure.sop]
        on_time, late = effect.fitted(procedure, shop, tasks, chance, factor)
    punctual, tardy = draw.chance(on_time, n), draw.chance(late, n)
    early = time - np.rint(draw.uniform(n) * (EVENING - OPENS)).astype(np.int64)
    if procedure.sop == "welcome":
        early = _welcomed(shop.of(tasks, "joined"), draw)
    behind = (time // DAY + 1 + draw.below(procedure.late_days, n)) * DAY + OPENS + draw.below(TRADES, n)
    done = np.where(punctual, early, np.where(tardy, behind, NEVER))
    if procedure.sop == "followup":
        done, chance = _reversed(tasks, done, chance, draw)
    ticks = shop.among(tasks, shop.crew.service.bulk)
    month = time.astype("datetime64[s]").astype("datetime64[M]") + 1
    evening = month.astype("datetime64[D]").astype("datetime64[s]").astype(np.int64) - DAY + TICK
    done = np.where(ticks, evening + draw.below(60, n), done)
    gone = (done >= shop.of(tasks, "left")) & ~ticks
    done = np.where(gone | (done >= shop.season.end), NEVER, done)
    return tasks.assign(sop=procedure.sop, done=done, chance=np.where(ticks, np.nan, chance), ticked=ticks)


def _reversed(
    tasks: pd.DataFrame, done: np.ndarray, chance: np.ndarray, draw: Draw
) -> tuple[np.ndarray, np.ndarray]:
    """A few follow-ups begin with the second step: day 7 on time, day 3 the day after."""
    third, person = (tasks["step"] == "day_3").to_numpy(), tasks["person"]
    both = person.duplicated(keep=False).to_numpy()
    seventh = pd.Series(np.flatnonzero(~third), index=person.to_numpy()[~third])
    chosen = np.flatnonzero(draw.chance(REVERSED, len(tasks)) & third & both)
    other = seventh.loc[person.to_numpy()[chosen]].to_numpy()
    done = done.copy()
    done[other] = tasks["due"].to_numpy()[other] - 3600 - draw.below(6 * 3600, len(other))
    done[chosen] = done[other] + DAY - draw.below(3600, len(other))
    rest = chance * (1 - REVERSED)
    return done, np.where(both, np.where(third, rest, rest + REVERSED), chance)


def _welcomed(joined: np.ndarray, draw: Draw) -> np.ndarray:
    """Within a day and within opening hours: the same day, or the next morning."""
    clock, n = joined % DAY, len(joined)
    left = np.maximum(0, OPENS + TRADES - clock - 60)
    today = joined + 60 + np.rint(draw.uniform(n) * left).astype(np.int64)
    morning = (joined // DAY + 1) * DAY + OPENS
    tomorrow = morning + np.rint(draw.uniform(n) * (clock - OPENS)).astype(np.int64)
    return np.where(draw.chance(0.7, n), today, tomorrow)


def _recent(tasks: pd.DataFrame, bought: pd.DataFrame) -> np.ndarray:
    """Did the customer buy in the last months before the task was due?"""
    rows = tasks[["person", "due"]].reset_index(names="row").merge(bought[["person", "time"]], on="person")
    near = rows[(rows["time"] < rows["due"]) & (rows["time"] >= rows["due"] - RECENT_DAYS * DAY)]
    return np.isin(np.arange(len(tasks)), near["row"].to_numpy())


def counted(tasks: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """sop -> what can be counted in the tasks of one store, beside the planted share on time."""
    found = {}
    for sop, rows in tasks.groupby("sop"):
        real = rows[~rows["ticked"]]
        found[str(sop)] = {
            "planted_on_time": round(float(real["chance"].mean()), 4) if len(real) else None,
            "n_due": len(rows),
            "n_done": int((rows["done"] < NEVER).sum()),
            "n_on_time": int((rows["done"] <= rows["due"]).sum()),
            "n_ticked": int(rows["ticked"].sum()),
        }
        if sop == "followup":
            steps = real.pivot_table(index="person", columns="step", values="done", aggfunc="first")
            steps = steps.reindex(columns=["day_3", "day_7"]).dropna()
            begun = steps["day_7"] < NEVER
            found["followup"]["n_reversed"] = int(
                (begun & (steps["day_3"] > steps["day_7"]) & (steps["day_3"] < NEVER)).sum()
            )
            found["followup"]["n_skipped"] = int((begun & (steps["day_3"] == NEVER)).sum())
    return found
