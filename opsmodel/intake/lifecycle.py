"""Lifecycle stages: ordered rules that put every customer into one stage, as the engagement words them."""

from typing import Any

from pydantic import Field, field_validator

from opsmodel.errors import ArgumentError
from opsmodel.intake.rules import parse
from opsmodel.intake.stages import Label, Part


class LifecycleStage(Part):
    """A stage of the lifecycle: its name, its Chinese label, and the rule that puts a customer into it."""

    name: Label
    zh: Label | None = None
    when: dict[str, Any] = Field(min_length=1)

    @field_validator("when")
    @classmethod
    def _is_a_rule(cls, when: dict[str, Any]) -> dict[str, Any]:
        try:
            parse(when, "when")
        except ArgumentError as error:
            raise ValueError(f"{error.wrong} found {error.found}; {error.fix}") from None
        return when


LIFECYCLE = (
    LifecycleStage(
        name="lost",
        zh="流失",
        when={
            "any": [
                {"days_since_last": {"above": 365}},
                {"has_left": True, "days_since_last": {"above": 90}},
                {"has_left": True, "n_occasions": 0},
            ]
        },
    ),
    LifecycleStage(name="dormant", zh="沉睡", when={"days_since_last": {"above": 180}}),
    LifecycleStage(name="svip", zh="SVIP", when={"is_member": True, "m": 5}),
    LifecycleStage(name="member", zh="会员", when={"is_member": True}),
    LifecycleStage(name="returning", zh="老客", when={"n_occasions": {"at_least": 2}}),
    LifecycleStage(name="new", zh="新客", when={"n_occasions": 1}),
    LifecycleStage(name="prospect", zh="潜客", when={"n_occasions": 0}),
)
