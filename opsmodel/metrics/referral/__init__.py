"""Referral: who brings whom, whether sharing (裂变) carries itself, and what referral (转介绍) earns.

A contact who brings contacts shares; a buyer who brings buyers refers. Both read one tree: every person and
whoever brought them.
"""

from opsmodel.metrics.referral.advocates import partner_counts, partners
from opsmodel.metrics.referral.fraud import flag_counts, flags
from opsmodel.metrics.referral.money import revenue
from opsmodel.metrics.referral.outlook import forecast
from opsmodel.metrics.referral.quality import quality, saturation
from opsmodel.metrics.referral.referred import referred
from opsmodel.metrics.referral.replay import incentives
from opsmodel.metrics.referral.sharing import cycle, k_factor, k_overall
from opsmodel.metrics.referral.trees import generations, problems, tree

__all__ = [
    "cycle",
    "flag_counts",
    "flags",
    "forecast",
    "generations",
    "incentives",
    "k_factor",
    "k_overall",
    "partner_counts",
    "partners",
    "problems",
    "quality",
    "referred",
    "revenue",
    "saturation",
    "tree",
]
