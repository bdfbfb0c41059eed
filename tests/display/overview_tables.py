"""Tables of the chain, one for each chart."""

import pandas as pd
from tables_to_draw import NAN

STAGES = ("acquire", "close", "order_value", "repurchase")
MAP = pd.DataFrame(
    [("S1", stage, 0.0, "level", 90, "") for stage in STAGES[:3]]
    + [("S1", "repurchase", 500.0, "gap", 200, "repurchase_rate")]
    + [("<b>", stage, NAN, "unseen", 12, "") for stage in STAGES[1:]]
    + [("<b>", "acquire", 900.0, "gap", 80, "retained_adds")],
    columns=["store_id", "stage", "money", "state", "n", "lever"],
)
TOTAL = pd.DataFrame(
    [
        ("proven", "repurchase_rate", 1, 500.0, 300.0, 700.0),
        ("proven", "every_lever", 1, 500.0, 300.0, 700.0),
        ("every", "repurchase_rate", 2, 650.0, 200.0, 1100.0),
        ("every", "every_lever", 2, 650.0, 200.0, 1100.0),
    ],
    columns=["scope", "lever", "n_stores", "money", "money_low", "money_high"],
)
FLOWS = pd.DataFrame(
    [("S1", "S1", 5, 900.0, 0.9), ("S1", "S2", 1, 100.0, 0.1), ("S2", "S2", 4, 50.0, 1.0)],
    columns=["home_store_id", "store_id", "n_customers", "revenue", "revenue_share"],
)
WALK = pd.DataFrame(
    [
        ("the screen", "", "30.0%", NAN, 0.30, True),
        ("<anonymous>", "+10.0 pp", "40.0%", 0.10, 0.40, False),
        ("unseen", "–", "40.0%", NAN, 0.40, False),
        ("ours", "", "40.0%", NAN, 0.40, True),
    ],
    columns=["bar", "changed", "level", "contribution", "height", "is_end"],
)

DRAWN = {
    "store_map": (MAP, {}),
    "chain_total": (TOTAL, {}),
    "leakage": (FLOWS, {}),
    "screen_walk": (WALK, {}),
}
