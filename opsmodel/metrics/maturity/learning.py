"""What people know before and after a training."""

from collections.abc import Sequence

import pandas as pd

from opsmodel.intake.contract import column_names
from opsmodel.metrics.maturity.means import mean_of_people
from opsmodel.metrics.maturity.model import LEAST
from opsmodel.metrics.maturity.replies import replies


def learning(
    answers,
    *,
    by: str | Sequence[str] | None = None,
    survey: str | None = None,
    least: int = LEAST,
    as_of=None,
) -> pd.DataFrame:
    """One row, or one per group: the share of quiz answers right before and after, person by person.

    Only people who took the quiz both times, and questions they were asked both times, count: those who
    stay away the second time are not those who learned nothing.

    answers  respondent_id, question, phase (before, after), score (1 = right), and the columns of `by`
    by       a column of answers, or several: role, store_id
    survey   name of the questionnaire; by default the one called quiz, or the only one there
    least    respondents; groups with fewer have no figures
    as_of    last day observed, inclusive; default: all

    Returns the columns of `by`, n (people with both), right_before, right_after, gain (after − before) with
    gain_low, gain_high (95 %, paired t) and is_suppressed. Without anybody who took it twice: no row.

    >>> answers = pd.DataFrame({"respondent_id": list("abcde") * 2, "question": "q",
    ...                         "phase": ["before"] * 5 + ["after"] * 5, "score": [0.0] * 5 + [1.0] * 5})
    >>> learning(answers)[["n", "right_before", "right_after", "gain"]].values.tolist()
    [[5.0, 0.0, 1.0, 1.0]]
    """
    names = column_names(by)
    rows = replies(answers, "quiz", survey=survey, keep=[*names, "phase"], as_of=as_of)
    sides = [rows[rows["phase"] == phase] for phase in ("before", "after")]
    both = sides[0].merge(
        sides[1][["respondent_id", "question", "score"]],
        on=["respondent_id", "question"],
        suffixes=("", "_after"),
    )
    people = both.groupby(["respondent_id", *names], dropna=False, as_index=False).agg(
        right_before=("score", "mean"), right_after=("score_after", "mean")
    )
    people = people.assign(gain=people["right_after"] - people["right_before"], all=0)
    unit = names or ["all"]
    found = mean_of_people(people, unit, "gain", least=least, bounds=(-1, 1))
    means = people.groupby(unit, dropna=False, as_index=False)[["right_before", "right_after"]].mean()
    found = found.merge(means, on=unit, how="left")
    hidden = {name: found[name].mask(found["is_suppressed"]) for name in ("right_before", "right_after")}
    columns = ["n", "right_before", "right_after", "gain", "gain_low", "gain_high", "is_suppressed"]
    return found.assign(**hidden)[[*names, *columns]]
