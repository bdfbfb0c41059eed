"""How every figure looks: one plotly template, one palette, one place for title, base and date.

Tables and published numbers are shown by `theme.table` and `theme.publish` (see `display.tables`).
"""

import re
from collections.abc import Iterable
from math import ceil, floor, isfinite, log10

import plotly.graph_objects as go
import plotly.io as pio

from opsmodel import numbers
from opsmodel.display.chapter import chapter
from opsmodel.display.tables import Published, Table, publish, table
from opsmodel.display.typeset import plain, wrap
from opsmodel.wording import _

__all__ = [
    "PALETTE",
    "TEMPLATE",
    "Published",
    "Table",
    "chapter",
    "figure",
    "money_axis",
    "publish",
    "rounded",
    "table",
]

FONTS = (
    "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei',"
    " 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)
INK, MUTED, FAINT, GRID = "#1f2933", "#5b6670", "#c3cbd3", "#e4e7eb"
BLUE, ORANGE, GREEN, YELLOW, SKY, PURPLE, GREY = (
    "#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#aa4499", "#8a949e",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY, GREY)
PALE = "#bcd9ea"
SCALE = [[0.0, "#f7fafc"], [0.5, "#b3d4e8"], [1.0, "#62a8d3"]]  # dark text stays readable on all of it
GREYS = [[0.0, "#f8f9fa"], [0.5, "#e1e5e9"], [1.0, "#c3cbd3"]]  # the same where the base is too small

_AXIS = {
    "gridcolor": GRID,
    "linecolor": "#9aa5b1",
    "zeroline": False,
    "ticks": "",
    "ticklabelstandoff": 6,
    "automargin": True,
    "title": {"font": {"size": 12, "color": MUTED}, "standoff": 10},
    "tickfont": {"size": 12, "color": INK},
}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONTS, "size": 13, "color": INK},
        "title": {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yanchor": "top",
                  "pad": {"t": 14, "l": 12}, "font": {"size": 16, "color": INK, "weight": 600},
                  "subtitle": {"font": {"size": 12, "color": MUTED}}},
        "colorway": list(PALETTE),
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "margin": {"l": 96, "r": 28, "t": 72, "b": 56},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal",
                   "font": {"size": 12}},
        "hoverlabel": {"align": "left", "bgcolor": "#ffffff", "bordercolor": "#9aa5b1",
                       "font": {"family": FONTS, "size": 12, "color": INK}},
        "bargap": 0.35,
        "modebar": {"remove": ["toImage", "zoom", "pan", "select", "lasso", "zoomIn", "zoomOut",
                               "autoScale", "resetScale"]},
        "dragmode": False,
    }
)  # fmt: skip
pio.templates["opsmodel"] = TEMPLATE
pio.templates.default = "opsmodel"


def figure(title: str, *, base: str = "", as_of=None, height: int = 380, legend: bool = False) -> go.Figure:
    """An empty figure with its message on top and, below it, what it counts and until when.

    title   the message, a full sentence
    base    who or what is counted: the denominator in words
    as_of   last day observed, inclusive; printed after the base
    height  pixels of the plotting area and its axes; the lines of the title come on top

    >>> figure("Half return.", base="412 customers", as_of="2024-06-30").layout.title.subtitle.text
    '412 customers · as of 2024-06-30'
    """
    until = _("as of {day}", day=str(as_of)[:10]) if as_of else ""
    head = [plain(line) for line in wrap(title, 82)]
    under = [plain(line) for line in wrap(" · ".join(part for part in (base, until) if part), 108)]
    top = 22 + 22 * len(head) + 17 * len([line for line in under if line]) + (34 if legend else 12)
    return go.Figure(
        layout={
            "title": {"text": "<br>".join(head), "subtitle": {"text": "<br>".join(under)}},
            "margin": {"t": top},
            "height": height + top,
            "showlegend": legend,
        }
    )


def silent(title: str, sentence: str, *, base: str = "", as_of=None) -> go.Figure:
    """The figure that stands where there is nothing to draw, and says why."""
    empty = figure(title, base=base, as_of=as_of, height=120)
    text = "<br>".join(plain(line) for line in wrap(sentence, 80))
    empty.add_annotation(text=text, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False,
                         font={"size": 14, "color": MUTED})  # fmt: skip
    empty.update_xaxes(visible=False).update_yaxes(visible=False)
    return empty


def rounded(values: Iterable) -> list:
    """Six significant digits, and None for what could not be seen: small and the same on every machine.

    >>> rounded([1 / 3, float("nan"), 12345678.9, 7])
    [0.333333, None, 12345700.0, 7.0]
    """
    return [_round(value) for value in values]


def _round(value) -> float | None:
    return float(f"{float(value):.6g}") if value is not None and isfinite(float(value)) else None


def money_axis(low: float, high: float) -> dict:
    """Tick positions and their texts in the report's currency, for an axis from `low` to `high`."""
    ticks = nice_ticks(min(low, 0.0), max(high, 0.0))
    return {"tickvals": rounded(ticks), "ticktext": [_bare(numbers.money(tick)) for tick in ticks]}


def _bare(amount: str) -> str:
    """Without zeros after the point: ¥2.50万 as ¥2.5万, ¥40.00万 as ¥40万."""
    return re.sub(r"\.0+(?=\D*$)|(?<=\.\d)0+(?=\D*$)", "", amount)


def nice_ticks(low: float, high: float, steps: int = 5) -> list[float]:
    """Round numbers covering low to high, about `steps` of them.

    >>> nice_ticks(0, 43)
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    span = (high - low) or 1.0
    size = 10.0 ** floor(log10(span / steps))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= span / steps)
    return [step * position for position in range(ceil(low / step), floor(high / step) + 1)]
