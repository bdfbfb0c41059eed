"""What people answer: how mature the operation is, how large its numbers are, what they have learned."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample.draw import Draw

# dimension -> how far the chain truly is, 0 to 4; two questions each
MATURITY = {
    "method": 1.5, "process": 1.9, "team": 1.7,
    "strategy": 2.4, "organisation": 1.8, "operating_process": 1.6, "assessment": 1.1, "reports": 2.0,
    "persona": 1.0, "connect": 2.6, "activate": 1.7, "layer": 0.9, "repurchase": 1.4,
}  # fmt: skip
RATED = {
    "ceo": 0.9,
    "headquarters": 0.6,
    "regional": 0.4,
    "store_manager": 0.5,
    "staff": -0.3,
}  # points added
GUESSED = {"ceo": 0.9, "headquarters": 0.6, "regional": 0.45, "store_manager": 0.3, "staff": 0.0}  # log-odds
STEPS = ("persona", "connect", "activate", "layer", "repurchase")  # what the quiz asks about
KNOWN = {"before": 0.45, "after": 0.80}  # share of right answers
LIKED = {"useful": 3.4, "clear": 3.1, "relevant": 3.5, "recommend": 3.2}  # points, 0 to 4
INVESTIGATED, TRAINED, EXAMINED = 105, 6, 35  # days: before the end, before and after a pilot starts
HEADQUARTERS = 6


def survey(
    truth: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, pd.DataFrame],
    pilots: Mapping[str, str],
    end: str,
    draw: Draw,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The answers of everyone asked, and what was planted in them.

    maturity      13 dimensions, two questions each, 0 to 4; phase before
    perception    guesses of measured shares, 0 to 1, under the name of the number; phase before
    quiz          ten questions, 1 = right; the people of all stores before, those of the pilot stores after
    satisfaction  four questions, 0 to 4; the people of the pilot stores after
    """
    measured = _measured(truth, tables)
    people = _people(list(truth))
    asked = np.datetime64(end, "s") - INVESTIGATED * 86_400
    started = min((np.datetime64(day, "s") for day in pilots.values()), default=asked + 21 * 86_400)
    taught = started - TRAINED * 86_400
    shop = people["role"].isin(["store_manager", "staff"])
    pilot = people["store_id"].isin(list(pilots))
    parts = [
        _maturity(people, asked, draw),
        _perception(people, measured, asked, draw),
        _quiz(people[shop], "before", taught, draw),
        _quiz(people[pilot], "after", started + EXAMINED * 86_400, draw),
        _satisfaction(people[pilot], started + 86_400, draw),
    ]
    answers = pd.concat(parts, ignore_index=True)[TABLES["answers"].names]
    answers = answers[answers["answered_at"] < np.datetime64(end, "s") + 86_400].reset_index(drop=True)
    return answers, {
        "respondents": people["role"].value_counts().reindex(list(RATED)).astype(int).to_dict(),
        "maturity": dict(MATURITY),
        "maturity_points_added_by_role": dict(RATED),
        "perception_log_odds_added_by_role": dict(GUESSED),
        "measured": measured,
        "quiz_share_right": dict(KNOWN),
        "satisfaction": dict(LIKED),
    }


def _people(stores: list[str]) -> pd.DataFrame:
    n_regional = max(2, len(stores) // 10)
    roles = ["ceo"] + ["headquarters"] * HEADQUARTERS + ["regional"] * n_regional
    places: list[str | None] = [None] * len(roles)
    for store in stores:
        roles += ["store_manager"] + ["staff"] * 4
        places += [store] * 5
    return pd.DataFrame(
        {
            "respondent_id": [f"R{number:04d}" for number in range(1, len(roles) + 1)],
            "role": roles,
            "store_id": pd.Series(places, dtype="str"),
        }
    )


def _measured(
    truth: Mapping[str, Mapping[str, Any]], tables: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, float]]:
    """Store, or `chain` -> the true shares that people are asked to guess."""
    customers, tasks = tables["customers"], tables["tasks"]
    on_time = (tasks["done_at"] <= tasks["due_at"]).groupby(tasks["store_id"]).agg(["sum", "count"])
    brought = customers["referrer_id"].notna().groupby(customers["store_id"]).agg(["sum", "count"])
    rates = pd.DataFrame({store: entry["planted"] for store, entry in truth.items()}).T
    rates = rates[["retained_7d", "close_90d", "repurchase_90d"]].astype(float)
    weight = brought["count"].reindex(rates.index).fillna(0)
    found = rates.assign(
        referred_share=brought["sum"] / brought["count"], sop_on_time=on_time["sum"] / on_time["count"]
    )
    whole = {name: float(np.average(rates[name], weights=weight)) for name in rates} if weight.sum() else {}
    whole["referred_share"] = float(brought["sum"].sum() / max(1, brought["count"].sum()))
    whole["sop_on_time"] = float(on_time["sum"].sum() / max(1, on_time["count"].sum()))
    rows = {"chain": whole} | {str(store): row.dropna().to_dict() for store, row in found.iterrows()}
    return {store: {name: round(value, 4) for name, value in row.items()} for store, row in rows.items()}


def _maturity(people: pd.DataFrame, asked: np.datetime64, draw: Draw) -> pd.DataFrame:
    questions = [(dimension, f"{dimension}_{number}") for dimension in MATURITY for number in (1, 2)]
    rows = _asked(people, "maturity", "before", questions, asked, draw)
    person = 0.35 * draw.normal(len(people))
    point = rows["dimension"].map(MATURITY) + rows["role"].map(RATED)
    felt = point + person[rows["person"]] + 0.45 * draw.normal(len(rows))
    return rows.assign(score=np.clip(np.rint(felt), 0, 4))


def _perception(people: pd.DataFrame, measured: dict, asked: np.datetime64, draw: Draw) -> pd.DataFrame:
    names = list(measured["chain"])
    rows = _asked(people, "perception", "before", [("perception", name) for name in names], asked, draw)
    truth = [
        measured.get(store, measured["chain"]).get(name, np.nan)
        for store, name in zip(rows["store_id"], rows["question"], strict=True)
    ]
    odds = logit(np.clip(truth, 0.01, 0.99)) + rows["role"].map(GUESSED) + 0.35 * draw.normal(len(rows))
    return rows.assign(score=np.clip(np.rint(expit(odds) * 20), 1, 19) / 20).dropna(subset="score")


def _quiz(people: pd.DataFrame, phase: str, when: np.datetime64, draw: Draw) -> pd.DataFrame:
    questions = [(step, f"quiz_{step}_{number}") for step in STEPS for number in (1, 2)]
    rows = _asked(people, "quiz", phase, questions, when, draw)
    return rows.assign(score=draw.chance(KNOWN[phase], len(rows)).astype(float))


def _satisfaction(people: pd.DataFrame, when: np.datetime64, draw: Draw) -> pd.DataFrame:
    rows = _asked(people, "satisfaction", "after", [("reaction", name) for name in LIKED], when, draw)
    felt = rows["question"].map(LIKED).astype(float) + 0.6 * draw.normal(len(rows))
    return rows.assign(score=np.clip(np.rint(felt), 0, 4))


def _asked(
    people: pd.DataFrame, survey: str, phase: str, questions: list[tuple[str, str]], when, draw: Draw
) -> pd.DataFrame:
    """Everyone by every question; each answers on one of five days, at work, a question every ten seconds."""
    n, many = len(people), len(questions)
    moment = draw.below(5, n) * 86_400 + 34_200 + draw.below(36_000, n)
    person, question = np.repeat(np.arange(n), many), np.tile(np.arange(many), n)
    seconds = moment[person] + 10 * question
    return people.iloc[person].assign(
        person=person,
        survey=survey,
        phase=phase,
        dimension=np.array([dimension for dimension, _code in questions])[question],
        question=np.array([code for _dimension, code in questions])[question],
        answered_at=when + seconds.astype("timedelta64[s]"),
    )
