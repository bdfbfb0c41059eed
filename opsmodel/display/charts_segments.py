"""Charts of who the customers are: segments beside their revenue, moves, flows, overlaps."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.wording import _

SEGMENTED = ("segment", "lifecycle")
SIZES = ["n", "share", "revenue", "revenue_share"]
MOVES = ["from", "to", "n", "n_from", "share"]
FLOWS = ["flow", "n", "n_before"]
OVERLAPS = ["audience", "other", "n", "n_both", "overlap"]


def segment_sizes(table: pd.DataFrame, *, title: str, as_of=None, legend: str = "") -> go.Figure:
    """Two bars a segment: its share of the people, and beside it its share of the revenue.

    table   of segments.sizes, segments.stages or segments.summary, named by segments.named: segment or
            lifecycle, n, share, revenue, revenue_share
    legend  what the segments are cut by, such as the thresholds of an 8-grid; printed under the title

    Raises TableError if a column is missing.
    """
    column = next((name for name in SEGMENTED if name in table.columns), SEGMENTED[0])
    drawn = marks.columns(table, [column, *SIZES], "segment_sizes")
    if marks.unseen(drawn, "share") or not drawn["n"].fillna(0).any():
        return theme.silent(title, _("There are no customers to divide."), as_of=as_of)
    base = _("{n} customers, and their net spend so far", n=numbers.count(drawn["n"].sum()))
    figure = theme.figure(
        title, base=" · ".join(part for part in (base, legend) if part), as_of=as_of,
        height=70 + 42 * len(drawn), legend=True,
    )  # fmt: skip
    places = list(range(len(drawn)))
    for name, shares, weights, write, color in (
        (_("Share of people"), drawn["share"], drawn["n"], numbers.count, theme.PALE),
        (_("Share of revenue"), drawn["revenue_share"], drawn["revenue"], numbers.money, theme.BLUE),
    ):
        figure.add_bar(
            name=name, orientation="h", x=theme.rounded(shares), y=places, marker={"color": color},
            text=["" if pd.isna(share) else numbers.percent(share) for share in shares],
            textposition="outside", cliponaxis=False, hoverinfo="text",
            hovertext=[f"{name}: {numbers.percent(share)} ({write(weight)})"
                       for share, weight in zip(shares, weights, strict=True)],
        )  # fmt: skip
    texts = [f"{name} (n={numbers.count(n)})" for name, n in zip(drawn[column], drawn["n"], strict=True)]
    marks.rows_axis(figure, marks.labels(texts, 30))
    figure.update_layout(barmode="group", bargap=0.28, bargroupgap=0.06)
    top = max(drawn["share"].max(), drawn["revenue_share"].max(), 0.01)
    figure.update_xaxes(tickformat=".0%", range=[0, theme.rounded([top * 1.14])[0]])
    return figure


def segment_moves(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A row a segment before, a column a segment after; in the cell the share who went there.

    table  of segments.moves or segments.migration, named by segments.named: from, to, n, n_from, share

    A row adds up to 100 %. Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, MOVES, "segment_moves")
    if marks.unseen(drawn, "share"):
        return theme.silent(title, _("The orders do not reach back over two periods."), as_of=as_of)
    before = list(dict.fromkeys(drawn["from"]))
    after = list(dict.fromkeys([*before, *drawn["to"]]))
    sizes = drawn.groupby("from")["n_from"].max()
    base = _("each row: customers of the segment in the period before, and where they are now")
    return _heat(
        drawn.pivot(index="from", columns="to", values="share").reindex(index=before, columns=after),
        drawn.pivot(index="from", columns="to", values="n").reindex(index=before, columns=after),
        sizes[before], columns=[str(name) for name in after],
        title=title, base=base, as_of=as_of,
    )  # fmt: skip


def customer_flows(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """From the buyers active before to those active now: who stopped, who started, who came back.

    table  of segments.flows: flow, n, n_before

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, FLOWS, "customer_flows")
    if not drawn[["n", "n_before"]].to_numpy(float).sum() > 0:
        return theme.silent(title, _("The orders do not reach back over two periods."), as_of=as_of)
    n = drawn.set_index("flow")["n"]
    before = float(drawn["n_before"].max())
    steps = [before, -n["dormant"], n["resurrected"], n["new"]]
    after = sum(steps)
    base = _("buyers with a purchase in the period; {n} active in both", n=numbers.count(n["retained"]))
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    written = [numbers.count(before), *map(numbers.signed_count, steps[1:]), numbers.count(after)]
    figure.add_waterfall(
        x=list(range(5)), y=theme.rounded([*steps, after]), text=written, textposition="outside",
        measure=["absolute", "relative", "relative", "relative", "total"], cliponaxis=False,
        connector={"line": {"color": theme.FAINT}}, totals={"marker": {"color": theme.BLUE}},
        increasing={"marker": {"color": theme.GREEN}}, decreasing={"marker": {"color": theme.ORANGE}},
        hoverinfo="skip",
    )  # fmt: skip
    names = [_("Active before"), _("Stopped"), _("Came back"), _("New"), _("Active now")]
    figure.update_xaxes(tickvals=list(range(5)), ticktext=marks.labels(names, 14), showgrid=False)
    figure.update_yaxes(title_text=_("Buyers"), rangemode="tozero")
    return figure


def audience_overlap(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A row an audience: the share of its people who are in each of the other audiences as well.

    table  of segments.overlaps: audience, other, n, n_both, overlap

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, OVERLAPS, "audience_overlap")
    if marks.unseen(drawn, "overlap"):
        return theme.silent(title, _("The audiences are empty, or there is only one."), as_of=as_of)
    names = list(dict.fromkeys([*drawn["audience"], *drawn["other"]]))
    sizes = drawn.groupby("audience")["n"].max().reindex(names)
    return _heat(
        drawn.pivot(index="audience", columns="other", values="overlap").reindex(index=names, columns=names),
        drawn.pivot(index="audience", columns="other", values="n_both").reindex(index=names, columns=names),
        sizes, columns=[str(name) for name in names],
        title=title, base=_("each row: people of the audience who are in the other one too"), as_of=as_of,
    )  # fmt: skip


def _heat(shares, counts, sizes, *, columns, title, base, as_of) -> go.Figure:
    """Shares as a field of cells, a row for each of `sizes`; counts in the hover."""
    rows = [f"{name} (n={numbers.count(size)})" for name, size in sizes.items()]
    base = marks.small_told(base, sizes)
    figure = theme.figure(title, base=base, as_of=as_of, height=110 + 30 * len(rows))
    marks.heat(
        figure, shares.to_numpy().tolist(), sizes, x=list(range(len(columns))), texttemplate="%{text}",
        text=[["" if pd.isna(share) else numbers.percent(share, 0) for share in row]
              for row in shares.to_numpy()],
        hovertext=[["" if pd.isna(n) else f"n={numbers.count(n)}" for n in row] for row in counts.to_numpy()],
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels(rows, 30))
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5])
    figure.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=marks.labels(columns, 10), showgrid=False, tickangle=0
    )
    return figure
