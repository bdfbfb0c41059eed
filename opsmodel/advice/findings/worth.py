"""What customers are worth: who carries the revenue, who brings more, what a model may be asked."""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, benjamini_hochberg, means_differ
from opsmodel.wording import _

STILL_THERE = 0.05  # of the revenue of the second period; with less the best of the first are gone
HALF = 0.5  # of the revenue from the best tenth: a few carry the store


def revenue_carried(concentration: pd.DataFrame, persistence: pd.DataFrame | None = None) -> Finding:
    """How much of the revenue the best tenth brings, and what is left of that in the next period.

    concentration  the table of `value.concentration` with top=0.1 in it (one group)
    persistence    that of `value.persistence` (one group), if the file is long enough

    Returns a finding of kind "few_carry" (half or more), "many_carry" or "small_base".
    """
    told = concentration[concentration["top"].round(6) == 0.1]
    n = told["n_customers"].max() if len(told) else 0
    if not n >= SMALLEST_BASE:
        return small_base(n)
    row = told.iloc[0]
    few = row["revenue_share"] >= HALF
    values = {"share": numbers.percent(row["revenue_share"]), "n": numbers.count(row["n_top"])}
    claim = (
        _("A few carry the store: the best tenth, {n} customers, bring {share} of the revenue.", **values)
        if few
        else _("The best tenth, {n} customers, bring {share} of the revenue.", **values)
    )
    evidence = _(
        "{n} buyers; 95% interval {low} to {high}; Gini {gini}.",
        n=numbers.count(n),
        low=numbers.percent(row["revenue_share_low"]),
        high=numbers.percent(row["revenue_share_high"]),
        gini=numbers.number(row["gini"]),
    )
    later = _later(persistence)
    action = _("Give each of them a staff member by name, and look at their silence every week.")
    return Finding(
        kind="few_carry" if few else "many_carry",
        stage="repurchase",
        claim=claim,
        evidence=f"{evidence} {later}".strip(),
        action=action if few else "",
        owner=_("store manager") if few else "",
        n=int(n),
    )


def _later(persistence: pd.DataFrame | None) -> str:
    """The same customers' share in the next period, in words; nothing where it could not be seen."""
    if persistence is None:
        return ""
    seen = persistence[(persistence["top"].round(6) == 0.1) & (persistence["n_top"] > 0)]
    if seen.empty or seen["share_next"].isna().all():
        return ""
    shares = {
        "share": numbers.percent(seen["revenue_share"].iloc[0]),
        "next": numbers.percent(seen["share_next"].iloc[0]),
    }
    if seen["share_next"].iloc[0] < STILL_THERE:
        return _(
            "Of two periods, the best tenth of the first brought {share} in it and {next} in the second: "
            "they have hardly bought since.",
            **shares,
        )
    return _(
        "Of two periods, the best tenth of the first brought {share} in it and {next} in the second: part of "
        "being best is luck.",
        **shares,
    )


def worth_by_origin(ltv: pd.DataFrame, origin: str) -> Finding:
    """Which origin brings the customers worth more than all others, beyond noise.

    ltv     the table of `value.ltv` or `value.by_origin` with one window
    origin  its column of origins: channel, code_id, product, staff_id

    Each origin is tested against the others together, the false discovery rate held at 5 %.
    Returns a finding of kind "worth_more" (the one furthest above), "worth_alike" or "small_base".
    """
    known = ltv[ltv[origin].notna() & (ltv["n_customers"] >= SMALLEST_BASE)].reset_index(drop=True)
    if len(known) < 2:
        return small_base(ltv["n_customers"].max() if len(ltv) else 0)
    mean, se, n = (known[c].to_numpy(float) for c in ("ltv", "ltv_se", "n_customers"))
    others = [_pooled(np.delete(mean, i), np.delete(se, i), np.delete(n, i)) for i in range(len(known))]
    rest, rest_se, rest_n = np.array(others).T
    p = benjamini_hochberg(means_differ(mean, se, n, rest, rest_se, rest_n))
    above = np.where((p <= NOISE) & (mean > rest), mean - rest, -np.inf)
    days, total = numbers.count(known["within_days"].max()), int(n.sum())
    evidence = _(
        "{n} customers of {k} origins with {smallest} or more each, all of them at least {days} days old.",
        n=numbers.count(total), k=len(known), smallest=SMALLEST_BASE, days=days,
    )  # fmt: skip
    if not np.isfinite(above).any():
        claim = _("No origin brings customers worth more than the others, beyond noise.")
        return Finding("worth_alike", "acquire", claim, evidence, n=total)
    best = int(np.argmax(above))
    claim = _(
        "{origin} brings the customers worth most: {value} each in {days} days, the others {rest}.",
        origin=known[origin].iloc[best],
        value=numbers.money(mean[best]),
        rest=numbers.money(rest[best]),
        days=days,
    )
    chance = _("Chance alone gives such a difference with probability {p}.", p=numbers.chance(p[best]))
    action = _("Compare its cost with the difference before moving budget there.")
    return Finding("worth_more", "acquire", claim, f"{evidence} {chance}", action, n=total)


def _pooled(mean: np.ndarray, se: np.ndarray, n: np.ndarray) -> tuple[float, float, float]:
    """Mean, its standard error and size of several groups taken together."""
    total = n.sum()
    middle = float((n * mean).sum() / total)
    squares = (n * (n - 1) * se**2 + n * (mean - middle) ** 2).sum()
    return middle, float(np.sqrt(squares / (total - 1) / total)), float(total)


def model_use(card: pd.DataFrame, ltv: pd.DataFrame | None = None) -> Finding:
    """Whether the chain's model may foretell what customers will do; if not, why, and what stands instead.

    card  the table of `value.model_card` or `value.chain_card`
    ltv   the table of `value.ltv` (one group): what is shown in its place

    Returns a finding of kind "model_usable" or "model_refused".
    """
    row = card.iloc[0]
    values = {
        "off": numbers.signed_percent(row["holdout_off_share"]),
        "days": numbers.count(row["holdout_days"]),
        "expected": numbers.count(row["holdout_expected"]),
        "seen": numbers.count(row["holdout_orders"]),
    }
    tested = _("Of the last {days} days it foretold {expected} repeat purchases; {seen} came.", **values)
    n = int(row["n_customers"])
    base = _("Fitted to {n} customers of the chain.", n=numbers.count(n))
    if row["usable"]:
        claim = _("The forecast can be used: on days it had not seen it was off by {off}.", off=values["off"])
        edge = " ".join(_ALIKE[name]() for name in row["alike"].split())
        return Finding("model_usable", "repurchase", claim, f"{base} {tested} {edge}".strip(), n=n)
    reasons = _("; ").join(_REASONS[name](row, values) for name in row["reason"].split())
    claim = _("No forecast for single customers: {reasons}.", reasons=reasons)
    return Finding("model_refused", "repurchase", claim, _instead(ltv), n=n)


_REASONS = {
    "customers": lambda row, _v: _("fewer than 500 customers ({n})", n=numbers.count(row["n_customers"])),
    "repeaters": lambda row, _v: _(
        "fewer than 100 customers with a repeat purchase ({n})", n=numbers.count(row["n_repeaters"])
    ),
    "file": lambda row, _v: _(
        "the file of {days} days is shorter than three median gaps ({gap} days each)",
        days=numbers.count(row["file_days"]),
        gap=numbers.days(row["median_gap_days"]),
    ),
    "fit": lambda _row, _v: _("the model finds no stable fit"),
    "holdout": lambda row, values: (
        _("its test on days it had not seen is off by {off}, more than 15%", off=values["off"])
        if pd.notna(row["holdout_off_share"])
        else _("it could not be tested on days it had not seen")
    ),
}


_ALIKE = {
    "rate": lambda: _(
        "It sees no difference in how often customers buy while they are still customers: it tells them "
        "apart only by who is likely to be lost."
    ),
    "stop": lambda: _("It sees no difference in how likely customers are to be lost after a purchase."),
    "never": lambda: _("It takes every customer for still there, however long the silence."),
    "spend": lambda: _("It sees no difference in what customers spend on a purchase."),
}


def _instead(ltv: pd.DataFrame | None) -> str:
    seen = ltv[ltv["n_customers"] >= SMALLEST_BASE] if ltv is not None else pd.DataFrame()
    if seen.empty:
        return ""
    row = seen.sort_values("within_days").iloc[-1]
    return _(
        "What stands instead is what customers brought: {value} each in {days} days ({n} customers).",
        value=numbers.money(row["ltv"]),
        days=numbers.count(row["within_days"]),
        n=numbers.count(row["n_customers"]),
    )


def svip_overdue(table: pd.DataFrame) -> Finding:
    """How many of the best customers are silent for longer than is usual for them, and what they brought.

    table  of `value.svip_at_risk` (one group)

    Returns a finding of kind "svip_at_risk", "svip_calm" (nobody is) or "small_base".
    """
    n = table["n_rhythm"].max() if len(table) else 0
    if not n >= SMALLEST_BASE:
        return small_base(n)
    row = table.iloc[0]
    evidence = _(
        "{n} of the best tenth have gaps enough to tell; {rate} of them are overdue, 95% interval {low} to "
        "{high}. Some are so at any time, even where all is well.",
        n=numbers.count(n),
        rate=numbers.percent(row["overdue_rate"]),
        low=numbers.percent(row["overdue_rate_low"]),
        high=numbers.percent(row["overdue_rate_high"]),
    )
    if not row["n_overdue"]:
        claim = _("None of the best customers is silent for longer than is usual for them.")
        return Finding("svip_calm", "repurchase", claim, evidence, n=int(n))
    money, days = numbers.money(row["revenue_overdue"]), numbers.count(row["period_days"])
    return Finding(
        kind="svip_at_risk",
        stage="repurchase",
        claim=_(
            "{k} of the best customers are silent for longer than is usual for them; they brought {money} in "
            "the last {days} days.",
            k=numbers.count(row["n_overdue"]), money=money, days=days,
        ),
        evidence=evidence,
        action=_("Call them this week, the most overdue first; ask, do not offer a discount."),
        owner=_("store manager"),
        n=int(n),
        worth=_("Revenue of the last {days} days behind them, not all of it lost: {money}.",
                money=money, days=days),
    )  # fmt: skip
