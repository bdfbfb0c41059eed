"""What the walk from the client's screen to our number says (口径对账)."""

from collections.abc import Callable

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding
from opsmodel.wording import _

AGREE = 0.01  # of our number; a smaller difference is no topic for a meeting
ENDS = ("screen", "usual_screen", "ours")
RATES = ("repurchase_rate",)


def screen_gap(walk: pd.DataFrame) -> Finding:
    """Why the number on the client's screen is not ours: the rule that explains most, and what none does.

    walk  the table of `reconcile.walk`

    Returns a finding of kind "screen_agrees" (less than 1 % apart), "screen_unexplained" (the largest bar is
    the one no rule explains), "screen_apart", "screen_usual" (no number was reported) or "screen_unseen"
    (a side could not be computed).
    """
    shown, ours = float(walk["level"].iloc[0]), float(walk["level"].iloc[-1])
    if pd.isna(shown) or pd.isna(ours):
        return Finding(
            "screen_unseen", "", _("The two numbers cannot be compared: one could not be seen."), ""
        )
    level, change = _writers(walk)
    values = {"name": measure(walk["measure"].iloc[0]), "shown": level(shown), "ours": level(ours)}
    note = _unseen(walk)
    if abs(ours - shown) <= AGREE * abs(ours):
        claim = _("Screen and report agree on {name}: {shown} and {ours}.", **values)
        return Finding("screen_agrees", "", claim, note)
    bars = walk[walk["contribution"].notna()].sort_values(
        "contribution", key=abs, ascending=False, kind="stable"
    )
    first = bars.to_dict("records")[0]
    values |= {"part": change(first["contribution"]), "rule": rule(first["bar"])}
    if first["bar"] == "unexplained":
        claim = _(
            "The screen shows {shown} for {name}, we {ours}; most of it ({part}) no rule explains.", **values
        )
        action = _("Ask who made the screen which customers, orders and days it counts, before any meeting.")
        return Finding("screen_unexplained", "", claim, note, action)
    usual = walk["bar"].iloc[0] == "usual_screen"
    claim = (
        _(
            "A till's usual screen would show {shown} for {name}, we {ours}; the largest step: {rule} "
            "({part}).",
            **values,
        )
        if usual
        else _("The screen shows {shown} for {name}, we {ours}; the largest step: {rule} ({part}).", **values)
    )
    rest = change(bars.loc[bars["bar"] == "unexplained", "contribution"].sum())
    evidence = (
        _("No number of the client's was given; enter it to see how much of it no rule explains.")
        if usual
        else _("Every step changes one rule and computes again; {rest} no rule explains.", rest=rest)
    )
    told = " ".join(part for part in (evidence, note) if part)
    action = _("Use one definition in every report, and write it beside the number.")
    return Finding("screen_usual" if usual else "screen_apart", "", claim, told, action)


def _unseen(walk: pd.DataFrame) -> str:
    """Which rules could not be seen, in a sentence."""
    bars = walk.loc[walk["contribution"].isna() & ~walk["bar"].isin(ENDS), "bar"]
    return _("Could not be seen: {rules}.", rules=_(", ").join(map(rule, bars))) if len(bars) else ""


def walked(walk: pd.DataFrame) -> pd.DataFrame:
    """The table of `reconcile.walk`, written out for people and for the chart of the steps.

    Returns bar (a label), changed and level (texts: what the step moves, the number after it), base
    (customers behind a rate), and as numbers contribution (NaN: could not be seen), height (the level) and
    is_end (the screen, ours).
    """
    level, change = _writers(walk)
    ends = walk["bar"].isin(ENDS)
    return pd.DataFrame(
        {
            "bar": [rule(bar) for bar in walk["bar"]],
            "changed": ["" if end else change(x) for end, x in zip(ends, walk["contribution"], strict=True)],
            "level": [level(value) for value in walk["level"]],
            "base": [numbers.count(n) if walk["measure"].iloc[0] in RATES else "" for n in walk["n"]],
            "contribution": walk["contribution"],
            "height": walk["level"],
            "is_end": ends,
        }
    )


def _writers(walk: pd.DataFrame) -> tuple[Callable[[float], str], Callable[[float], str]]:
    """How a level and a change of this measure are written."""
    kind = walk["measure"].iloc[0]
    if kind in RATES:
        return numbers.percent, numbers.points
    if kind == "revenue":
        return numbers.money, numbers.signed_money
    return numbers.count, numbers.signed_count


def measure(name: str) -> str:
    """A measure of `reconcile.MEASURES` as a label."""
    return {
        "repurchase_rate": lambda: _("the repurchase rate"),
        "buyers": lambda: _("the number of buyers"),
        "revenue": lambda: _("net revenue of known customers"),
        "retained_adds": lambda: _("retained adds"),
    }[name]()


def counted(walk: pd.DataFrame) -> str:
    """What the walk measures, for the line under a chart's title."""
    shown = _("each step keeps one more rule; a rule that moves nothing is not drawn")
    return _("{name} · {shown}", name=measure(walk["measure"].iloc[0]), shown=shown)


def rule(name: str) -> str:
    """A bar of the walk as a label."""
    return {
        "screen": lambda: _("number on the client's screen"),
        "usual_screen": lambda: _("what a till's usual screen would show"),
        "unexplained": lambda: _("explained by no rule"),
        "anonymous": lambda: _("anonymous sales left out"),
        "duplicates": lambda: _("duplicate contacts joined"),
        "refunds": lambda: _("refunds taken off"),
        "same_day": lambda: _("orders of one day counted once"),
        "cross_store": lambda: _("customers followed across stores"),
        "calendar": lambda: _("rolling window instead of a calendar period"),
        "left": lambda: _("contacts lost within a week left out"),
        "immature": lambda: _("customers too young for the window left out"),
        "ours": lambda: _("number of this report"),
    }[name]()
