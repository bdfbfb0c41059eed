"""Who and what: identifiers, and phone numbers that must not be kept."""

import hashlib

import ibis
import ibis.expr.types as ir

from opsmodel.intake.convert.text import NOTHING, given, plain

_BLOCK = 64  # bytes of a SHA-256 block
_MOBILE = r"^1[3-9]\d{9}$"
_SCIENTIFIC = r"^(\d)(?:\.(\d+))?[eE]\+0*(\d+)$"


@ibis.udf.scalar.builtin
def sha256(data: bytes) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin
def unhex(text: str) -> bytes: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="hex")
def _hex(text: str) -> str: ...  # type: ignore[empty-body]


def identifier(text: ir.StringValue) -> ir.StringValue:
    """An identifier as the client's system holds it; leading zeros stay.

    Excel's traces go: 10001.0 becomes 10001, '001 and ="001" become 001. 1.23457E+17 has lost digits and
    gives NULL; 1.2345E+4 names every digit and becomes 12345. Blank gives NULL.

    >>> [identifier(ibis.literal(t)).execute() for t in ("007", "10001.0", '="001"', "1.2345E+4")]
    ['007', '10001', '001', '12345']
    >>> identifier(ibis.literal("1.23457E+17")).isnull().execute()
    True
    """
    simple = text.re_search(r"^[0-9A-Za-z_-]+$") & text.notin(NOTHING)
    bare = plain(text).re_replace(r"""^=?["']+|["']+$""", "").strip()
    return simple.ifelse(text, given(bare, _careful))


def _careful(bare):
    whole = bare.re_search(r"^\d+\.0+$")
    digits = bare.re_extract(_SCIENTIFIC, 1) + bare.re_extract(_SCIENTIFIC, 2)
    exponent = bare.re_extract(_SCIENTIFIC, 3).try_cast("int64")
    return ibis.cases(
        (bare.isin(NOTHING), ibis.null("string")),
        (whole, bare.re_extract(r"^(\d+)\.", 1)),
        (bare.re_search(_SCIENTIFIC), (digits.length() == exponent + 1).ifelse(digits, ibis.null("string"))),
        else_=bare,
    )


def phone(text: ir.StringValue) -> ir.StringValue:
    """A phone number brought to one form: half-width, no spaces, dashes or +86."""
    bare = plain(text).re_replace(r"""^=?["']+|["']+$|\.0+$""", "").re_replace(r"[\s\-()+.]", "")
    return text.re_search(_MOBILE).ifelse(text, bare.re_replace(r"^(?:00)?86(1[3-9]\d{9})$", r"\1"))


def looks_like_phone(text: ir.StringValue) -> ir.BooleanValue:
    """True where the text is a mainland mobile number, however it is written.

    >>> [looks_like_phone(ibis.literal(t)).execute() for t in ("+86 138-0000-1234", "10001")]
    [True, False]
    """
    return phone(text).re_search(_MOBILE).fill_null(False)


def keyed_hash(text: ir.StringValue, key: bytes) -> ir.StringValue:
    """The first 16 hex digits of HMAC-SHA256 under `key`: the same phone number, however written, one hash.

    Blank gives NULL, and so does a masked number (138****1234), which many people share.

    >>> keyed_hash(ibis.literal("+86 138-0000-1234"), b"key").execute() == keyed_hash(
    ...     ibis.literal("13800001234"), b"key").execute()
    True
    """
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(_BLOCK, b"\0")).hex() for pad in (0x36, 0x5C))
    return given(phone(text), lambda message: _hmac(message, inner, outer))


def _hmac(message, inner: str, outer: str):
    useless = message.isin(NOTHING) | message.contains("*")
    first = sha256(unhex(ibis.literal(inner) + _hex(message)))
    code = sha256(unhex(ibis.literal(outer) + first)).substr(0, 16)
    return useless.ifelse(ibis.null("string"), code)
