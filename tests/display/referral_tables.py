"""Tables of sharing and referral, one for each chart."""

import numpy as np
import pandas as pd

from opsmodel import referral

K = pd.DataFrame(
    {
        "generation": [0, 1, 2],
        "n_exposed": [500, 120, 4],
        "k_ret": [0.4, 0.25, 0.5],
        "k_ret_low": [0.3, 0.15, 0.1],
        "k_ret_high": [0.5, 0.4, 2.5],
    }
)
DEPTH = pd.DataFrame(
    {
        "generation": [0, 1],
        "n_customers": [75, 25],
        "n_buyers": [40, 20],
        "revenue": [6000.0, 4000.0],
        "revenue_share": [0.6, 0.4],
        "n_trees": [75, 12],
    }
)
AHEAD = referral.forecast(k=0.5, k_low=0.4, k_high=0.6, exposed=100, generations=3, cycle_days=14)
SCHEMES = pd.DataFrame(
    {
        "scheme": ["10 each", "<b>steps</b>", "dear"],
        "n_referred": [50, 50, 50],
        "cost": [500.0, 300.0, 9000.0],
        "open_cost": [100.0, 0.0, 0.0],
        "margin": [2000.0, 2000.0, 2000.0],
        "break_even_rate": [0.43, np.nan, np.inf],
    }
)

DRAWN = {
    "k_by_generation": (K, {}),
    "referral_depth": (DEPTH, {}),
    "sharing_forecast": (AHEAD, {}),
    "incentive_schemes": (SCHEMES, {}),
}
