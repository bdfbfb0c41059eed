"""Charts of cohorts: what is drawn is what the tables hold."""

import pandas as pd
import pytest
from drawn import draw
from tables_to_draw import RETENTION

from opsmodel import cohort, numbers


def test_retention_is_blank_where_nothing_could_be_seen_and_sums_up_on_top():
    heat = draw("retention").data[0]
    assert [list(row) for row in heat.z] == [[1.0, 0.25, 0.1], [1.0, 0.4, 0.1], [1.0, 0.2, None]]
    assert [list(row) for row in heat.text] == [
        ["100%", "25%", "10%"],
        ["100%", "40%", "10%"],
        ["100%", "20%", ""],
    ]
    assert heat.zmax == 0.4  # age 0 is 1 for everybody and would hide the rest
    assert list(draw("retention").layout.yaxis.ticktext) == [
        "All, weighted",
        "2024-01 (n=100)",
        "2024-02 (n=300)",
    ]


def test_cohorts_under_thirty_are_grey_on_the_same_scale():
    few = RETENTION.assign(n_customers=RETENTION["n_customers"].replace(100, 29))
    figure = draw("retention", few)
    told, grey = figure.data
    assert [row[0] for row in told.z] == [pytest.approx(400 / 329, rel=1e-5), None, 1.0]
    assert [row[0] for row in grey.z] == [None, 1.0, None]
    assert (told.zmin, told.zmax) == (grey.zmin, grey.zmax)
    assert told.colorscale != grey.colorscale
    assert "grey: fewer than 30" in figure.layout.title.subtitle.text


def test_retention_of_money_is_written_as_money():
    heat = draw("retention", RETENTION.assign(value=RETENTION["value"] * 100, rate=RETENTION["rate"] * 100),
                write=numbers.money).data[0]  # fmt: skip
    assert list(heat.text[2]) == ["¥100", "¥20", ""]


def test_the_row_of_all_cohorts_agrees_with_the_calculation(shop, as_of):
    table = cohort.retention(shop.orders, as_of=as_of)
    top = list(draw("retention", table).data[0].z[0])
    rates = cohort.summary(table)["rate"]
    assert top == [None if pd.isna(rate) else pytest.approx(rate, rel=1e-5) for rate in rates]


def test_retention_lines_leave_out_age_0_and_what_could_not_be_seen():
    first, second, together = draw("retention_lines").data
    assert (list(first.x), list(first.y)) == ([1, 2], [0.4, 0.1])
    assert (list(second.x), list(second.y)) == ([1], [0.2])
    assert (list(together.x), list(together.y)) == ([1, 2], [0.25, 0.1])
