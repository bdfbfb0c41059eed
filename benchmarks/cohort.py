"""Monthly cohorts of 20 million orders: opsmodel, hand-written DuckDB SQL, data frames, ClickHouse.

Three questions: customers by age in steps of 30 days from each one's first order (the default), net
revenue likewise, and customers by calendar month (what other tools count). Every contender reads the
same Parquet file with two threads. openretailscience wants an older pandas and gets an environment of its
own.

    python benchmarks/cohort.py --rows 2000000
"""

from pathlib import Path

from _race import AS_OF, PAID, THREADS, apart, arrow_orders, duckdb_rows, ibis_orders, race

DAYS = (
    f"SELECT customer_id, ordered_at::DATE AS day, amount - refund_amount AS net FROM '{{path}}' WHERE {PAID}"
)
AGES = 26
SUMS = ", ".join(f"sum((mask >> {age}) & 1)" for age in range(AGES))


def opsmodel_age(path: Path) -> list:
    return _opsmodel(path)


def opsmodel_revenue(path: Path) -> list:
    return _opsmodel(path, measure="revenue")


def opsmodel_calendar(path: Path) -> list:
    return _opsmodel(path, calendar=True)


def _opsmodel(path: Path, **choice) -> list:
    from opsmodel import cohort

    table = cohort.retention(ibis_orders(path), as_of=AS_OF, **choice).dropna()
    return [[str(c.date()), int(a), v] for c, a, v in table[["cohort", "age", "value"]].values.tolist()]


def sql_age_lists(path: Path) -> list:
    """A list of days a customer, a bit for each age, the bits summed up by cohort."""
    return _wide(
        f"""WITH o AS ({DAYS}), d AS (SELECT list(day) AS days FROM o GROUP BY customer_id),
        f AS (SELECT days, list_min(days) AS first FROM d),
        m AS (SELECT first, list_bit_or(list_transform(days,
              lambda x: 1::BIGINT << ((x - first) // 30)::INT)) AS mask FROM f)
        SELECT date_trunc('month', first)::DATE, {SUMS} FROM m GROUP BY 1""",
        path,
    )


def sql_age_join(path: Path) -> list:
    """Every order joined to its customer's first day, a bit for each age."""
    return _wide(
        f"""WITH o AS ({DAYS}), f AS (SELECT customer_id, min(day) AS first FROM o GROUP BY 1),
        m AS (SELECT any_value(first) AS first, bit_or(1::BIGINT << ((day - first) // 30)::INT) AS mask
              FROM o JOIN f USING (customer_id) GROUP BY customer_id)
        SELECT date_trunc('month', first)::DATE, {SUMS} FROM m GROUP BY 1""",
        path,
    )


def sql_revenue_join(path: Path) -> list:
    """Every order joined to its customer's first day, added up."""
    rows = duckdb_rows(
        f"""WITH o AS ({DAYS}), f AS (SELECT customer_id, min(day) AS first FROM o GROUP BY 1)
        SELECT date_trunc('month', first)::DATE, (day - first) // 30, sum(net)
        FROM o JOIN f USING (customer_id) GROUP BY ALL""".format(path=path)
    )
    return [[str(c), a, float(v)] for c, a, v in rows]


def sql_calendar_bits(path: Path) -> list:
    """A bit for each month, one aggregation per customer, shifted to the first."""
    return _wide(
        f"""WITH o AS ({DAYS}), b AS (SELECT min(day) AS first,
            bit_or(1::BIGINT << (year(day) * 12 + month(day) - 2023 * 12 - 1)::INT) AS bits
            FROM o GROUP BY customer_id),
        m AS (SELECT first, bits >> (year(first) * 12 + month(first) - 2023 * 12 - 1)::INT AS mask FROM b)
        SELECT date_trunc('month', first)::DATE, {SUMS} FROM m GROUP BY 1""",
        path,
    )


def _wide(sql: str, path: Path) -> list:
    rows = duckdb_rows(sql.format(path=path))
    return [[str(cohort), age, int(n)] for cohort, *counts in rows for age, n in enumerate(counts)]


def pandas_age(path: Path) -> list:
    frame = _frame(path)
    age = (frame["day"] - frame["first"]).dt.days // 30
    active = frame.assign(age=age).drop_duplicates(["customer_id", "age"])
    return _listed(active.groupby([_month(active), "age"]).size())


def pandas_revenue(path: Path) -> list:
    frame = _frame(path)
    age = ((frame["day"] - frame["first"]).dt.days // 30).rename("age")
    return _listed(frame.groupby([_month(frame), age])["net"].sum())


def pandas_calendar(path: Path) -> list:
    frame = _frame(path)
    months = [frame[c].dt.year * 12 + frame[c].dt.month for c in ("first", "day")]
    active = frame.assign(age=months[1] - months[0]).drop_duplicates(["customer_id", "age"])
    return _listed(active.groupby([_month(active), "age"]).size())


def _frame(path: Path):
    frame = arrow_orders(path, "customer_id").to_pandas()
    frame["customer_id"] = frame["customer_id"].astype("category").cat.codes  # twice as fast as text
    frame["day"] = frame["ordered_at"].dt.normalize()
    frame["first"] = frame.groupby("customer_id")["day"].transform("min")
    return frame


def _month(frame):
    return frame["first"].dt.to_period("M").dt.start_time.dt.date.astype(str)


def _listed(series) -> list:
    return [[*key, float(value)] for key, value in series.items()]


def polars_age(path: Path) -> list:
    import polars as pl

    age = ((pl.col("day") - pl.col("first")).dt.total_days() // 30).alias("age")
    return _polars(path, age, pl.col("customer_id").n_unique())


def polars_revenue(path: Path) -> list:
    import polars as pl

    age = ((pl.col("day") - pl.col("first")).dt.total_days() // 30).alias("age")
    return _polars(path, age, pl.col("net").sum())


def polars_calendar(path: Path) -> list:
    import polars as pl

    months = [pl.col(c).dt.year().cast(pl.Int32) * 12 + pl.col(c).dt.month() for c in ("first", "day")]
    return _polars(path, (months[1] - months[0]).alias("age"), pl.col("customer_id").n_unique())


def _polars(path: Path, age, value) -> list:
    import polars as pl

    net = (pl.col("amount") - pl.col("refund_amount")).cast(pl.Float64).alias("net")
    rows = pl.scan_parquet(path).select("customer_id", pl.col("ordered_at").dt.date().alias("day"), net)
    rows = rows.filter(pl.col("net") > 0)
    first = rows.group_by("customer_id").agg(pl.col("day").min().alias("first"))
    joined = rows.join(first, on="customer_id").with_columns(
        age, pl.col("first").dt.truncate("1mo").alias("cohort")
    )
    table = joined.group_by("cohort", "age").agg(value.alias("value")).collect()
    return [[str(c), a, float(v)] for c, a, v in table.rows()]


def chdb_age(path: Path) -> list:
    return _chdb(path, "intDiv(x - f, 30)")


def chdb_calendar(path: Path) -> list:
    return _chdb(path, "toRelativeMonthNum(x) - toRelativeMonthNum(f)")


def _chdb(path: Path, age: str) -> list:
    import chdb

    answer = chdb.query(
        f"""SELECT toStartOfMonth(f) AS c, age, count() FROM (
            SELECT f, arrayJoin(arrayDistinct(arrayMap(x -> {age}, days))) AS age FROM (
                SELECT groupArray(toDate(ordered_at)) AS days, arrayMin(days) AS f FROM file('{path}')
                WHERE amount - refund_amount > 0 GROUP BY customer_id))
        GROUP BY c, age SETTINGS max_threads = {THREADS}"""
    )
    lines = [line.replace('"', "").split(",") for line in str(answer).strip().splitlines()]
    return [[c, int(a), int(n)] for c, a, n in lines]


@apart("openretailscience")
def openretailscience_calendar(path: Path) -> list:
    import ibis
    from openretailscience.analysis.cohort import CohortAnalysis

    table = ibis.duckdb.connect(threads=THREADS).read_parquet(path)
    table = table.filter(table.amount > table.refund_amount)
    table = table.select("customer_id", transaction_date=table.ordered_at.date())
    grid = CohortAnalysis(table, aggregation_column="customer_id", agg_func="nunique", period="month").df
    return [[str(c)[:10], int(age), float(v)] for c, row in grid.iterrows() for age, v in row.items()]


FAMILIES = {
    "customers by age": [opsmodel_age, sql_age_lists, sql_age_join, chdb_age, polars_age, pandas_age],
    "revenue by age": [opsmodel_revenue, sql_revenue_join, polars_revenue, pandas_revenue],
    "customers by calendar month": [
        opsmodel_calendar,
        sql_calendar_bits,
        openretailscience_calendar,
        chdb_calendar,
        polars_calendar,
        pandas_calendar,
    ],
}

if __name__ == "__main__":
    race(FAMILIES, __file__, __doc__)
