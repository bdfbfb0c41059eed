"""Members, and the customers who looked the same on the day they joined but joined later or not at all."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

COVARIATES = ("tenure_days", "last_spend", "spend_before", "occasions_before", "order_number")
NEIGHBOURS = 3
CALENDAR_DAYS = 28  # a member and a match stood at the counter at most so far apart
CALIPER = 0.5  # standard deviations, on the logarithmic scale, in every covariate
NEVER = np.iinfo(np.int64).max // 4


class Rules(NamedTuple):
    """What is compared: the last day (days since 1970), N days after joining, P days before."""

    last: int
    within_days: int
    before_days: int


class History(NamedTuple):
    """The purchase occasions of one store's customers, sorted by customer and day; one entry each.

    person, day, next_day, member  numbers; days since 1970; NEVER where there is none
    number, first_day              order number, first day of the customer
    paid                           sum of net spend of this and all entries before
    key                            person and day in one number, ascending
    """

    person: np.ndarray
    day: np.ndarray
    next_day: np.ndarray
    member: np.ndarray
    number: np.ndarray
    first_day: np.ndarray
    paid: np.ndarray
    key: np.ndarray

    def between(self, person: np.ndarray, after: np.ndarray, upto: np.ndarray) -> tuple:
        """Net spend and occasions of each person later than one day and up to another."""
        start = np.searchsorted(self.key, _key(person, after), side="right")
        end = np.searchsorted(self.key, _key(person, upto), side="right")
        return self.paid[end] - self.paid[start], end - start

    def state(self, at: np.ndarray, lag: int | np.ndarray, rules: Rules) -> np.ndarray:
        """The covariates `lag` days after the occasions `at`, as they could be known on that day."""
        now = self.day[at] + lag
        spend, n = self.between(self.person[at], now - rules.before_days, now)
        last = self.paid[at + 1] - self.paid[at]
        return np.column_stack([now - self.first_day[at], last, spend, n, self.number[at]]).astype(float)

    def later(self, at: np.ndarray, lag: int | np.ndarray, rules: Rules) -> np.ndarray:
        """Net spend in the N days after that day."""
        now = self.day[at] + lag
        return self.between(self.person[at], now, now + rules.within_days)[0]

    def joined(self, at: np.ndarray, lag: int | np.ndarray, rules: Rules) -> np.ndarray:
        """The share of those N days for which the person was a member."""
        end = self.day[at] + lag + rules.within_days
        return np.clip((end - self.member[at]) / rules.within_days, 0, 1)


def matched(rows: pd.DataFrame, rules: Rules) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Members with their matches, and all who could have been compared.

    rows   one row per store_id, customer_id and purchase occasion: day, net, member_day (NaT if none)
    rules  last day, windows

    Returns two tables of one row per person and day: customer_id, the covariates, spend, joined (share of
    the N days as a member), store_id, member (true or false); the first also with `set`, the number of the
    matched set, and weight: those of a set's matches add up to 1.
    """
    pairs: list[pd.DataFrame] = []
    pools: list[pd.DataFrame] = []
    n_sets = 0
    for store, part in rows.groupby("store_id", sort=True, dropna=False):
        history, people = _history(part)
        joined = _joiners(history, rules)
        waiting = np.flatnonzero(history.member > history.day)
        waiting = waiting[history.day[waiting] + rules.within_days <= rules.last]
        waiting = waiting[np.argsort(history.day[waiting], kind="stable")]
        lags = history.member[joined] - history.day[joined]
        everybody = np.append(joined, waiting), np.append(lags, np.zeros_like(waiting))
        pool = _frame(history, people, *everybody, rules)
        pools.append(pool.assign(store_id=store, member=np.arange(len(pool)) < len(joined)))
        found = [
            (
                np.append(at, matches),
                np.full(1 + len(matches), lag),
                np.append(0, np.full(len(matches), len(matches))),
            )
            for at, matches, lag in _sets(history, joined, waiting, rules)
        ]
        if found:
            at, lag, shared = (np.concatenate(column) for column in zip(*found, strict=True))
            own = _frame(history, people, at, lag, rules).assign(store_id=store, member=shared == 0)
            own["weight"] = 1 / np.maximum(shared, 1)
            own["set"] = n_sets + np.cumsum(shared == 0)
            n_sets += len(found)
            pairs.append(own)
    empty = _frame(*_history(rows.iloc[:0]), np.array([], int), 0, rules)
    empty = empty.assign(store_id="", member=False, weight=1.0, set=0)
    return pd.concat(pairs or [empty], ignore_index=True), pd.concat(pools or [empty], ignore_index=True)


def _sets(history: History, joined: np.ndarray, waiting: np.ndarray, rules: Rules) -> Iterator[tuple]:
    """Each member who finds a match: the occasion before joining, the matches' occasions, the lag."""
    if not len(joined) or not len(waiting):
        return
    lags = history.member[joined] - history.day[joined]
    pool = np.log1p(history.state(waiting, 0, rules))
    scale = pool.std(axis=0)
    scale[scale == 0] = 1.0
    days = history.day[waiting]
    for at, lag in zip(joined, lags, strict=True):
        near = slice(*np.searchsorted(days, history.day[at] + np.array([-CALENDAR_DAYS, CALENDAR_DAYS + 1])))
        found = waiting[near]
        now = history.day[found] + lag
        alike = (history.member[found] > now) & (history.next_day[found] > now)
        found = found[alike & (now + rules.within_days <= rules.last)]
        own = np.log1p(history.state(np.array([at]), lag, rules))
        apart = np.abs(np.log1p(history.state(found, lag, rules)) - own) / scale
        close = apart.max(axis=1, initial=0) <= CALIPER
        found, far = found[close], (apart[close] ** 2).sum(axis=1)
        found = found[np.lexsort((history.key[found], far))]
        _, nearest = np.unique(history.person[found], return_index=True)
        found = found[np.sort(nearest)][:NEIGHBOURS]
        if len(found):
            yield at, found, lag


def _joiners(history: History, rules: Rules) -> np.ndarray:
    """The last occasion up to the day of joining, of all whose N days are over."""
    before = (history.day <= history.member) & (history.next_day > history.member)
    return np.flatnonzero(before & (history.member + rules.within_days <= rules.last))


def _history(rows: pd.DataFrame) -> tuple[History, np.ndarray]:
    rows = rows.sort_values(["customer_id", "day"], ignore_index=True)
    person, people = pd.factorize(rows["customer_id"], sort=True)
    day, n = _days(rows["day"]), len(rows)
    first = np.flatnonzero(np.diff(person, prepend=-1)) if n else np.array([], int)
    start = np.repeat(first, np.diff(np.append(first, n)))
    next_day = np.append(day[1:], NEVER)[:n]
    next_day[np.append(first[1:], n)[: len(first)] - 1] = NEVER
    member = np.where(rows["member_day"].notna(), _days(rows["member_day"]), NEVER)
    number = np.arange(n) - start + 1
    paid = np.append(0.0, np.cumsum(rows["net"].to_numpy(float)))
    return History(person, day, next_day, member, number, day[start], paid, _key(person, day)), np.asarray(
        people
    )


def _days(dates: pd.Series) -> np.ndarray:
    return pd.to_datetime(dates).to_numpy().astype("datetime64[D]").astype("int64")


def _key(person: np.ndarray, day: np.ndarray) -> np.ndarray:
    return person.astype("int64") * 1_000_000 + day


def _frame(history: History, people, at: np.ndarray, lag, rules: Rules) -> pd.DataFrame:
    frame = pd.DataFrame(history.state(at, lag, rules), columns=list(COVARIATES))
    frame.insert(0, "customer_id", people[history.person[at]])
    return frame.assign(spend=history.later(at, lag, rules), joined=history.joined(at, lag, rules))
