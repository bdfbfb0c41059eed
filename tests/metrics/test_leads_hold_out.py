"""Who is left alone: enough people, the same ones every time, alike on both sides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from opsmodel import leads
from opsmodel.errors import ArgumentError, TableError


def people(n):
    return pd.DataFrame({"customer_id": [f"C{number}" for number in range(n)]})


def held(table, **question):
    found = leads.hold_out(table, **{"list_name": "june", **question})
    return set(found.loc[found["held_out"], "customer_id"])


@pytest.mark.parametrize("n", [1, 5, 30, 400, 5000])
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_at_least_the_share_is_held_out_and_no_more_than_chance_gives(n, share):
    for salt in "abcdef":
        count = len(held(people(n), share=share, salt=salt))
        assert share * n <= count <= max(np.ceil(share * n), binom.ppf(0.9999, n, share))


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(40)), doubled=st.booleans())
def test_a_side_belongs_to_the_person_not_to_the_row(order, doubled):
    table = people(40)
    mixed = table.iloc[list(order)]
    assert held(pd.concat([mixed, mixed]) if doubled else mixed) == held(table)


def test_most_sides_do_not_depend_on_who_else_is_listed_and_none_do_with_the_ledger():
    whole, half = leads.hold_out(people(2000), list_name="june"), people(1000)
    sides = whole.set_index("customer_id")["held_out"].to_dict()
    again = leads.hold_out(half, list_name="june")
    differing = sum(sides[person] != side for person, side in again.itertuples(index=False))
    assert differing <= 30  # those added to reach the share
    kept = leads.hold_out(half, list_name="june", earlier=sides)
    assert all(sides[person] == side for person, side in kept.itertuples(index=False))


def test_another_list_or_salt_is_another_draw():
    table = people(3000)
    june, july, salted = held(table), held(table, list_name="july"), held(table, salt="s")
    for other in (july, salted):
        assert 10 <= len(june & other) <= 60  # a tenth of a tenth


@pytest.mark.parametrize("share", [0.0, 0.09, 0.51, -1])
def test_a_hold_out_that_is_too_small_or_too_large_is_refused_with_the_reason(share):
    with pytest.raises(ArgumentError, match="at least 10 %"):
        leads.hold_out(people(10), list_name="june", share=share)


def test_a_list_without_people_is_refused_and_an_empty_one_is_ordinary():
    with pytest.raises(TableError, match="customer_id"):
        leads.hold_out(pd.DataFrame({"phone": ["1"]}), list_name="june")
    assert leads.hold_out(people(0), list_name="june")["held_out"].tolist() == []


def test_the_sides_are_alike_in_every_store():
    rng = np.random.default_rng(1)
    table = people(4000).assign(store_id=np.where(rng.random(4000) < 0.3, "S1", "S2"), score=rng.random(4000))
    found = leads.balance(leads.hold_out(table, list_name="june"))
    assert found["store_id"].tolist() == ["S1", "S2", ""]
    assert found["n_customers"].iloc[-1] == 4000
    assert (found["held_out_share_low"] <= 0.1).all()
    assert (found["difference"].abs() < 0.25).all()


def test_sides_that_are_not_alike_are_seen():
    table = people(100).assign(score=np.arange(100.0), held_out=np.arange(100) >= 90)
    assert leads.balance(table)["difference"].iloc[-1] > 1.5
