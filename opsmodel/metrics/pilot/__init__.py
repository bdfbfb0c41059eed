"""Pilot: which stores to try it in, what they would notice, what they showed, and how far it carries."""

from opsmodel.metrics.pilot.choice import choose
from opsmodel.metrics.pilot.effect import effect, paths, placebos
from opsmodel.metrics.pilot.grade import grade
from opsmodel.metrics.pilot.kpis import history
from opsmodel.metrics.pilot.power import power
from opsmodel.metrics.pilot.replicability import next_step, replicability
from opsmodel.metrics.pilot.robustness import robustness
from opsmodel.metrics.pilot.rollout import comparability, forecast
from opsmodel.metrics.pilot.running import (
    alike,
    best_lately,
    by_chance,
    checked,
    drawn,
    graded,
    measured,
    noticed,
    proposed,
    repeated,
)
from opsmodel.metrics.pilot.traits import traits
from opsmodel.metrics.pilot.verdict import verdict

__all__ = [
    "alike",
    "best_lately",
    "by_chance",
    "checked",
    "choose",
    "comparability",
    "drawn",
    "effect",
    "forecast",
    "grade",
    "graded",
    "history",
    "measured",
    "next_step",
    "noticed",
    "paths",
    "placebos",
    "power",
    "proposed",
    "repeated",
    "replicability",
    "robustness",
    "traits",
    "verdict",
]
