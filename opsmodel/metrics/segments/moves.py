"""Who moved from which segment to which, and who started, stayed, came back or stopped buying."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import MONEY, column_names, day, require
from opsmodel.metrics.counting import with_rate
from opsmodel.metrics.occasions import occasions
from opsmodel.metrics.segments.naming import ABSENT
from opsmodel.metrics.segments.scores import SEGMENTS, rfm
from opsmodel.metrics.segments.scores import cuts as cuts_of

PERIOD = 180  # days
FLOWS = ("new", "retained", "resurrected", "dormant")
FLOW_COLUMNS = ["flow", "n", "n_before", "rate", "rate_low", "rate_high", "spend"]


def migration(
    before,
    after,
    *,
    column: str = "segment",
    by: str | Sequence[str] | None = None,
    order: Sequence[str] = (),
) -> pd.DataFrame:
    """One row per pair of segments: P(i → j), the share of those in i before who are in j after.

    before, after  one row per customer: customer_id, `column`; of two equal periods, by the same cut values
    column         which column holds the segment: segment, lifecycle, …
    by             column or columns of both tables; the value after counts for whoever is not in `before`
    order          segments in the order they are to stand in; others follow

    Returns the columns of `by`, then from, to, n, n_from (all who were in `from`), share = n ÷ n_from,
    share_low, share_high (Wilson, 95 %). Who is in one table only comes from, or goes to, `absent`; the
    shares of each `from` add up to 1. Pairs that nobody took have no row.

    >>> before = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["new", "new"]})
    >>> after = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["new", "loyal"]})
    >>> migration(before, after)[["from", "to", "n", "n_from", "share"]].values.tolist()
    [['new', 'loyal', 1, 2, 0.5], ['new', 'new', 1, 2, 0.5]]
    """
    names = column_names(by)
    was, is_ = (_slim(table, column, names, end) for table, end in ((before, "_was"), (after, "_is")))
    if isinstance(before, pd.DataFrame) != isinstance(after, pd.DataFrame):
        was, is_ = (ibis.memtable(table.execute()) for table in (was, is_))
    both = was.outer_join(is_, was.person_was == is_.person_is)
    groups = {name: both[f"{name}_was"].fill_null(both[f"{name}_is"]) for name in names}
    pairs = both.select(
        **groups, **{"from": both.key_was.fill_null(ABSENT), "to": both.key_is.fill_null(ABSENT)}
    )
    keys = [*names, "from", "to"]
    counted = pairs.group_by(keys).agg(n=pairs.count()).execute()
    counted = counted.sort_values(keys, key=lambda values: _placed(values, order), ignore_index=True)
    counted["n_from"] = counted.groupby([*names, "from"], dropna=False)["n"].transform("sum")
    return with_rate(counted, "share", "n", "n_from")


def moves(
    client, *, period_days: int = PERIOD, by: str | Sequence[str] | None = None, as_of=None
) -> pd.DataFrame:
    """The migration of a client's buyers between two equal periods, the later one ending on `as_of`.

    Both periods are scored by the cut values of the whole chain in the earlier one. Whoever bought in one
    period only is `absent` from the other.

    period_days  length of each period
    by           store_id: a table a store

    Returns the columns of `by`, then those of `migration`; no row where the orders do not reach back over
    both periods.

    >>> segments.moves(client, period_days=180)  # doctest: +SKIP
    """
    names = column_names(by)
    end = day(as_of) if as_of is not None else client.as_of
    middle = end - timedelta(days=period_days)
    starts = middle - timedelta(days=period_days - 1), middle + timedelta(days=1)
    if starts[0] < client.database.first_day:
        return _unseen(names, ["from", "to", "n", "n_from", "share", "share_low", "share_high"])
    frozen = cuts_of(client.chain.orders, as_of=middle, since=starts[0])
    tables = [
        rfm(client.orders, as_of=last, since=first, cuts=frozen, by="home_store_id")
        for first, last in zip(starts, (middle, end), strict=True)
    ]
    was, is_ = (table.mutate(store_id=table.home_store_id) for table in tables)
    return migration(was, is_, by=by, order=[*SEGMENTS, ABSENT])


def flows(
    client, *, since=None, active_days: int | None = None, by: str | Sequence[str] | None = None, as_of=None
) -> pd.DataFrame:
    """One row per flow of active buyers between two days: who began, stayed, came back and stopped.

    A buyer is active on a day after a purchase in the `active_days` up to it.

    since        the earlier day; the later one is `as_of`. Default: `active_days` before it
    active_days  default: the days from `since` to `as_of`, so that two periods follow on each other; 180
                 without `since`
    by           store_id: a table a store

    Returns the columns of `by`, then flow, n, n_before (active on the earlier day), rate = n ÷ n_before
    with rate_low, rate_high (Wilson, 95 %; NaN for flows from outside), spend (in the `active_days` up to
    the later day; for dormant up to the earlier one). The flows:
    new          active on the later day, first purchase after `since`
    retained     active on both days
    resurrected  active on the later day only, first purchase before
    dormant      active on the earlier day only
    Active after = n_before + new + resurrected − dormant. No row where the orders do not reach back over
    both periods.
    Raises ArgumentError for days in the wrong order.

    >>> segments.flows(client, since="2025-03-31")  # doctest: +SKIP
    """
    names = column_names(by)
    end = day(as_of) if as_of is not None else client.as_of
    start = (
        end - timedelta(days=PERIOD if active_days is None else active_days) if since is None else day(since)
    )
    width = (end - start).days if active_days is None else active_days
    if start >= end or width < 1:
        raise ArgumentError(
            "these days enclose no time.", found=f"since={start}, as_of={end}, active_days={active_days}",
            fix="give a since before as_of, and active_days of 1 or more.",
        )  # fmt: skip
    if start - timedelta(days=width - 1) < client.database.first_day:
        return _unseen(names, FLOW_COLUMNS)
    return _counted(_activity(client, start, end, width, names), names)


def _activity(client, start: date, end: date, width: int, names: list[str]):
    """One row per buyer: whether active on both days, and since when a buyer."""
    days = occasions(client.orders, as_of=end, unit=["customer_id", "home_store_id"])
    days = days.mutate(store_id=days.home_store_id)
    window = {
        end_name: (days.day > last - timedelta(days=width)) & (days.day <= last)
        for end_name, last in (("before", start), ("after", end))
    }
    who = days.group_by(list(dict.fromkeys([*names, "customer_id"]))).agg(
        first_day=days.day.min(),
        **{f"was_{name}": inside.any() for name, inside in window.items()},
        **{f"spend_{name}": days.net.sum(where=inside) for name, inside in window.items()},
    )
    flow = ibis.cases(
        (who.was_after & (who.first_day > start), "new"),
        (who.was_before & who.was_after, "retained"),
        (who.was_after, "resurrected"),
        (who.was_before, "dormant"),
        else_=ibis.null("string"),
    )
    return who.mutate(flow=flow, spent=who.was_after.ifelse(who.spend_after, who.spend_before))


def _counted(who, names: list[str]) -> pd.DataFrame:
    who = who.filter(who.flow.notnull())
    counted = who.group_by([*names, "flow"]).agg(
        n=who.count(), was=who.was_before.sum(), spend=who.spent.cast(MONEY).sum().cast("float64")
    )
    counted = counted.execute()
    groups = counted[names].drop_duplicates() if names else pd.DataFrame(index=[0])
    every = groups.merge(pd.DataFrame({"flow": FLOWS, "place": range(len(FLOWS))}), how="cross")
    found = every.merge(counted, how="left").fillna({"n": 0, "was": 0, "spend": 0.0})
    found = found.sort_values([*names, "place"], ignore_index=True)
    found["n_before"] = (
        found.groupby(names, dropna=False)["was"].transform("sum") if names else found["was"].sum()
    )
    found = with_rate(found.astype({"n": "int64", "n_before": "int64"}), "rate", "n", "n_before")
    outside = found["flow"].isin(["new", "resurrected"])
    found.loc[outside, ["rate", "rate_low", "rate_high"]] = float("nan")
    return found[[*names, *FLOW_COLUMNS]]


def _unseen(names: list[str], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*names, *columns])


def _slim(table, column: str, names: list[str], end: str):
    rows = require(table, "customers", ["customer_id", column, *names])
    chosen = {f"person{end}": rows.customer_id, f"key{end}": rows[column].cast("string")}
    return rows.select(**chosen, **{f"{name}{end}": rows[name] for name in names})


def _placed(values: pd.Series, order: Sequence[str]) -> pd.Series:
    """What the values of a column are sorted by: segments by their place in `order`, others by name."""
    if values.name not in ("from", "to"):
        return values
    place = {name: number for number, name in enumerate(order)}
    return values.map(lambda name: (place.get(name, len(place)), name))
