"""Tables of leads, small enough to read back from a figure."""

import pandas as pd

LIFT = pd.DataFrame(
    {
        "order": ["score", "score", "recency", "recency"],
        "decile": [1, 2, 1, 2],
        "n_leads": [100, 20, 100, 20],
        "n_bought": [30, 1, 20, 3],
        "lift": [3.0, 0.5, 2.0, 1.5],
        "lift_low": [2.5, 0.2, 1.6, 1.1],
        "lift_high": [3.6, 1.1, 2.5, 2.0],
    }
)
CALIBRATION = pd.DataFrame(
    {
        "group": [1, 2],
        "n_leads": [200, 20],
        "predicted": [0.1, 0.4],
        "n_bought": [22, 7],
        "observed": [0.11, 0.35],
        "observed_low": [0.07, 0.18],
        "observed_high": [0.16, 0.57],
    }
)
PRECISION = pd.DataFrame(
    {
        "order": ["score", "score", "recency", "recency"],
        "capacity": [10, 50, 10, 50],
        "n_called": [60, 300, 60, 300],
        "n_bought": [18, 45, 12, 42],
        "close_rate": [0.3, 0.15, 0.2, 0.14],
        "close_rate_low": [0.2, 0.11, 0.12, 0.1],
        "close_rate_high": [0.43, 0.2, 0.32, 0.18],
        "base_rate": [0.05] * 4,
    }
)

DRAWN: dict[str, tuple[pd.DataFrame, dict]] = {
    "lead_lift": (LIFT, {}),
    "lead_calibration": (CALIBRATION, {}),
    "lead_precision": (PRECISION, {}),
}
