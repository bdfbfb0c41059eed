"""The bundled client `demo`: a mother-and-baby chain of eight stores, each with a story."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from opsmodel.errors import ClientError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample import agreed, exports
from opsmodel.intake.sample.behaviour import Defect
from opsmodel.intake.sample.chain import Sample, chain, counted
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.industry import INDUSTRIES
from opsmodel.intake.sample.procedures import COACHED, KEENER, PROCEDURES, REVERSED, Service

SEED = 20250630
MEMBERS = 20
STORES = (
    # name, region, city tier, format, opened
    ("春晓路店", "华东", "新一线", "商场店", "2017-04-28"),
    ("银杏里店", "华东", "新一线", "社区店", "2018-09-15"),
    ("滨河天地店", "华东", "二线", "商场店", "2019-05-01"),
    ("云杉苑店", "华东", "二线", "社区店", "2019-11-08"),
    ("星光广场店 A&B馆", "华南", "一线", "商场店", "2016-12-24"),
    ("榕树湾店", "华南", "一线", "社区店", "2020-06-18"),
    ("南湖荟店", "华南", "新一线", "商场店", "2018-03-30"),
    ("新月城店（新店）", "华南", "新一线", "社区店", "2025-03-20"),
)
DEFECTS = (
    Defect("S001", "close", 0.80),
    Defect("S001", "order_value", 1.20, since="2025-01-01"),
    Defect("S001", "traffic", 0.70, since="2025-01-01"),
    Defect("S002", "order_value", 0.62),
    Defect("S003", "close", 0.50),
    Defect("S005", "repurchase", 0.55),
    Defect("S006", "retain", 0.60),
)
PILOTS = dict.fromkeys(("S003", "S004", "S007"), "2025-04-07")
SERVICE = Service(
    since="2024-07-01",
    diligence={
        "S001": 0.3, "S002": 0.6, "S003": 0.0, "S004": 0.5, "S005": -1.1, "S006": -0.4, "S007": 0.2,
        "S008": -0.2, "E011": 0.8, "E044": -1.0,
    },
    bulk=("E023",),
    uncovered=("E064", "E083"),
    fitted={"return_call": 2.0, "member_invite": 1.8},
)  # fmt: skip
TRUTH = """\
# What is true of the demo client: the rates planted in every store, the figures counted in its clean
# tables, and the faults planted in its raw exports.
# Written by `python -m opsmodel.intake.sample demo`; the exports beside it come from the same run.
"""


def demo() -> Sample:
    """The clean tables of the demo client, as intake should recover them.

    >>> demo().truth["S003"]["defects"]
    [{'stage': 'close', 'factor': 0.5}]
    """
    sample = chain(
        "mother_baby",
        n_stores=len(STORES),
        start="2023-10-01",
        end="2025-06-30",
        seed=SEED,
        defects=DEFECTS,
        young={"S008": STORES[7][4]},
        service=SERVICE,
        pilots=PILOTS,
    )
    names = pd.DataFrame(STORES, columns=["store_name", "region", "city_tier", "format", "opened_on"])
    sample = _with_members(sample)
    stores = sample.stores.assign(**{column: names[column] for column in names.columns[:-1]})
    stores["opened_on"] = names["opened_on"].to_numpy().astype("datetime64[s]")
    festivals = pd.DataFrame(
        {
            "channel": "advert",
            "code_id": np.repeat(["festival-1111", "festival-618"], 3),
            "store_id": ["S001", "S005", "S007"] * 2,
            "spent_on": np.repeat(np.array(["2024-11-01", "2025-06-01"], dtype="datetime64[s]"), 3),
            "amount": [12_000.0, 10_500.0, 11_000.0, 13_000.0, 10_000.0, 12_500.0],
        }
    )
    spend = pd.concat([sample.spend, festivals]).sort_values(
        ["store_id", "spent_on", "channel", "code_id"], ignore_index=True
    )
    sample = replace(sample, stores=stores, spend=spend)
    return replace(sample, actions=agreed.actions(sample))


def _with_members(sample: Sample) -> Sample:
    """Some buyers hold a member card but were never added as a contact: they are in no contact list."""
    orders = sample.orders.copy()
    strangers = np.flatnonzero(orders["customer_id"].isna())
    chosen = strangers[np.sort(np.argsort(Draw(SEED, 99).uniform(len(strangers)), kind="stable")[:MEMBERS])]
    cards = pd.Series([f"9660{place:04d}" for place in range(MEMBERS)], dtype=orders["customer_id"].dtype)
    orders.loc[chosen, "customer_id"] = cards.to_numpy()
    members = pd.DataFrame({"customer_id": cards, "store_id": orders["store_id"].iloc[chosen].to_numpy()})
    customers = pd.concat([sample.customers, members], ignore_index=True)
    truth = {
        store: entry | {"counted": counted(customers, orders, store)} for store, entry in sample.truth.items()
    }
    return replace(sample, customers=customers, orders=orders, truth=truth)


def _sops(sample: Sample) -> dict[str, Any]:
    """What is true of the procedures: which bring customers back, and who is and is not served."""
    stores = sample.planted["sop"]
    return {
        "window_days": stores["S001"]["window_days"],
        "times_as_many_of_the_served_are_back": dict(SERVICE.fitted),
        "how": "No order was changed for it: who was served was drawn to fit who came back.",
        "without_effect": [p.sop for p in PROCEDURES if p.sop not in SERVICE.fitted],
        "procedures": {
            procedure.sop: {
                "name": procedure.zh,
                "steps": [zh for _step, zh in procedure.steps],
                "usual_on_time": procedure.adherence,
            }
            for procedure in PROCEDURES
        },
        "followups_begun_with_the_second_step": REVERSED,
        "birthday_log_odds_on_time": {"bought_in_the_last_90_days": KEENER, "others": -KEENER / 2},
        "staff_who_tick_at_one_minute": list(SERVICE.bulk),
        "staff_whose_customers_have_no_tasks": list(SERVICE.uncovered),
        "stores": {
            store: {name: entry[name] for name in ("effects", "diligence", "counted")}
            for store, entry in stores.items()
        },
    }


def write_client(client: str = "demo", folder: Path | str | None = None) -> Path:
    """Write the raw exports of a bundled client, and the truth beside them; returns its folder.

    folder  default data/<client>; its engagement.yaml is a decision, not an export, and is left alone

    Raises ClientError if no such client is bundled.
    """
    if client != "demo":
        raise ClientError("this client is not generated.", found=repr(client), fix="use demo.")
    folder = Path(folder or Path("data") / client)
    sample = demo()
    channels = {channel.name: channel.zh for channel in INDUSTRIES["mother_baby"].channels}
    mess = exports.write(sample, folder / "raw", channels, SEED) | {"customers_in_no_list_note": MEMBERS}
    truth = {
        "as_of": "2025-06-30",
        "tables": {name: len(getattr(sample, name)) for name in TABLES},
        "mess": mess,
        "stores": sample.truth,
        "sop": _sops(sample),
        "pilot": {
            "wave": "第1批",
            "stores": sample.planted["pilots"],
            "effect_on_orders": "none",
            "log_odds_on_time_added_from_the_first_day": COACHED,
        },
        "answers": sample.planted["answers"],
        "actions": {"baselines_measured_on": agreed.AGREED, "effect_on_orders": "none"},
    }
    text = yaml.safe_dump(truth, allow_unicode=True, sort_keys=False, width=110)
    (folder / "truth.yaml").write_text(TRUTH + text, encoding="utf-8", newline="\n")
    return folder
