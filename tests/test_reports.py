"""The whole way: the bundled client's raw exports to a page of every store, in both languages."""

import html
import json
import re

import pytest

from opsmodel import open_client, reports

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="session")
def client():
    return open_client("demo")


@pytest.fixture(scope="session")
def folder(tmp_path_factory, client):
    out = tmp_path_factory.mktemp("reports")
    assert reports.render("demo", out=out, jobs=2) == 0
    assert reports.render("demo", out=out, jobs=2, lang="en", stores=["S001", "S008"]) == 0
    return out / "demo"


@pytest.fixture(scope="session")
def pages(folder):
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}


def test_every_store_has_a_page_that_names_it(client, pages):
    for store in client.store_ids:
        assert client.store(store).store_name.replace("&", "&amp;") in pages[f"{store}/1_investigate.zh.html"]


def test_the_index_links_every_page_there_is(client, pages):
    linked = set(re.findall(r'href="([^"]+/1_investigate\.\w\w\.html)"', pages["index.html"]))
    assert linked == {name for name in pages if "/" in name}


def test_no_page_asks_the_network_for_anything(pages):
    for name, page in pages.items():
        assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page), name


def test_no_customer_is_named_on_a_page(client, folder):
    known = set(client.customers.customer_id.to_pandas())
    for page in folder.rglob("S001/*"):
        words = set(re.findall(r"[\w*]+", page.read_text("utf-8")))
        assert not known & words, page.name


def test_the_numbers_beside_a_page_are_the_numbers_of_the_calculation(client, folder):
    from opsmodel import benchmarks, findings, summary

    chain = benchmarks.stores(client)
    for store in client.store_ids:
        told = json.loads((folder / store / "1_investigate.zh.metrics.json").read_text("utf-8"))
        expected = summary.published(client.store(store), chain, findings.for_store(chain, store))
        assert told["headline"].keys() == expected["headline"].keys()
        for key, entry in expected["headline"].items():
            value = entry["value"]  # None below a base of 30
            assert told["headline"][key]["value"] == (value and pytest.approx(value, rel=1e-5))
        sums = [finding["money"] for finding in expected.get("findings", [])]
        assert [finding["money"] for finding in told.get("findings", [])] == sums


def test_an_english_page_speaks_english_where_the_data_does_not_speak_chinese(client, pages):
    prose = re.sub(
        r"<script.*?</script>|<style.*?</style>|<pre.*?</pre>",
        "",
        pages["S001/1_investigate.en.html"],
        flags=re.DOTALL,
    )
    names = [client.title, client.store("S001").store_name, "中文"]
    names += ["华东", "华南", "客流", "成熟度与认知", "培训"]  # sheets of its workbooks
    names += ["期内复购率", "裂变", "转介绍", "加粉率", "主动复购", "区域扫码"]  # terms of the field
    names += client.customers.channel.execute().dropna().unique().tolist()
    names += client.order_lines["product"].execute().dropna().unique().tolist()
    for name in sorted(names, key=len, reverse=True):
        prose = prose.replace(html.escape(name), "")
    assert CJK.findall(prose) == []


def test_the_page_of_a_young_store_leaves_chapters_out_and_says_why(pages):
    page = pages["S008/1_investigate.en.html"]
    assert "This chapter is left out: too few" in page
    assert "The weakest step" not in page


def test_a_second_run_renders_nothing_again(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html") if path.parent != folder}
    assert reports.render("demo", out=folder.parent, jobs=2) == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
