"""Whether an incentive for referral would pay, and how far sharing runs."""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _


def incentive(schemes: pd.DataFrame) -> Finding:
    """Which incentive scheme pays for itself soonest.

    schemes  the table of `referral.incentives` (one group)

    Returns a finding of kind "scheme_pays", "scheme_never", "scheme_unknown" (no margin known) or
    "small_base".
    """
    n = 0 if schemes.empty else int(schemes["n_referred"].max())
    if n < SMALLEST_BASE:
        return small_base(n)
    known = schemes[schemes["break_even_rate"].notna()]
    if known.empty:
        return Finding(
            "scheme_unknown", "acquire", _("Whether an incentive pays cannot be said: no margin is known."),
            _("{n} buyers were referred.", n=numbers.count(n)),
            _("Add the margin of orders, or agree on a margin rate."), n=n,
        )  # fmt: skip
    best = known.sort_values("break_even_rate", kind="stable").iloc[0]
    evidence = _(
        "Replayed on {n} buyers who were referred anyway: cost {cost}, open vouchers {open}, margin of these "
        "buyers {margin}; {breakage} of vouchers lapse.",
        n=numbers.count(best["n_referred"]), cost=numbers.money(best["cost"]),
        open=numbers.money(best["open_cost"]), margin=numbers.money(best["margin"]),
        breakage=numbers.percent(best["breakage_rate"]),
    )  # fmt: skip
    if np.isinf(best["break_even_rate"]):
        return Finding(
            "scheme_never", "acquire",
            _("None of these schemes can pay: each costs more than referrals earn."),
            evidence, _("Lower the rewards, or tie them to the second purchase."), n=n,
        )  # fmt: skip
    claim = _(
        "“{scheme}” pays as soon as referrals grow by {growth}.",
        scheme=best["scheme"], growth=numbers.percent(best["break_even_rate"]),
    )  # fmt: skip
    action = _("Try it in some stores first, and count referrals against the others.")
    return Finding("scheme_pays", "acquire", claim, evidence, action, n=n)


def sharing_ahead(forecast: pd.DataFrame) -> Finding:
    """How far sharing runs from here.

    forecast  the table of `referral.forecast`

    Returns a finding of kind "sharing_fades" (each generation is smaller), "sharing_peaks" (it grows until
    new people run out), "sharing_grows" (it is still growing at the end) or "small_base".
    """
    rows, first = forecast.iloc[1:], forecast["reached"].iloc[0]
    if first < SMALLEST_BASE:
        return small_base(first)
    new = rows["n_new"].to_numpy(float)
    low, high = (rows[f"n_new_{end}"].sum(skipna=False) for end in ("low", "high"))
    peak = int(np.argmax(new))
    values = {"n": numbers.count(new.sum()), "generations": numbers.count(len(new))}
    if peak == 0:
        kind = "sharing_fades"
        claim = _(
            "Sharing brings {n} kept contacts over {generations} generations, fewer each time.", **values
        )
    elif peak < len(new) - 1:
        kind = "sharing_peaks"
        claim = _(
            "Sharing brings {n} kept contacts over {generations} generations, most in generation {peak}; "
            "then new people run out.",
            **values, peak=numbers.count(peak + 1),
        )  # fmt: skip
    else:
        kind = "sharing_grows"
        claim = _(
            "Sharing brings {n} kept contacts over {generations} generations and keeps growing.", **values
        )
    start = numbers.count(first)
    evidence = (
        _("From {first} contacts; no interval of K was given.", first=start)
        if pd.isna(low) or pd.isna(high)
        else _("From {first} contacts; between {low} and {high} as far as K is known.", first=start,
               low=numbers.count(low), high=numbers.count(high))
    )  # fmt: skip
    return Finding(kind, "acquire", claim, evidence, n=int(first))
