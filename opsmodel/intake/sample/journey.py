"""The path of one store's customers: they come, some leave, some buy, buy again and bring others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from opsmodel.intake.sample.behaviour import EARLY_DAYS, FAKE_HOURS, LOSS_A_DAY, Behaviour
from opsmodel.intake.sample.draw import Draw

DAY = 86_400
OPENS, TRADES = 9 * 3600 + 1800, 12 * 3600  # trading from 9:30, for twelve hours
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Season:
    """The days a store trades, and how busy each one is."""

    days: np.ndarray  # datetime64[D]
    busy: np.ndarray  # 1 is an ordinary day

    @property
    def start(self) -> int:
        return int(self.days[0].astype("datetime64[s]").astype(np.int64))

    @property
    def end(self) -> int:
        """The first second after the last day."""
        return int((self.days[-1] + 1).astype("datetime64[s]").astype(np.int64))


def season(opened: str, end: str, behaviour: Behaviour) -> Season:
    """The trading days, busier at weekends, in the two shopping festivals, and by late traffic defects."""
    days = np.arange(np.datetime64(opened), np.datetime64(end) + 1)
    weekday = (days.astype(np.int64) + 3) % 7  # Monday is 0
    busy = np.array([0.85, 0.85, 0.9, 0.95, 1.1, 1.35, 1.3])[weekday]
    year_day = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    festival = ((month == 6) & (year_day >= 164) & (year_day <= 170)) | (
        (month == 11) & (year_day >= 311) & (year_day <= 316)
    )
    return Season(days, busy * np.where(festival, 1.8, 1.0) * behaviour.since("traffic", days))


def contacts(behaviour: Behaviour, season: Season, n: int, draw: Draw) -> pd.DataFrame:
    """One row a contact in the order of joining: when and how it came, and when it left (seconds)."""
    channels = behaviour.industry.channels
    joined = np.sort(season.start + DAY * draw.pick(season.busy, n) + OPENS + draw.below(TRADES, n))
    channel = draw.pick([c.weight for c in channels], n)
    fake = draw.chance(np.array([c.fake for c in channels])[channel], n)
    early = draw.chance(1 - behaviour.stay, n)
    stay = np.minimum(
        np.where(early, draw.exponential(n) * EARLY_DAYS, np.inf), draw.exponential(n) / LOSS_A_DAY
    )
    stay = np.where(fake, (0.1 + draw.uniform(n) * (FAKE_HOURS - 0.1)) / 24, stay)
    left = joined + np.maximum(1, np.rint(stay * DAY)).astype(np.int64)
    quality = np.minimum(1.0, behaviour.close * np.array([c.close for c in channels]))[channel]
    return pd.DataFrame(
        {
            "joined": joined,
            "left": left,
            "channel": np.array([c.name for c in channels])[channel],
            "staff": draw.below(4, n),
            "fake": fake,
            "interested": draw.chance(quality, n) & ~fake,
            "wallet": np.exp(behaviour.industry.wallet_spread * draw.normal(n)),
        }
    )


def purchases(behaviour: Behaviour, season: Season, people: pd.DataFrame, draw: Draw) -> pd.DataFrame:
    """One row a purchase occasion: person (row of `people`), number (1 = the first), time (seconds)."""
    industry, n = behaviour.industry, len(people)
    joined = people["joined"].to_numpy()
    same_visit = draw.chance(industry.same_visit, n)
    delay = _days(draw, n, industry.close_days, industry.close_days_spread)
    later = (joined // DAY + delay) * DAY + OPENS + draw.below(TRADES, n)
    time = np.where(same_visit, joined + 60 + draw.below(3000, n), later)
    bought = people["interested"].to_numpy() & (time < people["left"].to_numpy()) & (time < season.end)
    person = np.flatnonzero(bought)
    return onward(behaviour, season, person, time[person], 1, draw)


def onward(
    behaviour: Behaviour, season: Season, person: np.ndarray, time: np.ndarray, number: int, draw: Draw
) -> pd.DataFrame:
    """The occasions of persons from their order `number` at `time` on, as in `purchases`."""
    industry, parts = behaviour.industry, []
    while len(person):
        parts.append(pd.DataFrame({"person": person, "number": number, "time": time}))
        again = draw.chance(behaviour.repeat_chance(np.array([number]))[0], len(person))
        gap = _days(draw, len(person), industry.gap_days, industry.gap_spread)
        time = (time // DAY + gap) * DAY + OPENS + draw.below(TRADES, len(person))
        going = again & (time < season.end)
        person, time, number = person[going], time[going], number + 1
    return pd.concat(parts, ignore_index=True) if parts else _no_purchase()


def referrers(people: pd.DataFrame, first_order: np.ndarray, shared: np.ndarray, draw: Draw) -> np.ndarray:
    """For each contact the row of who brought it, or -1: a sharer for the poster, a buyer for the friend."""
    found = np.full(len(people), -1, dtype=np.int64)
    joined = people["joined"].to_numpy()
    for channel, moment in (("friend", first_order), ("poster", shared)):
        by_time = np.argsort(moment, kind="stable")
        known = np.searchsorted(moment[by_time], joined, side="left")  # who could bring someone by then
        choice = by_time[np.minimum(draw.below(np.maximum(known, 1), len(people)), len(people) - 1)]
        brought = (people["channel"].to_numpy() == channel) & (known > 0)
        found = np.where(brought, choice, found)
    return found


def shares(people: pd.DataFrame, season: Season, draw: Draw) -> np.ndarray:
    """When each contact first shares (seconds), or NEVER."""
    n = len(people)
    time = people["joined"].to_numpy() + 3600 + np.rint(draw.exponential(n) * 2 * DAY).astype(np.int64)
    share = draw.chance(0.10, n) & ~people["fake"].to_numpy()
    return np.where(share & (time < people["left"].to_numpy()) & (time < season.end), time, NEVER)


def _days(draw: Draw, n: int, median: float, spread: float) -> np.ndarray:
    return np.maximum(1, np.ceil(np.exp(np.log(median) + spread * draw.normal(n)))).astype(np.int64)


def _no_purchase() -> pd.DataFrame:
    return pd.DataFrame({"person": [], "number": [], "time": []}, dtype=np.int64)
