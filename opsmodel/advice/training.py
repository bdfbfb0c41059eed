"""Training: the client's own glossary, beliefs beside data, what-if, quiz, role cards, effect."""

from opsmodel.advice.training_effect import effect
from opsmodel.advice.training_glossary import glossary
from opsmodel.advice.training_measured import measured, perceived
from opsmodel.advice.training_quiz import key, quiz
from opsmodel.advice.training_reach import compounded, no_reach, reach
from opsmodel.advice.training_roles import role_cards
from opsmodel.advice.training_written import apart, beliefs, levels, reachable, scored

__all__ = [
    "apart",
    "beliefs",
    "compounded",
    "effect",
    "glossary",
    "key",
    "levels",
    "measured",
    "no_reach",
    "perceived",
    "quiz",
    "reach",
    "reachable",
    "role_cards",
    "scored",
]
