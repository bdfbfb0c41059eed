"""Headings: what people answer, learn and do."""

from opsmodel.wording import _


def headings() -> dict[str, str]:
    return {
        "term": _("Term"),
        "formula": _("Formula"),
        "left_out": _("Left out"),
        "here": _("This store [95% interval]"),
        "number": _("Number"),
        "n_respondents": _("People asked"),
        "guess": _("Believed"),
        "measured": _("Measured"),
        "belief_gap": _("Belief less data"),
        "role": _("Role"),
        "block": _("Part of the model"),
        "dimension": _("Item"),
        "points": _("Points of 4"),
        "anchor": _("Where we stand"),
        "next_anchor": _("One point more"),
        "rated_high": _("Highest"),
        "rated_low": _("Lowest"),
        "points_apart": _("Points apart"),
        "own_p10": _("Own P10"),
        "today": _("Today"),
        "own_p90": _("Own P90"),
        "gain": _("Gain a year at the peers' P75"),
        "n_factors": _("Factors raised"),
        "times": _("Multiplied: (1+g)^k"),
        "times_added": _("Wrongly added: 1+k·g"),
        "op_step": _("Step of the method"),
        "does": _("What you do"),
        "procedure": _("How (SOP)"),
        "kirkpatrick": _("Level"),
        "measured_by": _("Measured by"),
        "untrained": _("Others, before → after"),
        "training_effect": _("Effect"),
        "question_number": _("Question"),
        "answer": _("Answer"),
        "why": _("Why"),
    }
