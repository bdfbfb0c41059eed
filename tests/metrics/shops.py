"""Random shops, and what a plain loop over their customers counts: the reference of the tests."""

import pandas as pd
from hypothesis import strategies as st

START = pd.Timestamp("2023-12-20")


def random_shops(max_orders=30, days=150):
    """Few customers and days, so that same-day orders, ties, refunds and returned goods are common."""
    order = st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["S1", "S2"]),
        st.integers(0, days),
        st.integers(0, 2),
        st.sampled_from([0, 10, 25, -10]),
        st.sampled_from([0, 0, 10]),
        st.sampled_from([1.5, -2.0, 0.0]),
    )
    return st.lists(order, min_size=1, max_size=max_orders).map(_frame)


def _frame(orders):
    names = ["customer_id", "store_id", "day", "hour", "amount", "refund_amount", "margin"]
    frame = pd.DataFrame(orders, columns=names)
    when = START + pd.to_timedelta(frame["day"] * 24 + frame["hour"], unit="h")
    frame = frame.assign(order_id=[f"O{i}" for i in range(len(frame))], ordered_at=when)
    frame["refund_amount"] = frame["refund_amount"].where(frame["amount"] > 0, 0)
    money = dict.fromkeys(["amount", "refund_amount", "margin"], float)
    return frame.drop(columns=["day", "hour"]).astype(money)


def order_days(orders, as_of):
    """One row a purchase occasion, by the book: customer_id, day, net, margin, n_orders, store."""
    seen = orders[orders["ordered_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    seen = seen.assign(day=seen["ordered_at"].dt.normalize(), net=seen["amount"] - seen["refund_amount"])
    rows = []
    for (customer, day), own in seen.groupby(["customer_id", "day"]):
        paid = own[own["net"] > 0].sort_values(["ordered_at", "store_id"])
        if own["net"].sum() > 0:
            total = own[["net", "margin"]].sum()
            rows.append([customer, day, total["net"], total["margin"], len(paid), paid["store_id"].iloc[0]])
    return pd.DataFrame(rows, columns=["customer_id", "day", "net", "margin", "n_orders", "store"])


LENGTH = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
FREQUENCY = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def retention(orders, as_of, period, mode, measure, calendar, by):
    """The cohort table by loops: {(store, cohort, age): (n_customers, value or None)}."""
    days, end = order_days(orders, as_of), pd.Timestamp(as_of)
    freq, length = FREQUENCY[period], LENGTH[period]
    customers = []
    for _, own in days.sort_values("day").groupby("customer_id"):
        first = own["day"].iloc[0]
        key = (own["store"].iloc[0] if by else None, first.to_period(freq))
        customers.append((key, first, own))

    def age(first, day):
        if calendar:
            return (day.to_period(freq) - first.to_period(freq)).n
        return (day - first).days // length

    table = {}
    for store in {key[0] for key, _, _ in customers}:
        mine = [c for c in customers if c[0][0] == store]
        last_age = max(age(first, end) for _, first, _ in mine)
        for cohort in {key[1] for key, _, _ in mine}:
            members = [c for c in mine if c[0][1] == cohort]
            for a in range(last_age + 1):
                value = sum(_worth(own, first, a, mode, measure, age) for _, first, own in members)
                if calendar:
                    over = (cohort + a).end_time.normalize() <= end
                else:
                    over = all(
                        first + pd.Timedelta(days=(a + 1) * length - 1) <= end for _, first, _ in members
                    )
                table[store, cohort.start_time, a] = (len(members), value if over else None)
    return table


def _worth(own, first, a, mode, measure, age):
    ages = own["day"].map(lambda day: age(first, day))
    if mode == "on":
        chosen = own[ages == a]
    elif mode == "on_or_after":
        chosen = own[ages >= a]
    else:
        chosen = own[(ages <= a) & (own["day"] > first)]
    if measure == "customers":
        return float(len(chosen) > 0)
    column = {"revenue": "net", "margin": "margin", "orders": "n_orders"}.get(measure)
    return float(len(chosen)) if column is None else float(chosen[column].sum())
