"""Stores times notebooks: failures stay apart, files are whole, a second run renders what changed."""

import json
import os
import signal
import subprocess
import sys

import nbformat
import pytest
from tiny import DATA_VERSION, HOSTILE, STORES, alive, code, wait_for, write

from opsmodel.render import batch, ledger
from opsmodel.render.files import safe_part


def failed_notebook(run, store):
    results, folder = run
    assert not results[store].page.exists()
    return nbformat.read(folder / safe_part(store) / "1_tiny.zh.failed.ipynb", as_version=4)


def statuses(notebook):
    return [cell.metadata.papermill.status for cell in notebook.cells if cell.cell_type == "code"]


def test_a_failing_store_leaves_the_others_their_reports(run):
    results = run[0]
    assert {store: result.status for store, result in results.items()} == {
        "S001": "ok",
        HOSTILE: "ok",
        "BOOM": "error",
        "EXIT": "exited",
        "KILL": "died",
        "SLOW": "cell_timeout",
        "PLOD": "notebook_timeout",
    }
    assert [results[store].page.is_file() for store in STORES] == [True, True] + [False] * 5
    assert results["BOOM"].error == "ValueError: no orders at all"


def test_results_come_in_the_order_of_the_stores(run):
    assert list(run[0]) == list(STORES)


def test_the_partial_notebook_of_an_error_says_where_it_stopped(run):
    partial = failed_notebook(run, "BOOM")
    assert statuses(partial) == ["completed"] * 3 + ["failed"] + ["pending"] * 4
    assert partial.metadata.papermill.exception is True


def test_leaving_by_sys_exit_is_a_failure(run):
    assert statuses(failed_notebook(run, "EXIT"))[3:] == ["failed"] + ["pending"] * 4


def test_a_killed_kernel_keeps_what_it_had_shown_and_is_tried_twice(run):
    partial = failed_notebook(run, "KILL")
    assert partial.cells[4].outputs[0].text == "started KILL\n"
    assert statuses(partial) == ["completed"] * 3 + ["failed"] + ["pending"] * 4
    assert ledger.latest(run[1] / "ledger.jsonl")["KILL/1_tiny.zh"]["attempts"] == 2


def test_a_slow_cell_and_a_slow_notebook_are_stopped(run):
    assert statuses(failed_notebook(run, "SLOW"))[3] == "failed"
    assert "cell took longer than 6 s" in run[0]["SLOW"].error
    assert statuses(failed_notebook(run, "PLOD"))[3] == "completed"
    assert "notebook took longer than 9 s" in run[0]["PLOD"].error


def test_a_kernel_knows_that_it_runs_in_batch_and_what_it_was_given(run):
    text = (run[1] / "S001" / "1_tiny.zh.html").read_text()
    assert "batch 1 within 90" in text


def test_a_hostile_store_id_stays_inside_the_report_folder(run):
    results, folder = run
    assert results[HOSTILE].page.parent.parent == folder
    assert "<script>alert" not in results[HOSTILE].page.read_text()


@pytest.mark.parametrize(
    "ids",
    [("S1", "s1"), ("a/b", "a-b"), ("a/b", "a b"), ("CON", "con"), ("", "store"), ("é", "e"), ("~", "..")],
)
def test_two_store_ids_never_share_a_folder_on_any_file_system(ids):
    parts = [safe_part(store).lower() for store in ids]
    assert len(set(parts)) == 2
    assert all(part not in ("con", "", ".", "..") and "/" not in part for part in parts)


def test_only_whole_files_remain(run):
    names = {path.relative_to(run[1]).as_posix() for path in run[1].rglob("*") if path.is_file()}
    good, hostile = "S001/1_tiny.zh", f"{safe_part(HOSTILE)}/1_tiny.zh"
    assert names == {
        "index.html",
        "manifest.json",
        "ledger.jsonl",
        "assets/plotly.min.js",
        *(
            f"{report}{ending}"
            for report in (good, hostile)
            for ending in (".html", ".ipynb", ".metrics.json")
        ),
        *(f"{store}/1_tiny.zh.failed.ipynb" for store in STORES[2:]),
    }


def test_the_manifest_has_a_row_a_report(run):
    manifest = json.loads((run[1] / "manifest.json").read_text())
    rows = {row["store_id"]: row for row in manifest["jobs"]}
    assert set(rows) == set(STORES)
    assert rows["S001"]["parameters"] == {"client": "demo", "store": "S001", "lang": "zh"}
    assert rows["S001"]["data_version"] == DATA_VERSION
    assert rows["S001"]["versions"]["papermill"] == ledger.versions()["papermill"]
    assert rows["S001"]["seconds"] > 0
    assert rows["S001"]["cpu_seconds"] > 0


def again(notebook, folder, **changes):
    how = {
        "stores": ["S001"],
        "store_names": {"S001": "<b>North</b>"},
        "data_version": DATA_VERSION,
        **changes,
    }
    how |= {"notebooks": [notebook], "out": folder.parent, "progress": False, "jobs": 1}
    return batch.render("demo", **how)[0]


def test_a_second_run_renders_only_what_changed(run, notebook):
    folder = run[1]
    lines = len((folder / "ledger.jsonl").read_text().splitlines())
    written = (folder / "S001" / "1_tiny.zh.html").stat().st_mtime_ns
    assert again(notebook, folder).reused
    assert (folder / "S001" / "1_tiny.zh.html").stat().st_mtime_ns == written
    changed = again(notebook, folder, parameters={"within_days": "30"})
    assert (changed.reused, changed.status) == (False, "ok")
    assert "within 30" in changed.page.read_text()
    assert len((folder / "ledger.jsonl").read_text().splitlines()) == lines + 1
    assert again(notebook, folder, parameters={"within_days": "30"}).reused


def test_a_key_changes_with_what_a_report_depends_on_and_with_nothing_else():
    def key(source="1", outputs=(), cell_id="a", **changes):
        cell = {"cell_type": "code", "source": source, "id": cell_id, "outputs": outputs, "metadata": {}}
        how = {"parameters": {"store": "S1"}, "data_version": "1", "page": {"lang": "zh"}, **changes}
        return ledger.key({"cells": [cell]}, **how)

    assert key() == key(outputs=[1], cell_id="b") == key(source=["1"])
    changed = [
        key(source="2"),
        key(parameters={"store": "S2"}),
        key(data_version="2"),
        key(page={"lang": "en"}),
    ]
    assert len({key(), *changed}) == 5


def test_a_ledger_line_cut_short_is_passed_over_and_does_not_spoil_the_next(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, {"output": "a", "status": "ok"})
    with path.open("a") as file:
        file.write('{"output": "b", "sta')
    ledger.append(path, {"output": "c", "status": "ok\u2028"})
    assert list(ledger.latest(path)) == ["a", "c"]


SLEEPY = """
import os, time, pathlib
pathlib.Path(store).write_text(str(os.getpid()))
time.sleep(120)
"""
STOPPED = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell starts with &
from opsmodel.render import batch
home, stores = Path(sys.argv[1]), sys.argv[2:]
batch.render("demo", notebooks=[home / "sleepy.ipynb"], stores=stores, out=home / "reports", progress=False)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent by number on POSIX systems only")
def test_a_stopped_run_leaves_no_kernel_and_no_partial_file(tmp_path):
    runs = {}
    for name in ("SIGINT", "SIGTERM"):
        home = tmp_path / name
        home.mkdir()
        write(home / "sleepy.ipynb", code('store: str = ""\nlang: str = "zh"', "parameters"), code(SLEEPY))
        stores = [str(home / store) for store in ("A", "B")]
        command = [sys.executable, "-c", STOPPED, str(home), *stores]
        runs[name] = (subprocess.Popen(command, stderr=subprocess.DEVNULL), home)
    marks = [home / store for _, home in runs.values() for store in ("A", "B")]
    try:
        wait_for(lambda: all(mark.exists() and mark.read_text() for mark in marks), 60)
        kernels = [int(mark.read_text()) for mark in marks]
        assert all(alive(pid) for pid in kernels)
        for name, (process, _) in runs.items():
            process.send_signal(getattr(signal, name))
        for process, _ in runs.values():
            assert process.wait(30) != 0
        wait_for(lambda: not any(alive(pid) for pid in kernels), 10)
    finally:
        for process, _ in runs.values():
            process.kill()
    for _, home in runs.values():
        left = {path.name for path in (home / "reports" / "demo").rglob("*") if path.is_file()}
        assert left - {"A.failed.ipynb"} == {"index.html", "manifest.json", "plotly.min.js"}
        assert not (home / "reports" / "demo" / ".tmp").exists()
