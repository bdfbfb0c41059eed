"""Who brought whom: trees, whatever the table says; networkx is the judge."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from referrals import customers, history, narrowed, orders, random_links

from opsmodel import referral
from opsmodel.errors import TableError
from opsmodel.metrics.referral.forest import below, grow

PROPERTY = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FEW = settings(PROPERTY, max_examples=8)


def rows(table, *columns):
    return table[list(columns)].astype(object).where(table[list(columns)].notna(), None).values.tolist()


def judged(people: pd.DataFrame) -> pd.DataFrame:
    """The same trees by networkx: links that cannot be are dropped, and each ring is opened at its first."""
    person = people.set_index("customer_id")
    graph = nx.DiGraph()
    graph.add_nodes_from(person.index)
    links = person["referrer_id"].dropna()
    graph.add_edges_from((by, who) for who, by in links.items() if by in person.index and by != who)
    for ring in list(nx.simple_cycles(graph)):
        first = min(ring, key=lambda who: (person.loc[who, "joined_at"], who))
        graph.remove_edge(person.loc[first, "referrer_id"], first)
    assert nx.is_forest(graph) or graph.number_of_edges() == 0
    found = []
    for who in person.index:
        above = nx.ancestors(graph, who)
        root = next((a for a in above if graph.in_degree(a) == 0), who)
        depth = nx.shortest_path_length(graph, root, who)
        found.append([who, root, depth, graph.out_degree(who), len(nx.descendants(graph, who))])
    return pd.DataFrame(found, columns=["customer_id", "root", "generation", "n_direct", "n_downstream"])


def test_the_tree_of_the_seven_customers(shop, as_of):
    table = referral.tree(shop, as_of=as_of).execute()
    names = ["customer_id", "root", "generation", "n_direct", "n_downstream", "n_orders"]
    assert rows(table, *names) == [
        ["C1", "C1", 0, 1, 1, 4],
        ["C2", "C2", 0, 0, 0, 2],
        ["C3", "C1", 1, 0, 0, 2],
        ["C4", "C4", 0, 0, 0, 1],
        ["C5", "C5", 0, 1, 1, 2],
        ["C6", "C6", 0, 0, 0, 2],
        ["C7", "C5", 1, 0, 0, 2],
    ]
    assert table["revenue"].round(2).tolist() == [388.9, 259.8, 99.9, 9.9, 107.9, 250.0, 85.9]
    assert table["direct_revenue"].round(2).tolist() == [99.9, 0, 0, 0, 85.9, 0, 0]


def test_people_who_come_after_the_last_day_are_in_no_tree(shop):
    table = referral.tree(shop, as_of="2024-05-17").execute()
    assert rows(table[table["n_direct"] > 0], "customer_id", "n_direct") == [["C1", 1]]
    assert len(table) == 6


@PROPERTY
@given(people=random_links())
def test_any_table_of_links_gives_the_trees_of_networkx(people):
    forest = grow(people["customer_id"], people["referrer_id"], people["joined_at"])
    names = people["customer_id"].to_numpy()
    own = pd.DataFrame(
        {
            "customer_id": names,
            "root": names[forest.root],
            "generation": forest.generation,
            "n_direct": np.bincount(forest.parent[forest.parent >= 0], minlength=len(names)),
            "n_downstream": below(forest, np.ones(len(names))).astype(int),
        }
    )
    pd.testing.assert_frame_equal(own, judged(people), check_dtype=False)


@FEW
@given(people=random_links())
def test_the_order_of_the_rows_decides_nothing_and_the_input_stays_as_it_was(people):
    before = people.copy(deep=True)
    table = referral.tree(history(people)).execute()
    shuffled = referral.tree(history(people.sample(frac=1, random_state=1))).execute()
    pd.testing.assert_frame_equal(table, shuffled)
    pd.testing.assert_frame_equal(people, before)


@FEW
@given(people=random_links())
def test_a_store_sees_its_own_people_in_the_trees_of_the_chain(people):
    whole = history(people)
    chain = referral.tree(whole).execute()
    own = referral.tree(narrowed(whole, "S1")).execute()
    expected = chain[chain["store_id"] == "S1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected, check_dtype=False)
    by_store = referral.generations(whole, by="store_id")
    expected = by_store[by_store["store_id"] == "S1"].drop(columns="store_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(referral.generations(narrowed(whole, "S1")), expected)


def test_links_that_cannot_be_are_cut_and_reported():
    people = customers(
        ("a", "a", 0, None),  # brought by nobody but a
        ("b", "nobody", 1, None),
        ("c", "e", 5, None),  # c, d, e: a ring; d came first
        ("d", "c", 3, None),
        ("e", "d", 4, None),
        ("f", "b", 0, None),  # before b
        ("g", "e", 9, None),
        ("h", "", 9, None),
    )
    table = referral.tree(history(people)).execute()
    assert rows(table, "customer_id", "problem", "root", "generation") == [
        ["a", "self", "a", 0],
        ["b", "unknown", "b", 0],
        ["c", None, "d", 2],
        ["d", "cycle", "d", 0],
        ["e", None, "d", 1],
        ["f", None, "b", 1],
        ["g", None, "d", 2],
        ["h", None, "h", 0],
    ]
    told = referral.problems(history(people))
    assert rows(told, "problem", "n_customers") == [["cycle", 1], ["early", 1], ["self", 1], ["unknown", 1]]


def test_a_customer_who_stands_there_twice_is_an_error():
    with pytest.raises(TableError, match="twice"):
        referral.tree(history(customers(("a", None, 0, None), ("a", None, 1, None))))


def test_nobody_and_one_person_are_ordinary():
    assert referral.tree(history(customers())).count().execute() == 0
    assert len(referral.generations(history(customers()))) == 0
    one = referral.tree(history(customers(("a", None, 0, None)))).execute()
    assert rows(one, "customer_id", "root", "generation", "n_downstream", "revenue") == [
        ["a", "a", 0, 0, 0.0]
    ]


def test_a_row_of_twenty_thousand_is_climbed():
    people = pd.Series([f"p{number}" for number in range(20_000)])
    forest = grow(people, people.shift(), pd.Series(pd.NaT, index=people.index))
    assert forest.generation[-1] == 19_999
    assert below(forest, np.ones(20_000))[0] == 19_999
    ring = grow(people, pd.Series(np.roll(people, 1)), pd.to_datetime(pd.Series(range(20_000)), unit="D"))
    assert (ring.problem[0], ring.generation[-1]) == ("cycle", 19_999)


def test_generations_share_out_the_revenue():
    people = customers(("a", None, 0, None), ("b", "a", 1, None), ("c", "b", 2, None), ("d", "a", 2, None))
    bought = orders(("a", 3, 60), ("b", 4, 30), ("c", 5, 10))
    table = referral.generations(history(people, bought))
    assert rows(table, "generation", "n_customers", "n_buyers", "revenue", "revenue_share", "n_trees") == [
        [0, 1, 1, 60.0, 0.6, 1],
        [1, 2, 1, 30.0, 0.3, 1],
        [2, 1, 1, 10.0, 0.1, 1],
    ]


def test_people_without_a_known_referrer_count_as_not_brought():
    people = pd.DataFrame(
        {"referrer_id": ["a", None, "", "b"], "joined_at": ["2024-06-01"] * 3 + ["2024-07-01"]}
    )
    row = referral.referred(people, as_of="2024-06-30").iloc[0]
    assert row[["n_customers", "n_referred"]].tolist() == [3, 1]
