"""Tables of the whole chain, computed once, kept beside the client's database, read back by every page."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from filelock import FileLock, Timeout
from pyarrow.compute import is_in
from pyarrow.parquet import ParquetFile

import opsmodel
from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import column_names

FOLDER = "kept"
ROOMS = ("metrics", "advice", "intake")  # whose code the kept tables depend on
HOME = {"orders": "home_store_id", "order_lines": "home_store_id", "events": "home_store_id"}
ROWS_A_BLOCK = 20_000  # of the file: a store's rows are found without reading all of it
Stores = tuple[str, Sequence[str]]  # the column that names them, and which
TIMINGS = "OPSMODEL_TIMINGS"  # names the file a batch run collects computing times in
_AHEAD: ContextVar[set[Path] | None] = ContextVar("ahead", default=None)  # answers given while going ahead


def of(shop, calculate: Callable[..., pd.DataFrame], table: str = "", **question: Any) -> pd.DataFrame:
    """The rows of the stores in scope, of a calculation made for all stores of the chain at once.

    shop       a client narrowed to a store or to its peers
    calculate  a function of the package with an argument `by`: of one of the client's tables and `as_of`,
               or, where `table` is empty, of the client itself
    table      name of that table: "orders", "events", "sales", "customers", …
    question   its other arguments: text, numbers, days, and lists and dicts of them

    Returns for one store what `calculate` returns for the store's own table; for several stores also the
    column that names them, first. The first page to ask computes the table, others that want it wait; it is
    read back as long as data, as-of day, engagement, question and code are the same.
    Raises ArgumentError if an argument cannot be kept, and what `calculate` raises.

    >>> of(shop, repurchase.curve, "orders", within_days=(30, 90))  # doctest: +SKIP
    """
    column = HOME.get(table, "store_id")
    asked = question | {"by": [column, *column_names(question.get("by"))]}
    one = len(shop.store_ids) == 1
    found = _kept(shop.chain, calculate, table, asked, stores=(column, shop.store_ids))
    if found is None:
        return _answer(shop, calculate, table, question if one else asked)
    if not one:
        return found
    if len(found):
        return found.drop(columns=column)
    # a store the chain's table says nothing about: what it is told, every such store is told
    found = _kept(shop, calculate, table, question, about="nobody")
    return _answer(shop, calculate, table, question) if found is None else found


def whole(client, calculate: Callable[..., pd.DataFrame], **question: Any) -> pd.DataFrame:
    """What `calculate(client.chain, …)` returns: a fit, a prior or a comparison that all pages share.

    Arguments and errors as in `of`.

    >>> whole(shop, benchmarks.compared)  # doctest: +SKIP
    """
    found = _kept(client.chain, calculate, "", question)
    return _answer(client.chain, calculate, "", question) if found is None else found


class _MetError(Exception):
    """Somebody has answered the question, or is about to."""


def ahead(*questions: Callable[[], object]) -> None:
    """Ask questions that will be asked later, until one is met that is answered, or being answered, already.

    A page that asks its questions from the last on halves the time for another that asks from the first on.
    A question that cannot be asked yet is left out: the page will say what is wrong with it. So is one whose
    answer cannot be kept: it would be given for nothing.

    >>> ahead(lambda: of(shop, cohort.retention, "orders"))  # doctest: +SKIP
    """
    was = _AHEAD.set(set())
    try:
        for ask in questions:
            with suppress(Exception):
                try:
                    ask()
                except _MetError:
                    return
    finally:
        _AHEAD.reset(was)


def _answer(client, calculate, table: str, question: dict[str, Any]) -> pd.DataFrame:
    if _AHEAD.get() is not None:
        raise OSError("the answer cannot be kept")
    if not table:
        return calculate(client, **question)
    return calculate(getattr(client, table), as_of=client.as_of, **question)


def _kept(
    client, calculate, table: str, question: dict, *, stores: Stores | None = None, about: str = "chain"
) -> pd.DataFrame | None:
    """The kept answer, calculated if it is not there yet; None where nothing can be kept.

    stores  read the rows of these stores only
    about   whom the answer is about, if not the chain
    """
    name = f"{calculate.__module__}.{calculate.__qualname__}"
    if not name.startswith("opsmodel."):  # a function of the notebook may change between two calls
        return None
    key = _key(client, name, table, question, about)
    path = client.folder / FOLDER / f"{calculate.__name__}-{key}.parquet"
    given = _AHEAD.get()
    if given is not None and path not in given and path.exists():
        raise _MetError
    with suppress(OSError, ValueError):  # not there, or damaged
        return _read(path, stores)
    with suppress(OSError):  # a folder that cannot be written costs time, not the answer
        path.parent.mkdir(exist_ok=True)
        with _alone(path):
            with suppress(OSError, ValueError):  # another process was first
                return _read(path, stores)
            began = time.perf_counter()
            _write(_answer(client, calculate, table, question), path)
            _tell(name, time.perf_counter() - began)
        return _read(path, stores)
    return None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else computes this answer meanwhile; whoever goes ahead does not wait for somebody who does."""
    given = _AHEAD.get()
    lock = FileLock(path.with_suffix(".lock"), timeout=-1 if given is None else 0)
    try:
        lock.acquire()
    except Timeout:
        raise _MetError from None
    if given is not None:
        given.add(path)
    was = _AHEAD.set(None)  # what the answer itself asks is waited for
    try:
        yield
    finally:
        _AHEAD.reset(was)
        lock.release()


def _read(path: Path, stores: Stores | None) -> pd.DataFrame:
    """The rows of these stores: of a long file, only the blocks that may hold them."""
    file = ParquetFile(path)
    if stores is None:
        return file.read(use_threads=False).to_pandas()
    column, wanted = stores
    place = file.schema_arrow.get_field_index(column)
    blocks = [
        block
        for block in range(file.num_row_groups)
        if _may_hold(file.metadata.row_group(block).column(place).statistics, wanted)
    ]
    found = file.read_row_groups(blocks, use_threads=False)
    return found.filter(is_in(found[column], pa.array(wanted, found[column].type))).to_pandas()


def _may_hold(statistics, wanted: Sequence[str]) -> bool:
    if statistics is None or not statistics.has_min_max:
        return True
    return any(statistics.min <= store <= statistics.max for store in wanted)


def _write(found: pd.DataFrame, path: Path) -> None:
    partial = path.with_name(f"{path.stem}.{os.getpid()}.partial")
    if found.empty:  # columns of no rows have no type of their own
        found = found.astype(dict.fromkeys(found.select_dtypes("object"), "str"))
    found.to_parquet(partial, index=False, row_group_size=ROWS_A_BLOCK)
    os.replace(partial, path)


def _tell(name: str, seconds: float) -> None:
    if path := os.environ.get(TIMINGS):
        with open(path, "a", encoding="utf-8") as file:
            file.write(
                json.dumps({"table": name.removeprefix("opsmodel."), "seconds": round(seconds, 2)}) + "\n"
            )


def _key(client, name: str, table: str, question: dict[str, Any], about: str) -> str:
    told = {argument: _plain(argument, value) for argument, value in sorted(question.items())}
    data = (client.data_version, client.as_of.isoformat(), client.engagement.model_dump_json())
    parts = (*data, about, name, table, repr(told), _code(ROOMS))
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _plain(argument: str, value: Any) -> Any:
    """The value, once it is known to read the same whenever it means the same."""
    if isinstance(value, dict):
        return {key: _plain(argument, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(argument, inner) for inner in value]
    if value is None or isinstance(value, (str, int, float, bool, date, timedelta)):
        return value
    raise ArgumentError(
        f"{argument} cannot be part of a question asked once for the chain.",
        found=type(value).__name__,
        fix="give text, numbers or days, or call the function on the store's own table.",
    )


@cache
def _code(rooms: tuple[str, ...]) -> str:
    digest, package = sha256(), Path(opsmodel.__file__).parent
    for path in sorted(path for room in rooms for path in (package / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
