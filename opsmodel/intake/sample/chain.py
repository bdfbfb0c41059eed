"""A chain of stores whose truth is known: the canonical tables, clean, and the rates behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.sample import journey, till
from opsmodel.intake.sample.behaviour import Behaviour, Defect, behaviour
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.industry import INDUSTRIES

SOURCES = {"replied": "wecom", "messaged": "wecom", "shared": "miniapp", "coupon_used": "pos"}
FORMATS = ("商场店", "社区店")
REGIONS = ("华东", "华南")


@dataclass(frozen=True)
class Sample:
    """The canonical tables of a generated chain (pandas, money as float), and `truth` by store."""

    stores: pd.DataFrame
    customers: pd.DataFrame
    orders: pd.DataFrame
    order_lines: pd.DataFrame
    events: pd.DataFrame
    spend: pd.DataFrame
    traffic: pd.DataFrame
    truth: dict[str, dict[str, Any]]


def chain(
    industry: str = "mother_baby",
    *,
    n_stores: int = 8,
    n_customers: int = 600,
    start: str = "2023-10-01",
    end: str = "2025-06-30",
    seed: int = 20250630,
    defects: Iterable[Defect] = (),
    young: Mapping[str, str] | None = None,
    spread: float = 0.04,
) -> Sample:
    """A chain in which every store behaves as planted; the same arguments give the same tables.

    industry     mother_baby (母婴, high repeat), jewellery (珠宝, dear and rare), tea (奶茶, almost daily)
    n_stores     stores S001, S002, …
    n_customers  contacts an average store adds from `start` to `end`; sizes vary from 3/4 to 3/2 of it
    start, end   first and last day, inclusive; `end` is the as-of day
    defects      planted strengths and weaknesses; the last word on what a report should find
    young        store_id -> first day of trading, for stores opened later
    spread       how much stores differ by nature (standard deviation of the logarithm of each rate)

    Orders carry the home store of the buyer beside the store that rang them up. `truth` holds for each
    store the `planted` rates (what an endless file would show), its `defects`, and `counted` figures of
    this very file. Raises ArgumentError for an unknown industry.

    >>> sample = chain("tea", n_stores=2, n_customers=50, start="2024-01-01", end="2024-03-31", seed=1)
    >>> sample.stores["store_id"].tolist(), sorted(sample.truth["S001"])
    (['S001', 'S002'], ['counted', 'defects', 'planted'])
    """
    if industry not in INDUSTRIES:
        raise ArgumentError(
            "this industry is not known.", found=repr(industry), fix=f"use one of {list(INDUSTRIES)}."
        )
    young, planted = young or {}, tuple(defects)
    ids = [f"S{number:03d}" for number in range(1, n_stores + 1)]
    opened = [young.get(store, start) for store in ids]
    parts = []
    for number, store in enumerate(ids):
        behaves = behaviour(store, INDUSTRIES[industry], Draw(seed, number, 0), planted, spread)
        days = (np.datetime64(end) - np.datetime64(opened[number])).astype(int) + 1
        full = (np.datetime64(end) - np.datetime64(start)).astype(int) + 1
        n = int(round(n_customers * behaves.size * days / full))
        parts.append(_store(behaves, number, journey.season(opened[number], end, behaves), n, seed))
    orders = _orders(pd.concat([part["orders"] for part in parts]), ids, opened, Draw(seed, n_stores, 9))
    tables = {
        name: pd.concat([part[name] for part in parts], ignore_index=True)
        for name in ("customers", "events", "spend", "traffic")
    }
    lines = pd.concat([part["lines"] for part in parts]).merge(orders[["row", "order_id"]], on="row")
    lines = lines.drop(columns="row").sort_values(["order_id", "product_id"], ignore_index=True)
    columns = ["order_id", *[column for column in lines.columns if column != "order_id"]]
    orders = orders.drop(columns="row")
    truth = {
        part["behaviour"].store_id: _truth(part["behaviour"], planted, tables["customers"], orders)
        for part in parts
    }
    return Sample(
        stores=_stores(ids, opened), orders=orders, order_lines=lines[columns], truth=truth, **tables
    )


def _store(behaves: Behaviour, number: int, season: journey.Season, n: int, seed: int) -> dict[str, Any]:
    """The tables of one store, each with its own stream of chance."""
    people = journey.contacts(behaves, season, n, Draw(seed, number, 1))
    bought = journey.purchases(behaves, season, people, Draw(seed, number, 2))
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
    staff = np.array([f"E{number + 1:02d}{person}" for person in range(1, 5)])
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
    }


def _time(seconds) -> pd.Series:
    seconds = pd.Series(np.asarray(seconds))
    known = seconds.where(seconds < journey.NEVER, 0).astype("int64").to_numpy().astype("datetime64[s]")
    return pd.Series(known).where((seconds < journey.NEVER).to_numpy())


def _spend(behaves: Behaviour, customers: pd.DataFrame) -> pd.DataFrame:
    """What each channel cost, booked on the first day of the month."""
    cost = {channel.name: channel.cost for channel in behaves.industry.channels}
    month = customers["joined_at"].dt.to_period("M").dt.to_timestamp().rename("spent_on")
    adds = customers.groupby(["channel", "code_id", "store_id", month], as_index=False).size()
    adds["amount"] = (adds["size"] * adds["channel"].map(cost)).round(2)
    return adds.drop(columns="size").sort_values(["store_id", "spent_on", "channel"], ignore_index=True)


def _orders(orders: pd.DataFrame, ids: list[str], opened: list[str], draw: Draw) -> pd.DataFrame:
    """The orders of the chain: a few repeat orders rung up elsewhere, numbered by store and day."""
    n = len(orders)
    away = draw.chance(0.03, n) & (orders["number"] > 1).to_numpy()
    other = draw.below(len(ids), n)
    trading = orders["ordered_at"].to_numpy() >= np.array(opened, dtype="datetime64[s]")[other]
    orders["store_id"] = np.where(away & trading, np.array(ids)[other], orders["store_id"])
    orders = orders.sort_values(["store_id", "ordered_at", "row"], ignore_index=True)
    day = orders["ordered_at"].dt.strftime("%y%m%d")
    number = orders.groupby(["store_id", day]).cumcount() + 1
    orders["order_id"] = orders["store_id"].str[1:] + day + number.astype(str).str.zfill(4)
    orders["staff_id"] = "E" + orders["store_id"].str[2:] + (orders["staff"] + 1).astype(str)
    columns = (
        "row order_id customer_id store_id staff_id ordered_at amount refund_amount margin home_store_id"
    )
    return orders[columns.split()]


def _stores(ids: list[str], opened: list[str]) -> pd.DataFrame:
    place = np.arange(len(ids))
    return pd.DataFrame(
        {
            "store_id": ids,
            "store_name": [f"第{number}店" for number in place + 1],
            "region": np.array(REGIONS)[place // 2 % 2],
            "city_tier": np.array(["一线", "新一线"])[place // 4 % 2],
            "format": np.array(FORMATS)[place % 2],
            "opened_on": np.array(opened, dtype="datetime64[s]"),
        }
    )


def _truth(
    behaves: Behaviour, defects: tuple[Defect, ...], customers: pd.DataFrame, orders: pd.DataFrame
) -> dict[str, Any]:
    store = behaves.store_id
    mine, sold = customers[customers["store_id"] == store], orders[orders["home_store_id"] == store]
    known = sold[sold["customer_id"].notna()]
    net = (sold["amount"] - sold["refund_amount"]).sum()
    return {
        "planted": behaves.rates(),
        "defects": [
            {"stage": d.stage, "factor": d.factor, **({"since": d.since} if d.since else {})}
            for d in defects
            if d.store_id == store
        ],
        "counted": {
            "n_customers": len(mine),
            "n_left": int(mine["left_at"].notna().sum()),
            "n_orders": len(sold),
            "n_anonymous": len(sold) - len(known),
            "n_buyers": int(known.loc[known["amount"] > known["refund_amount"], "customer_id"].nunique()),
            "n_full_refunds": int((sold["amount"] == sold["refund_amount"]).sum()),
            "n_part_refunds": int(
                ((sold["refund_amount"] > 0) & (sold["amount"] > sold["refund_amount"])).sum()
            ),
            "net_revenue": round(float(net), 2),
        },
    }
