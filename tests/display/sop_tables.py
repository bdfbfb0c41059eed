"""Tables of coaching, one for each chart."""

import pandas as pd
from tables_to_draw import NAN

STEPS = pd.DataFrame(
    {
        "sop_step": ["call · ring", "new · day 3", "gone"], "n_due": [200, 20, 0], "n_on_time": [150, 4, 0],
        "n_late": [30, 6, 0], "n_never": [20, 10, 0], "adherence": [0.75, 0.2, NAN],
        "adherence_low": [0.69, 0.08, NAN], "adherence_high": [0.8, 0.42, NAN],
        "effect": [0.1, -0.02, NAN], "effect_low": [0.02, -0.1, NAN], "effect_high": [0.18, 0.06, NAN],
        "is_confounded": False, "quadrant": ["replicate", "instrument", "none"],
    }
)  # fmt: skip
WEEKS = pd.DataFrame(
    {
        "kpi": ["a"] * 3 + ["b"] * 3, "period": ["2025-06-02", "2025-06-09", "2025-06-16"] * 2,
        "n": 50, "rate": [0.5, 0.6, 0.1, 0.4, NAN, 0.5], "centre": 0.5, "low": 0.3, "high": 0.7,
        "signal": [False, False, True, False, False, False],
    }
)  # fmt: skip
STAFF = pd.DataFrame(
    {"staff_id": ["E1", "E2", "E3"], "n_due": [100, 20, 0], "adherence": [0.6, 0.9, NAN],
     "shrunken_rate": [0.62, 0.7, NAN], "shrunken_rate_low": [0.55, 0.5, NAN],
     "shrunken_rate_high": [0.7, 0.85, NAN]}
)  # fmt: skip

TARGETS = pd.DataFrame(
    {"kpi": ["a", "b", "c"], "target": [0.5, 0.8, 0.9], "n_cases": [100, 20, 0], "value": [0.6, 0.7, NAN],
     "value_low": [0.5, 0.48, NAN], "value_high": [0.69, 0.85, NAN], "standing": ["x", "y", "z"]}
)  # fmt: skip

DRAWN = {
    "sop_adherence": (STEPS, {}),
    "sop_quadrants": (STEPS, {}),
    "control_charts": (WEEKS, {}),
    "sop_staff": (STAFF, {}),
    "sop_targets": (TARGETS, {}),
}
