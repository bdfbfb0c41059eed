"""Value: what a customer has brought, what one will bring, and who carries the revenue."""

from opsmodel.metrics.value.lifetime import ltv
from opsmodel.metrics.value.models import Purchases, Spend, fit, fit_spend
from opsmodel.metrics.value.origins import by_origin, with_origin, with_product
from opsmodel.metrics.value.summary import split, summarize

__all__ = [
    "Purchases",
    "Spend",
    "by_origin",
    "fit",
    "fit_spend",
    "ltv",
    "split",
    "summarize",
    "with_origin",
    "with_product",
]
