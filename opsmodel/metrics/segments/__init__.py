"""Segments: who the customers are, by what they bought and by what is known of them.

A calculation on a table of orders takes the table; one on all that is known of a person takes the client.
"""

from opsmodel.metrics.segments.audiences import assign, audience, audiences, overlaps
from opsmodel.metrics.segments.grid import grid, grid_cuts
from opsmodel.metrics.segments.lifecycle import lifecycle, lint, stages
from opsmodel.metrics.segments.moves import flows, migration, moves
from opsmodel.metrics.segments.naming import named, stage_names
from opsmodel.metrics.segments.profile import profile
from opsmodel.metrics.segments.scores import SEGMENTS, SLIPPING, chain_cuts, cuts, rfm
from opsmodel.metrics.segments.sizes import sizes, summary

__all__ = [
    "SEGMENTS",
    "SLIPPING",
    "assign",
    "audience",
    "audiences",
    "chain_cuts",
    "cuts",
    "flows",
    "grid",
    "grid_cuts",
    "lifecycle",
    "lint",
    "migration",
    "moves",
    "named",
    "overlaps",
    "profile",
    "rfm",
    "sizes",
    "stage_names",
    "stages",
    "summary",
]
