"""A plotly figure of a notebook, as a page holds it: a caption in words, a box, and its data, inert."""

import json
import re
from html import unescape

from markupsafe import Markup, escape

PLOTLY = "application/vnd.plotly.v1+json"
_TAG = re.compile(r"<[^>]*>")
_CHINESE = "⺀-鿿＀-￯　-〿"
_INSIDE = re.compile(rf"(?<=[{_CHINESE}])<br\s*/?>(?=[{_CHINESE}])|(?<=[，。、；：！？）》])<br\s*/?>")


def figure(bundle: dict, name: str, *, note: str) -> Markup:
    """The figure as HTML; page.js draws it into the box.

    bundle  plotly's JSON: data, layout
    name    id of the box: from the cell, so that equal notebooks give equal pages
    note    what a reader without JavaScript is told
    """
    layout = dict(bundle.get("layout") or {})
    title, subtitle = _titles(layout)
    if title:
        _make_room(layout, bundle.get("data") or [])
    layout.pop("width", None)
    drawn = {"data": bundle.get("data") or [], "layout": {**layout, "autosize": True}}
    height = layout.get("height") or 420
    return Markup(
        '<figure class="chart">{caption}<div class="plot" id="{name}" role="img" aria-label="{title}" '
        'style="min-height:{height}px"></div><noscript><p class="note">{note}</p></noscript>'
        '<script type="application/json" data-for="{name}">{data}</script></figure>'
    ).format(
        caption=_caption(title, subtitle),
        name=name,
        title=title or name,
        height=int(height),
        note=note,
        data=Markup(inert_json(drawn)),
    )


def inert_json(value: object) -> str:
    """JSON that cannot end the script element it stands in, whatever text it carries.

    >>> inert_json({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, code)
    return text


def _titles(layout: dict) -> tuple[str, str]:
    title = layout.pop("title", None) or {}
    if isinstance(title, str):
        title = {"text": title}
    return _words(title.get("text")), _words((title.get("subtitle") or {}).get("text"))


def _words(text: str | None) -> str:
    """Plotly's text without its markup, on one line; between Chinese characters a break was no space.

    >>> _words("the slowest is 朋友圈广<br>告，<br>not S001, <br>nor S002")
    'the slowest is 朋友圈广告，not S001, nor S002'
    """
    spaced = re.sub(r"<br\s*/?>", " ", _INSIDE.sub("", text or ""))
    return " ".join(unescape(_TAG.sub("", spaced)).split())


def _make_room(layout: dict, traces: list) -> None:
    """The title stands above the box, so its room inside goes; a legend or notes on top keep theirs."""
    margin = dict(layout.get("margin") or {})
    legend = layout.get("showlegend", len(traces) > 1)
    above = any(
        note.get("yref") == "paper" and note.get("y", 0) >= 1 for note in layout.get("annotations", [])
    )
    before, after = margin.get("t", 72), 44 if legend or above else 18
    layout["margin"] = {**margin, "t": min(before, after)}
    if layout.get("height"):
        layout["height"] -= before - min(before, after)


def _caption(title: str, subtitle: str) -> Markup:
    if not title:
        return Markup()
    under = Markup("<small>{}</small>").format(subtitle) if subtitle else ""
    return Markup("<figcaption><b>{}</b>{}</figcaption>").format(escape(title), under)
