"""Explore: widgets choose the arguments of views that need no widget."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from opsmodel import cohort, explore, funnel, numbers, repurchase, wording
from opsmodel.display import panels
from opsmodel.display.panels import controls
from opsmodel.errors import ArgumentError

PLOTLY = "application/vnd.plotly.v1+json"


@dataclass
class Client:
    """What a view asks of a client, on the tables of the seven-customer shop."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    events: pd.DataFrame
    name: str = "demo"
    as_of: date = date(2024, 6, 30)
    store_ids: tuple = ("S1",)

    @property
    def stages(self) -> dict[str, str]:
        return {"acquire": "joined", "close": "ordered", "repurchase": "ordered"}


@pytest.fixture
def client(shop) -> Client:
    return Client(shop.customers, shop.orders, shop.events)


@pytest.fixture
def shown(monkeypatch) -> list:
    """What a notebook would show, in order."""
    out: list = []
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: out.extend(what))
    return out


def widgets_of(box) -> dict:
    row, code, output = box.children
    *choices, reset = row.children
    return {"code": code, "output": output, "reset": reset} | {w.description: w for w in choices}


def test_the_funnel_view_is_the_funnel_of_the_client(client):
    view = explore.funnel_view(client, within_days=60)
    expected = funnel.conversion(client.events, steps=client.stages, within_days=60, as_of=client.as_of)
    pd.testing.assert_frame_equal(view.frame, expected)
    assert list(view.figure.data[0].x) == [6, 6, 3]
    assert view.figure.layout.title.text == "Conversion within 60 days of entry"


@pytest.mark.parametrize(
    ("view", "home", "function", "asked"),
    [
        ("funnel_view", funnel, "conversion",
         {"within_days": 14, "order": "any", "reentry": "best", "by": "channel"}),
        ("cohort_view", cohort, "retention",
         {"period": "week", "mode": "by", "measure": "orders", "calendar": True}),
        ("repurchase_view", repurchase, "curve", {"within_days": (7, 14), "by": "channel"}),
    ],
)  # fmt: skip
def test_a_view_hands_every_argument_to_its_calculation(client, monkeypatch, view, home, function, asked):
    handed = {}
    calculate = getattr(home, function)
    monkeypatch.setattr(home, function, lambda table, **more: handed.update(more) or calculate(table, **more))
    getattr(explore, view)(client, **asked)
    assert {name: handed[name] for name in asked} == asked
    assert handed["as_of"] == client.as_of


def test_a_funnel_is_split_by_what_the_list_of_customers_says(client):
    frame = explore.funnel_view(client, by="store_id").frame
    first = frame[frame["step"] == "acquire"]
    assert first[["store_id", "n_eligible"]].values.tolist() == [["S1", 4], ["S2", 3]]


def test_the_repurchase_view_is_the_curve_by_home_store_not_by_selling_store(client):
    frame = explore.repurchase_view(client, within_days=(30,), by="store_id").frame
    assert frame[["store_id", "n_customers", "n_repurchased"]].values.tolist() == [["S1", 4, 1], ["S2", 3, 2]]
    whole = explore.repurchase_view(client, within_days=(30, 60)).frame
    pd.testing.assert_frame_equal(
        whole, repurchase.curve(client.orders, as_of=client.as_of, within_days=(30, 60))
    )


def test_the_cohort_view_writes_money_as_money(client):
    view = explore.cohort_view(client, measure="revenue")
    expected = cohort.summary(cohort.retention(client.orders, as_of=client.as_of, measure="revenue"))
    pd.testing.assert_frame_equal(view.frame, expected)
    assert repr(view.table).splitlines()[1].split()[-1] == numbers.money(expected["rate"][0])


PANELS = {
    "funnel": {
        "Window (days)": ("within_days", 90),
        "Order of stages": ("order", "strict"),
        "Entry": ("reentry", "best"),
        "Split by": ("by", "channel"),
    },
    "cohort": {
        "Period": ("period", "quarter"),
        "Mode": ("mode", "by"),
        "Measure": ("measure", "margin"),
        "Age": ("calendar", True),
    },
    "repurchase": {"Windows (days)": ("within_days", (30, 60, 90)), "Split by": ("by", "store_id")},
}


@pytest.mark.parametrize(
    ("panel", "label"), [(name, label) for name, labels in PANELS.items() for label in labels]
)
def test_turning_a_widget_changes_that_argument_and_no_other(client, monkeypatch, panel, label):
    name, value = PANELS[panel][label]
    made = getattr(explore, panel)(client)
    calls: list[dict] = []
    draw = made.draw
    made.draw = lambda **chosen: calls.append(chosen) or draw(**chosen)
    widgets = widgets_of(controls(made))
    widgets[label].value = made.choices[name].text(value)
    assert calls == [made.start, made.start | {name: value}]
    assert f"{name}={value!r}" in made.code
    assert [list(output["data"]) for output in widgets["output"].outputs] == [
        [PLOTLY], ["text/html", "text/plain"],
    ]  # fmt: skip


@pytest.mark.parametrize("panel", list(PANELS))
def test_every_choice_but_the_window_gives_a_view_or_three_lines(client, panel):
    made = getattr(explore, panel)(client)
    widgets = widgets_of(controls(made))
    for label in set(PANELS[panel]) - {"Window (days)"}:
        for text in widgets[label].options:
            widgets[label].value = text
            outputs = widgets["output"].outputs
            assert PLOTLY in outputs[0]["data"] or outputs[0]["data"]["text/plain"].count("\n") == 2


def test_no_widget_is_blank_at_the_start(client):
    widgets = widgets_of(controls(explore.funnel(client)))
    assert [widgets[label].value for label in PANELS["funnel"]] == [
        "30",
        "in order",
        "first entry",
        "no split",
    ]


def test_reset_brings_back_the_start_and_its_view(client):
    made = explore.funnel(client, within_days=60)
    widgets = widgets_of(controls(made))
    before = widgets["output"].outputs
    widgets["Window (days)"].value = "7"
    widgets["Split by"].value = "Channel"
    assert widgets["output"].outputs != before
    drawn = []
    widgets["output"].observe(drawn.append, names="outputs")
    widgets["reset"].click()
    assert len(drawn) == 1  # once, not once a widget
    assert (
        made.chosen == made.start == {"within_days": 60, "order": "ordered", "reentry": "first", "by": None}
    )
    assert widgets["Window (days)"].value == "60"
    assert widgets["output"].outputs == before


def test_the_line_of_code_gives_the_view_that_is_shown(client):
    made = explore.funnel(client)
    widgets_of(controls(made))["Window (days)"].value = "90"
    assert made.code == (
        "explore.funnel_view(open_client('demo', as_of='2024-06-30').store('S1'), "
        "within_days=90, order='ordered', reentry='first', by=None)"
    )

    class Opened:
        def store(self, store_id):
            assert store_id == "S1"
            return client

    view = eval(made.code, {"explore": explore, "open_client": lambda name, as_of: Opened()})
    assert view.outputs() == made.outputs()


def test_the_line_of_code_for_a_chain_names_no_store(client):
    client.store_ids = ("S1", "S2")
    assert explore.cohort(client).code.startswith(
        "explore.cohort_view(open_client('demo', as_of='2024-06-30'), period='month'"
    )


def test_an_error_stands_in_the_panel_as_its_three_lines(client):
    client.orders = client.orders.drop(columns="margin")
    made = explore.cohort(client)
    widgets = widgets_of(controls(made))
    widgets["Measure"].value = "Margin"
    (output,) = widgets["output"].outputs
    assert output["data"]["text/plain"].splitlines()[0] == "orders has no column ['margin']."
    assert [line.split(":")[0] for line in output["data"]["text/plain"].splitlines()[1:]] == [
        "  found",
        "  fix",
    ]
    widgets["Measure"].value = "Customers"
    assert len(widgets["output"].outputs) == 2


@pytest.mark.parametrize(
    ("environment", "live"),
    [
        ({}, False),
        ({"JPY_SESSION_NAME": "/explore.ipynb"}, True),
        ({"VSCODE_PID": "1"}, True),
        ({"JPY_SESSION_NAME": "/explore.ipynb", "OPSMODEL_BATCH": "1"}, False),
        ({"OPSMODEL_BATCH": "0"}, True),
    ],
)
def test_a_panel_is_live_only_where_somebody_can_turn_it(monkeypatch, environment, live):
    for name in ("OPSMODEL_BATCH", "JPY_SESSION_NAME", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert panels.live() is live


def test_in_a_batch_report_the_chosen_values_and_the_view_stand_in_place(client, monkeypatch, shown):
    monkeypatch.setenv("OPSMODEL_BATCH", "1")
    made = explore.funnel(client, within_days=60)
    made._ipython_display_()
    chosen, figure, table = shown
    assert chosen["text/plain"].splitlines() == [
        "Window (days)    60",
        "Order of stages  in order",
        "Entry            first entry",
        "Split by         no split",
    ]
    assert [figure, table] == explore.funnel_view(client, within_days=60).outputs()


def test_where_somebody_is_there_the_widgets_are_shown(client, monkeypatch, shown):
    monkeypatch.setenv("OPSMODEL_BATCH", "0")
    explore.repurchase(client)._ipython_display_()
    assert set(widgets_of(shown[0])) == {"code", "output", "reset", "Windows (days)", "Split by"}


def test_panels_speak_chinese(client):
    wording.use("zh")
    values = explore.cohort(client).values()
    title = explore.repurchase_view(client).figure.layout.title.text
    assert [line.split()[0] for line in values.splitlines()] == ["时期", "口径", "指标", "第几期"]
    assert title == "各窗口复购率"


def test_a_start_that_cannot_be_chosen_is_refused(client):
    with pytest.raises(ArgumentError, match="within_days cannot be chosen so"):
        explore.funnel(client, within_days=31)
    with pytest.raises(ArgumentError, match=r"does not choose \['window'\]"):
        explore.funnel(client, window=30)
