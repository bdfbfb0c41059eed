"""What people believe the numbers are, beside what they are."""

from collections.abc import Sequence

import pandas as pd

from opsmodel.errors import TableError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.maturity.means import mean_of_people
from opsmodel.metrics.maturity.model import LEAST
from opsmodel.metrics.maturity.replies import replies
from opsmodel.metrics.maturity.scores import in_order


def perception(
    answers,
    measured: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = "role",
    survey: str | None = None,
    least: int = LEAST,
    as_of=None,
) -> pd.DataFrame:
    """One row per group and question: the mean guess, the measured value, and the gap between them.

    Everybody is compared with the number of the place they work at: people of a store with their store's,
    people without a store, or of a store whose number could not be measured, with the chain's.

    answers   respondent_id, question, score (the guess), store_id, and the columns of `by`
    measured  question, measured, store_id (empty: the whole chain); in the unit of the guesses. Guesses of a
              share that mostly exceed 1 are read as percent
    by        a column of answers, or several; None: everybody together
    survey    name of the questionnaire; by default the one called perception, or the only one there
    least     respondents; groups with fewer have no figures
    as_of     last day observed, inclusive; default: all

    Returns the columns of `by`, question, n (respondents with a measured value), guess, measured (mean of the
    values these people were asked about), gap (guess − measured) with gap_low and gap_high (95 %, t, over
    people) and is_suppressed. Questions nobody measured are left out.
    Raises TableError if a column is missing.

    >>> answers = pd.DataFrame({"respondent_id": list("abcde"), "store_id": "A", "role": "staff",
    ...                         "question": "repurchase_90d", "score": [0.7, 0.8, 0.6, 0.7, 0.7]})
    >>> measured = pd.DataFrame({"question": ["repurchase_90d"], "store_id": [None], "measured": [0.5]})
    >>> perception(answers, measured)[["n", "guess", "measured", "gap"]].round(2).values.tolist()
    [[5.0, 0.7, 0.5, 0.2]]
    """
    if missing := [name for name in ("question", "measured", "store_id") if name not in measured.columns]:
        raise TableError(
            f"measured has no column {missing}.",
            found=list(measured.columns),
            fix="give a row a question and store: question, store_id, measured.",
        )
    names = column_names(by)
    rows = replies(answers, "perception", survey=survey, keep=[*names, "store_id"], as_of=as_of)
    rows = _beside(rows, measured)
    rows = rows.assign(gap=rows["score"] - rows["measured"])
    unit = [*names, "question"]
    found = mean_of_people(rows, unit, "gap", least=least)
    means = rows.groupby(unit, dropna=False, as_index=False).agg(
        guess=("score", "mean"), measured=("measured", "mean")
    )
    found = found.merge(means, on=unit, how="left")
    hidden = {name: found[name].mask(found["is_suppressed"]) for name in ("guess", "measured")}
    found = found.assign(**hidden)
    return in_order(found[[*unit, "n", "guess", "measured", "gap", "gap_low", "gap_high", "is_suppressed"]])


def _beside(rows: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Each guess with the measured value of the guesser's place, in one unit."""
    known = measured.dropna(subset="measured")
    whole = known[known["store_id"].isna()].set_index("question")["measured"].astype(float)
    places = known[known["store_id"].notna()].set_index(["store_id", "question"])["measured"].astype(float)
    own = pd.Series(
        [
            places.get((store, question), whole.get(question))
            for store, question in zip(rows["store_id"], rows["question"], strict=True)
        ],
        index=rows.index,
        dtype=float,
    )
    rows = rows.assign(measured=own).dropna(subset="measured")
    shares = rows.groupby("question")["measured"].transform("max") <= 1
    percent = shares & (rows.groupby("question")["score"].transform("median") > 1)
    return rows.assign(score=rows["score"].where(~percent, rows["score"] / 100))
