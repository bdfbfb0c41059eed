"""One chart function a result table; the title states the message.

Every function takes the table first, then `title=` (a sentence) and optionally `as_of=`, and returns
a plotly figure. A table with nothing to draw gives a figure that says so.
"""

from opsmodel.display.charts_channels import (
    attribution,
    channel_payback,
    channel_returns,
    contacts_kept,
    retained_add_costs,
)
from opsmodel.display.charts_cohort import retention, retention_lines
from opsmodel.display.charts_data import identified_share, ledger
from opsmodel.display.charts_funnel import conversion, loops
from opsmodel.display.charts_growth import beside_peers, equation, mix, over_time
from opsmodel.display.charts_ladder import front_end_payback, members, next_products, tier_ladder
from opsmodel.display.charts_leads import lead_calibration, lead_lift, lead_precision
from opsmodel.display.charts_overview import chain_total, leakage, screen_walk, store_map
from opsmodel.display.charts_pilot import (
    pilot_paths,
    pilot_placebos,
    pilot_power,
    pilot_robustness,
    replicability,
)
from opsmodel.display.charts_plan import ninety_days, unit_economics
from opsmodel.display.charts_referral import (
    incentive_schemes,
    k_by_generation,
    referral_depth,
    sharing_forecast,
)
from opsmodel.display.charts_repeat import gaps, hazard, order_ladder, repurchase_curve, survival
from opsmodel.display.charts_segments import audience_overlap, customer_flows, segment_moves, segment_sizes
from opsmodel.display.charts_sop import control_charts, sop_adherence, sop_quadrants, sop_staff, sop_targets
from opsmodel.display.charts_stores import money, peers
from opsmodel.display.charts_training import maturity, perception, within_reach
from opsmodel.display.charts_value import lorenz, ltv, ltv_by_origin, tracking

__all__ = [
    "attribution",
    "audience_overlap",
    "beside_peers",
    "chain_total",
    "channel_payback",
    "channel_returns",
    "contacts_kept",
    "control_charts",
    "conversion",
    "customer_flows",
    "equation",
    "front_end_payback",
    "gaps",
    "hazard",
    "identified_share",
    "incentive_schemes",
    "k_by_generation",
    "lead_calibration",
    "lead_lift",
    "lead_precision",
    "leakage",
    "ledger",
    "loops",
    "lorenz",
    "ltv",
    "ltv_by_origin",
    "maturity",
    "members",
    "mix",
    "money",
    "next_products",
    "ninety_days",
    "order_ladder",
    "over_time",
    "peers",
    "perception",
    "pilot_paths",
    "pilot_placebos",
    "pilot_power",
    "pilot_robustness",
    "referral_depth",
    "replicability",
    "repurchase_curve",
    "retained_add_costs",
    "retention",
    "retention_lines",
    "screen_walk",
    "segment_moves",
    "segment_sizes",
    "sharing_forecast",
    "sop_adherence",
    "sop_quadrants",
    "sop_staff",
    "sop_targets",
    "store_map",
    "survival",
    "tier_ladder",
    "tracking",
    "unit_economics",
    "within_reach",
]
