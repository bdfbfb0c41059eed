"""Charts of cohort.retention: the triangle, and the same as lines."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

COLUMNS = ["cohort", "age", "n_customers", "value", "rate"]
WIDEST = 18  # ages that leave room for a number in each cell


def retention(table: pd.DataFrame, *, title: str, as_of=None, write=numbers.percent) -> go.Figure:
    """The cohort triangle: a row a cohort, a column an age, blank where nothing could be seen yet.

    table  of cohort.retention: cohort, age, n_customers, value, rate
    title  the message
    write  how a cell is written: numbers.percent for a rate, numbers.money for money per customer

    The top row is all cohorts together, each age over the cohorts old enough for it.
    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, COLUMNS, "retention")
    if marks.unseen(drawn, "rate"):
        return theme.silent(title, _("No cohort is old enough to be seen."), as_of=as_of)
    cohorts, ages = sorted(drawn["cohort"].unique()), sorted(drawn["age"].unique())
    sizes = drawn.groupby("cohort")["n_customers"].max()
    grid = drawn.pivot(index="cohort", columns="age", values="rate").reindex(index=cohorts, columns=ages)
    whole = together(drawn).set_index("age")["rate"].reindex(ages)
    rows = [whole.tolist(), *grid.to_numpy().tolist()]
    texts = [_("All, weighted")] + [
        f"{name} (n={numbers.count(sizes[first])})"
        for name, first in zip(cohort_names(pd.Series(cohorts)), cohorts, strict=True)
    ]
    bases = [sizes.sum(), *sizes[cohorts]]
    base = marks.small_told(_("customers by the period of their first order; blank: not over yet"), bases)
    figure = theme.figure(title, base=base, as_of=as_of, height=76 + 27 * len(rows))
    later = [value for row in rows for age, value in zip(ages, row, strict=True) if age > 0]
    top = max([value for value in later if pd.notna(value)], default=1.0) or 1.0
    marks.heat(
        figure, rows, bases, x=[int(age) for age in ages], zmax=theme.rounded([top])[0],
        text=[["" if pd.isna(value) else _short(write, value) for value in row] for row in rows],
        texttemplate="%{text}" if len(ages) <= WIDEST else None,
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels(texts, 40))
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5])
    figure.add_hline(y=0.5, line={"color": theme.INK, "width": 1})
    figure.update_xaxes(
        title_text=_("Periods since the first order"), dtick=1 if len(ages) <= WIDEST else 4, showgrid=False
    )
    return figure


def _short(write, value: float) -> str:
    return write(value, 0) if write is numbers.percent else write(value)


def together(table: pd.DataFrame) -> pd.DataFrame:
    """Age and rate of all cohorts together, each age over the cohorts that could be seen at it."""
    seen = table[table["rate"].notna()]
    sums = seen.groupby("age")[["value", "n_customers"]].sum()
    return sums.assign(rate=sums["value"] / sums["n_customers"]).reset_index()


def cohort_names(cohorts: pd.Series) -> list[str]:
    """Months as 2024-03, other periods by their first day."""
    if not pd.api.types.is_datetime64_any_dtype(cohorts):
        return [str(cohort)[:10] for cohort in cohorts]
    monthly = bool((cohorts.dt.day == 1).all())
    return [f"{cohort:%Y-%m}" if monthly else f"{cohort:%Y-%m-%d}" for cohort in cohorts]


def retention_lines(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A thin line a cohort, and all cohorts together as a thick one, from age 1 on.

    table  of cohort.retention: cohort, age, n_customers, value, rate
    """
    drawn = marks.columns(table, COLUMNS, "retention_lines")
    drawn = drawn[(drawn["age"] > 0) & drawn["rate"].notna()]
    if drawn.empty:
        return theme.silent(title, _("No cohort is old enough to be seen."), as_of=as_of)
    base = _("one thin line a cohort; thick line: all cohorts, weighted by size")
    figure = theme.figure(title, base=base, as_of=as_of, height=360)
    for first, rows in drawn.groupby("cohort", sort=True):
        name = cohort_names(pd.Series([first]))[0]
        hover = [
            f"{name} · {row.age:g}<br>{numbers.percent(row.rate)} (n={numbers.count(row.n_customers)})"
            for row in rows.itertuples()
        ]
        figure.add_scatter(
            name=name, x=[int(age) for age in rows["age"]], y=theme.rounded(rows["rate"]),
            mode="lines" if len(rows) > 1 else "markers", line={"color": "#b8c4ce", "width": 1.2},
            hovertext=hover, hoverinfo="text",
        )  # fmt: skip
    whole = together(drawn)
    figure.add_scatter(
        name=_("All, weighted"), x=[int(age) for age in whole["age"]], y=theme.rounded(whole["rate"]),
        mode="lines+markers", line={"color": theme.BLUE, "width": 3}, marker={"size": 7},
        hovertext=[f"{numbers.percent(row.rate)} (n={numbers.count(row.n_customers)})"
                   for row in whole.itertuples()],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_xaxes(title_text=_("Periods since the first order"), dtick=1)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text=_("Active customers"))
    return figure
