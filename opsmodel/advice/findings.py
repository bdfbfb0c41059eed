"""Findings: what a table of numbers means, as a claim with its evidence and the next step.

Each function is pure: the same numbers give the same finding, in the language spoken when it is called.
"""

from opsmodel.advice.finding import Finding
from opsmodel.advice.gaps import for_store, gap_to_peers
from opsmodel.advice.habits import order_ladder, repurchase_rhythm, retention_trend, waiting
from opsmodel.advice.revenue import beside_peers, change
from opsmodel.advice.steps import weakest_step

__all__ = [
    "Finding",
    "beside_peers",
    "change",
    "for_store",
    "gap_to_peers",
    "order_ladder",
    "repurchase_rhythm",
    "retention_trend",
    "waiting",
    "weakest_step",
]
