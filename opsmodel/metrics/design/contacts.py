"""What customers are sent - care, content, promotion - and what they do after it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day, require
from opsmodel.metrics.absent import sent
from opsmodel.metrics.counting import with_rate

# what a contact is, read from its procedure and step, or from its event; the first that holds counts
KINDS = {
    "promotion": "券|优惠|促销|特价|折扣|入会|coupon|group_push|offer|discount|promo",
    "content": "指导|答疑|内容|知识|教程|攻略|使用|guide|content|tips|how to",
    "care": "关怀|生日|回访|欢迎|问候|语音|care|birthday|welcome|greet|called",
}
SENT = ("messaged", "coupon_sent", "group_push", "called")
OTHER = "unknown"
DAY = timedelta(days=1)


def contact_mix(
    client,
    *,
    as_of=None,
    within_days: int = 14,
    kinds: Mapping[str, str] | None = None,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per kind of contact: its share, and how many reply, buy and leave in the days after it.

    Contacts are the tasks done for a customer and, on days without one, messages sent. Several on one day
    count as one, of the first kind that holds. The rates stand side by side and prove no cause: a call goes
    to those who have been silent.

    client       a Client, or anything with tables events and, if there, tasks
    as_of        last day observed, inclusive; default: the client's
    within_days  N; a contact counts once N days have passed
    kinds        kind -> regular expression on procedure, step or event; default: `KINDS`
    by           column or columns: store_id

    Returns the columns of `by`, then kind (promotion, content, care or unknown), n_sent (N days old),
    contact_share, reply_rate, order_rate, lost_rate, each with its 95 % interval (as if contacts were
    independent).
    Raises TableError if a column is missing, ArgumentError for a window below 1.

    >>> events = pd.DataFrame({"customer_id": "C1", "store_id": "S1", "event": ["messaged", "replied"],
    ...                        "happened_at": ["2024-05-01", "2024-05-02"]})
    >>> from types import SimpleNamespace
    >>> contact_mix(SimpleNamespace(events=events), as_of="2024-06-30")[["kind", "n_sent", "reply_rate"]
    ...     ].values.tolist()
    [['unknown', 1, 1.0]]
    """
    if within_days < 1:
        raise ArgumentError("within_days is below 1.", found=repr(within_days), fix="write within_days=14.")
    names = column_names(by)
    last = day(client.as_of if as_of is None else as_of)
    events = require(client.events, "events", ["customer_id", "event", "happened_at", *_events_by(names)])
    made = _sent(client, events, dict(kinds or KINDS), names)
    made = made.filter(made.day <= ibis.literal(last - timedelta(days=within_days)))
    counted = _followed(made, events, within_days, names).execute()
    table = counted.sort_values(
        [*names, "n_sent"], ascending=[True] * len(names) + [False], ignore_index=True
    )
    total = table.groupby(names, dropna=False)["n_sent"].transform("sum") if names else table["n_sent"].sum()
    table.insert(len(names) + 2, "contact_share", table["n_sent"] / total)
    for rate, number in (("reply_rate", "n_replied"), ("order_rate", "n_ordered"), ("lost_rate", "n_left")):
        table = with_rate(table, rate, number, "n_sent")
    return table.drop(columns=["n_replied", "n_ordered", "n_left"])


def _events_by(names: list[str]) -> list[str]:
    return [name for name in names if name != "store_id"]


def _sent(client, events: ir.Table, kinds: dict[str, str], names: list[str]) -> ir.Table:
    """One row per customer and day with a contact: kind and the columns of `by`. Lazy."""
    home = "home_store_id" if "home_store_id" in events.columns else "store_id"
    told = events.filter(events.event.isin(SENT))
    groups = {name: told[home] if name == "store_id" else told[name] for name in names}
    rank = _rank(told.event, kinds) + 10
    messages = told.select("customer_id", **groups, day=told.happened_at.date(), rank=rank)
    tasks = require(sent(client, "tasks"), "tasks", ["customer_id", "done_at", "sop", "step", *names])
    tasks = tasks.filter(tasks.customer_id.notnull(), tasks.done_at.notnull())
    text = tasks.sop.fill_null("") + " " + tasks.step.fill_null("")
    rows = messages.union(
        tasks.select("customer_id", *names, day=tasks.done_at.date(), rank=_rank(text, kinds))
    )
    days = rows.group_by(["customer_id", *names, "day"]).agg(rank=rows["rank"].min())
    words = [*kinds, OTHER]
    kind = ibis.cases(*((days["rank"] % 10 == i, word) for i, word in enumerate(words)), else_=OTHER)
    return days.mutate(kind=kind).drop("rank")


def _rank(text: ir.StringValue, kinds: dict[str, str]) -> ir.Value:
    """The place of the first kind whose expression is found in the text."""
    cases = [(text.lower().re_search(pattern), place) for place, pattern in enumerate(kinds.values())]
    return ibis.cases(*cases, else_=len(kinds)).cast("int64")


def _followed(sent: ir.Table, events: ir.Table, within_days: int, names: list[str]) -> ir.Table:
    """Contacts by kind, and those followed by a reply, an order or a loss within the window. Lazy."""
    own = events.filter(events.event.isin(["replied", "ordered", "left"]))
    own = own.select(who=own.customer_id, event=own.event, then=own.happened_at.date())
    later = sent.left_join(
        own,
        [
            sent.customer_id == own.who,
            own.then >= sent.day,
            own.then <= sent.day + ibis.interval(days=within_days),
        ],
    )
    each = later.group_by(["customer_id", *names, "day", "kind"]).agg(
        replied=(later.event == "replied").any(),
        ordered=((later.event == "ordered") & (later.then > later.day)).any(),
        left=(later.event == "left").any(),
    )
    flags = {
        f"n_{name}": each[name].fill_null(False).cast("int64").sum()
        for name in ("replied", "ordered", "left")
    }
    return each.group_by([*names, "kind"]).agg(n_sent=each.count(), **flags)
