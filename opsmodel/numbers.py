"""Numbers as a reader sees them, in the language of the report; what could not be seen is a dash."""

from contextvars import ContextVar
from math import isfinite

from opsmodel.wording import language

UNSEEN = "–"
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
_currency: ContextVar[str] = ContextVar("currency", default="CNY")


def use_currency(code: str) -> str:
    """Write money in this currency (ISO code) from here on; returns it."""
    _currency.set(code)
    return code


def _seen(value) -> bool:
    return value is not None and isfinite(float(value))


def count(value) -> str:
    """A count with thousands separators.

    >>> count(12345), count(float("nan"))
    ('12,345', '–')
    """
    return f"{round(float(value)):,}" if _seen(value) else UNSEEN


def signed_count(value) -> str:
    """A change in a count; its sign is always written.

    >>> signed_count(1234), signed_count(-20)
    ('+1,234', '-20')
    """
    return _signed(count(value), value)


def percent(value, digits: int = 1) -> str:
    """A share between 0 and 1 as a percentage.

    >>> percent(0.356), percent(0)
    ('35.6%', '0.0%')
    """
    return f"{_plain(100 * float(value), digits)}%" if _seen(value) else UNSEEN


def chance(value) -> str:
    """A probability that chance alone did it; never written as nothing.

    >>> chance(0.034), chance(0.00001)
    ('3.4%', '<0.1%')
    """
    return "<0.1%" if _seen(value) and float(value) < 0.0005 else percent(value)


def days(value) -> str:
    """A length in days, one decimal below ten.

    >>> days(3.26), days(45.2)
    ('3.3', '45')
    """
    if not _seen(value):
        return UNSEEN
    return f"{float(value):.1f}" if abs(float(value)) < 10 else f"{float(value):.0f}"


def money(value, currency: str | None = None) -> str:
    """An amount with its currency sign, large ones shortened the way the language does.

    >>> money(1234.5), money(2_500_000, "USD")
    ('¥1,234', '$2.50M')
    """
    if not _seen(value):
        return UNSEEN
    code = currency or _currency.get()
    sign, size = "-" if float(value) < 0 else "", abs(float(value))
    return f"{sign}{_SYMBOLS.get(code, code + ' ')}{_shortened(size)}"


def signed_money(value, currency: str | None = None) -> str:
    """A change in money; its sign is always written.

    >>> signed_money(1234.5), signed_money(-20)
    ('+¥1,234', '-¥20')
    """
    return _signed(money(value, currency), value)


def signed_percent(value, digits: int = 1) -> str:
    """A relative change; its sign is always written.

    >>> signed_percent(0.125), signed_percent(-0.04)
    ('+12.5%', '-4.0%')
    """
    return _signed(percent(value, digits), value)


def points(value, digits: int = 1) -> str:
    """A difference between two shares, in percentage points; its sign is always written.

    >>> points(0.068)
    '+6.8 pp'
    """
    if not _seen(value):
        return UNSEEN
    unit = "个百分点" if language() == "zh" else " pp"
    return _signed(f"{_plain(100 * float(value), digits)}{unit}", value)


def number(value, digits: int = 2) -> str:
    """A plain figure, such as orders per buyer.

    >>> number(1.8349), number(1234.5, 1)
    ('1.83', '1,234.5')
    """
    return f"{float(value):,.{digits}f}" if _seen(value) else UNSEEN


def _plain(value: float, digits: int) -> str:
    """Rounded, and a nothing without a sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _signed(text: str, value) -> str:
    return f"+{text}" if _seen(value) and float(value) > 0 else text


def _shortened(size: float) -> str:
    units = ((1e8, "亿"), (1e4, "万")) if language() == "zh" else ((1e9, "B"), (1e6, "M"))
    for unit, name in units:
        if size >= unit:
            return f"{size / unit:.2f}{name}"
    return f"{size:,.0f}" if size >= 100 or size == round(size) else f"{size:,.2f}"
