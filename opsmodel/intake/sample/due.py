"""When each standard procedure is due, by rule, from the customer's own path."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from opsmodel.intake.sample.behaviour import Behaviour
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.journey import DAY, NEVER, Season
from opsmodel.intake.sample.procedures import Procedure, Team, offset

EVENING = 20 * 3600  # tasks are due by 20:00
YEARS = 8  # birthdays looked ahead


@dataclass(frozen=True)
class Shop:
    """One store: its customers' ways and paths, and its staff."""

    behaves: Behaviour
    season: Season
    people: pd.DataFrame
    bought: pd.DataFrame
    crew: Team

    def order(self, number: int) -> np.ndarray:
        """For each person the time of the order with this number (seconds), or NEVER."""
        time = np.full(len(self.people), NEVER)
        rows = self.bought[self.bought["number"] == number]
        time[rows["person"].to_numpy()] = rows["time"].to_numpy()
        return time

    def of(self, tasks: pd.DataFrame, column: str) -> np.ndarray:
        """What is known of the person of each task."""
        return self.people[column].to_numpy()[tasks["person"].to_numpy()]

    def among(self, tasks: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
        """Is the staff member of each task one of these?"""
        return np.isin(tasks["staff"], [place for place, name in enumerate(self.crew.staff) if name in names])


def due(procedure: Procedure, shop: Shop, draw: Draw) -> pd.DataFrame:
    """One row a task asked for: person, step, due (seconds), staff (position).

    Asked for are contacts still there, of staff who are given tasks, from the first day with tasks on.
    """
    tasks = _by_rule(procedure, shop, draw)
    tasks["staff"] = shop.of(tasks, "staff")
    begin = shop.crew.service.first_day(shop.season.days[0])
    time = tasks["due"].to_numpy()
    kept = (time >= begin.astype("datetime64[s]").astype(np.int64)) & (time < shop.season.end)
    kept &= (time < shop.of(tasks, "left")) & ~shop.among(tasks, shop.crew.service.uncovered)
    return tasks[kept].reset_index(drop=True)


def _by_rule(procedure: Procedure, shop: Shop, draw: Draw) -> pd.DataFrame:
    first = shop.order(1)
    buyers = np.flatnonzero(first < NEVER)
    if procedure.sop == "welcome":
        return _tasks(np.arange(len(shop.people)), "greet", shop.people["joined"].to_numpy() + DAY)
    if procedure.sop == "birthday":
        return _birthdays(buyers, first[buyers], draw.below(365, len(shop.people))[buyers])
    if procedure.sop == "followup":
        bought_on = first[buyers] // DAY
        steps = (("day_3", 3), ("day_7", 7))
        return pd.concat(
            [_tasks(buyers, step, (bought_on + days) * DAY + EVENING) for step, days in steps],
            ignore_index=True,
        )
    last, following = shop.order(procedure.lifts), shop.order(procedure.lifts + 1)
    days = offset(procedure, shop.behaves)
    waiting = np.flatnonzero((last < NEVER) & (following // DAY > last // DAY + days))
    return _tasks(waiting, procedure.steps[0][0], (last[waiting] // DAY + days) * DAY + EVENING)


def _birthdays(buyers: np.ndarray, first: np.ndarray, birthday: np.ndarray) -> pd.DataFrame:
    """A birthday a year for everyone who has bought."""
    year = first.astype("datetime64[s]").astype("datetime64[Y]")
    parts = []
    for later in range(YEARS):
        day = ((year + later).astype("datetime64[D]") + birthday).astype(np.int64)
        parts.append(_tasks(buyers, "wish", day * DAY + EVENING)[day > first // DAY])
    return pd.concat(parts, ignore_index=True)


def _tasks(person: np.ndarray, step: str, due: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"person": person, "step": step, "due": due})
