"""How the customers of one store behave, defects included, and the rates that follow from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtr

from opsmodel.errors import ArgumentError
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.industry import Industry

STAGES = ("traffic", "retain", "close", "repurchase", "order_value")
EARLY_DAYS = 2.5  # mean stay of a contact lost early
LOSS_A_DAY = 0.0005  # contacts lost later, a day
FAKE_HOURS = 47.0  # a freebie hunter is gone by then


@dataclass(frozen=True)
class Defect:
    """A planted strength or weakness: `stage` of `store_id` works at `factor` times its normal rate.

    `since` (ISO day) delays it; only traffic and order_value can start late, because the other stages
    would no longer have one true rate a store.
    """

    store_id: str
    stage: str
    factor: float
    since: str | None = None

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ArgumentError(
                "this stage cannot be given a defect.", found=repr(self.stage), fix=f"use one of {STAGES}."
            )
        if self.since and self.stage not in ("traffic", "order_value"):
            raise ArgumentError(
                f"a defect of {self.stage} cannot start late.",
                found=f"since={self.since!r}",
                fix="leave it out.",
            )


@dataclass(frozen=True)
class Behaviour:
    """The true behaviour of one store's customers."""

    store_id: str
    industry: Industry
    size: float  # 1 is the average store
    stay: float  # real contacts that are not lost early
    close: float
    repeat: float  # scales the chance of every further order
    price: float  # scales full prices
    late: tuple[tuple[str, float, date], ...] = ()  # (stage, factor, since)

    def repeat_chance(self, order_number: np.ndarray) -> np.ndarray:
        """The chance of one more order after each order number (1 = the first)."""
        first, later = self.industry.repeat_first, self.industry.repeat_later
        return self.repeat * (later - (later - first) * 0.6 ** (np.asarray(order_number) - 1.0))

    def back_within(self, order_number: int, days: int) -> float:
        """Share of those with so many orders who have the next one within `days`."""
        chance = float(self.repeat_chance(np.array([order_number]))[0])
        industry = self.industry
        return chance * float(_lognormal(np.array([days]), industry.gap_days, industry.gap_spread)[0])

    def since(self, stage: str, days: np.ndarray) -> np.ndarray:
        """The factor of the late defects of a stage on each day (numpy days)."""
        factors = np.ones(len(days))
        for name, factor, start in self.late:
            if name == stage:
                factors = np.where(days >= np.datetime64(start), factors * factor, factors)
        return factors

    def rates(self) -> dict[str, float]:
        """The true rates, from the planted mechanism alone: what an endless file of this store would show."""
        return {
            "retained_7d": _round(self._retained(7.0)),
            "close_30d": _round(self._closed(30)),
            "close_90d": _round(self._closed(90)),
            "repurchase_30d": _round(self.back_within(1, 30)),
            "repurchase_90d": _round(self.back_within(1, 90)),
            "repurchase_180d": _round(self.back_within(1, 180)),
            "full_price_order": round(self._full_price(), 2),
        }

    def _staying(self, days: np.ndarray | float):
        """Share of the real contacts still there after so many days."""
        lost_early = (1 - self.stay) * (1 - np.exp(-np.asarray(days) / EARLY_DAYS))
        return (1 - lost_early) * np.exp(-LOSS_A_DAY * np.asarray(days))

    def _retained(self, days: float) -> float:
        weights = np.array([c.weight for c in self.industry.channels])
        real = weights @ np.array([1 - c.fake for c in self.industry.channels]) / weights.sum()
        return float(real * self._staying(days))

    def _closed(self, within_days: int) -> float:
        industry = self.industry
        days = np.arange(1, within_days + 1)
        reached = _lognormal(days, industry.close_days, industry.close_days_spread)
        share = np.diff(reached, prepend=0.0)
        share[-1] /= 2  # on the last day, half of them come later in the day than they joined
        later = float(np.sum(share * self._staying(days)))
        reach = industry.same_visit + (1 - industry.same_visit) * later
        weights = np.array([c.weight for c in industry.channels])
        quality = np.array([min(1.0, self.close * c.close) * (1 - c.fake) for c in industry.channels])
        return float(weights @ quality / weights.sum() * reach)

    def _full_price(self) -> float:
        industry = self.industry
        spread = industry.price_spread**2 + industry.wallet_spread**2
        late = np.prod([factor for stage, factor, _ in self.late if stage == "order_value"])
        return float(industry.price * self.price * late * np.exp(spread / 2))


def behaviour(
    store_id: str, industry: Industry, draw: Draw, defects: Iterable[Defect], spread: float
) -> Behaviour:
    """The behaviour of one store: the industry's, a little chance, and its planted defects."""
    mine = [defect for defect in defects if defect.store_id == store_id]
    chance = np.exp(spread * draw.normal(3))
    size = 0.75 + 0.75 * float(draw.uniform(1)[0])

    def factor(stage: str) -> float:
        return float(np.prod([d.factor for d in mine if d.stage == stage and not d.since]))

    repeat = min(factor("repurchase") * float(chance[1]), 0.98 / industry.repeat_later)
    return Behaviour(
        store_id,
        industry,
        size=size * factor("traffic"),
        stay=min(0.97, 0.90 * factor("retain")),
        close=min(0.95, industry.close * factor("close") * float(chance[0])),
        repeat=repeat,
        price=factor("order_value") * float(chance[2]),
        late=tuple((d.stage, d.factor, date.fromisoformat(d.since)) for d in mine if d.since),
    )


def _lognormal(days: np.ndarray, median: float, spread: float) -> np.ndarray:
    return ndtr((np.log(days) - np.log(median)) / spread)


def _round(share: float) -> float:
    return round(share, 4)
