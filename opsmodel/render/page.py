"""An executed notebook as a client page: the cover, the contents, prose, figures, tables; code on demand."""

import base64
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from opsmodel import wording
from opsmodel.render.assets import plotly_js
from opsmodel.render.figures import PLOTLY, figure
from opsmodel.render.policy import policy
from opsmodel.wording import _

METRICS = "application/vnd.opsmodel.metrics+json"
CHAPTER = "application/vnd.opsmodel.chapter+json"
DROPPED = {"parameters", "injected-parameters", "hidden"}
TEMPLATE = Path(__file__).parent / "template"
_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)
_CHAPTER_HEADING = re.compile(r"^## ", re.MULTILINE)
_ADDRESS = re.compile(r"^<.* at 0x[0-9a-f]+.*>$|^<IPython\.", re.DOTALL)


@dataclass(frozen=True)
class Cover:
    """What a page says before its first sentence, and where its assets are.

    key     of the ledger; lets the next run see that the page is the one it means
    root    from the page to the report folder: "../" or ""
    """

    client: str
    store_id: str
    store_name: str
    as_of: str
    lang: str
    key: str
    root: str = "../"
    single_file: bool = False


def render(notebook, cover: Cover) -> tuple[str, dict[str, Any]]:
    """The page as HTML, and the numbers the notebook published."""
    wording.use(cover.lang)
    metrics = published(notebook)
    blocks, contents = _blocks(notebook, cover.lang)
    plotly = plotly_js() if cover.single_file else ""
    script = _text("page.js")
    html = _template().render(
        cover=cover,
        labels=_labels(metrics.get("as_of") or cover.as_of),
        title=next((entry["text"] for entry in contents if entry["level"] == 1), ""),
        contents=[entry for entry in contents if entry["level"] in (2, 3)],
        blocks=blocks,
        drawn=any('<figure class="chart">' in shown for block in blocks for shown in block["outputs"]),
        style=Markup(_style()),
        script=Markup(script),
        plotly=Markup(plotly),
        policy=policy(script, plotly) if plotly else policy(script, files="'self' file:"),
    )
    return html, metrics


def _labels(as_of: str) -> dict[str, str]:
    return {
        "skip": _("Skip to the report"),
        "stores": _("All stores"),
        "code": _("Show code"),
        "contents": _("Contents"),
        "as_of": _("Data up to {day}", day=as_of) if as_of else "",
    }


def published(notebook) -> dict[str, Any]:
    """The numbers of all cells that published some, hidden cells too."""
    found: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(METRICS, {})
    return found


def _blocks(notebook, lang: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The cells that are shown, as blocks of HTML; the headings in them.

    A cell that closes its chapter (see display.chapter) is the last one shown before the next `##`.
    """
    blocks: list[dict[str, Any]] = []
    contents: list[dict[str, Any]] = []
    closed = False
    for position, cell in enumerate(notebook.cells):
        if not _kept(cell, lang):
            continue
        closed = closed and not (cell.cell_type == "markdown" and _CHAPTER_HEADING.search(cell.source))
        if closed:
            continue
        if cell.cell_type == "markdown":
            blocks.append({"kind": "prose", "html": _prose(cell.source, contents), "outputs": []})
        elif cell.cell_type == "code":
            name = re.sub(r"[^\w-]", "", str(cell.get("id") or position))
            blocks.append({"kind": "code", "html": _code(cell.source), "outputs": _outputs(cell, name)})
            closed = any(CHAPTER in output.get("data", {}) for output in cell.outputs)
    return blocks, contents


@cache
def _template() -> Template:
    """The page's template; text is escaped unless marked as HTML."""
    return Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True).get_template("page.html.j2")


@cache
def _text(name: str) -> str:
    return (TEMPLATE / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

    return _text("page.css") + HtmlFormatter(style="default").get_style_defs(".highlight")


def _kept(cell, lang: str) -> bool:
    tags = set(cell.metadata.get("tags", []))
    languages = {tag.removeprefix("lang-") for tag in tags if tag.startswith("lang-")}
    return not tags & DROPPED and (not languages or lang in languages)


def _prose(text: str, contents: list[dict]) -> Markup:
    """Markdown as HTML; headings get ids and join the contents, and the first title goes to the cover."""

    def number(match: re.Match) -> str:
        level = int(match[1])
        words = unescape(
            re.sub(r"<[^>]*>", "", re.sub(r"<a class=.anchor-link.*?</a>", "", match[2]))
        ).strip()
        if level == 1 and not any(entry["level"] == 1 for entry in contents):
            contents.append({"level": 1, "id": "", "text": words})
            return ""
        level, name = max(level, 2), f"section-{len(contents) + 1}"
        contents.append({"level": level, "id": name, "text": words})
        return Markup('<h{0} id="{1}">{2}</h{0}>').format(level, name, words)

    return Markup(_HEADING.sub(number, _markdown(text, escape=False)))


@lru_cache
def _markdown(text: str, *, escape: bool) -> str:
    return MarkdownWithMath(renderer=IPythonRenderer(escape=escape)).render(text)


@lru_cache
def _code(text: str) -> Markup:
    return Markup(Highlight2HTML(pygments_lexer="python3")(text)) if text.strip() else Markup()


def _outputs(cell, name: str) -> list[Markup]:
    shown = (_output(output, f"figure-{name}-{position}") for position, output in enumerate(cell.outputs))
    return [html for html in shown if html]


def _output(output, name: str) -> Markup:
    """One output as HTML; warnings, errors, widgets and published numbers are not for the client."""
    if output.output_type == "stream":
        return _plain(output.text) if output.name == "stdout" else Markup()
    data = output.get("data", {})
    if METRICS in data:
        return Markup()
    if PLOTLY in data:
        return figure(
            data[PLOTLY], name, note=_("This chart is drawn with JavaScript, which is switched off.")
        )
    if "text/html" in data:
        return Markup('<div class="rich">{}</div>').format(Markup(data["text/html"]))
    if "text/markdown" in data:
        return Markup('<div class="rich">{}</div>').format(
            Markup(_markdown(data["text/markdown"], escape=True))
        )
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        if kind in data:
            return _image(kind, data[kind], data.get("text/plain", ""))
    return _plain(data.get("text/plain", ""))


def _plain(text: str) -> Markup:
    if not text.strip() or _ADDRESS.match(text.strip()):
        return Markup()
    return Markup('<pre class="text">{}</pre>').format(text)


def _image(kind: str, content: str, alternative: str) -> Markup:
    encoded = base64.b64encode(content.encode()).decode() if kind == "image/svg+xml" else content
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(
        kind, encoded.replace("\n", ""), alternative
    )
