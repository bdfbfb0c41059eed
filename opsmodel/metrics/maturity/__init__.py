"""Maturity: how far people say the operation is, how far they agree, and what training has changed.

Nothing is told of fewer than five respondents.
"""

from opsmodel.metrics.maturity.alignment import alignment
from opsmodel.metrics.maturity.chain import answers_of, chain_alignment, chain_scorecard
from opsmodel.metrics.maturity.learning import learning
from opsmodel.metrics.maturity.naming import anchors, named
from opsmodel.metrics.maturity.perceiving import perception
from opsmodel.metrics.maturity.roles import pool_roles
from opsmodel.metrics.maturity.scores import scorecard
from opsmodel.metrics.maturity.trained import against_untrained

__all__ = [
    "against_untrained",
    "alignment",
    "anchors",
    "answers_of",
    "chain_alignment",
    "chain_scorecard",
    "learning",
    "named",
    "perception",
    "pool_roles",
    "scorecard",
]
