"""Value: a model fitted to a million customers and all of them scored; LTV over 20 million orders.

The customers are simulated from known MBG/NBD parameters, in whole days; every program fits the same model
to the same summary and foretells the next 26 weeks for each. `lifetimes` may fail to converge: it is left
out then, with its own message. pymc-marketing takes the maximum of the posterior under its default priors,
which so many customers outweigh; it gets an environment of its own. LTV is LTV_90, _180 and _360 over all
orders, against hand-written SQL.

    python benchmarks/value.py --rows 2000000        # orders; a twentieth as many customers to fit
"""

from pathlib import Path

from _race import AS_OF, BUILD, PAID, apart, duckdb_rows, ibis_orders, race

WINDOWS = (90, 180, 360)
WEEKS = 26.0


def customers(path: Path) -> Path:
    """The summary of simulated customers: a twentieth of the orders of `path`, made once."""
    import numpy as np
    import pandas as pd

    n = max(int(path.stem.split("_")[1]) // 20, 1000)
    made = BUILD / f"customers_{n}.parquet"
    if made.exists():
        return made
    rng = np.random.default_rng(7)
    rate, stop = rng.gamma(0.6, 1 / 35, n), rng.beta(0.9, 2.5, n)
    age = rng.integers(30, 730, n).astype(float)
    left = rng.geometric(stop.clip(1e-12)).astype(float) - 1
    frequency, recency, time = np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(200):
        time = np.ceil(time + rng.exponential(1 / rate))
        going = (left > 0) & (time <= age)
        if not going.any():
            break
        frequency, recency = frequency + going, np.where(going, time, recency)
        left, time = left - going, np.where(going, time, np.inf)
    table = {"customer_id": np.arange(n), "frequency": frequency.astype("int64"), "recency": recency / 7}
    pd.DataFrame({**table, "T": age / 7}).to_parquet(made)
    return made


def opsmodel_fit_and_score(path: Path) -> list:
    import ibis

    from opsmodel import value

    summary = ibis.duckdb.connect(threads=2).read_parquet(customers(path))
    fitted = value.fit(summary, model="mbg_nbd", unit="week")
    scored = fitted.predict(summary, WEEKS)
    sums = scored.agg(orders=scored.expected_orders.sum(), alive=scored.p_alive.sum()).execute()
    return _told(fitted.log_likelihood, *map(float, sums.iloc[0]))


def lifetimes_fit_and_score(path: Path) -> list:
    import numpy as np
    import pandas as pd
    from lifetimes import ModifiedBetaGeoFitter

    table = pd.read_parquet(customers(path))
    seen = [table[name] for name in ("frequency", "recency", "T")]
    model = ModifiedBetaGeoFitter().fit(*seen)
    orders = model.conditional_expected_number_of_purchases_up_to_time(WEEKS, *seen)
    alive = model.conditional_probability_alive(*seen)
    logs = np.log(model.params_[["r", "alpha", "a", "b"]].to_numpy())
    loss = model._negative_log_likelihood(logs, *seen, weights=np.ones(len(table)), penalizer_coef=0)
    return _told(float(-loss * len(table)), float(np.sum(orders)), float(np.sum(alive)))


@apart("pymc-marketing", "duckdb")
def pymc_marketing_fit_and_score(path: Path) -> list:
    import duckdb
    import pymc
    from pymc_marketing.clv import ModifiedBetaGeoModel
    from pymc_marketing.clv.distributions import ModifiedBetaGeoNBD

    table = duckdb.sql(f"FROM '{customers(path)}'").df()
    model = ModifiedBetaGeoModel(data=table)
    model.fit(method="map", progressbar=False)
    at = {name: float(model.fit_result[name].mean()) for name in ("a", "b", "r", "alpha")}
    seen = ModifiedBetaGeoNBD.dist(**at, T=table["T"].to_numpy())
    likelihood = pymc.logp(seen, table[["recency", "frequency"]].to_numpy()).sum().eval()
    orders = model.expected_purchases(future_t=WEEKS).sum()
    return _told(float(likelihood), float(orders), float(model.expected_probability_alive().sum()))


def _told(log_likelihood: float, orders: float, alive: float) -> list:
    return [["log_likelihood", log_likelihood], ["orders", orders], ["alive", alive]]


def opsmodel_ltv(path: Path) -> list:
    from opsmodel import value

    table = value.ltv(ibis_orders(path), as_of=AS_OF, within_days=WINDOWS)
    return list(map(list, zip(table["within_days"], table["ltv"], strict=True)))


def sql_ltv_join(path: Path) -> list:
    """Every order joined to its customer's first day; means only, neither interval nor twin."""
    sums = ", ".join(f"sum(net) FILTER (day - first <= {n}) AS v{n}" for n in WINDOWS)
    old = f"DATE '{AS_OF}' - first"
    means = ", ".join(f"avg(v{n}) FILTER ({old} >= {n})" for n in WINDOWS)
    (row,) = duckdb_rows(
        f"""WITH o AS (SELECT customer_id, ordered_at::DATE AS day, amount - refund_amount AS net
                       FROM '{path}' WHERE {PAID}),
        f AS (SELECT customer_id, min(day) AS first FROM o GROUP BY 1),
        c AS (SELECT customer_id, any_value(first) AS first, {sums}
              FROM o JOIN f USING (customer_id) GROUP BY 1)
        SELECT {means} FROM c"""
    )
    return [[n, float(mean)] for n, mean in zip(WINDOWS, row, strict=True)]


def sql_ltv_lists(path: Path) -> list:
    """A list of days and amounts a customer: one aggregation, no join."""
    sums = ", ".join(
        f"list_sum(list_transform(list_filter(l, lambda x: x.day - first <= {n}), lambda x: x.net)) AS v{n}"
        for n in WINDOWS
    )
    old = f"DATE '{AS_OF}' - first"
    means = ", ".join(f"avg(v{n}) FILTER ({old} >= {n})" for n in WINDOWS)
    (row,) = duckdb_rows(
        f"""WITH c AS (SELECT min(ordered_at::DATE) AS first,
                list({{'day': ordered_at::DATE, 'net': amount - refund_amount}}) AS l
            FROM '{path}' WHERE {PAID} GROUP BY customer_id), v AS (SELECT first, {sums} FROM c)
        SELECT {means} FROM v"""
    )
    return [[n, float(mean)] for n, mean in zip(WINDOWS, row, strict=True)]


FIT = "MBG/NBD fitted and every customer scored"
FAMILIES = {
    FIT: [
        opsmodel_fit_and_score,
        lifetimes_fit_and_score,
        pymc_marketing_fit_and_score,
    ],
    "LTV within 90, 180 and 360 days": [opsmodel_ltv, sql_ltv_join, sql_ltv_lists],
}

if __name__ == "__main__":
    race(FAMILIES, __file__, __doc__, within={FIT: 0.005})  # optimisers do not stop at the very same place
