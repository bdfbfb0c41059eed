"""One client drawn at random, and its tables in two engines."""

from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd

from opsmodel.intake.contract import TABLES
from opsmodel.intake.engagement import Engagement

FROM, AS_OF = pd.Timestamp("2023-07-01"), date(2024, 6, 30)
STORES, CHANNELS = ("S1", "S2", "S3"), ("till", "advert", "group")
TOLD = ("messaged", "shared", "replied", "scanned", "coupon_used")


@dataclass(frozen=True)
class Client:
    """A client whose tables live in some engine."""

    held: dict
    stores: tuple[str, ...] | None = None
    as_of: date = AS_OF
    engagement: Engagement = field(
        default_factory=lambda: Engagement(client="test", timezone="Asia/Shanghai")
    )

    def has(self, table):
        return table in self.held

    def __getattr__(self, name):
        if name not in TABLES:
            raise AttributeError(name)
        rows = self.held[name]
        home = "home_store_id" if "home_store_id" in rows.columns else "store_id"
        return rows if self.stores is None else rows.filter(rows[home].isin(self.stores))

    @property
    def narrowed(self):
        return self.stores

    @property
    def chain(self):
        return replace(self, stores=None)

    @property
    def database(self):
        return SimpleNamespace(first_day=FROM.date())

    def store(self, store_id):
        return replace(self, stores=(store_id,))


def client(connection, n=300, seed=11) -> Client:
    """The client, with its tables on this connection: the same ones whatever the engine."""
    return Client({name: _stored(connection, name, frame) for name, frame in tables(n, seed).items()})


def tables(n: int, seed: int) -> dict[str, pd.DataFrame]:
    """Customers of three stores over a year: referred in rings and chains, some leave, some never buy."""
    rng = np.random.default_rng(seed)
    people = _people(rng, n)
    orders, lines = _orders(rng, people, 5 * n)
    return {
        "customers": people,
        "orders": orders,
        "order_lines": lines,
        "events": _events(rng, people, 6 * n),
        "spend": _spend(rng),
    }


def _people(rng, n: int) -> pd.DataFrame:
    ids = np.array([f"C{i:03}" for i in range(n)])
    joined = FROM + pd.to_timedelta(np.sort(rng.integers(0, 350 * 24, n)), unit="h")
    stay = pd.to_timedelta(rng.integers(1, 60 * 24, n), unit="h")
    earlier = ids[(rng.random(n) * np.arange(n)).astype(int)]
    led = np.where(rng.random(n) < 0.4, earlier, None)
    led[:4] = [ids[1], ids[0], ids[2], "nobody"]  # a ring, herself, a stranger
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "store_id": rng.choice(STORES, n),
            "channel": rng.choice([*CHANNELS, None], n),
            "code_id": rng.choice(["K1", "K2"], n),
            "staff_id": rng.choice(["E1", "E2", None], n),
            "joined_at": pd.Series(joined).where(rng.random(n) < 0.95),
            "left_at": pd.Series(joined + stay).where(rng.random(n) < 0.2),
            "referrer_id": led,
            "member_since": pd.Series(joined + 2 * stay).where(rng.random(n) < 0.3),
        }
    )
    return people.assign(left_at=people["left_at"].where(people["joined_at"].notna()))


def _orders(rng, people: pd.DataFrame, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    who = (rng.random(n) ** 2 * len(people)).astype(int)
    amount = rng.integers(4, 800, n) / 4
    orders = pd.DataFrame(
        {
            "order_id": [f"O{i}" for i in range(n)],
            "customer_id": np.where(rng.random(n) < 0.1, None, people["customer_id"].to_numpy()[who]),
            "store_id": rng.choice(STORES, n),
            "staff_id": rng.choice(["E1", "E2"], n),
            "ordered_at": FROM + pd.to_timedelta(rng.integers(0, 366 * 24, n), unit="h"),
            "amount": amount,
            "refund_amount": np.where(rng.random(n) < 0.08, amount, 0.0),
            "margin": amount * 0.25,
            "home_store_id": people["store_id"].to_numpy()[who],
        }
    )
    products = pd.DataFrame(
        [
            ("trial", "milk", "entry"),
            ("bottle", "gear", "core"),
            ("tin", "milk", "core"),
            ("set", "gear", "premium"),
        ],
        columns=["product", "category", "tier"],
    )
    lines = pd.DataFrame({"order_id": np.repeat(orders["order_id"], 2)}).reset_index(drop=True)
    chosen = products.iloc[rng.choice(4, len(lines), p=[0.4, 0.3, 0.2, 0.1])].reset_index(drop=True)
    lines = pd.concat([lines, chosen], axis=1).assign(product_id=chosen["product"])
    lines = lines.drop_duplicates(["order_id", "product_id"], ignore_index=True)
    half = lines["order_id"].map(orders.set_index("order_id")["amount"]) / 2
    homes = lines["order_id"].map(orders.set_index("order_id")["home_store_id"])
    return orders, lines.assign(quantity=1.0, amount=half, home_store_id=homes)


def _events(rng, people: pd.DataFrame, n: int) -> pd.DataFrame:
    who = rng.integers(0, len(people), n)
    told = pd.DataFrame(
        {
            "customer_id": people["customer_id"].to_numpy()[who],
            "store_id": people["store_id"].to_numpy()[who],
            "staff_id": people["staff_id"].to_numpy()[who],
            "event": rng.choice(TOLD, n),
            "happened_at": FROM + pd.to_timedelta(rng.integers(0, 366 * 24, n), unit="h"),
        }
    )
    came = people.loc[people["joined_at"].notna(), ["customer_id", "store_id", "staff_id", "joined_at"]]
    came = came.rename(columns={"joined_at": "happened_at"}).assign(event="joined")
    both = pd.concat([told, came], ignore_index=True)
    return both.assign(source="app", home_store_id=both["store_id"])


def _spend(rng) -> pd.DataFrame:
    days = pd.date_range(FROM, AS_OF, freq="9D")
    return pd.DataFrame(
        {
            "channel": rng.choice(CHANNELS, len(days)),
            "code_id": rng.choice(["K1", "K2"], len(days)),
            "store_id": rng.choice(STORES, len(days)),
            "spent_on": days,
            "amount": rng.integers(5, 90, len(days)).astype(float),
        }
    )


def _stored(connection, name: str, frame: pd.DataFrame):
    """The table in the engine, in its canonical types; what a client adds is text."""
    types = {column.name: column.type for column in TABLES[name].columns}
    rows = ibis.memtable(frame)
    rows = rows.mutate(**{c: rows[c].cast(types.get(c, "string")) for c in frame.columns})
    return connection.create_table(name, rows)
