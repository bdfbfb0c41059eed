"""The index of a report folder: the chain in one line, a row a store, found again by name or by number."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from opsmodel import numbers, wording
from opsmodel.render import index_words as words
from opsmodel.render.files import write_whole
from opsmodel.render.index_words import NAMES
from opsmodel.render.policy import policy

TEMPLATE = Path(__file__).parent / "template"


def write(
    home: Path,
    rows: Iterable[Mapping[str, Any]],
    scratch: Path,
    *,
    title: str,
    langs: Sequence[str],
    currency: str,
    data_version: str,
) -> None:
    """Write index.html in the first language, and index.<lang>.html in every other that has reports."""
    rows = sorted(rows, key=lambda row: row["output"])
    others = [lang for lang in NAMES if lang != langs[0] and any(row["lang"] == lang for row in rows)]
    before = wording.language(), numbers.use_currency(currency)
    for lang in [langs[0], *others]:
        wording.use(lang)
        links = [(NAMES[other], _file(other, langs[0])) for other in [langs[0], *others] if other != lang]
        html = page(home, rows, title=title, lang=lang, data_version=data_version, links=links)
        write_whole(home / _file(lang, langs[0]), html, scratch)
    wording.use(before[0])
    for lang in NAMES:
        if lang not in others:
            (home / f"index.{lang}.html").unlink(missing_ok=True)


def _file(lang: str, first: str) -> str:
    return "index.html" if lang == first else f"index.{lang}.html"


def page(
    home: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    lang: str,
    data_version: str,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """The index in one language, from ledger rows and the metrics beside the pages; text is escaped.

    The stores stand in the order of what their findings are worth, then of their customers.
    """
    stores: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        stores.setdefault(row["store_id"], []).append(row)
    chain = stores.pop("", [])
    lines = [_store(home, store, found, lang, data_version) for store, found in stores.items()]
    lines.sort(key=lambda line: (-line["money"], -(line["n_customers"] or 0)))
    columns = {key: entry for line in reversed(lines) for key, entry in line["headline"].items()}
    script = (TEMPLATE / "index.js").read_text(encoding="utf-8")
    return _template().render(
        lang="zh-CN" if lang == "zh" else "en",
        title=title,
        links=links,
        chain=_links(home, chain, lang),
        chain_failures=[words.failure(row) for row in chain if row["status"] != "ok"],
        summary=words.summary(lines),
        columns=[(key, _label(key, columns[key])) for key in _ordered(lines)],
        stores=lines,
        labels=words.labels(),
        style=Markup(
            (TEMPLATE / "page.css").read_text("utf-8") + (TEMPLATE / "index.css").read_text("utf-8")
        ),
        script=Markup(script),
        policy=policy(script),
    )


@cache
def _template():
    return Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True).get_template("index.html.j2")


def _store(home: Path, store: str, rows: list, lang: str, data_version: str) -> dict[str, Any]:
    """What a row of the index says: the numbers of this language's reports, links to all, failures."""
    spoken = sorted(rows, key=lambda row: row["lang"] != lang)
    metrics: dict[str, Any] = {}
    for row in spoken:
        metrics = _metrics(home, row) | metrics
    findings = [_finding(found) for found in metrics.get("findings") or [] if isinstance(found, Mapping)]
    headline = metrics.get("headline") or {}
    return {
        "id": store,
        "name": metrics.get("store_name")
        or next((row["store_name"] for row in rows if row["store_name"]), ""),
        "grade": metrics.get("grade") or "",
        "n_customers": metrics.get("n_customers"),
        "customers": numbers.count(metrics["n_customers"]) if metrics.get("n_customers") is not None else "",
        "headline": {key: _number(entry) for key, entry in headline.items() if isinstance(entry, Mapping)},
        "findings": findings,
        "note": words.note(metrics),
        "money": sum(found["money"] or 0 for found in findings),
        "links": _links(home, spoken, lang),
        "failures": [words.failure(row) for row in spoken if row["status"] != "ok"],
        "old": any(row.get("data_version") != data_version for row in rows),
    }


def _metrics(home: Path, row: Mapping[str, Any]) -> dict[str, Any]:
    path = home / f"{row['output']}.metrics.json"
    if row["status"] != "ok" or not path.is_file():
        return {}
    return json.loads(path.read_text(encoding="utf-8"))


def _number(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A headline number as text, with what it is sorted by and its interval."""
    writers: dict[str, Callable[[Any], str]] = {
        "percent": numbers.percent,
        "money": numbers.money,
        "days": numbers.days,
        "count": numbers.count,
        "number": numbers.number,
    }
    write = writers.get(str(entry.get("format")), _plain)
    value, low, high = entry.get("value"), entry.get("low"), entry.get("high")
    seen = low is not None and high is not None
    return {
        "label": entry.get("label"),
        "value": value,
        "text": write(value),
        "interval": f"{write(low)} – {write(high)}" if seen else "",
    }


def _plain(value: object) -> str:
    return numbers.UNSEEN if value is None else str(value)


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    money = found.get("money")
    return {
        "claim": str(found.get("claim") or ""),
        "money": money,
        "text": numbers.money(money) if money is not None else "",
    }


def _links(home: Path, rows: Iterable[Mapping[str, Any]], lang: str) -> list[dict[str, str]]:
    """Pages that are there, and belong to the ledger's last word on them; another language is named."""
    return [
        {
            "href": quote(f"{row['output']}.html"),
            "text": words.report(row["notebook"])
            + ("" if row["lang"] == lang else f" · {NAMES[row['lang']]}"),
            "lang": "zh-CN" if row["lang"] == "zh" else "en",
        }
        for row in rows
        if row["status"] == "ok" and (home / f"{row['output']}.html").is_file()
    ]


def _ordered(lines: list[dict]) -> list[str]:
    """The headline numbers that at least one store has, in the order of the pages."""
    entries = [entry for line in lines for entry in line["headline"].items()]
    return list(dict.fromkeys(key for key, number in entries if number["value"] is not None))


def _label(key: str, entry: Mapping[str, Any]) -> str:
    label = str(entry.get("label") or key.replace("_", " "))
    return label[:1].upper() + label[1:]
