"""Money, counts and other numbers as exports write them."""

import ibis
import ibis.expr.types as ir

from opsmodel.intake.contract import MONEY
from opsmodel.intake.convert.text import given, plain

_UNITS = {"千": 1_000, "万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}
_WORD = r"(?:元整|元|块钱|块|圆|人民币|RMB|CNY|USD|HKD|EUR|¥|￥|\$|HK\$|US\$|€|£)"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"


def money(text: ir.StringValue) -> ir.DecimalValue:
    """An amount in the client's currency, exact to the cent; blank or unreadable gives NULL.

    Reads 1234.5, ¥1,234.50, 1,234.50元, RMB 12, 1.2万, 3亿, １２３．４５, (12.00), -12.00, 12.00-, ¥-12.
    More than two decimals are rounded half away from zero. A comma is a thousands separator, so that 12,50
    is not read. A rounded 1.23457E+17 is not read either.

    >>> [str(money(ibis.literal(t)).execute()) for t in ("¥1,234.50", "1.2万", "(12.00)", "１２３．４５")]
    ['1234.50', '12000.00', '-12.00', '123.45']
    """
    return ibis.coalesce(_quick(text, "[¥￥]?", "元?").try_cast(MONEY), _scaled(text, _WORD, MONEY))


def count(text: ir.StringValue) -> ir.IntegerValue:
    """A whole number; 12.0, 1,234, 1.2万 and 12人 are read, 12.5 is not.

    >>> [count(ibis.literal(t)).execute() for t in ("12.0", "1,234", "1.2万", "12人")]
    [12, 1234, 12000, 12]
    """
    exact = _scaled(text, r"(?:人次|人|个|件|次|单|位|笔|条|名)", "decimal(24, 6)")
    return given(exact, _whole)


def _whole(exact):
    return (exact == exact.round()).ifelse(exact, ibis.null("decimal(24, 6)")).try_cast("int64")


def number(text: ir.StringValue) -> ir.FloatingValue:
    """Any other quantity or score, as float64.

    >>> [number(ibis.literal(t)).execute() for t in ("2.5", "1,000", "3件", "4.5分")]
    [2.5, 1000.0, 3.0, 4.5]
    """
    return ibis.coalesce(
        _quick(text).try_cast("float64"),
        _scaled(text, r"(?:人次|人|个|件|次|单|位|分|kg|公斤|斤|盒|袋|瓶|箱)", "decimal(24, 6)").cast(
            "float64"
        ),
    )


def _quick(text, before="", after=""):
    """The number where the text is a plain one already, else NULL."""
    form = rf"^{before}(-?\d{{1,15}}(?:\.\d+)?(?:[eE]-\d+)?){after}$"
    return text.re_extract(form, 1).nullif("")


def _scaled(text, word, kind):
    clean = plain(text).replace(" ", "").re_replace(r"^['\"=]+|['\"]+$", "")
    bare = clean.re_replace(word, "")
    return given(bare, lambda text: _signed(text, kind))


def _signed(bare, kind):
    negative = bare.re_search(r"^[-−–].*$|^\(.*\)$|-$")
    body = bare.re_replace(r"^[-−–+]|-$|^\(|\)$", "")
    digits = body.re_extract(rf"^({_NUMBER})([千万亿wW]?)$", 1).replace(",", "")
    unit = body.re_extract(r"([千万亿wW])$", 1)
    scale = unit.cases(*_UNITS.items(), else_=1)
    size = digits.nullif("").try_cast("decimal(24, 6)") * scale
    return negative.ifelse(-size, size).try_cast(kind)
