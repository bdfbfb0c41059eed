"""Scorecard and alignment of a whole client, roles of few people pooled."""

import pandas as pd

from opsmodel.intake.contract import TABLES
from opsmodel.metrics.maturity.alignment import alignment
from opsmodel.metrics.maturity.roles import pool_roles
from opsmodel.metrics.maturity.scores import scorecard


def answers_of(client) -> pd.DataFrame:
    """The answers of the people in scope, roles of few people pooled; no row where nobody was asked.

    client  a chain, or a client narrowed to a store: its own people
    """
    if not client.has("answers"):
        return pd.DataFrame(columns=TABLES["answers"].names, dtype="str").astype({"score": "float64"})
    return pool_roles(client.answers)


def chain_scorecard(client, *, by: str | None = None, items: str = "dimension") -> pd.DataFrame:
    """`scorecard` of all people of a client, on its as-of day; with `by="role"` small roles are pooled.

    >>> chain_scorecard(client, by="role")  # doctest: +SKIP
    """
    return scorecard(answers_of(client.chain), by=by, items=items, as_of=client.as_of)


def chain_alignment(client) -> pd.DataFrame:
    """`alignment` between the roles of a client, small ones pooled, on its as-of day.

    >>> chain_alignment(client)  # doctest: +SKIP
    """
    return alignment(answers_of(client.chain), as_of=client.as_of)
