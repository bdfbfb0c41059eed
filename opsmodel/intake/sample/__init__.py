"""A synthetic chain whose truth is known; the bundled client `demo` is one.

`chain` gives clean canonical tables. `python -m opsmodel.intake.sample demo` writes the demo client's
raw exports as a client would send them. `until` gives a sample as it stood on an earlier day.
"""

from opsmodel.intake.sample.behaviour import Defect
from opsmodel.intake.sample.bulk import generate_events, generate_orders
from opsmodel.intake.sample.chain import Sample, chain
from opsmodel.intake.sample.demo import demo, write_client
from opsmodel.intake.sample.procedures import Service
from opsmodel.intake.sample.until import until

__all__ = [
    "Defect",
    "Sample",
    "Service",
    "chain",
    "demo",
    "generate_events",
    "generate_orders",
    "until",
    "write_client",
]
