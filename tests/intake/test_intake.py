"""An intake as a whole: the same twice, all or nothing, and three lines where it cannot be."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsmodel.errors import EngagementError, IntakeError, OpsmodelError
from opsmodel.intake.build import check, intake
from opsmodel.intake.checks import Observation
from opsmodel.intake.cleaning.quarantine import Entry
from opsmodel.intake.codebook import text as codebook
from opsmodel.intake.database import content_hash
from opsmodel.intake.grade import chapters, grade
from opsmodel.intake.report import aligned

ROOT = Path(__file__).parents[2]

KILLED = """
import sys, time
from opsmodel.intake import build, database
publish = database.publish
def slow(*arguments):
    print("publishing", flush=True)
    time.sleep(60)
    publish(*arguments)
build.database.publish = slow
build.intake(sys.argv[1], force=True, progress=False)
"""


def test_a_second_intake_finds_nothing_to_do(client):
    folder = client()
    assert intake(folder, progress=False).changed
    before = (folder / "client.duckdb").stat().st_mtime_ns
    again = check(folder)
    assert not again.changed
    assert (folder / "client.duckdb").stat().st_mtime_ns == before
    assert "up to date" in again.text()


def test_intake_twice_gives_the_same_content_whatever_the_order_of_the_rows(client):
    folder = client()
    orders = folder / "raw" / "orders.csv"
    rows = [f"P{n},C{n % 40},S{n % 3 + 1},2024-0{n % 6 + 1}-1{n % 9} 10:00:00,{n % 7},0" for n in range(3000)]
    head = "订单号,客户ID,门店编号,下单时间,实付金额,退款金额"
    orders.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    intake(folder, progress=False)
    first = content_hash(folder / "client.duckdb")
    intake(folder, force=True, progress=False)
    assert content_hash(folder / "client.duckdb") == first
    random.Random(1).shuffle(rows)
    orders.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    intake(folder, progress=False)
    apart = [line for line in content_hash(folder / "client.duckdb").splitlines() if line not in first]
    assert [line.split(":")[0] for line in apart] == ["_meta"]


def test_a_killed_intake_leaves_the_old_database_and_the_next_one_sweeps_up(client):
    folder = client()
    intake(folder, progress=False)
    before = (folder / "client.duckdb").read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "publishing\n"
        with pytest.raises(IntakeError, match="another intake of shop is at work"):
            intake(folder, force=True, progress=False)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert (folder / ".intake").is_dir()
    assert (folder / "client.duckdb").read_bytes() == before
    time.sleep(0.1)
    intake(folder, force=True, progress=False)
    assert not (folder / ".intake").exists()


def test_the_settings_that_change_the_tables_change_the_data_version_and_no_other(client):
    folder = client()
    first = intake(folder, progress=False)
    client(engagement="title: A shop\ntargets: {rr_90: 0.3}\n")
    assert not intake(folder, progress=False).changed
    client(engagement="day_cutoff: 4\n")
    assert intake(folder, progress=False).changed
    assert first.changed


@pytest.mark.parametrize(
    ("files", "kind", "wrong"),
    [
        (
            {"orders": "订单号,客户ID,门店编号,下单时间,营业额\nO1,C1,S1,2024-01-05,5\n"},
            IntakeError,
            "'amount'",
        ),
        ({"orders": "订单号,客户ID,门店编号,下单时间,实付金额\n"}, IntakeError, "no rows"),
        ({"orders": ""}, IntakeError, "orders.csv is empty"),
        ({"orders": None}, IntakeError, "holds orders"),
        ({"orders": "订单号,门店编号,下单时间,实付金额\nO1,S1,never,5\n"}, IntakeError, "no order of shop"),
        ({"engagement": "columns: {orders: {amount: 总额}}\n"}, EngagementError, "总额"),
        ({"engagement": "columns: {orders: {amuont: 实付金额}}\n"}, EngagementError, "'amuont'"),
    ],
)
def test_a_bad_input_is_three_lines_and_nothing_is_written_over(client, files, kind, wrong):
    folder = client()
    intake(folder, progress=False)
    before = {
        path: path.read_bytes() for path in folder.rglob("*") if "raw" not in path.parts and path.is_file()
    }
    del before[folder / "engagement.yaml"]
    (folder / "raw" / "orders.csv").unlink()
    client(**files)
    with pytest.raises(OpsmodelError) as error:
        intake(folder, progress=False)
    assert isinstance(error.value, kind)
    assert wrong in error.value.wrong
    assert len(str(error.value).splitlines()) == 3
    assert {path: path.read_bytes() for path in before} == before
    assert not (folder / ".intake").exists()


def test_a_client_without_exports_is_told_where_to_put_them(client):
    folder = client(stores=None, contacts=None, orders=None)
    with pytest.raises(IntakeError, match="shop has no raw exports") as error:
        intake(folder, progress=False)
    assert error.value.found.endswith("raw is empty")


def test_an_export_in_no_known_encoding_is_refused(client):
    folder = client(orders=None)
    (folder / "raw" / "orders.csv").write_bytes(b"\xff\x00\x81\x82,\x00\xff\xfe\xff\n" * 20)
    with pytest.raises(IntakeError) as error:
        intake(folder, progress=False)
    assert "orders.csv" in error.value.wrong
    assert len(str(error.value).splitlines()) == 3


CELLS = {
    "order": st.sampled_from(["O1", "O2", "O3", "", "-"]),
    "customer": st.sampled_from(["C1", "C2", "", "X9"]),
    "store": st.sampled_from(["S1", "人民广场店", "", "S7"]),
    "time": st.sampled_from(["2024-01-05 10:30", "2024/2/6", "3/4/2024", "2031-01-01", "?"]),
    "amount": st.sampled_from(["10", "20", "-10", "1e30", "9999999999", "ten", ""]),
    "refund": st.sampled_from(["", "0", "5", "30", "?"]),
    "status": st.sampled_from(["", "已退款", "部分退款", "已取消"]),
}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*CELLS.values()), max_size=60))
def test_the_ledger_balances_whatever_the_rows_say(client, rows):
    head = ["订单号", "客户ID", "门店编号", "下单时间", "实付金额", "退款金额", "订单状态"]
    good = ("G1", "C1", "S1", "2024-01-05 10:30", "10", "", "")
    folder = client()
    with (folder / "raw" / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, good, *rows])
    report = intake(folder, progress=False)
    (entry,) = (entry for entry in report.ledger if entry.table == "orders")
    assert entry.rows_in == len(rows) + 1
    assert entry.rows_in == entry.kept + entry.merged + entry.quarantined
    assert entry.quarantined == sum(report.lost.get("orders", {}).values())
    assert entry.kept == report.counts["orders"]


def entries(quarantined: int) -> list[Entry]:
    return [Entry("orders", "orders.csv", "", 1000, 1000 - quarantined, 0, quarantined)]


FULL = {"customers": {"joined_at"}, "orders": {"amount"}}


@pytest.mark.parametrize(
    ("quarantined", "excused", "seen", "n_days", "letter", "reasons"),
    [
        (0, 0, [], 400, "A", []),
        (10, 0, [], 400, "A", []),
        (30, 0, [], 400, "B", ["lost_orders"]),
        (30, 25, [], 400, "A", []),
        (60, 0, [], 400, "B", ["lost_orders"]),
        (200, 0, [], 400, "D", ["lost_orders"]),
        (0, 0, [("identified", {"share": 0.5})], 400, "B", ["identified"]),
        (0, 0, [("identified", {"share": 0.2})], 200, "C", ["identified", "short"]),
        (0, 0, [("no_customers", {"n": 3})], 100, "C", ["short", "no_customers"]),
    ],
)
def test_the_grade_falls_with_every_reason(quarantined, excused, seen, n_days, letter, reasons):
    observations = [Observation(kind, "warning", values) for kind, values in seen]
    found = grade(entries(quarantined), observations, FULL, n_days=n_days, excused={"orders": excused})
    assert (found.letter, [kind for kind, _value in found.reasons]) == (letter, reasons)
    assert len(found.texts()) == len(found.reasons)


def test_a_chapter_says_which_columns_would_unlock_it():
    found = {chapter.name: chapter.needs for chapter in chapters(FULL) if not chapter.allowed}
    assert found["retained_adds"] == ["customers.left_at"]
    assert found["channel_cost"] == ["customers.channel", "spend.amount"]
    assert found["share"] == ["events.event"]
    assert "acquire" not in found
    shared = chapters({"events": {"event", "event=shared"}})
    assert [chapter.allowed for chapter in shared if chapter.name == "share"] == [True]


def test_the_check_is_read_in_the_engagements_language_and_lines_up(client):
    folder = client(settings="client: shop\ntimezone: Asia/Shanghai\nas_of: 2024-06-30\n")
    text = intake(folder, progress=False).text()
    assert "shop：数据等级" in text
    ledger = text.split("\n\n")[1].splitlines()[1:]
    assert ledger[0].split() == ["表", "文件", "读入", "保留", "合并", "隔离"]
    assert ledger[-1].split() == ["合计", "10", "10", "0", "0"]
    ends = {len(line.encode("gbk", "replace")) for line in ledger}
    assert len(ends) == 1
    assert "data grade" in intake(folder, progress=False).text("en")


def test_columns_of_text_line_up_across_scripts():
    assert aligned([["门店", "1"], ["a", "20"]], right=(1,)) == "  门店   1\n  a     20"


def test_the_committed_codebook_is_written_from_the_contract():
    assert (ROOT / "data" / "README.md").read_text(encoding="utf-8") == codebook()
