"""The same questions asked of a client instead of a history: what a page computes once for the chain.

Where stores or periods are too few, `measured`, `noticed`, `proposed` and `graded` return no row.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pandas as pd

from opsmodel.errors import TooFewError
from opsmodel.metrics.pilot.choice import choose
from opsmodel.metrics.pilot.effect import effect, paths, placebos
from opsmodel.metrics.pilot.grade import grade
from opsmodel.metrics.pilot.kpis import history
from opsmodel.metrics.pilot.power import EFFECTS, power
from opsmodel.metrics.pilot.replicability import replicability
from opsmodel.metrics.pilot.robustness import robustness
from opsmodel.metrics.pilot.rollout import comparability
from opsmodel.metrics.rates import SEED

LARGE = (0.75, 1.0, 1.5, 2.0)  # lifts that only a small chain needs to look at
RATE = ["detected_rate", "detected_rate_low", "detected_rate_high"]
GRADED = ["size_difference", "recent_difference", "mde", "change_expected", "warnings"]
BEFORE = {"week": 26, "month": 6}  # periods a running pilot is compared with


def measured(
    client, *, stores: Sequence[str], start, end=None, kpi: str = "revenue", period: str = "week"
) -> pd.DataFrame:
    """`effect` of a pilot of the client, against the half year before its start; no row if that is too soon.

    >>> measured(open_client("demo"), stores=["S003"], start="2025-04-07")  # doctest: +SKIP
    """
    rows = history(client, kpi=kpi, period=period)
    with _told_in_columns(), suppress(TooFewError):
        return effect(rows, **_asked(stores, start, end, period))
    return pd.DataFrame(columns=["estimator"], dtype="str")


def checked(
    client,
    *,
    stores: Sequence[str],
    start,
    end=None,
    kpi: str = "revenue",
    period: str = "week",
    neighbours=None,
) -> pd.DataFrame:
    """`robustness` of a pilot of the client; arguments as in `measured`."""
    asked = _asked(stores, start, end, period)
    with _told_in_columns():
        return robustness(history(client, kpi=kpi, period=period), neighbours=neighbours, **asked)


def drawn(
    client, *, stores: Sequence[str], start, end=None, kpi: str = "revenue", period: str = "week"
) -> pd.DataFrame:
    """`paths` of a pilot of the client; arguments as in `measured`."""
    with _told_in_columns():
        return paths(history(client, kpi=kpi, period=period), **_asked(stores, start, end, period))


def by_chance(
    client, *, stores: Sequence[str], start, end=None, kpi: str = "revenue", period: str = "week"
) -> pd.DataFrame:
    """`placebos` of a pilot of the client; arguments as in `measured`."""
    with _told_in_columns():
        return placebos(history(client, kpi=kpi, period=period), **_asked(stores, start, end, period))


def repeated(client, *, lift: float, kpi: str = "revenue", weeks: int = 8) -> pd.DataFrame:
    """`replicability` by the waves of the client's stores table."""
    waves = client.chain.stores.select("store_id", "wave", "started_on").execute()
    return replicability(history(client, kpi=kpi), waves=waves, lift=lift, weeks=weeks)


def noticed(
    client,
    *,
    n: int = 10,
    stores: Sequence[str] | None = None,
    weeks: int = 8,
    kpi: str = "revenue",
    until=None,
) -> pd.DataFrame:
    """`power` in the client's own past, up to `until` (the start of a pilot that runs already)."""
    past = _until(history(client, kpi=kpi), until)
    with suppress(TooFewError):
        return power(past, n=n, stores=stores, weeks=weeks, effects=(*EFFECTS, *LARGE))
    return pd.DataFrame(columns=["lift_rate", "n_replays", *RATE, "mde"], dtype=float)


def graded(
    client, *, stores: Sequence[str], weeks: int = 8, kpi: str = "revenue", until=None
) -> pd.DataFrame:
    """`grade` of a choice of the client's stores, by what was known at `until`; no row for no store."""
    if not stores:
        return pd.DataFrame(columns=GRADED, dtype=float)
    return grade(_until(history(client, kpi=kpi), until), stores=stores, weeks=weeks)


@contextmanager
def _told_in_columns() -> Iterator[None]:
    """A page tells the stores left out in its table (n_left_out), not by a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ stores have a zero")
        yield


def proposed(
    client,
    *,
    n: int = 10,
    kpi: str = "revenue",
    by: Sequence[str] = (),
    method: str = "stratified",
    seed: int = SEED,
) -> pd.DataFrame:
    """`choose` among the stores of the client, with their names.

    by  columns of the stores table to stratify by: region, city_tier, format
    """
    told = client.chain.stores.select("store_id", "store_name", *by).execute()
    rows = history(client, kpi=kpi).merge(told, left_on="unit", right_on="store_id")
    try:
        found = choose(rows, n=n, by=list(by), method=method, seed=seed).rename(columns={"unit": "store_id"})
    except TooFewError:
        return pd.DataFrame(columns=["store_id", "store_name", "stratum", "n_stratum", *by], dtype="str")
    names = told.set_index("store_id")["store_name"]
    found.insert(1, "store_name", found["store_id"].map(names))
    return found


def best_lately(client, *, n: int = 10, kpi: str = "revenue", weeks: int = 4) -> pd.DataFrame:
    """The n stores with the most in the last weeks: the choice not to make, to be graded beside others.

    Returns store_id and value (KPI a week), the best first.
    """
    rows = history(client, kpi=kpi)
    last = rows[rows["period"].isin(sorted(rows["period"].unique())[-weeks:])]
    means = last.groupby("unit")["value"].mean().nlargest(n)
    return means.rename_axis("store_id").reset_index()


def alike(client, *, stores: Sequence[str], kpi: str = "revenue") -> pd.DataFrame:
    """`comparability` of the client's other stores with those of a pilot."""
    return comparability(history(client, kpi=kpi), stores=stores)


def _until(rows: pd.DataFrame, until) -> pd.DataFrame:
    return rows if until is None else rows[rows["period"] + pd.Timedelta(days=7) <= pd.Timestamp(until)]


def _asked(stores, start, end, period: str) -> dict:
    if end is not None:  # noon, so that a Monday is told from the week that begins with it
        end = pd.Timestamp(end) + pd.Timedelta(hours=12)
    return {"treated": list(stores), "start": start, "end": end, "before": BEFORE[period]}
