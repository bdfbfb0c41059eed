"""One chart function a result table; the title states the message.

Every function takes the table first, then `title=` (a sentence) and optionally `as_of=`, and returns
a plotly figure. A table with nothing to draw gives a figure that says so.
"""

from opsmodel.display.charts_cohort import retention, retention_lines
from opsmodel.display.charts_data import identified_share, ledger
from opsmodel.display.charts_funnel import conversion, loops
from opsmodel.display.charts_growth import beside_peers, equation, mix, over_time
from opsmodel.display.charts_repeat import gaps, hazard, order_ladder, repurchase_curve, survival
from opsmodel.display.charts_stores import money, peers

__all__ = [
    "beside_peers",
    "conversion",
    "equation",
    "gaps",
    "hazard",
    "identified_share",
    "ledger",
    "loops",
    "mix",
    "money",
    "order_ladder",
    "over_time",
    "peers",
    "repurchase_curve",
    "retention",
    "retention_lines",
    "survival",
]
