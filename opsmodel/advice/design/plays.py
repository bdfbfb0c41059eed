"""Plays: what to do about a finding, read from playbook.yaml and the client's own, and checked."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from opsmodel.advice.levers import LEVERS
from opsmodel.errors import EngagementError
from opsmodel.wording import _, language

FILE = "playbook.yaml"
BUNDLED = Path(__file__).with_name(FILE)

Stage = Literal["acquire", "share", "close", "repurchase", "refer", "base"]
Post = Literal[
    "store_manager", "store_staff", "customer_operations", "content", "product", "channel_lead", "regional",
    "headquarters",
]  # fmt: skip
Unit = Literal["add", "buyer", "returning", "month", "once", "chain_month", "chain_once"]
CHECKLIST = {
    "three keys": ("method", "process", "team"),
    "five ones": ("one_strategy", "one_organisation", "one_process", "one_standard", "one_report"),
    "five steps": ("persona", "connect", "activate", "layer", "repurchase"),
}
Item = Literal[
    "method", "process", "team", "one_strategy", "one_organisation", "one_process", "one_standard",
    "one_report", "persona", "connect", "activate", "layer", "repurchase",
]  # fmt: skip
Trade = Literal["frequent", "between", "rare"]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """A play in one language."""

    name: Text
    why: Text
    steps: Annotated[tuple[Text, ...], Field(min_length=1)]
    sop: Text
    kpi: Text
    needs: Text


class Cost(_Part):
    """What a play costs each time: money, and minutes of staff time."""

    per: Unit
    amount: Annotated[float, Field(ge=0)] = 0.0
    minutes: Annotated[float, Field(ge=0)] = 0.0


class Play(_Part):
    """One play; `playbook.yaml` tells what each field means. It shows itself in the language spoken now."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    stage: Stage
    levers: tuple[str, ...] = ()
    kinds: tuple[Text, ...] = ()
    covers: tuple[Item, ...] = ()
    trades: tuple[Trade, ...] = ()
    owner: Post
    cost: Annotated[tuple[Cost, ...], Field(min_length=1)]
    weeks: tuple[Annotated[int, Field(ge=0, le=52)], Annotated[int, Field(ge=1, le=104)]] = (2, 8)
    after: tuple[str, ...] = ()
    en: Words
    zh: Words

    @field_validator("levers")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in LEVERS:
                raise ValueError(f"{name} is no lever; write one of {', '.join(LEVERS)}")
        return names

    def suits(self, trade: str) -> bool:
        """Whether it fits how often the chain's customers buy; a trade nobody knows rules nothing out."""
        return not self.trades or trade not in get_args(Trade) or trade in self.trades

    @property
    def words(self) -> Words:
        """The play in the language spoken now."""
        return self.zh if language() == "zh" else self.en

    def __repr__(self) -> str:
        return f"<Play {self.id}>"

    def __str__(self) -> str:
        words = self.words
        steps = [f"{number}. {step}" for number, step in enumerate(words.steps, start=1)]
        return "\n".join([words.name, words.why, *steps, *(f"{a}: {b}" for a, b in self._foot())])

    def _repr_html_(self) -> str:
        words = self.words
        steps = "".join(f"<li>{escape(step)}</li>" for step in words.steps)
        foot = "".join(f"<p><b>{escape(name)}</b> {escape(text)}</p>" for name, text in self._foot())
        return (
            f'<div class="finding play"><p class="claim">{escape(words.name)}</p><p>{escape(words.why)}</p>'
            f"<ol>{steps}</ol>{foot}</div>"
        )

    def _foot(self) -> list[tuple[str, str]]:
        words = self.words
        return [
            (_("Procedure"), words.sop),
            (_("KPI"), words.kpi),
            (_("Owner"), post(self.owner)),
            (_("Needs"), words.needs),
        ]


class Playbook(_Part):
    """All plays of a client, in order, with the price of an hour of staff time."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    hour_cost: Annotated[float, Field(ge=0)] = 0.0
    plays: Annotated[tuple[Play, ...], Field(min_length=1)]

    def __getitem__(self, play_id: str) -> Play:
        for play in self.plays:
            if play.id == play_id:
                return play
        raise EngagementError(
            f"there is no play {play_id!r}.",
            found=", ".join(play.id for play in self.plays),
            fix=f"use one of those, or add it to the client's {FILE}.",
        )


def post(name: str) -> str:
    """A post in words."""
    return {
        "store_manager": lambda: _("store manager"),
        "store_staff": lambda: _("store staff"),
        "customer_operations": lambda: _("customer operations"),
        "content": lambda: _("content editor"),
        "product": lambda: _("product lead"),
        "channel_lead": lambda: _("channel lead"),
        "regional": lambda: _("regional manager"),
        "headquarters": lambda: _("head office"),
    }[name]()


def read(folder: Path | str | None = None, bundled: Path = BUNDLED) -> Playbook:
    """The playbook, with the changes of the client's own playbook.yaml where its folder has one.

    folder  the client's folder; None for the bundled plays alone

    Raises EngagementError naming the play, the field, what was found and what to write.

    >>> read()["entry_product"].stage
    'close'
    """
    values = _load(bundled)
    own = Path(folder) / FILE if folder is not None else None
    if own is not None and own.is_file():
        values = _changed(values, _load(own), own)
    return _checked(values, own if own is not None and own.is_file() else bundled)


def _load(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "bytes that are not UTF-8"
        raise EngagementError(
            f"{path} is not valid YAML.", found=where, fix="indent with spaces, put text with ':' in quotes."
        ) from None
    if not isinstance(values, dict):
        raise EngagementError(
            f"{path} holds no plays.", found=type(values).__name__, fix="start it with plays: and a list."
        )
    return values


def _changed(values: dict[str, Any], own: dict[str, Any], path: Path) -> dict[str, Any]:
    """The bundled values with the client's: known plays changed field by field, new ones first.

    Costs typed in another currency than the client's would be wrong: they are left out (see `costs`).
    """
    plays = {play["id"]: play for play in values["plays"]}
    new: dict[str, Any] = {}
    for play in own.get("plays") or []:
        name = play.get("id") if isinstance(play, dict) else None
        if not isinstance(name, str):
            raise EngagementError(f"{path.name}: a play has no id.", found=repr(play)[:80], fix="add id: …")
        (plays if name in plays else new)[name] = _merged(plays.get(name, {}), play)
    for name in own.get("drop") or []:
        if plays.pop(name, None) is None:
            known = ", ".join(plays)
            raise EngagementError(f"{path.name}: drop names no play.", found=repr(name), fix=f"use {known}.")
    top = {key: value for key, value in own.items() if key not in ("plays", "drop")}
    return values | top | {"plays": [*new.values(), *plays.values()]}


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **old,
        **{
            key: _merged(old[key], value)
            if isinstance(value, dict) and isinstance(old.get(key), dict)
            else value
            for key, value in new.items()
        },
    }


def _checked(values: dict[str, Any], path: Path) -> Playbook:
    try:
        found = Playbook.model_validate(values)
    except ValidationError as error:
        _explain(path, values, error)
    names = [play.id for play in found.plays]
    for play in found.plays:
        if names.count(play.id) > 1:
            raise EngagementError(
                f"{path.name}: two plays are called {play.id}.", found=play.id, fix="rename one."
            )
        if unknown := set(play.after) - set(names):
            raise EngagementError(
                f"{path.name}: {play.id} comes after a play that is not there.",
                found=", ".join(sorted(unknown)), fix="name plays of the playbook, or remove it.",
            )  # fmt: skip
    return found


def _explain(path: Path, values: dict[str, Any], error: ValidationError) -> NoReturn:
    """The first thing wrong, naming the play by its id."""
    first = error.errors()[0]
    steps = list(first["loc"])
    if steps[:1] == ["plays"] and len(steps) > 1 and isinstance(steps[1], int):
        play = values["plays"][steps[1]]
        steps[:2] = [play.get("id", f"play {steps[1] + 1}") if isinstance(play, dict) else "plays"]
    at = ".".join(str(step) for step in steps)
    if first["type"] == "missing":
        raise EngagementError(
            f"{path.name}: {at} is missing.", found="no value", fix=f"add {steps[-1]}:."
        ) from None
    fix = first["msg"].removeprefix("Value error, ").rstrip(".") + "."
    raise EngagementError(
        f"{path.name}: {at} cannot be used.", found=repr(first["input"])[:120], fix=fix
    ) from None
