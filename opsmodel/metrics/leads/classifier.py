"""The other way to a score: a classifier trained on older days, calibrated on a newer one."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.leads import scoring
from opsmodel.metrics.scope import at_home, chain

NUMBERS = ("engagement", "recency_days", "lead_days")
KINDS = ("channel", "store_id")
TRAINED = 50  # buyers to train on at least
CALIBRATED = 20  # buyers to calibrate on at least


def model(client, *, by: str | Sequence[str] | None = None, **question) -> pd.DataFrame:
    """One row per lead, as `score` gives it, in the order of a calibrated classifier's chance.

    A logistic regression on channel, store, engagement, days since joining and since the last sign. It is
    trained on the leads of earlier days, calibrated (Platt) on those of the last day whose window is over,
    and never sees anything from after the day it looks from: the split is by time, not by person.

    by        column or columns within which `rank` counts
    question  as in `score`: as_of, weights, other, groups, cap, tau_days, within_days, n_cuts

    Returns the columns of `score`; score and chance are both the calibrated chance of a first order within N
    days, ordered_by is "model".
    Raises ArgumentError where fewer than 50 buyers would train it or 20 calibrate it: use `score`.
    Source: Platt 1999; scikit-learn, CalibratedClassifierCV.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> model(seven_customer_shop(), as_of="2024-03-01")
    Traceback (most recent call last):
    opsmodel.errors.ArgumentError: there are too few first orders to train a model.
      found: 0 to train on, 0 to calibrate on
      fix: 50 and 20 are needed; use leads.score.
    """
    past = scoring.history(chain(client), **question)
    now = scoring.score(client, by=by, **question).execute()
    chance = _chance(past, now) if len(now) else np.array([])
    within = column_names(by)
    found = now.assign(score=chance, chance=chance, ordered_by="model")
    found = found.sort_values(["score", "recency_days", "customer_id"], ascending=[False, True, True])
    rank = found.groupby(within, dropna=False).cumcount() if within else np.arange(len(found))
    return found.assign(rank=rank + 1).reset_index(drop=True)


def model_history(client, **question) -> pd.DataFrame:
    """One row per past day and lead of that day, as `history` gives it, scored by the classifier of that day.

    For each day the model is trained anew on the days before the last but it, calibrated on the last before
    it. Days with too few buyers before them are left out.

    question  as in `history`

    Returns the columns of `history`, score and chance from the model.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> model_history(seven_customer_shop(), as_of="2024-06-30").empty
    True
    """
    past = scoring.history(chain(client), **question)
    parts = []
    for cut in sorted(past["cut"].unique()):
        before, now = past[past["cut"] < cut], past[past["cut"] == cut]
        if _enough(*_split(before)):
            chance = _chance(before, now)
            parts.append(now.assign(score=chance, chance=chance))
    found = pd.concat(parts, ignore_index=True) if parts else past.head(0)
    return at_home(found, client).reset_index(drop=True)


def _split(past: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """To train on, to calibrate on: the last day is the newest whose window is over."""
    last = past["cut"].max()
    return past[past["cut"] < last], past[past["cut"] == last]


def _enough(older: pd.DataFrame, newer: pd.DataFrame) -> bool:
    return (
        older["bought"].sum() >= TRAINED
        and newer["bought"].sum() >= CALIBRATED
        and not older["bought"].all()
        and not newer["bought"].all()
    )


def _chance(past: pd.DataFrame, now: pd.DataFrame) -> np.ndarray:
    """The calibrated chance of each row of `now`, learned from `past` alone."""
    older, newer = _split(past)
    if not _enough(older, newer):
        raise ArgumentError(
            "there are too few first orders to train a model.",
            found=f"{int(older['bought'].sum())} to train on, {int(newer['bought'].sum())} to calibrate on",
            fix=f"{TRAINED} and {CALIBRATED} are needed; use leads.score.",
        )
    from sklearn.calibration import CalibratedClassifierCV  # a second to import, so only where it is needed
    from sklearn.compose import make_column_transformer
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    features = make_column_transformer(
        (make_pipeline(FunctionTransformer(np.log1p), StandardScaler()), list(NUMBERS)),
        (OneHotEncoder(handle_unknown="ignore"), list(KINDS)),
    )
    fitted = make_pipeline(features, LogisticRegression(max_iter=1000)).fit(_features(older), older["bought"])
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted), method="sigmoid")
    calibrated.fit(_features(newer), newer["bought"])
    return calibrated.predict_proba(_features(now))[:, 1]


def _features(rows: pd.DataFrame) -> pd.DataFrame:
    kinds = {name: rows[name].astype("object").fillna("–").astype(str) for name in KINDS}
    return rows[list(NUMBERS)].astype(float).assign(**kinds)
