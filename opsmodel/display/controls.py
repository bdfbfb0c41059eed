"""The widgets of a panel: one drop-down an argument, Reset, the line of code, and the view below."""

from html import escape

import ipywidgets

from opsmodel.display.panels import Panel
from opsmodel.wording import _


def controls(panel: Panel) -> ipywidgets.VBox:
    """The panel as widgets. Turning one changes one argument of the view and draws it again."""
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
