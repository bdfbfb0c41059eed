"""Growth: the product of a period's factors, over several periods, what moved it, and each month's books."""

from opsmodel.metrics.contributions import decompose, mix_split
from opsmodel.metrics.growth.equations import equation
from opsmodel.metrics.growth.months import months
from opsmodel.metrics.growth.periods import average, periods, recent
from opsmodel.metrics.growth.reach import compounding, what_if, within_reach

__all__ = [
    "average",
    "compounding",
    "decompose",
    "equation",
    "mix_split",
    "months",
    "periods",
    "recent",
    "what_if",
    "within_reach",
]
