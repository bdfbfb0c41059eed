"""Training: the client's own glossary, beliefs beside data, what-if, quiz, role cards, effect."""

from opsmodel.advice.training.effect import effect
from opsmodel.advice.training.measured import measured, perceived
from opsmodel.advice.training.page import at_a_glance, lever, no_effect, published, too_few_people
from opsmodel.advice.training.questions import quiz
from opsmodel.advice.training.reach import compounded, no_reach, reach
from opsmodel.advice.training.roles import role_cards
from opsmodel.advice.training.sheet import key
from opsmodel.advice.training.terms import glossary, label
from opsmodel.advice.training.written import apart, beliefs, levels, reachable, scored

__all__ = [
    "apart",
    "at_a_glance",
    "beliefs",
    "compounded",
    "effect",
    "glossary",
    "key",
    "label",
    "levels",
    "lever",
    "measured",
    "no_effect",
    "no_reach",
    "perceived",
    "published",
    "quiz",
    "reach",
    "reachable",
    "role_cards",
    "scored",
    "too_few_people",
]
