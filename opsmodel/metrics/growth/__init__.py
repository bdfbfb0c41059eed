"""Growth: the factors revenue is the product of, and which of them moved it."""

from opsmodel.metrics.contributions import decompose, mix_split
from opsmodel.metrics.growth.equations import equation
from opsmodel.metrics.growth.periods import average, periods, recent

__all__ = ["average", "decompose", "equation", "mix_split", "periods", "recent"]
