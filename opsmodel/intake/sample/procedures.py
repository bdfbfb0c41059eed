"""The standard procedures of a store: when each is due, how well it is followed, and what it truly does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit, logit

from opsmodel.errors import ArgumentError
from opsmodel.intake.sample.behaviour import Behaviour
from opsmodel.intake.sample.draw import Draw

REVERSED = 0.06  # follow-ups whose second step is done before the first
COACHED = 1.0  # log-odds a store of a wave gains from its first day on
KEENER = 1.6  # log-odds of the birthday touch for recent buyers, against -KEENER / 2 for the others
MOST = 0.95  # no procedure brings back more of those served


@dataclass(frozen=True)
class Procedure:
    """One standard procedure.

    steps      (step, its name in Chinese), in order
    adherence  share of its tasks that ordinary staff do on time
    lifts      the order number after which serving may bring the next order; 0 = it never does
    late       share of the tasks not done on time that is done late; the others are never done
    late_days  a late task is done within so many days
    """

    sop: str
    zh: str
    steps: tuple[tuple[str, str], ...]
    adherence: float
    lifts: int = 0
    late: float = 0.4
    late_days: int = 6


PROCEDURES = (
    Procedure("welcome", "加好友24小时欢迎", (("greet", "欢迎语与自我介绍"),), 0.88),
    Procedure(
        "followup", "首单跟进", (("day_3", "第3天使用指导"), ("day_7", "第7天答疑回访")), 0.55, late_days=3
    ),
    Procedure("return_call", "未复购回访", (("call", "电话或语音回访"),), 0.78, lifts=1),
    Procedure("birthday", "生日关怀", (("wish", "生日祝福"),), 0.45),
    Procedure("member_invite", "二单入会邀请", (("invite", "入会邀请"),), 0.18, lifts=2, late=0.05),
)
SOPS = {procedure.sop: procedure for procedure in PROCEDURES}


@dataclass(frozen=True)
class Service:
    """How the staff follow the procedures, and what following them does to the customers.

    adherence  sop -> share done on time by ordinary staff, instead of the procedure's own
    diligence  store_id or staff_id -> log-odds added for every procedure, instead of what chance gives it
    bulk       staff who serve nobody and tick everything at one minute, on the last evening of the month
    uncovered  staff whose customers get no tasks
    effects    sop -> factor: of the customers served, so many times as many have the next order within the
               window as of the others; only return_call and member_invite can have one. It changes orders
    fitted     the same, but no order changes: who is served is drawn to fit who comes back
    since      first day with tasks (ISO), default the first day of the chain
    """

    adherence: Mapping[str, float] = field(default_factory=dict)
    diligence: Mapping[str, float] = field(default_factory=dict)
    bulk: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    effects: Mapping[str, float] = field(default_factory=dict)
    fitted: Mapping[str, float] = field(default_factory=dict)
    since: str | None = None

    def __post_init__(self) -> None:
        lifting = [procedure.sop for procedure in PROCEDURES if procedure.lifts]
        for sop, factor in [*self.effects.items(), *self.fitted.items()]:
            if sop not in lifting or factor < 1:
                raise ArgumentError(
                    "this procedure cannot be given this effect.",
                    found=f"{sop!r}: {factor!r}",
                    fix=f"use one of {lifting} and a factor of at least 1.",
                )
        if both := sorted(set(self.effects) & set(self.fitted)):
            raise ArgumentError(
                "a procedure has one effect.",
                found=f"{both[0]!r} in effects and in fitted",
                fix="leave one of them out.",
            )
        if unknown := sorted(set(self.adherence) - set(SOPS)):
            raise ArgumentError(
                "this procedure is not known.", found=repr(unknown[0]), fix=f"use one of {list(SOPS)}."
            )

    def first_day(self, opened: np.datetime64) -> np.datetime64:
        return max(opened, np.datetime64(self.since)) if self.since else opened


@dataclass(frozen=True)
class Team:
    """The staff of one store: how likely each is to do a task on time, on the log-odds scale."""

    staff: tuple[str, ...]
    service: Service
    shift: np.ndarray  # one a staff member
    started: np.datetime64 | None  # first day of the store's wave

    def on_time(self, sop: str, staff: np.ndarray, due: np.ndarray, keen: np.ndarray) -> np.ndarray:
        """The chance of each task to be done on time.

        staff  positions in `staff`
        due    seconds
        keen   log-odds added for the customer
        """
        usual = logit(self.service.adherence.get(sop, SOPS[sop].adherence))
        begun = np.datetime64("NaT") if self.started is None else self.started
        coached = COACHED * (due.astype("datetime64[s]") >= begun)  # no day is on or after NaT
        return expit(usual + self.shift[staff] + coached + keen)


def team(store_id: str, staff: tuple[str, ...], service: Service, started: str | None, draw: Draw) -> Team:
    """The team of a store; where `service` says nothing, chance gives it diligence."""
    store = 0.4 * draw.normal(1)[0]
    person = 0.3 * draw.normal(len(staff))
    told = service.diligence
    shift = told.get(store_id, store) + np.array(
        [told.get(name, chance) for name, chance in zip(staff, person, strict=True)]
    )
    return Team(staff, service, shift, np.datetime64(started) if started else None)


def offset(procedure: Procedure, behaves: Behaviour) -> int:
    """Days after the order at which a lifting procedure is due."""
    window = behaves.industry.return_days
    return window if procedure.sop == "return_call" else min(3, window // 7)


def back(procedure: Procedure, behaves: Behaviour, factor: float = 1.0) -> tuple[float, float]:
    """Of those due: the share with the next order within the window, unserved and served."""
    days, window = offset(procedure, behaves), behaves.industry.return_days
    soon = behaves.back_within(procedure.lifts, days)
    unserved = (behaves.back_within(procedure.lifts, days + window) - soon) / (1 - soon)
    return unserved, max(unserved, min(MOST, factor * unserved))


def planted(behaves: Behaviour, crew: Team) -> dict[str, Any]:
    """What is true of the procedures in one store."""
    effects: dict[str, dict[str, float]] = {}
    for sop, factor in crew.service.effects.items():
        unserved, served = back(SOPS[sop], behaves, factor)
        effects[sop] = {"factor": factor, "unserved": round(unserved, 4), "served": round(served, 4)}
    for sop, factor in crew.service.fitted.items():
        effects[sop] = {"factor": factor, "everyone": round(back(SOPS[sop], behaves)[0], 4)}
    return {
        "window_days": behaves.industry.return_days,
        "effects": effects,
        "diligence": {
            name: round(float(shift), 3) for name, shift in zip(crew.staff, crew.shift, strict=True)
        },
    }
