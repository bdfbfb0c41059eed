"""Pilot: which stores to try it in, what they would notice, what they showed, and how far it carries."""

from opsmodel.metrics.pilot.choice import choose
from opsmodel.metrics.pilot.effect import effect, paths, placebos
from opsmodel.metrics.pilot.grade import grade
from opsmodel.metrics.pilot.power import power
from opsmodel.metrics.pilot.traits import traits
from opsmodel.metrics.pilot.verdict import verdict

__all__ = ["choose", "effect", "grade", "paths", "placebos", "power", "traits", "verdict"]
