"""The reports of a client, in parallel; one failure stops no other, a second run renders what changed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool

from opsmodel.render import index, ledger, plan
from opsmodel.render.assets import share_plotly
from opsmodel.render.files import close_scratch, open_scratch, scratch_in
from opsmodel.render.job import Job, row, run, standing, up_to_date
from opsmodel.render.kernels.warm import warm_kernels
from opsmodel.render.progress import Progress, stoppable

ROUNDS = 3


@dataclass(frozen=True)
class Result:
    """How one report ended; `reused` if it was up to date already."""

    store_id: str
    notebook: str
    lang: str
    status: str
    error: str
    seconds: float
    cpu_seconds: float
    page: Path
    reused: bool

    @property
    def ok(self) -> bool:
        return self.status == "ok"


def render(
    client_name: str,
    *,
    notebooks: Sequence[Path],
    stores: Sequence[str] = (),
    langs: Sequence[str] = ("zh",),
    parameters: Mapping[str, object] | None = None,
    out: Path = Path("reports"),
    client_title: str = "",
    store_names: Mapping[str, str] | None = None,
    as_of: str = "",
    data_version: str = "",
    currency: str = "CNY",
    jobs: int | None = None,
    force: bool = False,
    single_file: bool = False,
    progress: bool = True,
    cell_timeout: float = 300,
    notebook_timeout: float = 900,
    start_timeout: float = 60,
) -> list[Result]:
    """Render every notebook for every store, and the index; one Result a report, in that order.

    client_name   names the folder under `out`; given to notebooks that declare `client`
    notebooks     paths; one that declares `store` runs once a store, any other once
    stores        store ids, the client's own text
    langs         "zh", "en" or both; the first is the language of index.html
    parameters    more parameters, values or text; every notebook must declare each of them
    out           report folders go here
    client_title  the client as a reader knows it
    store_names   store id -> name, for covers and the index
    as_of         last day observed; given to notebooks that declare `as_of` unless empty
    data_version  changes whenever the data or the engagement does; what is up to date is not rendered again
    currency      ISO code, for money in the index
    jobs          kernels at a time; default twice the cores
    force         render also what is up to date
    single_file   plotly.js inside every page instead of once a folder
    progress      report on stderr
    *_timeout     seconds a cell, a whole notebook, the start of a kernel may take

    Raises ArgumentError or RenderError before any kernel starts; never for what a notebook does.
    """
    home = plan.folder(out, client_name)
    scratch = scratch_in(home)
    limits = {"cell": cell_timeout, "notebook": notebook_timeout, "start": start_timeout}
    order = plan.Order(client_name, client_title or client_name, notebooks, stores, langs, parameters or {},
                       store_names or {}, as_of, data_version, single_file, limits)  # fmt: skip
    wanted, kernels = plan.jobs(order, home, scratch, at_a_time=jobs)

    book = home / "ledger.jsonl"
    rows = ledger.latest(book)
    fresh = set() if force else {job.output for job in wanted if up_to_date(job, rows.get(job.output))}
    stale = plan.asking_ahead([job for job in wanted if job.output not in fresh])
    open_scratch(scratch)
    try:
        if not single_file:
            share_plotly(home, scratch)
        with (
            stoppable(),
            Progress(len(stale), reused=len(fresh), shown=progress) as bar,
            warm_kernels(stale, scratch / "warm.log") as warmed,
        ):
            for result in _rows(warmed, kernels):
                ledger.append(book, result)
                rows[result["output"]] = result
                bar.tell(result)
    finally:
        shown = [last for last in rows.values() if standing(home, last)]
        ledger.write_manifest(home, shown, scratch, client=client_name, data_version=data_version)
        index.write(home, shown, scratch, title=order.client_title, langs=langs, currency=currency,
                    data_version=data_version)  # fmt: skip
        close_scratch(scratch)
    return [_result(home, rows[job.output], job.output in fresh) for job in wanted]


def _rows(jobs: Sequence[Job], kernels: int) -> Iterator[dict[str, Any]]:
    """Rows as they come; jobs lost with a killed worker are given to new ones, a few times."""
    left = {job.output: job for job in jobs}
    for _round in range(ROUNDS):
        if not left:
            return
        pool = Parallel(
            n_jobs=min(kernels, len(left)), backend="loky", return_as="generator_unordered", batch_size=1
        )
        try:
            with closing(pool(delayed(run)(job) for job in list(left.values()))) as results:
                for result in results:
                    left.pop(result["output"])
                    yield result
        except BrokenProcessPool:
            continue
    for job in left.values():
        yield row(job, "died", "the worker was killed, perhaps for lack of memory.")


def _result(home: Path, last: Mapping[str, Any], reused: bool) -> Result:
    return Result(
        store_id=last["store_id"],
        notebook=last["notebook"],
        lang=last["lang"],
        status=last["status"],
        error=last["error"],
        seconds=float(last.get("seconds", 0)),
        cpu_seconds=float(last.get("cpu_seconds", 0)),
        page=home / f"{last['output']}.html",
        reused=reused,
    )
