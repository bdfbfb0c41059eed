"""The product ladder: from the entry product upwards, what the front end costs and what pays it back."""

from opsmodel.metrics.ladder.tiers import climb, transitions

__all__ = ["climb", "transitions"]
