"""The growth equation of several periods, and of the average store."""

from datetime import timedelta

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake import contract
from opsmodel.intake.contract import column_names
from opsmodel.metrics.growth.equations import equation, factors

KNOWN = 0.2  # of net revenue; where less is of known customers, four buyers in five would be a guess
OF_BUYERS = ["n_buyers", "conversion", "orders_per_buyer", "users", "close_rate", "value_per_buyer"]


def periods(
    orders, *, as_of, period_days: int = 182, n_periods: int = 2, traffic=None, customers=None, by=None
) -> pd.DataFrame:
    """One row of `equation` for each of the last periods of equal length, the oldest first.

    as_of        last day of the last period
    period_days  length of a period in days; 182 are 26 whole weeks, so that weekdays weigh alike
    n_periods    how many

    Returns start and end (dates, both inclusive), then the columns of `equation`. A period in which
    nothing was sold is a row of zeros. Errors are those of `equation`.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> rows = periods(seven_customer_shop().orders, as_of="2024-06-30", period_days=91)
    >>> rows["start"].astype(str).tolist(), rows["n_orders"].tolist()
    (['2024-01-01', '2024-04-01'], [11.0, 5.0])
    """
    if period_days < 1 or n_periods < 1:
        raise ArgumentError(
            "a period has at least one day, and there is at least one.",
            found=f"period_days {period_days}, n_periods {n_periods}",
            fix="give 1 or more of each.",
        )
    keys = column_names(by)
    last = contract.day(as_of)
    ends = [last - timedelta(days=back * period_days) for back in range(n_periods - 1, -1, -1)]
    spans = [(end - timedelta(days=period_days - 1), end) for end in ends]
    rows = [
        equation(orders, start=start, end=end, traffic=traffic, customers=customers, by=by)
        for start, end in spans
    ]
    rows = _every_group(rows, keys) if keys else rows
    for row, (start, end) in zip(rows, spans, strict=True):
        row.insert(0, "start", start)
        row.insert(1, "end", end)
    return pd.concat(rows, ignore_index=True)


def _every_group(rows: list[pd.DataFrame], keys: list[str]) -> list[pd.DataFrame]:
    """Each period with a row for every group that any of them knows: zeros where nothing was sold."""
    groups = pd.concat([row[keys] for row in rows]).drop_duplicates()
    nothing = dict.fromkeys(("net_revenue", "identified", "n_orders", "n_buyers"), 0.0)
    has_users = any(row["users"].notna().any() for row in rows)
    nothing |= {"visitors": float("nan"), "users": 0.0 if has_users else float("nan")}
    whole = []
    for row in rows:
        known = groups.merge(row[keys], on=keys, how="left", indicator=True)
        silent = known.loc[known["_merge"] == "left_only", keys].assign(**nothing).reset_index(drop=True)
        both = pd.concat([row, factors(silent, keys)]) if len(silent) else row
        whole.append(both.sort_values(keys, ignore_index=True))
    return whole


def recent(client, *, period_days: int = 182, n_periods: int = 2, by=None) -> pd.DataFrame:
    """`periods` of all that a client's stores rang up, up to its as-of day.

    client  a chain, a store or a peer group; its traffic counts where it has any
    by      "store_id", or another column that orders, traffic and customers share

    Where less than a fifth of the net revenue of all periods is of known customers, how many buyers there
    were cannot be seen: n_buyers, conversion, orders_per_buyer, users, close_rate, value_per_buyer are NaN.

    >>> recent(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    found = periods(
        client.sales,
        as_of=client.as_of,
        period_days=period_days,
        n_periods=n_periods,
        traffic=client.traffic if client.has("traffic") else None,
        customers=client.customers,
        by=by,
    )
    return _who_bought(found, column_names(by))


def _who_bought(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows without what rests on buyers, where too few of them are known."""
    sums = pd.DataFrame({"known": rows["identified_share"].fillna(0) * rows["net_revenue"]})
    sums["whole"] = rows["net_revenue"]
    pooled = sums.groupby([rows[key] for key in keys]).transform("sum") if keys else sums.assign(**sums.sum())
    guessed = (pooled["whole"] > 0) & (pooled["known"] < KNOWN * pooled["whole"])
    return rows.assign(**{name: rows[name].mask(guessed) for name in OF_BUYERS})


def average(rows: pd.DataFrame) -> pd.DataFrame:
    """The average store: one row of `equation`, from several. Totals are divided by the number of rows.

    Its ratios are those of the totals, so the product still holds. What one row could not see is NaN.

    rows  rows of `equation`, one a store

    >>> orders = pd.DataFrame({"store_id": ["A", "A", "B"], "customer_id": ["x", "y", "z"],
    ...                        "ordered_at": "2024-06-01", "amount": [10.0, 20.0, 60.0]})
    >>> average(equation(orders, start="2024-06-01", end="2024-06-30", by="store_id"))["net_revenue"].item()
    45.0
    """
    totals = rows.assign(identified=rows["identified_share"].fillna(0) * rows["net_revenue"])
    wanted = ["net_revenue", "identified", "n_orders", "n_buyers", "visitors", "users"]
    return factors(totals[wanted].mean(skipna=False).to_frame().T, [])
