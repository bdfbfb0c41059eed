"""口径对账: the number on the client's own screen, walked to ours, one rule at a time."""

from opsmodel.metrics.reconcile.rules import MEASURES, RULES
from opsmodel.metrics.reconcile.walking import likely, steps, walk

__all__ = ["MEASURES", "RULES", "likely", "steps", "walk"]
