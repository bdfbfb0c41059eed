"""A chain of invented people, as small tables: what profile, lifecycle and audiences are tested on."""

from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd

from opsmodel.intake.contract import as_table
from opsmodel.intake.engagement import Engagement

AS_OF = date(2024, 6, 30)


@dataclass(frozen=True)
class Chain:
    """The tables of a client, in memory."""

    people: pd.DataFrame
    sold: pd.DataFrame
    lines: pd.DataFrame | None = None
    happened: pd.DataFrame | None = None
    as_of: date = AS_OF
    stores: tuple[str, ...] | None = None
    engagement: Engagement = field(
        default_factory=lambda: Engagement(client="test", timezone="Asia/Shanghai")
    )

    def has(self, table):
        return table != "order_lines" or self.lines is not None

    def _rows(self, frame, column):
        return as_table(frame if self.stores is None else frame[frame[column].isin(self.stores)])

    @property
    def customers(self):
        return self._rows(self.people, "store_id")

    @property
    def orders(self):
        return self._rows(self.sold, "home_store_id")

    @property
    def order_lines(self):
        return self._rows(self.lines, "home_store_id")

    @property
    def events(self):
        return self._rows(self.happened, "home_store_id")

    @property
    def chain(self):
        return replace(self, stores=None)

    @property
    def database(self):
        return SimpleNamespace(first_day=self.sold["ordered_at"].min().date())

    def store(self, store_id):
        return replace(self, stores=(store_id,))

    def with_stages(self, *stages):
        rules = [{"name": name, "when": when} for name, when in stages]
        settings = self.engagement.model_dump(exclude={"lifecycle"}) | {"lifecycle": rules}
        return replace(self, engagement=Engagement.model_validate(settings))


def fresh_food(n=60, seed=3) -> Chain:
    """Customers of two fresh-food stores, drawn once: some leave, some join the club, some never buy."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-01-02")
    joined = start + pd.to_timedelta(rng.integers(0, 500, n), "D")
    ids = [f"P{i:02}" for i in range(n)]
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "store_id": rng.choice(["S1", "S2"], n),
            "channel": rng.choice(["till", "group", "advert"], n),
            "code_id": None,
            "staff_id": rng.choice(["E1", "E2", "E3"], n),
            "joined_at": pd.Series(joined).where(rng.random(n) < 0.9),
            "left_at": pd.Series(joined + pd.Timedelta(days=120)).where(rng.random(n) < 0.3),
            "referrer_id": None,
            "member_since": pd.Series(joined + pd.Timedelta(days=60)).where(rng.random(n) < 0.4),
        }
    )
    people.loc[people["joined_at"].isna(), "left_at"] = pd.NaT
    who = rng.integers(0, n - 10, 3 * n)
    when = pd.Series(joined[who]) + pd.to_timedelta(rng.integers(0, 60 * 24 * 8, 3 * n), "h")
    sold = pd.DataFrame(
        {
            "order_id": [f"O{i}" for i in range(3 * n)],
            "customer_id": [ids[i] for i in who],
            "store_id": "S1",
            "home_store_id": people["store_id"].to_numpy()[who],
            "ordered_at": when.to_numpy(),
            "amount": rng.integers(5, 300, 3 * n).astype(float),
            "refund_amount": np.where(rng.random(3 * n) < 0.05, 4.5, 0.0),
        }
    )
    lines = sold[["order_id", "home_store_id"]].assign(
        product_id="x", product="x", category=rng.choice(["fruit", "milk", "fish"], 3 * n), tier="core"
    )
    touched = people["joined_at"].notna() & (rng.random(n) < 0.5)
    happened = pd.DataFrame(
        {
            "customer_id": people.loc[touched, "customer_id"],
            "event": "messaged",
            "happened_at": people.loc[touched, "joined_at"] + pd.Timedelta(days=30),
            "home_store_id": people.loc[touched, "store_id"],
        }
    )
    return Chain(people, sold, lines, happened)
