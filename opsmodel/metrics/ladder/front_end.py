"""What an entry product costs, and when the orders that follow have paid it back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.intake.contract import require
from opsmodel.metrics.counting import days_between
from opsmodel.metrics.ladder.baskets import CUSTOMER, Source, baskets, positive, source
from opsmodel.metrics.occasions import identified
from opsmodel.metrics.rates import SEED

GROUPS = 200  # customers are drawn in at most so many groups: a chain's bootstrap is that of a store
DRAWS = 1000


def payback(
    order_lines,
    *,
    orders=None,
    as_of=None,
    within_days: int = 180,
    tier: str = "entry",
    product: str | None = "product",
    giveaway_cost: float | Mapping[str, float] = 0.0,
    margin_rate: float | None = None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per entry product and day: what an entrant has brought by then, the giveaway paid for.

    An entrant bought a product of the entry tier on the first order day; of several, the product first in
    the alphabet counts. Day 0, the front end, is the margin of that whole day less the giveaway; days 1 to
    N, the back end, add the margin of every later order, also of those sent back. Only entrants of at
    least N days count, so that all days speak of the same customers.

    order_lines    a client; or one row per product of an order: order_id, tier, `product`, with `orders`;
                   or a table of lines that carries customer_id, ordered_at, amount and margin, too
    orders         one row per order: order_id, customer_id, ordered_at, amount, margin
    as_of          last day observed, inclusive; a client's own if not given
    within_days    N, in days after the first order day
    tier           the entry tier
    product        column of the lines that names the product; None: all entry products together
    giveaway_cost  what the margin does not know of a gift, sample or coupon: client currency per entrant,
                   or a mapping product -> cost (0 for others)
    margin_rate    margin ÷ net amount, where the orders have no margin
    by             column or columns of orders, taken from the first paid order

    Returns the columns of `by`, entry_product (unless product is None), days, n_customers (entrants),
    margin (cumulative, client currency per entrant), margin_low, margin_high (95 %, bootstrap by customer;
    NaN with one).
    Raises TableError if a column is missing, ArgumentError for a bad window or cost.
    Source: payback period, undiscounted; the days on which all entrants were seen, so that nobody drops out.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> orders = seven_customer_shop().orders
    >>> lines = orders.assign(tier=["entry" if a < 20 else "core" for a in orders["amount"]])
    >>> table = payback(lines, as_of="2024-06-30", within_days=30, product=None, giveaway_cost=10)
    >>> table["margin"].iloc[[0, 19, 20, 28]].round(2).tolist()
    [-6.2, -6.2, 1.8, 12.2]
    """
    flows, keys = _flows(
        order_lines, orders, as_of, within_days=within_days, tier=tier, product=product,
        margin_rate=margin_rate, by=by,
    )  # fmt: skip
    parts = []
    for key, curve, draws, n, _ in _curves(flows, keys, within_days, giveaway_cost, product):
        low, high = _bounds(draws, n)
        parts.append(
            pd.DataFrame(
                {
                    **dict(zip(keys, key, strict=True)),
                    "days": np.arange(within_days + 1),
                    "n_customers": n,
                    "margin": curve,
                    "margin_low": low,
                    "margin_high": high,
                }
            )
        )
    columns = [*keys, "days", "n_customers", "margin", "margin_low", "margin_high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def entrants(
    order_lines,
    *,
    orders=None,
    as_of=None,
    within_days: int = 180,
    tier: str = "entry",
    product: str | None = "product",
    giveaway_cost: float | Mapping[str, float] = 0.0,
    margin_rate: float | None = None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per entry product: the margin an entrant brings, front end and back end, and the payback day.

    Arguments, errors and what counts as an entrant are those of `payback`.

    Returns the columns of `by`, entry_product (unless product is None), within_days, n_customers (entrants
    of at least N days), n_unknown (left out: the margin of an order is missing), giveaway_cost,
    front_margin (of the first order day, less the giveaway), back_margin (days 1 to N), entrant_margin
    (both), all in client currency per entrant, entrant_margin_low, entrant_margin_high, payback_day (first
    day on which an entrant has brought 0 or more; NaN if not within N days), payback_day_low,
    payback_day_high (95 %, bootstrap by customer; NaN: later than N days, or one customer),
    paid_back_share (of the draws, those that pay back within N days).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> orders = seven_customer_shop().orders
    >>> lines = orders.assign(tier=["entry" if a < 20 else "core" for a in orders["amount"]])
    >>> table = entrants(lines, as_of="2024-06-30", within_days=30, product=None, giveaway_cost=10)
    >>> table[["n_customers", "front_margin", "back_margin", "payback_day"]].round(2).values.tolist()
    [[5.0, -6.2, 18.4, 20.0]]
    """
    flows, keys = _flows(
        order_lines, orders, as_of, within_days=within_days, tier=tier, product=product,
        margin_rate=margin_rate, by=by,
    )  # fmt: skip
    rows = []
    for key, curve, draws, n, cost in _curves(flows, keys, within_days, giveaway_cost, product):
        low, high = (bound[-1] for bound in _bounds(draws, n))
        first, last, share = _payback_interval(draws, n)
        money = [cost, curve[0], curve[-1] - curve[0], curve[-1], low, high]
        rows.append([*key, within_days, n, *money, _first_day(curve[None, :])[0], first, last, share])
    margins = ["giveaway_cost", "front_margin", "back_margin", "entrant_margin", "entrant_margin_low"]
    days = ["payback_day", "payback_day_low", "payback_day_high", "paid_back_share"]
    numbers = [*margins, "entrant_margin_high", *days]
    table = pd.DataFrame(rows, columns=[*keys, "within_days", "n_customers", *numbers])
    table[numbers] = table[numbers].astype(float).replace(np.inf, np.nan)
    table.insert(len(keys) + 2, "n_unknown", _unknown(flows, keys, table))
    return table


def _flows(
    order_lines, orders, as_of, *, within_days, tier, product, margin_rate, by
) -> tuple[pd.DataFrame, list[str]]:
    """Margins by group of customers and day since the first, in one query.

    Returns one row per `by`, entry_product, part (of the customers), unknown and days, with the margin and
    the number of customers who have an order that day, and the columns that make a curve.
    """
    positive(within_days=within_days)
    given = source(order_lines, orders, as_of=as_of)
    lines = require(given.lines, "order_lines", ["tier", *([product] if product else [])])
    named = lines[product] if product else ibis.literal("all")
    lines = lines.mutate(entry_product=ibis.ifelse(lines.tier == tier, named, ibis.null()))
    given = Source(lines, lines if given.joined else given.orders, given.as_of)
    bought = baskets(given, "entry_product", by)
    people = bought.rows.join(bought.starts, CUSTOMER)
    people = people.filter(
        people.day == people.first_day, people.first_day <= given.as_of - timedelta(days=within_days)
    )
    keys = [*bought.by, *(["entry_product"] if product else [])]
    people = people.group_by(*CUSTOMER, "first_day", *bought.by).agg(entry_product=people.item.min())
    window = ibis.window(group_by=keys, order_by="customer_id")
    people = people.mutate(part=ibis.row_number().over(window) % GROUPS)
    cash = _cash(given, margin_rate).join(people, CUSTOMER)
    cash = cash.mutate(days=days_between(cash.first_day, cash.day))
    cash = cash.filter(cash.days.between(0, within_days))
    cash = cash.mutate(unknown=cash.earned.isnull().any().over(ibis.window(group_by=CUSTOMER)))
    found = cash.group_by([*keys, "part", "unknown", "days"]).agg(
        margin=cash.earned.sum().cast("float64"), n=cash.customer_id.nunique()
    )
    return found.execute().sort_values([*keys, "part", "days"], ignore_index=True), keys


def _cash(given: Source, margin_rate: float | None):
    rows = identified(given.orders, as_of=given.as_of)
    if margin_rate is not None:
        return rows.select(*CUSTOMER, "day", earned=rows.net.cast("float64") * margin_rate)
    if "margin" not in rows.columns:
        raise TableError(
            "the orders have no margin.",
            found=list(given.orders.columns),
            fix="map it in engagement.yaml under columns.orders.margin, or pass margin_rate=0.35.",
        )
    return rows.select(*CUSTOMER, "day", earned="margin")


def _curves(
    flows: pd.DataFrame, keys: list[str], within_days: int, giveaway_cost, product
) -> Iterator[tuple]:
    """Each curve: its key, the margin by day, the bootstrap draws of it, the customers, the giveaway."""
    known = flows[~flows["unknown"].astype(bool)]
    groups: Iterable = known.groupby(keys, dropna=False, sort=True) if keys else [((), known)]
    for key, rows in groups:
        sizes = rows[rows["days"] == 0].set_index("part")["n"]
        if sizes.empty:
            continue
        by_day = rows.pivot_table(index="part", columns="days", values="margin", aggfunc="sum")
        by_day = by_day.reindex(index=sizes.index, columns=range(within_days + 1)).fillna(0.0)
        n, cost = int(sizes.sum()), _cost(giveaway_cost, key[-1] if product else None)
        sums, sizes = by_day.to_numpy().cumsum(axis=1), sizes.to_numpy(float)
        times = np.random.default_rng(SEED).multinomial(
            len(sizes), np.full(len(sizes), 1 / len(sizes)), DRAWS
        )
        draws = (times @ sums) / (times @ sizes)[:, None] - cost
        yield key, sums.sum(axis=0) / n - cost, draws, n, cost


def _cost(giveaway_cost, product: str | None) -> float:
    if isinstance(giveaway_cost, Mapping):
        if product is None:
            raise ArgumentError(
                "a cost by product needs the products apart.",
                found="product=None",
                fix='write product="product", or one giveaway_cost for all.',
            )
        return float(giveaway_cost.get(product, 0.0))
    return float(giveaway_cost)


def _bounds(draws: np.ndarray, n: int) -> np.ndarray:
    return np.quantile(draws, [0.025, 0.975], axis=0) if n > 1 else np.full((2, draws.shape[1]), np.nan)


def _first_day(curves: np.ndarray) -> np.ndarray:
    """The first day on which each curve is at 0 or above; infinite if on none. A cent's fraction is 0."""
    paid = curves >= -1e-9
    return np.where(paid.any(axis=1), paid.argmax(axis=1), np.inf)


def _payback_interval(draws: np.ndarray, n: int) -> tuple[float, float, float]:
    if n < 2:
        return np.nan, np.nan, np.nan
    days = np.sort(_first_day(draws))
    low, high = days[int(0.025 * len(days))], days[int(np.ceil(0.975 * len(days))) - 1]
    return low, high, float(np.isfinite(days).mean())


def _unknown(flows: pd.DataFrame, keys: list[str], table: pd.DataFrame) -> np.ndarray:
    """Entrants left out, beside each row of the table."""
    left_out = flows[flows["unknown"].astype(bool) & (flows["days"] == 0)]
    if not keys:
        return np.full(len(table), int(left_out["n"].sum()))
    counts = left_out.groupby(keys, dropna=False, as_index=False)["n"].sum()
    return table[keys].merge(counts, on=keys, how="left")["n"].fillna(0).astype("int64").to_numpy()
