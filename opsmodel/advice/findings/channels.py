"""What the tables of channels say: which pays, which brings contacts that go again, which gets the credit."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers, benjamini_hochberg
from opsmodel.wording import _

APART = 0.10  # share of the first orders by which models must differ to be worth a word


def channel_returns(performance: pd.DataFrame) -> Finding:
    """Which channel pays back its cost best and worst, and whether that is more than noise.

    performance  the table of `channels.performance` by channel (one store or chain)

    Returns a finding of kind "channel_loses" (the worst costs more than it brings, its whole interval
    below break-even), "channels_differ" (the intervals of best and worst lie apart), "channels_alike",
    "costs_unknown" or "small_base".
    """
    told = performance[performance["channel"].notna()]
    if told["roi"].notna().sum() == 0:
        return _costs_unknown()
    told = told[told["roi"].notna() & told["roi_low"].notna() & (told["n_mature"] >= SMALLEST_BASE)]
    if told.empty:
        return small_base(performance["n_mature"].max())
    told = told.sort_values("roi", kind="stable")
    worst, best = told.iloc[0], told.iloc[-1]
    values = {
        "worst": channel(worst["channel"]),
        "best": channel(best["channel"]),
        "low": numbers.money(1 + worst["roi"]),
        "high": numbers.money(1 + best["roi"]),
        "unit": numbers.money(1),
        "lost": numbers.money(-worst["contribution"]),
    }
    kind = "channels_alike"
    if worst["roi_high"] < 0:
        kind = "channel_loses"
    elif len(told) > 1 and worst["roi_high"] < best["roi_low"]:
        kind = "channels_differ"
    claim, action = {
        "channel_loses": lambda: (
            _(
                "{worst} brings back {low} for each {unit} spent: its mature adds have cost {lost} more "
                "than they brought.",
                **{name: values[name] for name in ("worst", "low", "unit", "lost")},
            ),
            _("Stop or halve it until an add costs less than it brings, and try how many more adds {best} "
              "can bring.", best=values["best"])
            if len(told) > 1
            else _("Stop or halve it until an add costs less than it brings."),
        ),
        "channels_differ": lambda: (
            _(
                "{best} brings back {high} for each {unit} spent, {worst} {low}.",
                **{name: values[name] for name in ("best", "high", "unit", "worst", "low")},
            ),
            _("Find out how many more adds {best} can bring at this cost before moving money.",
              best=values["best"]),
        ),
        "channels_alike": lambda: (
            _("No channel pays back clearly better or worse than the others."), ""
        ),
    }[kind]()  # fmt: skip
    evidence = _(
        "{worst}: {n} mature adds, margin {margin}, cost {cost}; ROI {roi}, 95% interval {low} to {high}.",
        worst=values["worst"], n=numbers.count(worst["n_mature"]), margin=numbers.money(worst["margin"]),
        cost=numbers.money(worst["cost"]), roi=numbers.percent(worst["roi"]),
        low=numbers.percent(worst["roi_low"]), high=numbers.percent(worst["roi_high"]),
    )  # fmt: skip
    return Finding(kind, "acquire", claim, evidence, action, n=int(told["n_mature"].sum()))


def fake_adds(performance: pd.DataFrame) -> Finding:
    """Whether a channel brings more contacts that are gone within 48 hours than the others do.

    performance  the table of `channels.performance` by channel (one store or chain)

    Returns a finding of kind "fake_adds", "fake_level", "losses_unknown" or "small_base".
    """
    told = performance[performance["channel"].notna() & (performance["n_adds_2"] >= SMALLEST_BASE)]
    if len(told) < 2:
        return small_base(performance["n_adds_2"].nlargest(2).min())  # of the second channel
    if told["n_fake"].isna().any():
        return Finding(
            "losses_unknown", "acquire", _("Nobody is known to have left: losses are not recorded."), ""
        )
    k, n = told["n_fake"], told["n_adds_2"]
    rest_k, rest_n = k.sum() - k, n.sum() - n
    p = benjamini_hochberg(against_peers(k, n, rest_k, rest_n))
    more = told.assign(p=p, rest=rest_k / rest_n, excess=k - n * rest_k / rest_n)
    more = more[(more["p"] <= NOISE) & (more["excess"] > 0)]
    if more.empty:
        claim = _("{rate} of new contacts are gone within 48 hours, in every channel alike.",
                  rate=numbers.percent(k.sum() / n.sum()))  # fmt: skip
        return Finding("fake_level", "acquire", claim, "", n=int(n.sum()))
    worst = more.iloc[more["excess"].argmax()]
    evidence = _(
        "{k} of {n} contacts; chance alone gives such a difference with probability {p}.",
        k=numbers.count(worst["n_fake"]), n=numbers.count(worst["n_adds_2"]), p=numbers.chance(worst["p"]),
    )  # fmt: skip
    return Finding(
        "fake_adds",
        "acquire",
        _(
            "{channel}: {rate} of the contacts are gone within 48 hours, {rest} in the other channels.",
            channel=channel(worst["channel"]),
            rate=numbers.percent(worst["fake_rate"]),
            rest=numbers.percent(worst["rest"]),
        ),
        evidence,
        _(
            "Hand out the gift of this channel on the third day, or at the first visit, and count retained "
            "adds only."
        ),
        n=int(worst["n_adds_2"]),
    )


def channel_payback(days: pd.DataFrame, upto_days: int) -> Finding:
    """How soon an add has paid back its cost, by channel.

    days       the table of `channels.payback_days` by channel
    upto_days  last day of the curve

    Returns a finding of kind "not_paid_back" (some channel has not, within the curve), "paid_back",
    "costs_unknown" or "small_base".
    """
    told = days[days["channel"].notna() & (days["n_adds"] >= SMALLEST_BASE)]
    if told.empty:
        return small_base(days["n_adds"].max())
    told = told[told["net_margin"].notna()]
    if told.empty:
        return _costs_unknown()
    late = told[told["payback_days"].isna()]
    n, last = int(told["n_adds"].sum()), numbers.count(upto_days)
    if len(late):
        names = _(", ").join(channel(name) for name in late["channel"])
        claim = _("Within {days} days an add has not paid back its cost: {names}.", days=last, names=names)
        return Finding("not_paid_back", "acquire", claim, _payback_evidence(told), n=n)
    slow = told.iloc[told["payback_days"].argmax()]
    claim = _(
        "An add has paid back its cost by day {day} in every channel; the slowest is {channel}.",
        day=numbers.count(slow["payback_days"]), channel=channel(slow["channel"]),
    )  # fmt: skip
    return Finding("paid_back", "acquire", claim, _payback_evidence(told), n=n)


def _costs_unknown() -> Finding:
    return Finding("costs_unknown", "acquire", _("No channel has a cost to set its margin against."), "")


def _payback_evidence(told: pd.DataFrame) -> str:
    paid = told[told["payback_days"].notna()]
    parts = [
        _("{channel} day {day} (95% interval {low} to {high})", channel=channel(row.channel),
          day=numbers.count(row.payback_days), low=numbers.count(row.payback_days_low),
          high=numbers.count(row.payback_days_high))
        for row in paid.itertuples()
    ]  # fmt: skip
    return _("; ").join(parts)


def attribution_gap(table: pd.DataFrame) -> Finding:
    """Where the attribution models disagree most.

    table  of `channels.attribution_table` (one store or chain)

    Returns a finding of kind "models_disagree", "models_agree" or "small_base".
    """
    n = 0 if table.empty else int(table["n_conversions"].max())
    if n < SMALLEST_BASE:
        return small_base(n)
    apart = table.iloc[table["spread_share"].argmax()]
    evidence = _("{n} first orders of known customers; each model gives them all away.", n=numbers.count(n))
    if table["markov_share"].isna().all():
        paths = numbers.count(apart["n_multi_touch"])
        few = _("Markov is left out: it needs 500 paths of two touches or more, here are {n}.", n=paths)
        evidence = f"{evidence} {few}"
    if apart["spread_share"] < APART:
        claim = _("All models share out the first orders alike: no channel moves by more than {points}.",
                  points=numbers.points(apart["spread_share"]))  # fmt: skip
        return Finding("models_agree", "acquire", claim, evidence, n=n)
    first = table.iloc[(table["first_share"] - table["last_share"]).argmax()]
    last = table.iloc[(table["last_share"] - table["first_share"]).argmax()]
    if first["channel"] == last["channel"]:  # brings and closes alike; the models between them differ
        claim = _("By model, {channel} gets {low} to {high} of the first orders.",
                  channel=channel(apart["channel"]), low=numbers.percent(apart["lowest_share"]),
                  high=numbers.percent(apart["highest_share"]))  # fmt: skip
        return Finding("models_disagree", "acquire", claim, evidence, n=n)
    claim = _(
        "{first} brings the customers ({a} by first touch, {b} by last), {last} closes them ({c} by last "
        "touch).",
        first=channel(first["channel"]), a=numbers.percent(first["first_share"]),
        b=numbers.percent(first["last_share"]), last=channel(last["channel"]),
        c=numbers.percent(last["last_share"]),
    )  # fmt: skip
    action = _(
        "Judge the channels that bring by first touch and those that close by last touch; cut neither by "
        "the other's figure."
    )
    return Finding("models_disagree", "acquire", claim, evidence, action, n=n)


def channel(name: object) -> str:
    """A channel as a label: the client's own name, or words for a touch the toolkit names."""
    known = {
        "(untouched)": lambda: _("No touch known"),
        "replied": lambda: _("Replied"),
        "messaged": lambda: _("Message by staff"),
        "coupon_used": lambda: _("Coupon used"),
        "shared": lambda: _("Shared"),
        "campaign_received": lambda: _("Campaign received"),
        "coupon_redeemed": lambda: _("Coupon redeemed"),
    }
    return known[str(name)]() if str(name) in known else str(name)
