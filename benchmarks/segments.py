"""RFM of 20 million orders: opsmodel, hand-written DuckDB SQL, data frames, openretailscience.

Scores 1 to 5 with ties kept together (customers by score of each measure), and the cut values of the
chain. openretailscience counts orders, not days, and parts customers of equal value; only the number of
customers it scores is compared. It wants an older pandas and gets an environment of its own.

    python benchmarks/segments.py --rows 2000000
"""

from pathlib import Path

from _race import AS_OF, PAID, apart, arrow_orders, duckdb_rows, ibis_orders, race

BINS = 5
BUYERS = f"""
    days AS (SELECT customer_id, ordered_at::DATE AS day, sum(amount - refund_amount) AS net
             FROM '{{path}}' WHERE {PAID} GROUP BY ALL),
    buyers AS (SELECT DATE '{AS_OF}' - max(day) AS days, count(*) AS n, sum(net) AS spend
               FROM days GROUP BY customer_id)"""


def opsmodel_scores(path: Path) -> list:
    from opsmodel import segments

    scored = segments.rfm(ibis_orders(path), as_of=AS_OF)
    cells = scored.group_by(["r", "f", "m"]).agg(n=scored.count()).execute()
    return [[name, int(s), int(n)] for name in "rfm" for s, n in cells.groupby(name)["n"].sum().items()]


def opsmodel_customers(path: Path) -> list:
    return [["customers", sum(n for name, _score, n in opsmodel_scores(path) if name == "r")]]


def opsmodel_cuts(path: Path) -> list:
    from opsmodel import segments

    table = segments.cuts(ibis_orders(path), as_of=AS_OF)
    return [[m, int(s), float(c)] for m, s, c in table[["measure", "score", "cut"]].values.tolist()]


def sql_scores(path: Path) -> list:
    """Three windows over the customers, grouped by the three scores."""
    rows = duckdb_rows(
        f"""WITH {BUYERS}, scored AS (
            SELECT 1 + (rank() OVER (ORDER BY days DESC) - 1) * {BINS} // count(*) OVER () AS r,
                   1 + (rank() OVER (ORDER BY n) - 1) * {BINS} // count(*) OVER () AS f,
                   1 + (rank() OVER (ORDER BY spend) - 1) * {BINS} // count(*) OVER () AS m FROM buyers)
        SELECT r, f, m, count(*) FROM scored GROUP BY ALL""".format(path=path)
    )
    found: dict[tuple[str, int], int] = {}
    for *scores, n in rows:
        for name, score in zip("rfm", scores, strict=True):
            found[name, score] = found.get((name, score), 0) + n
    return [[name, score, n] for (name, score), n in found.items()]


def sql_cuts(path: Path) -> list:
    """Each measure counted by value, summed up from the worst, and cut at the fifths."""
    values = {"days_since_last": "-days", "n_occasions": "n", "spend": "spend"}
    parts = " UNION ALL ".join(
        f"""SELECT '{name}', s, abs(min(v) FILTER (WHERE below * {BINS} >= (s - 1) * total)) FROM
        (SELECT v, sum(c) OVER (ORDER BY v) - c AS below, sum(c) OVER () AS total FROM
         (SELECT {value} AS v, count(*) AS c FROM buyers GROUP BY 1)), range(1, {BINS + 1}) AS scores(s)
        GROUP BY s"""
        for name, value in values.items()
    )
    rows = duckdb_rows(f"WITH {BUYERS} {parts}".format(path=path))
    return [[name, int(score), float(cut)] for name, score, cut in rows]


def pandas_scores(path: Path) -> list:
    import pandas as pd

    frame = arrow_orders(path, "customer_id").to_pandas()
    frame["customer_id"] = frame["customer_id"].astype("category").cat.codes
    frame["day"] = frame["ordered_at"].dt.normalize()
    days = frame.groupby(["customer_id", "day"], sort=False)["net"].sum().round(2).reset_index()
    buyers = days.groupby("customer_id").agg(last=("day", "max"), n=("day", "size"), spend=("net", "sum"))
    values = {
        "r": -(pd.Timestamp(AS_OF) - buyers["last"]).dt.days,
        "f": buyers["n"],
        "m": buyers["spend"].round(2),
    }
    return [
        [name, int(score), int(n)]
        for name, value in values.items()
        for score, n in (1 + (value.rank(method="min") - 1) * BINS // len(buyers)).value_counts().items()
    ]


def polars_scores(path: Path) -> list:
    import polars as pl

    net = (pl.col("amount") - pl.col("refund_amount")).alias("net")
    rows = pl.scan_parquet(path).select("customer_id", pl.col("ordered_at").dt.date().alias("day"), net)
    days = rows.filter(pl.col("net") > 0).group_by("customer_id", "day").agg(pl.col("net").sum())
    buyers = days.group_by("customer_id").agg(
        r=pl.col("day").max().cast(pl.Int32), f=pl.len(), m=pl.col("net").sum()
    )
    scores = [
        (1 + (pl.col(name).rank("min").cast(pl.Int64) - 1) * BINS // pl.len()).alias(name) for name in "rfm"
    ]
    scored = buyers.select(scores).collect()
    return [[name, int(s), int(n)] for name in "rfm" for s, n in scored[name].value_counts().rows()]


@apart("openretailscience")
def openretailscience_customers(path: Path) -> list:
    """Its own ntiles, which part customers of equal value."""
    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    table = ibis.duckdb.connect(threads=2).read_parquet(path)
    table = table.filter(table.amount > table.refund_amount)
    table = table.select(
        "customer_id", transaction_id=table.order_id, transaction_date=table.ordered_at.date(),
        unit_spend=(table.amount - table.refund_amount).cast("float64"),
    )  # fmt: skip
    found = RFMSegmentation(
        table, current_date=AS_OF, r_segments=BINS, f_segments=BINS, m_segments=BINS
    ).table
    cells = found.group_by(["r_score", "f_score", "m_score"]).agg(n=found.count()).execute()
    return [["customers", int(cells["n"].sum())]]


FAMILIES = {
    "scores": [opsmodel_scores, sql_scores, polars_scores, pandas_scores],
    "customers scored": [opsmodel_customers, openretailscience_customers],
    "cut values": [opsmodel_cuts, sql_cuts],
}

if __name__ == "__main__":
    race(FAMILIES, __file__, __doc__)
