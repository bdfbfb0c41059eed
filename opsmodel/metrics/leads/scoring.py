"""The score of a lead: what kind of contact it is, what it has shown of interest, and both together."""

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.metrics.leads import interest, learned, panel, reasons

KINDS = ("channel", "store_id")
FEW = 100.0  # leads a month; below, a score cannot be shown to beat the order of recency
BANDS = 10


def score(
    client,
    *,
    as_of=None,
    fit: Sequence[str] = KINDS,
    weights: Mapping[str, float] | None = None,
    other: float = interest.OTHER,
    groups: Mapping[str, str] | None = None,
    cap: float | Mapping[str, float] = interest.CAP,
    tau_days: float = interest.TAU_DAYS,
    within_days: int = 30,
    n_cuts: int = 12,
    few: float = FEW,
    by: str | Sequence[str] | None = None,
) -> ir.Table:
    """One row per lead: 定向成交, contacts who have not bought, in the order in which to call them. Lazy.

    fit         what kind of contact it is: the share of earlier leads of the same channel and store who
                bought within N days, as a product of lifts: p · Π (rate of the kind ÷ p). Rates come from
                looking back from days N apart, and are drawn towards p by 50 leads' worth of it.
    engagement  what it has shown: Σ over groups min(cap, Σ weight · exp(−age / τ)), age in whole days.
    score       the mean of the two standings among all leads of the chain (share at or below), 0 to 1.

    Below about 100 new leads a month in the chain nothing can be learned or proven: the order is that of
    recency, the last sign first, and `ordered_by` says so.

    client       a Client, or anything with tables customers, orders and events; scored against its chain
    as_of        last day observed, inclusive; default: the client's
    fit          columns of customers (channel, store_id, staff_id) that make the kind
    weights      event -> points; joined counts 1, what staff does to a lead 0
    other        points of an event not named
    groups       event -> group; an event not named is a group of its own
    cap          most points of a group, one number or by group
    tau_days     τ: after so many days a sign is worth 1/e of its points
    within_days  N, in days: the window of the first order that fit and chance are about
    n_cuts       how many windows to look back
    few          new leads a month below which the order is that of recency
    by           column or columns within which `rank` counts; default: all leads asked for

    Returns customer_id, store_id, staff_id, channel, lead_days (since joining), recency_days (since the last
    sign), fit, engagement, score, chance (share of earlier leads of the same tenth of the order who bought
    within N days; null without a past), rank (1 is called first), ordered_by (score or recency),
    leads_a_month, touch (what to do) and reason, in the language spoken now.
    Raises TableError if a column is missing, ArgumentError for windows, weights or caps that cannot be used.
    Source: DEFINITIONS 10; fit and engagement apart is the usual scoring of leads, τ and caps keep one busy
    day or one old campaign from deciding.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> shop = seven_customer_shop()
    >>> early = score(shop, as_of="2024-03-01").execute()  # C5 has just come; C4 and C7 are no leads
    >>> early[["customer_id", "lead_days", "engagement", "ordered_by"]].values.tolist()
    [['C5', 0, 1.0, 'recency']]
    """
    end = panel.last_day(client, as_of)
    whole = panel.chain(client)
    cuts = [*panel.past_days(whole, as_of=end, within_days=within_days, n_cuts=n_cuts), end]
    monthly = panel.monthly_leads(whole, as_of=end)
    how = {"weights": weights, "other": other, "groups": groups, "cap": cap, "tau_days": tau_days}
    rows = _standing(whole, cuts, end, within_days, fit, how, monthly < few)
    rows = panel.in_scope(rows.filter(rows.cut == end), client)
    rows = rows.mutate(leads_a_month=ibis.literal(monthly))
    within = [by] if isinstance(by, str) else list(by or [])
    order = [rows.standing.desc(), rows.recency_days, rows.customer_id]
    rows = rows.mutate(rank=ibis.row_number().over(group_by=within, order_by=order) + 1)
    return rows.select(
        "customer_id", "store_id", "staff_id", "channel", "lead_days", "recency_days", "fit", "engagement",
        "score", "chance", "rank", "ordered_by", "leads_a_month",
        touch=reasons.lead_touch(rows), reason=reasons.lead_reason(rows, within_days),
    )  # fmt: skip


def history(
    client,
    *,
    as_of=None,
    fit: Sequence[str] = KINDS,
    weights: Mapping[str, float] | None = None,
    other: float = interest.OTHER,
    groups: Mapping[str, str] | None = None,
    cap: float | Mapping[str, float] = interest.CAP,
    tau_days: float = interest.TAU_DAYS,
    within_days: int = 30,
    n_cuts: int = 12,
) -> pd.DataFrame:
    """One row per past day and lead of that day: the score it had then, and whether it bought since.

    Every score rests on what was known on its day: rates and chances of windows that were over by then.
    Days without a past to learn from are left out. The arguments are those of `score`; the order is by
    score on every day, however few leads there were, since this is how one finds out.

    Returns cut (the day looked back from), customer_id, store_id, channel, lead_days, recency_days, fit,
    engagement, score, chance (NaN on the first of the days) and bought (first order within N days after the cut).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = history(seven_customer_shop(), as_of="2024-06-30")
    >>> table[["customer_id", "bought"]].values.tolist()
    []
    """
    end = panel.last_day(client, as_of)
    whole = panel.chain(client)
    cuts = panel.past_days(whole, as_of=end, within_days=within_days, n_cuts=n_cuts)
    how = {"weights": weights, "other": other, "groups": groups, "cap": cap, "tau_days": tau_days}
    rows = panel.in_scope(_standing(whole, cuts, end, within_days, fit, how, False), client)
    names = ["cut", "customer_id", "store_id", "channel", "lead_days", "recency_days"]
    names += ["fit", "engagement", "score", "chance"]
    found = rows.filter(rows.fit.notnull(), rows.bought.notnull()).select(*names, "bought").execute()
    found = found.assign(cut=pd.to_datetime(found["cut"]), bought=found["bought"].astype(bool))
    found = found.astype({"recency_days": float, "fit": float, "engagement": float, "chance": float})
    return found.sort_values(["cut", "customer_id"], ignore_index=True)


def _standing(whole, cuts: list[date], end: date, within_days: int, fit, how, by_recency: bool) -> ir.Table:
    """The leads of every cut with fit, engagement, score, standing in the order in force, and chance."""
    if unknown := [c for c in fit if c not in (*KINDS, "staff_id")]:
        raise ArgumentError(
            "fit cannot be told by this column.",
            found=str(unknown),
            fix=f"use some of {[*KINDS, 'staff_id']}.",
        )
    how = {**how, "weights": interest.checked(how["tau_days"], how["weights"], how["cap"])}
    rows = panel.leads(whole, cuts=cuts, as_of=end, within_days=within_days)
    scored = _with_fit(_with_signs(rows, whole.events, how), rows, list(fit), cuts, within_days)
    at_or_below = {
        name: ibis.cume_dist().over(group_by="cut", order_by=scored[name].fill_null(0.0))
        for name in ("fit", "engagement")
    }
    scored = scored.mutate(score=((at_or_below["fit"] + at_or_below["engagement"]) / 2).round(6))
    recent = ibis.cume_dist().over(group_by="cut", order_by=scored.recency_days.desc())
    standing = recent.round(6) if by_recency else scored.score
    name = ibis.literal("recency" if by_recency else "score")
    scored = scored.mutate(standing=standing, ordered_by=name)
    place = ibis.cume_dist().over(group_by="cut", order_by=scored.standing)
    scored = scored.mutate(band=(place * BANDS - 1e-9).ceil().cast("int64"))
    counted = learned.counts(scored, ["band"])
    chances = learned.rates(counted, "band", cuts, within_days=within_days)
    return learned.with_rate(scored, chances, "band", "chance").drop("all_rate")


def _with_signs(rows: ir.Table, events, how) -> ir.Table:
    signs = interest.signs(rows, events, **how)
    joined = rows.left_join(signs, panel.PERSON)
    last = ibis.greatest(joined.joined_day, joined.last_sign_day.fill_null(joined.joined_day))
    joined = joined.select(
        *rows.columns, "last_sign", engagement=joined.engagement.fill_null(0.0), last_sign_day=last
    )
    return joined.mutate(
        lead_days=panel.age_days(joined, "joined_day"), recency_days=panel.age_days(joined, "last_sign_day")
    )


def _with_fit(scored: ir.Table, rows: ir.Table, kinds: list[str], cuts, within_days: int) -> ir.Table:
    """The rows with fit and, for the reason, the rate of all leads (`overall`)."""
    counted = learned.counts(rows, kinds)
    columns = scored.columns
    product: ir.Value = ibis.literal(1.0)
    for kind in kinds:
        rates = learned.rates(counted, kind, cuts, within_days=within_days)
        scored = learned.with_rate(scored, rates, kind, f"{kind}_rate")
        scored = (
            scored.rename(overall="all_rate") if "overall" not in scored.columns else scored.drop("all_rate")
        )
        product = product * (scored[f"{kind}_rate"] / scored.overall.nullif(0.0)).fill_null(1.0)
        scored = scored.mutate(product=product)
        product = scored.product
    fit = ibis.least((product * scored.overall).round(6), 1.0)
    return scored.select(*columns, "overall", *[f"{kind}_rate" for kind in kinds], fit=fit)
