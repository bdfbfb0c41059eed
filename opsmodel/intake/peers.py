"""Which stores a store is compared with."""

import pandas as pd

from opsmodel.intake.engagement import PeerGroup


def peer_ids(stores: pd.DataFrame, store_id: str, rule: PeerGroup) -> tuple[str, ...]:
    """The stores alike in the rule's columns, without the store; all others where too few are alike.

    stores  one row a store, by store_id

    >>> stores = pd.DataFrame({"format": ["mall", "mall", "street"]}, index=["S1", "S2", "S3"])
    >>> peer_ids(stores, "S1", PeerGroup(columns=["format"], min_peers=1))
    ('S2',)
    >>> peer_ids(stores, "S1", PeerGroup(columns=["format"], min_peers=2))
    ('S2', 'S3')
    """
    others = stores.drop(index=store_id)
    alike = others
    for column in rule.columns:
        alike = alike[alike[column] == stores.loc[store_id, column]]
    return tuple((alike if len(alike) >= rule.min_peers else others).index)
