"""engagement.yaml: what a consultant decides about a client, read and checked."""

import os
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from opsmodel.errors import ClientError, EngagementError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.lifecycle import LIFECYCLE, LifecycleStage
from opsmodel.intake.stages import LOOPS, STAGES, Label, Loop, Part, Stage

FILE = "engagement.yaml"

MINIMAL = "{{client: {name}, language: zh, currency: CNY, timezone: Asia/Shanghai, as_of: 2025-06-30}}"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not known, not a name, or a folder of zones
        near = get_close_matches(name, available_timezones(), n=3, cutoff=0.5)
        raise ValueError(f"write an IANA zone such as {', '.join(near or ['Asia/Shanghai'])}") from None
    return name


def _cutoff(value: object) -> object:
    """04:00 is read by YAML 1.1 as text, 4 as a number, 4:30 as 270 minutes."""
    if isinstance(value, int) and not isinstance(value, bool):
        hours, minutes = (value, 0) if value < 24 else divmod(value, 60)
        if hours < 24:
            return time(hours, minutes)
    if isinstance(value, str):
        try:
            hour, _colon, minute = value.partition(":")
            return time(int(hour), int(minute or 0))
        except ValueError:
            pass
    if isinstance(value, time):
        return value
    raise ValueError('write an hour such as 4, or "04:30"')


def _table(name: str) -> str:
    if name not in TABLES:
        raise ValueError(f"write one of {', '.join(TABLES)}")
    return name


Zone = Annotated[str, AfterValidator(_zone)]
TableName = Annotated[str, AfterValidator(_table)]


class PeerGroup(Part):
    """Stores alike in these columns of `stores` are compared; all others where fewer than `min_peers` are."""

    columns: tuple[Literal["region", "city_tier", "format", "wave"], ...] = ()
    min_peers: Annotated[int, Field(ge=1)] = 3


class Windows(Part):
    """Default window lengths, in days."""

    within_days: Annotated[int, Field(ge=1, le=3650)] = 90


class Engagement(Part):
    """One client: who, where, when, how its exports map, and what was agreed.

    source   the folder of raw exports, or the name of an importer such as `completejourney`
    files    glob on file names (file!sheet in a workbook) -> canonical table, where headers do not tell
    columns  table -> canonical column -> header; or @line, @file, @sheet (where the row stands), or =text
             (the same in every row)
    as_of    last day observed, inclusive; empty means the last day with an order
    lifecycle  stages with a rule each; of several that hold, the first counts
    targets  KPI -> share every store shall reach, such as close_90d: 0.35; read where `kpis.parse` knows it

    >>> Engagement(client="demo", timezone="Asia/Shanghai", as_of="2025-06-30").source_timezone
    'Asia/Shanghai'
    """

    client: Annotated[str, Field(pattern=r"^[\w-]+$", max_length=60)]
    title: str = ""
    language: Literal["zh", "en"] = "zh"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    timezone: Zone
    source_timezone: Zone = ""
    day_cutoff: Annotated[time, BeforeValidator(_cutoff)] = time(0)
    as_of: date | None = None
    source: Annotated[str, Field(pattern=r"^[\w-]+$")] = "raw"
    files: dict[str, TableName] = Field(default_factory=dict)
    columns: dict[TableName, dict[str, Label | list[Label]]] = Field(default_factory=dict)
    day_first: bool | None = None
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = STAGES
    loops: tuple[Loop, ...] = LOOPS
    lifecycle: Annotated[tuple[LifecycleStage, ...], Field(min_length=1)] = LIFECYCLE
    targets: dict[str, float] = Field(default_factory=dict)
    peer_group: PeerGroup = PeerGroup()
    windows: Windows = Windows()

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, values: Any) -> Any:
        if isinstance(values, dict):
            values = dict(values)
            values.setdefault("source_timezone", values.get("timezone"))
            values.setdefault("title", values.get("client"))
        return values

    @model_validator(mode="after")
    def _consistent(self):
        names = [stage.name for stage in self.stages]
        every = names + [loop.name for loop in self.loops]
        twice = sorted({name for name in every if every.count(name) > 1})
        if twice:
            raise ValueError(f"stages and loops share the name {twice[0]!r}; give each its own")
        for loop in self.loops:
            if loop.after not in names:
                raise ValueError(
                    f"loop {loop.name!r} follows {loop.after!r}; write one of {', '.join(names)}"
                )
        stages = [stage.name for stage in self.lifecycle]
        for name in stages:
            if stages.count(name) > 1:
                raise ValueError(f"lifecycle names {name!r} twice; give each stage a name of its own")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def find_client(name: str | Path) -> Path:
    """The client's folder: a path that holds an engagement.yaml, or a name under data/.

    The folder of clients is the one OPSMODEL_DATA names, or else data/ here or in the nearest folder
    above, so that a notebook finds it too.
    Raises ClientError if there is no such client, EngagementError if its folder has no engagement.yaml.
    """
    home = _clients()
    for folder in (home / name, Path(name)) if str(name) else ():
        if (folder / FILE).is_file():
            return folder.resolve()
    for folder in (home / name, Path(name)) if str(name) else ():
        if folder.is_dir() and folder.resolve() != home.resolve():
            raise EngagementError(
                f"{folder} has no {FILE}.",
                found=sorted(path.name for path in folder.iterdir())[:10] or "an empty folder",
                fix=f"write one; the least it needs: {MINIMAL.format(name=folder.resolve().name)}",
            )
    known = sorted(path.parent.name for path in home.glob(f"*/{FILE}"))
    near = get_close_matches(str(name), known, n=3, cutoff=0.5)
    raise ClientError(
        f"there is no client {str(name)!r}.",
        found=f"{', '.join(known) or 'no client'} in {home.resolve()}",
        fix=f"use {' or '.join(near)}." if near else f"make {home / str(name)} with {FILE} and raw exports.",
    )


def _clients() -> Path:
    if named := os.environ.get("OPSMODEL_DATA"):
        return Path(named)
    here = Path.cwd()
    return next(
        (folder / "data" for folder in (here, *here.parents) if (folder / "data").is_dir()), Path("data")
    )


def read(folder: Path) -> Engagement:
    """The checked engagement of a client folder.

    Raises EngagementError with the path in the file, the value found and what to write.
    """
    path = folder / FILE
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise EngagementError(f"{folder} has no {FILE}.", found="nothing", fix="write one.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "bytes that are not UTF-8"
        raise EngagementError(
            f"{path} is not valid YAML.",
            found=f"{where}: {getattr(error, 'problem', None) or 'unreadable'}",
            fix="indent with spaces, put text with ':' in quotes, save as UTF-8.",
        ) from None
    if not isinstance(values, dict):
        raise EngagementError(
            f"{path} holds no settings.",
            found=type(values).__name__,
            fix=f"start it with {MINIMAL.format(name=folder.name)}",
        )
    try:
        return Engagement.model_validate(values)
    except ValidationError as error:
        _explain(path, error)


_BRANCHES = ("Condition", "Condition]", "constrained-str", "constrained-str]")  # of a union; not in the file


def _explain(path: Path, error: ValidationError) -> NoReturn:
    """The first thing wrong, in the words of the file."""
    errors = error.errors()
    first = next((e for e in errors if e["type"] != "string_type"), errors[0])  # of a union, the fuller form
    steps = [str(step) for step in first["loc"]]
    at = ".".join(step for step in steps if not step.endswith(_BRANCHES)) or "the file"
    kind, found = first["type"], repr(first["input"])[:200]
    if kind == "extra_forbidden":
        wrong = f"{at} is not a setting."
        known = [*Engagement.model_fields]
        near = get_close_matches(str(first["loc"][-1]), known, n=1, cutoff=0.6)
        fix = f"write {near[0]}." if near else f"remove it; the settings are {', '.join(known)}."
    elif kind == "missing":
        wrong, found, fix = f"{at} is missing.", "no value", f"add {first['loc'][-1]}: to the file."
    else:
        wrong = f"{at} cannot be used."
        fix = first["msg"].removeprefix("Value error, ").rstrip(".") + "."
    raise EngagementError(f"{path.name}: {wrong}", found=found, fix=fix) from None
