"""What a training brought, on Kirkpatrick's four levels: liked, learned, done, earned."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from opsmodel.advice import once
from opsmodel.intake import contract
from opsmodel.metrics import growth, maturity, sop
from opsmodel.metrics.rates import SMALLEST_BASE

LONGEST, SHORTEST = 84, 28  # days of the windows before and after, whole weeks
COLUMNS = [
    *("level", "measure", "n", "n_trained", "n_untrained", "before", "after", "untrained_before"),
    *("untrained_after", "effect", "effect_low", "effect_high", "p_value", "window_days"),
]


def effect(client) -> pd.DataFrame:
    """One row per level and measure: what the first wave of stores was trained for, and what came of it.

    1 reaction   mean satisfaction, 0 to 4
    2 learning   share of quiz questions answered right, before and after, by person
    3 behaviour  share of due SOP tasks done on time (`sop.adherence`, without ticks in bursts), in the stores
                 of the wave against stores not yet trained
    4 results    net revenue and buyers, the same way, as a relative change

    Levels 3 and 4 compare equal windows before and after the first day of the wave (up to 12 weeks), stores
    weighing alike; a store that opened within the window before is left out, so are stores of a later wave
    that began within the window after.

    Returns level, measure, n (respondents), n_trained and n_untrained (stores), before, after,
    untrained_before, untrained_after, effect with effect_low and effect_high (95 %), p_value, window_days.
    A level whose table is missing has no row. The effect of level 4 is a ratio less 1.
    Source: Kirkpatrick 1959.

    >>> effect(open_client("demo"))  # doctest: +SKIP
    """
    rows: list[dict] = []
    if client.chain.has("answers"):
        rows += _people(client.chain.answers, client.as_of)
    changes = once.whole(client, changes_by_store)
    rows += [_compared(str(measure), stores) for measure, stores in changes.groupby("measure", sort=False)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    numeric = [name for name in COLUMNS if name != "measure"]
    return found.astype(dict.fromkeys(numeric, "float64")).sort_values(
        "level", kind="stable", ignore_index=True
    )


def changes_by_store(client) -> pd.DataFrame:
    """One row per measure and store: measure, store_id, is_trained, before, after, window_days, started_on.

    Empty where no store has begun, or the wave is younger than four weeks.
    """
    columns = ["measure", "store_id", "is_trained", "before", "after", "window_days", "started_on"]
    nothing = pd.DataFrame(columns=columns)
    started = first_wave(client)
    if started is None:
        return nothing
    window = min(LONGEST, ((client.as_of - started).days + 1) // 7 * 7)
    if window < SHORTEST:
        return nothing
    stores = _stores(client, started, window)
    spans = {"before": started - timedelta(days=window), "after": started}
    sides = [
        _measured(client, begin, begin + timedelta(days=window - 1)).rename(columns={"value": side})
        for side, begin in spans.items()
    ]
    found = sides[0].merge(sides[1], on=["measure", "store_id"]).merge(stores, on="store_id")
    found = found.assign(window_days=window, started_on=started.isoformat())
    return found.sort_values(["measure", "store_id"], ignore_index=True)[columns]


def first_wave(client) -> date | None:
    """The first day of the first wave, as far as it lies before the as-of day; None without one."""
    if not client.chain.has("stores"):
        return None
    days = client.chain.stores.select("started_on").execute()["started_on"].dropna()
    days = [contract.day(value) for value in days]
    return min((value for value in days if value <= client.as_of), default=None)


def _stores(client, started: date, window: int) -> pd.DataFrame:
    """The stores of the wave, and those that begin later than the window after, or never."""
    rows = client.chain.stores.select("store_id", "started_on").execute()
    sales = client.chain.sales
    opened = sales.group_by("store_id").agg(first=sales.ordered_at.min().date()).execute()
    rows = rows.merge(opened, on="store_id")
    begin = pd.to_datetime(rows["started_on"])
    is_trained = begin == pd.Timestamp(started)
    later = begin.isna() | (begin >= pd.Timestamp(started) + pd.Timedelta(days=window))
    old = pd.to_datetime(rows["first"]) <= pd.Timestamp(started) - pd.Timedelta(days=window - 7)
    return rows.assign(is_trained=is_trained).loc[(is_trained | later) & old, ["store_id", "is_trained"]]


def _measured(client, begin: date, end: date) -> pd.DataFrame:
    """One row per measure and store over one window: measure, store_id, value."""
    chain = client.chain
    sold = growth.equation(chain.sales, start=begin, end=end, by="store_id")
    parts = [
        pd.DataFrame(
            {"measure": name, "store_id": sold["store_id"], "value": np.log(sold[name].where(sold[name] > 0))}
        )
        for name in ("net_revenue", "n_buyers")
    ]
    if chain.has("tasks"):
        tasks = sop.credible(chain.tasks, as_of=client.as_of)
        tasks = tasks.filter(tasks.due_at.date().between(ibis.date(begin), ibis.date(end)))
        found = sop.adherence(tasks, as_of=end, by="store_id", per="all")
        found = found[found["n_due"] >= SMALLEST_BASE].rename(columns={"adherence": "value"})
        parts.insert(0, found.assign(measure="sop_on_time")[["measure", "store_id", "value"]])
    return pd.concat(parts, ignore_index=True).dropna(subset="value")


def _people(answers, as_of: date) -> list[dict]:
    """Levels 1 and 2, of the people who answered."""
    rows = []
    liked = maturity.scorecard(answers, items="question", survey="satisfaction", as_of=as_of)
    for row in liked[~liked["is_suppressed"]].to_dict("records"):
        told = {"effect": row["score"], "effect_low": row["score_low"], "effect_high": row["score_high"]}
        rows.append({"level": 1, "measure": row["question"], "n": row["n"], **told})
    learned = maturity.learning(answers, as_of=as_of)
    for row in learned[~learned["is_suppressed"]].to_dict("records"):
        told = {"before": row["right_before"], "after": row["right_after"]}
        gain = {"effect": row["gain"], "effect_low": row["gain_low"], "effect_high": row["gain_high"]}
        rows.append({"level": 2, "measure": "quiz", "n": row["n"], **told, **gain})
    return rows


def _compared(measure: str, stores: pd.DataFrame) -> dict:
    """Level 3 or 4, of the stores of the wave against the others."""
    row = maturity.against_untrained(stores).iloc[0].to_dict()
    names = {"trained_before": "before", "trained_after": "after", "difference": "effect",
             "difference_low": "effect_low", "difference_high": "effect_high"}  # fmt: skip
    told = {names.get(str(name), str(name)): value for name, value in row.items()}
    if measure != "sop_on_time":  # from logarithms to ratios
        told |= {name: np.expm1(told[name]) for name in ("effect", "effect_low", "effect_high")}
        sides = ("before", "after", "untrained_before", "untrained_after")
        told |= {name: np.exp(told[name]) for name in sides}
    level = 3 if measure == "sop_on_time" else 4
    return told | {"level": level, "measure": measure, "window_days": stores["window_days"].iloc[0]}
