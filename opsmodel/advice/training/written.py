"""Tables of the training written out for people: numbers in the unit of their own row."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.training.reach import level
from opsmodel.advice.training.terms import figure, term
from opsmodel.metrics import maturity
from opsmodel.metrics.rates import NOISE
from opsmodel.wording import _


def beliefs(perceived: pd.DataFrame, measured: pd.DataFrame, *, within_days: int) -> pd.DataFrame:
    """One row per number and role: guess, measured value and gap, in words.

    perceived    of `training.perceived`
    measured     of `training.measured`
    within_days  the window of the engagement

    Returns number, role (where split by it), n_respondents, guess, measured, belief_gap, interval; suppressed
    figures are dashes.
    """
    metric = dict(zip(measured["question"], measured["metric"], strict=True))
    rows = [
        {
            "number": term(metric[row["question"]], within_days),
            **({"role": row["role"]} if "role" in row else {}),
            "n_respondents": row["n"],
            "guess": figure(metric[row["question"]], row["guess"]),
            "measured": figure(metric[row["question"]], row["measured"]),
            "belief_gap": numbers.points(row["gap"]),
            "interval": _points_reaching(row["gap_low"], row["gap_high"]),
        }
        for row in maturity.named(perceived).to_dict("records")
    ]
    found = pd.DataFrame(rows)
    return found.sort_values("number", kind="stable", ignore_index=True) if len(found) else found


def levels(effect: pd.DataFrame) -> pd.DataFrame:
    """One row per level and measure of `training.effect`, written out.

    Returns kirkpatrick (the level), measured_by, base, before, after, untrained (how the others moved),
    training_effect, interval.
    """
    names = {1: _("1 Reaction"), 2: _("2 Learning"), 3: _("3 Behaviour"), 4: _("4 Results")}
    rows = []
    for row in effect.to_dict("records"):
        write, change = _writers(int(row["level"]), row["measure"])
        people = (
            _("{n} people", n=numbers.count(row["n"]))
            if row["level"] <= 2
            else _("stores: {trained} trained, {others} not", trained=numbers.count(row["n_trained"]),
                   others=numbers.count(row["n_untrained"]))
        )  # fmt: skip
        moved = [write(row["untrained_before"]), write(row["untrained_after"])]
        rows.append(
            {
                "kirkpatrick": names[int(row["level"])],
                "measured_by": measure_name(row["measure"]),
                "base": people,
                "before": write(row["before"]),
                "after": write(row["after"]),
                "untrained": " → ".join(moved) if pd.notna(row["untrained_before"]) else numbers.UNSEEN,
                "training_effect": change(row["effect"]),
                "interval": _points_reaching(row["effect_low"], row["effect_high"])
                if row["level"] in (2, 3)
                else _reaching(row["effect_low"], row["effect_high"], change),
            }
        )
    return pd.DataFrame(rows)


def reachable(reach: pd.DataFrame) -> pd.DataFrame:
    """One row per factor of `training.reach`, written out in the unit of the factor.

    Returns factor, own_p10, today, own_p90, peer_p75, gain (a year; a dash where there is none).
    """
    rows = [
        {
            "factor": row["factor"],
            **{name: level(row["factor"], row[name]) for name in ("own_p10", "today", "own_p90", "peer_p75")},
            "gain": numbers.signed_money(row["gain"]) if row["gain"] > 0 else numbers.UNSEEN,
        }
        for row in reach.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["factor", "own_p10", "today", "own_p90", "peer_p75", "gain"])


def scored(scorecard: pd.DataFrame) -> pd.DataFrame:
    """One row per item of a scorecard that is not split: score, interval, and the anchors in words.

    Returns block, dimension, n_respondents, score, interval, anchor (reached) and next_anchor.
    """
    found = maturity.named(scorecard)
    return pd.DataFrame(
        {
            "block": found["block"],
            "dimension": found["dimension"],
            "n_respondents": found["n"],
            "points": [numbers.number(score, 1) for score in found["score"]],
            "interval": [
                _reaching(low, high, lambda value: numbers.number(value, 1))
                for low, high in zip(found["score_low"], found["score_high"], strict=True)
            ],
            "anchor": found["anchor"],
            "next_anchor": found["next_anchor"],
        }
    )


def apart(alignment: pd.DataFrame) -> pd.DataFrame:
    """One row per item of `maturity.alignment`, the widest apart first, written out.

    Returns dimension, rated_high and rated_low (role and score), points_apart, interval, beyond_noise.
    """
    told = maturity.named(alignment.dropna(subset="difference").sort_values("difference", ascending=False))
    rows = [
        {
            "dimension": row["dimension"],
            "rated_high": f"{row['role_high']} {numbers.number(row['score_role_high'], 1)}",
            "rated_low": f"{row['role_low']} {numbers.number(row['score_role_low'], 1)}",
            "points_apart": numbers.number(row["difference"], 1),
            "interval": _reaching(
                row["difference_low"], row["difference_high"], lambda value: numbers.number(value, 1)
            ),
            "beyond_noise": _("yes") if row["q_value"] <= NOISE else _("no"),
        }
        for row in told.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _reaching(low, high, write) -> str:
    """An interval; its ends may be negative, so no dash stands between them."""
    if pd.isna(low) or pd.isna(high):
        return numbers.UNSEEN
    return _("{low} to {high}", low=write(low), high=write(high))


def _points_reaching(low, high) -> str:
    """An interval in percentage points; the unit stands once."""
    if pd.isna(low) or pd.isna(high):
        return numbers.UNSEEN
    return _("{low} to {high}", low=f"{100 * low:+.1f}", high=numbers.points(high))


def measure_name(measure: str) -> str:
    """What was measured, as a label; questions of the client's own stay as they are."""
    known = {
        "useful": lambda: _("useful (0–4)"),
        "clear": lambda: _("clear (0–4)"),
        "relevant": lambda: _("fits my work (0–4)"),
        "recommend": lambda: _("would recommend it (0–4)"),
        "quiz": lambda: _("quiz answers right"),
        "sop_on_time": lambda: _("SOP done on time"),
        "net_revenue": lambda: _("net revenue of a store"),
        "n_buyers": lambda: _("buyers of a store"),
    }
    return known[measure]() if measure in known else str(measure)


def _writers(level: int, measure: str):
    """How the values and the effect of a row are written."""
    if level == 1:
        return (lambda value: numbers.number(value, 1)), (lambda value: numbers.number(value, 1))
    if level in (2, 3):
        return numbers.percent, numbers.points
    write = numbers.money if measure == "net_revenue" else numbers.count
    return write, numbers.signed_percent
