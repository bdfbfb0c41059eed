"""The scorecard, the alignment of roles, beliefs beside data: by hand, and never of fewer than five."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from questionnaires import NAN, answers, chain, rated

from opsmodel import maturity, wording
from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.maturity.model import model


def test_the_scorecard_is_the_mean_over_people_item_by_item():
    card = maturity.scorecard(chain()).set_index("dimension")
    assert card["n"].to_dict() == {"connect": 12, "layer": 12}
    assert card["score"].to_dict() == {"connect": 2.0, "layer": pytest.approx(23 / 12)}
    assert card["level"].to_dict() == {"connect": 2.0, "layer": 1.0}
    assert card["block"].tolist() == ["steps", "steps"]


def test_the_interval_is_students():
    # 1, 1, 0, 1, 1, 2: mean 1, s = sqrt(2/5), t(5; 97.5 %) = 2.5706 (table of Student's t)
    staff = answers(*rated("staff", "A", {"layer": [1.0, 1, 0, 1, 1, 2]}))
    row = maturity.scorecard(staff).iloc[0]
    half = 2.5706 * (2 / 5) ** 0.5 / 6**0.5
    assert [row["score_low"], row["score_high"]] == pytest.approx([1 - half, 1 + half], abs=1e-4)


def test_the_interval_stays_on_the_scale_and_is_unseen_where_all_say_the_same():
    high = answers(*rated("staff", "A", {"layer": [4.0, 4, 4, 4, 2], "connect": [3.0] * 5}))
    card = maturity.scorecard(high).set_index("dimension")
    assert card.loc["layer", "score_high"] == 4
    assert np.isnan(card.loc["connect", "score_low"])


def test_a_person_weighs_alike_however_many_questions_were_answered():
    rows = [("a", "staff", "A", "maturity", "before", "layer", f"layer_{q}", 4.0) for q in (1, 2, 3)]
    rows += [(name, "staff", "A", "maturity", "before", "layer", "layer_1", 0.0) for name in "bcde"]
    assert maturity.scorecard(answers(*rows))["score"].tolist() == [0.8]


@pytest.mark.parametrize("column", ["score", "score_low", "score_high", "level"])
def test_nothing_is_told_of_fewer_than_five(column):
    card = maturity.scorecard(chain(), by="role")
    ceo = card[card["role"] == "ceo"]
    assert ceo["is_suppressed"].all()
    assert ceo[column].isna().all()
    assert ceo["n"].tolist() == [1, 1]
    assert card.loc[card["role"] != "ceo", "score"].notna().all()


def test_five_is_the_fewest_that_can_be_asked_for():
    with pytest.raises(ArgumentError, match="recognised"):
        maturity.scorecard(chain(), by="role", least=4)
    with pytest.raises(ArgumentError, match="recognised"):
        maturity.pool_roles(chain(), least=1)


def test_four_people_are_hidden_and_five_are_not():
    four, five = (answers(*rated("staff", "A", {"layer": [1.0, 2, 3, 0, 1][:n]})) for n in (4, 5))
    assert maturity.scorecard(four)["is_suppressed"].tolist() == [True]
    assert maturity.scorecard(five)["is_suppressed"].tolist() == [False]


def test_small_roles_are_pooled_with_their_neighbour():
    assert maturity.pool_roles(chain())["role"].unique().tolist() == ["ceo+headquarters", "staff"]
    card = maturity.scorecard(maturity.pool_roles(chain()), by="role")
    assert card.loc[card["dimension"] == "layer", "score"].tolist() == pytest.approx([17 / 6, 1.0])


def test_the_last_small_role_joins_the_one_before():
    people = answers(
        *rated("headquarters", None, {"layer": [1.0] * 5}), *rated("staff", "A", {"layer": [2.0] * 2})
    )
    assert maturity.pool_roles(people)["role"].unique().tolist() == ["headquarters+staff"]


def test_names_of_exports_are_understood():
    people = chain().assign(role=lambda t: t["role"].replace({"staff": "店员", "headquarters": "总部"}))
    people["dimension"] = people["dimension"].replace({"layer": "分层"})
    assert maturity.scorecard(people, by="role").equals(maturity.scorecard(chain(), by="role"))


def test_the_last_answer_of_a_person_counts():
    again = pd.concat([chain(), chain().iloc[[0]].assign(score=0.0, answered_at="2024-07-01", phase="after")])
    again["answered_at"] = pd.to_datetime(again["answered_at"])
    layer = maturity.scorecard(again).set_index("dimension").loc["layer"]
    assert layer["score"] == pytest.approx(19 / 12)
    early = maturity.scorecard(again, as_of="2024-06-30").set_index("dimension").loc["layer"]
    assert early["score"] == pytest.approx(23 / 12)


def test_other_questionnaires_of_the_table_are_left_alone():
    quiz = chain().assign(survey="quiz", score=4.0)
    assert maturity.scorecard(pd.concat([chain(), quiz])).equals(maturity.scorecard(chain()))


def test_answers_off_the_scale_are_left_out_with_a_warning():
    wrong = chain().assign(score=lambda t: t["score"].where(t.index > 0, 9.0))
    with pytest.warns(UserWarning, match="1 of 24 answers"):
        assert maturity.scorecard(wrong)["n"].tolist() == [12, 11]


def test_blocks_weigh_their_items_alike():
    rows = rated("staff", "A", {"layer": [4.0] * 5, "connect": [0.0] * 5, "method": [3.0] * 5})
    card = maturity.scorecard(answers(*rows), items="block")
    assert card[["block", "score"]].values.tolist() == [["keys", 3.0], ["steps", 2.0]]


def test_a_table_by_store_says_what_each_store_alone_says():
    people = pd.concat([chain(), answers(*rated("staff", "B", {"layer": [3.0] * 5}, start=50))])
    both = maturity.scorecard(people, by="store_id")
    alone = maturity.scorecard(people[people["store_id"] == "B"])
    assert both[both["store_id"] == "B"].drop(columns="store_id").reset_index(drop=True).equals(alone)


def test_no_answer_gives_no_row():
    assert maturity.scorecard(chain().iloc[:0]).empty
    assert maturity.alignment(chain().iloc[:0]).empty


def test_a_missing_column_and_an_unknown_questionnaire_are_named():
    with pytest.raises(TableError, match="score"):
        maturity.scorecard(chain().drop(columns="score"))
    with pytest.raises(ArgumentError, match="no questionnaire"):
        maturity.scorecard(chain(), survey="mood")
    with pytest.raises(ArgumentError, match="no such items"):
        maturity.scorecard(chain(), items="role")


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant_and_the_input_stays_as_it_was(random):
    people = chain()
    order = list(range(len(people)))
    random.shuffle(order)
    shuffled = people.iloc[order]
    before = shuffled.copy()
    pd.testing.assert_frame_equal(maturity.scorecard(shuffled), maturity.scorecard(people))
    pd.testing.assert_frame_equal(shuffled, before)


def test_alignment_names_the_roles_furthest_apart():
    table = maturity.alignment(chain()).set_index("dimension")
    layer = table.loc["layer"]
    assert layer[["role_high", "role_low"]].tolist() == ["headquarters", "staff"]
    assert layer["difference"] == pytest.approx(13 / 5 - 1.0)
    assert layer["n"] == 11  # the CEO alone is not compared
    assert table.loc["connect", "difference"] == 0.0
    assert table.loc["connect", "p_value"] == 1.0


def test_alignment_agrees_with_scipys_games_howell():
    from scipy.stats import tukey_hsd

    groups = {
        "ceo": [4.0, 3, 4, 3, 4],
        "headquarters": [3.0, 2, 3, 3, 2, 4],
        "staff": [1.0, 1, 0, 2, 1, 1, 2],
    }
    rows = [row for role, scores in groups.items() for row in rated(role, None, {"layer": scores})]
    row = maturity.alignment(answers(*rows)).iloc[0]
    judge = tukey_hsd(*groups.values(), equal_var=False).confidence_interval(0.95)
    assert [row["difference_low"], row["difference_high"]] == pytest.approx(
        [judge.low[0, 2], judge.high[0, 2]]
    )


def test_alignment_agrees_with_the_published_example_of_kruskal_and_wallis():
    # Kruskal & Wallis 1952, bottle caps: 340 345 330 342 338 / 339 333 344 / 347 343 349 355; H = 5.656.
    # With two degrees of freedom p = exp(-H / 2). Groups here need five people, so `least` cannot show it:
    # the statistic is judged on the step that computes it.
    from opsmodel.metrics.maturity.alignment import _kruskal_wallis

    groups = [[340.0, 345, 330, 342, 338], [339.0, 333, 344], [347.0, 343, 349, 355]]
    assert _kruskal_wallis([np.array(group) for group in groups]) == pytest.approx(
        np.exp(-5.656 / 2), abs=1e-3
    )


def test_one_role_alone_cannot_disagree():
    row = maturity.alignment(answers(*rated("staff", "A", {"layer": [1.0, 2, 3, 1, 2]}))).iloc[0]
    assert row["n_roles"] == 1
    assert np.isnan(row["difference"])
    assert np.isnan(row["q_value"])


MEASURED = pd.DataFrame(
    {"question": ["rr", "rr", "rr"], "store_id": [None, "A", "B"], "measured": [0.5, 0.4, NAN]}
)


def guesses(role: str, store: str | None, given: list[float]) -> list[tuple]:
    return [
        (f"{role}{store}{n}", role, store, "perception", "before", "perception", "rr", guess)
        for n, guess in enumerate(given)
    ]


def test_everybody_is_compared_with_the_place_they_work_at():
    people = answers(
        *guesses("headquarters", None, [0.6, 0.7, 0.8, 0.7, 0.7]),
        *guesses("staff", "A", [0.5, 0.4, 0.3]),
        *guesses("staff", "B", [0.5, 0.6]),  # not measured: the chain's number
    )
    table = maturity.perception(people, MEASURED).set_index("role")
    assert table["n"].to_dict() == {"headquarters": 5, "staff": 5}
    assert table["measured"].round(6).to_dict() == {"headquarters": 0.5, "staff": 0.44}
    assert table["gap"].round(6).to_dict() == {"headquarters": 0.2, "staff": 0.02}
    # gaps 0.1 0.2 0.3 0.2 0.2: s = 0.07071, t(4; 97.5 %) = 2.7764
    half = 2.7764 * 0.0707107 / 5**0.5
    assert table.loc["headquarters", "gap_low"] == pytest.approx(0.2 - half, abs=1e-5)


def test_beliefs_of_four_are_not_told():
    table = maturity.perception(answers(*guesses("staff", "A", [0.5, 0.4, 0.3, 0.4])), MEASURED)
    assert table["is_suppressed"].tolist() == [True]
    assert table[["guess", "measured", "gap", "gap_low", "gap_high"]].isna().all(axis=None)


def test_guesses_in_percent_are_read_as_shares():
    people = answers(*guesses("staff", "A", [50.0, 40, 30, 40, 45]))
    assert maturity.perception(people, MEASURED)["guess"].tolist() == pytest.approx([0.41])


def test_a_question_nobody_measured_is_left_out():
    people = answers(*guesses("staff", "A", [0.5] * 5)).assign(question="mood")
    assert maturity.perception(people, MEASURED).empty


def test_every_item_has_five_anchors_in_both_languages():
    for lang in wording.LANGUAGES:
        counts = {name: len(item[f"anchors_{lang}"]) for name, item in model()["items"].items()}
        assert set(counts.values()) == {5}
        assert len(counts) == 13
    blocks = pd.Series([item["block"] for item in model()["items"].values()]).value_counts().to_dict()
    assert blocks == {"keys": 3, "ones": 5, "steps": 5}


def test_a_named_scorecard_tells_where_it_stands_and_what_comes_next():
    row = maturity.named(maturity.scorecard(chain())).set_index("dimension").loc["Layer"]
    anchors = maturity.anchors().query("dimension == 'layer'").set_index("level")["anchor"]
    assert [row["anchor"], row["next_anchor"]] == [anchors[1], anchors[2]]
    hidden = maturity.named(maturity.scorecard(chain(), by="role")).iloc[0]
    assert hidden["anchor"] == ""
    assert hidden["next_anchor"] == ""
