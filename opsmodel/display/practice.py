"""What people try out in a training: the what-if on the growth equation, and the quiz.

Live in JupyterLab; in a batch report the what-if shows one choice, and the quiz is a sheet to fill in.
"""

from collections.abc import Iterable
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import charts, theme
from opsmodel.display.cells import factor_writer
from opsmodel.display.headings import heading
from opsmodel.display.panels import Choice, Panel, View
from opsmodel.display.quiz import quiz
from opsmodel.display.tables import Table
from opsmodel.metrics import growth
from opsmodel.wording import _

__all__ = ["grouped", "quiz", "what_if", "what_if_view"]


def what_if_view(reach: pd.DataFrame, **levels: float) -> View:
    """What moving factors of the growth equation is worth a year, as steps and their table.

    reach   the table of growth.within_reach
    levels  factor -> its level, between the store's own worst tenth and the peers' best quarter

    Raises ArgumentError as growth.what_if does.
    """
    parts = growth.what_if(reach, levels)
    before = float(reach["revenue_year"].iloc[0])
    after = before + float(parts["contribution"].sum())
    title = _(
        "Net revenue of a year: {after} instead of {before} ({change}).",
        after=numbers.money(after),
        before=numbers.money(before),
        change=numbers.signed_percent(after / before - 1) if before else numbers.UNSEEN,
    )
    figure = charts.equation(parts, title=title, total=(before, after), names=(_("Today"), _("What if")))
    return View(figure, theme.table(parts, columns=["factor", "before", "after", "contribution"]))


def what_if(reach: pd.DataFrame) -> Panel | go.Figure:
    """A panel over `what_if_view`: one drop-down a factor, bounded by its row.

    reach  the table of growth.within_reach; it starts with the factor that gains most at its highest, or
           where none can gain with the one that costs most at its lowest
    """
    if reach.empty:
        return theme.silent(_("What if"), _("There is nothing to compare with yet."))
    rows = reach.to_dict("records")
    choices = {row["factor"]: Choice(heading(row["factor"]), _levels(row)) for row in rows}
    start = {row["factor"]: _six(row["today"]) for row in rows}
    best, worst = max(rows, key=lambda row: row["gain"]), min(rows, key=lambda row: row["loss"])
    if best["gain"] > 0:
        start[best["factor"]] = _six(best["high"])
    else:
        start[worst["factor"]] = _six(worst["low"])
    return Panel(partial(what_if_view, reach), choices, start, "practice.what_if_view(reach")


def _levels(row: dict) -> dict[str, float]:
    """The levels to choose from: the own P10, today, two on the way, and the peers' P75."""
    write = factor_writer(row["factor"])
    today, low, high = (float(row[name]) for name in ("today", "low", "high"))
    found = {_("{value} today", value=write(today)): _six(today)}
    if low < today:
        found = {_("{value} own P10", value=write(low)): _six(low), **found}
    if high > today:
        for share in (1 / 3, 2 / 3):
            level = today + share * (high - today)
            found[write(level)] = _six(level)
        found[_("{value} P75 of peers", value=write(high))] = _six(high)
    return found


def _six(value: float) -> float:
    return float(f"{value:.6g}")


def grouped(
    table: pd.DataFrame, *, by: str, columns: list[str] | None = None, prose: Iterable[str] = ()
) -> list[Table]:
    """One table a group, with the group's name above it: role cards by role, a glossary by stage.

    by       the column of the groups
    columns  which of the others to show; default all
    prose    columns of sentences
    """
    shown = columns or [name for name in table.columns if name != by]
    return [
        theme.table(rows, caption=str(name), columns=shown, prose=prose)
        for name, rows in table.groupby(by, sort=False)
    ]
