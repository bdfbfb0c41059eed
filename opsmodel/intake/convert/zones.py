"""From the clock an export was written by to the business day of the client."""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

_INSTANT = dt.Timestamp(timezone="UTC")


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.timestamp), _INSTANT))
def _instant(zone, time): ...


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, _INSTANT), dt.timestamp))
def _wall(zone, instant): ...


def wall_clock(utc: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """What the clocks of `zone` showed at a naive UTC time."""
    return utc if zone == "UTC" else _wall(zone, _instant("UTC", utc))


def to_business_time(
    time: ir.TimestampValue, *, from_zone: str, to_zone: str, cutoff: float = 0
) -> ir.TimestampValue:
    """Business time: the wall clock of `to_zone` less the cut-off, so that its date is the business day.

    time       naive timestamp, the wall clock of `from_zone`
    from_zone  IANA name of the zone of the export
    to_zone    IANA name of the client's zone
    cutoff     hours after midnight at which the business day starts, e.g. 4 for a bar

    The hour that happens twice in autumn is read as the later of the two; the hour that spring leaves out
    is moved forward, as the clocks were.

    >>> utc = ibis.timestamp("2024-07-01 03:30:00")
    >>> to_business_time(utc, from_zone="UTC", to_zone="America/New_York").execute()
    Timestamp('2024-06-30 23:30:00')
    """
    local = time if from_zone == to_zone else _wall(to_zone, _instant(from_zone, time))
    return local if not cutoff else local - ibis.interval(seconds=round(cutoff * 3600))
