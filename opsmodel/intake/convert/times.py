"""Times as exports write them."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from opsmodel.intake.convert.text import given, plain
from opsmodel.intake.convert.zones import wall_clock

_COMMON = {  # a sign in the text -> the forms to try first; a form that fails costs more than one that fits
    "-": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M"],
    "/": ["%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"],
    "年": ["%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日"],
}
_CLOCKS = ["", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", " %H"]
_DAYS = ["%Y-%m-%d", "%d-%b-%Y", "%d-%B-%Y", "%b-%d-%Y", "%B-%d-%Y"]
_DAY_FIRST, _MONTH_FIRST = "%d-%m-%Y", "%m-%d-%Y"
_ORDER = r"^(\d{1,2})-(\d{1,2})-\d{4}(\D|$)"


@ibis.udf.scalar.builtin
def try_strptime(text: str, formats: list[str]) -> datetime: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin
def make_timestamp(microseconds: int) -> datetime: ...  # type: ignore[empty-body]


def time(text: ir.StringValue, *, zone: str, day_first: bool | None = None) -> ir.TimestampValue:
    """The wall clock of `zone` that the text names, as a naive timestamp.

    Reads 2024-03-05 14:03:00, 2024/3/5 14:03, 2024年3月5日 14时03分, 2024.3.5, 20240305, 20240305140300,
    5-Mar-2024, Mar 5, 2024 2:03 PM, 下午2:03, Excel serials (45356.5853, to the second), epoch seconds and
    milliseconds. A text without an offset is what the clock of `zone` showed. A text with an offset
    (…Z, …+08:00) and an epoch name an instant: the result is what the clock of `zone` showed then.

    zone       IANA name of the zone in which the export was written, e.g. "Asia/Shanghai" or "UTC"
    day_first  how 3/4/2024 is meant: True 3 April, False March 4, None: 3/4/2024 gives NULL (13/4/2024
               leaves no doubt and is read). See `is_ambiguous_day`.

    Years outside 1900-2199, two-digit years and impossible days give NULL.

    >>> time(ibis.literal("2024年3月5日 14:03"), zone="Asia/Shanghai").execute()
    Timestamp('2024-03-05 14:03:00')
    >>> time(ibis.literal("2024-03-05T14:03:00Z"), zone="Asia/Shanghai").execute()
    Timestamp('2024-03-05 22:03:00')
    """
    common = [(text.contains(sign), try_strptime(text, forms)) for sign, forms in _COMMON.items()]
    quick = ibis.cases(*common, else_=ibis.null("timestamp"))
    found = ibis.coalesce(quick, _patient(text, zone, day_first))
    return found.between(datetime(1900, 1, 1), datetime(2199, 12, 31, 23, 59, 59)).ifelse(
        found, ibis.null("timestamp")
    )


def is_ambiguous_day(text: ir.StringValue) -> ir.BooleanValue:
    """True where day and month could be swapped, as in 3/4/2024: `time` needs `day_first` there.

    >>> [is_ambiguous_day(ibis.literal(t)).execute() for t in ("3/4/2024", "13/4/2024", "2024/3/4")]
    [True, False, False]
    """
    suspect = text.re_search(r"\d\D+\d+\D+\d{4}|[０-９]")  # so that most rows are spared the long way
    return suspect.ifelse(given(_dashed(text), _is_short_and_unsure), False).fill_null(False)


def _is_short_and_unsure(dashed):
    first, second = (dashed.re_extract(_ORDER, part).try_cast("int64") for part in (1, 2))
    both = (first <= 12) & (second <= 12) & (first != second)
    return both.fill_null(False)


def _dashed(text):
    """Any usual way to write a time, brought to 2024-3-5 14:03:00."""
    clean = plain(text).re_replace(r"^['\"=]+|['\"]+$", "").strip()
    clean = clean.re_replace(r"\s*(?:年|月)\s*", "-").re_replace(r"\s*(?:日|号)\s*", " ")
    clean = clean.re_replace(r"\s*(?:时|点)\s*(?:(\d+)\s*)?分?\s*", r":\1:").re_replace(r"秒|:+\s*$", "")
    clean = clean.re_replace(r"(?:上午|早上|凌晨)\s*([\d:]+)|中午\s*(11[\d:]*)", r"\1\2 AM")
    clean = clean.re_replace(r"(?:下午|中午)\s*([\d:]+)|晚上\s*(0?\d:[\d:]*|1[01][\d:]*)", r"\1\2 PM")
    clean = clean.re_replace(
        r"(?i)\s*(?:星期|周)[一二三四五六日天]\s*|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", " "
    )
    clean = clean.strip().re_replace(r"^(\d{1,4})[/.](\d{1,2})[/.](\d{1,4})", r"\1-\2-\3")
    clean = clean.re_replace(r"(?i)^([a-z]{3,9})\.?[ -](\d{1,2})(?:,\s*|[ -])(\d{4})", r"\1-\2-\3")
    clean = clean.re_replace(r"(?i)^(\d{1,2})[ -]([a-z]{3,9})\.?,?[ -](\d{4})", r"\1-\2-\3")
    return clean.re_replace(r"^(\S+?)T(\d)", r"\1 \2").re_replace(r"\s+", " ")


def _patient(text, zone, day_first):
    return given(_dashed(text), lambda dashed: _told(dashed, zone, day_first))


def _told(dashed, zone, day_first):
    offset = r"^(.*\d)\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
    shifted = dashed.re_search(r":\d.*(?:\dZ|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$")
    body = shifted.ifelse(dashed.re_extract(offset, 1), dashed)
    stamp = ibis.coalesce(
        _digits(dashed, zone),
        given(
            body,
            lambda text: ibis.coalesce(try_strptime(text, _formats(_DAYS)), _short(text, day_first)),
        ),
    )
    return shifted.ifelse(
        given(stamp, lambda time: wall_clock(time - _offset(dashed.re_extract(offset, 2)), zone)), stamp
    )


def _formats(days):
    return [day + clock for day in days for clock in _CLOCKS]


def _short(body, day_first):
    """3-4-2024 and its like, by the order the caller names; without one, only where no doubt is left."""
    if day_first is not None:
        return try_strptime(body, _formats([_DAY_FIRST if day_first else _MONTH_FIRST]))
    sure = ibis.coalesce(
        try_strptime(body, _formats([_DAY_FIRST])), try_strptime(body, _formats([_MONTH_FIRST]))
    )
    return _is_short_and_unsure(body).ifelse(ibis.null("timestamp"), sure)


def _offset(mark):
    hours, minutes = (
        mark.re_extract(r"(\d{2}):?(\d{2})?$", part).nullif("").try_cast("int64") for part in (1, 2)
    )
    total = hours.fill_null(0) * 60 + minutes.fill_null(0)
    return mark.startswith("-").ifelse(-total, total).fill_null(0).as_interval("m")


def _digits(text, zone):
    """Times written as one number: 20240305, epochs, Excel serials."""
    whole, size = text.re_search(r"^\d+$"), text.length()
    amount = text.try_cast("float64")
    ticks = (whole & size.isin([10, 13])).ifelse(text, ibis.null("string")).try_cast("int64")
    epoch = wall_clock(make_timestamp(ticks * (size == 10).ifelse(1_000_000, 1_000)), zone)
    serial = ibis.timestamp("1899-12-30") + (amount * 86400).round().cast("int64").as_interval("s")
    return ibis.cases(
        (whole & (size == 8), try_strptime(text, ["%Y%m%d"])),
        (whole & (size == 12), try_strptime(text, ["%Y%m%d%H%M"])),
        (whole & (size == 14), try_strptime(text, ["%Y%m%d%H%M%S"])),
        (whole & size.isin([10, 13]), epoch),
        (text.re_search(r"^\d{5}(\.\d+)?$") & amount.between(20000, 80000), serial),
        else_=ibis.null("timestamp"),
    )
