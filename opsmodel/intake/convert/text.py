"""Text as people type it: full-width letters, stray spaces, and the many ways to write nothing."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

_SPACES = "\u3000\u00a0\u2007\u202f\t\r\n"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_FROM = _WIDE + _SPACES + _INVISIBLE
_TO = "".join(chr(ord(letter) - 0xFEE0) for letter in _WIDE) + " " * len(_SPACES)

NOTHING = (
    *("", "-", "--", "—", "——", "/", "null", "NULL", "Null", "none", "None", "nan", "NaN", "N/A", "n/a"),
    *("#N/A", "NaT", "\\N", "无", "空", "(空)", "0000-00-00", "0000-00-00 00:00:00"),
)


def plain(text: ir.StringValue) -> ir.StringValue:
    """Full-width characters made half-width, odd spaces made ordinary, the ends trimmed.

    >>> plain(ibis.literal(" １２３．４５　元")).execute()
    '123.45 元'
    """
    odd = text.re_search(f"[\uff01-\uff5e{_SPACES}{_INVISIBLE}]")  # translate is slow: only where needed
    return odd.ifelse(text.translate(_FROM, _TO), text).strip()


def given(value: ir.Value, then: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """`then(value)` with the value worked out once: written out at each use, nested texts grow without end.

    >>> given(ibis.literal("ab"), lambda text: text + text).execute()
    'abab'
    """
    return ibis.array([value]).map(then)[0]


def is_blank(text: ir.StringValue) -> ir.BooleanValue:
    """True where the cell holds nothing: NULL, spaces, or a sign for nothing (-, NULL, 无, 0000-00-00).

    >>> [is_blank(ibis.literal(cell)).execute() for cell in ("", " - ", "无", "0")]
    [True, True, True, False]
    """
    held = text.re_search(r"^[1-9A-MO-Za-mo-z]")  # the first letter of most cells settles it
    return ibis.cases((text.isnull(), True), (held, False), else_=plain(text).isin(NOTHING))


def label(text: ir.StringValue) -> ir.StringValue:
    """A name or a category: trimmed, inner spaces single; blank gives NULL. The width of letters is kept.

    >>> label(ibis.literal("  南京西路   店 ")).execute()
    '南京西路 店'
    """
    clean = (text.re_search(rf"^\s|\s$|\s\s|[{_SPACES}{_INVISIBLE}]")).ifelse(
        text.translate(_SPACES + _INVISIBLE, " " * len(_SPACES)).re_replace(r"\s+", " ").strip(), text
    )
    return clean.isin(NOTHING).ifelse(ibis.null("string"), clean)
