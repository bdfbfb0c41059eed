"""When to write to a new customer, and when to stop: the store's own hazard, priced."""

from math import inf, nan

import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError, TableError
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

OWN_EVENTS = 50  # returns behind a hazard from which on a store is placed by its own curve
NEAR_PEAK = 0.8  # of the peak's hazard: the days around it that count as the peak
EFFECT_DAYS = 14  # a touch is credited with returns in so many days
FIRST_DAY = 1  # of the first touch: thanks, and does it work
SPACING = 5  # days between two touches, at least
LEAD = 2  # days a touch comes before the returns it is placed for


def rhythm(
    hazard: pd.DataFrame,
    *,
    order_margin: float,
    touch_cost: float,
    believable_lift: float = 0.2,
    peers: pd.DataFrame | None = None,
    horizon: int = 90,
) -> pd.DataFrame:
    """One row: when first-time buyers return most, and the day after which a further touch no longer pays.

    The hazard is smoothed over three periods (returns and customers at risk pooled, the middle one counted
    twice). The peak is its largest value with 30 or more at risk; its days are those around it with at least
    80 % of that. A touch pays if the returns of the next 14 days, lifted by `believable_lift`, bring the
    margin it costs; the stop day is the last before it no longer does, from the peak on.

    hazard           of `repurchase.hazard`, in short periods (7 days): from_day, to_day, n_at_risk, n_events
    order_margin     margin of a further order, client currency
    touch_cost       cost of one touch: staff time and giveaway, client currency
    believable_lift  largest relative rise of the returns that a touch is trusted with
    peers            the same table of the peer group (rows of several stores are added up), used where fewer
                     than 50 returns stand behind the store's own
    horizon          last day of the plan

    Returns basis (own, peers or none), n_customers, n_events, peak_from_day, peak_to_day, peak_hazard (a
    period), stop_day (0: not even the first touch pays; never beyond the horizon), horizon, order_margin,
    touch_cost, believable_lift. NaN where there is no hazard to go by.
    Raises TableError if a column is missing, ArgumentError for costs or lifts that cannot be.

    >>> weeks = pd.DataFrame({"from_day": [1, 8, 15, 22], "to_day": [7, 14, 21, 28],
    ...                       "n_at_risk": [400, 380, 300, 280], "n_events": [20, 80, 20, 1]})
    >>> found = rhythm(weeks, order_margin=50, touch_cost=1, believable_lift=0.2)
    >>> found[["peak_from_day", "peak_to_day", "stop_day"]].astype(int).values.tolist()
    [[8, 14, 21]]
    """
    if not (touch_cost > 0 and believable_lift > 0 and horizon > 0):
        raise ArgumentError(
            "a touch needs a cost, a lift and a horizon above 0.",
            found=f"touch_cost={touch_cost!r}, believable_lift={believable_lift!r}, horizon={horizon!r}",
            fix="write touch_cost=1.5, believable_lift=0.2.",
        )
    curve, basis = _chosen(hazard, peers)
    limits = {
        "order_margin": float(order_margin),
        "touch_cost": touch_cost,
        "believable_lift": believable_lift,
    }
    first, n_events = (int(curve["n_at_risk"].max()), int(curve["n_events"].sum())) if len(curve) else (0, 0)
    found = {"basis": basis, "n_customers": first, "n_events": n_events}
    if basis == "none":
        days = dict.fromkeys(["peak_from_day", "peak_to_day", "peak_hazard", "stop_day"], nan)
        return pd.DataFrame([found | days | {"horizon": horizon} | limits])
    low, high, top = _peak(curve)
    need = _needed(curve, order_margin, touch_cost)
    days = {
        "peak_from_day": int(curve["from_day"].iloc[low]),
        "peak_to_day": int(curve["to_day"].iloc[high]),
        "peak_hazard": float(curve["smooth"].iloc[top]),
        "stop_day": min(horizon, _stop(curve, need, top, believable_lift)),
    }
    return pd.DataFrame([found | days | {"horizon": horizon} | limits])


def touches(
    rhythm: pd.DataFrame, hazard: pd.DataFrame, *, n: int = 6, peers: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per touch of the new-customer plan: its day, what it is, and what it must achieve to pay.

    The first comes on day 1. The others are placed where equal shares of the returns up to the stop day
    fall, two days ahead of them and at least five apart. Before the peak they inform; at the peak they name
    the next product and care in turn; only the last, for those who let the peak pass, may offer something.

    rhythm         the row of `rhythm`
    hazard, peers  as given to `rhythm`
    n              touches at most

    Returns touch_number (1, 2, …), after_days (of the first order), kind (care, content, next_product,
    offer), message, return_rate (chance to come back in the next 14 days, for somebody still waiting),
    waiting_rate (share still waiting then), break_even_lift (relative rise of the returns that pays for the
    touch). No row where no touch pays.
    Raises ArgumentError for n below 1.
    """
    if n < 1:
        raise ArgumentError("a plan has at least one touch.", found=repr(n), fix="write n=6.")
    columns = [
        "touch_number",
        "after_days",
        "kind",
        "message",
        "return_rate",
        "waiting_rate",
        "break_even_lift",
    ]
    told = rhythm.iloc[0]
    if not told["stop_day"] >= FIRST_DAY:
        return pd.DataFrame(columns=columns).astype({"touch_number": "int64", "after_days": "int64"})
    curve, _basis = _chosen(hazard, peers)
    need = _needed(curve, told["order_margin"], told["touch_cost"])
    days = _days(curve, int(told["stop_day"]), n)
    kinds = _kinds(days, told, curve["from_day"].iloc[_peak(curve)[2]])
    rows: list[list] = []
    for when, kind in zip(days, kinds, strict=True):
        place = int(np.searchsorted(curve["to_day"], when))
        place = min(place, len(curve) - 1)
        waiting = float(np.prod(1 - curve["smooth"].iloc[:place]))
        chance = _chance(curve, place)
        rows.append(
            [len(rows) + 1, when, kind, message(kind, first=not rows), chance, waiting, float(need[place])]
        )
    return pd.DataFrame(rows, columns=columns)


def message(kind: str, *, first: bool = False) -> str:
    """What a touch of this kind says; the first of a plan thanks for the order."""
    if first:
        return _("Thank you, and one question: does it do what it was bought for?")
    return {
        "care": lambda: _("How is it going? Help with what came up, nothing to sell"),
        "content": lambda: _("How to get the most out of it: a tip, a list, an answer others asked for"),
        "next_product": lambda: _("The product that follows, and why it goes with what they have"),
        "offer": lambda: _("A reason to come this week: a small offer, once"),
    }[kind]()


def followed(hazard: pd.DataFrame, peers: pd.DataFrame | None = None) -> pd.DataFrame:
    """The hazard the plan goes by, own or the peers', period by period and not smoothed: for a chart.

    Returns from_day, to_day, n_at_risk, n_events, hazard.
    """
    curve, _basis = _chosen(hazard, peers)
    return curve.assign(hazard=curve["n_events"] / curve["n_at_risk"]).drop(columns="smooth")


def _chosen(hazard: pd.DataFrame, peers: pd.DataFrame | None) -> tuple[pd.DataFrame, str]:
    """The curve to go by, smoothed, and whose it is."""
    own = _smoothed(hazard)
    if own["n_events"].sum() >= OWN_EVENTS:
        return own, "own"
    if peers is not None:
        keys = ["from_day", "to_day"]
        together = _smoothed(peers.groupby(keys, as_index=False)[["n_at_risk", "n_events"]].sum())
        if together["n_events"].sum() >= OWN_EVENTS:
            return together, "peers"
    return own, "none"


def _smoothed(hazard: pd.DataFrame) -> pd.DataFrame:
    needed = ["from_day", "to_day", "n_at_risk", "n_events"]
    missing = [name for name in needed if name not in hazard.columns]
    if missing:
        raise TableError(
            f"the hazard has no column {missing}.",
            found=list(hazard.columns),
            fix="give that of repurchase.hazard.",
        )
    curve = hazard[hazard["n_at_risk"] >= SMALLEST_BASE].sort_values("from_day", ignore_index=True)[needed]
    counts = curve[["n_at_risk", "n_events"]]
    sums = 2 * counts + counts.shift(1).fillna(0) + counts.shift(-1).fillna(0)
    return curve.assign(smooth=sums["n_events"] / sums["n_at_risk"])


def _peak(curve: pd.DataFrame) -> tuple[int, int, int]:
    """First, last and highest period of the peak."""
    smooth = curve["smooth"].to_numpy()
    top = int(smooth.argmax())
    near = smooth >= NEAR_PEAK * smooth[top]
    low = high = top
    while low > 0 and near[low - 1]:
        low -= 1
    while high + 1 < len(near) and near[high + 1]:
        high += 1
    return low, high, top


def _chance(curve: pd.DataFrame, place: int) -> float:
    """Share of those still waiting at the start of a period who return while a touch has its effect."""
    length = int(curve["to_day"].iloc[0] - curve["from_day"].iloc[0] + 1)
    periods = max(1, round(EFFECT_DAYS / length))
    return float(1 - np.prod(1 - curve["smooth"].iloc[place : place + periods]))


def _needed(curve: pd.DataFrame, order_margin: float, touch_cost: float) -> np.ndarray:
    """By period: the relative rise of the returns that pays for a touch at its start."""
    gains = np.array([_chance(curve, place) for place in range(len(curve))]) * order_margin
    return np.divide(touch_cost, gains, out=np.full(len(curve), inf), where=gains > 0)


def _stop(curve: pd.DataFrame, need: np.ndarray, top: int, believable_lift: float) -> int:
    """The last day before a touch stops paying, from the peak on; 0 if it does not even pay there."""
    if need[top] > believable_lift:
        return 0
    late = np.flatnonzero(need[top:] > believable_lift)
    last = top + late[0] - 1 if len(late) else len(curve) - 1
    return int(curve["to_day"].iloc[last])


def _days(curve: pd.DataFrame, stop: int, n: int) -> list[int]:
    """The days of the touches: the first at once, the others ahead of equal shares of the returns."""
    reach = curve[curve["from_day"] <= stop]
    smooth = reach["smooth"].to_numpy()
    back = smooth * np.concatenate([[1.0], np.cumprod(1 - smooth)[:-1]])
    ends = np.minimum(reach["to_day"].to_numpy(), stop)
    mass = np.concatenate([[0.0], back.cumsum()])
    edges = np.concatenate([[0.0], ends])
    targets = np.interp(mass[-1] * np.arange(1, n) / n, mass, edges)
    days = [FIRST_DAY]
    for target in targets:
        when = max(round(target) - LEAD, days[-1] + SPACING)
        if when <= stop:
            days.append(when)
    return days


def _kinds(days: list[int], told, top_day: int) -> list[str]:
    """Care first; information before the peak; at it the next product and care in turn; an offer last."""
    kinds: list[str] = []
    for when in days:
        if not kinds:
            kinds.append("care")
        elif len(kinds) == 1 or when < told["peak_from_day"] - LEAD:
            kinds.append("content")
        else:
            kinds.append("care" if kinds[-1] == "next_product" else "next_product")
    if len(days) > 2 and days[-1] > top_day:
        kinds[-1] = "offer"
    return kinds
