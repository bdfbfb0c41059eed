"""Whether an incentive for referral would pay, and how far sharing runs."""

import numpy as np
import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import SMALLEST_BASE, Finding, small_base
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

    Returns a finding of kind "sharing_grows" (the last generation is no smaller than the first) or
    "sharing_fades".
    """
    new = forecast["n_new"].iloc[1:]
    last = forecast.iloc[-1]
    total, first = new.sum(), max(forecast["reached"].iloc[0], 0)
    low, high = (forecast[f"n_new_{end}"].iloc[1:].sum(skipna=False) for end in ("low", "high"))
    fades = new.iloc[-1] < new.iloc[0]
    values = {"n": numbers.count(total), "generations": numbers.count(last["generation"])}
    claim = (
        _("Sharing brings {n} kept contacts over {generations} generations, fewer each time.", **values)
        if fades
        else _("Sharing brings {n} kept contacts over {generations} generations and keeps growing.", **values)
    )
    evidence = _(
        "From {first} contacts; between {low} and {high} as far as K is known.",
        first=numbers.count(first), low=numbers.count(low), high=numbers.count(high),
    )  # fmt: skip
    return Finding("sharing_fades" if fades else "sharing_grows", "acquire", claim, evidence, n=int(first))
