"""Who was brought by whom, as trees: links that cannot be are cut, and said to be."""

from typing import NamedTuple

import numpy as np
import pandas as pd

NONE = -1  # the parent of a root


class Forest(NamedTuple):
    """One place per person, in the order given.

    parent      place of the person who brought this one; -1 for a root
    root        place of the person the tree starts with; a root's is its own
    generation  links up to the root; 0 for a root
    problem     why the link that was given is not used: self, unknown or cycle; None if it is, or none was
    """

    parent: np.ndarray
    root: np.ndarray
    generation: np.ndarray
    problem: np.ndarray


def grow(person: pd.Series, referrer: pd.Series, joined: pd.Series) -> Forest:
    """The trees of these people; every chain of links ends, whatever the table says.

    A person cannot have brought itself, and a referrer nobody knows cannot be followed. Of people who
    brought each other in a ring, whoever joined first (then the lowest id) was brought by none of them:
    that link is cut.

    person    ids, each once
    referrer  id of who brought each person; empty or null if nobody did
    joined    when each person joined; people without a time count as joining last

    >>> ids, by = pd.Series(list("abcd")), pd.Series([None, "a", "d", "c"])
    >>> forest = grow(ids, by, pd.to_datetime(pd.Series(["2024-01-01"] * 4)))
    >>> forest.generation.tolist(), forest.problem.tolist()
    ([0, 1, 0, 1], [None, None, 'cycle', None])
    """
    parent = pd.Index(person).get_indexer(pd.Index(referrer))
    given = (referrer.notna() & (referrer.astype(str) != "")).to_numpy()
    parent = np.where(given, parent, NONE)
    problem = np.full(len(parent), None, dtype=object)
    problem[given & (parent == NONE)] = "unknown"
    own = parent == np.arange(len(parent))
    problem[own], parent[own] = "self", NONE
    root, generation = _climb(parent)
    stuck = parent[root] != NONE if len(parent) else np.zeros(0, bool)
    if stuck.any():
        cut = _first_of_each_ring(parent, np.unique(root[stuck]), person, joined)
        problem[cut], parent[cut] = "cycle", NONE
        root, generation = _climb(parent)
    return Forest(parent, root, generation, problem)


def below(forest: Forest, value: np.ndarray) -> np.ndarray:
    """For each person the sum of `value` over everybody below: brought directly, by those, and so on.

    >>> ids = pd.Series(list("abc"))
    >>> forest = grow(ids, pd.Series([None, "a", "b"]), pd.Series(pd.NaT, index=range(3)))
    >>> below(forest, np.ones(3)).tolist()
    [2.0, 1.0, 0.0]
    """
    total = np.zeros(len(value), dtype=float)
    order = np.argsort(forest.generation, kind="stable")
    ends = np.cumsum(np.bincount(forest.generation))
    for level in range(len(ends) - 1, 0, -1):
        here = order[ends[level - 1] : ends[level]]
        np.add.at(total, forest.parent[here], total[here] + value[here])
    return total


def direct(forest: Forest, value: np.ndarray) -> np.ndarray:
    """For each person the sum of `value` over the people brought directly."""
    led = forest.parent != NONE
    return np.bincount(forest.parent[led], weights=value[led], minlength=len(value)).astype(float)


def _climb(parent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each chain of links ends and after how many, by doubling the stride; a ring never ends."""
    top = np.where(parent == NONE, np.arange(len(parent)), parent)
    steps = (parent != NONE).astype(np.int64)
    for _round in range(len(parent).bit_length() + 1):
        further = top[top]
        if np.array_equal(further, top):
            break
        steps, top = steps + steps[top], further
    return top, steps


def _first_of_each_ring(
    parent: np.ndarray, ring: np.ndarray, person: pd.Series, joined: pd.Series
) -> np.ndarray:
    """Of the places on rings, the one that joined first in each."""
    rank = np.full(len(parent), len(parent), dtype=np.int64)
    told = pd.DataFrame({"joined": joined.to_numpy()[ring], "person": person.to_numpy()[ring], "ring": ring})
    told = told.sort_values(["joined", "person"], na_position="last")
    rank[told["ring"].to_numpy()] = np.arange(len(ring))
    lowest, ahead = rank.copy(), parent.copy()
    for _round in range(len(ring).bit_length()):
        lowest[ring] = np.minimum(lowest[ring], lowest[ahead[ring]])
        ahead[ring] = ahead[ahead[ring]]
    return ring[lowest[ring] == rank[ring]]
