"""How many days until an add has earned what it cost."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.metrics.channels.adds import adds
from opsmodel.metrics.channels.costs import costs, matched
from opsmodel.metrics.channels.means import with_mean
from opsmodel.metrics.channels.money import purchases
from opsmodel.metrics.scope import last_day

SUMS = ["x", "xx", "xxx"]


def payback(
    client,
    *,
    as_of=None,
    upto_days: int = 180,
    by: str | Sequence[str] | None = "channel",
    since=None,
    booked: str = "day",
    margin_share: float | None = None,
) -> pd.DataFrame:
    """One row per group and day since joining: the margin an add has brought by then, less its cost.

    Day d counts the adds that are at least d days old, and the cost up to the day on which the youngest
    of them joined; as the base shrinks with d, the curve need not rise everywhere.

    client        a client or store, or anything with customers, orders and spend
    as_of         last day observed, inclusive; default: the client's
    upto_days     last day of the curve
    by            column or columns of customers: channel, code_id, store_id
    since         first day of joining, and of cost, that counts
    booked, margin_share  as in `performance`

    Returns the columns of `by`, then days (0, 1, …), n_adds (at least so old), add_margin (per add, from
    joining to that day), add_cost (spent per add), net_margin = add_margin − add_cost, net_margin_low,
    net_margin_high (95 %, bootstrap by customer, the cost taken as known). NaN where costs or margins
    were not recorded; no row for a day nobody is old enough for.
    Raises TableError if a column is missing, ArgumentError for upto_days below 0.
    Source: payback of acquisition cost by cumulative contribution, on mature adds only.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> curve = payback(seven_customer_shop(), as_of="2024-06-30", by=None, upto_days=1)
    >>> curve[["days", "n_adds", "add_margin"]].round(2).values.tolist()
    [[0.0, 7.0, 10.43], [1.0, 7.0, 10.43]]
    """
    if upto_days < 0:
        raise ArgumentError("upto_days is below 0.", found=repr(upto_days), fix="write upto_days=180.")
    columns, end = column_names(by), last_day(client, as_of)
    start = None if since is None else day(since)
    people = adds(client, as_of=end, by=columns, since=start)
    table = _cumulated(_steps(client, people, columns, end, upto_days, margin_share), columns, upto_days)
    table = with_mean(table, "add_margin", "n_adds", SUMS)
    spent = _spent(client, table, columns, end, start, booked)
    table["add_cost"] = spent / table["n_adds"]
    for bound in ("", "_low", "_high"):
        table[f"net_margin{bound}"] = table[f"add_margin{bound}"] - table["add_cost"]
    result = [*columns, "days", "n_adds", "add_margin", "add_cost"]
    return table[[*result, "net_margin", "net_margin_low", "net_margin_high"]]


def payback_days(curve: pd.DataFrame) -> pd.DataFrame:
    """One row per group: the first day from which an add has brought what it cost, for good.

    curve  of `payback`

    Returns the groups, then n_adds and net_margin (on the last day of the curve), payback_days,
    payback_days_low (the upper bound of the net margin is above 0 from then on), payback_days_high (the
    lower bound is); NaN where the curve ends below 0, or cost or margin are not known.

    >>> curve = pd.DataFrame({"channel": "till", "days": [0, 1, 2], "n_adds": 9, "add_margin": 1.0,
    ...     "add_cost": 1.0, "net_margin": [-1.0, 0.5, 2.0], "net_margin_low": [-2.0, -1.0, 1.0],
    ...     "net_margin_high": [0.5, 1.0, 3.0]})
    >>> payback_days(curve).values.tolist()
    [['till', 9, 2.0, 1.0, 0.0, 2.0]]
    """
    own = ["days", "n_adds", "add_margin", "add_cost", "net_margin", "net_margin_low", "net_margin_high"]
    columns = [column for column in curve.columns if column not in own]
    parts = curve.groupby(columns, dropna=False, sort=True) if columns else [((), curve)]
    bounds = {"payback_days": "net_margin", "payback_days_low": "net_margin_high"}
    bounds |= {"payback_days_high": "net_margin_low"}
    rows = [
        [
            *key,
            *one[["n_adds", "net_margin"]].iloc[-1],
            *(_above_for_good(one["days"], one[c]) for c in bounds.values()),
        ]
        for key, one in parts
        if len(one)
    ]
    return pd.DataFrame(rows, columns=[*columns, "n_adds", "net_margin", *bounds]).astype({"n_adds": "int64"})


def _above_for_good(days: pd.Series, net: pd.Series) -> float:
    below = np.flatnonzero(~(net.to_numpy(float) >= 0))
    first = below[-1] + 1 if len(below) else 0
    return float(days.iloc[first]) if first < len(days) else np.nan


def _steps(client, people: ir.Table, columns, end: date, upto_days: int, share) -> pd.DataFrame:
    """One row per group and day: how the sums over adds change from the day before to it.

    An order moves the add's running margin from c to c + m; when the add grows too young to be seen on
    the next day, all it brought leaves the sums again.
    """
    days = purchases(client, people, as_of=end, margin_share=share)
    days = days.filter(days.days <= upto_days)
    days = days.select("customer_id", *columns, "age_days", "days", "unknown", m=days.margin)
    running = ibis.window(group_by="customer_id", order_by="days", preceding=None, following=0)
    days = days.mutate(after=days.m.sum().over(running))
    days = days.mutate(before=days.after - days.m)
    moved = days.mutate(
        n=ibis.literal(0, "int64"), unknown=days.unknown.ifelse(1, 0).cast("int64"),
        x=days.after - days.before, xx=days.after**2 - days.before**2, xxx=days.after**3 - days.before**3,
    )  # fmt: skip
    gone = moved.mutate(days=moved.age_days + 1)
    none = {name: ibis.literal(0.0) for name in SUMS} | {"unknown": ibis.literal(0, "int64")}
    came = people.select(*columns, days=ibis.literal(0, "int64"), n=ibis.literal(1, "int64"), **none)
    left = people.select(*columns, days=people.age_days + 1, n=ibis.literal(-1, "int64"), **none)
    taken = gone.mutate(unknown=-gone.unknown, **{name: -gone[name] for name in SUMS})
    order = [*columns, "days", "n", "unknown", *SUMS]
    rows = ibis.union(*(part.select(*order) for part in (moved, taken, came, left)))
    rows = rows.filter(rows.days <= upto_days)
    values = ["n", "unknown", *SUMS]
    return rows.group_by([*columns, "days"]).agg(**{v: rows[v].sum() for v in values}).to_pandas()


def _cumulated(steps: pd.DataFrame, columns: list[str], upto_days: int) -> pd.DataFrame:
    """One row per group and day on which anybody is old enough, with the sums over those adds."""
    grid = pd.DataFrame({"days": range(upto_days + 1)})
    grid = steps[columns].drop_duplicates().merge(grid, how="cross") if columns else grid
    full = grid.merge(steps, on=[*columns, "days"], how="left").sort_values(
        [*columns, "days"], ignore_index=True
    )
    values = ["n", "unknown", *SUMS]
    full[values] = full[values].astype(float).fillna(0.0)
    full[values] = full.groupby(columns, dropna=False)[values].cumsum() if columns else full[values].cumsum()
    full.loc[full["unknown"] > 0, SUMS] = np.nan
    full = full[full["n"] > 0].reset_index(drop=True)
    return full.assign(n_adds=full["n"].astype("int64"))


def _spent(client, table: pd.DataFrame, columns: list[str], end: date, start, booked: str) -> pd.Series:
    """What was spent by each row's group on the adds old enough for its day."""
    ages = sorted(table["days"].unique())
    if not ages:  # nobody is old enough for any day
        return pd.Series(dtype="float64")
    until = {f"d{age}": end - timedelta(days=int(age)) for age in ages}
    spent = costs(client, by=columns, until=until, booked=booked, since=start)
    groups = table[columns].drop_duplicates() if columns else pd.DataFrame(index=[0])
    wide = matched(groups, spent, columns, until)
    long = wide.melt(id_vars=columns, value_vars=list(until), var_name="age", value_name="spent")
    long["days"] = long["age"].str[1:].astype("int64")
    return table.merge(long, on=[*columns, "days"], how="left")["spent"]
