"""A synthetic chain whose truth is known; the bundled client `demo` is one.

`chain` gives clean canonical tables. `python -m opsmodel.intake.sample demo` writes the demo client's
raw exports as a client would send them.
"""

from opsmodel.intake.sample.behaviour import Defect
from opsmodel.intake.sample.bulk import generate_events, generate_orders
from opsmodel.intake.sample.chain import Sample, chain
from opsmodel.intake.sample.demo import demo, write_client

__all__ = ["Defect", "Sample", "chain", "demo", "generate_events", "generate_orders", "write_client"]
