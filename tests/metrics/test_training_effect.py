"""What training changed: learned person by person, done and earned against stores not yet trained."""

import numpy as np
import pandas as pd
import pytest
from questionnaires import answers

from opsmodel import maturity
from opsmodel.errors import TableError


def quiz(phase: str, right: dict[str, list[float]]) -> list[tuple]:
    return [
        (name, "staff", "A", "quiz", phase, "layer", f"q{number}", score)
        for name, scores in right.items()
        for number, score in enumerate(scores)
    ]


BEFORE = {"a": [0, 0], "b": [1, 0], "c": [0, 0], "d": [1, 1], "e": [0, 1]}
AFTER = {"a": [1, 0], "b": [1, 1], "c": [1, 1], "d": [1, 1], "e": [1, 1]}


def test_learning_is_the_gain_of_those_who_took_both():
    gone = {"x": [1, 1], "y": [1, 1]}
    row = maturity.learning(answers(*quiz("before", BEFORE | gone), *quiz("after", AFTER))).iloc[0]
    assert row[["n", "right_before", "right_after"]].tolist() == pytest.approx([5, 0.4, 0.9])
    # gains 0.5 0.5 1.0 0.0 0.5: mean 0.5, s = 0.353553, t(4; 97.5 %) = 2.7764
    half = 2.7764 * 0.353553 / 5**0.5
    assert [row["gain"], row["gain_low"], row["gain_high"]] == pytest.approx(
        [0.5, 0.5 - half, 0.5 + half], abs=1e-4
    )


def test_only_questions_asked_both_times_count():
    more = {name: [*scores, 1] for name, scores in AFTER.items()}
    both = maturity.learning(answers(*quiz("before", BEFORE), *quiz("after", more)))
    assert both["right_after"].tolist() == pytest.approx([0.9])


def test_the_gain_of_four_is_not_told():
    four = {name: BEFORE[name] for name in "abcd"}
    row = maturity.learning(answers(*quiz("before", four), *quiz("after", AFTER))).iloc[0]
    assert row["is_suppressed"]
    assert np.isnan([row["gain"], row["right_before"], row["right_after"]]).all()


def test_without_a_second_quiz_there_is_no_row():
    assert maturity.learning(answers(*quiz("before", BEFORE))).empty


STORES = pd.DataFrame(
    {
        "is_trained": [True, True, True, False, False, False],
        "before": [0.50, 0.60, 0.70, 0.40, 0.50, 0.60],
        "after": [0.70, 0.85, 0.95, 0.45, 0.50, 0.70],
    }
)


def test_what_moved_all_stores_alike_drops_out():
    row = maturity.against_untrained(STORES).iloc[0]
    # changes 0.20 0.25 0.25 against 0.05 0.00 0.10
    assert row["difference"] == pytest.approx(0.7 / 3 - 0.05)
    assert row[["n_trained", "n_untrained"]].tolist() == [3, 3]
    shifted = STORES.assign(after=STORES["after"] + 0.1)
    assert maturity.against_untrained(shifted)["difference"].item() == pytest.approx(row["difference"])


def test_the_interval_is_welchs_and_p_is_exact():
    from scipy.stats import ttest_ind

    change = STORES["after"] - STORES["before"]
    judge = ttest_ind(change[:3], change[3:], equal_var=False).confidence_interval(0.95)
    row = maturity.against_untrained(STORES).iloc[0]
    assert [row["difference_low"], row["difference_high"]] == pytest.approx([judge.low, judge.high])
    assert row["p_value"] == pytest.approx(
        2 / 20
    )  # of the 20 choices of three, this one and its mirror image


def test_p_by_drawing_is_always_the_same():
    rng = np.random.default_rng(3)
    stores = pd.DataFrame(
        {"is_trained": [True] * 10 + [False] * 20, "before": 0.0, "after": rng.normal(size=30)}
    )
    first, second = (maturity.against_untrained(stores)["p_value"].item() for _ in range(2))
    assert first == second
    assert 0 < first <= 1


def test_one_store_on_a_side_gives_a_difference_without_interval():
    row = maturity.against_untrained(STORES.iloc[[0, 3, 4]]).iloc[0]
    assert row["difference"] == pytest.approx(0.2 - 0.025)
    assert np.isnan([row["difference_low"], row["p_value"]]).all()


def test_nobody_to_compare_with_gives_no_difference():
    row = maturity.against_untrained(STORES.iloc[:3]).iloc[0]
    assert row["n_untrained"] == 0
    assert np.isnan(row["difference"])
    with pytest.raises(TableError, match="after"):
        maturity.against_untrained(STORES.drop(columns="after"))
