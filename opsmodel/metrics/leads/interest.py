"""Engagement: what a lead has shown of interest, the fresher the more, and no group of signs without end."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.leads.panel import PERSON, age_days

TOUCHES = ("messaged", "coupon_sent", "group_push", "called")  # what we do to them
WEIGHTS = {"joined": 1.0, "left": 0.0, "ordered": 0.0, **dict.fromkeys(TOUCHES, 0.0)}
OTHER = 2.0  # points of any other event: something the customer did
CAP = 5.0
TAU_DAYS = 14.0


def checked(tau_days: float, weights: Mapping[str, float] | None, cap) -> dict[str, float]:
    """The weights in use; ArgumentError where decay, weights or cap cannot be used."""
    caps = cap.values() if isinstance(cap, Mapping) else [cap]
    if not tau_days > 0 or not all(limit > 0 for limit in caps):
        raise ArgumentError(
            "decay and cap must be positive.",
            found=f"tau_days={tau_days!r}, cap={cap!r}",
            fix="write tau_days=14 and cap=5.",
        )
    given = {**WEIGHTS, **(weights or {})}
    if negative := {event: points for event, points in given.items() if points < 0}:
        raise ArgumentError("an event cannot have negative points.", found=str(negative), fix="write 0.")
    return given


def signs(rows: ir.Table, events, *, weights, other, groups, cap, tau_days: float) -> ir.Table:
    """One row per lead with a sign of interest: cut, customer_id, engagement, last_sign, last_sign_day. Lazy.

    engagement = Σ over groups min(cap, Σ over its events weight · exp(−age / τ)), age in whole days.
    """
    happened = require(events, "events", ["customer_id", "event", "happened_at"])
    points = _points(happened.event, weights, other)
    happened = happened.select(
        who=happened.customer_id,
        event=happened.event,
        kind=_group(happened.event, groups),
        points=points,
        sign_day=happened.happened_at.date(),
    )
    happened = happened.filter(happened.points > 0)
    met = rows.select(*PERSON).join(happened, happened.who == rows.customer_id)
    met = met.filter(met.sign_day <= met.cut)
    worth = met.points * (-age_days(met, "sign_day") / tau_days).exp()
    spoken = (met.event == "joined").ifelse("0", "1")  # of signs on one day, joining says least
    token = met.sign_day.cast("string") + spoken + met.event
    groupwise = met.group_by([*PERSON, "kind"]).agg(points=worth.sum(), token=token.max())
    people = groupwise.group_by(PERSON).agg(
        engagement=ibis.least(groupwise.points, _limit(groupwise.kind, cap)).sum().round(6),
        token=groupwise.token.max(),
    )
    return people.select(
        *PERSON,
        "engagement",
        last_sign=people.token.substr(11),
        last_sign_day=people.token.substr(0, 10).cast("date"),
    )


def _points(event: ir.StringValue, weights: Mapping[str, float], other: float) -> ir.Value:
    known = [(event == name, float(points)) for name, points in weights.items()]
    return ibis.cases(*known, else_=float(other))


def _group(event: ir.StringValue, groups: Mapping[str, str] | None) -> ir.Value:
    known = [(event == name, group) for name, group in (groups or {}).items()]
    return ibis.cases(*known, else_=event) if known else event


def _limit(kind: ir.StringValue, cap) -> ir.Value:
    if not isinstance(cap, Mapping):
        return ibis.literal(float(cap))
    return ibis.cases(*[(kind == name, float(limit)) for name, limit in cap.items()], else_=CAP)
