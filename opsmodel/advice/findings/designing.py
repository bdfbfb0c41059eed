"""What the tables of the design say: when to stop writing, what an add leaves, what to send to whom."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.design.touching import OWN_EVENTS
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

ENOUGH_HOSTS = 2


def contact_plan(rhythm: pd.DataFrame, touches: pd.DataFrame) -> Finding:
    """When the new customers of this store return, how many touches pay, and when to stop.

    rhythm, touches  the tables of `plan.rhythm` and `plan.touches`

    Returns a finding of kind "touches_pay", "touches_dear" (not even one at the peak does) or
    "rhythm_unknown".
    """
    row = rhythm.iloc[0]
    n = int(row["n_customers"])
    if row["basis"] == "none":
        return Finding(
            "rhythm_unknown", "repurchase", _("Too few have returned yet to place touches by their rhythm."),
            _("{n} returns seen; below {least} the curve is mostly chance.",
              n=numbers.count(row["n_events"]), least=OWN_EVENTS), n=n,
        )  # fmt: skip
    values = {"first": numbers.count(row["peak_from_day"]), "last": numbers.count(row["peak_to_day"])}
    evidence = _(
        "{n} first-time buyers, {k} of them back, {whose}. A touch is taken to cost {cost} and to lift the "
        "returns of the next 14 days by {lift} at most; a further order leaves {margin}.",
        n=numbers.count(n), k=numbers.count(row["n_events"]), whose=_whose(row["basis"]),
        cost=numbers.money(row["touch_cost"]), lift=numbers.percent(row["believable_lift"], 0),
        margin=numbers.money(row["order_margin"]),
    )  # fmt: skip
    if not len(touches):
        return Finding(
            "touches_dear", "repurchase",
            _("New customers return most on days {first} to {last}, but no touch by hand pays for itself.",
              **values),
            evidence,
            _("Let the messages go out by themselves, or raise what an order leaves, before spending hours."),
            owner=_("customer operations"), n=n,
        )  # fmt: skip
    values |= {"k": numbers.count(len(touches)), "stop": numbers.count(row["stop_day"])}
    claim = (
        _(
            "New customers return most on days {first} to {last}: {k} touches, and none after day {stop}.",
            **values,
        )
        if row["stop_day"] < row["horizon"]
        else _(
            "New customers return most on days {first} to {last}: {k} touches up to day {stop}, where this "
            "plan ends.",
            **values,
        )
    )
    return Finding(
        "touches_pay", "repurchase", claim,
        evidence,
        _("Give the touches to staff as tasks with a due day, hold out a tenth by lot, and compare after one "
          "window; after the stop day only the list of those due for their next purchase."),
        owner=_("customer operations"), n=n,
    )  # fmt: skip


def _whose(basis: str) -> str:
    return {"own": lambda: _("all of this store"), "peers": lambda: _("all of its peers, for lack of own")}[
        basis
    ]()


def add_economics(economics: pd.DataFrame, *, within_days: int) -> Finding:
    """What a retained add leaves after all its costs, and when it has paid back.

    economics    the table of `plan.unit_economics`
    within_days  window of the margin

    Returns a finding of kind "add_earns", "add_loses", "add_even" (the interval holds 0) or "add_unknown".
    """
    row = economics.set_index("item").loc["contribution"]
    if pd.isna(row["amount"]):
        return Finding(
            "add_unknown", "acquire",
            _("What an add leaves cannot be reckoned: cost, margin or losses are missing."), "",
            _("Book the cost of every channel code, and export margin and losses."),
        )  # fmt: skip
    low, high = row["amount_low"], row["amount_high"]
    kind = "add_earns" if low > 0 else "add_loses" if high < 0 else "add_even"
    values = {"left": numbers.money(row["amount"]), "days": numbers.count(within_days)}
    claim, action = {
        "add_earns": lambda: (
            _("A retained add leaves {left} within {days} days, all costs paid.", **values),
            _("Spend more where it costs least, as long as the next add leaves as much."),
        ),
        "add_loses": lambda: (
            _("A retained add costs more than it brings: {left} within {days} days.", **values),
            _("Stop the dearest code first; then work on the close rate before buying more adds."),
        ),
        "add_even": lambda: (
            _("A retained add about pays for itself within {days} days: {left}.", **values),
            _("Hold the budget, and move it towards the codes whose adds stay and buy."),
        ),
    }[kind]()
    back = (
        ""
        if pd.isna(row["payback_days"])
        else _("Paid back by day {day}.", day=numbers.count(row["payback_days"]))
    )
    evidence = _(
        "95% interval {low} to {high}, costs taken as known.",
        low=numbers.money(low),
        high=numbers.money(high),
    )
    return Finding(kind, "acquire", claim, f"{evidence} {back}".strip(), action, owner=_("channel lead"))


def best_content(scores: pd.DataFrame, *, content: str = "code_id") -> Finding:
    """Which lead content is cheap, worth much and lasting at once.

    scores  the table of `plan.content_scores`

    Returns a finding of kind "content_leads", or "content_unknown" (fewer than two can be scored).
    """
    told = scores[scores["score"].notna() & (scores["n_adds"] >= SMALLEST_BASE)]
    if len(told) < 2:
        return Finding(
            "content_unknown", "acquire", _("Fewer than two pieces of lead content can be compared."), "",
            _("Give each piece of content a code of its own, and book its cost there."),
        )  # fmt: skip
    best, last = told.iloc[0], told.iloc[-1]
    return Finding(
        "content_leads", "acquire",
        _("Of the lead content, {best} scores best on cost × value × lasting; {last} is the first to go.",
          best=best[content], last=last[content]),
        _("{best}: {cost} a retained add, {margin} of margin an add; {last}: {cost_last} and {margin_last}. "
          "Ranks within the chain, so the score says better or worse, not how much.",
          best=best[content], last=last[content], cost=numbers.money(best["cost_per_retained_add"]),
          margin=numbers.money(best["add_margin"]), cost_last=numbers.money(last["cost_per_retained_add"]),
          margin_last=numbers.money(last["add_margin"])),
        _("Put one new piece in the place of the last every month, under its own code."),
        owner=_("content editor"), n=int(told["n_adds"].sum()),
    )  # fmt: skip


def contact_rhythm(mix: pd.DataFrame) -> Finding:
    """What the store sends - care, content, promotion - and which of it is answered or driven away by.

    mix  the table of `design.contact_mix` (one group)

    Returns a finding of kind "mix_unknown" (most contacts name no kind), "mix_promotes" (promotion is the
    largest known kind), "mix_cares" or "small_base".
    """
    n = int(mix["n_sent"].sum()) if len(mix) else 0
    if n < SMALLEST_BASE:
        return small_base(n)
    share = (
        mix.set_index("kind")["contact_share"]
        .reindex(["care", "content", "promotion", "unknown"])
        .fillna(0.0)
    )
    values = {name: numbers.percent(share[name], 0) for name in ("care", "content", "promotion", "unknown")}
    lost = mix[mix["kind"] != "unknown"].sort_values("lost_rate", ascending=False, kind="stable")
    evidence = _("{n} contacts with a full window after them.", n=numbers.count(n))
    if len(lost):
        worst = lost.iloc[0]
        evidence = f"{evidence} " + _(
            "Most contacts are lost after {kind}: {rate} ({low} to {high}). Side by side, no cause.",
            kind=kind_name(worst["kind"]), rate=numbers.percent(worst["lost_rate"]),
            low=numbers.percent(worst["lost_rate_low"]), high=numbers.percent(worst["lost_rate_high"]),
        )  # fmt: skip
    known = share.drop("unknown")
    if share["unknown"] >= 0.5 or not known.sum():
        kind, action = "mix_unknown", _("Record for every message whether it cares, informs or sells.")
        claim = _(
            "{unknown} of the contacts name no kind: the rhythm cannot be judged yet.",
            unknown=values["unknown"],
        )
    elif known.idxmax() == "promotion":
        kind, action = (
            "mix_promotes",
            _("Two of care and two of content for every promotion, at most one a week."),
        )
        claim = _(
            "Mostly promotion: {care} care, {content} content, {promotion} promotion.", **_known(values)
        )
    else:
        kind, action = "mix_cares", _("Keep the mix, and drop what nobody answers.")
        claim = _(
            "The mix of contacts: {care} care, {content} content, {promotion} promotion.", **_known(values)
        )
    return Finding(kind, "repurchase", claim, evidence, action, owner=_("content editor"), n=n)


def _known(values: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name != "unknown"}


def kind_name(kind: str) -> str:
    """A kind of contact in words."""
    return {
        "care": lambda: _("care"),
        "content": lambda: _("content"),
        "promotion": lambda: _("promotion"),
        "unknown": lambda: _("messages of no kind"),
        "next_product": lambda: _("next product"),
        "offer": lambda: _("offer"),
    }[kind]()


def community_start(groups: pd.DataFrame) -> Finding:
    """Which sub-group a community could begin with: large enough, alive, with members who could host.

    groups  the table of `design.subgroups` (one group)

    Returns a finding of kind "community_found", "community_none" (no sub-group of 30 has two hosts) or
    "small_base".
    """
    n = int(groups["n_contacts"].sum()) if len(groups) else 0
    if n < SMALLEST_BASE:
        return small_base(n)
    fit = groups[(groups["n_contacts"] >= SMALLEST_BASE) & (groups["n_hosts"] >= ENOUGH_HOSTS)]
    if fit.empty:
        return Finding(
            "community_none", "repurchase",
            _("No sub-group is ready for a community: none of 30 contacts has two who could host it."),
            _("{n} contacts with a purchase, {k} interests.", n=numbers.count(n), k=len(groups)),
            _("Find two people first, then the group."), n=n,
        )  # fmt: skip
    best = fit.sort_values(["active_rate", "interest"], ascending=[False, True], kind="stable").iloc[0]
    return Finding(
        "community_found", "repurchase",
        _("Begin a community with {interest}: {n} contacts, {hosts} of them could host.",
          interest=best["interest"], n=numbers.count(best["n_contacts"]),
          hosts=numbers.count(best["n_hosts"])),
        _("{active} of them were active in the last 28 days (95% interval {low} to {high}).",
          active=numbers.percent(best["active_rate"]), low=numbers.percent(best["active_rate_low"]),
          high=numbers.percent(best["active_rate_high"])),
        _("Ask the hosts before anything is announced; members name the group."),
        owner=_("store manager"), n=int(best["n_contacts"]),
    )  # fmt: skip
