"""Charts that compare stores, and the findings in money."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.cells import FORMATS, kind
from opsmodel.display.headings import heading
from opsmodel.wording import _

NAMED = 40  # up to so many stores each row has its name


def peers(
    table: pd.DataFrame, *, lever: str, store: str, title: str, target: float | None = None, as_of=None
) -> go.Figure:
    """One dot a store with its interval, the best on top; this store in colour, the peers' P75 as a line.

    table   of benchmarks.stores: store_id, lever, value, value_low, value_high, peer_p75; or one row a
            store with a column named as the lever and its `_low` and `_high`; store_name if known
    lever   what to compare
    store   store_id of the report's store
    target  the peers' 75th percentile; by default peer_p75 of the store, no line without either

    Raises TableError if a column is missing.
    """
    measure = "value" if "lever" in table.columns else lever
    names = [measure, f"{measure}_low", f"{measure}_high"]
    drawn = marks.columns(table, ["store_id", *names], "peers")
    if "lever" in drawn.columns:
        drawn = drawn[drawn["lever"] == lever]
    if target is None and "peer_p75" in drawn.columns:
        target = next(iter(drawn.loc[drawn["store_id"] == store, "peer_p75"]), None)
    drawn = drawn[drawn[measure].notna()].sort_values([measure, "store_id"], ascending=[False, True])
    if drawn.empty:
        return theme.silent(title, _("No store of the group can be compared on this yet."), as_of=as_of)
    write = FORMATS.get(kind(lever), numbers.number)
    base = _("{n} stores; whiskers: 95% interval", n=len(drawn))
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + _row_height(len(drawn)) * len(drawn))
    drawn = drawn.reset_index(drop=True)
    for own, color in ((False, "#9aa5b1"), (True, theme.ORANGE)):
        rows = drawn[(drawn["store_id"] == store) == own]
        figure.add_scatter(
            name=_("This store") if own else _("Peers"), mode="markers", x=theme.rounded(rows[measure]),
            y=[int(place) for place in rows.index], marker={"color": color, "size": 12 if own else 8},
            error_x=marks.whiskers(*(rows[name] for name in names)) | {"color": color},
            hovertext=[_store_hover(row, names, write) for row in rows.to_dict("records")], hoverinfo="text",
        )  # fmt: skip
    own_rows = (drawn["store_id"] == store).tolist()
    named = zip(marks.labels(_store_names(drawn), 30), own_rows, strict=True)
    others = len(drawn) <= NAMED
    marks.rows_axis(figure, [f"<b>{text}</b>" if own else text * others for text, own in named])
    if target is not None and pd.notna(target):
        figure.add_vline(x=theme.rounded([target])[0], line={"color": theme.INK, "dash": "dot", "width": 1.2})
        text = _("P75 of peers: {value}", value=write(target))
        figure.add_annotation(x=theme.rounded([target])[0], y=1, yref="paper", yanchor="bottom", text=text,
                              showarrow=False, font={"size": 11, "color": theme.MUTED})  # fmt: skip
    axis = {"tickformat": ".0%"} if kind(lever) == "rate" else {}
    if kind(lever) == "money":
        axis = theme.money_axis(0, float(drawn[names].max().max()))
    figure.update_xaxes(**axis, rangemode="tozero", title_text=heading(lever))
    return figure


def _row_height(stores: int) -> int:
    """Pixels a store: rows of a long list are thin, and only this store is named."""
    return 22 if stores <= NAMED else max(3, 700 // stores)


def _store_names(drawn: pd.DataFrame) -> list[str]:
    if "store_name" not in drawn.columns:
        return [str(store) for store in drawn["store_id"]]
    return [
        str(store) if pd.isna(name) or not str(name).strip() else str(name)
        for store, name in zip(drawn["store_id"], drawn["store_name"], strict=True)
    ]


def _store_hover(row: dict, names: list[str], write) -> str:
    value, low, high = (row[name] for name in names)
    name = _store_names(pd.DataFrame([row]))[0]
    return f"{marks.labels([name])[0]}<br>{write(value)} ({marks.between(low, high, write)})"


def money(table, *, title: str, as_of=None) -> go.Figure:
    """Bars of what each finding is worth a year, with its interval, the largest on top.

    table  one row a finding: claim, money, money_low, money_high (currency a year); or the findings

    Raises TableError if a column is missing.
    """
    names = ["money", "money_low", "money_high"]
    if not isinstance(table, pd.DataFrame):
        rows = [[getattr(finding, name) for name in ("claim", *names)] for finding in table]
        table = pd.DataFrame(rows, columns=["claim", *names])
    drawn = marks.columns(table, ["claim", *names], "money")
    drawn = drawn[drawn["money"].notna()].sort_values("money", ascending=False, kind="stable")
    drawn = drawn.reset_index(drop=True)
    if drawn.empty:
        return theme.silent(title, _("Nothing to report beyond noise."), as_of=as_of)
    base = _("worth a year if the store reached the P75 of its peers; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 76 * len(drawn))
    high = float(drawn[names].max().max())
    low = min(0.0, float(drawn[names].min().min()))
    hover = [
        f"{numbers.money(row.money)} ({marks.between(row.money_low, row.money_high, numbers.money)})"
        for row in drawn.itertuples()
    ]
    figure.add_bar(
        orientation="h", x=theme.rounded(drawn["money"]), y=list(range(len(drawn))), width=0.5,
        marker={"color": theme.BLUE}, error_x=marks.whiskers(*(drawn[name] for name in names)),
        hovertext=hover, hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["money_high"].fillna(drawn["money"])), y=list(range(len(drawn))),
        text=[numbers.money(value) for value in drawn["money"]], **marks.beside("middle right"),
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels(drawn["claim"], 40))
    figure.update_xaxes(**theme.money_axis(low, high), title_text=_("Worth a year"),
                        range=theme.rounded([low * 1.05, high * 1.18]))  # fmt: skip
    return figure
