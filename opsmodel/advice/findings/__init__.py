"""Findings: what a table of numbers means, as a claim with its evidence and the next step.

Each function is pure: the same numbers give the same finding, in the language spoken when it is called.
"""

from opsmodel.advice.design.pricing import price_rule
from opsmodel.advice.finding import Finding
from opsmodel.advice.findings.adding import add_rate_gap, add_routing
from opsmodel.advice.findings.between_stores import leaking, scopes_apart
from opsmodel.advice.findings.calls import chances_hold, leads_sorted, leads_to_call, out_of_rhythm
from opsmodel.advice.findings.chainwide import (
    beyond_chance,
    chain_gain,
    chain_gaps,
    dearest_stage,
    sure_leaders,
)
from opsmodel.advice.findings.channels import attribution_gap, channel_payback, channel_returns, fake_adds
from opsmodel.advice.findings.coached_people import (
    actions_state,
    bulk_ticking,
    coverage_gap,
    staff_apart,
)
from opsmodel.advice.findings.coaching import sop_confounded, sop_done, sop_next, sop_order
from opsmodel.advice.findings.companions import membership, next_product
from opsmodel.advice.findings.designing import (
    add_economics,
    best_content,
    community_start,
    contact_plan,
    contact_rhythm,
)
from opsmodel.advice.findings.habits import order_ladder, repurchase_rhythm, retention_trend, waiting
from opsmodel.advice.findings.incentives import incentive, sharing_ahead
from opsmodel.advice.findings.ladder import entry_products, front_end, weakest_rung
from opsmodel.advice.findings.pilot_verdicts import pilot_robust, pilot_verdict, rollout
from opsmodel.advice.findings.pilots import pilot_choice, pilot_power
from opsmodel.advice.findings.promised import targets_state
from opsmodel.advice.findings.referrals import (
    invitation_flags,
    invited_quality,
    partners_found,
    referral_share,
    sharing_carries,
)
from opsmodel.advice.findings.revenue import beside_peers, change, known_part
from opsmodel.advice.findings.screens import screen_gap
from opsmodel.advice.findings.segmentation import (
    audience_overlap,
    customer_flow,
    lifecycle_coverage,
    segment_money,
    segment_moves,
)
from opsmodel.advice.findings.signals import signals
from opsmodel.advice.findings.steps import weakest_step
from opsmodel.advice.findings.windows import window_fits
from opsmodel.advice.findings.worth import model_use, revenue_carried, svip_overdue, worth_by_origin
from opsmodel.advice.gaps import for_store, gap_to_peers
from opsmodel.advice.training.findings import perception_gap, roles_apart, training_effect, weakest_item
from opsmodel.advice.training.reach import largest_lever

__all__ = [
    "Finding",
    "actions_state",
    "add_economics",
    "add_rate_gap",
    "add_routing",
    "attribution_gap",
    "audience_overlap",
    "beside_peers",
    "best_content",
    "beyond_chance",
    "bulk_ticking",
    "chain_gain",
    "chain_gaps",
    "chances_hold",
    "change",
    "channel_payback",
    "channel_returns",
    "community_start",
    "contact_plan",
    "contact_rhythm",
    "coverage_gap",
    "customer_flow",
    "dearest_stage",
    "entry_products",
    "fake_adds",
    "for_store",
    "front_end",
    "gap_to_peers",
    "incentive",
    "invitation_flags",
    "invited_quality",
    "known_part",
    "largest_lever",
    "leads_sorted",
    "leads_to_call",
    "leaking",
    "lifecycle_coverage",
    "membership",
    "model_use",
    "next_product",
    "order_ladder",
    "out_of_rhythm",
    "partners_found",
    "perception_gap",
    "pilot_choice",
    "pilot_power",
    "pilot_robust",
    "pilot_verdict",
    "price_rule",
    "referral_share",
    "repurchase_rhythm",
    "retention_trend",
    "revenue_carried",
    "roles_apart",
    "rollout",
    "scopes_apart",
    "screen_gap",
    "segment_money",
    "segment_moves",
    "sharing_ahead",
    "sharing_carries",
    "signals",
    "sop_confounded",
    "sop_done",
    "sop_next",
    "sop_order",
    "staff_apart",
    "sure_leaders",
    "svip_overdue",
    "targets_state",
    "training_effect",
    "waiting",
    "weakest_item",
    "weakest_rung",
    "weakest_step",
    "window_fits",
    "worth_by_origin",
]
