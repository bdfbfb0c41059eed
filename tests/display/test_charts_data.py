"""Charts of the data itself: what is drawn is what the tables hold."""

from drawn import draw


def test_identified_share_has_a_gap_where_there_was_no_revenue():
    bars = draw("identified_share").data[0]
    assert (list(bars.x), list(bars.y)) == (["2024-01", "2024-02"], [0.5, None])


def test_the_ledger_adds_up_to_all_rows_read():
    figure = draw("ledger")
    assert [list(trace.x) for trace in figure.data] == [[0.8, None], [0.15, None], [0.05, None]]
    assert list(figure.layout.yaxis.ticktext) == ["a.csv (100)", "b.csv (0)"]
