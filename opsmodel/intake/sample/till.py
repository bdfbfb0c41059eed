"""What the till and the phone record: orders, refunds, order lines, walk-in sales and touches."""

import numpy as np
import pandas as pd

from opsmodel.intake.sample.behaviour import Behaviour
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.journey import DAY, NEVER, OPENS, TRADES, Season

COST_SHARE = 0.62  # of a full price
ENTRY_COST = 1150  # cents: an entry product at 9.9 loses money, at 39.9 it earns


def orders(
    behaviour: Behaviour, season: Season, people: pd.DataFrame, bought: pd.DataFrame, draw: Draw
) -> pd.DataFrame:
    """One row an order of a known customer, money in cents; `number` 0 marks one that is sent back whole.

    A few occasions have a second order the same day. Whole refunds are orders of their own, on another
    day or by contacts who never buy, so that they are no purchase occasion.
    """
    industry, n = behaviour.industry, len(bought)
    entry = (bought["number"] == 1).to_numpy() & draw.chance(industry.entry_share, n)
    kept = bought.assign(entry=entry)
    twice = kept[draw.chance(0.03, n) & ~entry]
    twice = twice.assign(time=np.minimum(twice["time"] + 1200, (twice["time"] // DAY) * DAY + DAY - 1))
    returned = kept[draw.chance(industry.full_refund, n)]
    returned = returned.assign(
        time=(returned["time"] // DAY + 1 + draw.below(9, len(returned))) * DAY
        + OPENS
        + draw.below(TRADES, len(returned))
    )
    strangers = np.setdiff1d(np.arange(len(people)), bought["person"].to_numpy())
    strangers = strangers[draw.chance(industry.full_refund, len(strangers))]
    regretted = pd.DataFrame(
        {
            "person": strangers,
            "number": 0,
            "time": people["joined"].to_numpy()[strangers] + 1500,
            "entry": False,
        }
    )
    whole = pd.concat([returned.assign(number=0, entry=False), regretted], ignore_index=True)
    everything = pd.concat([kept, twice, whole[whole["time"] < season.end]], ignore_index=True)
    wallet = people["wallet"].to_numpy()[everything["person"].to_numpy()]
    return _priced(behaviour, everything, wallet, draw)


def _priced(behaviour: Behaviour, rows: pd.DataFrame, wallet: np.ndarray, draw: Draw) -> pd.DataFrame:
    industry, n = behaviour.industry, len(rows)
    late = behaviour.since("order_value", rows["time"].to_numpy().astype("datetime64[s]"))
    price = industry.price * behaviour.price * late * wallet * np.exp(industry.price_spread * draw.normal(n))
    full = np.maximum(500, np.rint(price * 10).astype(np.int64) * 10)
    small = np.rint(np.array(industry.entry_prices) * 100).astype(np.int64)
    entry = rows["entry"].to_numpy(dtype=bool)
    amount = np.where(entry, small[draw.pick([0.3, 0.5, 0.2][: len(small)], n)], full)
    part = np.rint(amount * (0.1 + 0.5 * draw.uniform(n))).astype(np.int64)
    refund = np.where(draw.chance(industry.part_refund, n), part, 0)
    refund = np.where(rows["number"].to_numpy() == 0, amount, refund)
    cost = np.where(entry, ENTRY_COST, np.rint(COST_SHARE * amount)).astype(np.int64)
    margin = np.where(
        refund == amount, 0, amount - refund - np.minimum(cost, cost * (amount - refund) // amount)
    )
    return rows.assign(amount=amount, refund=refund, margin=margin, staff=draw.below(4, n))


def walk_ins(behaviour: Behaviour, visitors: np.ndarray, season: Season, draw: Draw) -> pd.DataFrame:
    """One row an anonymous sale."""
    sales = np.minimum(draw.count(visitors * behaviour.industry.walk_in), visitors)
    first = season.days.astype("datetime64[s]").astype(np.int64)
    time = np.repeat(first, sales) + OPENS + draw.below(TRADES, int(sales.sum()))
    rows = pd.DataFrame({"person": -1, "number": 1, "time": np.sort(time), "entry": False})
    wallet = np.exp(behaviour.industry.wallet_spread * draw.normal(len(rows)))
    return _priced(behaviour, rows, wallet, draw)


def lines(behaviour: Behaviour, rows: pd.DataFrame, draw: Draw) -> pd.DataFrame:
    """One row a product of an order (`order` = position in `rows`); the amounts add up to the order's."""
    shelf, n = behaviour.industry.shelf, len(rows)
    tier = np.array([product.tier for product in shelf])
    entry, rest = np.flatnonzero(tier == "entry"), np.flatnonzero(tier != "entry")
    small = rows["entry"].to_numpy(dtype=bool)
    many = np.where(small, 1, 1 + draw.pick([0.5, 0.33, 0.17], n))
    order = np.repeat(np.arange(n), many)
    place = np.arange(len(order)) - np.repeat(np.cumsum(many) - many, many)
    first = np.where(small, draw.below(len(entry), n), draw.below(len(rest), n))
    product = np.where(
        small[order],
        entry[first[order] % len(entry)],
        rest[(first[order] + place * 3) % len(rest)],
    )
    amount = rows["amount"].to_numpy()
    share = amount // many
    last = place == many[order] - 1
    paid = np.where(last, amount[order] - share[order] * (many[order] - 1), share[order])
    items = pd.DataFrame({"order": order, "product": product, "cents": paid})
    # shelves whose length divides by 3 repeat a product within an order: one line a product
    summed = items.groupby(["order", "product"], sort=True)["cents"].sum().reset_index()
    return summed.assign(quantity=1 + draw.pick([0.85, 0.15], len(summed)))


def touches(
    people: pd.DataFrame, rows: pd.DataFrame, shared: np.ndarray, season: Season, draw: Draw
) -> pd.DataFrame:
    """One row an event: replied, shared, messaged (by staff) and coupon_used, while still a contact."""
    n, known = len(people), rows.loc[rows["person"] >= 0]
    joined, interested = people["joined"].to_numpy(), people["interested"].to_numpy()
    real = ~people["fake"].to_numpy()
    answers = np.where(real, draw.count(np.where(interested, 1.4, 0.5)), 0)
    who = np.repeat(np.arange(n), answers)
    replied = joined[who] + 300 + np.rint(draw.exponential(len(who)) * 5 * DAY).astype(np.int64)
    sent = np.repeat(np.arange(n), draw.count(np.full(n, 0.7)))
    sent_at = joined[sent] + DAY + np.rint(draw.uniform(len(sent)) * 120 * DAY).astype(np.int64)
    repeat = known.loc[known["number"] > 1]
    nudged = repeat[draw.chance(0.40, len(repeat))]
    nudged_at = (
        nudged["time"].to_numpy() - 3600 - np.rint(draw.uniform(len(nudged)) * 3 * DAY).astype(np.int64)
    )
    paid = known.loc[(known["number"] > 0) & ~known["entry"].astype(bool)]
    couponed = paid[draw.chance(0.25, len(paid))]
    sharers = np.flatnonzero(shared < NEVER)
    events = pd.concat(
        [
            pd.DataFrame({"person": who, "event": "replied", "time": replied}),
            pd.DataFrame({"person": sent, "event": "messaged", "time": sent_at}),
            pd.DataFrame({"person": nudged["person"], "event": "messaged", "time": nudged_at}),
            pd.DataFrame({"person": couponed["person"], "event": "coupon_used", "time": couponed["time"]}),
            pd.DataFrame({"person": sharers, "event": "shared", "time": shared[sharers]}),
        ],
        ignore_index=True,
    )
    still = events["time"] < people["left"].to_numpy()[events["person"]]
    events = events[(still | (events["event"] == "coupon_used")) & (events["time"] < season.end)]
    return events.drop_duplicates(["person", "event", "time"]).sort_values(
        ["time", "person", "event"], ignore_index=True
    )
