"""Channels: where contacts come from, who stays, what they cost and bring, which touch gets the credit."""

from opsmodel.metrics.channels.add_rate import add_rate
from opsmodel.metrics.channels.attribution import attribution, attribution_table
from opsmodel.metrics.channels.loss import loss
from opsmodel.metrics.channels.payback import payback, payback_days
from opsmodel.metrics.channels.performance import performance
from opsmodel.metrics.channels.routing import routing, routing_flows
from opsmodel.metrics.channels.touches import touches

__all__ = [
    "add_rate",
    "attribution",
    "attribution_table",
    "loss",
    "payback",
    "payback_days",
    "performance",
    "routing",
    "routing_flows",
    "touches",
]
