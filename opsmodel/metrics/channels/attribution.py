"""Which touch gets the credit for a first order: seven models, and where they disagree."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.channels.markov import FEWEST_PATHS, removal_shares
from opsmodel.metrics.channels.paths import PERSON, UNTOUCHED, paths
from opsmodel.metrics.channels.touches import touches as touches_of

MODELS = ("first", "last", "linear", "time_decay", "position", "shapley", "markov")
DAY_SECONDS = 86_400.0


def attribution(
    touches,
    *,
    model: str = "last",
    orders=None,
    as_of=None,
    lookback_days: int | None = None,
    half_life_days: float = 7.0,
    ends: float = 0.4,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per channel: its credit for the conversions, by one model.

    first       all to the first touch: the channel that brought the customer (acquisition)
    last        all to the last touch before the first order (closing)
    linear      to all touches alike
    time_decay  by 2^(−days before the conversion ÷ half_life_days)
    position    `ends` to the first and to the last touch each, the rest to those between; two touches
                share alike
    shapley     a channel's gain to every coalition of channels, averaged over all orders of joining, where
                a coalition is worth the conversions whose paths need no other channel. That average is
                each conversion in equal parts to the different channels of its path, however often
                they touched, so it is exact for any number of channels
    markov      conversions lost when the channel is taken out of the chain of touches, shared out in
                proportion; refused below 500 paths of two touches or more, on which it is mostly chance

    touches        one row per touch: customer_id, channel, touched_at; and, without `orders`, converted_at
                   (the customer's conversion; null if none) and amount if known. A buyer nobody touched is
                   a row without channel and touched_at. Of a client, the rows of `channels.touches`
    orders         orders, whose first purchase occasion is the conversion
    as_of          last day observed, inclusive; default: all rows
    lookback_days  touches longer before the conversion do not count; default: all do
    by             column or columns of touches, such as store_id

    Returns the columns of `by`, then channel, credit (conversions; they sum to all conversions), share,
    amount (their net amount, likewise; NaN if none is known), n_conversions (of the group), n_multi_touch
    (paths of two touches or more, whether they led to a conversion or not). A conversion no touch led to
    is credited to "(untouched)". With `by`, a group too small for Markov has credits of NaN.
    Raises ArgumentError for another model, or for Markov without enough paths; TableError for a column.
    Source: Zhao, Mahboobi & Bagheri 2018 for Shapley on path sets; Anderl, Becker, von Wangenheim &
    Schumann 2016 for the removal effect; the others are standard rules of web analytics.

    >>> touches = pd.DataFrame({"customer_id": ["a", "a", "b"], "channel": ["ad", "till", "till"],
    ...     "touched_at": ["2024-01-01", "2024-01-03", "2024-01-02"], "converted_at": "2024-01-05",
    ...     "amount": 10.0})
    >>> attribution(touches, model="linear")[["channel", "credit", "amount"]].values.tolist()
    [['ad', 0.5, 5.0], ['till', 1.5, 15.0]]
    """
    columns = column_names(by)
    _check([model], half_life_days, ends)
    touches = touches_of(touches, as_of=as_of) if hasattr(touches, "customers") else touches
    rows = paths(touches, orders=orders, as_of=as_of, lookback_days=lookback_days, by=columns)
    table = _credits(rows, columns, [model], half_life_days, ends)
    paths_seen = int(table["n_multi_touch"].max()) if len(table) else 0
    if model == "markov" and not columns and paths_seen < FEWEST_PATHS:
        raise ArgumentError(
            f"Markov needs {FEWEST_PATHS} paths of two touches or more; on fewer it is mostly chance.",
            found=f"{paths_seen} such paths",
            fix='use model="shapley" or "linear".',
        )
    table = table[table["credit:" + model] != 0].reset_index(drop=True)
    credit, amount = table["credit:" + model], table["amount:" + model]
    share = credit / table["n_conversions"].where(table["n_conversions"] > 0)
    table = table.assign(credit=credit, share=share, amount=amount)
    return table[[*columns, "channel", "credit", "share", "amount", "n_conversions", "n_multi_touch"]]


def attribution_table(
    touches,
    *,
    models: Sequence[str] = MODELS,
    orders=None,
    as_of=None,
    lookback_days: int | None = None,
    half_life_days: float = 7.0,
    ends: float = 0.4,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per channel: its share of the conversions by every model, and how far the models are apart.

    Arguments are those of `attribution`. A model that is refused (Markov on too few paths) is a column
    of NaN.

    Returns the columns of `by`, then channel, a column <model>_share for each model, lowest_share,
    highest_share, spread_share (highest − lowest), n_conversions and n_multi_touch as in `attribution`.
    Raises ArgumentError for another model, TableError if a column is missing.

    >>> touches = pd.DataFrame({"customer_id": ["a", "a", "b"], "channel": ["ad", "till", "till"],
    ...     "touched_at": ["2024-01-01", "2024-01-03", "2024-01-02"], "converted_at": "2024-01-05"})
    >>> attribution_table(touches, models=["first", "last"])[["channel", "spread_share"]].values.tolist()
    [['ad', 0.5], ['till', 0.5]]
    """
    columns, chosen = column_names(by), list(models)
    _check(chosen, half_life_days, ends)
    touches = touches_of(touches, as_of=as_of) if hasattr(touches, "customers") else touches
    rows = paths(touches, orders=orders, as_of=as_of, lookback_days=lookback_days, by=columns)
    table = _credits(rows, columns, chosen, half_life_days, ends)
    whole = table["n_conversions"].where(table["n_conversions"] > 0)
    shares = pd.DataFrame({f"{model}_share": table["credit:" + model] / whole for model in chosen})
    low, high = shares.min(axis=1), shares.max(axis=1)
    spread = {"lowest_share": low, "highest_share": high, "spread_share": high - low}
    found = pd.concat([table[[*columns, "channel"]], shares.assign(**spread)], axis=1)
    return found.join(table[["n_conversions", "n_multi_touch"]])


def _check(models: Sequence[str], half_life_days: float, ends: float) -> None:
    if unknown := [model for model in models if model not in MODELS]:
        raise ArgumentError("this model does not exist.", found=str(unknown), fix=f"use one of {MODELS}.")
    if not half_life_days > 0:
        raise ArgumentError(
            "a half-life is above 0.", found=repr(half_life_days), fix="write half_life_days=7."
        )
    if not 0 <= ends <= 0.5:
        raise ArgumentError("ends is not a share of 0 to 0.5.", found=repr(ends), fix="write ends=0.4.")


def _credits(rows: ir.Table, by: list[str], models: list[str], half_life: float, ends: float) -> pd.DataFrame:
    """One row per group and channel: credit:<model> and amount:<model>, and the sizes of the group."""
    rules = [model for model in models if model != "markov"]
    parts = rows.mutate(**{model: _weight(rows, model, half_life, ends) for model in rules})
    parts = parts.mutate(**{model: parts[model] / parts[model].sum().over(PERSON) for model in rules})
    start, won = parts.place == 1, parts.converted == 1
    sums = {
        "n_first": (start & won).sum(),
        "n_multi": (start & (parts.n_touches > 1)).sum(),
        "last:credit": (won & (parts.place == parts.n_touches)).sum(),
        "last:amount": parts.amount.sum(where=parts.place == parts.n_touches),
    }
    for model in rules:
        sums[f"credit:{model}"] = parts[model].sum(where=won).fill_null(0.0)
        sums[f"amount:{model}"] = (parts[model] * parts.amount).sum()
    table = parts.group_by([*by, "channel"]).agg(**sums).to_pandas()
    table = table.sort_values([*by, "channel"], ignore_index=True)
    counts = {"n_conversions": "n_first", "n_multi_touch": "n_multi"}
    for name, column in counts.items():
        table[name] = _summed(table, by, column).astype("int64")
    if "markov" in models:
        _markov(table, rows, by)
    # a channel that was only ever seen in paths that led nowhere has no amount; what is not known is NaN
    known = _summed(table, by, "last:amount", min_count=1).notna()
    for model in models:
        table[f"amount:{model}"] = table[f"amount:{model}"].astype(float).fillna(0.0).where(known)
    return table


def _weight(rows: ir.Table, model: str, half_life_days: float, ends: float) -> ir.Value:
    """The weight of a touch within its path; credits are weights ÷ their sum over the path."""
    first, last = rows.place == 1, rows.place == rows.n_touches
    if model in ("first", "last"):
        return (first if model == "first" else last).ifelse(1.0, 0.0)
    if model == "time_decay":
        seconds = rows.converted_at.delta(rows.touched_at, unit="second").cast("float64").fill_null(0.0)
        nearest = seconds.min().over(PERSON)  # so that a path long past does not weigh 0 in all
        return ibis.literal(2.0) ** ((nearest - seconds) / (DAY_SECONDS * half_life_days))
    if model == "position":
        between = (1 - 2 * ends) / (rows.n_touches - 2).nullif(0)
        return ibis.cases((rows.n_touches <= 2, 1.0), (first | last, ends), else_=between)
    if model == "shapley":
        return 1.0 / rows.count().over(ibis.window(group_by=["customer_id", "channel"]))
    return ibis.literal(1.0)


def _markov(table: pd.DataFrame, rows: ir.Table, by: list[str]) -> None:
    """Adds the credits by removal effect: NaN if there are too few paths; the untouched stay so."""
    touched = table["channel"] != UNTOUCHED
    refused = table["n_multi_touch"] < FEWEST_PATHS
    keys, share = [*by, "channel"], pd.Series(0.0, index=table.index)
    if not refused.all():  # the steps of the paths are a question of their own to the engine
        share = table[keys].merge(removal_shares(rows, by), on=keys, how="left")["share"].fillna(0.0)
    for name in ("credit", "amount"):
        own = table[f"last:{name}"].astype(float)
        total = _summed(table.assign(own=own.where(touched, 0.0)), by, "own")
        value = (share * total).where(touched, own)
        table[f"{name}:markov"] = value.mask(refused, np.nan)


def _summed(table: pd.DataFrame, by: list[str], column: str, min_count: int = 0) -> pd.Series:
    values = table[column].astype(float)
    if not by:
        return pd.Series(values.sum(min_count=min_count), index=table.index)
    groups = [table[name] for name in by]
    return values.groupby(groups, dropna=False).transform(lambda v: v.sum(min_count=min_count))
