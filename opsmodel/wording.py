"""Every sentence, label and heading, in the language of the report.

The English text is the message id; `locale/<lang>/*.po` hold the translations, one file a room of the
house. `_("…")` marks a message and translates it; values are filled in with `.format`.
"""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from opsmodel.errors import ArgumentError

LANGUAGES = ("en", "zh")
LOCALE = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def use(lang: str) -> str:
    """Speak `lang` ("en" or "zh") from here on; returns it."""
    if lang not in LANGUAGES:
        raise ArgumentError(
            "this language is not known.", found=repr(lang), fix=f"use one of {list(LANGUAGES)}."
        )
    _language.set(lang)
    return lang


def language() -> str:
    """The language spoken now."""
    return _language.get()


def _(message: str, **values: object) -> str:
    """The message in the current language, with its {placeholders} filled in.

    >>> _("{n} customers", n=7)
    '7 customers'
    """
    return _catalogue(language()).get(message, message).format(**values)


def load() -> None:
    """Read every catalogue now, so that processes forked from this one find it read."""
    for lang in LANGUAGES:
        _catalogue(lang)


@cache
def _catalogue(lang: str) -> dict[str, str]:
    """message id -> translation, over all .po files of the language."""
    entries: dict[str, str] = {}
    for path in sorted((LOCALE / lang).glob("*.po")):
        with path.open("rb") as file:
            entries |= {
                str(message.id): str(message.string)
                for message in read_po(file)
                if message.id and message.string
            }
    return entries
