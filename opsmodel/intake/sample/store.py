"""The canonical tables of one generated store."""

from typing import Any

import numpy as np
import pandas as pd

from opsmodel.intake.sample import journey, service, till
from opsmodel.intake.sample.behaviour import Behaviour
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.due import Shop
from opsmodel.intake.sample.procedures import Team

SOURCES = {"replied": "wecom", "messaged": "wecom", "shared": "miniapp", "coupon_used": "pos"}


def one_store(
    behaves: Behaviour, number: int, season: journey.Season, n: int, seed: int, crew: Team
) -> dict[str, Any]:
    """The tables of one store, each with its own stream of chance.

    number  place of the store in the chain, from 0
    n       contacts it adds
    crew    its staff, and how they follow the procedures

    Returns its behaviour and customers, orders (with `row`, unique in the chain, and not numbered yet),
    lines (with `row` of the order), events, traffic, spend and tasks, and what can be `counted` in the tasks.
    """
    people = journey.contacts(behaves, season, n, Draw(seed, number, 1))
    bought = journey.purchases(behaves, season, people, Draw(seed, number, 2))
    bought, tasks = service.served(Shop(behaves, season, people, bought, crew), (seed, number))
    shared = journey.shares(people, season, Draw(seed, number, 3))
    first = np.full(n, journey.NEVER)
    first[bought.loc[bought["number"] == 1, "person"]] = bought.loc[bought["number"] == 1, "time"]
    brought_by = journey.referrers(people, first, shared, Draw(seed, number, 4))
    draw = Draw(seed, number, 5)
    visitors = draw.count(behaves.industry.visitors * behaves.size * season.busy)
    known = till.orders(behaves, season, people, bought, Draw(seed, number, 6))
    rows = pd.concat([known, till.walk_ins(behaves, visitors, season, draw)], ignore_index=True)
    touches = till.touches(people, rows, shared, season, Draw(seed, number, 7))
    names = np.array([f"{number + 1:03d}{person + 1:05d}" for person in range(n)] + [None], dtype=object)
    staff = np.array(crew.staff)
    store = behaves.store_id
    member = np.full(n, journey.NEVER)
    third = bought[bought["number"] == 3]
    member[third["person"]] = third["time"]
    customers = pd.DataFrame(
        {
            "customer_id": names[:n],
            "store_id": store,
            "channel": people["channel"],
            "code_id": store + "-" + people["channel"],
            "staff_id": staff[people["staff"]],
            "joined_at": _time(people["joined"]),
            "left_at": _time(people["left"].where(people["left"] < season.end, journey.NEVER)),
            "referrer_id": names[brought_by],
            "member_since": _time(member),
        }
    )
    orders = pd.DataFrame(
        {
            "row": number * 10**7 + np.arange(len(rows)),
            "customer_id": names[rows["person"]],
            "store_id": store,
            "home_store_id": store,
            "number": rows["number"],
            "staff": rows["staff"],
            "ordered_at": _time(rows["time"]),
            "amount": rows["amount"] / 100,
            "refund_amount": rows["refund"] / 100,
            "margin": rows["margin"] / 100,
        }
    )
    items = till.lines(behaves, rows, Draw(seed, number, 8))
    shelf = behaves.industry.shelf
    lines = pd.DataFrame(
        {
            "row": number * 10**7 + items["order"],
            **{
                column: np.array([getattr(product, column) for product in shelf], dtype=object)[
                    items["product"]
                ]
                for column in ("product_id", "product", "category", "tier")
            },
            "quantity": items["quantity"].astype(float),
            "amount": items["cents"] / 100,
        }
    )
    events = pd.DataFrame(
        {
            "customer_id": names[touches["person"]],
            "store_id": store,
            "staff_id": staff[people["staff"].to_numpy()[touches["person"]]],
            "event": touches["event"],
            "happened_at": _time(touches["time"]),
            "source": touches["event"].map(SOURCES),
        }
    )
    traffic = pd.DataFrame(
        {"store_id": store, "counted_on": season.days.astype("datetime64[s]"), "visitors": visitors}
    )
    return {
        "behaviour": behaves,
        "customers": customers,
        "orders": orders,
        "lines": lines,
        "events": events,
        "traffic": traffic,
        "spend": _spend(behaves, customers),
        "tasks": _tasks(tasks, store, staff, names),
        "counted": service.counted(tasks),
    }


def _tasks(tasks: pd.DataFrame, store: str, staff: np.ndarray, names: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task_id": [f"T{store[1:]}{number:05d}" for number in range(1, len(tasks) + 1)],
            "sop": tasks["sop"],
            "step": tasks["step"],
            "store_id": store,
            "staff_id": staff[tasks["staff"].to_numpy()],
            "customer_id": names[tasks["person"].to_numpy()],
            "due_at": _time(tasks["due"]),
            "done_at": _time(tasks["done"]),
        }
    )


def _time(seconds) -> pd.Series:
    seconds = pd.Series(np.asarray(seconds))
    known = seconds.where(seconds < journey.NEVER, 0).astype("int64").to_numpy().astype("datetime64[s]")
    return pd.Series(known).where((seconds < journey.NEVER).to_numpy())


def _spend(behaves: Behaviour, customers: pd.DataFrame) -> pd.DataFrame:
    """What each channel cost, booked on the first day of the month."""
    cost = {channel.name: channel.cost for channel in behaves.industry.channels}
    month = customers["joined_at"].dt.to_period("M").dt.to_timestamp().rename("spent_on")
    adds = customers.groupby(["channel", "code_id", "store_id", month], as_index=False).size()
    adds["amount"] = (adds["size"] * adds["channel"].map(cost).astype(float)).round(2)
    return adds.drop(columns="size").sort_values(["store_id", "spent_on", "channel"], ignore_index=True)
