"""Attribution: worked by hand, and against computations that share nothing with it."""

from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmodel import channels
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.channels.attribution import MODELS

RULES = [model for model in MODELS if model != "markov"]
START = pd.Timestamp("2024-01-01")


def touches(*paths):
    """One path each: the channels a day apart, and the amount paid a day after the last; None if nothing."""
    rows = []
    for number, (path, amount) in enumerate(paths):
        paid = START + pd.Timedelta(days=len(path)) if amount is not None else pd.NaT
        for day, channel in enumerate(path):
            rows.append([f"C{number}", channel, START + pd.Timedelta(days=day), paid, amount])
    columns = ["customer_id", "channel", "touched_at", "converted_at", "amount"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        converted_at=pd.to_datetime(table["converted_at"]), amount=table["amount"].astype(float)
    )


PATHS = touches(("apt", 90.0), ("pp", 30.0), ("at", None), ("tatt", 60.0), ("p", None))


def credits(model, table=PATHS, **more):
    return channels.attribution(table, model=model, **more).set_index("channel")["credit"].to_dict()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"a": 1, "p": 1, "t": 1}),
        ("last", {"p": 1, "t": 2}),
        ("linear", {"a": 1 / 3 + 1 / 4, "p": 1 / 3 + 1, "t": 1 / 3 + 3 / 4}),
        ("position", {"a": 0.4 + 0.1, "p": 0.2 + 1, "t": 0.4 + 0.9}),
        ("shapley", {"a": 1 / 3 + 1 / 2, "p": 1 / 3 + 1, "t": 1 / 3 + 1 / 2}),
    ],
)
def test_five_paths_by_hand(model, expected):
    assert credits(model) == pytest.approx(expected)


def test_time_decay_halves_with_each_half_life():
    table = touches(("ab", 10.0))  # two days and one day before the order
    assert credits("time_decay", table, half_life_days=1) == pytest.approx({"a": 1 / 3, "b": 2 / 3})
    assert credits("time_decay", table, half_life_days=1e9) == pytest.approx({"a": 0.5, "b": 0.5})


def test_amounts_are_shared_out_like_conversions():
    table = channels.attribution(PATHS, model="last").set_index("channel")
    assert table["amount"].to_dict() == {"p": 30, "t": 150}
    assert table["share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert table["n_multi_touch"].tolist() == [4, 4]
    bare = channels.attribution(PATHS.drop(columns="amount"), model="last")
    assert bare["amount"].isna().all()


def test_touches_after_the_order_or_too_long_before_it_do_not_count():
    table = touches(("abc", 10.0))
    table["converted_at"] = START + pd.Timedelta(days=1)  # the moment of the second touch
    assert credits("linear", table) == {"a": 0.5, "b": 0.5}
    assert credits("linear", table, lookback_days=0) == {"b": 1}
    table["converted_at"] = START - pd.Timedelta(days=1)
    assert credits("linear", table) == {"(untouched)": 1}


def test_the_first_purchase_occasion_is_the_conversion_of_orders():
    orders = pd.DataFrame(
        {
            "customer_id": ["C0", "C0", "C2", "X"],
            "ordered_at": ["2024-01-03T12:00", "2024-02-01", "2024-01-09", "2024-01-09"],
            "amount": [40.0, 99.0, 20.0, 7.0],
        }
    )
    table = channels.attribution(PATHS[["customer_id", "channel", "touched_at"]], model="last", orders=orders)
    found = table.set_index("channel")[["credit", "amount"]]
    assert found.loc["t"].tolist() == [2, 60]
    assert found.loc["(untouched)"].tolist() == [1, 7]  # X bought, and nobody knows why
    early = channels.attribution(PATHS, model="last", orders=orders, as_of="2024-01-05")
    assert early["credit"].sum() == 1


def test_touches_of_a_shop_begin_with_its_channel(shop, as_of):
    rows = channels.touches(shop, as_of=as_of).execute()
    own = rows[rows["customer_id"] == "C6"].sort_values("touched_at")
    assert own["channel"].tolist() == ["advert", "shared"]
    assert own["converted_at"].astype(str).tolist() == ["2024-03-15 19:30:00"] * 2
    assert own["amount"].tolist() == [200.0, 200.0]
    renamed = channels.touches(shop, as_of=as_of, events={"shared": "poster"}).execute()
    assert set(renamed["channel"]) == {"till", "group", "advert", "poster"}
    assert credits("first", shop, as_of=as_of) == {"advert": 2, "group": 2, "till": 3}
    assert credits("last", shop, as_of=as_of) == {"advert": 2, "group": 2, "till": 2, "shared": 1}


def test_a_buyer_no_touch_is_known_of_is_in_the_sum(shop, as_of):
    bought = shop._replace(customers=shop.customers.assign(channel=None), events=shop.events.head(0))
    for model in RULES:
        assert credits(model, bought, as_of=as_of) == {"(untouched)": 7}


paths = st.lists(
    st.tuples(st.text("abcd", min_size=1, max_size=5), st.one_of(st.none(), st.integers(1, 90))),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(paths)
def test_shapley_is_the_mean_gain_over_all_orders_of_joining(drawn):
    names = sorted(set("".join(path for path, _ in drawn)))

    def worth(coalition):
        return sum(amount is not None and set(path) <= set(coalition) for path, amount in drawn)

    gains = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        for place, name in enumerate(order):
            gains[name] += (worth(order[: place + 1]) - worth(order[:place])) / len(orders)
    found = credits("shapley", touches(*drawn))
    assert found == pytest.approx({name: gain for name, gain in gains.items() if gain})


@settings(max_examples=8, deadline=None)
@given(paths)
def test_shares_sum_to_one_whatever_the_order_of_rows(drawn):
    table = touches(*drawn)
    found = channels.attribution_table(table, models=RULES)
    shares = found[[f"{model}_share" for model in RULES]]
    won = any(amount is not None for _, amount in drawn)
    assert shares.sum().tolist() == pytest.approx([1.0 if won else 0.0] * len(RULES))
    mixed = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(found, channels.attribution_table(mixed, models=RULES))


@pytest.mark.parametrize("model", RULES)
def test_credits_and_amounts_sum_to_the_conversions_in_every_model(model):
    found = channels.attribution(PATHS, model=model)
    assert found[["credit", "amount"]].sum().tolist() == pytest.approx([3, 180])


def many(n=1200, seed=5):
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(n):
        path = "".join(rng.choice(list("abcd"), size=rng.integers(1, 6), p=[0.4, 0.3, 0.2, 0.1]))
        drawn.append((path, 10.0 if rng.random() < 0.15 + 0.1 * ("c" in path) else None))
    return drawn


def by_fundamental_matrix(drawn, removed=None):
    """P(conversion) from the start by the fundamental matrix of the chain, with numpy alone."""
    names = ["start", *sorted(set("".join(path for path, _ in drawn))), "won", "lost"]
    count = pd.DataFrame(0.0, index=names, columns=names)
    for path, amount in drawn:
        states = ["start", *path, "won" if amount is not None else "lost"]
        for one, next_one in pairwise(states):
            count.loc[one, next_one] += 1
    chance = count.div(count.sum(axis=1).replace(0, 1), axis=0)
    if removed:
        chance.loc[removed] = 0.0
        chance.loc[removed, "lost"] = 1.0
    inner = names[:-2]
    fundamental = np.linalg.inv(np.eye(len(inner)) - chance.loc[inner, inner].to_numpy())
    return (fundamental @ chance.loc[inner, ["won", "lost"]].to_numpy())[0, 0]


def test_markov_is_the_removal_effect_by_the_fundamental_matrix():
    drawn = many()
    base = by_fundamental_matrix(drawn)
    effects = {name: 1 - by_fundamental_matrix(drawn, name) / base for name in "abcd"}
    won = sum(amount is not None for _, amount in drawn)
    expected = {name: effect / sum(effects.values()) * won for name, effect in effects.items()}
    assert credits("markov", touches(*drawn)) == pytest.approx(expected)


def test_markov_credits_sum_to_all_conversions_and_leave_the_untouched_alone():
    table = touches(*many())
    alone = pd.DataFrame({"customer_id": ["X"], "converted_at": [START], "amount": [5.0]})
    found = channels.attribution(pd.concat([table, alone]), model="markov")
    won = table.loc[table["converted_at"].notna(), "customer_id"].nunique()
    assert found.loc[found["channel"] == "(untouched)", ["credit", "amount"]].values.tolist() == [[1, 5]]
    assert found["credit"].sum() == pytest.approx(won + 1)
    assert found["amount"].sum() == pytest.approx(10 * won + 5)


def test_markov_is_refused_below_five_hundred_paths_of_two_touches():
    with pytest.raises(ArgumentError, match="500 paths") as refused:
        channels.attribution(PATHS, model="markov")
    assert "4 such paths" in str(refused.value)
    table = channels.attribution_table(PATHS)
    assert table["markov_share"].isna().all()
    assert table.set_index("channel")["spread_share"].to_dict() == pytest.approx(
        {"a": 1 / 3, "p": 0.4444444 - 1 / 3, "t": 2 / 3 - 0.2777777}, abs=1e-6
    )


def test_each_store_is_refused_on_its_own():
    big, small = touches(*many()), PATHS.assign(customer_id="S" + PATHS["customer_id"])
    table = pd.concat([big.assign(store_id="S1"), small.assign(store_id="S2")])
    found = channels.attribution_table(table, by="store_id")
    assert found.groupby("store_id")["markov_share"].count().to_dict() == {"S1": 4, "S2": 0}
    alone = channels.attribution_table(big)
    own = found[found["store_id"] == "S1"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone)


def test_the_table_holds_the_shares_of_each_model():
    table = channels.attribution_table(PATHS, models=["first", "last", "linear"]).set_index("channel")
    for model in ("first", "last", "linear"):
        own = channels.attribution(PATHS, model=model).set_index("channel")["share"]
        assert table[f"{model}_share"].to_dict() == pytest.approx(
            own.reindex(table.index, fill_value=0).to_dict()
        )
    assert (table["spread_share"] == table["highest_share"] - table["lowest_share"]).all()


def test_buyers_who_are_on_no_list_have_no_store_and_no_error(shop, as_of):
    nobody = shop._replace(customers=shop.customers.head(0).astype({"store_id": "str"}))
    table = channels.attribution_table(nobody, as_of=as_of, by="store_id")
    assert table[["channel", "first_share", "n_conversions"]].values.tolist() == [
        ["(untouched)", 6 / 7, 7],
        ["shared", 1 / 7, 7],
    ]


def test_no_touches_give_no_rows():
    assert channels.attribution(PATHS.head(0), model="linear").empty
    assert channels.attribution_table(PATHS.head(0), models=["first", "last"]).empty


@pytest.mark.parametrize("wrong", [{"model": "best"}, {"half_life_days": 0}, {"ends": 0.6}])
def test_a_model_that_does_not_exist_is_refused(wrong):
    with pytest.raises(ArgumentError):
        channels.attribution(PATHS, **{"model": "linear"} | wrong)


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="converted_at"):
        channels.attribution(PATHS.drop(columns="converted_at"))


def test_the_touches_are_as_they_were():
    before = PATHS.copy(deep=True)
    channels.attribution_table(PATHS)
    pd.testing.assert_frame_equal(PATHS, before)
