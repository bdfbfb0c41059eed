"""Small tables of value, one for each chart."""

import pandas as pd
from tables_to_draw import NAN, interval

LTV = pd.DataFrame(
    {"within_days": [90, 180, 360], "n_customers": [300, 29, 0], **interval("ltv", [220.0, 310.0, NAN], 15.0)}
)
ORIGINS = pd.DataFrame(
    {
        "channel": ["till", "<advert>", None],
        "within_days": [90, 90, 90],
        "n_customers": [300, 12, 40],
        **interval("ltv", [150.0, 220.0, NAN], 15.0),
    }
)
LORENZ = pd.DataFrame({"customer_share": [0.0, 0.5, 0.9, 1.0], "revenue_share": [0.0, 0.15, 0.55, 1.0]})
TRACKING = pd.DataFrame(
    {
        "week": [1, 2, 3],
        "week_end": pd.to_datetime(["2024-01-07", "2024-01-14", "2024-01-21"]),
        "repeat_orders": [0.0, 5.0, 9.0],
        "repeat_orders_expected": [0.4, 4.6, 9.9],
        "in_holdout": [False, False, True],
    }
)

DRAWN = {
    "ltv": (LTV, {}),
    "ltv_by_origin": (ORIGINS, {"origin": "channel"}),
    "lorenz": (LORENZ, {}),
    "tracking": (TRACKING, {}),
}
