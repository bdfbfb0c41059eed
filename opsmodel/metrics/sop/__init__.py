"""Standard procedures: was it done, does it work, who needs coaching, and what moved.

A task is due once, to one customer, by one member of staff; what is ticked after the due time is late.
"""

from opsmodel.metrics.sop.adherence import adherence, credible_adherence
from opsmodel.metrics.sop.bulk import bulk, credible
from opsmodel.metrics.sop.coverage import coverage
from opsmodel.metrics.sop.effects import effects
from opsmodel.metrics.sop.kpis import weekly
from opsmodel.metrics.sop.laney import control_chart
from opsmodel.metrics.sop.ledger import actions
from opsmodel.metrics.sop.quadrants import place, quadrants, standing
from opsmodel.metrics.sop.staff import fair, scorecards, staff
from opsmodel.metrics.sop.targets import targets
from opsmodel.metrics.sop.violations import violations
from opsmodel.metrics.sop.words import named

__all__ = [
    "actions",
    "adherence",
    "bulk",
    "control_chart",
    "coverage",
    "credible",
    "credible_adherence",
    "effects",
    "fair",
    "named",
    "place",
    "quadrants",
    "scorecards",
    "staff",
    "standing",
    "targets",
    "violations",
    "weekly",
]
