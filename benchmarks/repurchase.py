"""Repurchase of 20 million orders: opsmodel, hand-written DuckDB SQL, data frames, ClickHouse.

The share of customers back within 30, 60, 90, 180 and 360 days, for the chain and for every store of a
first order. Every contender reads the same Parquet file with two threads.

    python benchmarks/repurchase.py --rows 2000000
"""

from pathlib import Path

from _race import AS_OF, PAID, THREADS, arrow_orders, duckdb_rows, ibis_orders, race

WINDOWS = (30, 60, 90, 180, 360)
PAID_DAYS = f"SELECT customer_id, store_id, ordered_at, ordered_at::DATE AS day FROM '{{path}}' WHERE {PAID}"
COUNTS = ", ".join(
    f"count(*) FILTER (WHERE first + {n} <= DATE '{AS_OF}' AND second - first <= {n})" for n in WINDOWS
)


def opsmodel_chain(path: Path) -> list:
    return _opsmodel(path, None)


def opsmodel_stores(path: Path) -> list:
    return _opsmodel(path, "store_id")


def _opsmodel(path: Path, by: str | None) -> list:
    from opsmodel import repurchase

    table = repurchase.curve(ibis_orders(path), as_of=AS_OF, within_days=WINDOWS, by=by)
    store = table["store_id"] if by else ["chain"] * len(table)
    return list(zip(store, table["within_days"].tolist(), table["n_repurchased"].tolist(), strict=True))


def sql_chain_lists(path: Path) -> list:
    """A list of days a customer; the lowest above the first."""
    return _counts(
        path,
        f"""WITH o AS ({PAID_DAYS}),
        d AS (SELECT min(day) AS first, list(day) AS days FROM o GROUP BY customer_id),
        w AS (SELECT 'chain' AS store, first, list_min(list_filter(days, lambda x: x > first)) AS second
              FROM d)
        SELECT store, {COUNTS} FROM w GROUP BY 1""",
    )


def sql_chain_join(path: Path) -> list:
    """Every order joined to its customer's first day."""
    return _counts(
        path,
        f"""WITH o AS ({PAID_DAYS}), f AS (SELECT customer_id, min(day) AS first FROM o GROUP BY 1),
        w AS (SELECT 'chain' AS store, any_value(first) AS first,
                     min(day) FILTER (WHERE day > first) AS second
              FROM o JOIN f USING (customer_id) GROUP BY customer_id)
        SELECT store, {COUNTS} FROM w GROUP BY 1""",
    )


def sql_chain_two(path: Path) -> list:
    """The two lowest times a customer; the few with both on one day by a join that reads once more."""
    return _counts(path, _two("'chain'", "'chain'"))


def sql_stores_two(path: Path) -> list:
    return _counts(path, _two("arg_min(store_id, ordered_at)", "any_value(store)"))


def _two(store: str, same: str) -> str:
    return f"""WITH o AS NOT MATERIALIZED ({PAID_DAYS}),
        t AS (SELECT customer_id, {store} AS store, min(ordered_at, 2) AS two FROM o GROUP BY customer_id),
        d AS (SELECT customer_id, store, two[1]::DATE AS first, two[2]::DATE AS second FROM t),
        w AS (SELECT store, first, second FROM d WHERE second IS DISTINCT FROM first UNION ALL
              SELECT {same}, any_value(first), min(day) FILTER (WHERE day > first)
              FROM o JOIN (FROM d WHERE second = first) USING (customer_id) GROUP BY customer_id)
        SELECT store, {COUNTS} FROM w GROUP BY 1"""


def sql_stores_join(path: Path) -> list:
    """Every order joined to its customer's first day and store."""
    return _counts(
        path,
        f"""WITH o AS ({PAID_DAYS}),
        f AS (SELECT customer_id, min(day) AS first, arg_min(store_id, ordered_at) AS store
              FROM o GROUP BY 1),
        w AS (SELECT any_value(store) AS store, any_value(first) AS first,
                     min(day) FILTER (WHERE day > first) AS second
              FROM o JOIN f USING (customer_id) GROUP BY customer_id)
        SELECT store, {COUNTS} FROM w GROUP BY 1""",
    )


def _counts(path: Path, sql: str) -> list:
    rows = duckdb_rows(sql.format(path=path))
    return [[store, n, count] for store, *counts in rows for n, count in zip(WINDOWS, counts, strict=True)]


def pandas_chain(path: Path) -> list:
    return _pandas(path, ["customer_id"])


def pandas_stores(path: Path) -> list:
    return _pandas(path, ["customer_id", "store_id"])


def _pandas(path: Path, columns: list[str]) -> list:
    import pandas as pd

    frame = arrow_orders(path, *columns).to_pandas()
    frame["customer_id"] = frame["customer_id"].astype("category").cat.codes  # twice as fast as text
    frame["day"] = frame["ordered_at"].dt.normalize()
    who = frame.groupby("customer_id")["day"].min().to_frame("first")
    later = frame[frame["day"] > frame["customer_id"].map(who["first"])]
    who["second"] = later.groupby("customer_id")["day"].min()
    who["store"] = "chain"
    if "store_id" in columns:
        start = frame.loc[frame.groupby("customer_id")["ordered_at"].idxmin()]
        who["store"] = start.set_index("customer_id")["store_id"]
    result = []
    for n in WINDOWS:
        window = pd.Timedelta(days=n)
        back = (who["first"] + window <= pd.Timestamp(AS_OF)) & (who["second"] - who["first"] <= window)
        result += [[store, n, int(k)] for store, k in back.groupby(who["store"]).sum().items()]
    return result


def polars_chain(path: Path) -> list:
    return _polars(path, stores=False)


def polars_stores(path: Path) -> list:
    return _polars(path, stores=True)


def _polars(path: Path, stores: bool) -> list:
    import polars as pl

    rows = pl.scan_parquet(path).filter(pl.col("amount") > pl.col("refund_amount"))
    rows = rows.select("customer_id", "store_id", "ordered_at", pl.col("ordered_at").dt.date().alias("day"))
    store = pl.col("store_id").sort_by("ordered_at").first() if stores else pl.lit("chain").first()
    who = rows.group_by("customer_id").agg(
        store.alias("store"),
        pl.col("day").min().alias("first"),
        pl.col("day").filter(pl.col("day") > pl.col("day").min()).min().alias("second"),
    )
    gap = (pl.col("second") - pl.col("first")).dt.total_days()
    age = (pl.lit(AS_OF).str.to_date() - pl.col("first")).dt.total_days()
    table = (
        who.group_by("store").agg(((age >= n) & (gap <= n)).sum().alias(str(n)) for n in WINDOWS).collect()
    )
    return [[row[0], n, count] for row in table.rows() for n, count in zip(WINDOWS, row[1:], strict=True)]


def chdb_chain(path: Path) -> list:
    return _chdb(path, "'chain'")


def chdb_stores(path: Path) -> list:
    return _chdb(path, "argMin(store_id, ordered_at)")


def _chdb(path: Path, store: str) -> list:
    import chdb

    counts = ", ".join(
        f"countIf(f + {n} <= toDate('{AS_OF}') AND has_next AND s - f <= {n})" for n in WINDOWS
    )
    answer = chdb.query(
        f"""SELECT store, {counts} FROM (
            SELECT {store} AS store, groupArray(toDate(ordered_at)) AS days, arrayMin(days) AS f,
                   arrayFilter(x -> x > f, days) AS later, notEmpty(later) AS has_next, arrayMin(later) AS s
            FROM file('{path}') WHERE amount > refund_amount GROUP BY customer_id)
        GROUP BY store SETTINGS max_threads = {THREADS}"""
    )
    rows = [line.replace('"', "").split(",") for line in str(answer).strip().splitlines()]
    return [[store, n, int(k)] for store, *ks in rows for n, k in zip(WINDOWS, ks, strict=True)]


FAMILIES = {
    "repurchase of the chain": [
        opsmodel_chain,
        sql_chain_two,
        sql_chain_lists,
        sql_chain_join,
        chdb_chain,
        polars_chain,
        pandas_chain,
    ],
    "repurchase by store": [
        opsmodel_stores,
        sql_stores_two,
        sql_stores_join,
        chdb_stores,
        polars_stores,
        pandas_stores,
    ],
}

if __name__ == "__main__":
    race(FAMILIES, __file__, __doc__)
