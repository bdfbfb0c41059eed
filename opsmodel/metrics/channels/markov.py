"""Attribution by removal: what is lost when one channel is taken out of the chain of touches."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.metrics.channels.paths import UNTOUCHED

FEWEST_PATHS = 500  # of two touches or more
START, WON, LOST = "(start)", "(won)", "(lost)"
STATES = ["from_state", "to_state"]


def removal_shares(rows: ir.Table, by: list[str]) -> pd.DataFrame:
    """One row per group and channel: its part of all removal effects of the group.

    rows  of `paths.paths`

    Returns the columns of `by`, channel, share (NaN where no channel leads to a conversion).
    """
    steps = _steps(rows.filter(rows.channel != UNTOUCHED), by)
    parts = steps.groupby(by, dropna=False, sort=True) if by else [((), steps)]
    tables = []
    for key, one in parts:
        effects = removal_effects(one)
        share = effects / effects.sum() if effects.sum() > 0 else effects * np.nan
        group = dict(zip(by, key, strict=True))
        tables.append(pd.DataFrame({**group, "channel": effects.index, "share": share.to_numpy(float)}))
    columns = [*by, "channel", "share"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def removal_effects(steps: pd.DataFrame) -> pd.Series:
    """Channel -> 1 − (conversion without it ÷ conversion with all), in an absorbing Markov chain.

    A removed channel leads nowhere: whoever would have come to it is lost.

    steps  counted transitions: from_state, to_state, n; the states are channels, (start), (won), (lost)

    Source: Anderl, Becker, von Wangenheim & Schumann 2016.

    >>> steps = pd.DataFrame([(START, "ad", 2), ("ad", "till", 1), ("ad", LOST, 1), ("till", WON, 1)],
    ...                      columns=["from_state", "to_state", "n"])
    >>> removal_effects(steps).to_dict()
    {'ad': 1.0, 'till': 1.0}
    """
    channels = sorted(set(steps["from_state"]) - {START})
    states = [START, *channels]
    counts = steps.pivot_table(index="from_state", columns="to_state", values="n", aggfunc="sum")
    chance = counts.div(counts.sum(axis=1), axis=0).reindex(index=states).fillna(0.0)
    moves = chance.reindex(columns=states, fill_value=0.0).to_numpy(float)
    wins = chance.reindex(columns=[WON], fill_value=0.0).to_numpy(float)[:, 0]

    def conversion(kept: np.ndarray) -> float:
        within = moves[np.ix_(kept, kept)]
        return float(np.linalg.solve(np.eye(len(kept)) - within, wins[kept])[0])

    everything = np.arange(len(states))
    base = conversion(everything) if len(steps) else 0.0
    effects = [1 - conversion(np.delete(everything, n)) / base if base else 0.0 for n in everything[1:]]
    return pd.Series(effects, index=channels, dtype=float)


def _steps(rows: ir.Table, by: list[str]) -> pd.DataFrame:
    """How often each channel follows each, paths that led nowhere included."""
    order = ibis.window(group_by="customer_id", order_by="place")
    end = ibis.ifelse(rows.converted == 1, WON, LOST)
    after = ibis.coalesce(rows.channel.lead().over(order), end)
    onward = rows.select(*by, from_state=rows.channel, to_state=after)
    began = rows.filter(rows.place == 1)
    began = began.select(*by, from_state=ibis.literal(START), to_state=began.channel)
    both = ibis.union(onward, began)
    keys = [*by, *STATES]
    return both.group_by(keys).agg(n=both.count()).to_pandas().sort_values(keys, ignore_index=True)
