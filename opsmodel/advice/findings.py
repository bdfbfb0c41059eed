"""Findings: what a table of numbers means, as a claim with its evidence and the next step.

Each function is pure: the same numbers give the same finding, in the language spoken when it is called.
"""

from opsmodel.advice.adding import add_rate_gap, add_routing
from opsmodel.advice.calls import chances_hold, leads_to_call, out_of_rhythm
from opsmodel.advice.channels import attribution_gap, channel_payback, channel_returns, fake_adds
from opsmodel.advice.companions import membership, next_product
from opsmodel.advice.finding import Finding
from opsmodel.advice.gaps import for_store, gap_to_peers
from opsmodel.advice.habits import order_ladder, repurchase_rhythm, retention_trend, waiting
from opsmodel.advice.incentives import incentive, sharing_ahead
from opsmodel.advice.ladder import entry_products, front_end, weakest_rung
from opsmodel.advice.referrals import (
    invitation_flags,
    invited_quality,
    partners_found,
    referral_share,
    sharing_carries,
)
from opsmodel.advice.revenue import beside_peers, change
from opsmodel.advice.segmentation import (
    audience_overlap,
    customer_flow,
    lifecycle_coverage,
    segment_money,
    segment_moves,
)
from opsmodel.advice.steps import weakest_step
from opsmodel.advice.worth import model_use, revenue_carried, svip_overdue, worth_by_origin

__all__ = [
    "Finding",
    "add_rate_gap",
    "add_routing",
    "attribution_gap",
    "audience_overlap",
    "beside_peers",
    "chances_hold",
    "change",
    "channel_payback",
    "channel_returns",
    "customer_flow",
    "entry_products",
    "fake_adds",
    "for_store",
    "front_end",
    "gap_to_peers",
    "incentive",
    "invitation_flags",
    "invited_quality",
    "leads_to_call",
    "lifecycle_coverage",
    "membership",
    "model_use",
    "next_product",
    "order_ladder",
    "out_of_rhythm",
    "partners_found",
    "referral_share",
    "repurchase_rhythm",
    "retention_trend",
    "revenue_carried",
    "segment_money",
    "segment_moves",
    "sharing_ahead",
    "sharing_carries",
    "svip_overdue",
    "waiting",
    "weakest_rung",
    "weakest_step",
    "worth_by_origin",
]
