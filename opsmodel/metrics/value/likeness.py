"""Where a fitted model has run to the edge: what it then says is the same for all customers."""

from opsmodel.metrics.value.models import Purchases, Spend

LEAST_SPREAD = 0.1  # of the mean: customers who differ by less are alike to the model
NEVER = 1e-3  # of customers who stop after a purchase


def alike(bought: Purchases, spent: Spend) -> str:
    """In what the models see no difference among customers, as words of this list; empty if they see all.

    rate   how often they buy while they are customers: r has run towards infinity
    stop   the chance to stop after a purchase: a and b have
    never  nobody ever stops: a has run towards 0
    spend  what a purchase brings: q has

    The maximum is found nevertheless; it lies where a parameter has no limit. What a model sees alike it
    cannot tell customers apart by, and the parameters themselves mean nothing.

    >>> bought = Purchases({"r": 2e5, "alpha": 1e6, "a": 1.3, "b": 1.9})
    >>> alike(bought, Spend({"p": 5.0, "q": 6.3, "v": 195.0}))
    'rate'
    """
    r, _alpha, a, b = bought.params.values()
    q = spent.params["q"]
    stops = a / (a + b)
    seen = {
        "rate": r**-0.5 < LEAST_SPREAD,
        "stop": stops >= NEVER and (b / (a * (a + b + 1))) ** 0.5 < LEAST_SPREAD,
        "never": stops < NEVER,
        "spend": q > 2 and (q - 2) ** -0.5 < LEAST_SPREAD,
    }
    return " ".join(name for name, same in seen.items() if same)
