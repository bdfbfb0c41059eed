"""Value: what a customer has brought, what one will bring, and who carries the revenue."""

from opsmodel.metrics.value.concentration import concentration, lorenz, persistence
from opsmodel.metrics.value.gate import chain_card, from_card, holdout, model_card, outlook
from opsmodel.metrics.value.lifetime import ltv
from opsmodel.metrics.value.models import Purchases, Spend, fit, fit_spend
from opsmodel.metrics.value.origins import by_origin, with_origin, with_product
from opsmodel.metrics.value.summary import split, summarize
from opsmodel.metrics.value.svip import svip, svip_at_risk
from opsmodel.metrics.value.teaching import teaching
from opsmodel.metrics.value.tracking import chain_tracking, tracking

__all__ = [
    "Purchases",
    "Spend",
    "by_origin",
    "chain_card",
    "chain_tracking",
    "concentration",
    "fit",
    "fit_spend",
    "from_card",
    "holdout",
    "lorenz",
    "ltv",
    "model_card",
    "outlook",
    "persistence",
    "split",
    "summarize",
    "svip",
    "svip_at_risk",
    "teaching",
    "tracking",
    "with_origin",
    "with_product",
]
