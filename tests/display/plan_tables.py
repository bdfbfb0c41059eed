"""Tables of the plan, one for each chart."""

import pandas as pd

from opsmodel import plan


def hazard() -> pd.DataFrame:
    table = pd.DataFrame({
        "from_day": [1, 8, 15, 22], "to_day": [7, 14, 21, 28],
        "n_at_risk": [400, 380, 300, 280], "n_events": [20, 80, 20, 10],
    })  # fmt: skip
    return table.assign(hazard=table["n_events"] / table["n_at_risk"])


def rhythm(**more) -> pd.DataFrame:
    return plan.rhythm(hazard(), **({"order_margin": 50.0, "touch_cost": 0.5, "horizon": 28} | more))


def economics(**more) -> pd.DataFrame:
    row = {
        "add_margin": 30.0,
        "add_margin_low": 24.0,
        "add_margin_high": 36.0,
        "cost": 1000.0,
        "n_mature": 100,
    }
    return plan.unit_economics(pd.DataFrame([row | {"retained_rate": 0.8} | more]), giveaway=2.0)


DRAWN = {
    "ninety_days": (plan.touches(rhythm(), hazard()), {"hazard": hazard(), "rhythm": rhythm()}),
    "unit_economics": (economics(), {}),
}
