"""A quiz on the store's own numbers: the wrong options are what the usual mistakes give."""

from collections.abc import Callable, Iterator

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import once
from opsmodel.advice.training.growth_questions import doubled, largest, product
from opsmodel.advice.training.sheet import Question, table
from opsmodel.advice.training.values import HALF_YEAR
from opsmodel.metrics import funnel, growth, repurchase, value
from opsmodel.metrics.rates import SMALLEST_BASE, wilson
from opsmodel.wording import _

BEST = 0.2  # share of the buyers: the best ones looked at


def quiz(shop) -> pd.DataFrame:
    """One row per question made from this store's data; a question its data cannot carry is left out.

    shop  a client narrowed to one store

    Returns number, topic, question, options (a list of texts, A first), answer (its letter), right (the text
    of the right option) and why. The same data give the same quiz.

    >>> quiz(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    days = int(shop.engagement.windows.within_days)
    makers: tuple[Callable[..., Iterator[Question]], ...] = (
        _lost_or_pending, _close_rate, _came_back, _screen, product, doubled, largest, _once, _best,
        _small,
    )  # fmt: skip
    found = [question for make in makers for question in make(shop, days)]
    return table(found)


def _lost_or_pending(shop, days: int) -> Iterator[Question]:
    steps = once.of(shop, funnel.conversion, "events", steps=shop.stages, within_days=days)
    first = steps[steps["n_entered"] > 0]
    if len(steps) < 2 or first.empty:
        return
    waiting = int(steps["n_pending"].iloc[1])
    if not waiting:
        return
    pending, lost, won = _("pending"), _("lost"), _("won")
    yield Question(
        topic=_("Time windows"),
        text=_(
            "{n} contacts of this store were added less than {days} days ago and have not bought yet. In the "
            "{days}-day close rate they are …",
            n=numbers.count(waiting),
            days=days,
        ),
        right=pending,
        wrong=(lost, won),
        why=_(
            "Their window is still open: they belong neither to the buyers nor to the lost, and not to the "
            "base."
        ),
        options=(lost, pending, won),
    )


def _close_rate(shop, days: int) -> Iterator[Question]:
    steps = once.of(shop, funnel.conversion, "events", steps=shop.stages, within_days=days)
    if len(steps) < 2 or steps["n_eligible"].iloc[0] < SMALLEST_BASE:
        return
    n, base = steps["n"].iloc[1], steps["n_eligible"].iloc[0]
    entered, early = steps["n_entered"].iloc[0], steps["n_early"].iloc[1]
    yield Question(
        topic=_("Close"),
        text=_(
            "{entered} contacts were added, {base} of them at least {days} days ago; of these {n} bought "
            "within {days} days. The {days}-day close rate is …",
            entered=numbers.count(entered), base=numbers.count(base), n=numbers.count(n), days=days,
        ),
        right=numbers.percent(n / base),
        wrong=(
            numbers.percent(n / entered),
            numbers.percent((n + early) / base),
            numbers.percent(1 - n / base),
        ),
        why=_(
            "{n} ÷ {base}. Dividing by all {entered} counts people as lost whose window is not over.",
            n=numbers.count(n), base=numbers.count(base), entered=numbers.count(entered),
        ),
    )  # fmt: skip


def _came_back(shop, days: int) -> Iterator[Question]:
    curve = once.of(shop, repurchase.curve, "orders", within_days=(days,))
    row = curve.iloc[0]
    if row["n_customers"] < SMALLEST_BASE:
        return
    shares = once.of(shop, value.concentration, "orders")
    buyers = float(shares["n_customers"].iloc[0]) if len(shares) else float("nan")
    right = numbers.percent(row["repurchase_rate"])
    yield Question(
        topic=_("Repurchase"),
        text=_(
            "This store has {buyers} known buyers; {n} of them bought first at least {days} days ago, "
            "and {k} of these came back within {days} days. RR_{days} is …",
            buyers=numbers.count(buyers), n=numbers.count(row["n_customers"]), days=days,
            k=numbers.count(row["n_repurchased"]),
        ),
        right=right,
        wrong=(
            numbers.percent(row["n_repurchased"] / buyers),
            numbers.percent(min(1.0, row["repurchase_rate"] * 1.25)),
            numbers.percent(1 - row["repurchase_rate"]),
        ),
        why=_(
            "{k} ÷ {n}: only buyers who had all {days} days can have come back within them.",
            k=numbers.count(row["n_repurchased"]), n=numbers.count(row["n_customers"]), days=days,
        ),
    )  # fmt: skip


def _screen(shop, days: int) -> Iterator[Question]:
    since = once.of(shop, growth.recent, period_days=HALF_YEAR)["start"].iloc[-1]
    screen = once.of(shop, repurchase.within_period, "orders", since=since)
    ours = once.of(shop, repurchase.curve, "orders", within_days=(days,))
    if (
        screen.empty
        or screen["n_buyers"].iloc[0] < SMALLEST_BASE
        or ours["n_customers"].iloc[0] < SMALLEST_BASE
    ):
        return
    shown, rate = (
        numbers.percent(share)
        for share in (screen["period_repeat_rate"].iloc[0], ours["repurchase_rate"].iloc[0])
    )
    if shown == rate:
        return
    right = _(
        "Neither is wrong: the base differs, and only RR does not change with how fast the store grows."
    )
    first = _("The screen is right, for it counts all buyers.")
    second = _("One of the two must have a mistake in its data.")
    yield Question(
        topic=_("Definitions"),
        text=_(
            "The shop screen says {screen} of the buyers of 26 weeks ordered twice; RR_{days} says "
            "{ours}. What holds?",
            screen=shown,
            ours=rate,
            days=days,
        ),
        right=right,
        wrong=(first, second),
        why=_(
            "The screen mixes old and new buyers: a store that gains many new ones looks worse with the "
            "very same behaviour. Compare stores and months on RR only."
        ),
        options=(first, second, right),
    )


def _once(shop, _days: int) -> Iterator[Question]:
    latest = once.of(shop, growth.recent, period_days=HALF_YEAR).iloc[-1]
    each = latest["orders_per_buyer"]
    if not latest["n_buyers"] >= SMALLEST_BASE:
        return
    right = _("Nothing yet about how many came back: a few may order often.")
    share = _("{share} of the buyers came back.", share=numbers.percent(1 - 1 / each))
    everyone = _("Every buyer came back.")
    yield Question(
        topic=_("Definitions"),
        text=_("Orders per buyer are {each}. What does this say?", each=numbers.number(each)),
        right=right,
        wrong=(share, everyone),
        why=_("Orders per buyer is a mean and at least 1; the repurchase rate is a share of people."),
        options=(share, right, everyone),
    )


def _best(shop, _days: int) -> Iterator[Question]:
    shares = once.of(shop, value.concentration, "orders")
    told = shares[shares["top"] == BEST]
    if told.empty or told["n_customers"].iloc[0] < SMALLEST_BASE:
        return
    right = float(told["revenue_share"].iloc[0])
    others = [share for share in (0.2, 0.4, 0.8, 0.95) if abs(share - right) > 0.05][:3]
    yield Question(
        topic=_("Customer value"),
        text=_("The best fifth of the buyers bring which share of the revenue of this store's buyers?"),
        right=numbers.percent(right, 0),
        wrong=tuple(numbers.percent(share, 0) for share in others),
        why=_("{n} of {all} buyers bring {money}. The 80 of 80/20 is a saying and not a law.",
              n=numbers.count(told["n_top"].iloc[0]), all=numbers.count(told["n_customers"].iloc[0]),
              money=numbers.money(told["top_revenue"].iloc[0])),
    )  # fmt: skip


def _small(shop, _days: int) -> Iterator[Question]:
    low, high = wilson(20, 40)
    far_low, far_high = wilson(200, 400)
    right, wide = _between(low, high), _between(0.2, 0.8)
    yield Question(
        topic=_("Small numbers"),
        text=_("20 of 40 buyers added the store: 50%. Between which values may the true rate lie (95%)?"),
        right=right,
        wrong=(_between(far_low, far_high), wide, _("exactly 50%")),
        why=_(
            "Forty people are few. With 200 of 400 it would be {narrow}.", narrow=_between(far_low, far_high)
        ),
        options=(_("exactly 50%"), _between(far_low, far_high), right, wide),
    )


def _between(low, high) -> str:
    return f"{numbers.percent(low, 0)} – {numbers.percent(high, 0)}"
