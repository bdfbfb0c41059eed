"""A chain of stores whose truth is known: the canonical tables, clean, and the rates behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample import journey, procedures
from opsmodel.intake.sample.behaviour import Behaviour, Defect, behaviour
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.industry import INDUSTRIES
from opsmodel.intake.sample.procedures import Service
from opsmodel.intake.sample.store import one_store
from opsmodel.intake.sample.survey import survey

FORMATS = ("商场店", "社区店")
REGIONS = ("华东", "华南")


STANDARD = Service()


@dataclass(frozen=True)
class Sample:
    """The canonical tables of a generated chain (pandas, money as float), and what is true of it.

    truth    by store: its planted rates, its defects, and what can be counted
    planted  what is true of the procedures (`sop`, by store), the questionnaires (`answers`) and `pilots`
    """

    stores: pd.DataFrame
    customers: pd.DataFrame
    orders: pd.DataFrame
    order_lines: pd.DataFrame
    events: pd.DataFrame
    spend: pd.DataFrame
    traffic: pd.DataFrame
    tasks: pd.DataFrame
    answers: pd.DataFrame
    truth: dict[str, dict[str, Any]]
    planted: dict[str, Any]
    actions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=TABLES["actions"].names))


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
    service: Service = STANDARD,
    pilots: Mapping[str, str] | None = None,
) -> Sample:
    """A chain in which every store behaves as planted; the same arguments give the same tables.

    industry     mother_baby (母婴, high repeat), jewellery (珠宝, dear and rare), tea (奶茶, almost daily)
    n_stores     stores S001, S002, …
    n_customers  contacts an average store adds from `start` to `end`; sizes vary from 3/4 to 3/2 of it
    start, end   first and last day, inclusive; `end` is the as-of day
    defects      planted strengths and weaknesses; the last word on what a report should find
    young        store_id -> first day of trading, for stores opened later
    spread       how much stores differ by nature (standard deviation of the logarithm of each rate)
    service      how the staff follow the standard procedures; by default without any effect on orders
    pilots       store_id -> first day of the pilot wave (ISO): its staff are trained and do more of their
                 tasks. The wave by itself moves no sale: plant a late defect of order_value, whose past is
                 the same with and without it (one of traffic moves the earlier contacts too), or effects

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
    young, pilots, planted = young or {}, pilots or {}, tuple(defects)
    ids = [f"S{number:03d}" for number in range(1, n_stores + 1)]
    opened = [young.get(store, start) for store in ids]
    parts = []
    for number, store in enumerate(ids):
        behaves = behaviour(store, INDUSTRIES[industry], Draw(seed, number, 0), planted, spread)
        days = (np.datetime64(end) - np.datetime64(opened[number])).astype(int) + 1
        full = (np.datetime64(end) - np.datetime64(start)).astype(int) + 1
        n = round(n_customers * behaves.size * int(days) / int(full))
        season = journey.season(opened[number], end, behaves)
        staff = tuple(f"E{number + 1:02d}{person}" for person in range(1, 5))
        crew = procedures.team(store, staff, service, pilots.get(store), Draw(seed, number, 10))
        part = one_store(behaves, number, season, n, seed, crew)
        parts.append(part | {"sop": procedures.planted(behaves, crew) | {"counted": part["counted"]}})
    orders = _orders(pd.concat([part["orders"] for part in parts]), ids, opened, Draw(seed, n_stores, 9))
    tables = {
        name: pd.concat([part[name] for part in parts], ignore_index=True)
        for name in ("customers", "events", "spend", "traffic", "tasks")
    }
    lines = pd.concat([part["lines"] for part in parts]).merge(orders[["row", "order_id"]], on="row")
    lines = lines.drop(columns="row").sort_values(["order_id", "product_id"], ignore_index=True)
    columns = ["order_id", *[column for column in lines.columns if column != "order_id"]]
    orders = orders.drop(columns="row")
    truth = {
        part["behaviour"].store_id: _truth(part["behaviour"], planted, tables["customers"], orders)
        for part in parts
    }
    answers, asked = survey(truth, tables, pilots, end, Draw(seed, n_stores, 11))
    return Sample(
        stores=_stores(ids, opened, pilots),
        orders=orders,
        order_lines=lines[columns],
        answers=answers,
        truth=truth,
        planted={
            "sop": {part["behaviour"].store_id: part["sop"] for part in parts},
            "answers": asked,
            "pilots": dict(pilots),
        },
        **tables,
    )


def _orders(orders: pd.DataFrame, ids: list[str], opened: list[str], draw: Draw) -> pd.DataFrame:
    """The orders of the chain: a few repeat orders rung up elsewhere, numbered by store and day."""
    n = len(orders)
    away = draw.chance(0.03, n) & (orders["number"] > 1).to_numpy()
    other = draw.below(len(ids), n)
    trading = orders["ordered_at"].to_numpy() >= np.array(opened, dtype="datetime64[s]")[other]
    orders["store_id"] = np.where(away & trading, np.array(ids)[other], orders["store_id"])
    orders = orders.sort_values(["store_id", "ordered_at", "row"], ignore_index=True)
    days, place = np.unique(orders["ordered_at"].to_numpy().astype("datetime64[D]"), return_inverse=True)
    day = pd.Series(pd.DatetimeIndex(days).strftime("%y%m%d").to_numpy()[place], dtype="str")
    number = orders.groupby(["store_id", day]).cumcount() + 1
    orders["order_id"] = orders["store_id"].str[1:] + day + number.astype(str).str.zfill(4)
    orders["staff_id"] = "E" + orders["store_id"].str[2:] + (orders["staff"] + 1).astype(str)
    columns = (
        "row order_id customer_id store_id staff_id ordered_at amount refund_amount margin home_store_id"
    )
    return orders[columns.split()]


def _stores(ids: list[str], opened: list[str], pilots: Mapping[str, str]) -> pd.DataFrame:
    started = [pilots.get(store, "NaT") for store in ids]
    place = np.arange(len(ids))
    return pd.DataFrame(
        {
            "store_id": ids,
            "store_name": [f"第{number}店" for number in place + 1],
            "region": np.array(REGIONS)[place // 2 % 2],
            "city_tier": np.array(["一线", "新一线"])[place // 4 % 2],
            "format": np.array(FORMATS)[place % 2],
            "opened_on": np.array(opened, dtype="datetime64[s]"),
            "wave": pd.Series(["1" if store in pilots else None for store in ids], dtype="str"),
            "started_on": np.array(started, dtype="datetime64[s]"),
        }
    )


def _truth(
    behaves: Behaviour, defects: tuple[Defect, ...], customers: pd.DataFrame, orders: pd.DataFrame
) -> dict[str, Any]:
    mine = [d for d in defects if d.store_id == behaves.store_id]
    return {
        "planted": behaves.rates(),
        "defects": [
            {"stage": d.stage, "factor": d.factor, **({"since": d.since} if d.since else {})} for d in mine
        ],
        "counted": counted(customers, orders, behaves.store_id),
    }


def counted(customers: pd.DataFrame, orders: pd.DataFrame, store: str) -> dict[str, Any]:
    """What can be counted in the clean tables of a home store, to the cent."""
    mine, sold = customers[customers["store_id"] == store], orders[orders["home_store_id"] == store]
    known = sold[sold["customer_id"].notna()]
    returned, whole = sold["refund_amount"] > 0, sold["amount"] == sold["refund_amount"]
    return {
        "n_customers": len(mine),
        "n_left": int(mine["left_at"].notna().sum()),
        "n_orders": len(sold),
        "n_anonymous": len(sold) - len(known),
        "n_buyers": int(known.loc[known["amount"] > known["refund_amount"], "customer_id"].nunique()),
        "n_full_refunds": int(whole.sum()),
        "n_part_refunds": int((returned & ~whole).sum()),
        "net_revenue": round(float((sold["amount"] - sold["refund_amount"]).sum()), 2),
    }
