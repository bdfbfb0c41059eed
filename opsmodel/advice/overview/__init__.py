"""The chain on one page: each store's bottleneck in money, what all are worth together, ranks, scopes."""

from opsmodel.advice.overview.bottlenecks import cut, named, names, published, stores, told
from opsmodel.advice.overview.money import EVERY, by_stage, gaps, total
from opsmodel.advice.overview.ranks import flags, league, ranking
from opsmodel.advice.overview.scopes import large_first, scopes, side_by_side

__all__ = [
    "EVERY",
    "by_stage",
    "cut",
    "flags",
    "gaps",
    "large_first",
    "league",
    "named",
    "names",
    "published",
    "ranking",
    "scopes",
    "side_by_side",
    "stores",
    "told",
    "total",
]
