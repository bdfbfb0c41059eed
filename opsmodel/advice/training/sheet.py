"""The sheet of a quiz: questions with their options in order, and the answer key."""

from dataclasses import dataclass

import pandas as pd

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Question:
    """One question: the right option, the wrong ones, and why.

    options  all of them in the order to show; empty sorts them by the number in them
    """

    topic: str
    text: str
    right: str
    wrong: tuple[str, ...]
    why: str
    options: tuple[str, ...] = ()


def table(questions: list[Question]) -> pd.DataFrame:
    """The rows of `quiz`; options that read alike are one, a question with fewer than three is left out."""
    rows: list[dict] = []
    for asked in questions:
        options = list(asked.options) or _sorted([asked.right, *asked.wrong])
        options = list(dict.fromkeys(options))
        if len(options) >= 3:
            rows.append(
                {
                    "number": len(rows) + 1,
                    "topic": asked.topic,
                    "question": asked.text,
                    "options": options,
                    "answer": LETTERS[options.index(asked.right)],
                    "right": asked.right,
                    "why": asked.why,
                }
            )
    return pd.DataFrame(rows, columns=["number", "topic", "question", "options", "answer", "right", "why"])


def key(quiz: pd.DataFrame) -> pd.DataFrame:
    """The answer key: question_number, answer (letter and text) and why.

    quiz  the table of `quiz`
    """
    answers = quiz["answer"] + " · " + quiz["right"]
    return pd.DataFrame({"question_number": quiz["number"], "answer": answers, "why": quiz["why"]})


def _sorted(options: list[str]) -> list[str]:
    """By the number in them, so that the place of an option says nothing."""

    def size(text: str) -> tuple[float, str]:
        digits = "".join(sign for sign in text if sign.isdigit() or sign == ".")
        unit = 1e4 if "万" in text else 1e6 if "M" in text else 1e8 if "亿" in text else 1
        return (float(digits or 0) * unit, text)

    return sorted(options, key=size)
