"""The action ledger: what was said, what was done, and what moved, beyond noise and beside other stores."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names, day
from opsmodel.intake.kpis import parse
from opsmodel.metrics.absent import sent
from opsmodel.metrics.rates import NOISE, SMALLEST_BASE, against_peers, wilson
from opsmodel.metrics.sop.kpis import is_measured, since
from opsmodel.metrics.sop.ticks import ordered

BEFORE_DAYS = 182  # what came before an action, to compare with
SAID = ["action_id", "finding", "play", "owner", "due_on", "status", "kpi", "baseline", "remeasure_on"]
FOUND = [
    "is_overdue", "measured_until", "n_since", "value", "value_low", "value_high", "n_before", "before",
    "change", "change_low", "change_high", "p_value", "elsewhere_change", "moved",
]  # fmt: skip


def actions(
    client, *, as_of=None, before_days: int = BEFORE_DAYS, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per agreed action: its KPI before and since its due day, and whether that is more than noise.

    Measured again are cases that began after the due day (tasks due, adds, first orders) and whose window was
    over by `remeasure_on`, or by `as_of` if that comes first: cases of before cannot show what changed. The
    noise of both sides counts, so the comparison is with the same number in the `before_days` up to the due
    day, not with the bare baseline. What other stores without an action on this KPI did in the same
    weeks stands beside it; what moved there as well was not moved by the action.

    client       a client or store, with actions and the tables their KPIs need
    as_of        last day observed, inclusive; default: the client's
    before_days  days up to the due day that are compared with
    by           columns that come first in the result: store_id

    Returns `by`, store_id, the columns of actions, then is_overdue (open past its due day), measured_until
    (day), n_since (cases since), value with value_low, value_high (Wilson), n_before, before, change (value
    less before) with its 95 % interval, p_value (Fisher), elsewhere_change, moved: up or down (beyond noise,
    p ≤ 0.05), still (no more than noise), waiting (under 30 cases on a side so far), dropped, or unknown (a
    KPI that is not measured here).
    Raises TableError if a table or column is missing.
    Source: own definition; interval of the change after Newcombe 1998, method 10.

    >>> actions(open_client("demo").store("S007"))  # doctest: +SKIP
    """
    if isinstance(before_days, bool) or before_days < 1:
        raise ArgumentError(
            "before_days is 1 or more.", found=repr(before_days), fix="write before_days=182."
        )
    end, chain = day(as_of or client.as_of), client.chain
    said, busy = (sent(shop, "actions").to_pandas() for shop in (client, chain))
    measured = [_measured(chain, row, busy, end, before_days) for row in said.to_dict("records")]
    first = [*dict.fromkeys([*column_names(by), "store_id", *SAID])]
    table = pd.concat([said.reindex(columns=first), pd.DataFrame(measured, columns=FOUND)], axis=1)
    floats = [c for c in FOUND if c not in ("is_overdue", "measured_until", "n_since", "n_before", "moved")]
    types = {
        **dict.fromkeys([*floats, "baseline"], float),
        "n_since": "int64",
        "n_before": "int64",
        "moved": "str",
    }
    table["measured_until"] = pd.to_datetime(table["measured_until"])
    return ordered(table.astype(types), [*column_names(by), "due_on", "action_id"])


def _measured(chain, row: dict, busy: pd.DataFrame, end: date, before_days: int) -> dict:
    """What is found out about one action."""
    due, again = _date(row["due_on"]), _date(row["remeasure_on"])
    until = min(end, again) if again else end
    told = {"is_overdue": row["status"] == "open" and due is not None and due < end, "measured_until": until}
    empty = {"n_since": 0, "n_before": 0, "moved": "dropped" if row["status"] == "dropped" else "unknown"}
    if row["status"] == "dropped" or due is None or not is_measured(chain, row["kpi"]):
        return told | empty
    sides = _sides(chain, row["kpi"], due, until, before_days)
    others = busy.loc[busy["kpi"].eq(row["kpi"]) & busy["status"].ne("dropped"), "store_id"]
    here = sides[sides["store_id"] == row["store_id"]][["k", "n", "k_before", "n_before"]].sum()
    there = sides[~sides["store_id"].isin([*others, row["store_id"]])][
        ["k", "n", "k_before", "n_before"]
    ].sum()
    return told | _compared(here, there)


def _compared(here: pd.Series, there: pd.Series) -> dict:
    k, n, k_before, n_before = here
    value, before = _rate(k, n), _rate(k_before, n_before)
    (low, below), (high, above) = wilson([k, k_before], [n, n_before])
    change = value - before
    p = float(against_peers(k, n, k_before, n_before))
    side = "up" if change > 0 else "down"
    seen = min(n, n_before) >= SMALLEST_BASE
    return {
        "n_since": int(n), "value": value, "value_low": low, "value_high": high,
        "n_before": int(n_before), "before": before, "change": change,
        "change_low": change - ((value - low) ** 2 + (above - before) ** 2) ** 0.5,
        "change_high": change + ((high - value) ** 2 + (before - below) ** 2) ** 0.5,
        "p_value": p,
        "elsewhere_change": _rate(there["k"], there["n"]) - _rate(there["k_before"], there["n_before"]),
        "moved": "waiting" if not seen else side if p <= NOISE else "still",
    }  # fmt: skip


def _sides(chain, kpi: str, due: date, until: date, before_days: int) -> pd.DataFrame:
    """store_id, k, n of the cases since the due day, k_before, n_before of those up to it."""
    # as at the due day: whoever began so late before it that the window reaches past it is on neither side
    after = since(chain, kpi, due + timedelta(days=1), as_of=until)
    before = since(chain, kpi, due - timedelta(days=before_days + parse(kpi)[1] - 1), as_of=due)
    both = after.merge(before, on="store_id", how="outer", suffixes=("", "_before"))
    return both.fillna({"k": 0, "n": 0, "k_before": 0, "n_before": 0})


def _rate(k: float, n: float) -> float:
    return k / n if n > 0 else float("nan")


def _date(value) -> date | None:
    return None if pd.isna(value) else day(value)
