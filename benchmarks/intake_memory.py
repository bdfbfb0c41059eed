"""How long a large CSV takes to go in, and how much memory at most.

    python benchmarks/intake_memory.py --rows 20000000

Writes an export of that many orders (default 5 million) as a client's system would, takes it in in a process
of its own, and prints rows, seconds, rows a second and the peak memory of that process. Everything is done
in a temporary folder (TMPDIR chooses the disk) that is removed afterwards.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ENGAGEMENT = """\
client: large
language: en
timezone: Asia/Shanghai
as_of: 2024-12-31
"""

ORDERS = """
COPY (
    SELECT 'A' || lpad(i::VARCHAR, 12, '0') AS "订单号",
           CASE WHEN i % 4 > 0 THEN 'C' || lpad((hash(i) % {customers})::VARCHAR, 8, '0') END AS "客户ID",
           'S' || lpad((hash(i + 1) % 500 + 1)::VARCHAR, 4, '0') AS "门店编号",
           strftime(TIMESTAMP '2023-01-01' + to_seconds((hash(i + 2) % 63072000)::BIGINT),
                    '%Y-%m-%d %H:%M:%S') AS "下单时间",
           printf('%.2f', 10 + (hash(i + 3) % 50000) / 100) AS "实付金额",
           CASE WHEN i % 50 = 0 THEN '5.00' ELSE '0.00' END AS "退款金额"
    FROM range({rows}) t(i)
) TO '{path}' (HEADER, DELIMITER ',')
"""


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "large"
        (folder / "raw").mkdir(parents=True)
        (folder / "engagement.yaml").write_text(ENGAGEMENT, encoding="utf-8")
        path = folder / "raw" / "orders.csv"
        duckdb.sql(ORDERS.format(rows=rows, customers=max(rows // 10, 1), path=path))
        size = path.stat().st_size / 2**20
        print(f"{rows:,} orders, {size:,.0f} MiB of CSV", flush=True)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "opsmodel", "intake", str(folder)], check=True)
        seconds = time.perf_counter() - started
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        database = (folder / "client.duckdb").stat().st_size / 2**20
        spent, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20
        print(f"{seconds:,.1f} s ({spent:,.1f} s of CPU), {rows / seconds:,.0f} rows a second")
        print(f"peak memory {peak:.2f} GiB, database {database:,.0f} MiB")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=5_000_000)
    main(options.parse_args().rows)
