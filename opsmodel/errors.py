"""Errors a user can act on: what is wrong, what was found, what to do."""


class OpsmodelError(Exception):
    """Base of every error raised on purpose; the command line prints it and exits with 2.

    >>> print(TableError("orders has no column ['amount'].", found="['amt']", fix="rename 'amt'."))
    orders has no column ['amount'].
      found: ['amt']
      fix: rename 'amt'.
    """

    def __init__(self, wrong: str, *, found: object, fix: str) -> None:
        super().__init__(wrong, str(found), fix)
        self.wrong, self.found, self.fix = wrong, str(found), fix

    def __str__(self) -> str:
        return f"{self.wrong}\n  found: {self.found}\n  fix: {self.fix}"

    def __reduce__(self):  # keyword arguments survive a trip between processes
        return _rebuild, (type(self), self.wrong, self.found, self.fix)


def _rebuild(kind, wrong, found, fix):
    return kind(wrong, found=found, fix=fix)


class TableError(OpsmodelError):
    """A table is missing, or lacks a column, or a column has the wrong type."""


class ArgumentError(OpsmodelError):
    """An argument of a calculation cannot be used as given."""


class TooFewError(ArgumentError):
    """Stores, or the periods seen of them, are too few for what is asked: a page says so and goes on."""


class EngagementError(OpsmodelError):
    """engagement.yaml is missing, unreadable or inconsistent."""


class IntakeError(OpsmodelError):
    """A raw export cannot be taken in."""


class ClientError(OpsmodelError):
    """The client, store or date asked for does not exist."""


class RenderError(OpsmodelError):
    """A report cannot be rendered as asked."""
