"""Tables of the product ladder, one for each chart."""

import pandas as pd
from tables_to_draw import NAN

CLIMB = pd.DataFrame(
    {
        "from_tier": ["entry", "core"], "to_tier": ["core", "premium"], "within_days": 90,
        "n_customers": [200, 20], "reach_rate": [0.3, 0.5], "reach_rate_low": [0.24, 0.3],
        "reach_rate_high": [0.37, 0.7], "median_days": [NAN, 45.0],
    }
)  # fmt: skip
PAYBACK = pd.DataFrame(
    {
        "days": [0, 1, 2], "n_customers": 120, "margin": [-8.0, -1.0, 3.0], "margin_low": [-9.0, -3.0, 0.5],
        "margin_high": [-7.0, 1.0, 5.0],
    }
)  # fmt: skip
PAIRS = pd.DataFrame(
    {
        "first_item": ["<tea>", "jam"], "next_item": ["cake", "bread"], "within_days": 60,
        "n_customers": [400, 40], "next_share": [0.4, 0.3], "next_share_low": [0.35, 0.2],
        "next_share_high": [0.45, 0.4], "base_share": [0.2, 0.25],
        "lift": [2.0, 1.2], "q_value": [0.001, 0.4],
    }
)  # fmt: skip
MEMBERS = pd.DataFrame(
    {
        "within_days": [90], "n_members": [100], "n_matched": [80], "n_others": [150],
        "members_spend": [260.0], "extra_spend": [40.0],
        "extra_spend_low": [10.0], "extra_spend_high": [70.0],
    }
)  # fmt: skip

DRAWN = {
    "tier_ladder": (CLIMB, {}),
    "front_end_payback": (PAYBACK, {}),
    "next_products": (PAIRS, {}),
    "members": (MEMBERS, {}),
}
