"""Small result tables, one for each chart, with a value that could not be seen in each."""

import numpy as np
import pandas as pd

NAN = float("nan")


def interval(name: str, values: list[float], by: float = 0.05) -> dict[str, list[float]]:
    return {
        name: values,
        f"{name}_low": [value - by for value in values],
        f"{name}_high": [value + by for value in values],
    }


CONVERSION = pd.DataFrame(
    {
        "step": ["acquire", "close", "close"],
        "n": [200, 80, 20],
        "n_eligible": [200, 200, 200],
        "n_pending": [0, 30, 50],
        "step_rate": [NAN, 0.4, 0.25],
        **interval("entry_rate", [1.0, 0.4, 0.1]),
    }
)
LOOPS = pd.DataFrame(
    {
        "loop": ["share", "refer"],
        "n": [20, 0],
        "n_eligible": [200, 0],
        "rate": [0.1, NAN],
        "low": [0.06, NAN],
        "high": [0.15, NAN],
    }
)
RETENTION = pd.DataFrame(
    {
        "cohort": pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 3),
        "age": [0, 1, 2] * 2,
        "n_customers": [100] * 3 + [300] * 3,
        "value": [100.0, 40.0, 10.0, 300.0, 60.0, NAN],
        "rate": [1.0, 0.4, 0.1, 1.0, 0.2, NAN],
    }
)
CURVE = pd.DataFrame(
    {
        "within_days": [30, 90, 360],
        "n_customers": [1000, 29, 0],
        "n_repurchased": [120, 7, 0],
        **interval("repurchase_rate", [0.12, 0.25, NAN]),
    }
)
SURVIVAL = pd.DataFrame(
    {
        "days": [10, 20, 40],
        "at_risk": [100, 60, 20],
        "events": [10, 12, 2],
        "repurchased": [0.1, 0.28, 0.352],
        "low": [0.05, 0.2, 0.25],
        "high": [0.15, 0.36, 0.45],
    }
)
GAPS = pd.DataFrame(
    {
        "order_number": [1, 2, 3],
        "n_customers": [500, 100, 0],
        "n_next": [100, 60, 0],
        "median_days": [NAN, 33.0, NAN],
        "p80_days": [NAN, 71.0, NAN],
    }
)
LADDER = pd.DataFrame(
    {
        "order_number": [1, 2, 3],
        "n_customers": [500, 20, 0],
        "n_next": [100, 10, 0],
        **interval("next_rate", [0.2, 0.5, NAN]),
    }
)
HAZARD = pd.DataFrame(
    {
        "period": [1, 2, 3],
        "from_day": [1, 31, 61],
        "to_day": [30, 60, 90],
        "n_at_risk": [500, 300, 0],
        "n_events": [50, 15, 0],
        **interval("hazard", [0.1, 0.05, NAN], by=0.02),
    }
)
FACTORS = pd.DataFrame(
    {
        "factor": ["n_buyers", "average_order_value", "orders_per_buyer"],
        "before": [1000.0, 100.0, 1.2],
        "after": [1100.0, 90.0, 1.3],
        "contribution": [11900.0, -13100.0, 9900.0],
        "share_of_change": [1.37, -1.5, 1.13],
    }
)
PERIODS = pd.DataFrame(
    {
        "start": pd.to_datetime(["2024-01-01", "2024-04-01"]),
        "end": pd.to_datetime(["2024-03-31", "2024-06-30"]),
    }
)
MIX = pd.DataFrame({"store_id": ["S1", "S2"], "within": [12.0, -8.0], "mix": [-2.0, 4.0]})
STORES = pd.DataFrame(
    {
        "store_id": ["S1", "S2", "S3"],
        "store_name": ["<East>", None, "West"],
        **interval("repurchase_rate", [0.2, 0.4, NAN]),
    }
)
FINDINGS = pd.DataFrame(
    {
        "claim": ["small", "large", "unknown"],
        "money": [20000.0, 90000.0, NAN],
        "money_low": [-1000.0, 50000.0, NAN],
        "money_high": [40000.0, 130000.0, NAN],
    }
)
MONTHS = pd.DataFrame(
    {
        "start": pd.to_datetime(["2024-01-01", "2024-02-01"]),
        "identified_share": [0.5, NAN],
        "net_revenue": 1.0,
    }
)
LEDGER = pd.DataFrame(
    {
        "file": ["a.csv", "b.csv"],
        "rows_in": [100, 0],
        "kept": [80, 0],
        "merged": [15, 0],
        "quarantined": [5, 0],
    }
)
BY_CHANNEL = pd.concat(
    [CONVERSION.assign(channel="till"), CONVERSION.assign(channel="<ad>", n_eligible=50, entry_rate=0.5)],
    ignore_index=True,
)

DRAWN = {
    "conversion": (CONVERSION, {}),
    "loops": (LOOPS, {}),
    "retention": (RETENTION, {}),
    "retention_lines": (RETENTION, {}),
    "repurchase_curve": (CURVE, {}),
    "survival": (SURVIVAL, {}),
    "gaps": (GAPS, {}),
    "order_ladder": (LADDER, {}),
    "hazard": (HAZARD, {}),
    "equation": (FACTORS, {}),
    "beside_peers": (FACTORS, {"store": "<East>"}),
    "over_time": (FACTORS, {"periods": PERIODS}),
    "mix": (MIX, {}),
    "peers": (STORES, {"lever": "repurchase_rate", "store": "S1"}),
    "money": (FINDINGS, {}),
    "identified_share": (MONTHS, {}),
    "ledger": (LEDGER, {}),
}


def all_unseen(table: pd.DataFrame) -> pd.DataFrame:
    """The table with nothing to be seen in it: counts 0, all else NaN."""
    blank = {
        name: np.zeros(len(table), int) if table[name].dtype.kind == "i" else NAN
        for name in table.columns
        if table[name].dtype.kind in "if" and name not in ("age", "within_days", "days", "order_number")
    }
    states = {"state": "unseen"} if "state" in table else {}
    return table.assign(**blank, **states)
