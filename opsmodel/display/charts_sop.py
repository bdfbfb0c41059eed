"""Charts of coaching: what was done, what works, which week is out of line, who does it."""

import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.display.typeset import plain
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

COLORS = {
    "train": theme.ORANGE, "replicate": theme.GREEN, "redesign": theme.PURPLE, "rethink": theme.YELLOW,
    "instrument": theme.GREY, "watch": theme.SKY, "none": theme.FAINT,
}  # fmt: skip
PANEL = 135  # pixels of one control chart


def sop_adherence(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A bar a step: the tasks due, parted into done on time, done late, and never done.

    table  of sop.adherence, named: sop_step, n_due, n_on_time, n_late, n_never, adherence and its interval

    Steps with nothing due are left out. Raises TableError if a column is missing.
    """
    rate = ["adherence", "adherence_low", "adherence_high"]
    parts = {"n_on_time": theme.BLUE, "n_late": theme.PALE, "n_never": theme.GRID}
    drawn = marks.columns(table, ["sop_step", "n_due", *parts, *rate], "sop_adherence")
    drawn = drawn[drawn["n_due"] > 0].sort_values("adherence", ignore_index=True)
    if marks.unseen(drawn, "adherence"):
        return theme.silent(title, _("No task has been due yet."), as_of=as_of)
    base = _("tasks due so far; whiskers: 95% interval of the share on time")
    figure = theme.figure(title, base=base, as_of=as_of, height=90 + 44 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    for name, color in parts.items():
        share = drawn[name] / drawn["n_due"]
        colors = marks.colors(drawn["n_due"], color) if name == "n_on_time" else color
        figure.add_bar(
            x=theme.rounded(share), y=places, orientation="h", name=heading(name), marker={"color": colors},
            hovertext=[
                f"{heading(name)}: {numbers.count(n)} / {numbers.count(due)} ({numbers.percent(s)})"
                for n, due, s in zip(drawn[name], drawn["n_due"], share, strict=True)
            ],
            hoverinfo="text",
        )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["adherence"]), y=places, mode="markers", marker={"size": 1, "opacity": 0},
        error_x=marks.whiskers(*(drawn[c] for c in rate)), hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=[0.0] * len(drawn), y=places, mode="text", textposition="middle right", hoverinfo="skip",
        text=[f" {numbers.percent(value)}" for value in drawn["adherence"]], showlegend=False,
        textfont={
            "color": [theme.INK if n < SMALLEST_BASE else "#ffffff" for n in drawn["n_due"]],
            "size": 12,
        },
    )  # fmt: skip
    texts = [
        f"{label}<br>n={numbers.count(n)}"
        for label, n in zip(marks.labels(drawn["sop_step"], 38), drawn["n_due"], strict=True)
    ]
    figure.update_layout(barmode="stack")
    marks.rows_axis(figure, texts)
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title_text=_("Share of the tasks due"))
    return figure


def sop_quadrants(table: pd.DataFrame, *, title: str, enough: float = 0.7, as_of=None) -> go.Figure:
    """A point a step: how well it is done against what doing it brings; hollow where it cannot be told.

    table   of sop.quadrants or sop.standing, named: sop_step, n_due, adherence, effect and its interval,
            is_confounded, quadrant
    enough  adherence at which the map is parted

    Steps without an effect to see are left out. Raises TableError if a column is missing.
    """
    effect = ["effect", "effect_low", "effect_high"]
    names = ["sop_step", "n_due", "adherence", *effect, "is_confounded", "quadrant"]
    drawn = marks.columns(table, names, "sop_quadrants")
    drawn = drawn[drawn["adherence"].notna() & drawn["effect"].notna()].reset_index(drop=True)
    if drawn.empty:
        return theme.silent(title, _("Nobody was served and nobody left out in the same weeks."), as_of=as_of)
    base = _(
        "customers due, served against not served in the same store and period; whiskers: 95% interval; "
        "hollow: cannot be told"
    )
    figure = theme.figure(title, base=base, as_of=as_of, height=430, legend=True)
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    figure.add_vline(x=enough, line={"color": theme.INK, "width": 1, "dash": "dot"})
    short = _without_procedure(drawn["sop_step"])
    for quadrant, rows in drawn.groupby("quadrant", sort=True):
        color = COLORS.get(str(quadrant), theme.GREY)
        hollow = quadrant in ("instrument", "watch", "none")
        hover = [
            _("{step}: done {done} of {n}, effect {effect} ({between})", step=plain(row.sop_step),
              done=numbers.percent(row.adherence), n=numbers.count(row.n_due),
              effect=numbers.points(row.effect),
              between=marks.between(row.effect_low, row.effect_high, numbers.points))
            for row in rows.itertuples()
        ]  # fmt: skip
        figure.add_scatter(
            x=theme.rounded(rows["adherence"]), y=theme.rounded(rows["effect"]), mode="markers+text",
            name=heading(str(quadrant)), error_y=marks.whiskers(*(rows[name] for name in effect)),
            marker={"size": 13, "color": color, "symbol": "circle-open" if hollow else "circle",
                    "line": {"width": 2.5, "color": color}},
            text=marks.labels(rows["sop_step"].map(short), 14), hovertext=hover, hoverinfo="text",
            textposition=["middle left" if x > 0.75 else "middle right" for x in rows["adherence"]],
            textfont={"size": 12, "color": theme.INK}, cliponaxis=False,
        )  # fmt: skip
    figure.update_xaxes(
        tickformat=".0%", range=[0, 1.02], title_text=_("Adherence: due and done on time"), showgrid=False
    )
    figure.update_yaxes(title_text=_("More who come back, if served"), tickformat="+.0%")
    return figure


def _without_procedure(names: pd.Series) -> dict[str, str]:
    """sop_step -> the step alone, if that still tells the steps apart."""
    alone = names.str.rpartition(" · ")[2]
    return dict(zip(names, alone if alone.nunique() == names.nunique() else names, strict=True))


def control_charts(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A panel a KPI: its rate by week, the limits of the p′ chart, and the weeks that signal.

    table  of sop.control_chart by kpi, named: kpi, period, n, rate, centre, low, high, signal

    Limits move with the base of the week. Raises TableError if a column is missing.
    """
    names = ["kpi", "period", "n", "rate", "centre", "low", "high", "signal"]
    drawn = marks.columns(table, names, "control_charts")
    if marks.unseen(drawn, "rate"):
        return theme.silent(title, _("No week is over yet."), as_of=as_of)
    kpis = list(dict.fromkeys(drawn["kpi"]))
    base = _("weeks whose cases are all over; band: limits of the p′ chart; orange: a signal")
    figure = theme.figure(title, base=base, as_of=as_of, height=PANEL * len(kpis) + 60)
    tall = 1 / (len(kpis) + 0.35 * (len(kpis) - 1))
    for place, kpi in enumerate(kpis):
        rows = drawn[(drawn["kpi"] == kpi) & drawn["rate"].notna()]
        axis = "y" if place == 0 else f"y{place + 1}"
        top = 1 - place * 1.35 * tall
        _panel(figure, rows, axis)
        figure.update_layout(
            {f"yaxis{axis[1:]}": {"domain": [max(0.0, top - tall), top], "tickformat": ".0%", "nticks": 4,
                                  "rangemode": "tozero"}}
        )  # fmt: skip
        figure.add_annotation(
            x=0, y=top, xref="paper", yref="paper", yanchor="bottom", xanchor="left", showarrow=False,
            text=marks.labels([kpi], 60)[0], font={"size": 13, "color": theme.INK},
        )  # fmt: skip
    lowest = f"y{len(kpis)}" if len(kpis) > 1 else "y"
    figure.update_xaxes(anchor=lowest, showgrid=False, tickformat="%Y-%m-%d", nticks=8)
    return figure


def _panel(figure: go.Figure, rows: pd.DataFrame, axis: str) -> None:
    weeks = [f"{week:%Y-%m-%d}" if hasattr(week, "strftime") else week for week in rows["period"]]
    marks.band(figure, weeks, rows["low"], rows["high"], shape="hvh", yaxis=axis)
    figure.add_scatter(
        x=weeks, y=theme.rounded(rows["centre"]), yaxis=axis, mode="lines", hoverinfo="skip",
        line={"color": theme.GREY, "width": 1, "dash": "dot"},
    )  # fmt: skip
    signal = rows["signal"].astype(bool)
    figure.add_scatter(
        x=weeks, y=theme.rounded(rows["rate"]), yaxis=axis, mode="lines+markers",
        line={"color": theme.BLUE, "width": 1.5},
        marker={"size": [10 if raised else 6 for raised in signal],
                "color": [theme.ORANGE if raised else theme.BLUE for raised in signal]},
        hovertext=[
            _("{week}: {rate}, n={n}", week=week, rate=numbers.percent(row.rate), n=numbers.count(row.n))
            for week, row in zip(weeks, rows.itertuples(), strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip


def sop_staff(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A row a member of staff: the fair score with its interval, and the plain share on time beside it.

    table  of sop.staff or sop.scorecards: staff_id, n_due, adherence, shrunken_rate and its interval

    Staff without a task are left out. Raises TableError if a column is missing.
    """
    score = ["shrunken_rate", "shrunken_rate_low", "shrunken_rate_high"]
    drawn = marks.columns(table, ["staff_id", "n_due", "adherence", *score], "sop_staff")
    drawn = drawn[drawn["n_due"] > 0].sort_values("shrunken_rate", ascending=False, ignore_index=True)
    if marks.unseen(drawn, "shrunken_rate"):
        return theme.silent(title, _("There is nobody to compare with."), as_of=as_of)
    base = _("tasks due of each person, without ticks in bulk; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=80 + 40 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    figure.add_scatter(
        x=theme.rounded(drawn["adherence"]), y=places, mode="markers", name=heading("adherence"),
        marker={"symbol": "line-ns-open", "size": 14, "color": theme.GREY, "line": {"width": 2}},
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["shrunken_rate"]), y=places, mode="markers", name=heading("shrunken_rate"),
        marker={"size": 11, "color": marks.colors(drawn["n_due"])},
        error_x=marks.whiskers(*(drawn[name] for name in score)),
        hovertext=[
            f"{numbers.percent(row.shrunken_rate)} "
            f"({marks.between(row.shrunken_rate_low, row.shrunken_rate_high)}), n={numbers.count(row.n_due)}"
            for row in drawn.itertuples()
        ],
        hoverinfo="text",
    )  # fmt: skip
    texts = [
        f"{name} (n={numbers.count(n)})"
        for name, n in zip(marks.labels(drawn["staff_id"]), drawn["n_due"], strict=True)
    ]
    marks.rows_axis(figure, texts)
    figure.update_xaxes(tickformat=".0%", title_text=_("Done on time, allowing for the kind of tasks"))
    return figure


def sop_targets(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A row a target: the share seen with its interval, and the target as an upright line.

    table  of sop.targets, named: kpi, target, n_cases, value and its interval, standing

    Targets without a case so far are left out. Raises TableError if a column is missing.
    """
    value = ["value", "value_low", "value_high"]
    drawn = marks.columns(table, ["kpi", "target", "n_cases", *value, "standing"], "sop_targets")
    drawn = drawn[drawn["n_cases"] > 0].reset_index(drop=True)
    if marks.unseen(drawn, "value"):
        return theme.silent(title, _("No case is over yet."), as_of=as_of)
    base = _("cases since the target was set whose window is over; whiskers: 95% interval")
    figure = theme.figure(title, base=base, as_of=as_of, height=100 + 44 * len(drawn), legend=True)
    places = list(range(len(drawn)))
    figure.add_scatter(
        x=theme.rounded(drawn["target"]), y=places, mode="markers", name=heading("target"),
        marker={"symbol": "line-ns-open", "size": 26, "color": theme.ORANGE, "line": {"width": 3}},
        hovertext=[numbers.percent(target) for target in drawn["target"]], hoverinfo="text+name",
    )  # fmt: skip
    figure.add_scatter(
        x=theme.rounded(drawn["value"]), y=places, mode="markers", name=_("Seen since"),
        marker={"size": 11, "color": marks.colors(drawn["n_cases"])},
        error_x=marks.whiskers(*(drawn[name] for name in value)), hoverinfo="text",
        hovertext=[
            f"{numbers.percent(row.value)} ({marks.between(row.value_low, row.value_high)}), "
            f"n={numbers.count(row.n_cases)}: {row.standing}"
            for row in drawn.itertuples()
        ],
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels(drawn["kpi"], 30))
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02])
    return figure
