"""The index: a row a store with its numbers, failures named, the chain in one line."""

import json
import re

import pytest
from tiny import HOSTILE, NUMBERS, STORES

from opsmodel import wording
from opsmodel.render import index
from opsmodel.render.files import open_scratch, safe_part, scratch_in


@pytest.fixture(autouse=True)
def _same_language_after():
    yield
    wording.use("en")


def folder(home, *rows):
    made = []
    for store, lang, status, metrics in rows:
        output = f"{safe_part(store)}/1_investigate.{lang}"
        (home / output).parent.mkdir(exist_ok=True)
        if status == "ok":
            (home / f"{output}.html").write_text("")
            (home / f"{output}.metrics.json").write_text(json.dumps(metrics))
        named = {"output": output, "store_id": store, "store_name": "", "notebook": "1_investigate"}
        made.append(named | {"lang": lang, "status": status, "error": "no <orders>", "data_version": "1"})
    return made


def page(home, rows, lang="en", data_version="1"):
    wording.use(lang)
    return index.page(home, rows, title="<Chain>", lang=lang, data_version=data_version)


def cells(html):
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_row_holds_a_stores_numbers_grade_findings_and_link(tmp_path):
    html = page(tmp_path, folder(tmp_path, ("S001", "en", "ok", {**NUMBERS, "store_name": "North"})))
    assert cells(html) == [
        ["North S001", "B", "40", "50.0% 40.0% – 60.0%", "¥120,000 Fewer return.", "Diagnosis"]
    ]
    assert 'href="S001/1_investigate.en.html"' in html


def test_a_failed_store_is_named_with_the_reason(tmp_path):
    html = page(tmp_path, folder(tmp_path, ("S002", "en", "died", {})))
    (row,) = cells(html)
    reason = "the calculation was killed, perhaps for lack of memory — no &lt;orders&gt;"
    assert row[3] == f"No report Diagnosis (English): {reason}"
    assert row[4] == ""


def test_an_earlier_page_of_a_store_that_failed_is_not_linked(tmp_path):
    folder(tmp_path, ("S001", "en", "ok", NUMBERS))
    html = page(tmp_path, folder(tmp_path, ("S001", "en", "error", {})))
    assert "href=" not in html


def test_a_report_on_the_chain_stands_above_the_stores_also_when_it_failed(tmp_path):
    rows = folder(tmp_path, ("S001", "en", "ok", NUMBERS), ("S002", "en", "error", {}))
    html = page(tmp_path, [row | {"store_id": ""} for row in rows])
    head = html.split("<main")[0]
    assert 'href="S001/1_investigate.en.html"' in head
    assert "the calculation stopped with an error" in head
    assert cells(html) == []


def test_the_chain_is_summed_in_one_line(tmp_path):
    rows = folder(
        tmp_path,
        ("S001", "en", "ok", NUMBERS),
        ("S002", "en", "ok", {**NUMBERS, "grade": "A", "findings": [{"claim": "x", "money": None}]}),
        ("S003", "en", "error", {}),
    )
    (about,) = re.findall(r'<p class="about">(.*?)</p>', page(tmp_path, rows))
    assert re.findall(r"<span>(.*?)</span>", about) == [
        "3 stores",
        "80 customers",
        "findings worth ¥120,000 a year in all",
        "stores of data grade A: 1",
        "stores of data grade B: 1",
        "stores without a report: 1",
    ]


def test_a_store_in_two_languages_has_one_row_with_two_links_and_the_words_of_the_index(tmp_path):
    chinese = {**NUMBERS, "findings": [{"claim": "复购偏低", "money": 120000}]}
    rows = folder(tmp_path, ("S001", "en", "ok", NUMBERS), ("S001", "zh", "ok", chinese))
    (row,) = cells(page(tmp_path, rows, "zh"))
    assert row[4:] == ["¥12.00万 复购偏低", "调研诊断 调研诊断 · English"]
    assert cells(page(tmp_path, rows, "en"))[0][4] == "¥120,000 Fewer return."


def test_numbers_from_older_data_are_marked(tmp_path):
    rows = folder(tmp_path, ("S001", "en", "ok", NUMBERS))
    assert "from older data" not in page(tmp_path, rows)
    assert "from older data" in page(tmp_path, rows, data_version="2")


def test_names_and_claims_are_text(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    metrics = {**NUMBERS, "store_name": evil, "grade": evil, "findings": [{"claim": evil, "money": 1}]}
    html = page(tmp_path, folder(tmp_path, (HOSTILE, "en", "ok", metrics)))
    assert "<img" not in html
    assert HOSTILE not in html
    assert "<Chain>" not in html


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"findings": []}, "Nothing to report beyond noise"),
        ({"findings": [], "note": "Only 12 customers"}, "Only 12 customers"),
        ({}, ""),
    ],
)
def test_a_store_without_findings_says_why_or_nothing(tmp_path, metrics, said):
    html = page(tmp_path, folder(tmp_path, ("S001", "en", "ok", metrics)))
    assert cells(html)[0][3] == said


def test_there_is_an_index_in_every_language_that_has_reports(tmp_path):
    rows = folder(tmp_path, ("S001", "en", "ok", NUMBERS), ("S001", "zh", "ok", NUMBERS))
    how = {"title": "t", "currency": "CNY", "data_version": "1"}
    for langs, names in (
        (["zh"], {"index.html", "index.en.html"}),
        (["en"], {"index.html", "index.zh.html"}),
    ):
        scratch = scratch_in(tmp_path)
        open_scratch(scratch)
        index.write(tmp_path, rows, scratch, langs=langs, **how)
        assert {path.name for path in tmp_path.glob("index*.html")} == names
    assert '<html lang="en">' in (tmp_path / "index.html").read_text()
    assert 'href="index.html"' in (tmp_path / "index.zh.html").read_text()


def test_the_index_of_a_run_lists_every_store_of_it(run):
    html = (run[1] / "index.html").read_text()
    assert len(cells(html)) == len(STORES)
    assert "<script>alert" not in html
    assert "&lt;b&gt;North" not in html  # the name the notebook published wins over the cover's
    assert html.count('class="failure"') == 5
