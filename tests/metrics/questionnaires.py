"""Answers typed by hand: a CEO, five people of headquarters, six of staff."""

import pandas as pd

NAN = float("nan")
COLUMNS = ["respondent_id", "role", "store_id", "survey", "phase", "dimension", "question", "score"]


def answers(*rows) -> pd.DataFrame:
    """Rows of respondent_id, role, store_id, survey, phase, dimension, question, score, answered in order."""
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"score": "float64"})
    times = pd.date_range("2024-06-01", periods=len(table), freq="min")
    return table.assign(answered_at=times)


def rated(role: str, store: str | None, scores: dict[str, list[float]], start: int = 1) -> list[tuple]:
    """One person a position of the lists: item -> its scores."""
    n = len(next(iter(scores.values())))
    return [
        (f"{role}{start + person}", role, store, "maturity", "before", item, f"{item}_1", given[person])
        for item, given in scores.items()
        for person in range(n)
    ]


def chain() -> pd.DataFrame:
    """Layer: the CEO 4, headquarters 3 3 2 2 3, staff 1 1 0 1 1 2; connect: all 2."""
    return answers(
        *rated("ceo", None, {"layer": [4.0], "connect": [2.0]}),
        *rated("headquarters", None, {"layer": [3.0, 3, 2, 2, 3], "connect": [2.0] * 5}),
        *rated("staff", "A", {"layer": [1.0, 1, 0, 1, 1, 2], "connect": [2.0] * 6}),
    )
