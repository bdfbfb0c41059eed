"""The client page: what is on it, what is not, and that nothing in the data can run."""

import json
import re

import pytest
from nbformat import v4
from tiny import CLOSING, FIGURE, METRICS, NUMBERS, PLOTLY, TITLE, code, prose

from opsmodel.render import page
from opsmodel.render.policy import policy


def shown(cell, *bundles, **streams):
    cell.outputs = [v4.new_output("display_data", data=bundle) for bundle in bundles]
    cell.outputs += [v4.new_output("stream", name=name, text=text) for name, text in streams.items()]
    return cell


def render(*cells, **changes):
    cover = {
        "client": "小雨 <b>",
        "store_id": "S001",
        "store_name": "North",
        "as_of": "2024-05-31",
        "lang": "en",
    }
    cover |= {"key": "k" * 64, **changes}
    return page.render(v4.new_notebook(cells=list(cells)), page.Cover(**cover))


BOTH = (
    prose("# Where do we lose them?\n\nThe manager decides.", "lang-en"),
    prose("# 顾客在哪里流失？", "lang-zh"),
    prose("## At a glance", "lang-en"),
    prose("## 一页看懂", "lang-zh"),
    prose("### First & last", "lang-en"),
    prose("* * *"),
)


def test_prose_is_of_one_language_and_the_page_says_which():
    english, chinese = render(*BOTH)[0], render(*BOTH, lang="zh")[0]
    assert '<html lang="en">' in english
    assert "一页看懂" not in english
    assert '<html lang="zh-CN">' in chinese
    assert "At a glance" not in chinese
    assert "数据截至 2024-05-31" in chinese
    assert "<hr" in english
    assert "<hr" in chinese


def test_the_first_title_goes_to_the_cover_and_headings_to_the_contents():
    html = render(*BOTH)[0]
    assert html.count("<h1>") == 1
    assert "<h1>Where do we lose them?</h1>" in html
    assert "<title>North · Where do we lose them? · 小雨 &lt;b&gt;</title>" in html
    links = re.findall(r'<li class="level-(\d)"><a href="#([^"]+)">([^<]+)</a>', html)
    assert [(level, text) for level, _, text in links] == [("2", "At a glance"), ("3", "First &amp; last")]
    assert all(f' id="{target}"' in html for _, target, _ in links)


def test_code_is_there_but_set_aside_and_parameters_and_hidden_cells_are_not():
    cells = [code(f"{name} = 1", *tags) for name, tags in
             {"open_code": [], "params": ["parameters"], "given": ["injected-parameters"],
              "secret": ["hidden"]}.items()]  # fmt: skip
    html = render(*cells)[0]
    assert "open_code" in html
    assert not re.search("params|given|secret", html)
    assert ".code { display: none" in html
    assert 'id="show-code" aria-pressed="false"' in html


def test_published_numbers_go_beside_the_page_also_from_a_hidden_cell():
    html, metrics = render(shown(code("1", "hidden"), {METRICS: NUMBERS, "text/plain": "published"}))
    assert metrics == NUMBERS
    assert "published" not in html
    assert "Data up to 2024-06-30" in html


def test_data_in_a_figure_cannot_leave_its_script_element():
    html = render(shown(code("f"), {PLOTLY: FIGURE}))[0]
    assert CLOSING not in html
    (data,) = re.findall(r'<script type="application/json" data-for="[\w-]+">(.*?)</script>', html)
    assert not re.search("[<>&]", data)
    assert json.loads(data)["data"][0]["x"] == [CLOSING]


def test_a_figure_is_named_by_its_message_for_those_who_do_not_see_it():
    html = render(shown(code("f"), {PLOTLY: FIGURE}))[0]
    assert f'role="img" aria-label="{TITLE}"' in html
    assert f"<figcaption><b>{TITLE}</b></figcaption>" in html
    assert "<noscript>" in html


def test_equal_notebooks_give_equal_pages():
    cell = shown(code("f"), {PLOTLY: FIGURE})
    assert render(*BOTH, cell) == render(*BOTH, cell)


def test_plotly_is_loaded_once_a_folder_or_stands_in_the_page_or_is_left_out():
    cell = shown(code("f"), {PLOTLY: FIGURE})
    assert '<script src="../assets/plotly.min.js"></script>' in render(cell)[0]
    alone = render(cell, single_file=True)[0]
    assert "assets/plotly.min.js" not in alone
    assert len(alone) > 4_000_000
    assert "plotly.min.js" not in render(*BOTH)[0]


@pytest.mark.parametrize("single_file", [True, False])
def test_a_page_needs_nothing_from_the_network(single_file):
    html = render(*BOTH, shown(code("f"), {PLOTLY: FIGURE}), single_file=single_file)[0]
    without_plotly = re.sub(r"<script>.{1000000,}?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", without_plotly)
    assert "default-src &#39;none&#39;" in html


def test_only_the_scripts_of_the_page_may_run():
    html = render(shown(code("f"), {"text/html": "<script>alert(1)</script>"}))[0]
    (allowed,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    permitted = [policy(script).split("script-src ")[1].split(";")[0].replace("'", "&#39;") in allowed
                 for script in scripts]  # fmt: skip
    assert dict(zip(scripts, permitted, strict=True)).pop("alert(1)") is False
    assert permitted.count(True) == 1


def test_markdown_made_by_code_is_text_and_cannot_hold_markup():
    html = render(shown(code("f"), {"text/markdown": "**Fewer** return to <img src=x>"}))[0]
    assert "<strong>Fewer</strong> return to &lt;img src=x&gt;" in html


def test_warnings_errors_and_addresses_are_not_for_the_client():
    cell = shown(code("f"), {"text/plain": "<object at 0x7f00>"}, stdout="a < b\n", stderr="FutureWarning: x")
    cell.outputs.append(v4.new_output("error", ename="ValueError", evalue="oops", traceback=["deep inside"]))
    html = render(cell)[0]
    assert "a &lt; b" in html
    assert not re.search("FutureWarning|oops|deep inside|0x7f00", html)


def test_a_picture_is_embedded_and_an_svg_cannot_run_scripts():
    html = render(shown(code("f"), {"image/svg+xml": "<svg><script>alert(1)</script></svg>"}))[0]
    assert '<img src="data:image/svg+xml;base64,' in html
    assert "alert(1)" not in html


def test_a_closed_chapter_ends_at_its_reason_and_the_next_chapter_goes_on():
    closed = {
        "text/plain": "Too few.",
        "text/html": '<p class="left-out">Too few.</p>',
        "application/vnd.opsmodel.chapter+json": {"open": False},
    }
    html = render(
        prose("# Title"),
        prose("## First"),
        shown(code("chapter"), closed),
        shown(code("x"), {"text/plain": "never seen"}),
        prose("### Inside\n\nnor this"),
        prose("## Second"),
        shown(code("y"), {"text/plain": "seen again"}),
    )[0]
    assert "Too few." in html
    assert "never seen" not in html
    assert "nor this" not in html
    assert "seen again" in html


def test_an_open_chapter_shows_nothing_of_itself():
    html = render(prose("## First"), shown(code("chapter"), {"text/plain": ""}), prose("goes on"))[0]
    assert "goes on" in html
    assert "left-out" not in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
