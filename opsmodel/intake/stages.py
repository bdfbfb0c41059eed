"""Stages and side loops: the path a customer walks, as the engagement words it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from opsmodel.intake.contract import TABLES

Label = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A part of engagement.yaml: a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Part):
    """An event that is a condition on a table: rows of `table` where every column holds a listed value."""

    table: Literal["orders", "order_lines", "events", "customers", "tasks"]
    where: dict[str, str | int | float | bool | list[str | int | float]] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_exist(self):
        for column in self.where:
            if column not in TABLES[self.table].names:
                raise ValueError(f"where: {column} is no column of {self.table}; "
                                 f"write one of {', '.join(TABLES[self.table].names)}")  # fmt: skip
        return self


class Stage(Part):
    """A step of the core path: its name, its Chinese label, and the event that reaches it."""

    name: Label
    zh: Label | None = None
    event: Label | Condition

    @property
    def event_name(self) -> str:
        """The event in `client.events`; a condition becomes an event named after the stage."""
        return self.name if isinstance(self.event, Condition) else self.event


class Loop(Stage):
    """A side loop: what customers do besides the core path, counted from the stage `after`."""

    after: Label


STAGES = (
    Stage(name="acquire", zh="引流", event="joined"),
    Stage(name="close", zh="成交", event="ordered"),
    Stage(name="repurchase", zh="复购", event="ordered"),
)
LOOPS = (
    Loop(name="share", zh="裂变", event="shared", after="acquire"),
    Loop(name="refer", zh="转介绍", event="referred", after="close"),
)
