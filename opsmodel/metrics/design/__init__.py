"""What a scheme is designed by: how often and how dear people buy, what contacts do, who could be a group."""

from opsmodel.metrics.design.buying import buying, chain_buying
from opsmodel.metrics.design.contacts import KINDS, contact_mix
from opsmodel.metrics.design.lasting import lasting
from opsmodel.metrics.design.subgroups import subgroups

__all__ = ["KINDS", "buying", "chain_buying", "contact_mix", "lasting", "subgroups"]
