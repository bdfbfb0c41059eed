"""Widget panels: each widget only chooses an argument of a view, a function that needs no widget.

A panel is live where a front end is there to turn its widgets, and static elsewhere: the chosen values
and the view they give. `OPSMODEL_BATCH=1` makes it static, `OPSMODEL_BATCH=0` live; unset, it is live in
a kernel that JupyterLab or VS Code opened for a notebook, and static under papermill, nbclient and nbval.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from opsmodel.display.tables import Table
from opsmodel.display.typeset import pad, width
from opsmodel.errors import ArgumentError, OpsmodelError
from opsmodel.wording import _

PLOTLY = "application/vnd.plotly.v1+json"


@dataclass(frozen=True)
class View:
    """A figure and the table it is drawn from; a notebook shows both."""

    figure: go.Figure
    table: Table

    @property
    def frame(self) -> pd.DataFrame:
        return self.table.frame

    def outputs(self) -> list[dict]:
        """The MIME bundles a notebook shows, in order."""
        figure = json.loads(self.figure.to_json())
        table = {"text/html": self.table._repr_html_(), "text/plain": repr(self.table)}
        return [{PLOTLY: figure | {"config": {"displayModeBar": False}}}, table]

    def _ipython_display_(self) -> None:
        _show(self.outputs())


@dataclass(frozen=True)
class Choice:
    """An argument a widget chooses: its label, and the texts of its values in order."""

    label: str
    values: Mapping[str, Any]

    def text(self, value) -> str:
        """What the widget shows for a value."""
        return next(text for text, known in self.values.items() if known == value)


class Panel:
    """Widgets above a view. `draw(**chosen)` makes the view; `code` is the call that repeats it.

    draw     the view, a function of the chosen arguments alone
    choices  argument -> what can be chosen
    start    argument -> value at the start, and after Reset
    call     the call as text, up to its keyword arguments: `explore.funnel_view(shop`
    """

    def __init__(self, draw: Callable[..., View], choices: dict[str, Choice], start: dict, call: str) -> None:
        for name, value in start.items():
            if value not in choices[name].values.values():
                raise ArgumentError(
                    f"{name} cannot be chosen so.",
                    found=repr(value),
                    fix=f"use one of {list(choices[name].values.values())}.",
                )
        self.draw, self.choices, self.start, self.call = draw, choices, start, call
        self.chosen = dict(start)

    @property
    def code(self) -> str:
        """The line of code that gives the view shown now."""
        return f"{self.call}, {', '.join(f'{name}={value!r}' for name, value in self.chosen.items())})"

    def outputs(self) -> list[dict]:
        """What the panel shows below its widgets; an error stands there as its three lines."""
        try:
            return self.draw(**self.chosen).outputs()
        except OpsmodelError as error:
            return [{"text/plain": str(error), "text/html": f"<pre>{escape(str(error))}</pre>"}]

    def values(self) -> str:
        """The chosen values, a line each, for a page whose widgets cannot be turned."""
        rows = [(choice.label, choice.text(self.chosen[name])) for name, choice in self.choices.items()]
        wide = max(width(label) for label, _value in rows)
        return "\n".join(f"{pad(label, wide)}  {value}" for label, value in rows)

    def _ipython_display_(self) -> None:
        if live():
            _display(controls(self))
        else:
            _show([{"text/plain": self.values()}, *self.outputs()])


def controls(panel: Panel):
    """The panel as widgets. Turning one changes one argument of the view and draws it again."""
    import ipywidgets

    chosen = {
        name: ipywidgets.Dropdown(
            description=choice.label,
            options=list(choice.values),
            value=choice.text(panel.chosen[name]),
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )
        for name, choice in panel.choices.items()
    }
    reset = ipywidgets.Button(description=_("Reset"), icon="undo", layout={"width": "auto"})
    code = ipywidgets.HTML()
    shown = ipywidgets.Output()

    def draw() -> None:
        shown.outputs = tuple(
            {"output_type": "display_data", "data": bundle, "metadata": {}} for bundle in panel.outputs()
        )
        code.value = f"<small>{escape(_('The same in code:'))} <code>{escape(panel.code)}</code></small>"

    def turned(change) -> None:
        name = next(name for name, widget in chosen.items() if widget is change["owner"])
        value = panel.choices[name].values[change["new"]]
        if panel.chosen[name] != value:
            panel.chosen[name] = value
            draw()

    def start_again(_button) -> None:
        panel.chosen.update(panel.start)
        for name, widget in chosen.items():
            widget.value = panel.choices[name].text(panel.start[name])
        draw()

    for widget in chosen.values():
        widget.observe(turned, names="value")
    reset.on_click(start_again)
    draw()
    row = ipywidgets.HBox([*chosen.values(), reset], layout={"flex_flow": "row wrap"})
    return ipywidgets.VBox([row, code, shown])


def live() -> bool:
    """Whether somebody is there to turn the widgets."""
    said = os.environ.get("OPSMODEL_BATCH")
    if said is not None:
        return said == "0"
    return "JPY_SESSION_NAME" in os.environ or "VSCODE_PID" in os.environ


def _show(bundles: list[dict]) -> None:
    for bundle in bundles:
        _display(bundle, raw=True)


def _display(*what, **how) -> None:
    from IPython.display import display

    display(*what, **how)
