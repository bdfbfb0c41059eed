"""What opens the training page, what closes a chapter of it, and what it publishes."""

from collections.abc import Sequence

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import once
from opsmodel.advice.finding import Finding
from opsmodel.advice.summary import about
from opsmodel.advice.training.effect import effect
from opsmodel.advice.training.findings import perception_gap, roles_apart, training_effect
from opsmodel.advice.training.measured import measured, perceived
from opsmodel.advice.training.reach import largest_lever, reach
from opsmodel.metrics import maturity
from opsmodel.wording import _

UNTOLD = ("few_answers", "no_reach", "not_trained")


def at_a_glance(shop) -> list[Finding]:
    """What can be told of: belief beside data, role beside role, the largest lever, the training.

    shop  a client narrowed to one store

    >>> at_a_glance(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    days = int(shop.engagement.windows.within_days)
    found = [
        perception_gap(once.whole(shop, perceived), measured(shop), within_days=days),
        roles_apart(once.whole(shop, maturity.chain_alignment)),
        lever(shop),
        training_effect(once.whole(shop, effect)),
    ]
    return [finding for finding in found if finding.kind not in UNTOLD] or [nothing_yet()]


def nothing_yet() -> Finding:
    """What stands first where neither answers nor peers nor a wave can be told of."""
    return Finding(
        kind="nothing_yet",
        stage="",
        claim=_("There is nothing to compare yet: start with the glossary and the role cards."),
        evidence="",
        action=_("Ask everybody for their guesses and scores before the training day."),
    )


def lever(shop) -> Finding:
    """`findings.largest_lever` over both forms of the growth equation: the one that gains more."""
    told = [largest_lever(reach(shop, form=form)) for form in ("traffic", "users")]
    gains = [finding for finding in told if finding.kind == "lever_within_reach"]
    return max(gains, key=lambda finding: finding.money) if gains else told[0]


def too_few_people(table: pd.DataFrame) -> str:
    """Why a chapter of answers is left out, or nothing: no group of five people answered.

    table  with a column n (respondents) and is_suppressed, or n_roles
    """
    if "n_roles" in table:
        told = bool((table["n_roles"] >= 2).any())
    else:
        told = bool((~table["is_suppressed"].astype(bool)).any())
    if told:
        return ""
    return _(
        "This chapter is left out: too few people answered ({n}), and nothing is shown of fewer than five.",
        n=numbers.count(table["n"].max() if len(table) else 0),
    )


def no_effect(table: pd.DataFrame) -> str:
    """Why the chapter on the effect is left out, or nothing: no level could be seen.

    table  of `training.effect`
    """
    if len(table):
        return ""
    return _("This chapter is left out: nobody was asked about a training, and no wave of stores has begun.")


def published(shop, found: Sequence[Finding]) -> dict:
    """The numbers on the training page of one store, as its metrics.json holds them."""
    return {
        **about(shop),
        "training": [finding.summary() for finding in found],
    }
