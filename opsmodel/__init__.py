"""opsmodel: the workbench of consultants who help store chains keep their customers.

>>> from opsmodel import repurchase
>>> from opsmodel.intake.example import seven_customer_shop
>>> shop = seven_customer_shop()
>>> repurchase.curve(shop.orders, as_of="2024-06-30", within_days=(30,))["n_customers"].tolist()
[7]
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "benchmarks": "opsmodel.advice.benchmarks",
    "channels": "opsmodel.metrics.channels",
    "charts": "opsmodel.display.charts",
    "coaching": "opsmodel.advice.coaching_page",
    "cohort": "opsmodel.metrics.cohort",
    "design": "opsmodel.metrics.design",
    "decisions": "opsmodel.intake.decisions",
    "explore": "opsmodel.display.explore",
    "findings": "opsmodel.advice.findings",
    "funnel": "opsmodel.metrics.funnel",
    "growth": "opsmodel.metrics.growth",
    "ladder": "opsmodel.metrics.ladder",
    "leads": "opsmodel.metrics.leads",
    "leakage": "opsmodel.metrics.leakage",
    "lists": "opsmodel.lists",
    "maturity": "opsmodel.metrics.maturity",
    "numbers": "opsmodel.numbers",
    "once": "opsmodel.advice.once",
    "overview": "opsmodel.advice.overview",
    "pilot": "opsmodel.metrics.pilot",
    "plan": "opsmodel.advice.design.plan",
    "playbook": "opsmodel.advice.design.playbook",
    "practice": "opsmodel.display.practice",
    "provenance": "opsmodel.intake.provenance",
    "rates": "opsmodel.metrics.rates",
    "reconcile": "opsmodel.metrics.reconcile",
    "referral": "opsmodel.metrics.referral",
    "repurchase": "opsmodel.metrics.repurchase",
    "screens": "opsmodel.advice.findings.screens",
    "segments": "opsmodel.metrics.segments",
    "sop": "opsmodel.metrics.sop",
    "summary": "opsmodel.advice.summary",
    "theme": "opsmodel.display.theme",
    "training": "opsmodel.advice.training",
    "value": "opsmodel.metrics.value",
    "wording": "opsmodel.wording",
}

__all__ = ["open_client", *_HOMES]


def __getattr__(name: str):
    """Load a calculation module at its first use, so that `import opsmodel` itself is quick."""
    if name == "open_client":
        return import_module("opsmodel.intake.opening").open_client
    if name in _HOMES:
        return import_module(_HOMES[name])
    raise AttributeError(f"module 'opsmodel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
