"""Charts of a pilot: how its stores ran, what chance shows, what it can notice, who repeats it."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from opsmodel import numbers
from opsmodel.display import marks, theme
from opsmodel.display.headings import heading
from opsmodel.wording import _

NOTICED = 0.8  # the share of replays in which a minimum detectable effect is found
TONES = {"yes": theme.BLUE, "no": theme.ORANGE, "not_seen": theme.FAINT}


def pilot_paths(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Lines: pilot stores, controls and their mixture as an index of their own mean before the start.

    table  of pilot.paths: period, pilot, controls, synthetic_control, after

    Raises TableError if a column is missing.
    """
    names = ["pilot", "controls", "synthetic_control"]
    drawn = marks.columns(table, ["period", *names, "after"], "pilot_paths")
    if marks.unseen(drawn, *names):
        return theme.silent(title, _("No period has been seen yet."), as_of=as_of)
    base = _("geometric mean over the stores; 100%: each one's mean before the start")
    figure = theme.figure(title, base=base, as_of=as_of, height=340, legend=True)
    periods = _periods(drawn["period"])
    looks = ((theme.ORANGE, 2.8, "solid"), (theme.BLUE, 2.0, "solid"), (theme.GREY, 1.6, "dot"))
    for name, (color, width, dash) in zip(names, looks, strict=True):
        figure.add_scatter(
            name=heading(name), x=periods, y=theme.rounded(drawn[name]), mode="lines",
            line={"color": color, "width": width, "dash": dash}, hovertemplate="%{x}: %{y:.0%}",
        )  # fmt: skip
    if drawn["after"].any():
        begins = periods[int(drawn["after"].to_numpy().argmax())]
        figure.add_shape(
            type="line", x0=begins, x1=begins, y0=0, y1=1, yref="paper",
            line={"color": theme.INK, "width": 1.2, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            x=begins, y=1, yref="paper", text=_("start"), showarrow=False, xanchor="left", yanchor="top",
            xshift=4, font={"size": 12, "color": theme.MUTED},
        )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", title_text=_("Index of the KPI"))
    dated = pd.api.types.is_datetime64_any_dtype(drawn["period"])
    figure.update_xaxes(showgrid=False, tickformat="%Y-%m" if dated else None)
    return figure


def _periods(periods: pd.Series) -> list:
    if pd.api.types.is_datetime64_any_dtype(periods):
        return periods.dt.strftime("%Y-%m-%d").tolist()
    return theme.rounded(periods) if pd.api.types.is_numeric_dtype(periods) else periods.astype(str).tolist()


def pilot_placebos(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: the lifts that random choices of as many stores would have shown; a line at the pilot's.

    table  of pilot.placebos: assignment ("pilot" in one row), lift_rate

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["assignment", "lift_rate"], "pilot_placebos")
    chance = drawn.loc[drawn["assignment"] != "pilot", "lift_rate"].dropna()
    own = drawn.loc[drawn["assignment"] == "pilot", "lift_rate"].dropna()
    if chance.empty or own.empty:
        return theme.silent(title, _("There are no other stores to draw from."), as_of=as_of)
    base = _("{n} random choices of as many stores", n=numbers.count(len(chance)))
    figure = theme.figure(title, base=base, as_of=as_of, height=300)
    counts, edges = np.histogram(chance, bins=min(30, max(5, int(np.sqrt(len(chance))))))
    middles, share = (edges[:-1] + edges[1:]) / 2, counts / counts.sum()
    figure.add_bar(
        x=theme.rounded(middles), y=theme.rounded(share), width=theme.rounded(np.diff(edges) * 0.92),
        marker={"color": theme.PALE}, hovertemplate="%{x:.1%}: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    place = theme.rounded(own)[0]
    figure.add_shape(
        type="line", x0=place, x1=place, y0=0, y1=1, yref="paper", line={"color": theme.ORANGE, "width": 2.5}
    )
    figure.add_annotation(
        x=place, y=1, yref="paper", text=_("the pilot: {lift}", lift=numbers.signed_percent(place)),
        showarrow=False, xanchor="left" if place < middles.mean() else "right", yanchor="top",
        xshift=6 if place < middles.mean() else -6, font={"size": 12, "color": theme.INK},
    )  # fmt: skip
    figure.update_xaxes(tickformat="+.0%", title_text=_("Lift over the other stores"), showgrid=False)
    figure.update_yaxes(tickformat=".0%", title_text=_("Share of the random choices"))
    return figure


def pilot_power(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """A line: the share of replays in which a lift is noticed, by lift; marks at 80 % and at no lift.

    table  of pilot.power: lift_rate, detected_rate and its interval, mde, n_replays

    Raises TableError if a column is missing.
    """
    rate = ["detected_rate", "detected_rate_low", "detected_rate_high"]
    drawn = marks.columns(table, ["lift_rate", *rate, "mde", "n_replays"], "pilot_power")
    if marks.unseen(drawn, "detected_rate"):
        return theme.silent(title, _("The history is too short for a replay."), as_of=as_of)
    base = _("{n} replays of past windows; whiskers: 95% interval", n=numbers.count(drawn["n_replays"].max()))
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    figure.add_scatter(
        x=theme.rounded(drawn["lift_rate"]), y=theme.rounded(drawn["detected_rate"]), mode="lines+markers",
        line={"color": theme.BLUE, "width": 2.5}, marker={"size": 8},
        error_y=marks.whiskers(*(drawn[name] for name in rate)),
        hovertemplate="%{x:+.0%}: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=NOTICED, line={"color": theme.MUTED, "width": 1, "dash": "dot"})
    least = drawn["mde"].fillna(np.inf).iloc[0]
    if least <= drawn["lift_rate"].max():
        figure.add_annotation(
            x=theme.rounded([least])[0], y=NOTICED, text=numbers.signed_percent(least), showarrow=True,
            arrowhead=0, ax=-34, ay=-22, font={"size": 12, "color": theme.INK},
        )  # fmt: skip
    reach = theme.rounded([min(drawn["lift_rate"].max(), max(0.5, 1.4 * least))])[0]
    figure.update_xaxes(
        tickformat="+.0%", title_text=_("True lift of the pilot stores"), range=[-0.02, reach]
    )
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04], title_text=_("Noticed in"))
    return figure


def pilot_robustness(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Rows: the estimate of each check with its range; orange where it does not hold, grey if not seen.

    table  of pilot.robustness: check, effect, low, high, holds

    Raises TableError if a column is missing.
    """
    drawn = marks.columns(table, ["check", "effect", "low", "high", "holds"], "pilot_robustness")
    if marks.unseen(drawn, "effect"):
        return theme.silent(title, _("None of the checks can be made with so few stores."), as_of=as_of)
    values = {
        name: np.expm1(drawn[name].where(np.isfinite(drawn[name]))) for name in ("effect", "low", "high")
    }
    base = _("dot: estimate of the check; line: its range; orange: does not hold, grey: not possible here")
    figure = theme.figure(title, base=base, as_of=as_of, height=70 + 46 * len(drawn))
    whiskers = marks.whiskers(values["effect"], values["low"], values["high"])
    figure.add_scatter(
        x=theme.rounded(values["effect"]), y=list(range(len(drawn))), mode="markers", error_x=whiskers,
        marker={"size": 11, "color": [TONES[state] for state in drawn["holds"]]},
        hovertext=[
            f"{numbers.signed_percent(e)} ({marks.between(low, high, numbers.signed_percent)})"
            for e, low, high in zip(values["effect"], values["low"], values["high"], strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    marks.rows_axis(figure, marks.labels([heading(name) for name in drawn["check"]], 26))
    for place in np.flatnonzero(drawn["effect"].isna()):
        figure.add_annotation(
            x=0, y=int(place), text=_("not possible here"), showarrow=False, xanchor="left", xshift=8,
            font={"size": 12, "color": theme.MUTED},
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": theme.MUTED, "width": 1})
    figure.update_xaxes(tickformat="+.0%", title_text=_("Lift over the other stores"))
    return figure


def replicability(table: pd.DataFrame, *, title: str, as_of=None) -> go.Figure:
    """Bars: the share of each wave's stores that reach half the pilot's effect; a mark at what chance gives.

    table  of pilot.replicability: wave, n_stores, n_seen, replicability and its interval, chance_rate

    Raises TableError if a column is missing.
    """
    rate = ["replicability", "replicability_low", "replicability_high"]
    drawn = marks.columns(table, ["wave", "n_stores", "n_seen", *rate, "chance_rate"], "replicability")
    if marks.unseen(drawn, "replicability"):
        return theme.silent(title, _("No store of a wave has been seen for long enough."), as_of=as_of)
    base = _("stores of the wave seen for long enough; whiskers: 95% interval; mark: by chance alone")
    figure = theme.figure(title, base=base, as_of=as_of, height=320)
    places = list(range(len(drawn)))
    figure.add_bar(
        x=places, y=theme.rounded(drawn["replicability"]), marker={"color": theme.BLUE},
        error_y=marks.whiskers(*(drawn[name] for name in rate)),
        hovertext=[
            f"{numbers.percent(row.replicability)} "
            f"({marks.between(row.replicability_low, row.replicability_high)}), n={numbers.count(row.n_seen)}"
            for row in drawn.itertuples()
        ],
        hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=theme.rounded(drawn["chance_rate"]), mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ew-open", "size": 34, "color": theme.ORANGE, "line": {"width": 3}},
    )  # fmt: skip
    texts = [
        f"{label}<br>n={numbers.count(n)}"
        for label, n in zip(marks.labels(drawn["wave"]), drawn["n_seen"], strict=True)
    ]
    figure.update_xaxes(tickvals=places, ticktext=texts, showgrid=False)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04], title_text=_("Reached half the pilot's effect"))
    return figure
