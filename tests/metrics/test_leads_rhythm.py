"""Due again and out of rhythm: own gaps, those of the chain, and who comes untouched."""

from types import SimpleNamespace

import pandas as pd
import pytest

from opsmodel import leads
from opsmodel.errors import ArgumentError


def shop(days, touches=(), left=(), as_of="2024-12-31"):
    """Orders by customer (days since 2024-01-01), touches (customer, day), and who left on the last day."""
    start = pd.Timestamp("2024-01-01")
    rows = [
        (person, start + pd.Timedelta(days=day, hours=12), 10.0)
        for person, own in days.items()
        for day in own
    ]
    people = pd.DataFrame({"customer_id": list(days), "store_id": "S1", "staff_id": "E1"})
    people["left_at"] = [pd.Timestamp(as_of) if person in left else pd.NaT for person in days]
    events = [(person, "messaged", start + pd.Timedelta(days=day, hours=8)) for person, day in touches]
    events += [("nobody", "other", start)]
    return SimpleNamespace(
        customers=people,
        orders=pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"]),
        events=pd.DataFrame(events, columns=["customer_id", "event", "happened_at"]),
        as_of=pd.Timestamp(as_of).date(),
    )


LAST = 365  # 2024-12-31


def on(table):
    return table.execute().set_index("customer_id")


def test_three_own_gaps_make_an_own_rhythm():
    regular = {"two": [LAST - 44, LAST - 24], "old": [0, 60, 160]}  # the chain's gaps: 60 and 100
    regular["own"] = [LAST - 94, LAST - 74, LAST - 54, LAST - 24]  # gaps 20, 20, 30: P50 20, P80 26
    found = on(leads.due_again(shop(regular)))
    assert found.index.tolist() == ["own"]
    assert found.loc["own", ["gap_days", "p50_days", "p80_days", "own_rhythm"]].tolist() == [24, 20, 26, True]


def test_the_others_are_measured_by_the_gaps_of_the_chain_that_had_time_to_end():
    old = {f"o{i}": [0, gap] for i, gap in enumerate((10, 20, 30, 40, 50))}  # P50 30, P80 42
    now = {"due": [LAST - 35], "early": [LAST - 29], "late": [LAST - 43], "gone": [LAST - 127]}
    young = {f"y{i}": [LAST - 20, LAST - 19] for i in range(9)}  # begun within 180 days: short gaps alone
    client = shop(old | now | young)
    assert on(leads.due_again(client)).loc[["due"], ["p50_days", "p80_days"]].values.tolist() == [
        [30.0, 42.0]
    ]
    assert "late" in on(leads.win_back(client)).index
    assert not {"gone", "early", "due"} & set(on(leads.win_back(client)).index)
    states = leads.in_rhythm(client).set_index("state")["n_customers"]
    assert states.to_dict() == {"early": 10, "due": 1, "late": 1, "gone": 6}


def test_who_left_is_on_no_list():
    old = {f"o{i}": [0, 30] for i in range(4)}
    assert on(
        leads.due_again(shop(old | {"a": [LAST - 30], "b": [LAST - 30]}, left=["b"]))
    ).index.tolist() == ["a"]


def test_a_repeat_is_touch_free_unless_a_message_came_in_the_week_before():
    own = [LAST - 94, LAST - 74, LAST - 54, LAST - 24]
    days = {"free": own, "asked": own}
    touches = [("asked", own[1] - 7), ("asked", own[2] - 8), ("asked", own[3])]
    found = on(leads.due_again(shop(days, touches)))
    share = 4 / 6  # of the chain's six repeats two were asked for: seven days before, and that morning
    assert found["touch_free_share"].to_dict() == pytest.approx(
        {"free": (3 + 2 * share) / 5, "asked": (1 + 2 * share) / 5}
    )
    assert found.at["free", "touch"].startswith("Greet")
    assert found.at["asked", "touch"].startswith("Remind")


def test_without_recorded_touches_nothing_is_said_about_them():
    found = on(leads.due_again(shop({"a": [LAST - 94, LAST - 74, LAST - 54, LAST - 24]})))
    assert found["touch_free_share"].isna().all()


def test_the_nearest_to_p80_is_called_first_and_the_least_late_is_won_back_first():
    old = {f"o{i}": [0, gap] for i, gap in enumerate((10, 20, 30, 40, 50))}
    now = {"a": [LAST - 31], "b": [LAST - 40], "c": [LAST - 60], "d": [LAST - 100]}
    client = shop(old | now)
    assert on(leads.due_again(client))["rank"].to_dict() == {"b": 1, "a": 2}
    assert on(leads.win_back(client))["rank"].to_dict() == {"c": 1, "d": 2}


def test_no_order_and_one_order_are_ordinary():
    assert leads.due_again(shop({"a": [5]})).execute().empty
    nobody = shop({"a": [5]})
    nobody.orders = nobody.orders.head(0)
    assert leads.win_back(nobody).execute().empty


def test_arguments_that_cannot_be_used_are_refused():
    with pytest.raises(ArgumentError, match="quiet_days"):
        leads.due_again(shop({"a": [5]}), quiet_days=-1)
    with pytest.raises(ArgumentError, match="gone_after"):
        leads.win_back(shop({"a": [5]}), gone_after=1)
