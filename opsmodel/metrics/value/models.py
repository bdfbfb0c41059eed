"""The two value models, fitted by maximum likelihood: how often customers buy, and for how much."""

from collections.abc import Callable
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import require
from opsmodel.metrics.rates import Z95
from opsmodel.metrics.value import purchases, spending
from opsmodel.metrics.value.maximum import maximum
from opsmodel.metrics.value.summary import check

MODELS = tuple(purchases.CHANCES_AT_START)
SEEN = ["frequency", "recency", "T"]


@dataclass(frozen=True)
class _Fitted:
    """What both models tell of their fit.

    params          parameter -> value, by their usual names
    errors          parameter -> standard error; NaN where the likelihood does not bend enough to say
    log_likelihood  at the maximum
    n               customers fitted
    converged       the maximum was found; a parameter may be without limit (no spread among customers)
    """

    params: dict[str, float]
    errors: dict[str, float] = field(default_factory=dict)
    log_likelihood: float = np.nan
    n: int = 0
    converged: bool = True

    def table(self) -> pd.DataFrame:
        """One row per parameter: parameter, value, standard_error, value_low, value_high (95 %, on logs)."""
        value, error = pd.Series(self.params), pd.Series(self.errors, dtype=float).reindex(list(self.params))
        spread = np.exp(Z95 * error / value)
        columns = {"value": value, "standard_error": error, "value_low": value / spread}
        table = pd.DataFrame({**columns, "value_high": value * spread})
        return table.rename_axis("parameter").reset_index()


@dataclass(frozen=True)
class Spend(_Fitted):
    """A fitted Gamma–Gamma model: p, q, v."""

    @property
    def mean(self) -> float:
        """What a purchase of any customer brings on average; NaN where q is not above 1."""
        p, q, v = self.params.values()
        return p * v / (q - 1) if q > 1 else np.nan

    def predict(self, summary):
        """The summary with expected_spend: the mean of each customer's purchases to come, client currency.

        Lazy for an Ibis table; for a DataFrame a DataFrame, row by row. A customer without repeat gets
        everybody's mean.
        """

        def score(table: ir.Table) -> ir.Table:
            return table.mutate(expected_spend=self.expected(table))

        return _row_by_row(summary, ["frequency", "monetary"], score)

    def expected(self, table: ir.Table) -> ir.Value:
        """The column `expected_spend`, of a table with frequency and monetary."""
        p, q, v = self.params.values()
        x = table.frequency.cast("float64")
        known = (table.frequency > 0) & (table.monetary > 0).fill_null(False)
        return known.ifelse(spending.expected(p, q, v, x, table.monetary), ibis.literal(self.mean))


@dataclass(frozen=True)
class Purchases(_Fitted):
    """A fitted BG/NBD or MBG/NBD model: r, alpha, a, b.

    model  bg_nbd or mbg_nbd
    unit   what its times are counted in, as told to `fit`
    """

    model: str = "mbg_nbd"
    unit: str = "period"

    def predict(self, summary, periods: float, *, spend: Spend | None = None):
        """What each customer will do in the next `periods`.

        summary  the table of `value.summarize`, in the unit the model was fitted in
        periods  the horizon, in that unit
        spend    a fitted Gamma–Gamma model, to put money to it

        Returns the columns of the summary, then expected_orders (purchase occasions in the horizon), p_alive
        (chance of not being lost for good), with `spend` also expected_spend (client currency a purchase) and
        expected_value (in the horizon); horizon and unit. Lazy for an Ibis table; for a DataFrame a DataFrame
        with its rows and index as they stood.
        Raises ArgumentError for a horizon that is not above 0, TableError if a column is missing.
        """
        if not periods > 0:
            raise ArgumentError(
                "a horizon is a number above 0.", found=repr(periods), fix="write periods=52 for 52 weeks."
            )

        def score(table: ir.Table) -> ir.Table:
            keys = table.select(*SEEN).distinct().execute()
            x, t_x, t = (keys[name].to_numpy(float) for name in SEEN)
            keys["expected_orders"] = self.expected(x, t_x, t, periods)
            keys["p_alive"] = self.p_alive(x, t_x, t)
            scored = ibis.memtable(keys.rename(columns={name: f"{name}_key" for name in SEEN}))
            found = table.left_join(scored, [table[name] == scored[f"{name}_key"] for name in SEEN])
            found = found.select(*table.columns, "expected_orders", "p_alive")
            if spend is not None:
                found = found.mutate(expected_spend=spend.expected(found))
                found = found.mutate(expected_value=found.expected_orders * found.expected_spend)
            return found.mutate(horizon=ibis.literal(float(periods)), unit=ibis.literal(self.unit))

        return _row_by_row(summary, SEEN, score)

    def expected(self, x, t_x, T, periods) -> np.ndarray:  # noqa: N803
        """Purchases expected in the next `periods` of customers with this past."""
        r, alpha, a, b = self.params.values()
        return purchases.expected(r, alpha, a, b, x, t_x, T, periods, start=self._start)

    def p_alive(self, x, t_x, T) -> np.ndarray:  # noqa: N803
        """The chance that customers with this past are not lost for good."""
        r, alpha, a, b = self.params.values()
        return purchases.p_alive(r, alpha, a, b, x, t_x, T, start=self._start)

    def expected_from_start(self, age) -> np.ndarray:
        """Repeat purchases expected of a new customer by that age."""
        r, alpha, a, b = self.params.values()
        return purchases.expected_from_start(r, alpha, a, b, np.asarray(age, float), start=self._start)

    @property
    def _start(self) -> int:
        return purchases.CHANCES_AT_START[self.model]


def fit(summary, *, model: str = "mbg_nbd", unit: str = "period") -> Purchases:
    """A model of how often customers buy and when they stop, fitted to a summary by maximum likelihood.

    BG/NBD holds every customer with one purchase for alive, however long ago: hence MBG/NBD by default.
    Customers alike in frequency, recency and T are counted in the engine and fitted as one row, so that a
    million of them take about a second.

    summary  the table of `value.summarize`: frequency, recency, T
    model    mbg_nbd or bg_nbd
    unit     the unit the summary was made in; written beside every horizon

    Returns a Purchases: params (r, alpha, a, b), errors, log_likelihood, n, converged, predict.
    Raises TableError if a column is missing, ArgumentError for another model or with nobody to fit.
    Source: Fader, Hardie & Lee 2005; Batislam, Denizel & Filiztekin 2007.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> from opsmodel.metrics.value.summary import summarize
    >>> summary = summarize(seven_customer_shop().orders, as_of="2024-06-30", unit="week")
    >>> fitted = fit(summary, unit="week")
    >>> sorted(fitted.params), fitted.n
    (['a', 'alpha', 'b', 'r'], 7)
    """
    check(model=(model, MODELS))
    table = require(summary, "summary", SEEN)
    counted = table.group_by(SEEN).agg(n=table.count()).execute().sort_values(SEEN)
    _somebody(len(counted), "no customer to fit.")
    x, t_x, t, n = (counted[name].to_numpy(float) for name in [*SEEN, "n"])
    start = purchases.CHANCES_AT_START[model]
    age = max(float(np.average(t, weights=n)), 1e-3)
    found = maximum(
        lambda logs: purchases.log_likelihood(logs, x, t_x, t, n, start=start),
        {"r": 1.0, "alpha": age, "a": 1.0, "b": 1.0},
        {"r": 0.3, "alpha": age / 5, "a": 0.5, "b": 3.0},
    )
    return Purchases(**found, n=int(n.sum()), model=model, unit=unit)


def fit_spend(summary) -> Spend:
    """A model of what a purchase brings, by customer, fitted to those with a repeat purchase.

    summary  the table of `value.summarize`: frequency, monetary. Customers without a repeat, or with a mean
             that is not above 0 (a loss, with measure="margin"), are left out; `n` says how many are in

    Returns a Spend: params (p, q, v), errors, log_likelihood, n, converged, mean, predict.
    Raises TableError if a column is missing, ArgumentError with nobody to fit.
    Source: Fader & Hardie 2013.

    >>> summary = pd.DataFrame({"frequency": [2, 1, 4, 0], "monetary": [20.0, 35.0, 28.0, 0.0]})
    >>> fit_spend(summary).n
    3
    """
    table = require(summary, "summary", ["frequency", "monetary"])
    kept = table.filter((table.frequency > 0) & (table.monetary > 0))
    rows = kept.select("frequency", "monetary").execute().sort_values(["frequency", "monetary"])
    _somebody(len(rows), "no customer with a repeat purchase to fit.")
    x, m = rows["frequency"].to_numpy(float), rows["monetary"].to_numpy(float)
    size = float(np.median(m))
    found = maximum(
        lambda logs: spending.log_likelihood(logs, x, m),
        {"p": 1.0, "q": 3.0, "v": 2 * size},
        {"p": 6.0, "q": 4.0, "v": size / 2},
    )
    return Spend(**found, n=len(rows))


def _somebody(n: int, wrong: str) -> None:
    if not n:
        raise ArgumentError(wrong, found="0 rows", fix="use a longer file or a later as_of.")


def _row_by_row(summary, columns: list[str], score: Callable[[ir.Table], ir.Table]):
    """The scored summary: lazy for an Ibis table; a DataFrame keeps the order of its rows and its index."""
    if not isinstance(summary, pd.DataFrame):
        return score(require(summary, "summary", columns))
    rows = summary.reset_index(drop=True).assign(_row=np.arange(len(summary)))
    found = score(require(rows, "summary", columns)).execute().sort_values("_row")
    return found.drop(columns="_row").set_axis(summary.index)
