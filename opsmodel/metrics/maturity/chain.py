"""Scorecard and alignment of a whole client, roles of few people pooled."""

import pandas as pd

from opsmodel.metrics.maturity.alignment import alignment
from opsmodel.metrics.maturity.roles import pool_roles
from opsmodel.metrics.maturity.scores import scorecard


def chain_scorecard(client, *, by: str | None = None, items: str = "dimension") -> pd.DataFrame:
    """`scorecard` of all people of a client, on its as-of day; with `by="role"` small roles are pooled.

    >>> chain_scorecard(client, by="role")  # doctest: +SKIP
    """
    return scorecard(pool_roles(client.chain.answers), by=by, items=items, as_of=client.as_of)


def chain_alignment(client) -> pd.DataFrame:
    """`alignment` between the roles of a client, small ones pooled, on its as-of day.

    >>> chain_alignment(client)  # doctest: +SKIP
    """
    return alignment(pool_roles(client.chain.answers), as_of=client.as_of)
