"""Clean tables as a client would send them: mixed dates and money, files that overlap, rows that are wrong.

`Mess` counts what it plants, so that intake can be asked for the same numbers.
"""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from opsmodel.intake.sample.draw import Draw

EPOCH = pd.Timestamp("1899-12-30")  # day 0 of Excel
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


class Mess:
    """Writes values the way people do, from a seed, and remembers what it planted."""

    def __init__(self, seed: int, stream: int = 777) -> None:
        self.draw = Draw(seed, stream)
        self.planted: Counter[str] = Counter()

    def times(self, times: pd.Series, forms: tuple[str, ...], weights: tuple[float, ...]) -> list[object]:
        """Each time in one of the `forms`; a missing one is empty."""
        chosen = self.draw.pick(weights, len(times))
        return [_time(time, forms[form]) for time, form in zip(times, chosen, strict=True)]

    def money(self, amounts: pd.Series, forms: tuple[str, ...], weights: tuple[float, ...]) -> list[str]:
        """Each amount in one of the `forms`."""
        chosen = self.draw.pick(weights, len(amounts))
        return [_MONEY[forms[form]](amount) for amount, form in zip(amounts, chosen, strict=True)]

    def some(self, rows: pd.DataFrame, n: int) -> np.ndarray:
        """n different positions of `rows`, in order."""
        return np.sort(np.argsort(self.draw.uniform(len(rows)), kind="stable")[:n])

    def plant(self, what: str, n: int) -> int:
        self.planted[what] += n
        return n


def _time(time: pd.Timestamp, form: str) -> object:
    if pd.isna(time):
        return ""
    if form == "serial":
        return round((time - EPOCH) / pd.Timedelta(days=1), 6)
    if form == "iso":
        return f"{time:%Y-%m-%d %H:%M:%S}"
    if form == "iso_day":
        return f"{time:%Y-%m-%d}"
    if form == "slash":
        return f"{time.year}/{time.month}/{time.day} {time.hour}:{time:%M:%S}"
    if form == "slash_day":
        return f"{time.year}/{time.month}/{time.day}"
    if form == "zh":
        return f"{time.year}年{time.month}月{time.day}日 {time:%H:%M:%S}"
    if form == "zh_day":
        return f"{time.year}年{time.month}月{time.day}日"
    raise ValueError(form)


_MONEY: dict[str, Callable[[float], str]] = {
    "plain": lambda amount: f"{amount:.2f}",
    "yen": lambda amount: f"￥{amount:,.2f}",
    "yuan": lambda amount: f"{amount:,.2f}元",
    "wide": lambda amount: f"{amount:.2f}".translate(WIDE),
    "wan": lambda amount: f"{amount / 10_000:g}万" if amount >= 10_000 else f"{amount:.2f}",
}
