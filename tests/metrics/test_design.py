"""What a scheme is designed by, counted by hand on the seven-customer shop and on small tables."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics import design

DAY = "2024-06-30"


def orders(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])


def test_buying_of_the_shop_counted_by_hand(shop):
    row = design.buying(shop.orders, as_of=DAY).iloc[0]
    # gaps over: 20 21 28 36 41 70 79 102; open: 5 20 51 71 91 131 141 (Kaplan-Meier by hand: 0.424 after 79)
    assert row[["n_customers", "n_orders", "median_gap_days"]].tolist() == [7, 15, 79.0]
    assert row[["median_order_value", "first_order_value", "next_order_value"]].tolist() == [60.0, 19.9, 93.5]
    assert row["orders_a_year"] == pytest.approx(15 / ((177 + 172 + 150 + 141 + 119 + 107 + 41) / 365))
    assert np.isnan(row["year_rate"])


def test_buying_agrees_with_lifelines(shop):
    lifelines = pytest.importorskip("lifelines")
    rng = np.random.default_rng(3)
    days = rng.exponential(60, 400).round() + 1
    first = pd.Timestamp("2023-01-01")
    rows = [(f"C{n}", first, 10.0) for n in range(400)]
    rows += [(f"C{n}", first + pd.Timedelta(days=int(d)), 10.0) for n, d in enumerate(days) if d <= 545]
    found = design.buying(orders(*rows), as_of="2024-06-29").iloc[0]
    again = days <= 545
    waits = np.concatenate([np.minimum(days, 545), 545 - days[again]])
    over = np.concatenate([again, np.zeros(again.sum())])
    fitted = lifelines.KaplanMeierFitter().fit(waits, over)
    assert found["median_gap_days"] == fitted.median_survival_time_


def test_open_gaps_keep_one_time_buyers_from_looking_frequent():
    rows = [(f"C{n}", "2024-01-01", 10.0) for n in range(40)]
    rows += [(f"C{n}", "2024-01-11", 10.0) for n in range(5)]
    row = design.buying(orders(*rows), as_of="2024-12-31").iloc[0]
    assert np.isnan(row["median_gap_days"])
    assert row["seen_days"] >= 355


def test_buying_by_store_is_the_same_as_each_store_alone(shop):
    together = design.buying(shop.orders, as_of=DAY, by="home_store_id").set_index("home_store_id")
    for store in ("S1", "S2"):
        own = shop.orders[shop.orders["home_store_id"] == store]
        alone = design.buying(own, as_of=DAY).iloc[0]
        pd.testing.assert_series_equal(together.loc[store], alone, check_names=False)


def test_buying_of_nobody_and_of_one_purchase():
    one = design.buying(orders(("C1", "2024-06-30", 5.0)), as_of=DAY).iloc[0]
    assert one[["n_customers", "n_orders", "median_order_value"]].tolist() == [1, 1, 5.0]
    none = design.buying(orders(("C1", "2024-07-30", 5.0)), as_of=DAY)
    assert none["n_customers"].tolist() == [0]


def client(events, tasks=None) -> SimpleNamespace:
    table = pd.DataFrame(events, columns=["customer_id", "event", "happened_at"]).assign(store_id="S1")
    if tasks is None:
        return SimpleNamespace(events=table)
    columns = ["customer_id", "sop", "step", "done_at"]
    return SimpleNamespace(events=table, tasks=pd.DataFrame(tasks, columns=columns).assign(store_id="S1"))


def test_contacts_are_told_apart_by_procedure_and_counted_with_what_follows():
    events = [
        ("C1", "replied", "2024-05-02"), ("C1", "ordered", "2024-05-20"),  # 19 days after: too late
        ("C2", "ordered", "2024-05-10"), ("C2", "left", "2024-05-12"),
        ("C3", "ordered", "2024-05-01"),  # the purchase the contact belongs to, not one after it
        ("C4", "messaged", "2024-05-01"),
        ("C5", "messaged", "2024-06-25"),  # its window is not over
    ]  # fmt: skip
    tasks = [
        ("C1", "生日关怀", "生日祝福", "2024-05-01"),
        ("C2", "活动", "发优惠券", "2024-05-01"),
        ("C3", "首单跟进", "第3天使用指导", "2024-05-01"),
        ("C6", "生日关怀", "生日祝福", None),  # not done
    ]
    found = design.contact_mix(client(events, tasks), as_of=DAY).set_index("kind")
    assert found["n_sent"].to_dict() == {"care": 1, "promotion": 1, "content": 1, "unknown": 1}
    assert found["contact_share"].tolist() == [0.25] * 4
    assert found.loc["care", ["reply_rate", "order_rate", "lost_rate"]].tolist() == [1.0, 0.0, 0.0]
    assert found.loc["promotion", ["reply_rate", "order_rate", "lost_rate"]].tolist() == [0.0, 1.0, 1.0]
    assert found.loc["content", "order_rate"] == 0.0


def test_a_message_and_a_task_of_one_day_are_one_contact():
    events = [("C1", "messaged", "2024-05-01")]
    tasks = [("C1", "生日关怀", "生日祝福", "2024-05-01T15:00:00")]
    found = design.contact_mix(client(events, tasks), as_of=DAY)
    assert found[["kind", "n_sent"]].values.tolist() == [["care", 1]]


def test_the_client_may_say_what_is_care_and_what_is_not():
    events = [("C1", "called", "2024-05-01")]
    assert design.contact_mix(client(events), as_of=DAY)["kind"].tolist() == ["care"]
    own = design.contact_mix(client(events), as_of=DAY, kinds={"sales": "called"})
    assert own["kind"].tolist() == ["sales"]


def test_without_contacts_the_mix_is_empty_and_a_window_below_a_day_is_refused():
    assert design.contact_mix(client([("C1", "replied", "2024-05-01")]), as_of=DAY).empty
    with pytest.raises(ArgumentError, match="within_days"):
        design.contact_mix(client([]), as_of=DAY, within_days=0)


def test_a_code_lasts_by_the_weeks_that_brought_somebody_who_stayed():
    customers = pd.DataFrame({
        "code_id": ["map", "map", "map", "gift", None],
        "joined_at": pd.to_datetime(["2024-06-20", "2024-06-10", "2024-06-03", "2024-06-03", "2024-06-03"]),
        "left_at": pd.to_datetime([None, "2024-06-12", "2024-06-10", "2024-06-05", None]),
    })  # fmt: skip
    found = design.lasting(SimpleNamespace(customers=customers), as_of=DAY, n_weeks=4)
    # seen to 2024-06-23: weeks from 17, 10, 3 June; of 10 June, left after two days, of 3 June after seven
    assert found.values.tolist() == [["gift", 3, 0, 0.0], ["map", 3, 2, 2 / 3]]
    with pytest.raises(ArgumentError, match="n_weeks"):
        design.lasting(SimpleNamespace(customers=customers), as_of=DAY, n_weeks=0)


def interests() -> SimpleNamespace:
    ids = ["C1", "C2", "C3", "C4"]
    buys = [(c, f"O{c}{k}", f"2024-0{k}-10") for c in ids for k in range(4, 7 if c != "C4" else 5)]
    bought = pd.DataFrame(buys, columns=["customer_id", "order_id", "ordered_at"]).assign(amount=30.0)
    lines = pd.concat([
        bought[["order_id"]].assign(category="milk", amount=20.0),
        bought[["order_id"]].assign(category="toys", amount=10.0),
        pd.DataFrame({"order_id": ["OC44"], "category": ["toys"], "amount": [90.0]}),
    ])  # fmt: skip
    events = pd.DataFrame(
        [("C1", "replied", "2024-06-20"), ("C2", "shared", "2024-03-20")],
        columns=["customer_id", "event", "happened_at"],
    )
    left = pd.to_datetime([None, None, "2024-06-01", None])
    people = pd.DataFrame({"customer_id": ids, "store_id": "S1", "left_at": left})
    return SimpleNamespace(customers=people, orders=bought, order_lines=lines, events=events)


def test_sub_groups_are_those_who_spend_most_on_one_thing_and_are_still_there():
    found = design.subgroups(interests(), as_of=DAY).set_index("interest")
    assert found.loc["milk", ["n_contacts", "n_active", "n_repeat", "n_hosts"]].tolist() == [2, 1, 2, 1]
    assert found.loc["toys", ["n_contacts", "n_active", "n_repeat", "n_hosts"]].tolist() == [1, 0, 0, 0]


def test_sub_groups_say_which_column_is_missing():
    shop = interests()
    shop.order_lines = shop.order_lines.drop(columns="category")
    with pytest.raises(TableError, match="category"):
        design.subgroups(shop, as_of=DAY)


def test_the_input_stays_as_it_was(shop):
    before = shop.orders.copy()
    design.buying(shop.orders, as_of=DAY)
    pd.testing.assert_frame_equal(shop.orders, before)
