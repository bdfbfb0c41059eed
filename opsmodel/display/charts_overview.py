"""Charts of the chain: where its money lies, where its customers buy, how a screen's number becomes ours."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.wording import _

STAGES = ("acquire", "close", "order_value", "repurchase")
MOST = 40  # stores a map can show with their names
EVERY = "every_lever"


def store_map(
    table: pd.DataFrame, *, title: str, names: Mapping[str, str] | None = None, as_of=None
) -> go.Figure:
    """A row a store, a column a stage of the path: the money of its gaps beyond noise, dearest on top.

    table  of overview.by_stage: store_id, stage, money, state, n
    names  store_id -> name

    A dot marks a stage that is level with the peers, a dash one with too small a base to tell; a store with
    nothing else is left out. Of more than 40 stores those with the most money are drawn.
    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["store_id", "stage", "money", "state", "n"], "store_map")
    if drawn.empty or not drawn["state"].ne("unseen").any():
        return theme.silent(title, _("No store has customers enough to be compared yet."), as_of=as_of)
    n_all = drawn["store_id"].nunique()
    told = drawn[drawn.groupby("store_id")["state"].transform(lambda state: state.ne("unseen").any())]
    sums = told.groupby("store_id")["money"].sum().sort_values(ascending=False, kind="stable")
    stores = sums.index[:MOST].tolist()
    cells = {(row.store_id, row.stage): row for row in drawn.itertuples()}
    field = [[cells.get((store, stage)) for stage in STAGES] for store in stores]
    base = _("money a year of gaps beyond noise · dot: level with its peers · dash: base under 30")
    if n_all > len(sums):
        base = _("{base} · {few} stores with too small a base throughout left out",
                 base=base, few=n_all - len(sums))  # fmt: skip
    if len(sums) > MOST:
        base = _("{base} · the {most} of {n} stores with the most money", base=base, most=MOST, n=len(sums))
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 34 * len(stores))
    figure.add_heatmap(
        z=[theme.rounded(0 if cell is None else cell.money for cell in row) for row in field],
        x=list(range(len(STAGES))), y=list(range(len(stores))), colorscale=theme.SCALE, zmin=0.0,
        zmax=theme.rounded([max(float(drawn["money"].max()), 1.0)])[0], showscale=False, xgap=3, ygap=3,
        text=[[_cell(cell) for cell in row] for row in field], texttemplate="%{text}",
        textfont={"size": 12, "color": theme.INK}, hoverinfo="text",
        hovertext=[[_cell_hover(cell) for cell in row] for row in field],
    )  # fmt: skip
    labels = [(names or {}).get(store, store) for store in stores]
    marks.rows_axis(figure, marks.labels(labels, 24))
    figure.update_yaxes(range=[len(stores) - 0.5, -0.5])
    ticks = marks.labels([_stage(stage) for stage in STAGES], 14)
    figure.update_xaxes(tickvals=list(range(len(STAGES))), ticktext=ticks, showgrid=False, side="top")
    figure.update_layout(margin_b=16)
    return figure


def _stage(name: str) -> str:
    return {
        "acquire": lambda: _("Acquisition"),
        "close": lambda: _("Closing"),
        "order_value": lambda: _("Average order value"),
        "repurchase": lambda: _("Repurchase"),
    }[name]()


def _cell(cell) -> str:
    if cell is None or cell.state == "unseen":
        return numbers.UNSEEN
    return numbers.money(cell.money) if cell.state == "gap" else "·"


def _cell_hover(cell) -> str:
    if cell is None:
        return numbers.UNSEEN
    lever = f"{heading(cell.lever)}<br>" if getattr(cell, "lever", "") else ""
    return f"{lever}n={numbers.count(cell.n)}"


def chain_total(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Two bars a lever: what closing the gaps beyond noise is worth, and what all gaps would be, sure or not.

    table  of overview.total: scope, lever, n_stores, money, money_low, money_high

    Raises TableError if a column is missing.
    """
    columns = ["money", "money_low", "money_high"]
    drawn = marks.columns(table, ["scope", "lever", "n_stores", *columns], "chain_total")
    every = drawn[drawn["scope"] == "every"]
    if every.empty or not every["n_stores"].any():
        return theme.silent(title, _("No store lies behind its peers, as far as can be seen."), as_of=as_of)
    names = [name for name in every["lever"] if name != EVERY] + [EVERY]
    base = _("a year, if every store reached the P75 of its peers; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 54 * len(names), legend=True)
    parts = (("proven", _("Beyond noise"), theme.BLUE), ("every", _("All gaps, sure or not"), theme.PALE))
    for scope, label, color in parts:
        rows = drawn[drawn["scope"] == scope].set_index("lever").reindex(names)
        hover = [
            f"{label}: {numbers.money(row['money'])}<br>{_('{n} stores', n=numbers.count(row['n_stores']))}"
            for row in rows.to_dict("records")
        ]
        figure.add_bar(
            name=label, orientation="h", x=theme.rounded(rows["money"]), y=list(range(len(names))),
            marker={"color": color}, error_x=marks.whiskers(*(rows[name] for name in columns)),
            hovertext=hover, hoverinfo="text",
        )  # fmt: skip
    marks.rows_axis(figure, marks.labels([heading(name) for name in names], 24))
    figure.update_layout(barmode="group", bargap=0.3, bargroupgap=0.08)
    low, high = min(0.0, float(drawn[columns].min().min())), float(drawn[columns].max().max())
    figure.update_xaxes(**theme.money_axis(low, high), title_text=_("Worth a year"),
                        range=theme.rounded([low * 1.05, high * 1.06]))  # fmt: skip
    return figure


def leakage(
    table: pd.DataFrame, *, title: str, names: Mapping[str, str] | None = None, as_of=None
) -> go.Figure:
    """A row a home store, a column the store of the order: where its customers' money goes.

    table  of leakage.matrix: home_store_id, store_id, revenue, revenue_share, n_customers
    names  store_id -> name

    The colour is the money that goes elsewhere (a share of little is little); what stays has none. Of more
    than 40 stores those with the most money elsewhere are drawn. Raises TableError if a column is missing.
    """
    needed = ["home_store_id", "store_id", "revenue", "revenue_share", "n_customers"]
    drawn = marks.columns(table, needed, "leakage")
    if marks.unseen(drawn, "revenue_share"):
        return theme.silent(title, _("No known customer has bought yet."), as_of=as_of)
    away = drawn["revenue"].where(drawn["home_store_id"] != drawn["store_id"], 0)
    moved = (
        away.groupby(drawn["home_store_id"]).sum().add(away.groupby(drawn["store_id"]).sum(), fill_value=0)
    )
    stores = sorted(moved.sort_values(ascending=False, kind="stable").index[:MOST])
    cells = {(row.home_store_id, row.store_id): row for row in drawn.itertuples()}
    field = [[cells.get((home, store)) for store in stores] for home in stores]
    base = _("each row: net spend of the store's own customers, by selling store; colour: money")
    figure = theme.figure(title, base=base, as_of=as_of, height=110 + 32 * len(stores))
    figure.add_heatmap(
        z=[theme.rounded(map(_away, row)) for row in field],
        x=list(range(len(stores))), y=list(range(len(stores))), colorscale=theme.SCALE, zmin=0.0,
        showscale=False, xgap=2, ygap=2,
        text=[["" if c is None else numbers.percent(c.revenue_share) for c in row] for row in field],
        texttemplate="%{text}" if len(stores) <= 15 else None, hoverinfo="text",
        textfont={"size": 11, "color": theme.INK},
        hovertext=[["" if c is None else _flow_hover(c) for c in row] for row in field],
    )  # fmt: skip
    labels = marks.labels([(names or {}).get(store, store) for store in stores], 10)
    rows = marks.labels([(names or {}).get(store, store) for store in stores], 24)
    marks.rows_axis(figure, rows)
    figure.update_yaxes(range=[len(stores) - 0.5, -0.5], title_text=_("Home store"))
    figure.update_xaxes(tickvals=list(range(len(stores))), ticktext=labels, showgrid=False, tickangle=0,
                        title_text=_("Store of the order"))  # fmt: skip
    return figure


def _away(cell) -> float:
    """What the colour shows: the money that goes to another store."""
    return 0.0 if cell is None or cell.home_store_id == cell.store_id else cell.revenue


def _flow_hover(cell) -> str:
    who = _("{n} customers", n=numbers.count(cell.n_customers))
    return f"{numbers.money(cell.revenue)}<br>{numbers.percent(cell.revenue_share)}<br>{who}"


def screen_walk(table: pd.DataFrame, *, title: str, base: str = "", as_of=None) -> go.Figure:
    """Steps from the number on the client's screen to ours, one a rule; they sum to the difference.

    table  of screens.walked: bar, changed, level, contribution, height, is_end
    base   what is measured, in words

    A rule whose effect could not be seen is left out. Raises TableError if a column is missing.
    """
    needed = ["bar", "changed", "level", "contribution", "height", "is_end"]
    drawn = marks.columns(table, needed, "screen_walk")
    if marks.unseen(drawn, "height"):
        return theme.silent(title, _("There is nothing to compare: no customer bought in time."), as_of=as_of)
    drawn = drawn[drawn["is_end"] | drawn["contribution"].fillna(0).abs().gt(1e-12)].reset_index(drop=True)
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 40 * len(drawn))
    figure.add_waterfall(
        orientation="h", y=list(range(len(drawn))),
        x=theme.rounded(drawn["height"].where(drawn["is_end"], drawn["contribution"])),
        measure=["absolute", *["relative"] * (len(drawn) - 2), "total"],
        text=[row["level"] if row["is_end"] else row["changed"] for row in drawn.to_dict("records")],
        textposition="outside", cliponaxis=False, hoverinfo="text",
        hovertext=[f"{row['bar']}<br>{row['level']}" for row in drawn.to_dict("records")],
        increasing={"marker": {"color": theme.GREEN}}, decreasing={"marker": {"color": theme.ORANGE}},
        totals={"marker": {"color": theme.GREY}}, connector={"line": {"color": theme.GRID, "width": 1}},
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels(drawn["bar"], 30))
    high = float(drawn["height"].max())
    figure.update_xaxes(range=theme.rounded([0, high * 1.15 or 1.0]), showticklabels=False)
    return figure
