"""Small tables of channels, one for each chart, with a value that could not be seen in each."""

import pandas as pd
from tables_to_draw import NAN, interval

PERFORMANCE = pd.DataFrame(
    {
        "channel": ["till", "<ad>", "poster"],
        "n_mature": [400, 29, 0],
        "n_retained": [350.0, 20.0, NAN],
        "cost": [200.0, 900.0, 0.0],
        **interval("roi", [4.0, -0.5, NAN], 0.2),
        **interval("cost_per_retained_add", [0.5, 42.0, NAN], 0.1),
    }
)
LOSS = pd.DataFrame(
    {
        "channel": ["till"] * 3 + ["<ad>"] * 3,
        "days": [1, 8, 40] * 2,
        "at_risk": [400, 360, 200, 90, 60, 30],
        "n_lost": [20, 10, 0, 30, 6, 0],
        "kept_rate": [0.95, 0.92, 0.92, 0.67, 0.6, NAN],
        "kept_rate_low": [0.92, 0.9, 0.9, 0.6, 0.5, NAN],
        "kept_rate_high": [0.97, 0.95, 0.95, 0.75, 0.7, NAN],
    }
)
PAYBACK = pd.DataFrame(
    {
        "channel": ["till"] * 2 + ["<ad>"] * 2,
        "days": [0, 30] * 2,
        "n_adds": [400, 350, 90, 80],
        "add_margin": [4.0, 20.0, 1.0, 9.0],
        "add_cost": [1.0, 1.0, 12.0, NAN],
        **interval("net_margin", [3.0, 19.0, -11.0, NAN], 1.0),
    }
)
MODELS = pd.DataFrame(
    {
        "channel": ["till", "<ad>", "(untouched)"],
        "first_share": [0.6, 0.3, 0.1],
        "last_share": [0.3, 0.6, 0.1],
        "linear_share": [0.45, 0.45, 0.1],
        "markov_share": [NAN] * 3,
        "lowest_share": [0.3, 0.3, 0.1],
        "highest_share": [0.6, 0.6, 0.1],
        "spread_share": [0.3, 0.3, 0.0],
        "n_conversions": [100] * 3,
        "n_multi_touch": [60] * 3,
    }
)
DRAWN: dict[str, tuple[pd.DataFrame, dict]] = {
    "channel_returns": (PERFORMANCE, {}),
    "retained_add_costs": (PERFORMANCE, {}),
    "contacts_kept": (LOSS, {}),
    "channel_payback": (PAYBACK, {}),
    "attribution": (MODELS, {}),
}
