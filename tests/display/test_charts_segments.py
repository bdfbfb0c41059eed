"""Charts of segments: what is drawn is what the tables hold."""

from drawn import draw
from segment_tables import SIZES


def test_sizes_stand_beside_their_revenue():
    people, revenue = draw("segment_sizes", legend="mean of all buyers").data
    assert list(people.x) == [0.2, 0.8]
    assert list(revenue.x) == [0.75, 0.25]
    assert [people.name, revenue.name] == ["Share of people", "Share of revenue"]
    figure = draw("segment_sizes", legend="mean of all buyers")
    assert list(figure.layout.yaxis.ticktext) == ["Champions (n=40)", "&lt;own&gt; (n=160)"]
    assert (
        figure.layout.title.subtitle.text == "200 customers, and their net spend so far · mean of all buyers"
    )


def test_sizes_of_lifecycle_stages_are_drawn_too():
    stages = SIZES.rename(columns={"segment": "lifecycle"})
    assert list(draw("segment_sizes", stages).data[0].x) == [0.2, 0.8]


def test_moves_have_a_row_a_segment_before_and_a_column_a_segment_after():
    figure = draw("segment_moves")
    told, grey = figure.data
    assert [list(row) for row in told.z] == [[0.75, None, 0.25], [None, None, None]]
    assert [list(row) for row in grey.z] == [[None, None, None], [1.0, None, None]]
    assert list(figure.layout.yaxis.ticktext) == ["Loyal (n=40)", "Gone quiet (n=5)"]
    assert list(figure.layout.xaxis.ticktext) == ["Loyal", "Gone quiet", "No<br>purchase"]


def test_flows_go_from_the_buyers_before_to_the_buyers_now():
    fall = draw("customer_flows").data[0]
    assert list(fall.y) == [70, -20, 10, 60, 120]
    assert list(fall.text) == ["70", "-20", "+10", "+60", "120"]


def test_overlap_is_a_share_of_the_audience_of_the_row():
    figure = draw("audience_overlap")
    told, grey = figure.data
    assert [list(row) for row in told.z] == [[None, 0.25], [None, None]]
    assert [list(row) for row in grey.z] == [[None, None], [0.5, None]]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;a&gt; (n=40)", "b (n=20)"]
