"""The marks that several charts share: intervals, labelled rows, and the test for nothing to draw."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import theme
from opsmodel.display.typeset import plain, wrap
from opsmodel.errors import TableError
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

PALE_BLUE = "rgba(0,114,178,0.18)"  # of the area of an interval


def columns(table: pd.DataFrame, names: list[str], chart: str) -> pd.DataFrame:
    """The table, once it is known to hold the columns a chart draws.

    Raises TableError if one is missing.
    """
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise TableError(
            f"charts.{chart} has no column {missing}.",
            found=list(table.columns),
            fix=f"pass the table as the calculation returns it; charts.{chart} draws {names}.",
        )
    return table.reset_index(drop=True)


def unseen(table: pd.DataFrame, *names: str) -> bool:
    """Whether there is nothing to draw: no row, or only NaN in all of the columns."""
    return table.empty or bool(table[list(names)].isna().all(axis=None))


def whiskers(values: pd.Series, low: pd.Series, high: pd.Series) -> dict:
    """Error bars from low to high around the values; a missing bound draws none."""
    return {
        "type": "data",
        "symmetric": False,
        "array": theme.rounded((high - values).clip(lower=0).fillna(0)),
        "arrayminus": theme.rounded((values - low).clip(lower=0).fillna(0)),
        "color": theme.INK,
        "thickness": 1.2,
        "width": 4,
    }


def colors(base: pd.Series, color: str = theme.BLUE) -> list[str]:
    """The colour of each mark: grey where its base is under 30, and so no basis for a conclusion."""
    return [color if size >= SMALLEST_BASE else theme.FAINT for size in base.fillna(0)]


def band(
    figure: go.Figure, x, low: pd.Series, high: pd.Series, *, color: str = PALE_BLUE, shape: str = "linear",
    **trace,
) -> None:  # fmt: skip
    """The area between two bounds, to be drawn before the line inside it.

    shape  "hv" or "hvh" where the line has steps; trace  further arguments of both its edges
    """
    for bound, fill in ((low, None), (high, "tonexty")):
        line = {"width": 0} | ({"shape": shape} if shape != "linear" else {})
        figure.add_scatter(
            x=x, y=theme.rounded(bound), mode="lines", fill=fill, fillcolor=color, line=line,
            name=str(bound.name), hoverinfo="skip", **trace,
        )  # fmt: skip


def heat(
    figure: go.Figure, rows: list[list[float]], sizes, *, x: list, text: list[list[str]], **cells
) -> None:
    """A field of cells, a row each, darker for more: in grey where the row's base is under 30.

    rows  shares or amounts from 0 up, NaN where nothing could be seen; sizes  the base of each row
    text  what the cells say; cells  further arguments of a heat map
    """
    small = [not size >= SMALLEST_BASE for size in sizes]
    seen = [value for row in rows for value in row if pd.notna(value)]
    cells = {"zmax": theme.rounded([max(seen, default=0.0) or 1.0])[0], "hoverinfo": "text"} | cells
    for is_small, scale, color in ((False, theme.SCALE, theme.INK), (True, theme.GREYS, theme.MUTED)):
        if is_small not in small:
            continue
        own = [this is is_small for this in small]
        figure.add_heatmap(
            z=[theme.rounded(row) if here else [None] * len(x) for row, here in zip(rows, own, strict=True)],
            text=[row if here else [""] * len(x) for row, here in zip(text, own, strict=True)],
            x=x, y=list(range(len(rows))), colorscale=scale, textfont={"size": 11, "color": color},
            zmin=0.0, showscale=False, xgap=2, ygap=2, **cells,
        )  # fmt: skip


def small_told(base: str, sizes) -> str:
    """What a chart counts, and that grey is too small a base where some of it is grey."""
    if all(size >= SMALLEST_BASE for size in sizes):
        return base
    return _("{base}; grey: fewer than {smallest}", base=base, smallest=SMALLEST_BASE)


def beside(position: str) -> dict:
    """A trace of text only, set a little off its points: an unseen marker keeps the distance."""
    return {
        "mode": "markers+text",
        "textposition": position,
        "marker": {"size": 8, "opacity": 0},
        "textfont": {"size": 12, "color": theme.INK},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def labels(values, columns_wide: int = 22) -> list[str]:
    """Category labels: safe for plotly, long ones on several lines."""
    return ["<br>".join(plain(line) for line in wrap(str(value), columns_wide)) for value in values]


def rows_axis(figure: go.Figure, texts: list[str]) -> None:
    """A vertical axis of labelled rows, the first on top; equal labels keep rows of their own."""
    figure.update_yaxes(
        tickvals=list(range(len(texts))),
        ticktext=texts,
        range=[len(texts) - 0.4, -0.6],
        showgrid=False,
    )


def between(low, high, write=numbers.percent) -> str:
    """ "35.0% – 65.0%", or a dash if a bound could not be seen."""
    return numbers.UNSEEN if pd.isna(low) or pd.isna(high) else f"{write(low)} – {write(high)}"
