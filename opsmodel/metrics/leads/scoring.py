"""The score of a lead: what kind of contact it is, what it has shown of interest, and both together."""

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names
from opsmodel.metrics.leads import interest, learned, panel, reasons
from opsmodel.metrics.scope import at_home, chain, last_day

KINDS = ("channel", "store_id")
FEW = 100.0  # leads a month; below, a score cannot be shown to beat the order of recency
BANDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)  # standings up to which chances are learned together
PROFILE = (*KINDS, "staff_id")  # what fit can be told by


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

    fit         what kind of contact it is: p · Π lift of its kinds, where p is the share of earlier leads who
                bought within N days and a lift is how many times as often those of its channel, and of its
                store, did as leads of the same age; each drawn towards 1 by 50 leads' worth.
    engagement  what it has shown: Σ over groups min(cap, Σ weight · exp(−age / τ)), age in whole days.
    score       fit × engagement: twice the fit makes up for a sign older by 0.7 τ.

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
    sign), fit (null without a past to learn from; the score is engagement alone then), engagement, score,
    chance (share of earlier leads at the same height of the order who bought within N days), rank (1 is
    called first), ordered_by (score or recency), leads_a_month, touch (what to do) and reason, in the
    language spoken now.
    Raises TableError if a column is missing, ArgumentError for windows, weights or caps that cannot be used.
    Source: fit and engagement apart is the usual scoring of leads, τ and caps keep one busy
    day or one old campaign from deciding.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> shop = seven_customer_shop()
    >>> early = score(shop, as_of="2024-03-01").execute()  # C5 has just come; C4 and C7 are no leads
    >>> early[["customer_id", "lead_days", "engagement", "ordered_by"]].values.tolist()
    [['C5', 0, 1.0, 'recency']]
    """
    end = last_day(client, as_of)
    whole = chain(client)
    cuts = [*panel.past_days(whole, as_of=end, within_days=within_days, n_cuts=n_cuts), end]
    monthly = panel.monthly_leads(whole, as_of=end)
    how = {"weights": weights, "other": other, "groups": groups, "cap": cap, "tau_days": tau_days}
    rows = _standing(whole, cuts, end, within_days, fit, how, monthly < few)
    rows = at_home(rows.filter(rows.cut == end), client)
    rows = rows.mutate(leads_a_month=ibis.literal(monthly))
    within = column_names(by)
    order = [rows.standing.desc(), rows.recency_days, rows.customer_id]
    rows = rows.mutate(rank=ibis.row_number().over(group_by=within, order_by=order) + 1)
    return rows.select(
        "customer_id", "store_id", "staff_id", "channel", "lead_days", "recency_days", "fit", "engagement",
        "score", "chance", "rank", "ordered_by", "leads_a_month",
        touch=reasons.lead_touch(rows), reason=reasons.lead_reason(rows),
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
    engagement, score, chance and bought (first order within N days of the cut).

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = history(seven_customer_shop(), as_of="2024-06-30", within_days=10, n_cuts=20)
    >>> table[["customer_id", "lead_days", "bought"]].values.tolist()
    [['C5', 1, True]]
    """
    end = last_day(client, as_of)
    whole = chain(client)
    cuts = panel.past_days(whole, as_of=end, within_days=within_days, n_cuts=n_cuts)
    how = {"weights": weights, "other": other, "groups": groups, "cap": cap, "tau_days": tau_days}
    rows = at_home(_standing(whole, cuts, end, within_days, fit, how, False), client)
    names = ["cut", "customer_id", "store_id", "channel", "lead_days", "recency_days"]
    names += ["fit", "engagement", "score", "chance"]
    found = rows.filter(rows.fit.notnull(), rows.bought.notnull()).select(*names, "bought").execute()
    found = found.assign(cut=pd.to_datetime(found["cut"]), bought=found["bought"].astype(bool))
    found = found.astype({"recency_days": float, "fit": float, "engagement": float, "chance": float})
    return found.sort_values(["cut", "customer_id"], ignore_index=True)


def _standing(whole, cuts: list[date], end: date, within_days: int, fit, how, by_recency: bool) -> ir.Table:
    """The leads of every cut: fit, engagement, score, the standing in the order in force, and chance."""
    how = {**how, "weights": interest.checked(how["tau_days"], how["weights"], how["cap"])}
    rows = panel.leads(whole, cuts=cuts, as_of=end, within_days=within_days)
    rows = rows.mutate(lead_days=panel.age_days(rows, "joined_day"))
    scored = _with_signs(_with_fit(rows, _kinds(fit), cuts, within_days), whole.events, how)
    scored = scored.mutate(score=(scored.fit.fill_null(1.0) * scored.engagement).round(6))
    order = -scored.recency_days if by_recency else scored.score
    scored = scored.mutate(standing=ibis.cume_dist().over(group_by="cut", order_by=order))
    scored = scored.mutate(
        ordered_by=ibis.literal("recency" if by_recency else "score"),
        band=ibis.cases(*[(scored.standing <= edge, place) for place, edge in enumerate(BANDS)], else_=-1),
    )
    chances = learned.rates(learned.counts(scored, ["band"]), "band", cuts, within_days=within_days)
    scored = learned.with_value(scored, chances, "chance", "band")
    return scored.mutate(chance=scored.chance.fill_null(scored.overall))


def _with_fit(rows: ir.Table, kinds: list[str], cuts, within_days: int) -> ir.Table:
    """The rows with fit and, for the reason, the lift of each kind."""
    rows = rows.mutate(age=learned.age_group(rows.lead_days))
    counted = learned.counts(rows, [*kinds, "age"])
    found = learned.with_value(rows, learned.overall(counted, cuts, within_days=within_days), "overall")
    for kind in kinds:
        lifts = learned.lifts(counted, kind, cuts, within_days=within_days)
        found = learned.with_value(found, lifts, f"{kind}_lift", kind)
    fit = found.overall
    for kind in kinds:
        fit = fit * found[f"{kind}_lift"].fill_null(1.0)
    return found.mutate(fit=(fit > 1).ifelse(1.0, fit).round(6))  # LEAST would make 1 of a null


def _with_signs(rows: ir.Table, events, how) -> ir.Table:
    """The rows with engagement and the days since the last sign."""
    signs = interest.signs(rows, events, **how)
    joined = rows.left_join(signs, panel.PERSON)
    last = ibis.greatest(joined.joined_day, joined.last_sign_day.fill_null(joined.joined_day))
    joined = joined.select(
        *rows.columns, "last_sign", engagement=joined.engagement.fill_null(0.0), last_sign_day=last
    )
    return joined.mutate(recency_days=panel.age_days(joined, "last_sign_day"))


def _kinds(fit: Sequence[str]) -> list[str]:
    kinds = [fit] if isinstance(fit, str) else list(fit)
    if unknown := [kind for kind in kinds if kind not in PROFILE]:
        raise ArgumentError(
            "fit cannot be told by this column.", found=str(unknown), fix=f"use some of {list(PROFILE)}."
        )
    return kinds
