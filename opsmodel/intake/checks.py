"""What a reader of the reports should know about the data: measured once, at intake."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opsmodel.intake.cleaning.clean import staged
from opsmodel.intake.engine import number, run
from opsmodel.wording import _

ORDERS = staged("orders")
QUIET_DAYS = 7  # a store without an order for longer than this has a gap
SAMPLE = 1_000_000  # orders; more are sampled by customer for the waiting times


@dataclass(frozen=True)
class Observation:
    """One thing seen in the data: its kind, how much it matters, and the numbers of its sentence.

    weight  "note", "warning" or "serious"
    """

    kind: str
    weight: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The sentence, in the language spoken now."""
        return _SENTENCES[self.kind](**self.values)


def observe(con) -> list[Observation]:
    """Everything worth saying about the staged orders, in the order of the checks."""
    return [*_days_of_zeros(con), *_gaps(con), *_identified(con), *_burn_in(con)]


def span(con) -> dict[str, Any]:
    """First and last day with an order, and the number of orders kept."""
    first, last, n = run(con, f"SELECT min(ordered_at)::DATE, max(ordered_at)::DATE, count(*) FROM {ORDERS}")[
        0
    ]
    return {"first_day": first, "last_day": last, "n_orders": n}


def _days_of_zeros(con) -> list[Observation]:
    rows = run(
        con,
        f"""
        SELECT store_id, ordered_at::DATE AS day, count(*) AS n FROM {ORDERS}
        GROUP BY ALL HAVING count(*) >= 3 AND max(amount) = 0 ORDER BY ALL
    """,
    )
    if not rows:
        return []
    store, day, _n = rows[0]
    values = {"n_days": len(rows), "store": store, "day": day.isoformat()}
    return [Observation("zero_days", "warning", values)]


def _gaps(con) -> list[Observation]:
    """Days without an order, longer than a week and than thrice the store's usual wait."""
    rows = run(
        con,
        f"""
        WITH days AS (SELECT DISTINCT store_id, ordered_at::DATE AS day FROM {ORDERS}),
             waits AS (SELECT store_id, day, day - lag(day) OVER (PARTITION BY store_id ORDER BY day) AS wait
                       FROM days),
             usual AS (SELECT store_id, quantile_disc(wait, 0.9) AS p90 FROM waits GROUP BY store_id)
        SELECT store_id, day - wait::INTEGER + 1, day - 1, wait - 1 FROM waits JOIN usual USING (store_id)
        WHERE wait > {QUIET_DAYS} AND wait > 3 * p90 ORDER BY wait DESC, store_id, day
    """,
    )
    if not rows:
        return []
    store, first, last, n = rows[0]
    values = {"n_stores": len({row[0] for row in rows}), "store": store, "n_days": n}
    values |= {"first": _iso(first), "last": _iso(last)}
    return [Observation("gaps", "warning", values)]


def _iso(value) -> str:
    return value.isoformat()[:10]


def _identified(con) -> list[Observation]:
    """Identified net revenue ÷ net revenue: of everything, and of the store and month where it is least."""
    rows = run(
        con,
        f"""
        WITH paid AS (SELECT store_id, customer_id, strftime(ordered_at, '%Y-%m') AS month,
                             amount - coalesce(refund_amount, 0) AS net FROM {ORDERS})
        SELECT store_id, month, sum(net), coalesce(sum(net) FILTER (customer_id IS NOT NULL), 0)
        FROM paid GROUP BY ALL ORDER BY ALL
    """,
    )
    net, known = (sum(row[at] for row in rows) for at in (2, 3))
    if not net:
        return [Observation("no_revenue", "serious")]
    share = float(known / net)
    monthly = [(float(row[3] / row[2]), row[0], row[1]) for row in rows if row[2] > 0]
    least, store, month = min(monthly)
    values = {"share": round(share, 4), "least": round(least, 4), "store": store, "month": month}
    weight = "serious" if share < 0.3 else "warning" if share < 0.6 else "note"
    return [Observation("identified", weight, values)]


def _burn_in(con) -> list[Observation]:
    """Left truncation: buyers from before the file look new until the P90 wait between orders has passed."""
    every = number(con, f"SELECT count(*) FROM {ORDERS}") // SAMPLE + 1
    p90, days = run(
        con,
        f"""
        WITH days AS (SELECT DISTINCT customer_id, ordered_at::DATE AS day FROM {ORDERS}
                      WHERE customer_id IS NOT NULL AND hash(customer_id) % {every} = 0),
             waits AS (SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS wait FROM days)
        SELECT quantile_disc(wait, 0.9), (SELECT max(day) - min(day) + 1 FROM days) FROM waits
    """,
    )[0]
    if p90 is None or not days:
        return []
    values = {"p90": int(p90), "days": int(days)}
    return [Observation("burn_in", "warning" if p90 * 3 > days else "note", values)]


_SENTENCES: dict[str, Callable[..., str]] = {
    "zero_days": lambda **v: _("On {n_days} store days every order is 0 (first: {store}, {day}).", **v),
    "gaps": lambda **v: _(
        "{n_stores} stores have gaps in their orders (longest: {store}, {n_days} days, {first} to {last}).",
        **v,
    ),
    "identified": lambda **v: _(
        "Identified share {share:.1%} of net revenue (least: {store} in {month}, {least:.1%}).", **v
    ),
    "no_revenue": lambda **v: _("Net revenue is zero.", **v),
    "burn_in": lambda **v: _(
        "Buyers from before the file look new in its first {p90} of {days} days (P90 wait between orders).",
        **v,
    ),
    "conflicts": lambda **v: _(
        "{n:,} rows share a key with another row and say otherwise; they are quarantined.", **v
    ),
    "partial_unknown": lambda **v: _(
        "{n:,} orders are partly refunded without an amount; the refund is taken as 0.", **v
    ),
    "refund_rows": lambda **v: _("{n:,} refund rows were booked on their orders.", **v),
    "united": lambda **v: _(
        "{n:,} customer ids belong to a person with another id (same phone) and were united.", **v
    ),
    "shared_phones": lambda **v: _(
        "{n:,} phone numbers stand under more than 5 customer ids and unite nobody.", **v
    ),
    "no_customers": lambda **v: _(
        "No list of customers: {n:,} customers are taken from the orders, without a join date.", **v
    ),
    "orphans": lambda **v: _(
        "{n_orders:,} orders belong to {n:,} customers who are in no list; "
        "they were added, at home where they first bought.",
        **v,
    ),
    "homed": lambda **v: _(
        "{n:,} listed customers without a store are at home where they first bought.", **v
    ),
    "no_stores": lambda **v: _("No list of stores: {n:,} stores are taken from the other exports.", **v),
    "stores_added": lambda **v: _("{n:,} stores are in no list and were added (first: {store}).", **v),
    "stores_named": lambda **v: _("{n:,} spellings of store names were brought to store ids.", **v),
    "unused_sheet": lambda **v: _("{sheet} is not used: its headers fit no table ({headers}).", **v),
    "empty_sheet": lambda **v: _("{sheet} has headers but no rows.", **v),
    "ambiguous": lambda **v: _("{sheet}: {column} is read from {used}; {others} would fit too.", **v),
    "rejected": lambda **v: _("{n:,} lines could not be split into columns and are quarantined.", **v),
    "titles": lambda **v: _("{sheet}: {n:,} title rows above the header were passed over.", **v),
}
