"""The product ladder: from the entry product upwards, what the front end costs and what pays it back."""

from opsmodel.metrics.ladder.association import next_products
from opsmodel.metrics.ladder.front_end import entrants, payback
from opsmodel.metrics.ladder.membership import balance, members
from opsmodel.metrics.ladder.tiers import climb, transitions

__all__ = ["balance", "climb", "entrants", "members", "next_products", "payback", "transitions"]
