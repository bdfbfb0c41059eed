"""Stores times notebooks times languages, checked before any kernel starts."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from opsmodel.errors import RenderError
from opsmodel.render import ledger
from opsmodel.render.files import safe_part
from opsmodel.render.job import Job
from opsmodel.render.parameters import checked, declared, read_notebook
from opsmodel.wording import LANGUAGES


@dataclass(frozen=True)
class Order:
    """What was asked for: see batch.render for the meaning of each field."""

    client_name: str
    client_title: str
    notebooks: Sequence[Path]
    stores: Sequence[str]
    langs: Sequence[str]
    parameters: Mapping[str, object]
    store_names: Mapping[str, str]
    as_of: str
    data_version: str
    single_file: bool
    limits: Mapping[str, float] = field(default_factory=dict)


def folder(out: Path, client_name: str) -> Path:
    """Where the client's reports go: a folder of `out`, never outside it."""
    if not re.fullmatch(r"\w[\w .-]*", client_name):
        raise RenderError(
            "this client name cannot name a folder.",
            found=repr(client_name),
            fix="use letters, digits, '-', '_' and '.'.",
        )
    return (out / client_name).resolve()


def jobs(order: Order, home: Path, scratch: Path, *, at_a_time: int | None) -> tuple[list[Job], int]:
    """The jobs, and how many to run at a time; raises if anything asked for is not there."""
    for lang in order.langs:
        if lang not in LANGUAGES:
            raise RenderError("this language is not known.", found=repr(lang), fix=f"use {list(LANGUAGES)}.")
    if at_a_time is not None and at_a_time < 1:
        raise RenderError("jobs is the number of kernels at a time.", found=at_a_time, fix="give 1 or more.")
    drafts = [draft for path in order.notebooks for draft in _drafts(order, path.resolve())]
    if not drafts:
        raise RenderError(
            "there is nothing to render.",
            found=f"{len(order.notebooks)} notebooks, {len(order.stores)} stores",
            fix="name at least one notebook, and a store if it reports on stores.",
        )
    cores = os.cpu_count() or 1
    kernels = min(at_a_time or 2 * cores, len(drafts))
    environment = _environment(max(1, cores // kernels))
    about = {"data_version": order.data_version, "versions": ledger.versions()}
    made: dict[str, Job] = {}
    for draft in drafts:
        job = Job(
            folder=home, scratch=scratch, environment=environment, limits=order.limits, about=about, **draft
        )
        if made.setdefault(job.output, job) is not job:
            raise RenderError(
                "two reports would have the same name.", found=job.output, fix="name every store once."
            )
    return list(made.values()), kernels


def asking_ahead(jobs: list[Job]) -> list[Job]:
    """The jobs; the second of each notebook asks the questions of the chain from the last one on."""
    met = Counter[Path]()
    found = []
    for job in jobs:
        met[job.notebook] += 1
        found.append(replace(job, asks_ahead=met[job.notebook] == 2))
    return found


def _drafts(order: Order, path: Path) -> Iterator[dict]:
    """A notebook's jobs: one a store and language if it has a parameter `store`, else one a language."""
    content = read_notebook(path)
    known = declared(content)
    given = checked(path.stem, known, order.parameters)
    for lang in order.langs:
        for store in order.stores if "store" in known else [""]:
            ours = {"client": order.client_name, "store": store, "lang": lang, "as_of": order.as_of}
            values = {**{name: value for name, value in ours.items() if name in known and value}, **given}
            cover = {
                "client": order.client_title or order.client_name,
                "store_id": store,
                "store_name": order.store_names.get(store, ""),
                "as_of": str(values.get("as_of") or order.as_of),
                "lang": lang,
                "single_file": order.single_file,
                "root": "../" if store else "",
            }
            name = f"{path.stem}.{lang}"
            yield {
                "notebook": path,
                "output": f"{safe_part(store)}/{name}" if store else name,
                "key": ledger.key(content, parameters=values, data_version=order.data_version, page=cover),
                "parameters": values,
                "cover": cover,
            }


def _environment(threads: int) -> dict[str, str]:
    """What a batch kernel is told: no widgets, one share of the cores, one hash seed."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPSMODEL_THREADS")
    return {"OPSMODEL_BATCH": "1", "PYTHONHASHSEED": "0", **dict.fromkeys(names, str(threads))}
