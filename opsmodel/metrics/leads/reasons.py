"""Why somebody is on a list, and what to do: sentences put together in the engine, one a row."""

import ibis
import ibis.expr.types as ir

from opsmodel.wording import _

MARK = "\x1f"  # stands in a translated sentence where a column's value belongs


def sentence(text: str, *values: ir.Value) -> ir.StringValue:
    """A translated sentence with columns in the places of its marks, numbered from 0 as mark() writes them.

    >>> ibis.options.interactive = False
    >>> sentence("after " + mark(0) + " days", ibis.literal(3)).execute()
    'after 3 days'
    """
    pieces = text.split(MARK)
    whole: ir.Value = ibis.literal(pieces[0])
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        whole = whole + values[int(number)].cast("string") + ibis.literal(after)
    return whole


def mark(number: int) -> str:
    """What a placeholder is filled with, for the column to take its place."""
    return f"{MARK}{number}{MARK}"


def lead_touch(rows: ir.Table) -> ir.StringValue:
    """What to do with a lead: by how fresh its last sign is."""
    return ibis.cases(
        (rows.recency_days <= 3, _("Answer today, in person: take up what they showed interest in.")),
        (rows.recency_days <= 14, _("Write personally and offer one entry product.")),
        else_=_("Send one useful message with an occasion to come by; no second one this month."),
    )


def lead_reason(rows: ir.Table) -> ir.StringValue:
    """Why a lead stands where it does: its last sign, then how its kind closes."""
    acted = rows.last_sign.notnull() & (rows.last_sign != "joined")
    sign = acted.ifelse(
        sentence(
            _("{event} {days} days ago, contact for {age} days", event=mark(0), days=mark(1), age=mark(2)),
            _event(rows.last_sign), rows.recency_days, rows.lead_days,
        ),
        sentence(_("contact for {age} days, no sign since", age=mark(0)), rows.lead_days),
    )  # fmt: skip
    if "channel_lift" not in rows.columns:
        return sign
    kind = sentence(
        _("; leads from {channel} buy {lift} times as often as others of their age",
          channel=mark(0), lift=mark(1)),
        rows.channel, rows.channel_lift.round(1),
    )  # fmt: skip
    known = rows.channel.notnull() & rows.channel_lift.notnull()
    return sign + known.ifelse(kind, ibis.literal(""))


def _event(name: ir.StringValue) -> ir.StringValue:
    """What an event is called; the client's own events by their own name."""
    words = {
        "replied": _("replied"),
        "shared": _("shared a poster"),
        "referred": _("brought a friend"),
        "coupon_used": _("used a coupon"),
    }
    return ibis.cases(*[(name == event, text) for event, text in words.items()], else_=name)


def due_touch(rows: ir.Table) -> ir.StringValue:
    """What to do with a customer who is due: the likelier to come unasked, the less."""
    return ibis.cases(
        (
            (rows.touch_free_share >= 2 / 3).fill_null(False),
            _("Greet without an offer: this customer mostly comes unasked."),
        ),
        else_=_("Remind of what was bought last, and say what goes with it."),
    )


def due_reason(rows: ir.Table) -> ir.StringValue:
    """Why a customer is due: the current gap beside the usual ones."""
    own = _("{gap} days since the last purchase; own gaps {p50} to {p80} days",
            gap=mark(0), p50=mark(1), p80=mark(2))  # fmt: skip
    all_gaps = _("{gap} days since the last purchase; gaps in the chain {p50} to {p80} days",
                 gap=mark(0), p50=mark(1), p80=mark(2))  # fmt: skip
    return _by_rhythm(rows, own, all_gaps)


def late_touch(rows: ir.Table) -> ir.StringValue:
    """What to do with a customer out of rhythm: a voice for regulars, one message for the others."""
    return ibis.cases(
        (rows.n_orders >= 3, _("Call in person: ask how they are doing, then make one offer.")),
        else_=_("Send one message with a reason to come back; leave it at that."),
    )


def late_reason(rows: ir.Table) -> ir.StringValue:
    """Why a customer is on the win-back list."""
    own = _("{gap} days since the last purchase; four of five of their own gaps were {p80} days or less",
            gap=mark(0), p80=mark(2))  # fmt: skip
    all_gaps = _("{gap} days since the last purchase; four of five who return do so within {p80} days",
                 gap=mark(0), p80=mark(2))  # fmt: skip
    return _by_rhythm(rows, own, all_gaps)


def _by_rhythm(rows: ir.Table, own: str, all_gaps: str) -> ir.StringValue:
    values = (rows.gap_days, _whole(rows.p50_days), _whole(rows.p80_days))
    return rows.own_rhythm.ifelse(sentence(own, *values), sentence(all_gaps, *values))


def _whole(days: ir.FloatingValue) -> ir.Value:
    return (days + 0.5).floor().cast("int64")  # engines disagree on how to round a half
