"""What the funnel says: where customers stop."""

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.finding import Finding, small_base
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _


def weakest_step(conversion: pd.DataFrame) -> Finding:
    """The step that loses the largest share of those who could take it.

    conversion  the table of `funnel.conversion` (one group)

    Returns a finding of kind "weakest_step"; "weakest_unclear" if the next weakest may be as weak (their
    intervals overlap); "small_base" if no step has a base of 30.
    """
    steps = conversion.reset_index(drop=True)
    steps = steps.assign(base=steps["n"].shift(), before=steps["step"].shift()).iloc[1:]
    told = steps[steps["base"] >= SMALLEST_BASE].sort_values("step_rate", kind="stable")
    if told.empty:
        return small_base(steps["base"].max())
    weakest = told.iloc[0]
    rival = told.iloc[1] if len(told) > 1 else None
    unclear = rival is not None and weakest["step_rate_high"] >= rival["step_rate_low"]
    values = {
        "step": weakest["step"],
        "before": weakest["before"],
        "rate": numbers.percent(weakest["step_rate"]),
    }
    if unclear:
        assert rival is not None
        claim = _(
            "{step} ({rate}) and {rival} ({rival_rate}) are about equally weak.",
            rival=rival["step"],
            rival_rate=numbers.percent(rival["step_rate"]),
            step=values["step"],
            rate=values["rate"],
        )
    else:
        claim = _("The weakest step is {step}: {rate} of those at {before} get there.", **values)
    return Finding(
        kind="weakest_unclear" if unclear else "weakest_step",
        stage=str(weakest["step"]),
        claim=claim,
        evidence=_(
            "{n} of {base} who reached {before} in time; 95% interval {low} to {high}. {pending} whose "
            "window is still open are not counted as lost.",
            n=numbers.count(weakest["n"]),
            base=numbers.count(weakest["base"]),
            before=weakest["before"],
            low=numbers.percent(weakest["step_rate_low"]),
            high=numbers.percent(weakest["step_rate_high"]),
            pending=numbers.count(weakest["n_pending"]),
        ),
        action=_(
            "Ask a few of those who stopped here why, and change one thing at this step before adding people "
            "at the top."
        ),
        n=int(weakest["base"]),
    )
