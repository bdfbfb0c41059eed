"""Tables of segments, one for each chart."""

import pandas as pd

SIZES = pd.DataFrame(
    {
        "segment": ["Champions", "<own>"],
        "n": [40, 160],
        "share": [0.2, 0.8],
        "revenue": [9000.0, 3000.0],
        "revenue_share": [0.75, 0.25],
    }
)
MOVES = pd.DataFrame(
    {
        "from": ["Loyal", "Loyal", "Gone quiet"],
        "to": ["Loyal", "No purchase", "Loyal"],
        "n": [30, 10, 5],
        "n_from": [40, 40, 5],
        "share": [0.75, 0.25, 1.0],
    }
)
FLOWS = pd.DataFrame(
    {"flow": ["new", "retained", "resurrected", "dormant"], "n": [60, 50, 10, 20], "n_before": [70] * 4}
)
OVERLAPS = pd.DataFrame(
    {
        "audience": ["<a>", "b"],
        "other": ["b", "<a>"],
        "n": [40, 20],
        "n_both": [10, 10],
        "overlap": [0.25, 0.5],
    }
)

DRAWN = {
    "segment_sizes": (SIZES, {}),
    "segment_moves": (MOVES, {}),
    "customer_flows": (FLOWS, {}),
    "audience_overlap": (OVERLAPS, {}),
}
