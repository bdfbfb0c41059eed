"""Tables of a pilot, one for each chart."""

import numpy as np
import pandas as pd

PATHS = pd.DataFrame(
    {
        "period": pd.date_range("2025-01-06", periods=4, freq="W-MON"),
        "pilot": [1.0, 1.0, 1.2, 1.3],
        "controls": [0.9, 1.1, 1.0, 1.0],
        "synthetic_control": [1.0, 1.0, 1.0, 1.0],
        "after": [False, False, True, True],
    }
)
PLACEBOS = pd.DataFrame(
    {"assignment": ["pilot", *["chance"] * 99], "lift_rate": [0.3, *np.linspace(-0.2, 0.2, 99)]}
)
POWER = pd.DataFrame(
    {
        "lift_rate": [0.0, 0.2, 0.4],
        "detected_rate": [0.05, 0.6, 0.99],
        "detected_rate_low": [0.03, 0.55, 0.97],
        "detected_rate_high": [0.08, 0.65, 1.0],
        "mde": [0.3] * 3,
        "n_replays": [400] * 3,
    }
)
CHECKS = pd.DataFrame(
    {
        "check": ["pre_trend", "leave_one_out", "neighbours"],
        "effect": [0.0, 0.1, np.nan],
        "low": [-0.1, -np.inf, np.nan],
        "high": [0.1, np.inf, np.nan],
        "holds": ["yes", "no", "not_seen"],
    }
)
WAVES = pd.DataFrame(
    {
        "wave": ["<first>", "2"],
        "n_stores": [12, 5],
        "n_seen": [12, 0],
        "replicability": [0.75, np.nan],
        "replicability_low": [0.47, np.nan],
        "replicability_high": [0.91, np.nan],
        "chance_rate": [0.25, 0.25],
    }
)

DRAWN = {
    "pilot_paths": (PATHS, {}),
    "pilot_placebos": (PLACEBOS, {}),
    "pilot_power": (POWER, {}),
    "pilot_robustness": (CHECKS, {}),
    "replicability": (WAVES, {}),
}
