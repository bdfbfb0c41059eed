"""One report: a notebook, its parameters, the files that come of it. Runs in a worker; returns a row."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsmodel.render.files import write_whole

SUFFIXES = (".ipynb", ".metrics.json", ".html")


@dataclass(frozen=True)
class Job:
    """Everything a worker needs to know.

    output       the report's files without their endings, relative to the report folder
    key          what the report depends on, as a hash (see ledger.key)
    cover        fields of page.Cover
    environment  variables set for the kernel on top of the worker's own
    limits       fields of engine.Limits
    about        copied into the ledger row: versions and the like
    asks_ahead   see engine.run
    """

    notebook: Path
    folder: Path
    scratch: Path
    output: str
    key: str
    parameters: Mapping[str, Any]
    cover: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    asks_ahead: bool = False

    def path(self, ending: str) -> Path:
        """The report's file with this ending."""
        return self.folder / (self.output + ending)


def row(job: Job, status: str, error: str = "", **measured: Any) -> dict[str, Any]:
    """A line of the ledger."""
    return {
        "output": job.output,
        "status": status,
        "error": error,
        "store_id": job.cover["store_id"],
        "store_name": job.cover["store_name"],
        "notebook": job.notebook.stem,
        "lang": job.cover["lang"],
        "key": job.key,
        "parameters": dict(job.parameters),
        **job.about,
        **measured,
        "finished_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def run(job: Job) -> dict[str, Any]:
    """Make the report; whatever happens becomes a row, nothing is raised."""
    began, used = time.monotonic(), _cpu_seconds()
    attempts = 0
    try:
        status, error = "", ""
        from opsmodel.render.engine import TRANSIENT

        while attempts == 0 or (status in TRANSIENT and attempts < 2):
            attempts += 1
            status, error = _attempt(job)
    except Exception as problem:
        # a report must not end the run, whatever is wrong with it
        status, error = "page", f"{type(problem).__name__}: {problem}"
    seconds, cpu = time.monotonic() - began, _cpu_seconds() - used
    measured = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "chain_tables": _chain_tables(job),
    }
    return row(job, status, error, attempts=attempts, **measured)


def _attempt(job: Job) -> tuple[str, str]:
    from opsmodel.render import engine, page

    def keep(notebook) -> None:
        write_whole(job.path(".failed.ipynb"), _text(notebook), job.scratch)

    with (job.scratch / f"kernel-{os.getpid()}.log").open("w+b") as log:
        outcome = engine.run(
            job.notebook,
            dict(job.parameters),
            limits=engine.Limits(**job.limits),
            environment={**os.environ, **job.environment, "OPSMODEL_TIMINGS": str(_timings(job))},
            kernel_log=log,
            keep=keep,
            asks_ahead=job.asks_ahead,
        )
    if outcome.status != "ok":
        return outcome.status, outcome.error
    try:
        html, metrics = page.render(outcome.notebook, page.Cover(**job.cover, key=job.key))
    except Exception:
        keep(outcome.notebook)
        raise
    contents: tuple[str, ...] = (
        _text(outcome.notebook),
        json.dumps(metrics, ensure_ascii=False, indent=1),
        html,
    )
    for ending, content in zip(SUFFIXES, contents, strict=True):  # the page last: it carries the key
        write_whole(job.path(ending), content, job.scratch)
    job.path(".failed.ipynb").unlink(missing_ok=True)
    return "ok", ""


def _timings(job: Job) -> Path:
    return job.scratch / f"timings-{os.getpid()}.jsonl"


def _chain_tables(job: Job) -> list[dict[str, Any]]:
    """The tables of the whole chain that this report computed for all others, with the seconds it took."""
    try:
        lines = _timings(job).read_text(encoding="utf-8").splitlines()
        _timings(job).unlink()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def up_to_date(job: Job, last: Mapping[str, Any] | None) -> bool:
    """Whether the ledger's last word on this report is "ok" for the same key, and the files are there."""
    if last is None or last.get("status") != "ok" or last.get("key") != job.key:
        return False
    if not all(job.path(ending).is_file() for ending in SUFFIXES):
        return False
    with job.path(".html").open(encoding="utf-8", errors="replace") as file:
        return f'<meta name="opsmodel-key" content="{job.key}">' in file.read(2000)


def standing(home: Path, last: Mapping[str, Any]) -> bool:
    """Whether a ledger row still says something: it failed, or its page is there."""
    return last["status"] != "ok" or (home / f"{last['output']}.html").is_file()


def _text(notebook) -> str:
    """The notebook as JSON on one line: Python's encoder is ten times as slow once it indents."""
    import nbformat

    return nbformat.writes(notebook, version=4, indent=None)


def _cpu_seconds() -> float:
    """CPU of this worker and of the kernels, cold or forked, that it has seen end."""
    from opsmodel.render.kernels.provisioner import forked_cpu_seconds

    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + forked_cpu_seconds()
