"""Tables of the training, one for each chart."""

import pandas as pd
from tables_to_draw import NAN

CARD = pd.DataFrame(
    {"role": ["Staff", "Staff", "CEO"], "dimension": ["Layer", "Connect", "Layer"], "n": [9, 9, 1],
     "score": [1.0, 2.0, NAN], "score_low": [0.5, 1.5, NAN], "score_high": [1.5, 2.5, NAN]}
)  # fmt: skip
BELIEFS = pd.DataFrame(
    {"role": ["Staff", "Headquarters"], "question": ["rr", "rr"], "n": [9, 7], "guess": [0.5, 0.7],
     "measured": [0.5, 0.5], "gap": [0.0, 0.2], "gap_low": [-0.1, 0.1], "gap_high": [0.1, 0.3]}
)  # fmt: skip
REACH = pd.DataFrame(
    {"factor": ["users", "close_rate", "value_per_buyer"], "today": [100.0, 0.1, 200.0],
     "low": [90.0, 0.08, 180.0], "high": [100.0, 0.15, 220.0], "own_p10": [90.0, 0.08, 180.0],
     "own_p90": [110.0, 0.12, 210.0], "peer_p75": [95.0, 0.15, 220.0], "n_periods": 13, "n_peers": 3,
     "revenue_year": 26000.0, "gain": [0.0, 13000.0, 2600.0], "gain_share": [0.0, 0.5, 0.1],
     "loss": [-2600.0, -5200.0, -2600.0]}
)  # fmt: skip

DRAWN = {"maturity": (CARD, {}), "perception": (BELIEFS, {}), "within_reach": (REACH, {})}
