"""Charts of the data itself: how much of the revenue has a customer, and what became of the rows."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.charts_cohort import cohort_names
from opsmodel.display.headings import heading
from opsmodel.wording import _


def identified_share(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars by month: net revenue with a known customer, as a share of all net revenue.

    table  of growth.months of one store or the chain: start, identified_share

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["start", "identified_share"], "identified_share")
    if marks.unseen(drawn, "identified_share"):
        return theme.silent(title, _("There is no revenue in these months."), as_of=as_of)
    base = _("net revenue of identified customers ÷ all net revenue")
    figure = theme.figure(title, base=base, as_of=as_of, height=300)
    shares = drawn["identified_share"]
    figure.add_bar(
        x=cohort_names(drawn["start"]), y=theme.rounded(shares), marker={"color": theme.BLUE},
        text=["" if pd.isna(value) else numbers.percent(value, 0) for value in shares],
        textposition="outside", textangle=0, cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1.0],
                        title_text=_("Identified share"))  # fmt: skip
    return figure


def ledger(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Stacked bars, one a file or table: rows kept, merged and quarantined, as shares of the rows read.

    table  the drop ledger: file or table, rows_in, kept, merged, quarantined
    """
    kinds = ["kept", "merged", "quarantined"]
    drawn = marks.columns(table, ["rows_in", *kinds], "ledger")
    if drawn.empty or not drawn["rows_in"].fillna(0).any():
        return theme.silent(title, _("No row was read."), as_of=as_of)
    label = next((name for name in ("file", "table") if name in drawn.columns), str(drawn.columns[0]))
    figure = theme.figure(title, base=_("rows of the exports, as shares of the rows read"), as_of=as_of,
                          height=70 + 34 * len(drawn), legend=True)  # fmt: skip
    for name, color in zip(kinds, (theme.BLUE, theme.SKY, theme.ORANGE), strict=True):
        shares = drawn[name] / drawn["rows_in"].where(drawn["rows_in"] > 0)
        figure.add_bar(
            name=heading(name), orientation="h", x=theme.rounded(shares), y=list(range(len(drawn))),
            marker={"color": color}, hoverinfo="text",
            hovertext=[f"{heading(name)}: {numbers.count(rows)} ({numbers.percent(share)})"
                       for rows, share in zip(drawn[name], shares, strict=True)],
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    texts = [
        f"{name} ({numbers.count(rows)})" for name, rows in zip(drawn[label], drawn["rows_in"], strict=True)
    ]
    marks.rows_axis(figure, marks.labels(texts, 36))
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    return figure
