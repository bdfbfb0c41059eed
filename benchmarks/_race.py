"""What the races over orders share: the orders, a process for each contender, the table of results."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

THREADS = 2
AS_OF = "2024-12-31"
BUILD = Path(__file__).parent.parent / "build" / "benchmarks"
PATIENCE = 3600  # seconds after which a contender is left out
PAID = "customer_id <> '' AND ordered_at < TIMESTAMP '2025-01-01' AND amount - refund_amount > 0"


def orders(rows: int, shuffled: bool = False) -> Path:
    """A Parquet file of `rows` orders of rows / 10 customers in 300 stores over two years, made once.

    Customers join all the time; one order in fifty is refunded; nine in ten are placed at the home store.
    Rows lie as intake stores them, by home store and time, or in no order at all.
    """
    import duckdb

    path = BUILD / f"orders_{rows}{'_shuffled' if shuffled else ''}.parquet"
    if path.exists():
        return path
    BUILD.mkdir(parents=True, exist_ok=True)
    people = max(rows // 10, 1)
    duckdb.connect(config={"threads": 1, "memory_limit": "4GB"}).execute(
        f"""
        COPY (
            WITH people AS (
                SELECT i, DATE '2023-01-01' + (hash(i) % 700)::INT AS joined, hash(i + 7) % 300 AS store
                FROM range({people}) AS people(i)
            ), sales AS (
                SELECT k, hash(k * 31 + 5) % {people} AS i, hash(k * 17 + 3) AS a, hash(k * 13 + 11) AS b,
                       (5 + b % 30000 / 100.0)::DECIMAL(18, 2) AS amount
                FROM range({rows}) AS sales(k)
            )
            SELECT 'O' || k AS order_id, 'C' || i AS customer_id,
                   'S' || CASE WHEN a % 10 < 9 THEN store ELSE b % 300 END AS store_id,
                   joined::TIMESTAMP + to_seconds((a % 1000000 / 1e6 * (b % 1000) / 1e3 * 86400
                       * (DATE '2025-01-01' - joined))::BIGINT) + to_microseconds(k % 1000000) AS ordered_at,
                   amount, CASE WHEN a % 50 = 0 THEN amount ELSE 0 END::DECIMAL(18, 2) AS refund_amount,
                   'S' || store AS home_store_id
            FROM sales JOIN people USING (i)
            ORDER BY {"b, k" if shuffled else "home_store_id, ordered_at, k"}
        ) TO '{path}.part' (FORMAT parquet)
        """
    )
    Path(f"{path}.part").rename(path)
    return path


def duckdb_rows(sql: str) -> list:
    """The answer of one query on a fresh connection."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    return connection.execute(sql).fetchall()


def ibis_orders(path: Path):
    """The orders as a table of a fresh connection."""
    import ibis

    return ibis.duckdb.connect(threads=THREADS).read_parquet(path)


def arrow_orders(path: Path, *columns: str):
    """Paid orders in memory, money as floating point: what the data-frame libraries work best on."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=[*columns, "ordered_at", "amount", "refund_amount"])
    amount, refund = (pc.cast(table[name], pa.float64()) for name in ("amount", "refund_amount"))
    table = table.drop_columns(["amount", "refund_amount"]).append_column("net", pc.subtract(amount, refund))
    return table.filter(pc.greater(table["net"], 0.001))


def apart(*packages: str):
    """Marks a contender that runs in an environment of its own, with these packages: the peer comes first."""

    def marked(contender):
        contender.packages = packages
        return contender

    return marked


def race(
    families: dict[str, list], file: str, doc: str | None, within: dict[str, float] | None = None
) -> None:
    """Run every contender in a process of its own; compare answers; print seconds, memory and ratios.

    within  title of a family -> how far answers may be apart, relatively; default: 1e-6
    """
    options = argparse.ArgumentParser(description=doc)
    options.add_argument("--rows", type=int, default=20_000_000)
    options.add_argument("--repeats", type=int, default=2)
    options.add_argument("--shuffled", action="store_true", help="orders in no order at all")
    options.add_argument("--contender", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    everyone = {f.__name__: f for family in families.values() for f in family}
    if chosen.contender:
        print(json.dumps(_once(everyone[chosen.contender], chosen.rows, chosen.shuffled)))
        return
    orders(chosen.rows, chosen.shuffled), orders(2000)
    for title, family in families.items():
        print(f"{title}: {chosen.rows:,} orders, best of {chosen.repeats}")
        results = {}
        for contender in family:
            runs = [_measured(contender, file, chosen) for _ in range(chosen.repeats)]
            results[contender.__name__] = min(runs, key=lambda run: run.get("seconds", 1e9))
        _report(results, (within or {}).get(title, 1e-6))


def _measured(contender, file: str, chosen) -> dict:
    """Seconds, memory and answer of one run in a process of its own, or why it is left out."""
    try:
        python = _python(contender)
    except subprocess.CalledProcessError as error:
        return {"left_out": f"not installed: {_last_line(error.stderr)}"}
    code = [python, file, "--contender", contender.__name__, "--rows", str(chosen.rows)]
    code += ["--shuffled"] * chosen.shuffled
    try:
        done = subprocess.run(code, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {"left_out": f"not done after {PATIENCE} seconds"}
    if done.returncode:
        return {"left_out": f"killed: {_last_line(done.stderr)}"}
    return json.loads(done.stdout.splitlines()[-1])


def _python(contender) -> str:
    if not hasattr(contender, "packages"):
        return sys.executable
    from opsmodel.workshop import peer  # only here: contenders run where there is no opsmodel

    return str(peer(*contender.packages))


def _last_line(text: str) -> str:
    return (text.strip() or "no message").splitlines()[-1][:90]


def _once(contender, rows: int, shuffled: bool) -> dict:
    try:
        contender(orders(2000))  # pays for imports
        path = orders(rows, shuffled)
        wall, cpu = time.perf_counter(), time.process_time()
        answer = contender(path)
    except Exception as error:
        return {"left_out": f"{type(error).__name__}: {(str(error) or '–').splitlines()[0][:90]}"}
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": _peak_mb(),
        "answer": {" ".join(map(str, key)): value for *key, value in answer},
    }


def _peak_mb() -> float:
    """Peak memory of this process; getrusage would report the parent's where that was larger."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def _report(results: dict[str, dict], within: float) -> None:
    """The first contender says which cells count; the others must agree on them."""
    mine = next(iter(results.values()))
    for name, run in results.items():
        if "left_out" in run:
            print(f"  {name:28} left out: {run['left_out']}")
            continue
        for key, value in mine["answer"].items():
            other = run["answer"].get(key, 0)
            assert abs(other - value) <= within * max(1, abs(value)), (name, key, value, other)
        times = f"{run['seconds']:7.2f} s {run['cpu_seconds']:7.2f} CPU s {run['peak_mb']:6.0f} MB"
        wall, cpu = (run[key] / mine[key] for key in ("seconds", "cpu_seconds"))
        print(f"  {name:28} {times} {wall:6.2f} x ({cpu:.2f} x CPU)", flush=True)
