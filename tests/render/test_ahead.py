"""The second report of a notebook asks its questions from the last one on; its page shows nothing of it."""

import nbformat
from tiny import code, write

from opsmodel.render import ahead, batch

PARAMETERS = code('store: str = ""\nlang: str = "zh"', "parameters")
ONCE = """
class once:
    asked = []
    of = whole = staticmethod(lambda name: once.asked.append(name))

    def ahead(*questions):
        for ask in questions:
            ask()
"""
TOLD = code("print(once.asked)")


def told(tmp_path, *cells, stores) -> list[str]:
    """What the last cell of each report printed; every report stands and holds these cells and no other."""
    notebook = write(tmp_path / "look.ipynb", PARAMETERS, code(ONCE), *cells, TOLD)
    results = batch.render("demo", notebooks=[notebook], stores=stores, out=tmp_path, progress=False)
    assert all(result.ok for result in results), results
    pages = [nbformat.read(result.page.with_suffix(".ipynb"), as_version=4) for result in results]
    for page in pages:
        assert [cell.source for cell in page.cells[-len(cells) - 1 :]] == [
            *(c.source for c in cells),
            TOLD.source,
        ]
        assert [cell.execution_count for cell in page.cells] == list(range(1, len(page.cells) + 1))
    return [page.cells[-1].outputs[0].text.strip() for page in pages]


def test_the_second_report_asks_from_the_last_question_on_and_the_others_do_not(tmp_path):
    cells = [code("later = 2"), code('once.of("first")'), code("once.whole(later)")]
    from_the_front = "['first', 2]"
    assert told(tmp_path, *cells, stores=("A", "B", "C")) == [
        from_the_front,
        "[2, 'first', 'first', 2]",
        from_the_front,
    ]


def test_what_goes_wrong_while_asking_ahead_harms_no_report(tmp_path):
    cells = [code('once.of("first")'), code("later = 2\nonce.whole(later)")]
    assert told(tmp_path, *cells, stores=("A", "B"))[1] == "['first', 2]"


def test_a_cell_that_is_not_plain_python_asks_nothing():
    class Notebook:
        cells = (
            code("%timeit once.of(1)"),
            code("x = 1"),
            code("f(once.whole(shop, a.b, n=[1]), once.other(2))"),
        )

    assert ahead.asking(Notebook) == {2: "once.ahead(lambda: once.whole(shop, a.b, n=[1]))"}
