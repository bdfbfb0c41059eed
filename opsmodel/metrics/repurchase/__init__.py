"""Repurchase: who orders again, how soon, and how often.

A customer orders again on a second purchase occasion: another business day with positive net spend.
"""

from opsmodel.metrics.repurchase.order_ladder import gaps, ladder
from opsmodel.metrics.repurchase.touches import touch_free
from opsmodel.metrics.repurchase.waiting import chain_survival, early, hazard, survival
from opsmodel.metrics.repurchase.windows import common_base, curve, within_period

__all__ = [
    "chain_survival",
    "common_base",
    "curve",
    "early",
    "gaps",
    "hazard",
    "ladder",
    "survival",
    "touch_free",
    "within_period",
]
