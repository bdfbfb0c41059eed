"""What a client writes, read as times, money, counts and identifiers.

Every function takes a text column and gives an Ibis expression, so that it runs in the engine over
millions of rows. Blank text (see `is_blank`) gives NULL. Text that is not blank but cannot be read gives
NULL too: the caller compares the two and quarantines the row with the reason.

>>> import ibis
>>> money(ibis.literal("1.2万")).execute()
Decimal('12000.00')
"""

from opsmodel.intake.convert.identity import identifier, keyed_hash, looks_like_phone
from opsmodel.intake.convert.numbers import count, money, number
from opsmodel.intake.convert.status import refunded
from opsmodel.intake.convert.text import is_blank, label
from opsmodel.intake.convert.times import is_ambiguous_day, time
from opsmodel.intake.convert.zones import to_business_time

__all__ = [
    "count",
    "identifier",
    "is_ambiguous_day",
    "is_blank",
    "keyed_hash",
    "label",
    "looks_like_phone",
    "money",
    "number",
    "refunded",
    "time",
    "to_business_time",
]
