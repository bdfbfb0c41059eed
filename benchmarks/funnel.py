"""The funnel of 10 million events against ClickHouse's windowFunnel and hand-written DuckDB SQL.

Five steps, a window of 90 days, a customer in ten events; the same counts are asserted. Each contender
runs in its own process, with two threads, best of `--repeats`; the events lie in one Parquet file.

    python benchmarks/funnel.py --rows 1000000
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

STEPS = ["joined", "viewed", "carted", "ordered", "reviewed"]
WITHIN_DAYS = 90
AS_OF = "2025-12-31"
THREADS = 2
BUILD = Path(__file__).parent.parent / "build" / "benchmarks"


def events(rows: int) -> Path:
    """A Parquet file of `rows` events of rows / 10 customers over two years, made once."""
    import duckdb

    path = BUILD / f"events_{rows}.parquet"
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect()
        connection.execute("SET threads = 1")
        connection.execute("SELECT setseed(0.42)")
        connection.execute(
            f"""
            COPY (
                SELECT 'c' || lpad((random() * {rows // 10})::INT::VARCHAR, 8, '0') AS customer_id,
                       {STEPS}[1 + least(4, floor(5 * random())::INT)] AS event,
                       TIMESTAMP '2023-01-01' + to_seconds((random() * 730 * 86400)::BIGINT) AS happened_at
                FROM range({rows})
            ) TO '{path}.part' (FORMAT parquet)
            """
        )
        Path(f"{path}.part").rename(path)
    return path


def opsmodel_first(path: Path) -> list[int]:
    """The whole table: intervals, pending and Kaplan–Meier times included."""
    return _opsmodel(path, "first")


def opsmodel_best(path: Path) -> list[int]:
    return _opsmodel(path, "best")


def _opsmodel(path: Path, reentry: str) -> list[int]:
    import ibis

    from opsmodel import funnel

    events = ibis.duckdb.connect(threads=THREADS).read_parquet(path)
    table = funnel.conversion(events, steps=STEPS, within_days=WITHIN_DAYS, as_of=AS_OF, reentry=reentry)
    return table["n"].tolist()


def sql_first(path: Path) -> list[int]:
    """Counts only: the earliest next event, step by step."""
    chains = [
        f"c1 AS (SELECT customer_id, min(happened_at) AS t, min(happened_at) AS s FROM '{path}' "
        f"WHERE event = '{STEPS[0]}' GROUP BY customer_id)"
    ]
    for k, step in enumerate(STEPS[1:], start=2):
        chains.append(
            f"c{k} AS (SELECT customer_id, min(e.happened_at) AS t, any_value(p.s) AS s "
            f"FROM c{k - 1} p JOIN '{path}' e USING (customer_id) WHERE e.event = '{step}' "
            f"AND e.happened_at >= p.t AND e.happened_at <= p.s + INTERVAL {WITHIN_DAYS} DAY "
            f"GROUP BY customer_id)"
        )
    return _sql(chains, "count(*)")


def sql_best(path: Path) -> list[int]:
    """Counts only: a chain of ASOF joins that carries the latest start from step to step."""
    return _sql(_chain_of_asof_joins(f"'{path}'"), "count(DISTINCT customer_id)")


def sql_best_hashed(path: Path) -> list[int]:
    """The same on 64-bit hashes of the ids, the events read once and held."""
    held = f"log AS MATERIALIZED (SELECT hash(customer_id) AS customer_id, event, happened_at FROM '{path}')"
    return _sql([held, *_chain_of_asof_joins("log")], "count(DISTINCT customer_id)")


def _chain_of_asof_joins(log: str) -> list[str]:
    chains = [
        f"c1 AS (SELECT customer_id, happened_at AS t, happened_at AS s FROM {log} "
        f"WHERE event = '{STEPS[0]}')"
    ]
    for k, step in enumerate(STEPS[1:], start=2):
        left = f"AND customer_id IN (SELECT customer_id FROM c{k - 1})" if k > 2 else ""
        chains.append(
            f"c{k} AS (SELECT e.customer_id, e.happened_at AS t, p.s "
            f"FROM (SELECT customer_id, happened_at FROM {log} WHERE event = '{step}' {left}) e "
            f"ASOF JOIN c{k - 1} p ON e.customer_id = p.customer_id AND e.happened_at >= p.t "
            f"WHERE e.happened_at <= p.s + INTERVAL {WITHIN_DAYS} DAY)"
        )
    return chains


def _sql(chains: list[str], count: str) -> list[int]:
    import duckdb

    counts = " UNION ALL ".join(f"SELECT {k} AS k, {count} FROM c{k}" for k in range(1, len(STEPS) + 1))
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    return [n for _, n in connection.execute(f"WITH {', '.join(chains)} {counts} ORDER BY k").fetchall()]


def windowfunnel(path: Path) -> list[int]:
    """Counts only: ClickHouse's own function, in process."""
    import chdb

    conditions = ", ".join(f"event = '{step}'" for step in STEPS)
    counts = ", ".join(f"countIf(level >= {k})" for k in range(1, len(STEPS) + 1))
    answer = chdb.query(
        f"SELECT {counts} FROM (SELECT customer_id, windowFunnel({WITHIN_DAYS * 86400})"
        f"(toDateTime(happened_at), {conditions}) AS level FROM file('{path}') GROUP BY customer_id) "
        f"SETTINGS max_threads = {THREADS}"
    )
    return [int(n) for n in str(answer).strip().split(",")]


BEST: list[Callable[[Path], list[int]]] = [opsmodel_best, sql_best, sql_best_hashed, windowfunnel]
FIRST: list[Callable[[Path], list[int]]] = [opsmodel_first, sql_first]


def measured(contender: Callable[[Path], list[int]], path: Path) -> dict:
    """Wall and CPU seconds, peak memory and counts of one contender, in a process of its own."""
    code = [sys.executable, __file__, "--contender", contender.__name__, "--events", str(path)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def once(contender: Callable[[Path], list[int]], path: Path) -> dict:
    """What `measured` reports, run here. The first answer pays for imports and is not timed."""
    contender(events(1000))
    wall, cpu = time.perf_counter(), time.process_time()
    counts = contender(path)
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "counts": counts,
    }


def main(rows: int = 10_000_000, repeats: int = 3) -> None:
    """Time all contenders, assert equal counts, print seconds and ratios."""
    path = events(rows)
    events(1000)
    print(f"funnel, {rows:,} events, {len(STEPS)} steps, {WITHIN_DAYS} days, best of {repeats}")
    for family in (BEST, FIRST):
        results = {}
        for contender in family:
            runs = [measured(contender, path) for _ in range(repeats)]
            results[contender.__name__] = min(runs, key=lambda run: run["seconds"])
        counts = [run["counts"] for run in results.values()]
        assert all(found == counts[0] for found in counts), counts
        mine = next(iter(results.values()))
        print(f"  counts {counts[0]}")
        for name, run in results.items():
            times = f"{run['seconds']:6.2f} s  {run['cpu_seconds']:6.2f} CPU s  {run['peak_mb']:6.0f} MB"
            print(f"  {name:16} {times}  {run['seconds'] / mine['seconds']:5.2f} x {family[0].__name__}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--contender", help=argparse.SUPPRESS)
    options.add_argument("--events", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.contender:
        print(json.dumps(once(globals()[chosen.contender], Path(chosen.events))))
    else:
        main(chosen.rows, chosen.repeats)
