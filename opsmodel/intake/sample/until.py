"""A sample as it stood on an earlier day: time is let go by generating long and cutting."""

from dataclasses import replace

import pandas as pd

from opsmodel.intake.contract import day as as_day
from opsmodel.intake.sample.chain import Sample, counted


def until(sample: Sample, day) -> Sample:
    """What was known at the end of `day`: the same rows, without anything that happened later.

    day  last day known, inclusive

    Contacts, orders, events, visits and answers of later days are gone; who left, joined a membership or
    was served later has not yet; tasks are those due by then; a store that opens or starts its wave later
    is there without the date. The cost of a month under way is that of its contacts so far. Refunds stand
    on their order, as in every export, and stay there. `truth` counts what is left; planted rates stay.

    A longer chain is not a shorter one continued (the days of joining are drawn over the whole span), so a
    test that lets time go by makes the long chain once and looks at it on two days.

    >>> from opsmodel.intake.sample.chain import chain
    >>> long = chain("tea", n_stores=1, n_customers=50, start="2024-01-01", end="2024-03-31", seed=1)
    >>> until(long, "2024-02-10").orders["ordered_at"].max() < pd.Timestamp("2024-02-11")
    True
    """
    end = pd.Timestamp(as_day(day)) + pd.Timedelta(days=1)
    orders = _before(sample.orders, "ordered_at", end)
    ever = sample.customers["joined_at"]
    known = (ever < end) | (ever.isna() & sample.customers["customer_id"].isin(orders["customer_id"]))
    customers = _blank(sample.customers[known], ("left_at", "member_since"), end)
    stores = _blank(sample.stores, ("opened_on", "started_on"), end)
    stores["wave"] = stores["wave"].where(stores["started_on"].notna())
    actions = sample.actions.copy()
    if len(actions):
        later = (actions["due_on"] >= end) & (actions["status"] == "done")
        actions["status"] = actions["status"].mask(later, "open")
    truth = {
        store: entry | {"counted": counted(customers, orders, store)} for store, entry in sample.truth.items()
    }
    return replace(
        sample,
        stores=stores,
        customers=customers.reset_index(drop=True),
        orders=orders,
        order_lines=sample.order_lines[sample.order_lines["order_id"].isin(orders["order_id"])].reset_index(
            drop=True
        ),
        events=_before(sample.events, "happened_at", end),
        spend=_spent(sample, end),
        traffic=_before(sample.traffic, "counted_on", end),
        tasks=_blank(_before(sample.tasks, "due_at", end), ("done_at",), end),
        answers=_before(sample.answers, "answered_at", end),
        actions=actions,
        truth=truth,
    )


def _before(table: pd.DataFrame, column: str, end: pd.Timestamp) -> pd.DataFrame:
    return table[table[column] < end].reset_index(drop=True)


def _blank(table: pd.DataFrame, columns: tuple[str, ...], end: pd.Timestamp) -> pd.DataFrame:
    return table.assign(**{column: table[column].where(table[column] < end) for column in columns})


def _spent(sample: Sample, end: pd.Timestamp) -> pd.DataFrame:
    """The cost by then; of a month under way, the share of its contacts who had joined."""
    spend, key = _before(sample.spend, "spent_on", end), ["code_id", "store_id", "spent_on"]
    people = sample.customers[sample.customers["joined_at"].notna()]
    month = people["joined_at"].dt.to_period("M").dt.to_timestamp().dt.as_unit("s").rename("spent_on")
    joined = people.assign(spent_on=month, so_far=people["joined_at"] < end)
    share = joined.groupby(key)["so_far"].mean().rename("share").reset_index()
    spend = spend.merge(share, on=key, how="left")
    amount = (spend["amount"] * spend["share"].fillna(1.0)).round(2)
    return spend.assign(amount=amount).drop(columns="share")[amount > 0].reset_index(drop=True)
