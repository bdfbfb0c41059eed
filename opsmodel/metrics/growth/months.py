"""The books of every month: net revenue as customer metrics count it, and as a ledger does."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.occasions import cents, net_amount

SUMS = ["gross_revenue", "net_revenue", "identified", "later_amount", "undated_amount", "paid_back_amount"]
DATED = 0.9  # of the money given back; where less has a day, when it was paid back is not known
COLUMNS = [
    *("start", "end", "gross_revenue", "refund_amount", "net_revenue", "paid_back_amount", "ledger_revenue"),
    *("later_amount", "undated_amount", "identified_share"),
]


def months(orders, *, as_of, by=None) -> pd.DataFrame:
    """One row per calendar month: net revenue in two views, and how much of it is of known customers.

    Customer metrics take a refund off its order, whenever it was paid back; a ledger takes it off the day
    it was paid back. Over all months the two differ by what was paid back after `as_of`, and by no more:
    Σ net_revenue + Σ later_amount = Σ ledger_revenue.

    orders  one row per order: customer_id, ordered_at, amount, and `by`; refund_amount and refunded_on if
            there. An order has one refund day, that of its last refund
    as_of   last day observed, inclusive
    by      column or columns of orders

    Returns the columns of `by`, then start and end (both inclusive; the last month ends with `as_of`),
    gross_revenue (before refunds), refund_amount (of this month's orders, paid back at any time), net_revenue
    (gross − refund), paid_back_amount (in this month, of orders of any month; a refund without a day counts
    on that of its order; NaN where less than 9 in 10 of all the money given back has a day), ledger_revenue
    (gross − paid back), later_amount (of refund_amount: paid back after `as_of`), undated_amount (of it:
    without a day), identified_share (net revenue of known customers ÷ net_revenue; NaN if that is not above
    0). Money in client currency. Every month from the first order on has a row.
    Raises TableError if a column is missing.
    Source: standard algebra.

    >>> orders = pd.DataFrame({"customer_id": ["a", None], "ordered_at": ["2024-01-05", "2024-02-05"],
    ...                        "amount": [50.0, 30.0], "refund_amount": [20.0, 0.0],
    ...                        "refunded_on": ["2024-02-01", None]})
    >>> books = months(orders, as_of="2024-02-29")
    >>> books[["net_revenue", "ledger_revenue", "identified_share"]].values.tolist()
    [[30.0, 50.0, 1.0], [30.0, 10.0, 0.0]]
    """
    keys, last = column_names(by), day(as_of)
    table = _every_month(_sums(_rows(orders, last, keys), last, keys), last, keys)
    table["refund_amount"] = (table["gross_revenue"] - table["net_revenue"]).round(2)
    whole = _of_group(table, keys)[["refund_amount", "undated_amount"]].transform("sum")
    told = whole["undated_amount"] <= (1 - DATED) * whole["refund_amount"]
    table["paid_back_amount"] = table["paid_back_amount"].where(told)
    table["ledger_revenue"] = (table["gross_revenue"] - table["paid_back_amount"]).round(2)
    earned = table["net_revenue"].where(table["net_revenue"] > 0)
    return table.assign(identified_share=table["identified"] / earned)[[*keys, *COLUMNS]]


def _rows(orders, last: date, keys: list[str]) -> ir.Table:
    """One row an order: `keys`, on, gross, net, given_back, back_on (null if unknown), is_known."""
    table = require(orders, "orders", ["customer_id", "ordered_at", "amount", *keys])
    table = table.filter(table.ordered_at.date() <= ibis.date(last))
    gross, net = cents(table.amount), net_amount(table)
    return table.select(
        *keys,
        on=table.ordered_at.date(),
        gross=gross,
        net=net,
        given_back=gross - net,
        back_on=table.refunded_on.cast("date") if "refunded_on" in table.columns else ibis.null("date"),
        is_known=table.customer_id.cast("string").nullif("").notnull(),
    )


def _sums(rows: ir.Table, last: date, keys: list[str]) -> pd.DataFrame:
    """One row a month in which something was sold or paid back: `keys`, start, SUMS."""
    sold = rows.group_by([*keys, rows.on.truncate("M").name("start")]).agg(
        gross_revenue=rows.gross.sum(),
        net_revenue=rows.net.sum(),
        identified=rows.net.sum(where=rows.is_known),
        later_amount=rows.given_back.sum(where=rows.back_on > ibis.date(last)),
        undated_amount=rows.given_back.sum(where=rows.back_on.isnull()),
    )
    back = rows.mutate(day=ibis.coalesce(rows.back_on, rows.on)).filter(rows.given_back > 0)
    back = back.filter(back.day <= ibis.date(last))
    back = back.group_by([*keys, back.day.truncate("M").name("start")]).agg(
        paid_back_amount=back.given_back.sum()
    )
    both = pd.concat([sold.to_pandas(), back.to_pandas()]).astype(dict.fromkeys(SUMS, float))
    both["start"] = pd.to_datetime(both["start"])
    return both.groupby([*keys, "start"], dropna=False, as_index=False)[SUMS].sum()


def _every_month(found: pd.DataFrame, last: date, keys: list[str]) -> pd.DataFrame:
    """A row for every month of each of the groups, from its first to that of the last day."""
    first = found["start"].min() if len(found) else last
    calendar = pd.DataFrame({"start": pd.period_range(first, last, freq="M").to_timestamp()})
    grid = found[keys].drop_duplicates().merge(calendar, how="cross") if keys else calendar
    table = grid.merge(found.assign(begun=True), on=[*keys, "start"], how="left")
    table = table.sort_values([*keys, "start"], ignore_index=True)
    begun = _of_group(table.assign(begun=table["begun"].notna()), keys)["begun"].cummax()
    table = table[begun].fillna(dict.fromkeys(SUMS, 0.0)).reset_index(drop=True)
    ends = (table["start"] + pd.offsets.MonthEnd(0)).clip(upper=pd.Timestamp(last))
    return table.assign(start=table["start"].astype("datetime64[us]"), end=ends.astype("datetime64[us]"))


def _of_group(table: pd.DataFrame, keys: list[str]):
    """The table grouped by `keys`; one group where there are none."""
    return table.groupby([table[key] for key in keys] or pd.Series(0, table.index), dropna=False)
