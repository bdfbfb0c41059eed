"""A chapter of a report that the data cannot carry says so, and the page leaves out the rest of it."""

from html import escape

CHAPTER = "application/vnd.opsmodel.chapter+json"


class Chapter:
    """Whether a chapter is open; the page drops a closed one up to the next heading of its level."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if not self.reason:
            return {"text/plain": ""}
        told = f'<p class="left-out">{escape(self.reason)}</p>'
        return {"text/plain": self.reason, "text/html": told, CHAPTER: {"open": False}}

    def __repr__(self) -> str:
        return self.reason


def chapter(reason: str = "") -> Chapter:
    """Open the chapter, or close it with the reason why; an empty reason opens it.

    >>> chapter("The export has no join dates.")
    The export has no join dates.
    """
    return Chapter(reason)
