"""What an incentive scheme may pay for: at most two levels, and never for heads further down."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from opsmodel.errors import ArgumentError

COUNTS = ("buyers", "contacts")
KEYS = {"level", "counts", "needs", "pays", "share"}
LEVELS = 2


class Tier(NamedTuple):
    """One promise of a scheme.

    level   1: people brought directly, 2: people brought by those
    counts  buyers: people who bought; contacts: people still contacts 7 days after joining
    needs   the reward is earned once, when so many are counted; None: for each one counted
    pays    the reward, client currency
    share   of the net revenue of the buyers of that level, 0 to 1
    """

    level: int
    counts: str
    needs: int | None
    pays: float
    share: float


def read(tiers: Mapping[str, Sequence[Mapping]] | Sequence[Mapping]) -> dict[str, list[Tier]]:
    """Scheme -> its tiers, once nothing in them must be refused.

    A tier may be written (needs, pays). Raises ArgumentError for more than two levels, for pay by downstream
    headcount, and for what is not a tier.

    >>> read([(3, 30)])
    {'scheme': [Tier(level=1, counts='buyers', needs=3, pays=30.0, share=0.0)]}
    """
    schemes = dict(tiers) if isinstance(tiers, Mapping) else {"scheme": tiers}
    found = {str(name): [_tier(given) for given in own] for name, own in schemes.items()}
    if not found or not all(found.values()):
        raise ArgumentError(
            "a scheme has no tier.", found=dict(schemes), fix='write tiers=[{"needs": 1, "pays": 10}].'
        )
    return found


def _tier(given) -> Tier:
    if isinstance(given, tuple | list) and len(given) == 2:
        given = {"needs": given[0], "pays": given[1]}
    if not isinstance(given, Mapping) or not set(given) <= KEYS:
        raise ArgumentError(
            "this is not a tier.", found=repr(given), fix=f"name some of {', '.join(sorted(KEYS))}."
        )
    level, counts = given.get("level", 1), given.get("counts", "buyers")
    needs, pays, share = given.get("needs"), float(given.get("pays", 0)), float(given.get("share", 0))
    if isinstance(level, bool) or not isinstance(level, int) or level < 1:
        raise ArgumentError("a level is 1 or 2.", found=repr(level), fix="write level=1 for people brought.")
    if level > LEVELS:
        raise _refused(
            f"a scheme that pays over more than {LEVELS} levels is not simulated", given,
            "pay for people brought directly, and at most a share of what those people's own buyers spend",
        )  # fmt: skip
    if counts not in COUNTS or (level == LEVELS and pays):
        if level == LEVELS or any(word in str(counts).lower() for word in ("down", "head", "team")):
            raise _refused(
                "a scheme that pays by downstream headcount is not simulated", given,
                'pay for people brought directly, and on level 2 only a "share" of real sales',
            )  # fmt: skip
        raise ArgumentError("this is not counted.", found=repr(counts), fix=f"use one of {COUNTS}.")
    if (needs is not None and needs < 1) or pays < 0 or not 0 <= share <= 1 or not (pays or share):
        raise ArgumentError(
            "a tier pays something, for at least one person.",
            found=dict(given),
            fix="give pays (money) or share (0 to 1), and needs of 1 or more.",
        )
    return Tier(level, counts, None if needs is None else int(needs), pays, share)


def _refused(what: str, given: Mapping, fix: str) -> ArgumentError:
    return ArgumentError(
        f"{what}: platform rules and the law against pyramid selling forbid it or put the client at risk.",
        found=dict(given),
        fix=f"{fix}; ask counsel before anything is promised to customers.",
    )
