"""Next products: which product follows a first basket more often than it comes anyway."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from opsmodel import ladder
from opsmodel.errors import ArgumentError

AS_OF = "2024-06-30"


def bought(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "product"])
    return frame.assign(ordered_at=pd.to_datetime("2024-" + frame["ordered_at"]), amount=10.0)


BY_HAND = bought(
    ("a", "01-01", "tea"), ("a", "01-09", "cake"), ("a", "01-12", "cake"),  # twice is once
    ("b", "01-01", "tea"), ("b", "01-01", "jam"), ("b", "01-20", "cake"),
    ("c", "01-01", "tea"), ("c", "04-20", "cake"),  # too late for a window of 90
    ("d", "01-01", "milk"), ("d", "01-30", "tea"),
    ("e", "01-01", "milk"), ("e", "01-30", "cake"),
    ("f", "01-01", "cake"), ("f", "01-01", "tea"), ("f", "01-15", "cake"),  # has cake already
    ("g", "06-01", "tea"), ("g", "06-02", "cake"),  # too young
)  # fmt: skip
COUNTS = ["n_customers", "n_next", "n_others", "n_others_next"]


def test_the_pairs_of_seven_customers_by_hand():
    table = ladder.next_products(BY_HAND, as_of=AS_OF, min_support=1)
    found = {(row.first_item, row.next_item): [getattr(row, c) for c in COUNTS] for row in table.itertuples()}
    assert found == {
        ("tea", "cake"): [3, 2, 2, 1],  # a, b, c; against d, e
        ("milk", "cake"): [2, 1, 3, 2],
        ("jam", "cake"): [1, 1, 4, 2],
        ("milk", "tea"): [2, 1, 0, 0],  # everybody else had tea
    }
    one = table.set_index(["first_item", "next_item"]).loc[("tea", "cake")]
    assert (one["next_share"], one["base_share"], one["lift"]) == (2 / 3, 0.5, pytest.approx(4 / 3))


def test_a_product_never_follows_itself_and_one_in_the_basket_is_not_next():
    table = ladder.next_products(BY_HAND, as_of=AS_OF, min_support=1)
    assert (table["first_item"] != table["next_item"]).all()
    assert "jam" not in set(table["next_item"])


def test_pairs_without_support_on_both_sides_are_not_tested():
    table = ladder.next_products(BY_HAND, as_of=AS_OF, min_support=3)
    assert table[["first_item", "next_item"]].values.tolist() == [["tea", "cake"]]
    assert ladder.next_products(BY_HAND, as_of=AS_OF, min_support=4).empty


def shop(seed, n=1500, n_products=8, planted=0.0):
    """First baskets of one or two products; a month later everybody buys two at random.

    With `planted`, so many of those who began with P0 add P1, whatever else they buy.
    """
    rng = np.random.default_rng(seed)
    first = rng.random((n, n_products)).argsort(axis=1)[:, :2]
    first[rng.random(n) < 0.5, 1] = -1
    later = rng.integers(0, n_products, (n, 2))
    extra = np.where((first == 0).any(axis=1) & (rng.random(n) < planted), 1, -1)
    parts = []
    for day, baskets in (("2024-01-01", first), ("2024-01-31", np.column_stack([later, extra]))):
        who, column = np.nonzero(baskets >= 0)
        parts.append(
            pd.DataFrame({"customer_id": np.char.mod("c%d", who), "ordered_at": day,
                          "product": np.char.mod("P%d", baskets[who, column])})
        )  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]), amount=1.0)


def test_the_probabilities_are_those_of_scipy():
    table = ladder.next_products(shop(0, n=400, planted=0.2), as_of=AS_OF)
    judge = [
        fisher_exact([[k, n - k], [j, m - j]], alternative="greater").pvalue
        for n, k, m, j in table[COUNTS].itertuples(index=False)
    ]
    assert len(table) == 56
    np.testing.assert_allclose(table["p_value"], judge, rtol=1e-9)
    np.testing.assert_allclose(table["q_value"], false_discovery_control(judge), rtol=1e-9)
    assert table["q_value"].is_monotonic_increasing


def shops(n_runs, min_support=30, **how):
    """Many shops in one table, so that one query tests them all."""
    runs = [
        shop(seed, **how).assign(
            home_store_id=seed, customer_id=lambda f, seed=seed: f["customer_id"] + f"-{seed}"
        )
        for seed in range(n_runs)
    ]
    table = ladder.next_products(pd.concat(runs), as_of=AS_OF, by="home_store_id", min_support=min_support)
    assert table["home_store_id"].nunique() == n_runs
    return table


def test_where_nothing_goes_together_hardly_any_run_finds_a_pair():
    lowest = shops(400, n=300).groupby("home_store_id")["q_value"].min()
    assert (lowest <= 0.05).mean() <= 0.05


def test_a_planted_pair_is_found_and_no_other():
    table = shops(20, planted=0.25)
    best = table.groupby("home_store_id").head(1)
    assert set(best["first_item"] + best["next_item"]) == {"P0P1"}
    assert best["q_value"].max() < 0.001
    # 1 − (7/8)² = 23.4 % buy P1 anyway; of the rest a quarter is added
    assert best["next_share"].mean() == pytest.approx(0.234 + 0.766 * 0.25, abs=0.02)
    false = (table["q_value"] <= 0.05) & (table["first_item"] + table["next_item"] != "P0P1")
    assert false.sum() / (false.sum() + 20) <= 0.1


def test_groups_apart_are_groups_alone_and_row_order_is_irrelevant():
    lines = shop(4).assign(home_store_id=lambda frame: "S" + frame["customer_id"].str[-1])
    before = lines.copy(deep=True)
    whole = ladder.next_products(lines, as_of=AS_OF, min_support=10, by="home_store_id")
    shuffled = lines.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        whole, ladder.next_products(shuffled, as_of=AS_OF, min_support=10, by="home_store_id")
    )
    alone = ladder.next_products(lines[lines["home_store_id"] == "S3"], as_of=AS_OF, min_support=10)
    part = whole[whole["home_store_id"] == "S3"].drop(columns="home_store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, alone)
    pd.testing.assert_frame_equal(lines, before)


def test_an_empty_table_has_the_columns_and_a_bad_support_an_answer():
    empty = ladder.next_products(BY_HAND.iloc[:0], as_of=AS_OF)
    assert len(empty) == 0
    assert {"lift", "q_value", "within_days"} <= set(empty.columns)
    with pytest.raises(ArgumentError, match="min_support"):
        ladder.next_products(BY_HAND, as_of=AS_OF, min_support=0)
